"""`specloop token`: who may ask a server for what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from graph.commands.options import json_option
from graph.commands.reporting import print_json, reported, stderr, stdout

if TYPE_CHECKING:
    from systems.access.tokens import Tokens

ROLES = ("read", "run", "approve")


@click.group()
def token() -> None:
    """Make, list and revoke the tokens of a server's users; run it where the server's workers are."""


@token.command("add")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    required=True,
    help="read: see runs; run: also start and stop them, ask and give feedback; approve: also answer them.",
)
@click.option(
    "--project",
    "projects",
    multiple=True,
    metavar="DIR|URL",
    help="Project it is good for, as the user names it to the server; may be given again. Without: all.",
)
@click.option("--expires", metavar="TIME", help="How long it is good: 12h, 90d, 2w. Without: until it is revoked.")
@json_option
def add(name: str, role: str, projects: tuple[str, ...], expires: str | None, as_json: bool) -> None:
    """Make a token for NAME, and print it: only now, since it is kept nowhere."""
    with reported(as_json, None), _tokens() as tokens:
        from systems.access.callers import ROLES as KNOWN
        from systems.access.callers import named_project
        from systems.access.tokens import lasting

        role_ = next(each for each in KNOWN if each == role)
        good_for = tuple(dict.fromkeys(map(named_project, projects)))
        secret, made = tokens.add(name, role_, good_for, lasting(expires) if expires else None)
        if as_json:
            print_json({"token": secret, **made.model_dump()})
        else:
            stdout().print(secret, soft_wrap=True, markup=False, highlight=False)
            stderr().print(f"Give it to {name}, who sets SPECLOOP_TOKEN to it. It is not shown again.", markup=False)


@token.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List every token there was, with what it is good for; never the token itself."""
    with reported(as_json, None), _tokens() as tokens:
        from rich.table import Table

        every = tokens.all()
        if as_json:
            print_json({"tokens": [each.model_dump() for each in every]})
        elif not every:
            stderr().print("There are none: only programs on the server's own machine are let in.")
        else:
            table = Table("name", "role", "projects", "created", "ends", "id", box=None, pad_edge=False)
            for each in every:
                ends = f"revoked {each.revoked}" if each.revoked else each.expires or "never"
                table.add_row(each.name, each.role, "\n".join(each.projects) or "all", each.created, ends, each.id)
            stdout().print(table, markup=False)


@token.command("revoke")
@click.argument("name", metavar="NAME|ID")
@json_option
def revoke(name: str, as_json: bool) -> None:
    """End the token of NAME; servers let it in for some seconds more."""
    with reported(as_json, None), _tokens() as tokens:
        ended = tokens.revoke(name)
        if as_json:
            print_json({"revoked": [each.model_dump() for each in ended]})
        else:
            stdout().print(f"{', '.join(each.name for each in ended)}: revoked.", markup=False, highlight=False)


@contextmanager
def _tokens() -> Iterator[Tokens]:
    from systems.access.tokens import Tokens, server_place

    with closing(Tokens(server_place())) as tokens:
        yield tokens

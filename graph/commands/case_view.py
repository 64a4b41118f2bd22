"""Cases as a person sees them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from nodes.feedback_loop.rendering.escaping import plain
from systems.cases import Claim, Stored
from systems.splitting import SHOWN
from systems.trials import Asked, Case, Check, Requested, Stepped

MOST = 70
CLAIM = 6


def cases_table(cases: Sequence[Stored]) -> Table:
    """The cases, one line each; a disputed one has a line for every claim."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("id", "kind", "side"):
        table.add_column(column, no_wrap=True)
    for column in ("what", "check", "origin"):
        table.add_column(column, overflow="fold")
    for stored in cases:
        for claim in stored.claims:
            mark = f":{claim.id[:CLAIM]}" if stored.disputed else ""
            side = "disputed" if stored.disputed else stored.side
            table.add_row(f"{stored.key[:SHOWN]}{mark}", stored.kind, side, *map(escape, _columns(claim)))
    return table


def _columns(claim: Claim) -> tuple[str, str, str]:
    if claim.wrong:
        return "", plain(f"a person: wrong, {claim.wrong}", MOST), "person"
    if claim.case is None:
        return "", "", ""
    case = claim.case
    origin = case.run_id if case.run_id and case.origin == "run" else case.origin
    return plain(what(case), MOST), plain(asked_for(case.check), MOST), plain(origin, MOST)


def what(case: Case) -> str:
    """What is given, in words."""
    given = case.given
    if isinstance(given, Asked):
        return given.question
    if isinstance(given, Requested | Stepped):
        return f"{given.artifact}: {given.goal}"
    return f"{given.server}.{given.tool} {given.arguments}"


def asked_for(check: Check) -> str:
    """What a check asks for, in words."""
    used = [one for one in check.answers if one.used]
    parts = [
        ".".join(filter(None, (check.server, check.tool))),
        "valid" if check.valid else "",
        f"holds {', '.join(check.terms)}" if check.terms else "",
        f"names {', '.join(check.sources)}" if check.sources else "",
        check.outcome,
        f"finds {len(used)} answer{'s' if len(used) > 1 else ''}" if used else "",
    ]
    return "; ".join(filter(None, parts))

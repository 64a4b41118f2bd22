"""Cases for tests."""

from __future__ import annotations

from typing import Any, Literal

from systems.records import content_hash
from systems.splitting import side_of
from systems.trials import Asked, Called, Case, Check, Requested, Side, Stepped


def route(question: str, server: str = "git", *, tool: str = "", origin: Literal["run", "person"] = "run") -> Case:
    return Case(kind="route", given=Asked(question=question), check=Check(server=server, tool=tool), origin=origin)


def answer(question: str, *terms: str) -> Case:
    return Case(kind="answer", given=Asked(question=question), check=Check(terms=terms), origin="run")


def draft(goal: str, artifact: str = "specs", *, run_id: str = "r1", **more: Any) -> Case:
    given = Requested(artifact=artifact, goal=goal, about="json output", **more)
    return Case(kind="draft", given=given, check=Check(valid=True), origin="run", run_id=run_id)


def step(drafted: Case) -> Case:
    """The step of a draft."""
    assert isinstance(drafted.given, Requested)
    return drafted.model_copy(update={"kind": "step", "given": Stepped(requests=(drafted.given,))})


def call(server: str, tool: str, **arguments: Any) -> Case:
    given = Called(server=server, tool=tool, arguments=arguments)
    return Case(kind="call", given=given, check=Check(outcome="ok"), origin="run")


def words(count: int, seed: str) -> list[str]:
    """Words that have nothing in common."""
    digests = (content_hash(f"{seed} {number}") for number in range(count))
    return ["".join(chr(ord("a") + int(digest[at : at + 2], 16) % 26) for at in range(0, 12, 2)) for digest in digests]


def questions(count: int) -> list[str]:
    """Questions of which no two are near-duplicates."""
    return [" ".join(words(4, str(number))) for number in range(count)]


def on(side: Side, *, kind: Literal["route", "draft"] = "route") -> Case:
    """A case whose key puts it on a side."""
    made = (route(text) if kind == "route" else draft(text) for text in questions(200))
    return next(case for case in made if side_of(case.key) == side)

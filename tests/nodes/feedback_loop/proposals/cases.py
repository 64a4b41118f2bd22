"""Cases and plays for the tests of proposals."""

from __future__ import annotations

from systems.trials import Asked, Called, Case, Check, Played, Requested

Play = tuple[Case, Played]


def a_draft(why: str, number: int = 0, *, artifact: str = "specs", drafted: str = "", **given: object) -> Play:
    """A draft that failed for a reason, or worked where there is none."""
    data = {"artifact": artifact, "goal": f"goal {number}", "about": "the spec delta", **given}
    case = Case(kind="draft", given=Requested.model_validate(data), check=Check(valid=True), origin="run")
    return case, played(why, tokens=700, drafted=drafted, trace=f"{number} ")


def a_route(why: str, question: str, due: str = "git.git_log", *, tokens: int = 120) -> Play:
    """A question that was routed."""
    server, _, tool = due.partition(".")
    check = Check(server=server, tool=tool)
    return Case(kind="route", given=Asked(question=question), check=check, origin="run"), played(why, tokens=tokens)


def an_answer(why: str, question: str, due: str = "git.git_log", *, seconds: float = 0.2) -> Play:
    """A question that was answered."""
    server, _, tool = due.partition(".")
    check = Check(server=server, tool=tool)
    return Case(kind="answer", given=Asked(question=question), check=check, origin="run"), played(why, seconds)


def a_call(why: str, server: str, number: int = 0) -> Play:
    """A tool call."""
    given = Called(server=server, tool="look", arguments={"number": number})
    return Case(kind="call", given=given, check=Check(outcome="ok"), origin="run"), played(why, tokens=0)


def played(why: str, seconds: float = 1.0, *, tokens: int = 50, drafted: str = "", trace: str = "") -> Played:
    """What came of a case."""
    return Played(
        success=not why,
        seconds=seconds,
        tokens=tokens,
        why=why,
        drafted=drafted,
        trace_id=f"trace {trace}of {why}"[:32],
    )

"""What a case's check makes of what came of it, in words; nothing where it passes."""

from __future__ import annotations

from collections.abc import Sequence

from systems.connections import Run
from systems.errors import Missing
from systems.records import Answer
from systems.trials import Accepted, Check


def lacking(text: str, check: Check) -> str:
    """What a text lacks of what it must hold."""
    folded = text.casefold()
    terms = [term for term in check.terms if term.casefold() not in folded]
    if terms:
        return f"terms: {', '.join(terms)}"
    sources = [source for source in check.sources if source.casefold() not in folded]
    return f"sources: {', '.join(sources)}" if sources else ""


def misrouted(server: str, tool: str, check: Check) -> str:
    """Where a question went instead of where it should have gone."""
    if check.server and server != check.server:
        return f"routed to {server}, not {check.server}"
    if check.tool and tool != check.tool:
        return f"routed to {server}.{tool}, not {check.server}.{check.tool}"
    return ""


def lost(answers: Sequence[Answer], check: Check) -> str:
    """Which of the answers that mattered are not among these: nobody holds their words, or answered their question."""
    found = [answer for answer in answers if answer.answered]

    def kept(one: Accepted) -> bool:
        terms = Check(terms=one.terms)
        return any(not lacking(each.text, terms) if one.terms else each.question == one.question for each in found)

    missing = [one.question for one in check.answers if one.used and not kept(one)]
    return f"lost: {' '.join(missing)}" if missing else ""


def outage(run: Run, server: str | None) -> None:
    """A server that serves no more makes no case fail; it stops the trial."""
    if server and server in run.systems.servers.unavailable:
        raise gone(server, run.systems.servers.unavailable[server])


def gone(server: str, why: str) -> Missing:
    """What is raised when a server is gone."""
    return Missing(
        f"The MCP server {server} is gone: {why}",
        system=server,
        mend="Mend it (`specloop doctor` tells), then run `specloop improve` again: it goes on where it stopped.",
    )

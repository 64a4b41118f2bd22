"""What failed tool calls say about the limits of their servers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.feedback_loop.proposals import server_edits as edits
from nodes.feedback_loop.proposals.observed import Observed, Play
from nodes.feedback_loop.proposals.proposing import Idea
from systems.policy import Policy
from systems.trials import Called

_WORDS = {
    "timeout": re.compile(r"time[sd]?[ -]?out|\bno answer within\b", re.IGNORECASE),
    "lost": re.compile(r"\blost\b|connection", re.IGNORECASE),
}


def late(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Calls that ran out of time: more of it, another try, or both, for the server concerned."""
    for server, plays in _by_server(seen, "timeout").items():
        basis, why = seen.share(plays), f"{_calls(plays, server)} out of time"
        yield Idea(edits.longer(policy, server), why, basis)
        yield Idea(edits.again(policy, server), why, basis)
        yield Idea(edits.limited(policy, server, **_patient(policy, server)), why, basis)


def lost(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Calls whose connection was lost: another try for the server concerned."""
    for server, plays in _by_server(seen, "lost").items():
        yield Idea(edits.again(policy, server), f"{_calls(plays, server)} lost", seen.share(plays))


def _patient(policy: Policy, server: str) -> dict[str, float]:
    seconds = edits.LONGER * edits.limit(policy, server, "call_seconds")
    return {"call_seconds": seconds, "retries": edits.limit(policy, server, "retries") + 1}


def _by_server(seen: Observed, reason: str) -> dict[str, list[Play]]:
    """Failed calls by server, and open questions whose words say the same of the server that should answer."""
    open_ = seen.failed("answer", "open", where=lambda play: bool(_WORDS[reason].search(play.words)))
    by_server: dict[str, list[Play]] = {}
    for play in (*seen.failed("call", reason), *open_):
        given = play.case.given
        server = given.server if isinstance(given, Called) else play.case.check.server
        by_server.setdefault(server, []).append(play)
    return {server: plays for server, plays in sorted(by_server.items()) if server and server != "person"}


def _calls(plays: list[Play], server: str) -> str:
    count = len({play.case.key for play in plays})
    return f"{count} call{'s' if count != 1 else ''} of {server} {'were' if count != 1 else 'was'}"

"""What findings about tools and the questions they answer say about the policy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.feedback_loop.proposals import draft_edits, server_edits
from nodes.feedback_loop.proposals import question_edits as edits
from nodes.feedback_loop.proposals.edits import Edit, both, turned
from systems import names
from systems.policy import Policy
from systems.records import Finding

_USUAL = re.compile(r"median of its peers (?P<seconds>[\d.]+) s")
FEWER = 0.5


def server_of(finding: Finding) -> str:
    """The server of the tool at fault; empty where it is no tool's fault."""
    if finding.evidence.startswith(names.START_SERVER):
        return finding.where
    return finding.where.partition(".")[0] if "calls" in finding.impact and "." in finding.where else ""


def another(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """Another tool is tried when one fails."""
    yield edits.one_more(policy)


def late(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """More time, or another try, for the server; for the model more time, or less to do."""
    server = server_of(finding)
    if not server:
        yield draft_edits.CAPPED
        yield draft_edits.patient(policy)
        yield draft_edits.less_context(policy)
        yield draft_edits.shorter(policy)
    elif finding.evidence.startswith(names.START_SERVER):
        yield server_edits.longer(policy, server, "start_seconds")
    else:
        yield server_edits.longer(policy, server)
        yield server_edits.again(policy, server)
        yield edits.REUSED


def too_many(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """Fewer calls at once, and none twice."""
    yield edits.fewer_at_once(policy)
    yield edits.REUSED


def stormy(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """What failed again and again is tried less often; another tool is asked instead."""
    server = server_of(finding)
    if server:
        yield server_edits.again(policy, server, -1)
        yield edits.one_more(policy)
    else:
        yield turned(policy, "draft.repairs", plus=-1)
        yield draft_edits.EXAMPLE


def lost(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """The server is tried once more."""
    server = server_of(finding)
    if server:
        yield server_edits.again(policy, server)
    yield edits.one_more(policy)


def repeated(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """The same read is made once a run."""
    yield edits.REUSED


def fewer(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """Fewer tools are tried for one question."""
    yield turned(policy, "questions.candidates", plus=-1)
    yield edits.choosy(policy, "person")


def misrouted(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """Another way of ranking tools, or somebody who decides between close ones."""
    yield from edits.methods(policy)
    yield edits.choosy(policy)


def unused(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """What was asked in vain is not asked: the questions known to go there, and the model's own."""
    asked = [text for texts in policy.questions.always.values() for text in texts]
    mine = [text for text in dict.fromkeys(asked) if policy.questions.routes.get(text) == finding.where]
    yield edits.skipped(policy, *mine)
    yield turned(policy, "questions.own", plus=-1)


def stale(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """Every read is made anew."""
    yield edits.FRESH


def oversized(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """Less of a result reaches a prompt, or is kept at all."""
    yield edits.excerpts(policy, FEWER)
    yield turned(policy, "servers.content_bytes", times=FEWER)


def slow(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """A call that takes several times as long as usual is given up, and made once more."""
    found = _USUAL.search(finding.evidence)
    usual = policy.loop.slow_ratio * float(found["seconds"]) if found else 0.0
    server = server_of(finding)
    if not server:
        yield turned(policy, "draft.seconds", times=0, plus=max(1.0, min(usual, policy.draft.seconds)))
        return
    enough = min(max(usual, policy.loop.slow_seconds), server_edits.limit(policy, server, "call_seconds"))
    retries = max(1, int(server_edits.limit(policy, server, "retries")))
    yield server_edits.limited(policy, server, call_seconds=enough)
    yield server_edits.limited(policy, server, call_seconds=enough, retries=retries)


def serial(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """More questions at once."""
    yield edits.side_by_side(policy)
    yield both(edits.side_by_side(policy), edits.REUSED)

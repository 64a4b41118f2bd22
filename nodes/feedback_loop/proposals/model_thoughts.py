"""What findings about the model's calls and drafts say about the policy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.feedback_loop.proposals import draft_edits as edits
from nodes.feedback_loop.proposals.drafting import SOURCES, advice
from nodes.feedback_loop.proposals.edits import Edit, both, turned
from systems.policy import Policy
from systems.records import Finding

FRANK = "Where a fact could not be found out, say so; put nothing in its place."
GROUNDED = "State only what the goal, the facts and the documents say."
MOST_ADVICE = 2
_COST = re.compile(r"(?P<sent>[\d,]+) tokens sent, (?P<written>[\d,]+) written")


def truncated(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """Ask for less, or give more room."""
    yield edits.CAPPED
    yield edits.fewer_items(policy)
    yield edits.roomier(policy)
    yield edits.shorter(policy)


def malformed(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """Show the form, try again, ask for less of it."""
    yield edits.EXAMPLE
    yield edits.repaired(policy)
    yield edits.LEAST
    yield edits.shown_and_repaired(policy)
    yield edits.CERTAIN


def empty(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """Ask again, with more room."""
    yield edits.roomier(policy)
    yield edits.repaired(policy)
    yield edits.EXAMPLE


def refused(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """The validator's words as advice, an example, another try."""
    words = [advice(line) for line in finding.evidence.splitlines() if line.strip()]
    for line in words[:1]:
        yield edits.advised(policy, line)
    yield edits.EXAMPLE
    yield edits.repaired(policy)
    yield both(edits.advised(policy, *words[:MOST_ADVICE]), edits.shown_and_repaired(policy))


def frank(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """Failures are told in the draft."""
    yield edits.advised(policy, FRANK)


def grounded(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """What is stated has a source."""
    yield edits.advised(policy, GROUNDED)
    yield edits.advised(policy, GROUNDED, SOURCES)
    yield edits.CERTAIN


def wordy(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """Less room for the same thought."""
    yield edits.CAPPED
    yield turned(policy, "draft.output_tokens", times=0.5)


def long_lists(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """Fewer items in a list."""
    yield both(edits.CAPPED, edits.fewer_items(policy))
    yield edits.LEAST


def too_much_context(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """Less of earlier documents, of the instruction and of results."""
    yield turned(policy, "draft.document_characters", times=0.5)
    yield turned(policy, "answers.excerpt_characters", times=0.5)
    yield both(edits.less_context(policy), turned(policy, "answers.excerpt_characters", times=0.5))


def dear(finding: Finding, policy: Policy) -> Iterator[Edit]:
    """Less to read or less to write, whichever took more."""
    found = _COST.search(finding.evidence)
    sent, written = (int(found[name].replace(",", "")) if found else 0 for name in ("sent", "written"))
    if sent >= written:
        yield from too_much_context(finding, policy)
    else:
        yield edits.shorter(policy)
        yield turned(policy, "draft.output_tokens", times=0.5)

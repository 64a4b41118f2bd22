"""Proposals: what to change in the policy, from findings, from plays that failed, and from the model itself.

    findings -> from_findings -.
    plays    -> from_plays    -+-> fresh -> at most MOST_PROPOSALS trials
    model    -> ideas         -'

A proposal is an edit of knobs inside their bounds with a predicted effect that was measured. It changes nothing by
itself: only a trial does.
"""

from nodes.feedback_loop.proposals.findings import NO_KNOB, from_findings
from nodes.feedback_loop.proposals.fresh import MOST_PROPOSALS, Pins, Refused, evidence, fresh
from nodes.feedback_loop.proposals.ideas import Ideas, ideas
from nodes.feedback_loop.proposals.plays import from_plays

__all__ = [
    "MOST_PROPOSALS",
    "NO_KNOB",
    "Ideas",
    "Pins",
    "Refused",
    "evidence",
    "fresh",
    "from_findings",
    "from_plays",
    "ideas",
]

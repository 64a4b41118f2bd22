"""Edits of how artifacts are drafted, each one step from where the policy stands."""

from __future__ import annotations

from nodes.feedback_loop.proposals.edits import Edit, both, turned
from systems.policy import Policy

CAPPED: Edit = {"draft": {"capped": True}}
EXAMPLE: Edit = {"draft": {"example": True}}
LEAST: Edit = {"draft": {"shape": "least"}}
CERTAIN: Edit = {"draft": {"temperature": 0.0}}
MOST_LINE = 300


def fewer_items(policy: Policy) -> Edit:
    """About half as many items in a list; at least one."""
    return {"draft": {"items": max(1, (policy.draft.items + 1) // 2)}}


def fewer_characters(policy: Policy) -> Edit:
    """Texts a quarter shorter: a sentence of a draft still fits."""
    return turned(policy, "draft.characters", times=0.75)


def fuller(policy: Policy) -> Edit:
    """Texts half as long again."""
    return turned(policy, "draft.characters", times=1.5)


def shorter(policy: Policy) -> Edit:
    """Limits on every text and list, and smaller ones than now."""
    return both(CAPPED, fewer_items(policy), fewer_characters(policy))


def roomier(policy: Policy) -> Edit:
    """Twice the room for output."""
    return turned(policy, "draft.output_tokens", times=2)


def repaired(policy: Policy) -> Edit:
    """One more try for an invalid draft, with the checker's words."""
    return both(turned(policy, "draft.repairs", plus=1), {"draft": {"repair_words": True}})


def shown_and_repaired(policy: Policy) -> Edit:
    """A worked example, and one more try with the checker's words."""
    return both(EXAMPLE, repaired(policy))


def sound(policy: Policy) -> Edit:
    """Everything that keeps a draft in its form: limits, a worked example, a try more."""
    return both(shorter(policy), shown_and_repaired(policy))


def less_context(policy: Policy) -> Edit:
    """Half as much of the instruction and of earlier documents."""
    return both(
        turned(policy, "draft.instruction_characters", times=0.5),
        turned(policy, "draft.document_characters", times=0.5),
    )


def more_context(policy: Policy) -> Edit:
    """Twice as much of earlier documents, and some of the instruction."""
    least = 400 if policy.draft.instruction_characters < 400 else policy.draft.instruction_characters * 2
    return both(
        turned(policy, "draft.document_characters", times=2, plus=0 if policy.draft.document_characters else 400),
        turned(policy, "draft.instruction_characters", times=0, plus=least),
    )


def patient(policy: Policy) -> Edit:
    """Twice the time for a model call."""
    return turned(policy, "draft.seconds", times=2)


def advised(policy: Policy, *lines: str) -> Edit:
    """More lines of advice; the oldest go where there is no room."""
    flat = (" ".join(line.split())[:MOST_LINE] for line in lines)
    fresh = [line for line in flat if line and line not in policy.draft.guidance]
    return {"draft": {"guidance": [*policy.draft.guidance, *dict.fromkeys(fresh)][-20:]}}


def examples(policy: Policy, drafted: dict[str, str]) -> Edit:
    """Past successes as worked examples, by artifact."""
    return both(EXAMPLE, {"draft": {"examples": {**policy.draft.examples, **drafted}}})

"""What failed drafts say about the policy: one thought per reason, single knobs before bundles."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from nodes.feedback_loop.proposals import draft_edits as edits
from nodes.feedback_loop.proposals.edits import both
from nodes.feedback_loop.proposals.observed import Observed, Play, requested
from nodes.feedback_loop.proposals.proposing import Idea
from systems.models.prompt import tokens
from systems.policy import Policy

FORM = ("invalid", "empty", "refused")
TOLD = 2
LEAST_WORDS = 8
MOST_EXAMPLE = 1_500
MOST_MODELS = 2
_PREAMBLE = re.compile(r"^.*?not sound after \d+ repairs: ", re.DOTALL)
_SEPARATED = re.compile(r"\s*[;\n]\s*")
NAMES = "Use the words of the goal, and name the files, commands and options that it and the facts name."
SOURCES = "Say of every fact which file or answer it comes from, by its name."


def truncated(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Drafts that were cut off: ask for less, show how little is enough, or give more room."""
    plays = seen.failed("draft", "truncated")
    basis, why = seen.share(plays), f"{_drafts(plays)} cut off at the output limit"
    smaller = (edits.fewer_items(policy), edits.fewer_characters(policy)) if policy.draft.capped else ()
    short = edits.shorter(policy)
    shown = (both(edits.CAPPED, edits.EXAMPLE), both(short, edits.EXAMPLE))
    for edit in (edits.CAPPED, *smaller, *shown, short, edits.roomier(policy)):
        yield Idea(edit, why, basis)
    long = seen.failed("draft", "truncated", where=lambda play: "too long" in play.words)
    yield Idea(edits.less_context(policy), "the prompt left no room for the draft", seen.share(long))


def malformed(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Drafts of the wrong form, or that the validator refused: show the form, ask for less of it, try again."""
    plays = seen.failed("draft", *FORM)
    basis, why = seen.share(plays), f"{_drafts(plays)} not of the form asked for"
    steps = (edits.EXAMPLE, edits.repaired(policy), edits.shown_and_repaired(policy), edits.LEAST, edits.CERTAIN)
    for edit in steps:
        yield Idea(edit, why, basis)
    empty = seen.failed("draft", "empty")
    yield Idea(edits.roomier(policy), f"{_drafts(empty)} empty", seen.share(empty))


def bundled(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Drafts that fail for their length and for their form: both at once, since either alone may leave the other."""
    plays = seen.failed("draft", "truncated", "timeout", *FORM)
    if len({play.reason in FORM for play in plays}) == TOLD:
        yield Idea(edits.sound(policy), f"{_drafts(plays)} too long or not of the form", seen.share(plays))


def exemplified(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Past successes as examples, for artifacts whose drafts fail for their form or their content."""
    plays = seen.failed("draft", "truncated", "terms", *FORM)
    wanted = {requested(play).artifact for play in plays}
    drafted = _best(seen, wanted)
    answered = [play for play in plays if requested(play).artifact in drafted]
    why = f"{_drafts(answered)} unsound, while others of the same artifacts succeeded"
    yield Idea(edits.examples(policy, drafted), why, seen.share(answered))


def refused(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """The validator's words as lines of advice: for one each, and all together."""
    plays = seen.failed("draft", "refused", "invalid")
    by_line: dict[str, list[Play]] = {}
    for play in plays:
        words = _PREAMBLE.sub("", play.words)
        for line in dict.fromkeys(advice(one) for one in _SEPARATED.split(words) if len(one) >= LEAST_WORDS):
            by_line.setdefault(line, []).append(play)
    common = sorted(by_line, key=lambda line: (-seen.share(by_line[line]).predicted, line))[:TOLD]
    for line in common[:1]:
        yield Idea(edits.advised(policy, line), f"refused with these words: {line}", seen.share(by_line[line]))
    together = [play for play in plays if any(play in by_line[line] for line in common)]
    if len(common) == TOLD:
        edit = edits.advised(policy, *common)
        yield Idea(edit, f"{_drafts(together)} refused with these words", seen.share(together))
        yield Idea(both(edit, edits.repaired(policy)), f"{_drafts(together)} refused", seen.share(together))


def advice(words: str) -> str:
    """A checker's words as a line of advice, without what is only true of one document: paths, quotes, numbers."""
    general = re.sub(r"[\w./-]*/[\w./-]+|\"[^\"]*\"|'[^']*'|`[^`]*`", "...", words)
    return f"This was refused before, avoid it: {' '.join(general.split())}"[: edits.MOST_LINE]


def incomplete(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Drafts that leave out what they must say: more of what they build on, or a line of advice."""
    for reason, line in (("terms", NAMES), ("sources", SOURCES)):
        plays = seen.failed("draft", reason)
        basis, why = seen.share(plays), f"{_drafts(plays)} without the {reason} they must have"
        yield Idea(edits.advised(policy, line), why, basis)
        yield Idea(edits.EXAMPLE, why, basis)
        yield Idea(edits.more_context(policy), why, basis)
        yield Idea(edits.fuller(policy), why, basis)


def late(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Drafts that ran out of time: less to write, less to read, more time."""
    plays = seen.failed("draft", "timeout")
    basis, why = seen.share(plays), f"{_drafts(plays)} not done in {policy.draft.seconds:g} s"
    for edit in (edits.CAPPED, edits.patient(policy), edits.less_context(policy), edits.shorter(policy)):
        yield Idea(edit, why, basis)


def other_models(seen: Observed, policy: Policy, models: Sequence[str]) -> Iterator[Idea]:
    """Another model of the server drafts."""
    plays = seen.failed("draft")
    for model in [name for name in dict.fromkeys(models) if name != policy.draft.model][:MOST_MODELS]:
        yield Idea({"draft": {"model": model}}, f"{_drafts(plays)} not usable", seen.share(plays))


def costly(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Drafts that worked: less context, by what it is measured to take."""
    worked = [play for play in seen.worked if play.case.kind == "draft"]
    for knob in ("document_characters", "instruction_characters"):
        most = getattr(policy.draft, knob)
        saved = seen.saving(worked, "tokens", functools.partial(_saved, knob=knob, most=most))
        yield Idea({"draft": {knob: most // 2}}, "drafts may do with less of what they build on", saved, "tokens")


def _saved(play: Play, *, knob: str, most: int) -> float:
    """Tokens less when half as much is shown."""
    given = requested(play)
    texts = [text for _, text in given.documents] if knob == "document_characters" else [given.instruction]
    return float(sum(tokens(text[:most]) - tokens(text[: most // 2]) for text in texts))


def _best(seen: Observed, artifacts: set[str]) -> dict[str, str]:
    """The shortest past success of each artifact: it says the form with the least to copy."""
    drafts = [
        play for play in seen.worked if play.case.kind == "draft" and 0 < len(play.played.drafted) <= MOST_EXAMPLE
    ]
    told = sorted(
        ((requested(play).artifact, play.played.drafted) for play in drafts), key=lambda one: (len(one[1]), one)
    )
    return {artifact: text for artifact, text in reversed(told) if artifact in artifacts}


def _drafts(plays: Sequence[Play]) -> str:
    count = len({play.case.key for play in plays})
    return f"{count} draft{'s were' if count != 1 else ' was'}"

"""Edits of how questions find the tool that answers them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nodes.feedback_loop.proposals.edits import Edit, both, turned
from systems.likeness.lexical import stems
from systems.lines import LINES
from systems.policy import Policy

METHODS = ("hybrid", "embeddings", "lexical")
"""Routing methods, the most promising first; the model is never put back."""
LEAST_MARGIN = 0.05
MOST_LINE = 600
MOST_QUESTIONS = 8
MOST_ROUTES = 100
REUSED: Edit = {"answers": {"reuse": True}}
FRESH: Edit = {"answers": {"reuse": False}}
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_PATH = re.compile(r"(?:\bthe )?(?:\b(file|folder|directory) )?(?:[\w.-]+/[\w./-]*|\b[\w-]+\.[A-Za-z]{1,5}\b)")


def methods(policy: Policy) -> Iterator[Edit]:
    """Every other way of ranking tools."""
    for method in METHODS:
        if method != policy.questions.method:
            yield {"questions": {"method": method}}


def choosy(policy: Policy, who: str = "model") -> Edit:
    """Somebody decides between close tools, and tools count as close a little earlier."""
    margin = max(2 * policy.questions.margin, LEAST_MARGIN)
    return both({"questions": {"unsure": who}}, turned(policy, "questions.margin", times=0, plus=margin))


def one_more(policy: Policy) -> Edit:
    """One more tool is tried before a question stays open."""
    return turned(policy, "questions.candidates", plus=1)


def stricter(policy: Policy) -> Edit:
    """More questions go to the person."""
    return both(
        turned(policy, "questions.least_score", times=1.5, plus=0.0 if policy.questions.least_score else 0.1),
        turned(policy, "questions.least_coverage", plus=0.1),
    )


def laxer(policy: Policy) -> Edit:
    """Fewer questions go to the person."""
    return both(
        turned(policy, "questions.least_score", times=0.5), turned(policy, "questions.least_coverage", plus=-0.15)
    )


def shipped_lines(policy: Policy) -> Edit:
    """The lines of this version of specloop, where a policy was made without them or from older ones; its own stay."""
    own = policy.questions.lines
    return {"questions": {"lines": {who: _joined(LINES.get(who, ""), own.get(who, "")) for who in {**LINES, **own}}}}


def _joined(line: str, other: str) -> str:
    """A line, and the sentences of another that it lacks."""
    more = [sentence for sentence in _SENTENCE.split(other) if sentence not in line]
    return " ".join(filter(None, (line, *more)))


def lines(policy: Policy, asked: dict[str, list[str]]) -> Edit:
    """Questions that went elsewhere, as words by which their server or tool is found.

    Args:
        policy: what the lines say so far.
        asked: questions by `server.tool`, or by server.
    """
    known = dict(policy.questions.lines)
    for who, questions in sorted(asked.items()):
        known[who] = _line(known.get(who, ""), questions)
    return {"questions": {"lines": known}}


def _line(known: str, questions: Iterable[str]) -> str:
    """A line with a few more sentences, in this order, as long as each brings a word that is new."""
    told, words, room = [known] if known else [], set(stems(known)), MOST_LINE
    for text in dict.fromkeys(" ".join(_PATH.sub(_unnamed, one).split()) for one in questions):
        if len(text) <= room and not stems(text) <= words and len(told) <= MOST_QUESTIONS:
            told.append(text if text[-1] in ".?!" else f"{text}.")
            words |= stems(text)
            room -= len(text)
    return " ".join(told)


def _unnamed(path: re.Match[str]) -> str:
    return f"the {path[1] or 'file'}"


def routes(policy: Policy, answered: dict[str, str]) -> Edit:
    """Learned routes: who answered a question well; the oldest stay, and there is room for so many."""
    known = policy.questions.routes
    room = max(0, MOST_ROUTES - len(known))
    fresh = [text for text in answered if text not in known][:room]
    return {"questions": {"routes": {**known, **{text: answered[text] for text in fresh}}}}


def excerpts(policy: Policy, times: float) -> Edit:
    """More, or less, of a tool's result reaches a prompt."""
    return turned(policy, "answers.excerpt_characters", times=times)


def side_by_side(policy: Policy) -> Edit:
    """Twice as many questions of a step at once."""
    return turned(policy, "questions.parallel", times=2)


def fewer_at_once(policy: Policy) -> Edit:
    """Half as many questions of a step at once."""
    return turned(policy, "questions.parallel", times=0.5)


def skipped(policy: Policy, *questions: str) -> Edit:
    """Questions that are not asked any more."""
    return {"questions": {"skip": [*dict.fromkeys((*policy.questions.skip, *questions))][:20]}}

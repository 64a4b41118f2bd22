"""A plan that announced more than was done."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, cost, excerpt
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.ends import Ends
from nodes.feedback_loop.talk.transcript import Transcript
from nodes.feedback_loop.talk.unvisited import unvisited
from nodes.feedback_loop.texts.answers import about_to, asks_back, falls_short
from nodes.feedback_loop.texts.outcomes import writes
from nodes.feedback_loop.texts.plans import Plan, announced, kept
from nodes.feedback_loop.texts.words import keys, stems, values
from systems.records import Finding

_SAYS = re.compile(
    r"^\W*(?:and\s+)?(?:(?:then|finally|i(?:'ll| will))\s+)?(?:summari[sz]e|report|answer|tell|explain|compare|"
    r"recommend|respond|"
    r"reply|present|conclude|decide|give|write (?:up|down|the (?:answer|summary|report|reply))|draft the (?:answer|"
    r"reply)|"
    r"share|suggest|evaluate|assess|analy[sz]e|review|think|reason|combine|put together|list|let you|double-check|"
    r"verify|"
    r"confirm|work out|calculate|compute|determine|identify|choose|pick|select|zusammen\w*|bericht\w*|antwort\w*|"
    r"erklär\w*|"
    r"vergleich\w*|résum\w*|expliqu\w*|compar\w*|resum\w*|explic\w*)\b|\b(?:summary|answer|reply|conclusion|"
    r"recommendation)\W*$",
    re.IGNORECASE,
)
_GIVES_UP = re.compile(
    r"\b(?:(?:is|are|was|were|be) (?:not needed|unnecessary|superfluous)|no longer needed|skip\w*|left out|"
    r"leave (?:it|that) (?:out|"
    r"at)|(?:i|we) stop\w*|remaining (?:steps?|items?|tasks?|work)|next steps?|still (?:to|needs?|open|missing)|"
    r"to do|outstanding|"
    r"so far|for now|hand(?:ed|ing)? over|(?:to|will|shall i) continue|need(?:s|ed)? no|no need|isn't needed|"
    r"already (?:done|"
    r"\w+ed)|waiting|wait for|once you|when you|after you|not nötig|nicht nötig|ausstehend|noch (?:offen|nicht)|"
    r"plus tard|más tarde)\b",
    re.IGNORECASE,
)
_HALF, _HEAD = 0.5, 6
_SAYS_LITTLE = frozenset("check look see get fetch find read take start begin open last second third".split())
"""Words of a step that nearly every call is about."""


class PrematureEnd:
    """The answer of a run that ended before its plan did: steps that need a tool, and no call that fits them.

    Or before all was done that the task lists, of which some was.

    A run may do without a step and say so, several steps may be one call, and what is to be told is done by telling.
    """

    watches: ClassVar[Watches] = {"end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._ends = Ends(run, self._judged)

    def observe(self, span: Operation) -> None:
        """Nothing to do: texts are compared at the end."""

    def findings(self) -> Iterable[Finding]:
        """One finding per end of the run."""
        return self._ends.findings()

    def _judged(self, talk: Transcript) -> Iterator[Finding]:
        answer = talk.answer
        if answer is None or not talk.tools:
            return
        said = answer.output
        if announced_last := about_to(said):
            yield from self._finding(answer, f"the last words: {excerpt(announced_last)}", "announced a further step")
        elif not (falls_short(said) or asks_back(said) or _GIVES_UP.search(said)):
            plan, open_steps = _left(talk, answer)
            if open_steps and plan:
                evidence = f"of {len(plan.steps)} steps nothing was done for: {excerpt('; '.join(open_steps))}"
                yield from self._finding(answer, evidence, f"left {len(open_steps)} announced steps undone")
            elif left := unvisited(talk):
                evidence = f"listed in the task, and nothing was done for: {excerpt(', '.join(left))}"
                yield from self._finding(answer, evidence, f"left {len(left)} things of the task undone")

    def _finding(self, answer: Operation, evidence: str, what: str) -> Iterator[Finding]:
        return self._run.finding(
            "premature_end",
            "error",
            answer.where,
            (answer,),
            confidence=0.8,
            evidence=evidence,
            impact=cost((answer,)),
            explanation=f"The run {what} and ended without saying so.",
        )


def _left(talk: Transcript, answer: Operation) -> tuple[Plan | None, tuple[str, ...]]:
    """The last plan of a talk, and the steps of it that nothing was done for."""
    for place in range(len(talk.calls) - 1, -1, -1):
        call = talk.calls[place]
        if call is answer:
            continue
        if call.kind == "tool":
            if (plan := kept(call.arguments)) is not None:
                return plan, plan.open
        elif call.output and (plan := announced(call.output, acting=bool(call.calls))) is not None:
            done = [one for one in talk.calls[place:] if one.kind == "tool"]
            return plan, _undone(plan, done, answer) if done else ()
    for message in reversed(answer.messages):
        if message.role == "assistant" and (plan := announced(message.text, acting=bool(message.calls))) is not None:
            return plan, _undone(plan, talk.tools, answer)
    return None, ()


def _undone(plan: Plan, done: list[Operation], answer: Operation) -> tuple[str, ...]:
    """Steps that no call is about, less the calls that are about no step and may have been for them."""
    said = [stems(step) for step in plan.steps]
    counts = Counter(word for words in said for word in words)
    common = {word for word, count in counts.items() if count > 1}
    told = stems(answer.output)
    works = [_words(one) for one in done if not one.failed]
    own = [words - common - _SAYS_LITTLE or words - common or words for words in said]
    fitting = [{place for place, work in enumerate(works) if _akin(one, work) >= _HALF * len(one)} for one in own]
    alike = {step.partition(" ")[0].lower() for step, fits in zip(plan.steps, fitting, strict=True) if fits}
    spare = len(works) - len(set().union(*fitting))
    left = [
        step
        for step, words, fits in zip(plan.steps, own, fitting, strict=True)
        if words and not (fits or _SAYS.search(step) or _told(step, words, told, alike))
    ]
    return tuple(left[: max(0, len(left) - spare)])


def _told(step: str, words: frozenset[str], told: frozenset[str], alike: set[str]) -> bool:
    """Whether telling does a step: it asks for no action, and others that begin like it did not need a call either."""
    verb = step.partition(" ")[0].lower()
    return len(words & told) >= _HALF * len(words) and not (writes(verb) or verb in alike)


def _akin(words: frozenset[str], others: frozenset[str]) -> int:
    """How many words are among others, or begin as one of them does: `announcement`, `announce`."""
    heads = {one[:_HEAD] for one in others if len(one) >= _HEAD}
    return sum(one in others or one[:_HEAD] in heads for one in words)


def _words(call: Operation) -> frozenset[str]:
    return stems(call.name) | keys(call.arguments) | stems(values(call.arguments)) | stems(values(call.result[:5_000]))

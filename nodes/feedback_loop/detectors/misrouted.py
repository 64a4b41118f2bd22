"""A wrong tool, then the right one."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import ClassVar, NamedTuple

from nodes.feedback_loop.calls.agent_run import AgentRun, cost, excerpt
from nodes.feedback_loop.calls.effects import changes
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY, JUDGED, MISROUTED
from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.ends import Ends
from nodes.feedback_loop.talk.transcript import Transcript, texted
from nodes.feedback_loop.talk.use import Use, use_of
from nodes.feedback_loop.texts.outcomes import acknowledged
from nodes.feedback_loop.texts.words import keys, leaves, stems, values
from nodes.feedback_loop.texts.wrong_turns import (
    blames_tool,
    called_wrong,
    clauses,
    denied,
    disowns,
    got_and_needed,
    refuses,
    sends_on,
)
from systems.records import Finding
from systems.told.nothing_found import nothing_found

_CHECKS = re.compile(
    r"(?:check|verify|validate|is|has|can|may|ping|test|auth\w*|login|health|status|exists?)(?:_|$)", re.IGNORECASE
)
_SEARCHES = frozenset("search query ask call run use calculate list check".split())
_TRIED_FIRST = re.compile(r"cache|memor|histor|faq|kb|knowledge|docs?|local|index|archive|catalog", re.IGNORECASE)
_DESK = re.compile(
    r"(?:^|_)(?:agent|desk|team|department|specialist|expert|assistant|support|helpdesk)$", re.IGNORECASE
)
_FREE = frozenset("query q question text input request prompt search term keyword keywords name id".split())
"""Fields that take anything."""
_COMMON, _SOME, _MUCH, _SHORT, _LONG_ID = 0.5, 3, 4, 600, 4


class _Step(NamedTuple):
    """A tool call, what the model said after it, and the call it made next."""

    wrong: Operation
    said: str
    right: Operation


class Misrouted:
    """The wrong call of each pair: one tool's answer is refused, disowned or unused, and another is asked the same.

    Two calls make a pair when they follow each other alone, of two tools, and the first is not called again. Results
    that say that nothing was found, failures and look-ups of what the next call is about are no wrong turns.
    """

    watches: ClassVar[Watches] = {"agent": JUDGED, "end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._ends = Ends(run, self._judged)
        self._marked: list[Operation] = []

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.attributes.get(MISROUTED) is True and len(self._marked) < 1_000:
            self._marked.append(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per wrong call."""
        yield from self._ends.findings()
        for agent in self._marked:
            yield from self._finding(agent, f"{MISROUTED}=true", "The task was given to an agent that is not for it.")

    def _judged(self, talk: Transcript) -> Iterator[Finding]:
        steps = list(_steps(talk))
        if not steps:
            return
        use, called = use_of(talk), Counter(one.where for one in talk.tools)
        for step in steps:
            if why := _wrong(step, called[step.wrong.where], use):
                wrong, right = step.wrong, step.right
                got = excerpt(wrong.result or wrong.error, 120)
                evidence = f"{wrong.where}({wrong.arguments}) -> {got}; then {right.where}"
                yield from self._finding(
                    wrong, f"{why}: {excerpt(evidence)}", f"{wrong.where} was the wrong tool; {right.where} answered."
                )

    def _finding(self, culprit: Operation, evidence: str, explanation: str) -> Iterator[Finding]:
        return self._run.finding(
            "misrouted",
            "warning",
            culprit.where,
            (culprit,),
            confidence=0.8,
            evidence=evidence,
            impact={**cost((culprit,)), "calls": 1.0},
            explanation=explanation,
        )


def _steps(talk: Transcript) -> Iterator[_Step]:
    """Single calls that follow each other, with what the model said in between."""
    batches: list[tuple[list[Operation], str]] = []
    said = ""
    fresh = True
    for call in talk.calls:
        if call.kind == "model":
            said, fresh = call.output, True
        else:
            if fresh:
                batches.append(([], said))
            batches[-1][0].append(call)
            said, fresh = "", False
    for (before, _), (after, words) in itertools.pairwise(batches):
        if len(before) == 1 and len(after) == 1 and before[0].where != after[0].where and not after[0].failed:
            yield _Step(before[0], words, after[0])


def _wrong(step: _Step, called: int, use: Use) -> str:
    """Why the first call, of a tool that was called so often, was a wrong turn; empty where it was none."""
    wrong, right = step.wrong, step.right
    if called > 1 or (changes(wrong) and not wrong.failed):
        return ""
    result = wrong.result or wrong.error
    like, short = _alike(wrong.arguments, right.arguments), len(result) < _SHORT
    if like and short and refuses(values(result)):
        return "refused"
    if len(step.said) < _SHORT and (blames_tool(step.said) or _contrasts(step)):
        return "disowned"
    if like and len(step.said) < _SHORT and _wrong_ones(step):
        return "disowned"
    if use.flows(wrong):
        return ""
    if like and short and sends_on(values(result)):
        return "refused"
    if wrong.arguments == right.arguments and _DESK.search(wrong.name) and _DESK.search(right.name):
        return "asked again elsewhere"
    if wrong.failed or nothing_found(wrong.result):
        over_asked = not wrong.failed or wrong.cause in ("error", "invalid")
        apart = _only_right_named(step, use) and not (_prepares(wrong, right) or _TRIED_FIRST.search(wrong.name))
        return "in vain" if like and over_asked and apart else ""
    if step.said and len(step.said) < _SHORT and (disowns(step.said) or _other_kind(step)):
        return "disowned"
    return "unused" if (like and _beside_the_point(step, use)) or _astray(step, use) else ""


def _contrasts(step: _Step) -> bool:
    """Whether the model says that it is not what the first tool is named for, and names the second: `A, not B`.

    Or that it got what the first is named for, and needs what the second is.
    """
    first, second = stems(step.wrong.name), stems(step.right.name)
    if denied(step.said) & (first - second) and stems(step.said) & (second - first):
        return True
    got, needed = got_and_needed(step.said)
    return bool(needed & (second - first)) and bool(got & (first - second))


def _wrong_ones(step: _Step) -> bool:
    """Whether the model calls what the first tool is named for the wrong ones, and only looks elsewhere then."""
    return bool(called_wrong(step.said) & stems(step.wrong.name)) and not changes(step.right)


def _other_kind(step: _Step) -> bool:
    """Whether the model says that it got what the first tool is named for, and not what the second is: `A, not B`."""
    first, second = stems(step.wrong.name), stems(step.right.name)
    return any(no & (second - first) and yes & (first - second) for yes, no in clauses(step.said))


def _beside_the_point(step: _Step, use: Use) -> bool:
    """Whether the first answer has nothing to do with the task, and the second is what was asked for."""
    wrong, right = step.wrong, step.right
    if _about(wrong, right) or _prepares(wrong, right) or _confirms(wrong, use):
        return False
    if _relevance(wrong, use) or not _relevance(right, use):
        return False
    news = use.news(wrong)
    named = bool(stems(right.name) & use.asked.terms)
    misplaced = named and (_other_fields(wrong, right) or (_siblings(wrong, right) and _only_right_named(step, use)))
    enough = 1 if misplaced else _SOME if named else _MUCH
    return len(news.numbers) + len(news.terms) >= enough and use.flows(right)


def _astray(step: _Step, use: Use) -> bool:
    """Whether name, arguments and result of the first call have nothing to do with the task, and the second's have."""
    wrong, right = step.wrong, step.right
    first, second = stems(" ".join(_given(wrong.arguments))), stems(" ".join(_given(right.arguments)))
    if _prepares(wrong, right) or _confirms(wrong, use):
        return False
    if not first or first & use.task.terms or not second & use.task.terms:
        return False
    news = use.news(wrong)
    return not _relevance(wrong, use) and len(news.numbers) + len(news.terms) >= _SOME and use.flows(right)


def _only_right_named(step: _Step, use: Use) -> bool:
    """Whether the task speaks of what the second tool is named for, and of nothing that the first one is."""
    first, second = stems(step.wrong.name), stems(step.right.name)
    return bool(second & use.asked.terms) and not first & (use.asked.terms | second - _SEARCHES)


def _siblings(wrong: Operation, right: Operation) -> bool:
    """Whether two tools search for different things in the same way."""
    verbs = [one.name.rpartition(".")[2].partition("_")[0].lower() for one in (wrong, right)]
    return verbs[0] == verbs[1] and verbs[0] in _SEARCHES


def _other_fields(wrong: Operation, right: Operation) -> bool:
    """Whether the same value was given as one thing and then as another: `location=5512`, then `order_id=5512`."""
    first, second = parsed(wrong.arguments), parsed(right.arguments)
    if not isinstance(first, dict) or not isinstance(second, dict):
        return False
    return any(
        one == other and not (stems(name) & stems(field) or name in _FREE or field in _FREE)
        for name, one in first.items()
        for field, other in second.items()
        if isinstance(one, (str, int))
    )


def _alike(one: str, other: str) -> bool:
    """Whether two calls ask about the same: a value in common that says something, or most of their words."""
    first, second = set(_given(one)), set(_given(other))
    if (first and first == second) or any(len(value) > 2 and not value.isdecimal() for value in first & second):
        return True
    if any(_within(one, other) or _within(other, one) for one, other in itertools.product(first, second)):
        return True
    words, others = stems(" ".join(first)), stems(" ".join(second))
    common = words & others
    return bool(common) and len(common) >= _COMMON * min(len(words), len(others))


def _within(one: str, other: str) -> bool:
    """Whether a value is one of the words of another: an id in a question."""
    return len(one) >= _LONG_ID and one in other.split() and one != other


def _given(arguments: str) -> Iterator[str]:
    return (leaf.lower().strip() for leaf in leaves(parsed(arguments)))


def _about(wrong: Operation, right: Operation) -> bool:
    """Whether the first call only looked up what the second is about: a customer, then the customer's orders."""
    fields = keys(wrong.arguments) | keys(right.arguments)
    return bool(stems(wrong.name) & fields)


def _prepares(wrong: Operation, right: Operation) -> bool:
    """Whether the first call may only have been a check before an action."""
    return changes(right) or acknowledged(right.result) or bool(_CHECKS.match(wrong.name.rpartition(".")[2]))


def _confirms(call: Operation, use: Use) -> bool:
    """Whether a result has a figure of the task that the call was not given: there is one at 11:20."""
    return bool(texted(call.result).numbers & use.task.numbers - texted(call.arguments).numbers)


def _relevance(call: Operation, use: Use) -> int:
    """How many words of the task the tool's name and result have, beyond what the call was given."""
    asked = use.asked.terms - stems(" ".join(_given(call.arguments)))
    told = stems(call.name) | keys(call.result) | stems(values(call.result[:20_000]))
    return len(asked & told)

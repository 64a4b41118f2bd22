"""What all detectors know of one run of an agent: its calls in the order in which they ended, and what came of them.

Memory is bounded, however long the run: the last `REMEMBERED` calls are kept in order, and by their arguments the last
`GENERATION` different ones at least, twice as many at most.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, takewhile
from typing import Any

from nodes.feedback_loop.calls.attempts import Attempts
from nodes.feedback_loop.calls.drafts import Drafts
from nodes.feedback_loop.calls.grouping import Group
from nodes.feedback_loop.calls.history import NONE, History
from nodes.feedback_loop.calls.places import Place, Places, Tool
from nodes.feedback_loop.calls.standing_in import replaced, told_instead
from nodes.feedback_loop.calls.told_as_answer import told_as_answer
from nodes.feedback_loop.reading.marks import ALIKE, FAILED, HOLDS, IN_TURN, LONGEST, OWN, REPEAT, REUSED, SILENT
from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.answers import falls_short
from nodes.feedback_loop.texts.rephrasing import words
from nodes.feedback_loop.texts.words import leaves
from systems import names
from systems.policy import LoopKnobs
from systems.records import Finding, FindingKind, Severity

REMEMBERED = 1_000
GENERATION = 1_000
TURNS = 4
"""So many calls in turn are the least that anybody looks at."""
_ASKS_ALL = OWN | SILENT
"""Working calls with these marks may make everything good that failed at their place."""
_DRAFTED_OR_FAILED = OWN | FAILED
_NO_PEER = FAILED | REUSED
"""Calls with these marks say nothing about how long a call takes."""
PATIENCE = 2
"""So many failures from outside (time, connection, rate) are no accident, even where a later call goes through."""
LATER = 100
"""So many calls after a failure nothing is looked for any more that replaces it."""
LONGEST_TASK = 10_000
TOLD, LONGEST_RESULT, MOST_ASKED = 12, 2_000, 20
"""Last results that may name what is gone through, characters of each, and how often that is looked at."""
WORDS = 300
TOO_LONG = re.compile(r"\btime[sd]?[ -]?out|too long|in time\b|connection|unreachable|not reach", re.IGNORECASE)
OR_ELSE = re.compile(r"\b(?:or|otherwise|else|oder|sonst|sinon|ou|oppure|altrimenti|si no|of anders)\b", re.IGNORECASE)
MOST_TRIED = 6
"""More calls of one tool go through things."""


class AgentRun:
    """One run under analysis.

    Attributes:
        knobs: when numbers are remarkable.
        history: how long operations took in earlier runs.
        tools: the last tool calls, in order of their ends; echoes (a wrapper's span of the same call) are left out.
        models: the last model calls, likewise.
        places: the calls by place, and their times.
        called: how many tool calls there were.
        turn_began: how many there were at the last model call.
        turns: how many of the last of them came right after the one after the last call of their tool: two in turn.
        following: marks that detectors follow at present.
        before: the last call of the same tool with the same arguments, while a `repeat` is observed.
        task: what the person asked for: the first user message of the run.
        answer: the last model call that asked for no tool; what the run came to, once it has ended.
        ended: whether nothing more is to come: the root has ended, or the input has.
        ends: how often that was so; a trace may have several roots, one after another.
        drafts: specloop's own drafting attempts.
        retire: tells a detector of no more operations, when it has seen all that it looks at.
        began: when the last agent that held tool calls ended; what was called before was called by another one, or for
            another question.
    """

    def __init__(self, knobs: LoopKnobs, history: History = NONE) -> None:
        self.knobs = knobs
        self.history = history
        self.tools: deque[Operation] = deque(maxlen=REMEMBERED)
        self.models: deque[Operation] = deque(maxlen=REMEMBERED)
        self.places = Places(knobs)
        self.before: Operation | None = None
        self.called = 0
        self.turn_began = 0
        self.turns = 0
        self.following = 0
        self.retire: Callable[[Any], None] = _nobody
        self.task = ""
        self.answer: Operation | None = None
        self.ended = False
        self.ends = 0
        self.began = 0
        self.drafts = Drafts()
        self._until = self._told_asked = 0
        self._attempts = Attempts(self.words_of_task, self.words_told)
        self._known: frozenset[str] = frozenset()
        self._replaced: dict[str, bool] = {}
        self._calls: dict[int, Operation] = {}
        self._older_calls: dict[int, Operation] = {}
        self._earlier: set[tuple[str, str]] = set()

    def leave_out(self, operation: Operation) -> None:
        """Never report this operation: it is only compared with."""
        self._earlier.add((operation.trace_id, operation.span_id))

    def observe_call(self, operation: Operation, marks: int) -> int:
        """Take a call of a model or a tool into account, before the detectors do; the marks that it has in the run."""
        try:
            place = self.places[operation.place]
        except KeyError:
            place = self.places.new(operation)
        seconds, start, until = operation.seconds, operation.start_ns, self._until
        if start >= until:
            place.waited += seconds
            self._until = operation.end_ns
        elif operation.end_ns > until:
            place.waited += (operation.end_ns - until) / 1e9
            self._until = operation.end_ns
        if seconds > place.longest:
            place.longest, place.slowest = seconds, operation
        found = self.following
        if seconds >= place.remarkable and self._stands_out(operation, marks, place):
            found |= LONGEST
        if operation.kind == "tool":
            return found | self._tool(operation, marks, place)
        self.models.append(operation)
        self.turn_began = self.called
        if marks & _DRAFTED_OR_FAILED or not self.task or self._attempts.open_models:
            self._model(operation, marks)
        if not (operation.calls or marks & FAILED):
            self.answer = operation
        return found

    def _model(self, operation: Operation, marks: int) -> None:
        if marks & OWN:
            self.drafts.observe_model(operation)
        if not self.task:
            self.task = next((one.text for one in operation.messages if one.role in ("user", "human")), "")
        if marks & FAILED:
            self._attempts.failed(operation)
        else:
            self._attempts.answered(operation)

    def _tool(self, operation: Operation, marks: int, place: Place) -> int:
        self.tools.append(operation)
        self.called = called = self.called + 1
        found, tool = 0, place.tool
        if called - tool.number < 3:
            found = self._near(operation, tool)
        else:
            self.turns = 0
        tool.number, tool.result = called, operation.result
        if marks & REUSED and operation.attributes.get(names.REUSED) is True:
            return found
        place.count += 1
        before = self._calls.setdefault(operation.call, operation)
        if before is operation:
            before = self._older_calls.pop(operation.call, operation)
            if len(self._calls) >= GENERATION:
                self._older_calls, self._calls = self._calls, {}
        if marks & FAILED:
            self._attempts.failed(operation)
        elif before is not operation or place.where in self._attempts.eager or marks & _ASKS_ALL:
            self._attempts.worked(operation)
        if before is operation:
            return found
        self.before = before
        self._calls[operation.call] = operation
        return found | REPEAT

    def observe_retrieval(self, operation: Operation) -> int:
        """Take a retrieval into account, likewise."""
        if operation.failed:
            self._attempts.failed(operation)
        elif self._attempts.open:
            self._attempts.worked(operation)
        place = self.places.get(operation.place) or self.places.new(operation)
        return LONGEST if self._stands_out(operation, operation.marks, place) else 0

    def _stands_out(self, operation: Operation, marks: int, place: Place) -> bool:
        """Whether a call, or one before at its place, may be an outlier; tools in a model call are not its time."""
        if marks & _NO_PEER:
            return False
        seconds = operation.seconds
        if marks & HOLDS and operation.kind == "model":
            inside = takewhile(lambda one: one.parent_id == operation.span_id, reversed(self.tools))
            seconds -= sum(one.seconds for one in inside)
        return place.compare(operation, seconds)

    def _near(self, operation: Operation, tool: Tool) -> int:
        """What a tool call is to those right before it, of which one was of the same tool."""
        self.turns = self.turns + 1 if self.called - tool.number == 2 else 0
        alike = ALIKE if tool.result == operation.result else 0
        return alike | IN_TURN if self.turns >= TURNS else alike

    def observe_agent(self, operation: Operation) -> None:
        """Take the end of an agent or a workflow into account, before the detectors do."""
        if self.tools and self.tools[-1].start_ns >= operation.start_ns:
            self.began = operation.end_ns

    def count(self, tool: str) -> int:
        """How often a tool (`Operation.where`) was called."""
        return self.places.count(tool)

    def follow(self, mark: int) -> None:
        """Have every call told to those that watch for this mark of `marks.FOLLOWED`."""
        self.following |= mark

    def leave(self, mark: int) -> None:
        """Follow no more."""
        self.following &= ~mark

    def models_since(self, last: Operation | None) -> list[Operation]:
        """The model calls after one; for detectors that look at them only when something rare has come."""
        return [*takewhile(lambda one: one is not last, reversed(self.models))][::-1]

    def made_good(self, operation: Operation) -> bool:
        """Whether a later attempt of a tool or a model (for specloop's questions: any tool) worked."""
        if self._attempts.made_good(operation):
            return not (self._attempts.went_round(operation) and self._still_told(operation))
        return self.ended and self._tried_on(operation)

    def _still_told(self, failed: Operation) -> bool:
        """Whether the answer still tells of a call that took too long or lost its way, and another did only in part."""
        if failed.cause not in ("timeout", "connection_lost") or self.answer is None or not self.ended:
            return False
        return bool(TOO_LONG.search(self.answer.output[:LONGEST_RESULT]))

    @property
    def mended(self) -> int:
        """How many failures were made good so far."""
        return self._attempts.count

    def replaced(self, operation: Operation) -> bool:
        """Whether another tool soon did what a failed one could not."""
        known, tools = self._replaced.get(operation.span_id), self.tools
        if known is None:
            forgotten = len(tools) == REMEMBERED and tools[0].start_ns >= operation.end_ns
            known = not forgotten and replaced(operation, tools)
            if known or (len(tools) > LATER and tools[-LATER].start_ns >= operation.end_ns):
                self._replaced[operation.span_id] = known
        return known

    def still_open(self, failed: Group) -> list[Operation]:
        """Those failures that nothing made good: no later attempt, no other tool, no later draft; answers are none."""
        open_ = (one for one in failed if not (self.made_good(one) or self.drafts.made_good(one) or self.replaced(one)))
        return [one for one in open_ if not self.answers(one)]

    def answers(self, failed: Operation) -> bool:
        """Whether a failure that a result tells of was what was to be known."""
        return self.ended and (told_as_answer(failed, self.answer) or told_instead(failed, self.answer, self.tools))

    def _tried_on(self, failed: Operation) -> bool:
        """Whether a tool that failed was called with other values until it worked, and no more.

        Short ones, and of the model's own before or after: from one thing that the task names to the next is no retry.
        """
        if failed.kind != "tool" or any(len(one.split()) > 2 for one in leaves(parsed(failed.arguments)) or [". . ."]):
            return False
        calls = [one for one in self.tools if one.where == failed.where]
        if not calls or len(calls) > MOST_TRIED or calls[-1].failed or not all(one.failed for one in calls[:-1]):
            return False
        if failed.end_ns > calls[-1].start_ns or (self.answer is not None and falls_short(self.answer.output)):
            return False
        before, now, known = words(failed.arguments), words(calls[-1].arguments), self.words_of_task()
        return not (before & known and (now - before) & known) or bool(OR_ELSE.search(self.task[:LONGEST_TASK]))

    def lost(self, failed: Sequence[Operation], where: str) -> dict[str, float]:
        """What failures cost, and how many calls of the tool there were."""
        impact = failed.impact if isinstance(failed, Group) else cost(failed)
        return {**impact, "calls": float(self.count(where))} if failed[0].kind == "tool" else impact

    def words_of_task(self) -> frozenset[str]:
        """The words and numbers of the task."""
        if not self._known and self.task:
            self._known = words(self.task[:LONGEST_TASK])
        return self._known

    def words_told(self) -> frozenset[str]:
        """The words of the task and of what the last tools gave back; after `MOST_ASKED` of the task alone."""
        self._told_asked += 1
        if self._told_asked > MOST_ASKED:
            return self.words_of_task()
        last = islice(reversed(self.tools), TOLD)
        return self.words_of_task().union(*(words(one.result[:LONGEST_RESULT]) for one in last if not one.failed))

    def finding(
        self,
        kind: FindingKind,
        severity: Severity,
        where: str,
        culprits: Iterable[Operation],
        *,
        evidence: str,
        explanation: str,
        confidence: float = 1.0,
        impact: dict[str, float] | None = None,
    ) -> Iterator[Finding]:
        """The finding over those culprits that are to be reported; nothing where none is.

        Its impact is counted from them where it is not given.
        """
        culprits = [one for one in culprits if (one.trace_id, one.span_id) not in self._earlier]
        if culprits:
            yield Finding(
                kind=kind,
                severity=severity,
                confidence=confidence,
                where=where or culprits[-1].title,
                span_ids=tuple(dict.fromkeys(one.span_id for one in culprits)),
                evidence=evidence,
                impact=cost(culprits) if impact is None else impact,
                explanation=explanation,
            )


def cost(operations: Sequence[Operation]) -> dict[str, float]:
    """What operations cost: failures, seconds, tokens."""
    return {
        "failures": float(sum(one.failed for one in operations)),
        "seconds": round(sum(one.seconds for one in operations), 6),
        "tokens": float(sum(one.tokens for one in operations)),
    }


def excerpt(text: str, limit: int = WORDS) -> str:
    """The text on one line, cut to a readable length."""
    line = " ".join(text[: limit * 4].split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def times(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _nobody(detector: object) -> None:
    """Who retires where nobody tells detectors of operations."""

"""The analyzer: operations in, findings out, at any time.

Operations are observed in the order in which they ended, as live spans arrive; late ones are taken as they come. What
belongs to one run of an agent is kept apart from other runs: a trace is a run, and calls without any trace around them
are one run per conversation or service.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from nodes.feedback_loop.calls.agent_run import AgentRun
from nodes.feedback_loop.calls.history import NONE, History
from nodes.feedback_loop.detectors import DETECTORS, WITH_HISTORY, Detector
from nodes.feedback_loop.ranking import ranked
from nodes.feedback_loop.reading.kinds import CALLS
from nodes.feedback_loop.reading.marks import BARE, HOLDS, PLAIN
from nodes.feedback_loop.reading.nesting import Nesting, filled, wraps
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.reading.spoken_tools import SpokenTools
from nodes.feedback_loop.routes import Routes
from systems import names
from systems.policy import BASELINE, LoopKnobs
from systems.records import Finding

MOST_OPEN_RUNS = 1_000
"""Runs whose state is kept for spans that come late; of older ones only the findings are."""


class Analysis:
    """Findings of any number of runs.

    Attributes:
        knobs: when numbers are remarkable.
        history: how long operations took in earlier runs (`history.history`).
    """

    def __init__(self, knobs: LoopKnobs = BASELINE.loop, *, history: History = NONE) -> None:
        self.knobs = knobs
        self.history = history
        self._watched: OrderedDict[str, _Watched] = OrderedDict()
        self._finished: list[Finding] = []
        self._fresh: set[_Watched] = set()
        self._ranked: tuple[Finding, ...] = ()
        self._news = False

    def observe(self, operation: Operation, *, report: bool = True) -> None:
        """Take one operation into account; without `report` it is compared with and never reported."""
        watched = self._watched.get(operation.trace_id) or self._run_of(operation)
        self._fresh.add(watched)
        if not report:
            watched.run.leave_out(operation)
        watched.observe(operation)

    def observe_all(self, operations: Iterable[Operation]) -> None:
        """Take operations into account, one after another: the same as `observe` of each, and faster."""
        rest = iter(operations)
        for operation in rest:
            following: Operation | None = operation
            while following is not None:
                self.observe(following)
                watched = self._watched.get(following.trace_id)
                following = watched.observe_own(rest, following.trace_id) if watched is not None else None

    def findings(self) -> tuple[Finding, ...]:
        """What the operations so far show, worst first. Of a call without content only once the next one has come."""
        fresh, self._fresh = self._fresh, set()
        if any([watched.news() for watched in fresh]) or self._news:
            self._ranked, self._news = self._all(), False
        return self._ranked

    def close(self) -> tuple[Finding, ...]:
        """What all the operations show, now that no more will come, worst first."""
        for watched in self._watched.values():
            watched.close()
        return self._all()

    def _all(self) -> tuple[Finding, ...]:
        return ranked(chain(self._finished, *(watched.findings() for watched in self._watched.values())))

    def _run_of(self, operation: Operation) -> _Watched:
        key = run_key(operation)
        watched = self._watched.get(key)
        if watched is None:
            watched = self._watched[key] = _Watched(self.knobs, self.history)
            if len(self._watched) > MOST_OPEN_RUNS:
                oldest = self._watched.popitem(last=False)[1]
                oldest.close()
                self._finished.extend(oldest.findings())
                self._news = True
        return watched


def run_key(operation: Operation) -> str:
    """The run that an operation belongs to."""
    if operation.parent_id is None and operation.kind in ("model", "tool", "embedding", "retrieval"):
        attributes = operation.attributes
        return f"calls of {attributes.get(names.CONVERSATION) or attributes.get('resource.service.name') or ''}"
    return operation.trace_id


class _Watched:
    """One run with a set of detectors."""

    def __init__(self, knobs: LoopKnobs, history: History) -> None:
        self.run = AgentRun(knobs, history)
        self._nesting = Nesting()
        self._spoken = SpokenTools()
        self._detectors: tuple[Detector, ...] = tuple(
            make(self.run) for make in (WITH_HISTORY if history else DETECTORS)
        )
        self._routes = Routes(self._detectors)
        self.run.retire = self._routes.retire
        self._found: list[tuple[Finding, ...]] = [()] * len(self._detectors)
        self._touched = 0
        self._mended = 0
        self._held: tuple[Operation, int] | None = None

    def observe(self, operation: Operation) -> None:
        """Take one operation into account.

        What only wraps the same call is left out; a call without content is held back for what might wrap it.
        """
        marks, below = operation.marks, self._nesting.observe(operation)
        echo = below is not None and operation.echo in below
        failures = self._nesting.failures(operation) if below is not None or operation.failed else ()
        held, self._held = self._held, None
        if held is not None:
            if echo and wraps(operation, held[0]):
                whole = filled(held[0], operation)
                self._take(whole, whole.marks | held[1] & HOLDS, (whole,) if failures else ())
                return
            self._take(*held)
        if below is not None:
            marks |= HOLDS
        if echo:
            for failure in failures:
                self._failure(failure)
        elif marks & BARE:
            self._held = operation, marks
        else:
            self._take(operation, marks, failures)

    def observe_own(self, operations: Iterator[Operation], trace_id: str) -> Operation | None:
        """Take operations into account as long as they are of a trace; the first one that is not.

        Most are calls with nothing around them that matters; written out for them, as this is what a long trace costs.
        """
        below, observe, routes = self._nesting.below, self.run.observe_call, self._routes
        careful = self._careful
        for operation in operations:
            if operation.trace_id != trace_id:
                return operation
            marks = operation.marks
            if careful or not marks & PLAIN or operation.span_id in below:
                self.observe(operation)
                careful = self._careful
                continue
            below[operation.parent_id].add(operation.echo)
            watches, touched = routes[marks | observe(operation, marks)]
            if touched:
                self._touched |= touched
                for watch in watches:
                    watch(operation)
        return None

    @property
    def _careful(self) -> bool:
        """Whether what has come before matters for the next call, whatever it is."""
        return self._held is not None or self._spoken.needed

    def findings(self) -> Iterable[Finding]:
        """What was found when somebody asked last."""
        return chain.from_iterable(self._found)

    def news(self) -> bool:
        """Ask the detectors that something came for; whether they have found something, or no more."""
        if self._mended != self.run.mended:
            self._mended = self.run.mended
            self._touched |= self._routes.failing
        touched, self._touched, news = self._touched, 0, False
        while touched:
            number = (touched & -touched).bit_length() - 1
            touched &= touched - 1
            found = tuple(self._detectors[number].findings())
            news = news or bool(found or self._found[number])
            self._found[number] = found
        return news

    def close(self) -> None:
        """Take into account that no more will come."""
        if self._held is not None:
            self._take(*self._held)
            self._held = None
        for failure in self._nesting.rest():
            self._failure(failure)
        self._end()
        self.news()

    def _take(self, operation: Operation, marks: int, failures: Sequence[Operation] = ()) -> None:
        kind = operation.kind
        if kind == "tool" or kind == "model":
            if self._spoken.needed:
                self._speak(operation)
            marks |= self.run.observe_call(operation, marks)
        else:
            marks |= self._other(operation)
        self._tell(operation, marks)
        for failure in failures:
            self._failure(failure)
        if operation.parent_id is None and kind not in CALLS:
            self._end()

    def _tell(self, operation: Operation, marks: int) -> None:
        watches, touched = self._routes[marks]
        if touched:
            self._touched |= touched
            for watch in watches:
                watch(operation)

    def _speak(self, operation: Operation) -> None:
        """Take the calls of tools into account that only the conversation tells of."""
        if operation.kind == "tool":
            self._spoken.observe_tool()
            return
        for spoken in self._spoken.observe_model(operation):
            self._tell(spoken, spoken.marks | self.run.observe_call(spoken, spoken.marks))
            if spoken.failed:
                self._failure(spoken)

    def _other(self, operation: Operation) -> int:
        if operation.kind in ("agent", "workflow"):
            self.run.observe_agent(operation)
        elif operation.kind == "retrieval":
            return self.run.observe_retrieval(operation)
        elif operation.kind == "step" and not operation.failed:
            self.run.drafts.observe_step(operation)
        return 0

    def _end(self) -> None:
        self.run.ended = True
        self.run.ends += 1
        self._touched = self._routes.every

    def _failure(self, operation: Operation) -> None:
        watches, touched = self._routes.failure(operation.marks)
        self._touched |= touched
        for watch in watches:
            watch(operation)

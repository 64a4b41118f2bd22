"""The analyzer: operations in, findings out, at any time.

Operations are observed in the order in which they ended, as live spans arrive; late ones are taken as they come. What
belongs to one run of an agent is kept apart from other runs: a trace is a run, and calls without any trace around them
are one run per conversation or service.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from nodes.feedback_loop.agent_run import AgentRun
from nodes.feedback_loop.detectors import DETECTORS, TOPICS, WITH_HISTORY, Detector, Topic
from nodes.feedback_loop.history import NONE, History
from nodes.feedback_loop.nesting import CALLS, Nesting, bare, filled, wraps
from nodes.feedback_loop.operations import Operation
from nodes.feedback_loop.ranking import ranked
from nodes.feedback_loop.spoken_tools import SpokenTools
from systems import names
from systems.policy import DEFAULT, LoopKnobs
from systems.records import Finding

Watch = Callable[[Operation], None]
MOST_OPEN_RUNS = 1_000
"""Runs whose state is kept for spans that come late; of older ones only the findings are."""


class Analysis:
    """Findings of any number of runs.

    Attributes:
        knobs: when numbers are remarkable.
        history: how long operations took in earlier runs (`history.history`).
    """

    def __init__(self, knobs: LoopKnobs = DEFAULT.loop, *, history: History = NONE) -> None:
        self.knobs = knobs
        self.history = history
        self._watched: OrderedDict[str, _Watched] = OrderedDict()
        self._finished: list[Finding] = []

    def observe(self, operation: Operation, *, report: bool = True) -> None:
        """Take one operation into account; without `report` it is compared with and never reported."""
        watched = self._watched.get(operation.trace_id)
        key = operation.trace_id if watched is not None else run_key(operation)
        watched = watched or self._watched.get(key)
        if watched is None:
            watched = self._watched[key] = _Watched(self.knobs, self.history)
            if len(self._watched) > MOST_OPEN_RUNS:
                self._finished.extend(self._watched.popitem(last=False)[1].closed())
        watched.observe(operation, report=report)

    def findings(self) -> tuple[Finding, ...]:
        """What the operations so far show, worst first."""
        return ranked(chain(self._finished, *(watched.findings() for watched in self._watched.values())))

    def close(self) -> tuple[Finding, ...]:
        """What all the operations show, now that no more will come, worst first."""
        return ranked(chain(self._finished, *(watched.closed() for watched in self._watched.values())))


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
        detectors = WITH_HISTORY if history else DETECTORS
        self._detectors: tuple[Detector, ...] = tuple(make(self.run) for make in detectors)
        self._watching: dict[Topic, tuple[Watch, ...]] = {
            topic: tuple(one.observe for one in self._detectors if topic in one.watches) for topic in TOPICS
        }
        self._only_failures = {
            kind: tuple(one.observe for one in self._detectors if "failure" in one.watches and kind not in one.watches)
            for kind in CALLS
        }
        self._found: list[tuple[Finding, ...]] = [()] * len(self._detectors)
        self._touched: set[Topic] = set()
        self._mended = 0
        self._held: Operation | None = None

    def observe(self, operation: Operation, *, report: bool = True) -> None:
        if not report:
            self.run.leave_out(operation)
        echo, failures = self._nesting.observe(operation)
        held, self._held = self._held, None
        if held is not None:
            if echo and wraps(operation, held):
                whole = filled(held, operation)
                self._take(whole, (whole,) if failures else ())
                return
            self._take(held)
        if echo:
            for failure in failures:
                self._failure(failure)
        elif bare(operation):
            self._held = operation
        else:
            self._take(operation, failures)

    def _take(self, operation: Operation, failures: Sequence[Operation] = ()) -> None:
        kind = operation.kind
        if kind == "tool":
            self._spoken.observe_tool()
            self._tool(operation)
        elif kind == "model":
            for spoken in self._spoken.observe_model(operation):
                self._tool(spoken)
                if spoken.failed:
                    self._failure(spoken)
            self.run.observe_model(operation)
            self._tell(operation, kind)
        else:
            self._other(operation)
        for failure in failures:
            self._failure(failure)
        if operation.parent_id is None and kind not in CALLS:
            self._end()

    def _release(self) -> None:
        """Tell of the call that was held for what might wrap it."""
        held, self._held = self._held, None
        if held is not None:
            self._take(held)

    def findings(self) -> Iterable[Finding]:
        self._release()
        if self._mended != self.run.mended:
            self._mended = self.run.mended
            self._touched.add("failure")
        if self._touched:
            for number, detector in enumerate(self._detectors):
                if not self._touched.isdisjoint(detector.watches):
                    self._found[number] = tuple(detector.findings())
            self._touched.clear()
        return chain.from_iterable(self._found)

    def closed(self) -> Iterable[Finding]:
        self._release()
        for failure in self._nesting.rest():
            self._failure(failure)
        self._end()
        return self.findings()

    def _end(self) -> None:
        self.run.ended = True
        self.run.ends += 1
        self._touched.update(TOPICS)

    def _tool(self, operation: Operation) -> None:
        repeats = self.run.observe_tool(operation)
        self._tell(operation, "tool")
        if repeats:
            self._tell(operation, "repeat")

    def _other(self, operation: Operation) -> None:
        if operation.kind in ("agent", "workflow"):
            self.run.observe_agent(operation)
        elif operation.kind == "retrieval":
            self.run.observe_retrieval(operation)
        elif operation.kind == "step" and not operation.failed:
            self.run.drafts.observe_step(operation)
        if not (operation.failed and operation.kind not in CALLS):
            self._tell(operation, operation.kind)

    def _tell(self, operation: Operation, topic: Topic) -> None:
        for watch in self._watching[topic]:
            watch(operation)
        self._touched.add(topic)

    def _failure(self, operation: Operation) -> None:
        for watch in self._only_failures.get(operation.kind) or self._watching["failure"]:
            watch(operation)
        self._touched.add("failure")

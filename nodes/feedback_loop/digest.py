"""A trace in at most so many tokens, for a reader with little room: the critic.

How it is chosen: the task, the findings a line each, then spans a line each in order of time, taken in this order until
the room is used up: culprits of findings; the last model calls (what the run came to); the first calls (the plan); the
longest; then the rest from the end backwards. What can be taken at all are the first `FIRST`, the last `LAST` and the
`LONGEST` longest calls, so that memory is bounded however long the trace.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from nodes.feedback_loop.calls.agent_run import excerpt
from nodes.feedback_loop.reading.kinds import CALLS
from nodes.feedback_loop.reading.operations import Operation
from systems.records import Finding

FIRST, LAST, LONGEST = 50, 300, 50
LINE = 360
ENDING = 3
BEGINNING = 4
TEXT = 20_000


class Digest:
    """Collects the calls of a trace that may be shown."""

    def __init__(self) -> None:
        self._task = ""
        self._first: list[Operation] = []
        self._last: deque[Operation] = deque(maxlen=LAST)
        self._longest: list[tuple[int, int, Operation]] = []
        self._count = 0

    def observe(self, operation: Operation) -> None:
        """Take an operation into account; operations come in the order of their ends."""
        if operation.kind not in CALLS:
            return
        self._count += 1
        if not self._task and operation.kind == "model":
            self._task = next((one.text for one in operation.messages if one.role == "user"), "")
        if len(self._first) < FIRST:
            self._first.append(operation)
        else:
            self._last.append(operation)
        rank = operation.end_ns - operation.start_ns, self._count, operation
        (heapq.heappush if len(self._longest) < LONGEST else heapq.heappushpop)(self._longest, rank)

    def text(
        self, findings: Sequence[Finding], *, tokens: int, count: Callable[[str], int]
    ) -> tuple[str, Mapping[str, str]]:
        """The digest, and of every span in it the text that quotes are checked against.

        Args:
            findings: of the same trace, worst first.
            tokens: most tokens of the digest.
            count: tokens of a text.
        """
        head = [f"Task: {excerpt(self._task, 600)}", f"{self._count} calls of models and tools."]
        head += [
            f"Finding {one.kind} at {', '.join(one.span_ids[:3])}: {excerpt(one.evidence, 160)}" for one in findings
        ]
        while head and count("\n".join(head)) > tokens // 2:
            head.pop()
        room = tokens - count("\n".join(head)) - 1
        chosen: dict[str, Operation] = {}
        for operation in self._by_interest(findings):
            cost = count(line(operation)) + 1
            if operation.span_id not in chosen and cost <= room:
                chosen[operation.span_id] = operation
                room -= cost
        shown = sorted(chosen.values(), key=lambda one: (one.start_ns, one.end_ns))
        return "\n".join([*head, *map(line, shown)]), {one.span_id: words(one) for one in shown}

    def _by_interest(self, findings: Iterable[Finding]) -> Iterator[Operation]:
        known = {one.span_id: one for one in (*self._first, *self._last, *(rank[-1] for rank in self._longest))}
        yield from (known[span_id] for finding in findings for span_id in finding.span_ids[:3] if span_id in known)
        recent = [*self._first, *self._last][::-1]
        yield from [one for one in recent if one.kind == "model"][:ENDING]
        yield from self._first[:BEGINNING]
        yield from (rank[-1] for rank in sorted(self._longest, reverse=True)[:BEGINNING])
        yield from recent


def line(operation: Operation) -> str:
    """One call in a line."""
    said = operation.output or operation.result or operation.error
    asked = operation.arguments or "; ".join(f"{call.name}({call.arguments})" for call in operation.calls)
    state = " FAILED" if operation.failed else ""
    head = f"{operation.span_id} {operation.kind} {operation.where} {operation.seconds:.2f}s{state}"
    return excerpt(f"{head} | {excerpt(asked, LINE // 3)} | {said}", LINE)


def words(operation: Operation) -> str:
    """Everything that a span says."""
    calls = "\n".join(f"{call.name}({call.arguments})" for call in operation.calls)
    parts = (operation.arguments, operation.result, operation.output, operation.error, calls)
    return "\n".join(part[:TEXT] for part in parts if part)

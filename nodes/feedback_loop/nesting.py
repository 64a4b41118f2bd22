"""What stands inside of what, from below: wrappers of the same call, and failures that only go up.

Instrumentations stack: a framework's span of a model call holds the client library's span of the same call, and a
failed call fails everything around it. Operations come children first, so what a parent merely repeats is known when
the parent comes. A parent that comes before its children repeats nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from nodes.feedback_loop.operations import Operation, OperationKind

CALLS: frozenset[OperationKind] = frozenset(
    {"model", "tool", "retrieval", "embedding", "guardrail", "memory", "planning", "reasoning"}
)
"""Kinds that do something themselves; the others hold them."""


MOST_ROOTS = 200
"""Failures right below one operation that are kept until it ends."""


class Nesting:
    """What is known to be below operations that have not come yet, by their span ids."""

    def __init__(self) -> None:
        self._models: set[str] = set()
        self._tools: dict[str, set[str]] = {}
        self._failed_calls: set[str] = set()
        self._failed_holders: dict[str, list[Operation]] = {}

    def observe(self, operation: Operation) -> tuple[bool, Sequence[Operation]]:
        """Whether the operation only wraps the same call, and the roots of failures that are now known to be such."""
        kind, span_id, above = operation.kind, operation.span_id, operation.parent_id
        if kind == "model":
            echo = self._taken(self._models, span_id)
            if above is not None:
                self._models.add(above)
        elif kind == "tool":
            echo = operation.name in self._tools.pop(span_id, ())
            if above is not None:
                self._tools.setdefault(above, set()).add(operation.name)
        else:
            echo = False
            if kind == "step":
                self._lift(span_id, above)
        if operation.failed:
            return echo, self._failed(operation)
        if self._failed_holders or self._failed_calls:
            if kind not in CALLS and self._taken(self._failed_calls, span_id) and above is not None:
                self._failed_calls.add(above)
            return echo, self._failed_holders.pop(span_id, ())
        return echo, ()

    def rest(self) -> list[Operation]:
        """Roots of failures whose parents never came."""
        return list(chain.from_iterable(self._failed_holders.values()))

    def _lift(self, span_id: str, above: str | None) -> None:
        """What is below a mere step is below its parent too."""
        model, tools = self._taken(self._models, span_id), self._tools.pop(span_id, None)
        if above is not None:
            if model:
                self._models.add(above)
            if tools:
                self._tools.setdefault(above, set()).update(tools)

    def _failed(self, operation: Operation) -> Sequence[Operation]:
        """The roots, where the failure goes no further up."""
        above = operation.parent_id
        call_below = self._taken(self._failed_calls, operation.span_id)
        holders_below = self._failed_holders.pop(operation.span_id, [])
        if operation.kind in CALLS:
            if above is not None:
                self._failed_calls.add(above)
            return () if call_below else (operation,)
        if call_below:
            if above is not None:
                self._failed_calls.add(above)
            return holders_below
        roots = holders_below or [operation]
        if above is None:
            return roots
        waiting = self._failed_holders.setdefault(above, [])
        waiting += roots[: MOST_ROOTS - len(waiting)]
        return ()

    @staticmethod
    def _taken(ids: set[str], one: str) -> bool:
        if one in ids:
            ids.remove(one)
            return True
        return False


def bare(operation: Operation) -> bool:
    """Whether a working call has no content: what wraps it may have recorded that."""
    if operation.failed or operation.parent_id is None:
        return False
    if operation.kind == "tool":
        return not (operation.arguments or operation.result)
    return operation.kind == "model" and not (operation.messages or operation.output or operation.calls)


def wraps(outer: Operation, inner: Operation) -> bool:
    """Whether the one operation is a wrapper right around the other, of the same call."""
    return (
        outer.span_id == inner.parent_id
        and outer.kind == inner.kind
        and (outer.kind == "model" or outer.name == inner.name)
    )


def filled(inner: Operation, outer: Operation) -> Operation:
    """A bare operation with the content, and the failure, of its wrapper."""
    return inner._replace(
        server=inner.server or outer.server,
        agent=inner.agent or outer.agent,
        failed=outer.failed,
        error_type=outer.error_type,
        error=outer.error,
        arguments=outer.arguments,
        result=outer.result,
        size=outer.size,
        call_id=inner.call_id or outer.call_id,
        messages=outer.messages,
        output=outer.output,
        calls=outer.calls,
        finish=inner.finish or outer.finish,
        attributes={**outer.attributes, **inner.attributes},
    )

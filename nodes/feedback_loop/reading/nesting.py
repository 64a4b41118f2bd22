"""What stands inside of what, from below: wrappers of the same call, and failures that only go up.

Instrumentations stack: a framework's span of a model call holds the client library's span of the same call, and a
failed call fails everything around it. Operations come children first, so what a parent merely repeats is known when
the parent comes. A parent that comes before its children repeats nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from nodes.feedback_loop.reading.kinds import CALLS
from nodes.feedback_loop.reading.operations import Operation

MOST_ROOTS = 200
"""Failures right below one operation that are kept until it ends."""
Below = set[str]
"""The calls that are known to be below an operation, by what a wrapper has in common with them."""


class Nesting:
    """What is below operations that have not come yet.

    Attributes:
        below: that, by their span ids.
    """

    def __init__(self) -> None:
        self.below: defaultdict[str | None, Below] = defaultdict(set)
        self._failed_calls: set[str] = set()
        self._failed_holders: dict[str, list[Operation]] = {}

    def observe(self, operation: Operation) -> Below | None:
        """What is below the operation; nothing, for most."""
        below = self.below.pop(operation.span_id, None)
        if operation.parent_id is not None:
            above = self.below[operation.parent_id]
            if operation.echo:
                above.add(operation.echo)
            elif operation.kind == "step" and below is not None:  # what is below a mere step is below its parent too
                above |= below
        return below

    def failures(self, operation: Operation) -> Sequence[Operation]:
        """The roots of failures that are known to be such, now that an operation came that failed or holds others."""
        if operation.failed:
            return self._failed(operation)
        span_id, above = operation.span_id, operation.parent_id
        if operation.kind not in CALLS and self._fails(span_id) and above is not None:
            self._failed_calls.add(above)
        return self._failed_holders.pop(span_id, ())

    def rest(self) -> list[Operation]:
        """Roots of failures whose parents never came."""
        return list(chain.from_iterable(self._failed_holders.values()))

    def _failed(self, operation: Operation) -> Sequence[Operation]:
        """The roots, where the failure goes no further up."""
        above = operation.parent_id
        call_below = self._fails(operation.span_id)
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

    def _fails(self, span_id: str) -> bool:
        """Whether a call right below failed."""
        if span_id in self._failed_calls:
            self._failed_calls.remove(span_id)
            return True
        return False


def wraps(outer: Operation, inner: Operation) -> bool:
    """Whether the one operation is a wrapper right around the other, of the same call."""
    return outer.span_id == inner.parent_id and outer.echo == inner.echo


def filled(inner: Operation, outer: Operation) -> Operation:
    """A bare operation with the content, and the failure, of its wrapper."""
    return replace(
        inner,
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

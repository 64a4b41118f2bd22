"""What only the wrapper of a model call tells: a client library may leave out tokens or a cost that a framework knows.

An instrumented framework's span of a model call holds the client library's span of the same call (see `nesting`). The
inner one counts; of the wrapper counts what the inner one did not tell.
"""

from __future__ import annotations

from nodes.feedback_loop.operations import Operation

TOKENS = 1
COST = 2


class Untold:
    """What model calls that worked did not tell, by the ids of the spans above them."""

    __slots__ = ("_below",)

    def __init__(self) -> None:
        self._below: dict[str, int] = {}

    def observe(self, operation: Operation, cost: float | None, *, echo: bool) -> int:
        """What of a span counts: `TOKENS`, `COST`, both or none of them.

        Args:
            operation: the span; children before parents.
            cost: US dollars, None where not known.
            echo: whether it only wraps the same call.
        """
        below = self._below.pop(operation.span_id, 0)
        if operation.kind == "model":
            counts = below if echo else TOKENS | COST
            untold = (0 if operation.tokens else TOKENS) | (COST if cost is None else 0)
            left = untold & (below if echo else 0 if operation.failed else untold)
        elif operation.kind == "step":
            counts, left = 0, below
        else:
            return TOKENS | COST
        if left and operation.parent_id is not None:
            self._below[operation.parent_id] = self._below.get(operation.parent_id, 0) | left
        return counts

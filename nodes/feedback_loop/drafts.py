"""specloop's drafting attempts: which artifacts came out in the end, and what each attempt cost in tokens."""

from __future__ import annotations

from nodes.feedback_loop.operations import Operation
from systems import names


def subject(operation: Operation, prefix: str) -> str | None:
    """What follows `prefix` in the span's name (`draft specs` -> `specs`); None when the name is another."""
    head, _, rest = operation.title.partition(" ")
    return rest if head == prefix and rest else None


class Drafts:
    """Drafting attempts so far."""

    def __init__(self) -> None:
        self._drafted: dict[str, int] = {}
        self._tokens: dict[str, int] = {}

    def observe(self, operation: Operation) -> None:
        """Take an operation into account."""
        if operation.kind == "model":
            if operation.parent_id and names.STEP in operation.attributes:
                self._tokens[operation.parent_id] = self._tokens.get(operation.parent_id, 0) + operation.tokens
        elif not operation.failed and (artifact := subject(operation, names.DRAFT)):
            self._drafted[artifact] = max(operation.start_ns, self._drafted.get(artifact, 0))

    def made_good(self, operation: Operation) -> bool:
        """Whether the operation's artifact was drafted after it."""
        artifact = subject(operation, names.DRAFT) or str(operation.attributes.get(names.STEP) or "")
        return self._drafted.get(artifact, -1) >= operation.end_ns

    def tokens(self, operation: Operation) -> int:
        """Tokens of the model calls right below a drafting attempt."""
        return self._tokens.get(operation.span_id, 0)

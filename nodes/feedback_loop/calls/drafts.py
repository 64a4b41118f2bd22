"""specloop's drafting attempts: which artifacts came out in the end, and what each attempt cost in tokens."""

from __future__ import annotations

from nodes.feedback_loop.reading.operations import Operation
from systems import names

MOST_ATTEMPTS = 10_000


def subject(operation: Operation, prefix: str) -> str | None:
    """What follows `prefix` in the span's name (`draft specs` -> `specs`); None when the name is another."""
    head, _, rest = operation.title.partition(" ")
    return rest if head == prefix and rest else None


class Drafts:
    """Drafting attempts so far."""

    def __init__(self) -> None:
        self._drafted: dict[str, int] = {}
        self._models: dict[str, list[Operation]] = {}

    def observe_model(self, operation: Operation) -> None:
        """Take a model call into account that says which artifact it is for."""
        if operation.parent_id and len(self._models) < MOST_ATTEMPTS:
            self._models.setdefault(operation.parent_id, []).append(operation)

    def observe_step(self, operation: Operation) -> None:
        """Take a step into account that worked."""
        if artifact := subject(operation, names.DRAFT):
            self._drafted[artifact] = max(operation.start_ns, self._drafted.get(artifact, 0))

    def made_good(self, operation: Operation) -> bool:
        """Whether the operation's artifact was drafted after it."""
        if not self._drafted:
            return False
        artifact = subject(operation, names.DRAFT) or str(operation.attributes.get(names.STEP) or "")
        return self._drafted.get(artifact, -1) >= operation.end_ns

    def models(self, operation: Operation) -> list[Operation]:
        """The model calls right below a drafting attempt."""
        return self._models.get(operation.span_id, [])

    def tokens(self, operation: Operation) -> int:
        """Tokens of the model calls right below a drafting attempt."""
        return sum(one.tokens for one in self.models(operation))

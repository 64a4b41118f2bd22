"""The final report of `improve`: the only reader of sealed cases."""

from __future__ import annotations

from pathlib import Path

from systems.sealed import unsealed
from systems.trials import Case


def sealed_cases(project: Path, *, purpose: str = "final report of improve") -> tuple[Case, ...]:
    """The sealed cases of a project; that they were read is recorded.

    Raises:
        Missing: the store is damaged.
    """
    with unsealed(project / ".specloop" / "specloop.db", purpose=purpose) as cases:
        return cases

"""How long spans and checkpoints are kept, as the person says.

    # <project>/specloop.toml
    [retention]
    spans_days = 90         # spans that started on an earlier day
    checkpoints_days = 30   # checkpoints of runs that were done before

Without it everything is kept, and with it until somebody prunes (`specloop prune`): nothing is deleted by itself.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError

from systems.errors import UsageError
from systems.records import Record
from systems.settings import FILE, RETENTION, table

MOST_DAYS = 36_500


class Retention(Record):
    """How long to keep what can be pruned; None is for ever."""

    spans_days: float | None = Field(None, gt=0, le=MOST_DAYS, description="Days that spans are kept")
    checkpoints_days: float | None = Field(None, gt=0, le=MOST_DAYS, description="Days after a run was done")


def load_retention(project: Path) -> Retention:
    """What a project's `specloop.toml` says of it.

    Raises:
        UsageError: the file cannot be read, or a value is unknown or no number of days.
    """
    try:
        return Retention.model_validate(table(project, RETENTION))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join((RETENTION, *map(str, first["loc"])))
        raise UsageError(
            f"{project / FILE}: {place}: {first['msg']}.",
            mend="Write it so: [retention] spans_days = 90, checkpoints_days = 30",
        ) from error

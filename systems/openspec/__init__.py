"""The client of the OpenSpec CLI: what a change is, what is ready, whether OpenSpec accepts it.

The CLI is the only judge; this package runs it, turns its JSON into records, and its refusals into our errors. Where
its word is known to be too kind (an empty document counts as done, a delta that archive would refuse counts as valid),
the records say what is so.
"""

from systems.openspec.archiving import archive, archived_as
from systems.openspec.client import OpenSpec
from systems.openspec.documents import capabilities, says_nothing, ticked
from systems.openspec.records import Archived, ArtifactStatus, ChangeStatus, Instructions, Task, TaskState, Validation

__all__ = [
    "Archived",
    "ArtifactStatus",
    "ChangeStatus",
    "Instructions",
    "OpenSpec",
    "Task",
    "TaskState",
    "Validation",
    "archive",
    "archived_as",
    "capabilities",
    "says_nothing",
    "ticked",
]

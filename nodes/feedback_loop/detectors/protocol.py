"""What a detector is.

A new one is a file with a class like these, its place in `DETECTORS`, its kind in `systems.records`, its remedy in
`improvements`, and its tests: faulty runs it finds, healthy runs that look like them and have no finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal, Protocol, get_args

from nodes.feedback_loop.agent_run import AgentRun
from nodes.feedback_loop.operations import Operation, OperationKind
from systems.records import Finding

Topic = OperationKind | Literal["failure", "repeat", "end"]
"""What a detector can watch: operations of a kind, or

- `failure`: those that failed of whatever kind, each cause once, at its root. A failed call comes under its kind too
  and is told once; what holds calls and failed (a node, an agent) comes under `failure` only;
- `repeat`: calls of a tool with the arguments of an earlier call, which is `AgentRun.before`. Told after `tool`; a
  detector that watches both is told twice;
- `end`: nothing is told, but `findings` is asked when the run has come to its end (`AgentRun.ends`).

The narrower the topic the faster the analysis: most operations are neither.
"""

TOPICS: tuple[Topic, ...] = (*get_args(OperationKind), "failure", "repeat", "end")


class Detector(Protocol):
    """Looks at the operations of one run, one by one in the order in which they ended, and tells what it found.

    Attributes:
        watches: topics it is told of.
    """

    watches: ClassVar[tuple[Topic, ...]]

    def __init__(self, run: AgentRun) -> None:
        """Start on a run; `run` knows the calls so far, the present one included."""

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""

    def findings(self) -> Iterable[Finding]:
        """What the operations so far show. Asked again after more of them; must be cheap where little was found."""

"""What a detector is.

A new one is a file with a class like these, its place in `DETECTORS`, its kind in `systems.records`, its remedy in
`improvements`, and its tests: faulty runs it finds, healthy runs that look like them and have no finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal, Protocol

from nodes.feedback_loop.calls.agent_run import AgentRun
from nodes.feedback_loop.reading.kinds import OperationKind
from nodes.feedback_loop.reading.operations import Operation
from systems.records import Finding

Topic = OperationKind | Literal["failure", "repeat", "end"]
"""What a detector can watch: operations of a kind, or

- `failure`: those that failed of whatever kind, each cause once, at its root. A failed call of a kind that the detector
  watches too comes under that kind only; what holds calls and failed (a node, an agent) comes under `failure` only;
- `repeat`: calls of a tool with the arguments of an earlier call, which is `AgentRun.before`;
- `end`: nothing is told, but `findings` is asked when the run has come to its end (`AgentRun.ends`).
"""

Watches = Mapping[Topic, int]
"""Topics, and for kinds the marks of which an operation must have one (`marks`; `ANY`: all of the kind are told).

The narrower the faster the analysis: watch for the marks without which there is nothing to find. What a detector needs
besides when one has come, it reads from the run (`AgentRun.models_since`, `tools`, `places`), or follows from then on
(`AgentRun.follow`). Where no mark fits, it watches all of a kind, or there is a new mark.
"""


class Detector(Protocol):
    """Looks at the operations of one run, one by one in the order in which they ended, and tells what it found.

    Attributes:
        watches: what it is told of.
    """

    watches: ClassVar[Watches]

    def __init__(self, run: AgentRun) -> None:
        """Start on a run; `run` knows the calls so far, the present one included."""

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""

    def findings(self) -> Iterable[Finding]:
        """What the operations so far show. Asked again after more of them; must be cheap where little was found."""

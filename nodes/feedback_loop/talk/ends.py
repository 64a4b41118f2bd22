"""Judging a run at its ends, by all that was asked for, done and said until then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from nodes.feedback_loop.calls.agent_run import AgentRun
from nodes.feedback_loop.talk.transcript import Transcript, transcript
from systems.records import Finding


@lru_cache(maxsize=4)
def _talk(run: AgentRun, since_ns: int, ends: int) -> Transcript:
    """The talk up to an end, which several judges ask for one after another."""
    return transcript(run, since_ns)


class Ends:
    """What a judge finds in a run, once for each of its ends: the calls that came since the end before.

    Example:
        self._ends = Ends(run, self._judged)  # and then, in `findings`: `return self._ends.findings()`
    """

    def __init__(self, run: AgentRun, judge: Callable[[Transcript], Iterable[Finding]]) -> None:
        self._run = run
        self._judge = judge
        self._judged = 0
        self._until = -1
        self._found: list[Finding] = []

    def findings(self) -> Sequence[Finding]:
        """All findings so far; cheap where the run has not come to another end since."""
        if self._judged != self._run.ends:
            self._judged = self._run.ends
            talk = _talk(self._run, self._until, self._judged)
            if talk.calls:
                self._until = talk.calls[-1].end_ns
                self._found.extend(self._judge(talk))
        return self._found

"""The check: run on what a task has changed, it alone decides; each run is a span with its verdict."""

from __future__ import annotations

from opentelemetry.trace import Status, StatusCode

from nodes.execution.implementing.failures import named_failures
from systems import names
from systems.connections import Systems
from systems.project.checks import checked
from systems.project.implementation import ACCEPTED, CheckRun, Verdict
from systems.project.sandbox import Isolation, Limits, Ran
from systems.project.worktrees import Worktree

CHECK = "check"
STEP = "apply"
MOST_MESSAGE = 500


class Judge:
    """The project's check in one worktree."""

    def __init__(self, command: str, worktree: Worktree, isolation: Isolation, systems: Systems) -> None:
        self._command, self._worktree, self._isolation, self._systems = command, worktree, isolation, systems

    async def judged(self, known: tuple[str, ...], *, before: bool = False) -> CheckRun:
        """Check what is changed; afterwards the worktree holds that and nothing that the check left behind.

        Args:
            known: failures that were there before.
            before: check the untouched worktree, to know them; no verdict on anybody's work.
        """
        if not (await self._worktree.stage() or before):
            return self.refused("unchanged", "nothing was changed")
        with self._systems.telemetry.tracer.start_as_current_span(f"{names.VALIDATE} {STEP}") as span:
            ran = await self._ran()
            await self._worktree.tidy()
            failures = named_failures(ran.output) if ran.code else ()
            run = CheckRun(
                verdict=_verdict(ran, failures, known),
                code=ran.code,
                seconds=round(ran.seconds, 3),
                failures=failures,
                output=self._systems.documents.put(ran.output),
            )
            good = run.verdict in ACCEPTED
            label = "before" if before else "pass" if good else "fail"
            span.add_event(names.EVALUATION_EVENT, {names.EVALUATION_NAME: CHECK, names.EVALUATION_LABEL: label})
            if not (good or before):
                span.set_status(Status(StatusCode.ERROR, told(run, ran.output, MOST_MESSAGE)))
        return run

    def refused(self, verdict: Verdict, why: str) -> CheckRun:
        """The verdict on work that there is nothing to check of; a failed span, as that of a failing check."""
        with self._systems.telemetry.tracer.start_as_current_span(f"{names.VALIDATE} {STEP}") as span:
            span.add_event(names.EVALUATION_EVENT, {names.EVALUATION_NAME: CHECK, names.EVALUATION_LABEL: "fail"})
            span.set_status(Status(StatusCode.ERROR, why[:MOST_MESSAGE]))
        return CheckRun(verdict=verdict)

    async def _ran(self) -> Ran:
        knobs = self._systems.policy.tasks
        return await checked(
            self._command,
            project=self._systems.project,
            folder=self._worktree.folder,
            worktree=self._worktree.root,
            limits=Limits(knobs.check_seconds, knobs.check_megabytes),
            isolation=self._isolation,
        )


def _verdict(ran: Ran, failures: tuple[str, ...], known: tuple[str, ...]) -> Verdict:
    if ran.ended == "timeout":
        return "timeout"
    if ran.ended == "exited" and ran.code == 0:
        return "green"
    no_worse = bool(failures) and set(failures) <= set(known)
    return "no_worse" if no_worse and ran.ended == "exited" else "red"


def told(run: CheckRun, output: str, most: int) -> str:
    """Why a check does not pass, with the end of its output, which says most, and some of its beginning."""
    why = "did not end in time" if run.verdict == "timeout" else f"failed with code {run.code}"
    text = output.strip()
    if len(text) > most:
        first = most // 4
        text = f"{text[:first]}\n...\n{text[first - most :]}"
    return f"The check {why} after {run.seconds:.0f} s:\n{text}"

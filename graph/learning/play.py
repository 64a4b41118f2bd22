"""A case done again under a policy, through the nodes' own functions, and judged.

Each play is a trace of its own. What fails outside of the policy's reach (the model server, an MCP server or OpenSpec
is gone) is an outage: it goes up as `Missing` and is no play at all.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.learning.judging import gone, lacking, lost, misrouted, outage
from nodes.execution.drafting import informed, written
from nodes.question_routing.answer import answered
from nodes.question_routing.ask import routed
from nodes.question_routing.node import routes_of
from systems import names
from systems.connections import Run
from systems.errors import DraftFailed, ServerUnavailable, ToolFailed
from systems.openspec.scratch import Scratch
from systems.policy import Policy
from systems.records import Answer, Hash, PlanRevision, Route, Step, canonical, content_hash
from systems.telemetry import trace_id
from systems.trials import Asked, Called, Case, CaseKind, Check, Played, Requested, Stepped

NOTICED: Mapping[CaseKind, tuple[str, ...]] = {
    "route": ("questions",),
    "answer": ("questions", "answers", "servers"),
    "draft": ("draft",),
    "call": ("answers", "servers"),
    "step": ("draft", "questions", "answers", "servers"),
}
"""Sections of the policy that a kind of case can notice."""
IN_STEPS = {"questions": {"always", "skip", "own", "parallel"}, "answers": {"reuse"}}
"""Knobs of these sections that only a whole step can notice."""
BROKEN = "# Nothing\n\nThis is no spec delta.\n"
"""What OpenSpec must refuse as one."""


def noticed(policy: Policy, kind: CaseKind, *, chooser: bool = True) -> Hash:
    """Hash of the part of a policy that a kind of case can notice: plays under equal parts are the same play.

    Args:
        policy: the policy.
        kind: of case.
        chooser: whether the model decides close calls where the policy leaves that to its worth (`unsure = "auto"`).
    """
    sections = set(NOTICED[kind])
    asked = {"model", "auto"} if chooser else {"model"}
    if kind in ("route", "answer") and asked & {policy.questions.method, policy.questions.unsure}:
        sections.add("draft")
    seen = policy.model_dump(mode="json", include=sections, exclude={} if kind == "step" else IN_STEPS)
    return content_hash(canonical(seen))


@dataclass(frozen=True)
class Player:
    """Plays cases with the live systems of a project.

    Attributes:
        run: what nodes are given; its policy is replaced for every play.
        scratch: judges documents.
    """

    run: Run
    scratch: Scratch

    async def play(self, case: Case, policy: Policy, repetition: int) -> Played:
        """Do a case again.

        Args:
            case: what to do.
            policy: under which policy.
            repetition: the model's seed is moved by it.

        Raises:
            Missing: the model, a server or OpenSpec is gone; not the policy's fault.
        """
        seeded = policy.model_copy(
            update={"draft": policy.draft.model_copy(update={"seed": policy.draft.seed + repetition})}
        )
        run = Run(f"play-{secrets.token_hex(8)}", self.run.options, self.run.systems.with_policy(seeded))
        telemetry = run.systems.telemetry
        with telemetry.scope(policy=policy.hash, step=case.kind), telemetry.root(run.id) as span:
            if case.kind != "draft":
                await run.systems.servers.start()  # its first start is no part of any play
            why, seconds = await self._timed(case, run)
            verdict = {names.EVALUATION_NAME: "case", names.EVALUATION_LABEL: "fail" if why else "pass"}
            span.add_event(names.EVALUATION_EVENT, verdict)
        trace = trace_id(run.id)
        drafted = "" if why else self._fields(trace)
        tokens = self._tokens(trace)
        return Played(success=not why, seconds=seconds, tokens=tokens, why=why, drafted=drafted, trace_id=trace)

    async def control(self, case: Case) -> Played:
        """What a case's check makes of a broken answer; one that lets it pass proves nothing.

        Raises:
            Missing: OpenSpec is gone.
        """
        check = case.check
        if case.kind == "route":
            why = misrouted("nobody", "nothing", check)
        elif missing := lost((), check):
            why = missing
        elif case.kind in ("draft", "step") and check.valid:
            why = "; ".join(await self.scratch.issues("specs", BROKEN)) or lacking(BROKEN, check)
        else:
            why = "failed" if check.outcome else lacking("", check)
        return Played(success=not why, seconds=0, tokens=0, why=why)

    async def _timed(self, case: Case, run: Run) -> tuple[str, float]:
        """(why the play failed, seconds); those of a step are without what it takes to have its documents judged."""
        began = time.perf_counter()
        if not isinstance(case.given, Stepped):
            why = await self._why_not(case, run)
            return why, time.perf_counter() - began
        why, texts = await _stepped(case.given, case.check, run)
        seconds = time.perf_counter() - began
        return why or await self._refused(case.given.requests, texts, case.check), seconds

    async def _why_not(self, case: Case, run: Run) -> str:
        """Why the play failed; nothing where it succeeded."""
        given = case.given
        if isinstance(given, Called):
            return await _called(given, case.check, run)
        if isinstance(given, Requested):
            why, texts = await _drafted([given], run)
            return why or await self._refused([given], texts, case.check)
        assert isinstance(given, Asked), "a route or an answer is a question"
        route = await routed(given.question, run)
        best = route.candidates[0] if route.candidates else None
        wrong = misrouted(best.server, best.tool, case.check) if best else misrouted("person", "", case.check)
        if wrong or case.kind == "route":
            return wrong
        return await _answered(route, case.check, run)

    async def _refused(self, requests: Sequence[Requested], texts: Sequence[str], check: Check) -> str:
        """Why documents do not pass the check of their case."""
        for request, text in zip(requests, texts, strict=True):
            issues = await self.scratch.issues(request.artifact, text, request.existing) if check.valid else ()
            if issues:
                return f"refused: {'; '.join(issues)}"
        return lacking("\n\n".join(texts), check)

    def _tokens(self, trace: str) -> int:
        spans = self.run.systems.spans.spans(trace_id=trace)
        told = (span.attributes.get(name) for span in spans for name in (names.INPUT_TOKENS, names.OUTPUT_TOKENS))
        return sum(int(tokens) for tokens in told if tokens)

    def _fields(self, trace: str) -> str:
        """JSON of the last draft of a trace; empty where nothing was drafted."""
        spans = self.run.systems.spans.spans(trace_id=trace)
        drafted = [str(span.attributes[names.DRAFT_FIELDS]) for span in spans if names.DRAFT_FIELDS in span.attributes]
        return self.run.systems.documents.get(drafted[-1]) if drafted else ""


async def _answered(route: Route, check: Check, run: Run) -> str:
    if not route.candidates:
        return ""  # it was to go to the person, and went there
    answer = await answered(route, run, person=None)
    outage(run, answer.server)
    return lacking(answer.text, check) if answer.answered else f"open: {answer.text}"


async def _called(call: Called, check: Check, run: Run) -> str:
    try:
        result = await run.systems.servers.call(call.server, call.tool, call.arguments)
    except ToolFailed as failure:
        return "" if check.outcome == "error" else f"{failure.cause}: {failure.message}"
    except ServerUnavailable as error:
        raise gone(call.server, error.message) from error
    if check.outcome == "error":
        return "ok: it was to fail, and gave a result"
    return lacking(result.text, check)


async def _stepped(step: Stepped, check: Check, run: Run) -> tuple[str, list[str]]:
    """(why it failed, documents): a step worked as in a run, as many questions at once as the policy lets."""
    telemetry, project = run.systems.telemetry, run.systems.project
    work = Step(artifact=step.artifact, change="played", loop=1, reason="it is played")
    with telemetry.node("question_routing", step=step.artifact, loop=1):
        routes = await routes_of(work, step.goal, run, PlanRevision())
    answers = await asyncio.gather(*(_step_answer(step, route, run) for route in routes))
    for answer in answers:
        outage(run, answer.server)
    if missing := lost(answers, check):
        return missing, []
    with telemetry.node("execution", step=step.artifact, loop=1):
        return await _drafted([informed(request, answers, project) for request in step.requests], run)


async def _step_answer(step: Stepped, route: Route, run: Run) -> Answer:
    with run.systems.telemetry.node("answer", step=step.artifact, loop=1):
        return await answered(route, run, person=None)


async def _drafted(requests: Sequence[Requested], run: Run) -> tuple[str, list[str]]:
    """(why it failed, documents)."""
    try:
        return "", [(await written(request, run.systems)).text for request in requests]
    except DraftFailed as error:
        return f"{error.cause}: {error.message}", []

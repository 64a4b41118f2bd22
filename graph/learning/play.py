"""A case done again under a policy, through the nodes' own functions, and judged.

Each play is a trace of its own. What fails outside of the policy's reach (the model server, an MCP server or OpenSpec
is gone) is an outage: it goes up as `Missing` and is no play at all.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass

from nodes.execution.drafting import written
from nodes.question_routing.answer import answered
from nodes.question_routing.ask import routed
from systems import names
from systems.connections import Run
from systems.errors import DraftFailed, Missing, ServerUnavailable, ToolFailed
from systems.openspec.scratch import Scratch
from systems.policy import Policy
from systems.records import Hash, Route, canonical, content_hash
from systems.telemetry import trace_id
from systems.trials import Called, Case, CaseKind, Check, Played, Requested

NOTICED: Mapping[CaseKind, tuple[str, ...]] = {
    "route": ("questions",),
    "answer": ("questions", "answers", "servers"),
    "draft": ("draft",),
    "call": ("answers", "servers"),
}
"""Sections of the policy that a kind of case can notice."""
BROKEN = "# Nothing\n\nThis is no spec delta.\n"
"""What OpenSpec must refuse as one."""


def noticed(policy: Policy, kind: CaseKind) -> Hash:
    """Hash of the part of a policy that a kind of case can notice: plays under equal parts are the same play."""
    sections = set(NOTICED[kind])
    if kind in ("route", "answer") and {"model", "auto"} & {policy.questions.method, policy.questions.unsure}:
        sections.add("draft")
    return content_hash(canonical(policy.model_dump(mode="json", include=sections)))


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
            began = time.perf_counter()
            why = await self._why_not(case, run)
            seconds = time.perf_counter() - began
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
            why = _misrouted("nobody", "nothing", check)
        elif case.kind == "draft" and check.valid:
            why = "; ".join(await self.scratch.issues("specs", BROKEN)) or lacking(BROKEN, check)
        else:
            why = "failed" if check.outcome else lacking("", check)
        return Played(success=not why, seconds=0, tokens=0, why=why)

    async def _why_not(self, case: Case, run: Run) -> str:
        """Why the play failed; nothing where it succeeded."""
        given = case.given
        if isinstance(given, Called):
            return await _called(given, case.check, run)
        if isinstance(given, Requested):
            return await self._drafted(given, case.check, run)
        route = await routed(given.question, run)
        best = route.candidates[0] if route.candidates else None
        wrong = _misrouted(best.server, best.tool, case.check) if best else _misrouted("person", "", case.check)
        if wrong or case.kind == "route":
            return wrong
        return await _answered(route, case.check, run)

    async def _drafted(self, request: Requested, check: Check, run: Run) -> str:
        try:
            text = (await written(request, run.systems)).text
        except DraftFailed as error:
            return f"{error.cause}: {error.message}"
        issues = await self.scratch.issues(request.artifact, text, request.existing) if check.valid else ()
        return f"refused: {'; '.join(issues)}" if issues else lacking(text, check)

    def _tokens(self, trace: str) -> int:
        spans = self.run.systems.spans.spans(trace_id=trace)
        told = (span.attributes.get(name) for span in spans for name in (names.INPUT_TOKENS, names.OUTPUT_TOKENS))
        return sum(int(tokens) for tokens in told if tokens)

    def _fields(self, trace: str) -> str:
        """JSON of the last draft of a trace; empty where nothing was drafted."""
        spans = self.run.systems.spans.spans(trace_id=trace)
        drafted = [str(span.attributes[names.DRAFT_FIELDS]) for span in spans if names.DRAFT_FIELDS in span.attributes]
        return self.run.systems.documents.get(drafted[-1]) if drafted else ""


def lacking(text: str, check: Check) -> str:
    """What a text lacks of what it must hold."""
    folded = text.casefold()
    terms = [term for term in check.terms if term.casefold() not in folded]
    if terms:
        return f"terms: {', '.join(terms)}"
    sources = [source for source in check.sources if source.casefold() not in folded]
    return f"sources: {', '.join(sources)}" if sources else ""


def _misrouted(server: str, tool: str, check: Check) -> str:
    if check.server and server != check.server:
        return f"routed to {server}, not {check.server}"
    if check.tool and tool != check.tool:
        return f"routed to {server}.{tool}, not {check.server}.{check.tool}"
    return ""


async def _answered(route: Route, check: Check, run: Run) -> str:
    if not route.candidates:
        return ""  # it was to go to the person, and went there
    answer = await answered(route, run, person=False)
    _outage(run, answer.server)
    return lacking(answer.text, check) if answer.answered else f"open: {answer.text}"


async def _called(call: Called, check: Check, run: Run) -> str:
    try:
        result = await run.systems.servers.call(call.server, call.tool, call.arguments)
    except ToolFailed as failure:
        return "" if check.outcome == "error" else f"{failure.cause}: {failure.message}"
    except ServerUnavailable as error:
        raise _gone(call.server, error.message) from error
    if check.outcome == "error":
        return "ok: it was to fail, and gave a result"
    return lacking(result.text, check)


def _outage(run: Run, server: str | None) -> None:
    """A server that serves no more makes no case fail; it stops the trial."""
    if server and server in run.systems.servers.unavailable:
        raise _gone(server, run.systems.servers.unavailable[server])


def _gone(server: str, why: str) -> Missing:
    return Missing(
        f"The MCP server {server} is gone: {why}",
        system=server,
        mend="Mend it (`specloop doctor` tells), then run `specloop improve` again: it goes on where it stopped.",
    )

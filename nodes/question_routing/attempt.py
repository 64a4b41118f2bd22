"""One attempt at an answer: a candidate's call, made again once with a mended argument, its result judged."""

from __future__ import annotations

from dataclasses import dataclass

from opentelemetry import trace

from nodes.question_routing.acceptance import judged
from nodes.question_routing.calling import AllowedCallFailed, called, permitted
from nodes.question_routing.mending import Mend, mended, tool_of
from systems import names
from systems.connections import Run
from systems.errors import ServerUnavailable, ToolFailed
from systems.mcp import Result
from systems.person import Person
from systems.records import Candidate, Mended, Source


@dataclass(frozen=True)
class Attempt:
    """What came of a candidate.

    Attributes:
        result: what was accepted; None where nothing was.
        source: the call and what it returned, accepted or not; None where nothing came.
        failures: `server.tool: why` of each call that gave no answer.
        mended: the argument that was corrected.
        noted: what speaks for the result.
        final: nobody else is to be asked: the person allowed a call, and it may have changed something.
    """

    result: Result | None = None
    source: Source | None = None
    failures: tuple[str, ...] = ()
    mended: Mended | None = None
    noted: str = ""
    final: bool = False


async def attempted(candidate: Candidate, question: str, run: Run, *, person: Person | None) -> Attempt:
    """Call a candidate's tool; a wrong argument is corrected once, and the result is accepted or not."""
    failures: tuple[str, ...] = ()
    mend: Mend | None = None
    try:
        call = await permitted(candidate, run, person)
        candidate = call.candidate
        try:
            result = await called(call, run, person)
        except AllowedCallFailed:
            raise
        except ToolFailed as failure:
            mend = await mended(candidate, failure, question, run)
            if mend is None:
                raise
            failures, candidate = (_told(candidate, failure.message),), mend.candidate
            _note_mend(mend)
            result = await called(call._replace(candidate=candidate), run, person)
    except (ToolFailed, ServerUnavailable) as failure:
        told = (*failures, _told(candidate, failure.message))
        return Attempt(failures=told, mended=_record(mend), final=isinstance(failure, AllowedCallFailed))
    judgement = judged(question, candidate.arguments, result.text, run.systems.project)
    source = _source(candidate, result, run)
    tool = tool_of(candidate, run)
    reads = tool is None or tool.read_only  # what the person allowed is not followed by another question: it would be
    if judgement.refused and reads and run.systems.policy.answers.check:  # made again when the run goes on from there
        why = _told(candidate, judgement.refused)
        trace.get_current_span().add_event(names.REFUSED, {names.TOOL_NAME: candidate.tool, names.CAUSE: why})
        return Attempt(source=source, failures=(*failures, why), mended=_record(mend))
    return Attempt(result, source, failures, _record(mend), judgement.noted)


def _told(candidate: Candidate, why: str) -> str:
    return f"{candidate.server}.{candidate.tool}: {why}"


def _note_mend(mend: Mend) -> None:
    """On the span of the answer, just before the new call: which argument, what it was and is, and who knew."""
    what = {"argument": mend.argument, "was": mend.was, "now": mend.now, "by": mend.by}
    trace.get_current_span().add_event(names.MENDED, {names.TOOL_NAME: mend.candidate.tool, **what})


def _record(mend: Mend | None) -> Mended | None:
    if mend is None:
        return None
    call = f"{mend.candidate.server}.{mend.candidate.tool}"
    return Mended(call=call, argument=mend.argument, was=mend.was, now=mend.now, by=mend.by)


def _source(candidate: Candidate, result: Result, run: Run) -> Source:
    return Source(
        server=candidate.server,
        tool=candidate.tool,
        arguments=candidate.arguments,
        span_id=result.span_id,
        content_hash=run.systems.documents.put(result.text),
        bytes=result.bytes,
        cut=result.cut,
        reused=result.reused,
    )

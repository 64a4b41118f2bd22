"""Progress: what a person is told while a run goes on, one event for each thing that happened.

A node's wrapper puts the events on LangGraph's custom stream, in the process that works the node. They are whole there,
without references, so that whoever follows the run needs no store: this process, or a client of a server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from systems.documents import Documents
from systems.records import SEVERITIES, Answer, DocumentUpdate, Draft, Implementation, LoopRecord, Step

Kind = Literal["begun", "started", "step", "answer", "draft", "document", "task", "finding", "revision", "loop", "note"]
Tone = Literal["plain", "good", "warning", "bad"]


@dataclass(frozen=True)
class Event:
    """One thing that happened in a run.

    Attributes:
        kind: what sort of thing; `begun` comes first, with the id of the run as its text.
        node: node it happened in.
        text: in words, one line.
        tone: how it is to be taken.
        detail: more words, shown dimmed.
    """

    kind: Kind
    node: str
    text: str
    tone: Tone = "plain"
    detail: str = field(default="")


Watch = Callable[[Event], None]


def chunks(node: str, writes: Mapping[str, Any], documents: Documents) -> Iterator[dict[str, Any]]:
    """What a node that has done its work puts on the custom stream."""
    if node in _READERS and writes:
        yield from (chunk(event) for event in _READERS[node](writes, documents))


def chunk(event: Event) -> dict[str, Any]:
    """An event as it goes over the custom stream."""
    return {"event": asdict(event)}


def event_of(chunk: Any) -> Event | None:
    """The event of one chunk of the custom stream; None where it carries none."""
    if "event" in chunk:
        return Event(**chunk["event"])
    return Event("note", "next_step", chunk["waiting"], "warning") if "waiting" in chunk else None


def _next_step(writes: Mapping[str, Any], documents: Documents) -> Iterator[Event]:
    if writes.get("step"):
        step = Step.model_validate(writes["step"])
        yield Event(
            "step", "next_step", f"loop {step.loop}: {step.task or step.artifact} of {step.change}", detail=step.reason
        )


def _answer(writes: Mapping[str, Any], documents: Documents) -> Iterator[Event]:
    for key in writes.get("answer_refs") or ():
        answer = documents.get_record(key, Answer)
        if answer.answered:
            yield Event("answer", "answer", answer.question, "good", f"{answer.server}.{answer.tool}")
        else:
            yield Event("answer", "answer", answer.question, "warning", f"open: {answer.text}")


def _execution(writes: Mapping[str, Any], documents: Documents) -> Iterator[Event]:
    if writes.get("implementation_ref"):
        yield from _task(documents.get_record(writes["implementation_ref"], Implementation))
        return
    draft = documents.get_record(writes["draft_ref"], Draft)
    repaired = f"{draft.repairs} repair{'s' if draft.repairs != 1 else ''}"
    if draft.failure:
        yield Event("draft", "execution", f"no draft of {draft.artifact}", "bad", draft.failure)
    else:
        yield Event("draft", "execution", f"drafted {draft.artifact}", "good", repaired if draft.repairs else "")


def _task(worked: Implementation) -> Iterator[Event]:
    if len(worked.results) == 1:
        on = f"on branch {worked.branch}, decided by `{worked.command}`, run {worked.isolation}"
        yield Event("note", "execution", f"tasks are worked {on}")
        if worked.before.verdict != "green":
            yield Event("note", "execution", "the check fails already, before the first task", "warning")
    result = worked.last
    if result and result.done:
        said = "check green" if result.check.verdict == "green" else "check no worse than before"
        yield Event("task", "execution", f"done: {result.task}", "good", f"{said}, commit {(result.commit or '')[:10]}")
    elif result:
        yield Event("task", "execution", f"left open: {result.task}", "bad", result.reason)


def _document_update(writes: Mapping[str, Any], documents: Documents) -> Iterator[Event]:
    words: dict[str, tuple[str, Tone]] = {
        "written": ("wrote", "good"),
        "restored": ("refused by OpenSpec, old text restored", "bad"),
        "merged": ("written, with your changes", "good"),
        "kept_theirs": ("a person's text stands there, kept", "warning"),
        "rejected": ("rejected by the person", "warning"),
        "proposed": ("left as a patch", "plain"),
    }
    for key in writes.get("update_refs") or ():
        update = documents.get_record(key, DocumentUpdate)
        text, tone = words[update.status]
        yield Event("document", "document_update", f"{text}: {update.path}", tone, "; ".join(update.issues))


def _feedback_loop(writes: Mapping[str, Any], documents: Documents) -> Iterator[Event]:
    loop = documents.get_record(writes["history_ref"], LoopRecord)
    for finding in loop.findings:
        serious = SEVERITIES.index(finding.severity) >= SEVERITIES.index("warning")
        impact = ", ".join(f"{value:.3g} {unit}" for unit, value in finding.impact.items() if value)
        detail = f"{finding.evidence} ({impact})" if impact else finding.evidence
        text = f"{finding.kind} in {finding.where}"
        yield Event("finding", "feedback_loop", text, "warning" if serious else "plain", detail)
    before = documents.get_record(loop.previous, LoopRecord).revision.number if loop.previous else 0
    for reason in loop.revision.reasons if loop.revision.number > before else ():
        yield Event("revision", "feedback_loop", f"plan revised: {reason}", "warning")
    total = loop.profile.total
    tokens = f"{total.input_tokens:,} tokens in, {total.output_tokens:,} out"
    yield Event("loop", "feedback_loop", f"loop {loop.loop}: {loop.seconds:.1f} s, {tokens}")


_READERS: dict[str, Callable[[Mapping[str, Any], Documents], Iterator[Event]]] = {
    "next_step": _next_step,
    "answer": _answer,
    "execution": _execution,
    "document_update": _document_update,
    "feedback_loop": _feedback_loop,
}

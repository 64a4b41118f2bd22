"""A past run, put together by hand from the records that a run leaves behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graph.learning.harvest.past import Past
from systems import names
from systems.documents import Documents
from systems.profiles import Profile, Totals
from systems.records import (
    Answer,
    DocumentUpdate,
    Draft,
    File,
    Finding,
    FindingKind,
    LoopRecord,
    PlanRevision,
    Source,
    Span,
    Step,
)
from systems.trials import Requested

GOAL = "Add a --json flag to the list command"
NOTHING = Profile(seconds=0, total=Totals(), nodes={}, tools={}, models={}, critical_path=())


class Life:
    """A run whose loops are added one by one."""

    def __init__(self, project: Path, documents: Documents) -> None:
        self.project = project
        self.documents = documents
        self.loops: list[LoopRecord] = []
        self.spans: list[Span] = []

    @property
    def past(self) -> Past:
        return Past("r1", "a" * 32, GOAL, self.project, self.loops, self.spans, self.documents)

    def answer(self, question: str, tool: str, text: str, *, shown: str = "", **arguments: Any) -> Answer:
        """An answer of `server.tool`."""
        server, _, name = tool.partition(".")
        source = Source(
            server=server,
            tool=name,
            arguments=arguments,
            span_id=f"{len(question):016x}",
            content_hash=self.documents.put(text),
        )
        return Answer(question=question, answered=True, text=shown or text, server=server, tool=name, sources=(source,))

    def loop(
        self,
        *answers: Answer,
        artifact: str = "proposal",
        text: str = "",
        status: str = "written",
        failure: str = "",
        findings: tuple[Finding, ...] = (),
        requested: bool = True,
        path: str = "proposal.md",
        theirs: str = "",
    ) -> Requested:
        """A loop that drafted a document, with its spans; returns the request."""
        number = len(self.loops) + 1
        request = Requested(
            artifact=artifact, goal=GOAL, about=f"the {artifact}", instruction=f"Write {number}", files=("a.py",)
        )
        attributes: dict[str, Any] = {names.LOOP: number}
        if requested:
            attributes[names.DRAFT_REQUEST] = self.documents.put_record(request)
        if text:
            attributes[names.DRAFT_HASH] = self.documents.put(text)
        self.span(f"draft {artifact}", attributes)
        whole = self.documents.put(f"{text}\n## Sources\n\n1. What?\n")
        after = self.documents.put(theirs) if theirs else whole
        files = () if failure else (File(path=path, content=whole),)
        update = DocumentUpdate.model_validate(
            {"artifact": artifact, "path": path, "status": status, "valid": status == "written", "after": after}
        )
        self.loops.append(
            LoopRecord(
                loop=number,
                step=Step(artifact=artifact, change="c", loop=number, reason="ready"),
                answers=answers,
                draft=Draft(artifact=artifact, files=files, repairs=0, failure=failure),
                updates=() if failure else (update,),
                profile=NOTHING,
                findings=findings,
                improvements=(),
                revision=PlanRevision(),
                previous=None,
            )
        )
        return request

    def failed(self, tool: str, cause: str) -> None:
        """A call in the loop to come that failed."""
        server, _, name = tool.partition(".")
        attributes = {
            names.LOOP: len(self.loops) + 1,
            names.SERVER: server,
            names.TOOL_NAME: name,
            names.ERROR_TYPE: cause,
        }
        self.span(f"execute_tool {name}", attributes)

    def span(self, name: str, attributes: dict[str, Any]) -> None:
        number = len(self.spans) + 1
        self.spans.append(
            Span(
                trace_id="a" * 32,
                span_id=f"{number:016x}",
                name=name,
                start_ns=number,
                end_ns=number + 1,
                attributes=attributes,
            )
        )


def finding(kind: FindingKind, answer: Answer) -> Finding:
    return Finding(
        kind=kind,
        severity="error",
        confidence=1,
        where="answer",
        span_ids=(answer.sources[0].span_id,),
        evidence="",
        impact={},
        explanation="",
    )

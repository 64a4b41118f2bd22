"""Memories that came back other than they were put in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY
from nodes.feedback_loop.reading.messages import as_text
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.ends import Ends
from nodes.feedback_loop.talk.remembered import corrupted
from nodes.feedback_loop.talk.transcript import Transcript
from systems import names
from systems.records import Finding

_CORRUPTED = "memory.corrupted"
_VALUES = ("memory.value", "memory.content", "memory.record.content")
_WRITES = ("write", "store", "set", "put", "save", "update_memory", "upsert_memory")
_READS = ("read", "get", "load", "retrieve", "recall", "search_memory")
MOST_KEYS, MOST_FOUND = 10_000, 200


class MemoryCorrupted:
    """A memory that says so itself, or a read that differs from the last write of its key in this run."""

    watches: ClassVar[Watches] = {"memory": ANY, "end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._ends = Ends(run, self._judged)
        self._written: dict[str, int] = {}
        self._corrupted: dict[str, list[tuple[Operation, str]]] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        attributes = span.attributes
        key = str(attributes.get("memory.key") or attributes.get("memory.id") or span.name)
        if attributes.get(_CORRUPTED) in (True, "true", "True"):
            self._add(key, span, f"{_CORRUPTED}=true")
            return
        value = next((as_text(attributes[name]) for name in _VALUES if attributes.get(name) is not None), "")
        does = str(attributes.get("memory.operation") or attributes.get(names.OPERATION) or "").lower()
        if "memory.key" not in attributes or span.failed:
            return
        if does in _WRITES:
            written = value or span.arguments
            if written and (key in self._written or len(self._written) < MOST_KEYS):
                self._written[key] = hash(written)
        elif does in _READS and (read := value or span.result) and self._written.get(key, hash(read)) != hash(read):
            self._add(key, span, f"read of {key}: {excerpt(read)}")

    def findings(self) -> Iterable[Finding]:
        """One finding per key."""
        for key, found in self._corrupted.items():
            yield from self._run.finding(
                "memory_corrupted",
                "error",
                key,
                [span for span, _ in found],
                evidence=found[0][1],
                impact={"calls": float(len(found))},
                explanation=f"What the memory {key} holds is not what was put there.",
            )
        yield from self._ends.findings()

    def _judged(self, talk: Transcript) -> Iterator[Finding]:
        for call, evidence in corrupted(talk):
            yield from self._run.finding(
                "memory_corrupted",
                "error",
                call.where,
                (call,),
                evidence=excerpt(evidence),
                explanation=f"What {call.where} gave back is not what was put there.",
            )

    def _add(self, key: str, span: Operation, evidence: str) -> None:
        found = self._corrupted.setdefault(key, [])
        if len(found) < MOST_FOUND:
            found.append((span, evidence))

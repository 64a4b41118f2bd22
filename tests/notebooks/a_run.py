"""A store with two runs, as specloop makes them: what a notebook is executed on."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from systems import names
from systems.records import Span, content_hash
from systems.spans import Store
from systems.telemetry import trace_id

SECOND = 1_000_000_000


class Run:
    """Writes the spans of a run, loop by loop."""

    def __init__(self, run_id: str, *, start: float, seed: int) -> None:
        self.spans: list[Span] = []
        self._run, self._now, self._chance = run_id, start, random.Random(seed)
        self._loop, self._step = 0, ""

    def span(self, name: str, start: float, seconds: float, under: str | None, error: str = "", **more: Any) -> str:
        """Add a span; returns its id."""
        span_id = f"{self._chance.getrandbits(64):016x}"
        common = {names.RUN: self._run, names.LOOP: self._loop, names.STEP: self._step}
        self.spans.append(
            Span(
                trace_id=trace_id(self._run),
                span_id=span_id,
                parent_id=under,
                name=name,
                start_ns=int(start * SECOND),
                end_ns=int((start + seconds) * SECOND),
                status="error" if error else "unset",
                message=error,
                attributes={**common, **{getattr(names, key): value for key, value in more.items()}},
            )
        )
        return span_id

    def loop(self, step: str, *, repairs: int = 0, refused: str = "", slow: float = 0.0) -> None:
        """One loop over an artifact: answers side by side, drafting with repairs, validation."""
        self._loop, self._step = self._loop + 1, step
        self._node("next_step", 0.6)
        self._node("question_routing", 1.4, chat=1.2)
        self._answers(slow)
        self._draft(step, repairs)
        start = self._now
        node = self._node("document_update", 0.8)
        self.span(f"validate {step}", start + 0.2, 0.5, node, refused, NODE="document_update")
        self._node("feedback_loop", 0.15)

    def _node(self, name: str, seconds: float, *, chat: float = 0.0) -> str:
        node = self.span(name, self._now, seconds, None, NODE=name)
        if chat:
            self._chat(name, self._now + 0.1, chat, node)
        self._now += seconds
        return node

    def _chat(self, node: str, start: float, seconds: float, under: str, finish: str = "stop") -> None:
        sent, written = self._chance.randrange(600, 1_400), int(seconds * 40)
        usage: dict[str, Any] = {"INPUT_TOKENS": sent, "OUTPUT_TOKENS": written, "FINISH_REASONS": [finish]}
        self.span("chat tiny", start, seconds, under, NODE=node, OPERATION="chat", REQUEST_MODEL="tiny", **usage)

    def _answers(self, slow: float) -> None:
        tools = (("filesystem", "list_directory"), ("git", "git_log"), ("filesystem", "read_text_file"))
        lasted = [self._chance.uniform(0.3, 1.1) + (slow if tool == "git_log" else 0.0) for _, tool in tools]
        for (server, tool), seconds in zip(tools, lasted, strict=True):
            node = self.span("answer", self._now, seconds, None, NODE="answer")
            broken = tool == "git_log" and self._loop % 3 == 2
            more = {"OPERATION": "execute_tool", "TOOL_NAME": tool, "SERVER": server, "NODE": "answer"}
            more |= {"ARGUMENTS_HASH": content_hash(tool + self._step), "RESULT_HASH": content_hash(str(self._now))}
            error = {"error": "not a git repository", "ERROR_TYPE": "error"} if broken else {}
            self.span(f"execute_tool {tool}", self._now + 0.05, seconds - 0.1, node, **more, **error)
        self._now += max(lasted)

    def _draft(self, step: str, repairs: int) -> None:
        start = self._now
        lasted = [self._chance.uniform(2.5, 5.0) for _ in range(repairs + 1)]
        node = self._node("execution", sum(lasted) + 0.2)
        for attempt, seconds in enumerate(lasted):
            cut = attempt < repairs
            outcome = {"CAUSE": "truncated"} if cut else {"DRAFT_HASH": content_hash(f"{self._loop}")}
            error = "cut off at 900 tokens" if cut else ""
            more = {"NODE": "execution", "REPAIR": attempt, **outcome}
            draft = self.span(f"draft {step}", start, seconds, node, error, **more)
            self._chat("execution", start + 0.05, seconds - 0.1, draft, "length" if cut else "stop")
            start += seconds

    def finished(self) -> list[Span]:
        """All spans, under their root."""
        first = min(span.start_ns for span in self.spans) / SECOND
        self._loop = 0
        attributes = {"OPERATION": "invoke_workflow", "CONVERSATION": self._run}
        root = self.span("invoke_workflow specloop", first, self._now - first, None, **attributes)
        return [
            span if span.parent_id or span.span_id == root else span.model_copy(update={"parent_id": root})
            for span in self.spans
        ]


def make(path: Path) -> None:
    """Write the store."""
    first = Run("add-report-1", start=1_700_000_000.0, seed=1)
    first.loop("proposal", repairs=2)
    first.loop("specs", refused="ADDED: no scenario")
    first.loop("specs", refused="ADDED: no scenario", slow=9)
    second = Run("add-report-2", start=1_700_003_600.0, seed=2)
    second.loop("proposal")
    second.loop("specs", refused="ADDED: no scenario")
    second.loop("specs", repairs=1)
    second.loop("design")
    second.loop("tasks")
    store = Store(path)
    for run in (first, second):
        store.add(run.finished())
    store.close()

"""Model output that nothing can be made of: against its schema, or tool arguments that the tool refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, cost, excerpt, times
from nodes.feedback_loop.detectors.output_truncated import FINISHES
from nodes.feedback_loop.detectors.protocol import Topic
from nodes.feedback_loop.drafts import Drafts, subject
from nodes.feedback_loop.failures import cause
from nodes.feedback_loop.grouping import Grouped
from nodes.feedback_loop.messages import parsed
from nodes.feedback_loop.operations import Operation
from systems import names
from systems.records import Finding

_TOLD_TO_MEND = re.compile(
    r"fix the errors? and try again|please fix your mistakes|validation errors?\b.{0,200}\b(?:try again|fix)"
    r"|invalid (?:json|structured output|tool arguments)",
    re.IGNORECASE | re.DOTALL,
)


class InvalidOutput:
    """Drafts, answers and tool arguments that were refused for their form, and model calls that failed for it."""

    watches: ClassVar[tuple[Topic, ...]] = ("failure", "model", "step")

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._drafts = Drafts()
        self._invalid: Grouped[tuple[str, str]] = Grouped()
        self._before: Operation | None = None
        self._content = False

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        self._drafts.observe(span)
        why = cause(span) if span.failed else ""
        if span.kind == "model":
            self._model(span, why)
        elif span.kind == "tool" and why == "invalid":
            self._invalid.add((span.where, "arguments"), span)
        elif why in ("invalid", "error") and subject(span, names.DRAFT):
            self._invalid.add((span.agent or names.DRAFT, span.error_type or why), span)
        elif why == "invalid":
            self._invalid.add((span.where, why), self._before or span)

    def findings(self) -> Iterable[Finding]:
        """One finding per place and cause."""
        for (where, why), refused in self._invalid.items():
            good = all(self._drafts.made_good(one) for one in refused)
            spent = cost(refused)
            spent["tokens"] += sum(self._drafts.tokens(one) for one in refused)
            yield from self._run.finding(
                "invalid_output",
                "warning" if good else "error",
                where,
                refused,
                evidence=f"{why}: {excerpt(refused[-1].error or refused[-1].output or refused[-1].arguments)}",
                impact={**spent, "failures": float(len(refused))},
                explanation=f"What the model gave could not be used {times(len(refused))} ({why})"
                + ("; a later attempt could." if good else "."),
            )

    def _model(self, span: Operation, why: str) -> None:
        before, self._before = self._before, span
        self._content |= bool(span.calls or span.output)
        if why in ("invalid", "error"):
            self._invalid.add((span.where, span.error_type or why), span)
        elif _malformed(span) or (self._content and _refused_by_framework(span)):
            self._invalid.add((span.where, "arguments"), span)
        elif _broken_json(span.output) and span.finish not in FINISHES:
            self._invalid.add((span.where, "schema"), span)
        if before is not None and not before.failed and self._asked_again(before, span):
            self._invalid.add((before.where, "schema"), before)

    def _asked_again(self, before: Operation, now: Operation) -> bool:
        """Whether the model is sent back with its answer: told to mend it, or asked just the same once more."""
        if not now.messages or _malformed(before) or _broken_json(before.output):
            return False
        last = now.messages[-1]
        if _TOLD_TO_MEND.search(last.text):
            ran = {tool.call_id for tool in list(self._run.tools)[-len(before.calls) - 1 :]}
            return last.role != "tool" or last.call_id not in ran
        return before.output.lstrip()[:1] == "{" and now.messages == before.messages


def _malformed(operation: Operation) -> bool:
    return any(call.arguments and not isinstance(parsed(call.arguments), dict) for call in operation.calls)


def _refused_by_framework(operation: Operation) -> bool:
    """It stopped to call tools, and no call is left that could be read."""
    return operation.finish in ("tool_calls", "tool_call") and not operation.calls and not operation.output.strip()


def _broken_json(text: str) -> bool:
    """Whether a text sets out to be a JSON object and is none."""
    text = text.strip()
    if text.startswith("```json"):
        text = text.removeprefix("```json").partition("```")[0].strip()
    return (
        len(text) > 1 and text[0] == "{" and text[1:].lstrip()[:1] in ('"', "'", "}") and isinstance(parsed(text), str)
    )

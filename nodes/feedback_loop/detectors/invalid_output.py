"""Model output that nothing can be made of: against its schema, or tool arguments that the tool refuses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from nodes.feedback_loop.calls.agent_run import AgentRun, cost, excerpt, times
from nodes.feedback_loop.calls.drafts import subject
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.asked_form import AskedForm
from nodes.feedback_loop.reading.json_text import at_limit, torn, unfenced, verdict
from nodes.feedback_loop.reading.marks import (
    CALL_OF_MODEL,
    EMPTY,
    FAILED,
    JSON,
    NEXT_MODEL,
    ODD,
    OTHERWISE,
    OWN,
    SENT_BACK,
)
from nodes.feedback_loop.reading.messages import ToolCall
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.sent_back import came_from, sent_back
from systems import names
from systems.records import Finding

MOST = 200
LAST = 8
MALFORMED = "malformed"


class _Refused(NamedTuple):
    """One output: the model call that wrote it, the tool call that refused it, and what was wrong."""

    culprits: list[Operation]
    problem: str


class InvalidOutput:
    """Answers and tool arguments of the wrong form, drafts that were refused for theirs, and calls that failed for it.

    It shows in the output itself (broken JSON; against a recorded schema), in a tool that refuses its arguments, in a
    model that is sent its answer back, and in an agent that fails over the answer.
    """

    watches: ClassVar[Watches] = {
        "model": FAILED | SENT_BACK | NEXT_MODEL | JSON | ODD | EMPTY,
        "tool": FAILED | ODD | CALL_OF_MODEL,
        "failure": OTHERWISE | OWN,
    }

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._asked = AskedForm()
        self._learnt: Operation | None = None
        self._refused: dict[tuple[str, str], list[_Refused]] = {}
        self._calls: dict[str, _Refused] = {}
        self._texts: dict[str, tuple[ToolCall, Operation]] = {}
        self._blamed: set[str] = set()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.kind == "model":
            self._model(span)
        elif span.kind == "tool":
            self._tool(span)
        elif span.attributes.get(names.CAUSE) != "empty":
            why = span.cause
            if subject(span, names.DRAFT):
                if why in ("invalid", "error"):
                    self._add((span.agent or names.DRAFT, span.error_type or why), _Refused([span], span.error))
            elif why == "invalid":
                self._holder(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per place and cause."""
        if self._texts and self._run.ended:
            for call, model in self._texts.values():
                self._add((call.name, "arguments"), _Refused([model], f"no JSON, and never called: {call.arguments}"))
            self._texts.clear()
        if (lost := self._lost()) is not None:
            said = f"{names.FINISH_REASONS}={lost.finish}, no call to be read, and none was made"
            self._add((lost.where, "arguments"), _Refused([lost], said))
        for (where, why), refused in self._refused.items():
            culprits = [one for case in refused for one in case.culprits]
            drafts = [one for one in culprits if subject(one, names.DRAFT)]
            good = bool(drafts) and all(self._run.drafts.made_good(one) for one in drafts)
            mended = good or self._mended(where, refused)
            spent = cost(culprits)
            spent["tokens"] += sum(self._run.drafts.tokens(one) for one in drafts)
            yield from self._run.finding(
                "invalid_output",
                "warning" if mended else "error",
                where,
                culprits,
                evidence=f"{why}: {excerpt(refused[-1].problem)}",
                impact={**spent, "failures": float(len(refused))},
                explanation=f"What the model gave could not be used {times(len(refused))} ({why})"
                + ("; a later attempt could." if mended else "."),
            )

    def _mended(self, where: str, refused: list[_Refused]) -> bool:
        """Whether the tool that refused its arguments worked later, or was given others."""
        last = refused[-1].culprits[-1]
        return last.kind == "tool" and self._run.made_good(last)

    def _model(self, span: Operation) -> None:
        self._run.leave(NEXT_MODEL)
        if span.failed:
            if span.cause == "invalid":
                self._add((span.where, span.error_type or "invalid"), _Refused([span], span.error))
            return
        before = self._run.models[-2] if len(self._run.models) > 1 else None
        if before is not None and not before.failed and span.messages and before.span_id not in self._blamed:
            self._back(before, span)
        if span.marks & JSON:
            self._run.follow(NEXT_MODEL)
        if span.calls:
            self._calls_of(span)
        elif span.output:
            limited = span.finish == "length" or (not span.finish and torn(span.output))
            if not limited and (wrong := self._wrong_answer(span)):
                self._add((span.where, "schema"), _Refused([span], f"{wrong}: {span.output}"))
        elif (span.finish == "tool_calls" and self._said(calls=True)) or MALFORMED in span.finish:
            said = f"{names.FINISH_REASONS}={span.finish}, and no call to be read"
            self._add((span.where, "arguments"), _Refused([span], said))

    def _back(self, before: Operation, now: Operation) -> None:
        if words := sent_back(before, now, self._run):
            where = before.calls[0].name if before.calls else before.where
            self._add((where, "arguments" if before.calls else "schema"), _Refused([before], words))

    def _calls_of(self, model: Operation) -> None:
        if model.marks & ODD:
            self._asked.learn(self._run.models_since(self._learnt))
            self._learnt = model
            for call in model.calls:
                self._call(call, model)

    def _call(self, call: ToolCall, model: Operation) -> None:
        if wrong := self._asked.wrong_arguments(call, model):
            case = _Refused([model], f"{wrong}: {call.arguments}")
            if not at_limit(
                call.arguments, model.finish
            ):  # else it is `output_truncated`, also for the tool that gets them
                self._add((call.name, "arguments"), case)
            if len(self._calls) < MOST:
                self._calls[_key(call)] = self._calls[f"{call.name} {call.arguments}"] = case
                self._run.follow(CALL_OF_MODEL)
        elif call.arguments and call.arguments[0] != "{" and len(self._texts) < MOST:
            self._texts[_key(call)] = call, model
            self._run.follow(CALL_OF_MODEL)

    def _lost(self) -> Operation | None:
        """The model call that a run ended with, which stopped for a call that nobody could read."""
        last = self._run.models[-1] if self._run.ended and self._run.models and not self._run.tools else None
        if (
            last is None
            or last.failed
            or last.finish != "tool_calls"
            or not last.messages
            or last.span_id in self._blamed
        ):
            return None
        return None if last.calls or last.output else last

    def _said(self, *, calls: bool) -> bool:
        """Whether some answer has come so far, or one that asks for tools."""
        return any(one.calls or (one.output and not calls) for one in self._run.models if not one.failed)

    def _wrong_answer(self, span: Operation) -> str:
        found = verdict(unfenced(span.output)) if "{" in span.output[:12] else "text"
        if found in ("broken", "cut"):
            return "no JSON"
        return self._asked.wrong_answer(span)

    def _tool(self, span: Operation) -> None:
        known = None
        if self._calls or self._texts:
            for key in (span.call_id, f"{span.name} {span.arguments}"):
                found = self._calls.pop(key, None)
                known = known or found
                self._texts.pop(key, None)
            if not (self._calls or self._texts):
                self._run.leave(CALL_OF_MODEL)
        if known is not None:
            known.culprits.append(span)
        elif span.failed:
            if span.cause == "invalid":
                self._add((span.where, "arguments"), _Refused([*self._asking(span), span], span.error))
        elif wrong := self._asked.refused_by_schema(span):
            self._add((span.where, "arguments"), _Refused([*self._asking(span), span], f"{wrong}: {span.arguments}"))

    def _asking(self, tool: Operation) -> list[Operation]:
        """The model call that asked for a tool call."""
        for model in list(self._run.models)[-LAST:][::-1]:
            if any(_is_of(call, tool) for call in model.calls):
                return [model] if model.span_id != tool.span_id else []
        return []

    def _holder(self, span: Operation) -> None:
        """An agent or a step that failed over what the model gave."""
        models = came_from(self._run.models, span)
        if not models:
            self._add((span.where, "invalid"), _Refused([span], span.error))
            return
        last = models[-1]
        empty = not (last.output.strip() or last.calls) and bool(last.finish or last.output_tokens)  # `empty_output`
        if not (empty and self._said(calls=False)) and self._blamed.isdisjoint(one.span_id for one in models):
            self._add((span.where, "schema"), _Refused(models, span.error))

    def _add(self, place: tuple[str, str], case: _Refused) -> None:
        if place not in self._refused and len(self._refused) >= MOST:
            return
        cases = self._refused.setdefault(place, [])
        if len(cases) < MOST:
            cases.append(case)
            self._blamed.update(one.span_id for one in case.culprits)


def _key(call: ToolCall) -> str:
    return call.id or f"{call.name} {call.arguments}"


def _is_of(call: ToolCall, tool: Operation) -> bool:
    return call.id == tool.call_id if call.id and tool.call_id else call.name == tool.name

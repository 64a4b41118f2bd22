"""Answers that come back to the model: told to mend them, or asked the same again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from nodes.feedback_loop.calls.agent_run import AgentRun
from nodes.feedback_loop.reading.failures import wrong_form
from nodes.feedback_loop.reading.marks import LONGEST_REPLY
from nodes.feedback_loop.reading.messages import ToolCall
from nodes.feedback_loop.reading.operations import Operation

LAST = 12
_MEND = re.compile(
    r"fix (?:the|your) (?:errors?|mistakes?)|validation errors?\b.{0,200}\b(?:try again|fix)"
    r"|failed .{0,40}\bvalidation|format the previous response",
    re.IGNORECASE | re.DOTALL,
)


def sent_back(before: Operation, now: Operation, run: AgentRun) -> str:
    """What the model is told of its last answer, where that could not be used; empty where it could."""
    if len(now.messages) == len(before.messages) and now.messages == before.messages:
        return "asked the same again" if before.output.lstrip()[:1] == "{" and not before.calls else ""
    told = now.messages[-1]
    if len(now.messages) <= len(before.messages) or len(told.text) > LONGEST_REPLY or not told.text:
        return ""
    if told.role == "tool":
        call = next((one for one in before.calls if one.id == told.call_id), None)
        return told.text if call is not None and not _ran(call, before, run) and wrong_form(told.text) else ""
    if told.role in ("user", "system", "") and not before.calls and _MEND.search(told.text):
        return told.text
    return ""


def _ran(call: ToolCall, asked: Operation, run: AgentRun) -> bool:
    """Whether a tool call was made, so that its own span tells what became of it."""
    return any(
        tool.call_id == call.id if tool.call_id and call.id else tool.name == call.name
        for tool in islice(reversed(run.tools), LAST)
        if tool.end_ns >= asked.end_ns
    )


def came_from(models: Sequence[Operation], holder: Operation) -> list[Operation]:
    """The model calls in a holder that gave what it failed over: the last, and those that were asked the same before.

    An answer that is handed to a model again, to be brought into form, is asked the same.
    """
    found: list[Operation] = []
    for model in reversed(models):
        if model.end_ns < holder.start_ns or model.end_ns > holder.end_ns or len(found) >= LAST:
            break
        if found and not _asked_again(model, found[0]):
            break
        found.insert(0, model)
    return found


def _asked_again(model: Operation, then: Operation) -> bool:
    if model.calls or model.finish == "tool_calls":
        return False
    if not model.messages and not then.messages:
        return model.parent_id == then.parent_id and model.input_tokens == then.input_tokens
    if model.messages == then.messages:
        return True
    said = model.output.strip()
    return bool(said and then.messages) and said in then.messages[-1].text

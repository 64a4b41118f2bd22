"""The calls of a run as one talk: what was asked for, what came back, what was said, in the order in which it ended.

Texts are compared only once, at the end of a run, and only for its last `RECENT` calls of each kind: enough for nearly
all runs, and no more work for longer ones.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from nodes.feedback_loop.calls.agent_run import AgentRun
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.words import NOTHING, Said, said

RECENT = 200

texted = lru_cache(maxsize=4 * RECENT)(said)
"""What a text says; texts come again as arguments and results of several calls."""


@dataclass(frozen=True, eq=False)
class Transcript:
    """The calls since the run's last end.

    Attributes:
        calls: model and tool calls in order.
        asked: all that the person said.
        task: the same, and the system prompt.
        answer: the last words of the agent, None where it ended otherwise or they were not recorded.
    """

    calls: tuple[Operation, ...]
    asked: str
    task: str
    answer: Operation | None

    @property
    def tools(self) -> list[Operation]:
        """The tool calls."""
        return [one for one in self.calls if one.kind == "tool"]

    @property
    def heard(self) -> str:
        """What the person, the instructions, the calls and their results say."""
        return "\n".join([self.task, *(f"{one.arguments}\n{one.result}" for one in self.tools)])

    def after(self, call: Operation) -> Iterator[Operation]:
        """The calls that ended after one."""
        found = False
        for one in self.calls:
            if found:
                yield one
            found = found or one is call


def transcript(run: AgentRun, since_ns: int = -1) -> Transcript:
    """The calls of a run that ended after a moment."""
    models, tools = _recent(run.models, since_ns), _recent(run.tools, since_ns)
    calls = tuple(sorted([*models, *tools], key=_order(models, tools)))
    answer = next((one for one in reversed(models) if not one.failed), None)
    if answer is not None and (answer.calls or answer.finish in ("tool_calls", "length") or not answer.output.strip()):
        answer = None
    if answer is not None and tools and tools[-1].start_ns >= answer.end_ns:
        answer = None
    told = answer or (models[-1] if models else None)
    messages = told.messages if told is not None else ()
    asked = "\n".join(one.text for one in messages if one.role in ("user", "human", "")) or run.task
    system = "\n".join(one.text for one in messages if one.role == "system")
    return Transcript(calls, asked, f"{system}\n{asked}", answer)


def spoken(call: Operation) -> Said:
    """What a call says by itself: a model's words and the arguments of the calls it asks for, a tool's arguments."""
    if call.kind == "tool":
        return texted(call.arguments) if call.arguments else NOTHING
    whole = texted(call.output) if call.output else NOTHING
    for asked in call.calls:
        whole = whole.joined(texted(asked.arguments))
    return whole


def _recent(calls: deque[Operation], since_ns: int) -> Sequence[Operation]:
    last = list(
        takewhile(lambda one: one.end_ns > since_ns, (calls[-n] for n in range(1, min(RECENT, len(calls)) + 1)))
    )
    return last[::-1]


def _order(models: Sequence[Operation], tools: Sequence[Operation]) -> Callable[[Operation], tuple[int, int]]:
    """By end; but a model call that holds the tools it asked for, as some frameworks record them, comes before them."""
    asked: dict[str, int] = {}
    tools = sorted(tools, key=lambda one: one.end_ns)
    ends = [one.end_ns for one in tools]
    for model in models:
        names = {call.name for call in model.calls}
        ended = tools[bisect_right(ends, model.start_ns) : bisect_right(ends, model.end_ns)]
        held = [one.start_ns for one in ended if model.start_ns < one.start_ns <= one.end_ns and one.name in names]
        if held:
            asked[model.span_id] = min(held)
    return lambda call: (asked.get(call.span_id, call.end_ns), -call.start_ns)

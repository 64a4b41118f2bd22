"""A long trace of made-up agents, for timing: one workflow, agents in it, calls in them, some of them failing."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from systems.records import Span

TRACE = "ab" * 16
TOOLS = ("search_orders", "read_page", "query_stock", "send_note", "list_files", "convert")
WORDS = (
    "order invoice pallet region renewal audit summary delivery schedule supplier refund margin latency usage".split()
)
FAILING = 0.05
CALLS_AN_AGENT = 12


def long_trace(count: int, seed: int = 7) -> Iterator[Span]:
    """`count` spans in the order of their ends, children before parents; the same for the same seed."""
    made, clock, chance = 0, 1_760_000_000_000_000_000, random.Random(seed)
    began = clock
    while made < count - 1:
        agent = f"{made:016x}"
        start = clock
        spans: list[Span] = []
        tokens = chance.randrange(300, 900)
        for _ in range(min(CALLS_AN_AGENT, count - 2 - made)):
            before = clock
            clock += chance.randrange(20_000_000, 900_000_000)
            number = made + len(spans) + 1
            if len(spans) % 2:
                spans.append(_tool(chance, number, agent, before, clock))
            else:
                tokens += chance.randrange(40, 200)
                spans.append(_chat(chance, number, agent, before, clock, tokens))
        yield from spans
        made += len(spans) + 1
        name = chance.choice(("planner", "support", "analyst"))
        yield _span(agent, "f" * 16, f"invoke_agent {name}", start, clock, {"operation.name": "invoke_agent"})
    yield _span("f" * 16, None, "invoke_workflow made_up", began, clock, {"operation.name": "invoke_workflow"})


def _span(
    span_id: str, parent: str | None, title: str, start: int, end: int, told: dict[str, Any], error: str = ""
) -> Span:
    return Span(
        trace_id=TRACE,
        span_id=span_id,
        parent_id=parent,
        name=title,
        start_ns=start,
        end_ns=end,
        status="error" if error else "unset",
        message=error,
        attributes={f"gen_ai.{name}": value for name, value in told.items()},
    )


def _chat(chance: random.Random, number: int, agent: str, start: int, end: int, tokens: int) -> Span:
    call = {"type": "tool_call", "id": f"call_{number}", "name": chance.choice(TOOLS), "arguments": _arguments(chance)}
    told = {
        "operation.name": "chat",
        "provider.name": "openai",
        "request.model": "gpt-4o-mini",
        "usage.input_tokens": tokens,
        "usage.output_tokens": chance.randrange(10, 120),
        "response.finish_reasons": ["tool_calls"],
        "input.messages": json.dumps(
            [{"role": "user", "parts": [{"type": "text", "content": f"Please look into {_words(chance, 8)}"}]}]
        ),
        "output.messages": json.dumps([{"role": "assistant", "parts": [call]}]),
    }
    return _span(f"{number:016x}", agent, "chat gpt-4o-mini", start, end, told)


def _tool(chance: random.Random, number: int, agent: str, start: int, end: int) -> Span:
    name = chance.choice(TOOLS)
    told = {
        "operation.name": "execute_tool",
        "tool.name": name,
        "tool.call.id": f"call_{number - 1}",
        "tool.call.arguments": json.dumps(_arguments(chance)),
        "tool.call.result": json.dumps({"ok": True, "rows": [_words(chance, 5), _words(chance, 4)]}),
    }
    error = "upstream service unavailable" if chance.random() < FAILING else ""
    return _span(f"{number:016x}", agent, f"execute_tool {name}", start, end, told, error)


def _arguments(chance: random.Random) -> dict[str, Any]:
    return {"query": _words(chance, 3), "limit": chance.randrange(1, 500)}


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count))

"""What all drivers share: choosing scenarios, an exporter in memory, the command line, writing a file of the corpus.

A driver is a function that plays one scenario against a model server, and a table of instrumentations:

    def run(scenario: Scenario, url: str) -> None: ...

    INSTRUMENTATIONS = {"openinference": Instrumentation(start, is_call)}

    if __name__ == "__main__":
        main("langgraph", run, INSTRUMENTATIONS)
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import importlib
import inspect
import pkgutil
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.corpus import record, scenarios
from tests.corpus.model_server import ModelServer
from tests.corpus.scenario import Call, Does, Scenario, Tool, Toolbox, Turn

Run = Callable[[Scenario, str], object]
"""(scenario, base URL of its model server): plays it; what it raises is a crashed run, which is recorded too."""

Called = TypeVar("Called", bound=Callable[..., Any])
WARM_UP = Scenario(
    "warm-up",
    (),
    "Greet Ada.",
    (Tool("greet", "Greets.", {"name": "string"}, (Does("Hello, Ada."),)),),
    (Turn(calls=(Call("greet", {"name": "Ada"}),)), Turn("Done.")),
)
"""Played first and not recorded: what a framework loads late would make the first run slow."""

LIMIT = 100_000
"""A run whose line is larger than this, in bytes compressed, is left out: others tell the same in less."""

TYPES: dict[str, type] = {"string": str, "integer": int}


@dataclass(frozen=True)
class Instrumentation:
    """One way to get spans out of a framework.

    Attributes:
        start: switches it on for a tracer provider, once a process, before the first run.
        is_call: tells its spans of tools and models (see `record.IsCall`).
        run: plays a scenario where that differs from the driver's own way, e.g. with a span of the user's around it.
        tools: whether it makes spans of tool calls; where not, culprits that are tool calls can't be found.
        every: each how many-th scenario is played where none is named, so that variants stay small files.
    """

    start: Callable[[TracerProvider], object]
    is_call: record.IsCall
    run: Run | None = None
    tools: bool = True
    every: int = 1


def all_scenarios() -> tuple[Scenario, ...]:
    """The scenarios of all modules in `tests/corpus/scenarios`, in the modules' order."""
    names = sorted(module.name for module in pkgutil.iter_modules(scenarios.__path__, f"{scenarios.__name__}."))
    modules = [importlib.import_module(name) for name in names]
    return tuple(scenario for module in modules for scenario in getattr(module, "SCENARIOS", ()))


def chosen(names: Sequence[str]) -> tuple[Scenario, ...]:
    """The named scenarios, or all where none is named.

    Raises:
        SystemExit: a name is unknown.
    """
    found = all_scenarios()
    unknown = set(names) - {scenario.name for scenario in found}
    if unknown:
        raise SystemExit(f"no such scenario: {', '.join(sorted(unknown))}")
    return tuple(scenario for scenario in found if not names or scenario.name in names)


def described(tool: Tool) -> str:
    """The docstring of a tool's function, as users write them."""
    arguments = "\n".join(f"    {name}: the {name.replace('_', ' ')}" for name in tool.parameters)
    return f"{tool.description}\n\nArgs:\n{arguments}\n" if arguments else tool.description


def function(tool: Tool, toolbox: Toolbox) -> Callable[..., str]:
    """A tool as the plain function that a user would have written: with name, typed arguments and a docstring."""
    signature = _signature(tool)

    def call(*values: Any, **named: Any) -> str:
        return toolbox.call(tool.name, signature.bind(*values, **named).arguments)

    return _dressed(call, tool)


def async_function(tool: Tool, toolbox: Toolbox) -> Callable[..., Coroutine[Any, Any, str]]:
    """The same as a coroutine function, whose sleeping doesn't hold up the others."""
    signature = _signature(tool)

    async def call(*values: Any, **named: Any) -> str:
        return await asyncio.to_thread(toolbox.call, tool.name, signature.bind(*values, **named).arguments)

    return _dressed(call, tool)


def _signature(tool: Tool) -> inspect.Signature:
    arguments = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=TYPES[kind])
        for name, kind in tool.parameters.items()
    ]
    return inspect.Signature(arguments, return_annotation=str)


def _dressed(call: Called, tool: Tool) -> Called:
    call.__name__ = call.__qualname__ = tool.name
    call.__doc__ = described(tool)
    call.__annotations__ = {name: TYPES[kind] for name, kind in tool.parameters.items()} | {"return": str}
    call.__signature__ = _signature(tool)  # type: ignore[attr-defined]
    return call


def by_operation(span: Any) -> str | None:
    """`is_call` of instrumentations that follow OpenTelemetry's GenAI conventions."""
    operation = span.attributes.get("gen_ai.operation.name")
    if operation == "execute_tool":
        return str(span.attributes.get("gen_ai.tool.name", span.name))
    return "" if operation in ("chat", "text_completion", "generate_content") else None


def by_kind(span: Any) -> str | None:
    """`is_call` of OpenInference, OpenLLMetry and LangSmith, which have an attribute for a span's kind each."""
    attributes = span.attributes
    kinds = (attributes.get(f"{vendor}.span.kind") for vendor in ("openinference", "traceloop", "langsmith"))
    kind = next((str(kind).lower() for kind in kinds if kind), "")
    if kind == "tool":
        names = (attributes.get(name) for name in ("tool.name", "traceloop.entity.name", "gen_ai.tool.name"))
        return str(next((name for name in names if name), span.name))
    return "" if kind == "llm" or "llm.request.type" in attributes else by_operation(span)


def main(framework: str, run: Run, instrumentations: Mapping[str, Instrumentation]) -> None:
    """The command line of a driver: `INSTRUMENTATION OUT.jsonl.gz [SCENARIO_NAME ...]`."""
    parser = argparse.ArgumentParser(description=f"Record the corpus with {framework}.")
    parser.add_argument("instrumentation", choices=sorted(instrumentations))
    parser.add_argument("out", type=Path)
    parser.add_argument("scenario", nargs="*")
    asked = parser.parse_args()
    instrumentation = instrumentations[asked.instrumentation]
    played = chosen(asked.scenario)[:: 1 if asked.scenario else instrumentation.every]
    lines = play(framework, asked.instrumentation, instrumentation, run, played)
    record.write(asked.out, list(lines))


def play(
    framework: str, name: str, instrumentation: Instrumentation, run: Run, played: Sequence[Scenario]
) -> Iterator[str]:
    """Play scenarios one after another; a line of the corpus each, and a word on stderr for whoever records."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource.create({"service.name": framework}))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrumentation.start(provider)
    _played(instrumentation.run or run, WARM_UP)
    provider.force_flush()
    exporter.clear()
    for scenario in played:
        began = time.perf_counter()
        error = _played(instrumentation.run or run, scenario)
        provider.force_flush()
        spans = exporter.get_finished_spans()
        exporter.clear()
        took = time.perf_counter() - began
        _tell(f"{scenario.name}: {len(spans)} spans, {took:.1f} s{f', {error}' if error else ''}")
        wanted = [span for span in scenario.culprits if instrumentation.tools or span.tool is None]
        if len(record.culprits(scenario, spans, instrumentation.is_call)) < len(wanted):
            _tell(f"  culprits not found, of {wanted}")
        line = record.line(scenario, framework, name, spans, instrumentation.is_call)
        size = len(gzip.compress(line.encode()))
        if not spans or size > LIMIT:
            _tell(f"  left out: {len(spans)} spans, {size} bytes")
        else:
            yield line


def _played(run: Run, scenario: Scenario) -> str:
    """Play it; how it crashed, or `""`."""
    with ModelServer(scenario.turns) as server:
        try:
            run(scenario, server.url)
        except Exception as error:  # a crashed run is a run
            return f"{type(error).__name__}: {str(error)[:200]}"
        left = len(scenario.turns) - len(server.requests)
        return f"{left} turns not used" if left > 0 else f"{-left} turns too few" if left < 0 else ""


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)

"""What the tools of real runs were given and gave back reads the same, whatever framework and instrumentation."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, NamedTuple

import pytest

from nodes.feedback_loop.reading.messages import canonical_json
from nodes.feedback_loop.reading.operations import Operation, read
from systems import otlp
from systems.told.errors_told import told
from tests.corpus import scenarios
from tests.corpus.scenario import Scenario

RUNS = Path(__file__).parents[3] / "corpus" / "runs"
FILES = sorted(path.name.removesuffix(".jsonl.gz") for path in RUNS.glob("*.jsonl.gz"))
WITHOUT_TOOLS = tuple(
    name
    for name in FILES
    if "openai-v2" in name
    or name.endswith(("genai-openai", "openinference-openai", "crewai.openllmetry", "google-adk.native-nocontent"))
)
WITHOUT_CONTENT = tuple(name for name in FILES if "nocontent" in name or name.startswith("autogen.native"))
WITHOUT_FAILURES = ("autogen.openinference",)
WITHOUT_TEXT_BESIDE_CALLS = ("crewai.openllmetry",)
TWICE = tuple(name for name in FILES if name in ("autogen.native-openinference", "openai-agents.openllmetry-openai"))
MOST_RUNS = 12


class Call(NamedTuple):
    """A tool call as all instrumentations should have it; None where it is not recorded."""

    name: str
    arguments: str | None
    result: str | None
    failed: bool


@cache
def known() -> dict[str, Scenario]:
    modules = [import_module(f"{scenarios.__name__}.{one.name}") for one in iter_modules(scenarios.__path__)]
    return {one.name: one for module in modules for one in getattr(module, "SCENARIOS", ())}


def expected(scenario: Scenario) -> list[Call] | None:
    """The calls of a run; None where their order is open or the framework may refuse one."""
    tools = {tool.name: tool for tool in scenario.tools}
    done: Counter[str] = Counter()
    calls = []
    for turn in scenario.turns:
        if len(turn.calls) > 1 or turn.status != 200:
            return None
        for call in turn.calls:
            tool = tools.get(call.tool)
            if tool is None or not fits(call.arguments, tool.parameters) or call.raw is not None:
                return None
            does = tool.does[min(done[call.tool], len(tool.does) - 1)]
            done[call.tool] += 1
            failed = bool(does.raises) or bool(told(does.result))
            result = None if does.raises else does.result
            calls.append(Call(call.tool, canonical_json(call.text), result, failed))
    return calls or None


def fits(arguments: Any, parameters: Any) -> bool:
    types = {"string": str, "integer": int}
    return set(arguments) == set(parameters) and all(
        isinstance(arguments[name], types[wanted]) for name, wanted in parameters.items()
    )


def runs(name: str) -> Iterator[tuple[Scenario, list[Operation]]]:
    """Runs of a file whose calls are known, read."""
    with gzip.open(RUNS / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = 0
        for line in lines:
            scenario = known().get(json.loads(line[: line.index(",")] + "}")["scenario"])
            if scenario is None or scenario.schema or expected(scenario) is None:
                continue
            spans = otlp.decode_json(json.dumps(json.loads(line)["trace"]).encode()).spans
            yield scenario, [read(span) for span in sorted(spans, key=lambda span: (span.start_ns, -span.end_ns))]
            found += 1
            if found == MOST_RUNS:
                return


def seen(operation: Operation, wanted: Call, content: bool) -> Call:
    """A call as it was read, with what is not recorded left out."""
    arguments: str | None = operation.arguments
    if arguments and not arguments.startswith("{"):  # a single argument, of which LangChain hands on the value alone
        arguments = (
            wanted.arguments
            if arguments in [str(one) for one in json.loads(wanted.arguments or "{}").values()]
            else arguments
        )
    result = operation.result if wanted.result is not None else None
    if not content:
        return Call(operation.name, wanted.arguments, wanted.result, operation.failed)
    return Call(operation.name, arguments, result, operation.failed)


@pytest.mark.parametrize("name", [name for name in FILES if name not in WITHOUT_TOOLS and name not in TWICE])
def test_tool_calls_of_real_runs_read_as_they_were_made(name: str) -> None:
    content = name not in WITHOUT_CONTENT
    compared = 0
    for scenario, operations in runs(name):
        wanted = expected(scenario) or []
        tools = [one for one in operations if one.kind == "tool"]
        calls = [seen(one, want, content) for one, want in zip(tools, wanted, strict=False)]
        if name in WITHOUT_FAILURES:
            calls = [one._replace(failed=want.failed) for one, want in zip(calls, wanted, strict=False)]
        if not content:
            wanted = [want if not told(want.result or "") else want._replace(failed=False) for want in wanted]
        assert (scenario.name, calls) == (scenario.name, wanted[: len(tools)])
        compared += len(calls)
    assert compared >= MOST_RUNS


CHATS = tuple(name for name in FILES if name not in WITHOUT_CONTENT and name not in TWICE)
WITHOUT_OUTPUT = ("openai-agents.openllmetry",)
WITHOUT_SOME = ("openai-agents.openai-agents-v2", "autogen.openinference")  # no calls, or no text, beside the other
WRAPPED = ("llama-index.openinference", "google-adk.native-v1")


class Reply(NamedTuple):
    """What a model call came to."""

    output: str
    calls: tuple[tuple[str, str, str], ...]
    finish: str


def replies(scenario: Scenario) -> list[Reply]:
    """The turns of a run, as the model server sends them."""
    turns = []
    for number, turn in enumerate(scenario.turns):
        calls = tuple((f"call_{number}_{k}", call.tool, canonical_json(call.text)) for k, call in enumerate(turn.calls))
        turns.append(Reply(turn.text, calls, turn.finish or ("tool_calls" if calls else "stop")))
    return turns


@pytest.mark.parametrize(
    "name", [name for name in CHATS if name not in WITHOUT_OUTPUT + WITHOUT_SOME + WRAPPED + WITHOUT_TEXT_BESIDE_CALLS]
)
def test_model_calls_of_real_runs_read_as_they_were_made(name: str) -> None:
    for scenario, operations in runs(name):
        models = [one for one in operations if one.kind == "model" and not one.failed]
        said = [Reply(one.output, tuple((c.id, c.name, c.arguments) for c in one.calls), one.finish) for one in models]
        wanted = replies(scenario)[: len(said)]
        said = [one if one.finish else one._replace(finish=want.finish) for one, want in zip(said, wanted, strict=True)]
        assert (scenario.name, said) == (scenario.name, wanted)
        assert all(one.input_tokens > 0 and "gpt-4o-mini" in one.name for one in models)

"""Plays scenarios with a `FunctionAgent` of LlamaIndex, under OpenInference's and OpenLLMetry's instrumentations."""

from __future__ import annotations

import asyncio
import contextvars
import os
from typing import Any

os.environ |= {"DO_NOT_TRACK": "1", "TRACELOOP_TELEMETRY": "false", "TRACELOOP_TRACE_CONTENT": "true"}

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike
from opentelemetry.sdk.trace import TracerProvider

from tests.corpus.frameworks.playing import Instrumentation, async_function, by_kind, by_operation, function, main
from tests.corpus.model_server import MODEL
from tests.corpus.scenario import Scenario, Tool, Toolbox


def agent_tool(tool: Tool, toolbox: Toolbox) -> FunctionTool:
    """A tool of the scenario as LlamaIndex has them."""
    return FunctionTool.from_defaults(
        function(tool, toolbox), async_fn=async_function(tool, toolbox), name=tool.name, description=tool.description
    )


def model(scenario: Scenario, url: str) -> OpenAILike:
    """The model; for structured output it is asked on the way, so that the answer is one reply."""
    form = {"type": "json_schema", "json_schema": {"name": "Answer", "schema": dict(scenario.schema or {})}}
    return OpenAILike(
        model=MODEL,
        api_base=url,
        api_key="key",
        is_chat_model=True,
        is_function_calling_model=True,
        additional_kwargs={"response_format": form} if scenario.schema else {},
    )


async def _run(scenario: Scenario, url: str) -> None:
    toolbox = Toolbox(scenario)
    agent = FunctionAgent(
        name="assistant",
        llm=model(scenario, url),
        system_prompt=scenario.system,
        tools=[agent_tool(tool, toolbox) for tool in scenario.tools],
        streaming=False,
        timeout=300,
    )
    await agent.run(scenario.task, max_iterations=40)


def run(scenario: Scenario, url: str) -> None:
    """Play it."""
    contextvars.copy_context().run(asyncio.run, _run(scenario, url))


def openinference(provider: TracerProvider) -> None:
    """Switch OpenInference's instrumentation on."""
    from openinference.instrumentation.llama_index import LlamaIndexInstrumentor

    LlamaIndexInstrumentor().instrument(tracer_provider=provider)


def openllmetry(provider: TracerProvider) -> None:
    """Switch OpenLLMetry's instrumentation on."""
    from opentelemetry.instrumentation.llamaindex import LlamaIndexInstrumentor

    LlamaIndexInstrumentor().instrument(tracer_provider=provider)


def by_innermost(span: Any) -> str | None:
    """`is_call` of OpenInference: of the three nested spans of a model's call, the one with its messages."""
    kind = by_kind(span)
    return None if kind == "" and "llm.input_messages.0.message.role" not in span.attributes else kind


def by_step(span: Any) -> str | None:
    """`is_call` of OpenLLMetry: all spans are tasks; the step that calls a tool has its name."""
    tool = span.attributes.get("tool.name")
    return str(tool) if tool else by_operation(span)


INSTRUMENTATIONS = {
    "openinference": Instrumentation(openinference, by_innermost),
    "openllmetry": Instrumentation(openllmetry, by_step),
}

if __name__ == "__main__":
    main("llama-index", run, INSTRUMENTATIONS)

"""Plays scenarios with an `AssistantAgent` of AutoGen, under its own OpenTelemetry spans and OpenInference's.

`native` has spans of agents and tools only, with neither models nor content; OpenInference has all.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
from typing import Any

os.environ |= {"DO_NOT_TRACK": "1"}

from autogen_agentchat.agents import AssistantAgent
from autogen_core.models import ModelFamily, ModelInfo
from autogen_core.tools import FunctionTool
from autogen_ext.models.openai import OpenAIChatCompletionClient
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from tests.corpus.frameworks.playing import Instrumentation, async_function, by_kind, by_operation, main
from tests.corpus.frameworks.structured import answer_model
from tests.corpus.model_server import MODEL
from tests.corpus.scenario import Scenario, Toolbox

INFO = ModelInfo(
    vision=False,
    function_calling=True,
    json_output=True,
    structured_output=True,
    family=ModelFamily.GPT_4O,
    multiple_system_messages=True,
)


async def _run(scenario: Scenario, url: str) -> None:
    toolbox = Toolbox(scenario)
    client = OpenAIChatCompletionClient(model=MODEL, base_url=url, api_key="key", model_info=INFO)
    agent = AssistantAgent(
        "assistant",
        model_client=client,
        system_message=scenario.system,
        tools=[
            FunctionTool(async_function(tool, toolbox), tool.description, strict=bool(scenario.schema))
            for tool in scenario.tools
        ],
        output_content_type=answer_model(scenario.schema) if scenario.schema else None,
        reflect_on_tool_use=False,
        max_tool_iterations=40,
    )
    try:
        await agent.run(task=scenario.task)
    finally:
        await client.close()


def run(scenario: Scenario, url: str) -> None:
    """Play it."""
    contextvars.copy_context().run(asyncio.run, _run(scenario, url))


def native(provider: TracerProvider) -> None:
    """Let its own spans go to the provider."""
    trace.set_tracer_provider(provider)


def openinference(provider: TracerProvider) -> None:
    """Switch OpenInference's instrumentations of AutoGen and of its model client on, and AutoGen's own spans off."""
    from openinference.instrumentation.autogen_agentchat import AutogenAgentChatInstrumentor

    AutogenAgentChatInstrumentor().instrument(tracer_provider=provider)


def both(provider: TracerProvider) -> None:
    """Switch OpenInference's on beside AutoGen's own, as happens where its provider is the process's."""
    native(provider)
    openinference(provider)


def is_call(span: Any) -> str | None:
    """Of AutoGen's own and OpenInference's together: a tool is what AutoGen calls one."""
    own = by_operation(span)
    return own if own is not None else "" if by_kind(span) == "" else None


INSTRUMENTATIONS = {
    "native": Instrumentation(native, by_operation),
    "openinference": Instrumentation(openinference, by_kind),
    "native-openinference": Instrumentation(both, is_call),
}

if __name__ == "__main__":
    main("autogen", run, INSTRUMENTATIONS)

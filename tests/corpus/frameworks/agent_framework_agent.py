"""Plays scenarios with Microsoft's Agent Framework, under its own OpenTelemetry spans (GenAI conventions).

`native` captures content, as its documentation says for development; `native-nocontent` is the default.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
from typing import Any

os.environ |= {"DO_NOT_TRACK": "1", "AGENT_FRAMEWORK_USER_AGENT_DISABLED": "true"}

from agent_framework import Agent, tool
from agent_framework.observability import enable_instrumentation, enable_sensitive_telemetry
from agent_framework.openai import OpenAIChatCompletionClient
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from tests.corpus.frameworks.playing import Instrumentation, async_function, by_operation, main
from tests.corpus.frameworks.structured import answer_model
from tests.corpus.model_server import MODEL
from tests.corpus.scenario import Scenario, Toolbox


async def _run(scenario: Scenario, url: str) -> None:
    toolbox = Toolbox(scenario)
    options: dict[str, Any] = {"response_format": answer_model(scenario.schema)} if scenario.schema else {}
    agent = Agent(
        OpenAIChatCompletionClient(model=MODEL, base_url=url, api_key="key"),
        scenario.system,
        name="assistant",
        tools=[tool(async_function(each, toolbox), description=each.description) for each in scenario.tools],
        default_options=options,
    )
    response = await agent.run(scenario.task)
    if scenario.schema:
        _ = response.value  # parsed when it is asked for


def run(scenario: Scenario, url: str) -> None:
    """Play it."""
    contextvars.copy_context().run(asyncio.run, _run(scenario, url))


def content(provider: TracerProvider) -> None:
    """Let its spans go to the provider, with what is said in them."""
    trace.set_tracer_provider(provider)
    enable_sensitive_telemetry()


def default(provider: TracerProvider) -> None:
    """Let its spans go to the provider."""
    trace.set_tracer_provider(provider)
    enable_instrumentation()


INSTRUMENTATIONS = {
    "native": Instrumentation(content, by_operation),
    "native-nocontent": Instrumentation(default, by_operation),
}

if __name__ == "__main__":
    main("agent-framework", run, INSTRUMENTATIONS)

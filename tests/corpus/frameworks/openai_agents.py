"""Plays scenarios in the OpenAI Agents SDK, under OpenInference, OpenLLMetry and OpenTelemetry's own instrumentation.

`openinference-redacted` has the tools as the SDK makes them by default: what they raise is told to nobody.

OpenInference and OpenLLMetry come with the requirements in `openai_agents.txt`. OpenTelemetry's is a module of the same
name as OpenLLMetry's and needs an environment of its own, with those in `openai_agents_v2.txt`.
"""

from __future__ import annotations

import logging
from typing import Any

from agents import (
    Agent,
    AgentOutputSchema,
    OpenAIChatCompletionsModel,
    Runner,
    function_tool,
    set_trace_processors,
)
from openai import AsyncOpenAI
from opentelemetry.sdk.trace import TracerProvider

from tests.corpus.frameworks import playing
from tests.corpus.frameworks.structured import answer_model
from tests.corpus.model_server import MODEL
from tests.corpus.scenario import Scenario, Toolbox

MAX_TURNS = 40
"""Of the model; more than by default, so that long scenarios end by themselves."""


class Client(AsyncOpenAI):
    """The client with its retries, only sooner."""

    def _calculate_retry_timeout(self, *args: Any, **named: Any) -> float:
        return 0.02


def run(scenario: Scenario, url: str) -> None:
    """Play a scenario with an agent that has its tools, and tell the model what they raise."""
    _run(scenario, url, failure_error_function=lambda context, error: f"{type(error).__name__}: {error}")


def _run(scenario: Scenario, url: str, **of_tools: Any) -> None:
    """Without `failure_error_function` neither the model nor the trace is told more than that there was an error."""
    toolbox = Toolbox(scenario)
    agent = Agent(
        name="Assistant",
        instructions=scenario.system,
        model=OpenAIChatCompletionsModel(MODEL, Client(base_url=url, api_key="none")),
        tools=[function_tool(playing.function(tool, toolbox), **of_tools) for tool in scenario.tools],
        output_type=AgentOutputSchema(answer_model(scenario.schema), strict_json_schema=False)
        if scenario.schema
        else None,
    )
    Runner.run_sync(agent, scenario.task, max_turns=MAX_TURNS)


def _openinference(provider: TracerProvider) -> None:
    from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor

    OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)  # takes the place of the SDK's own tracing


def _opentelemetry(provider: TracerProvider) -> None:
    from opentelemetry.instrumentation.openai_agents import OpenAIAgentsInstrumentor

    set_trace_processors([])  # the SDK's own, which sends to OpenAI
    OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)


def _openllmetry_openai(provider: TracerProvider) -> None:
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor

    logging.getLogger("opentelemetry.attributes").setLevel(logging.ERROR)  # warns of every setting that isn't set
    _opentelemetry(provider)
    OpenAIInstrumentor().instrument(tracer_provider=provider)  # as Traceloop's SDK does, which starts all it has


def _is_openllmetry_call(span: Any) -> str | None:
    return None if span.name == "openai.response" else playing.by_kind(span)  # that one has no answer, its child has


INSTRUMENTATIONS = {
    "openinference": playing.Instrumentation(_openinference, playing.by_kind),
    "openinference-redacted": playing.Instrumentation(_openinference, playing.by_kind, _run, every=3),
    "openllmetry": playing.Instrumentation(_opentelemetry, playing.by_kind),
    "openllmetry-openai": playing.Instrumentation(_openllmetry_openai, _is_openllmetry_call),
    "openai-agents-v2": playing.Instrumentation(_opentelemetry, playing.by_operation),
}

if __name__ == "__main__":
    playing.main("openai-agents", run, INSTRUMENTATIONS)

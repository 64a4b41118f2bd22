"""Plays scenarios in pydantic-ai, under its own instrumentation in several formats and under OpenInference.

Formats 2 to 6 and OpenInference come with the requirements in `pydantic_ai_agent.txt`; format 1 was dropped in
pydantic-ai 2 and needs those in `pydantic_ai_agent_1.txt`.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

from openai import AsyncOpenAI
from opentelemetry.sdk.trace import TracerProvider
from pydantic_ai import Agent, ModelRetry, NativeOutput, Tool
from pydantic_ai.models.instrumented import InstrumentationSettings
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from tests.corpus.frameworks import playing
from tests.corpus.frameworks.structured import answer_model
from tests.corpus.model_server import MODEL
from tests.corpus.scenario import Scenario, Toolbox
from tests.corpus.scenario import Tool as ScenarioTool

RETRIES = 8
"""How often a tool may fail in a row before the run does: more than by default (1), so that scenarios go on."""


class Client(AsyncOpenAI):
    """The client with its retries, only sooner."""

    def _calculate_retry_timeout(self, *args: Any, **named: Any) -> float:
        return 0.02


class Telling:
    """Makes a scenario's tools tell the model of their errors, and ask it to do better, while it has more to say.

    An error of the calls that the scenario ends with crashes the run, as pydantic-ai has it by default. So does one
    that no tool of the scenario raises: it is a mistake of ours and must not look like a failing tool.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._toolbox = Toolbox(scenario)
        self._answered = sum(len(turn.calls) for turn in scenario.turns[:-1])
        self._raised = {(does.raises, does.result) for tool in scenario.tools for does in tool.does}
        self._calls = 0

    def function(self, tool: ScenarioTool) -> Callable[..., str]:
        """The function of a tool."""
        function = playing.function(tool, self._toolbox)

        @functools.wraps(function)
        def call(*values: Any, **named: Any) -> str:
            self._calls += 1
            goes_on = self._calls <= self._answered
            try:
                return function(*values, **named)
            except Exception as error:
                if not goes_on or (type(error).__name__, *error.args) not in self._raised:
                    raise
                raise ModelRetry(f"{type(error).__name__}: {error}") from error

        return call


def run(scenario: Scenario, url: str) -> None:
    """Play a scenario with an agent that has its tools."""
    client = Client(base_url=url, api_key="none")
    telling = Telling(scenario)
    agent: Agent[object, Any] = Agent(
        OpenAIChatModel(MODEL, provider=OpenAIProvider(openai_client=client)),
        name="assistant",
        system_prompt=scenario.system,
        output_type=NativeOutput(answer_model(scenario.schema)) if scenario.schema else str,
        tools=[Tool(telling.function(tool), max_retries=RETRIES) for tool in scenario.tools],
    )
    agent.run_sync(scenario.task)


def _native(version: Any) -> Callable[[TracerProvider], None]:
    def start(provider: TracerProvider) -> None:
        warnings.simplefilter("ignore", DeprecationWarning)  # old formats are deprecated, and out there
        Agent.instrument_all(InstrumentationSettings(tracer_provider=provider, version=version))

    return start


def _openinference(provider: TracerProvider) -> None:
    from openinference.instrumentation.pydantic_ai import OpenInferenceSpanProcessor

    provider.add_span_processor(OpenInferenceSpanProcessor())
    _native(2)(provider)  # the format that its documentation says


INSTRUMENTATIONS = {
    "native-v1": playing.Instrumentation(_native(1), playing.by_operation),
    "native-v2": playing.Instrumentation(_native(2), playing.by_operation),
    "native-v5": playing.Instrumentation(_native(5), playing.by_operation, every=4),  # 6 but for roles of messages
    "native-v6": playing.Instrumentation(_native(6), playing.by_operation),
    "openinference": playing.Instrumentation(_openinference, playing.by_kind),
}

if __name__ == "__main__":
    playing.main("pydantic-ai", run, INSTRUMENTATIONS)

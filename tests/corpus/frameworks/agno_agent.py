"""Plays scenarios with an agent of Agno, under OpenInference's instrumentation."""

from __future__ import annotations

import contextvars
import os

os.environ |= {"AGNO_TELEMETRY": "false", "DO_NOT_TRACK": "1"}

from agno.agent import Agent
from agno.models.openai.like import OpenAILike
from openinference.instrumentation.agno import AgnoInstrumentor
from opentelemetry.sdk.trace import TracerProvider

from tests.corpus.frameworks.playing import Instrumentation, by_kind, function, main
from tests.corpus.frameworks.structured import answer_model
from tests.corpus.model_server import MODEL
from tests.corpus.scenario import Scenario, Toolbox


def run(scenario: Scenario, url: str) -> object:
    """Play it."""
    toolbox = Toolbox(scenario)
    agent = Agent(
        name="assistant",
        model=OpenAILike(id=MODEL, base_url=url, api_key="key"),
        instructions=scenario.system,
        tools=[function(tool, toolbox) for tool in scenario.tools],
        output_schema=answer_model(scenario.schema) if scenario.schema else None,
        telemetry=False,
    )
    return contextvars.copy_context().run(agent.run, scenario.task)


def openinference(provider: TracerProvider) -> None:
    """Switch OpenInference's instrumentation on."""
    AgnoInstrumentor().instrument(tracer_provider=provider)


INSTRUMENTATIONS = {"openinference": Instrumentation(openinference, by_kind)}

if __name__ == "__main__":
    main("agno", run, INSTRUMENTATIONS)

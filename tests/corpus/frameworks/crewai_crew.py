"""Plays scenarios with a CrewAI crew of one agent, under OpenInference's and OpenLLMetry's instrumentations.

Either has a span for the crew and its agents; those of the models come from the instrumentation of the OpenAI client,
which is switched on beside it, as their documentation says.
"""

from __future__ import annotations

import contextvars
import os

os.environ |= {
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_DISABLE_TRACKING": "true",
    "CREWAI_TRACING_ENABLED": "false",
    "CREWAI_DISABLE_VERSION_CHECK": "true",
    "DO_NOT_TRACK": "1",
    "TRACELOOP_TELEMETRY": "false",
}

from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool
from opentelemetry.sdk.trace import TracerProvider

from tests.corpus.frameworks.playing import Instrumentation, by_kind, function, main
from tests.corpus.frameworks.structured import answer_model
from tests.corpus.model_server import MODEL
from tests.corpus.scenario import Scenario, Toolbox


def run(scenario: Scenario, url: str) -> object:
    """Play it."""
    toolbox = Toolbox(scenario)
    agent = Agent(
        role="Assistant",
        goal="Do what is asked.",
        backstory=scenario.system,
        llm=LLM(model=f"openai/{MODEL}", base_url=url, api_key="key"),
        tools=[tool(each.name)(function(each, toolbox)) for each in scenario.tools],
        max_iter=40,
    )
    task = Task(
        description=scenario.task,
        expected_output="An answer.",
        agent=agent,
        output_pydantic=answer_model(scenario.schema) if scenario.schema else None,
    )
    return contextvars.copy_context().run(Crew(agents=[agent], tasks=[task], tracing=False).kickoff)


def openinference(provider: TracerProvider) -> None:
    """Switch OpenInference's instrumentation on."""
    from openinference.instrumentation.crewai import CrewAIInstrumentor
    from openinference.instrumentation.openai import OpenAIInstrumentor

    CrewAIInstrumentor().instrument(tracer_provider=provider)
    OpenAIInstrumentor().instrument(tracer_provider=provider)


def openllmetry(provider: TracerProvider) -> None:
    """Switch OpenLLMetry's instrumentation on."""
    from opentelemetry.instrumentation.crewai import CrewAIInstrumentor
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor

    CrewAIInstrumentor().instrument(tracer_provider=provider)
    OpenAIInstrumentor().instrument(tracer_provider=provider)


INSTRUMENTATIONS = {
    "openinference": Instrumentation(openinference, by_kind),
    "openllmetry": Instrumentation(openllmetry, by_kind, tools=False),
}

if __name__ == "__main__":
    main("crewai", run, INSTRUMENTATIONS)

"""Plays scenarios with Google's Agent Development Kit on LiteLLM, under its own spans and OpenInference's.

`native-nocontent` is the default of its version 2, `native` the same with content as attributes of the spans.
`native-v1` is the form of its version 1, with requests and replies as JSON in attributes of its own. OpenInference's
instrumentation has no spans of models with version 2; it is played with version 1, as in `google_adk_1.txt`.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
from collections.abc import Callable
from typing import Any

os.environ |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "ADK_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}

import litellm
from google.adk.agents import LlmAgent
from google.adk.models.lite_llm import LiteLlm
from google.adk.runners import InMemoryRunner
from google.genai import types
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from tests.corpus.frameworks.playing import Instrumentation, async_function, by_kind, by_operation, main
from tests.corpus.frameworks.structured import answer_model
from tests.corpus.model_server import MODEL
from tests.corpus.scenario import Scenario, Toolbox

litellm.telemetry = False
litellm.suppress_debug_info = True


def told(tool: Any, args: dict[str, Any], tool_context: Any, error: Exception) -> dict[str, str]:
    """What the model is told of a tool's exception, which would end the run without this callback."""
    return {"status": "error", "error_message": f"{type(error).__name__}: {error}"}


async def _run(scenario: Scenario, url: str) -> None:
    toolbox = Toolbox(scenario)
    agent = LlmAgent(
        name="assistant",
        model=LiteLlm(model=f"openai/{MODEL}", api_base=url, api_key="key"),
        instruction=scenario.system,
        tools=[async_function(tool, toolbox) for tool in scenario.tools],
        on_tool_error_callback=told,
        output_schema=answer_model(scenario.schema) if scenario.schema else None,
    )
    runner = InMemoryRunner(agent, app_name="corpus")
    session = await runner.session_service.create_session(app_name="corpus", user_id="user")
    asked = types.Content(role="user", parts=[types.Part(text=scenario.task)])
    async for _ in runner.run_async(user_id="user", session_id=session.id, new_message=asked):
        pass


def run(scenario: Scenario, url: str) -> None:
    """Play it."""
    contextvars.copy_context().run(asyncio.run, _run(scenario, url))


def native(environment: dict[str, str]) -> Callable[[TracerProvider], None]:
    """Let its own spans go to the provider."""

    def start(provider: TracerProvider) -> None:
        os.environ |= environment
        trace.set_tracer_provider(provider)

    return start


def openinference(provider: TracerProvider) -> None:
    """Switch OpenInference's instrumentation on."""
    from openinference.instrumentation.google_adk import GoogleADKInstrumentor

    GoogleADKInstrumentor().instrument(tracer_provider=provider)


VERSION_1 = {"ADK_TELEMETRY_SCHEMA_VERSION_OPT_IN": "1"}
CONTENT = {
    "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY",
}

INSTRUMENTATIONS = {
    "native": Instrumentation(native(CONTENT), by_operation),
    "native-nocontent": Instrumentation(native({}), by_operation),
    "native-v1": Instrumentation(native(VERSION_1), by_operation),
    "openinference": Instrumentation(openinference, by_kind),
}

if __name__ == "__main__":
    main("google-adk", run, INSTRUMENTATIONS)

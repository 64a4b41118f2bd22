"""Plays scenarios with Strands Agents, under its own OpenTelemetry spans.

`native` is its default: content as events of the older GenAI conventions. `native-latest` is the opt-in to the newer
ones (`gen_ai.input.messages` in an event), `native-attributes` the same as attributes of the spans.
"""

from __future__ import annotations

import contextvars
import os
from collections.abc import Callable

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from strands import Agent, ModelRetryStrategy, tool
from strands.models.openai import OpenAIModel

from tests.corpus.frameworks.playing import Instrumentation, by_operation, function, main
from tests.corpus.frameworks.structured import answer_model
from tests.corpus.model_server import MODEL, ModelServer
from tests.corpus.scenario import Call, Scenario, Toolbox, Turn

ANSWER = "Answer"


def run(scenario: Scenario, url: str) -> object:
    """Play it."""
    if scenario.schema:
        with ModelServer([answered(turn) for turn in scenario.turns]) as server:
            return played(scenario, server.url)
    return played(scenario, url)


def answered(turn: Turn) -> Turn:
    """The turn as it is said where structured output is asked for: the answer is a call of a tool named after it."""
    if turn.calls or turn.status != 200:
        return turn
    return Turn("", (Call(ANSWER, raw=turn.text),), turn.seconds, turn.finish, turn.tokens)


def played(scenario: Scenario, url: str) -> object:
    """Play it against the server at `url`."""
    toolbox = Toolbox(scenario)
    agent = Agent(
        model=OpenAIModel(client_args={"base_url": url, "api_key": "key"}, model_id=MODEL),
        system_prompt=scenario.system,
        tools=[tool(function(each, toolbox)) for each in scenario.tools],
        retry_strategy=ModelRetryStrategy(initial_delay=0, max_delay=0),
        structured_output_model=answer_model(scenario.schema, ANSWER) if scenario.schema else None,
        callback_handler=None,
    )
    return contextvars.copy_context().run(agent, scenario.task)


def start(opted: str) -> Callable[[TracerProvider], None]:
    """Let its spans go to the provider; `opted` are the conventions it is asked for."""

    def begin(provider: TracerProvider) -> None:
        os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = opted
        trace.set_tracer_provider(provider)

    return begin


INSTRUMENTATIONS = {
    "native": Instrumentation(start(""), by_operation),
    "native-latest": Instrumentation(start("gen_ai_latest_experimental"), by_operation),
    "native-attributes": Instrumentation(start("gen_ai_latest_experimental,gen_ai_span_attributes_only"), by_operation),
}

if __name__ == "__main__":
    main("strands", run, INSTRUMENTATIONS)

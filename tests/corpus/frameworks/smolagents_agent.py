"""Plays scenarios with a `ToolCallingAgent` of smolagents, under OpenInference's instrumentation of it.

A smolagents run ends with a call of the tool `final_answer`, never with plain text; so the model's texts without tool
calls are said that way here.
"""

from __future__ import annotations

import contextvars
import json
import os
from typing import Any, ClassVar

os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}

from openinference.instrumentation.smolagents import SmolagentsInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from smolagents import LogLevel, OpenAIModel, ToolCallingAgent, models
from smolagents import Tool as AgentTool

from tests.corpus.frameworks.playing import Instrumentation, by_kind, described, main
from tests.corpus.model_server import MODEL, ModelServer
from tests.corpus.scenario import Call, Scenario, Tool, Toolbox, Turn

models.RETRY_WAIT = 0.2  # seconds before a rate-limited request is sent again; smolagents waits a minute


def answered(turn: Turn) -> Turn:
    """The turn as a model under smolagents says it: an answer is a call of `final_answer`."""
    if turn.calls or turn.status != 200:
        return turn
    raw = json.dumps({"answer": turn.text})
    cut = turn.finish == "length"
    call = Call("final_answer", raw=raw[:-2] if cut else raw)
    return Turn(calls=(call,), seconds=turn.seconds, finish=turn.finish, tokens=turn.tokens)


def agent_tool(tool: Tool, toolbox: Toolbox) -> AgentTool:
    """A tool of the scenario as smolagents has them."""

    class Given(AgentTool):  # type: ignore[misc]
        name = tool.name
        description = described(tool)
        inputs: ClassVar[dict[str, Any]] = {
            argument: {"type": kind, "description": f"the {argument.replace('_', ' ')}"}
            for argument, kind in tool.parameters.items()
        }
        output_type = "string"
        skip_forward_signature_validation = True

        def forward(self, *values: Any, **named: Any) -> str:
            return toolbox.call(self.name)

    Given.__name__ = "SimpleTool"  # as the decorator `@tool` calls all of them
    return Given()


def run(scenario: Scenario, url: str) -> object:
    """Play it; the server at `url` isn't asked, since the turns are said in another way."""
    toolbox = Toolbox(scenario)
    told = (*map(answered, scenario.turns), *[answered(Turn("Done."))] * 40)
    with ModelServer(told) as server:
        form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(scenario.schema or {})}}
        model = OpenAIModel(
            MODEL, api_base=server.url, api_key="key", **({"response_format": form} if scenario.schema else {})
        )
        agent = ToolCallingAgent(
            tools=[agent_tool(tool, toolbox) for tool in scenario.tools],
            model=model,
            instructions=scenario.system,
            verbosity_level=LogLevel.OFF,
        )
        return contextvars.copy_context().run(agent.run, scenario.task)  # a crash leaves its span in the context


def start(provider: TracerProvider) -> None:
    """Switch OpenInference's instrumentation on; content is captured by default."""
    SmolagentsInstrumentor().instrument(tracer_provider=provider)


INSTRUMENTATIONS = {"openinference": Instrumentation(start, by_kind)}

if __name__ == "__main__":
    main("smolagents", run, INSTRUMENTATIONS)

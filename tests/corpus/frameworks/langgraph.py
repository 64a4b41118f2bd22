"""Plays the corpus in LangGraph: LangChain's `create_agent`, `create_react_agent` as of before it, a graph by hand.

python -m tests.corpus.frameworks.langgraph INSTRUMENTATION OUT.jsonl.gz [SCENARIO_NAME ...]
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Literal

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from tests.corpus.frameworks.playing import Instrumentation, by_kind, by_operation, described, function, main
from tests.corpus.model_server import MODEL
from tests.corpus.scenario import Scenario, Toolbox

EXPERIMENTAL = {
    "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "span_only",
}
QUIET = {"LANGSMITH_TRACING": "false", "TRACELOOP_TELEMETRY": "false"}


def run(scenario: Scenario, url: str) -> object:
    """As the documentation has it since LangChain 1.0: exceptions of tools go to the model, bad answers are retried."""
    from langchain.agents import create_agent
    from langchain.agents.middleware import ModelRetryMiddleware, ToolErrorMiddleware
    from langchain.agents.structured_output import StructuredOutputError

    middleware: list[Any] = [ToolErrorMiddleware(lambda error, request: f"{type(error).__name__}: {error}")]
    if scenario.schema:
        retry = ModelRetryMiddleware(retry_on=(StructuredOutputError,), on_failure="error", initial_delay=0.05)
        middleware.append(retry)
    agent = create_agent(
        _model(url),
        _tools(scenario),
        system_prompt=scenario.system,
        middleware=middleware,
        response_format=_answer(scenario),
    )
    return agent.invoke(_asked(scenario))


def run_react(scenario: Scenario, url: str) -> object:
    """As most LangGraph code of before LangChain 1.0 has it."""
    from langgraph.prebuilt import ToolNode, create_react_agent

    agent = create_react_agent(
        _model(url),
        ToolNode(_tools(scenario), handle_tool_errors=True),
        prompt=scenario.system,
        response_format=_answer(scenario),
    )
    return agent.invoke(_asked(scenario))


def run_graph(scenario: Scenario, url: str) -> object:
    """A graph of the user's own, of a model node and a node of tools."""
    from langgraph.graph import START, MessagesState, StateGraph
    from langgraph.prebuilt import ToolNode, tools_condition
    from langgraph.types import RetryPolicy
    from pydantic import ValidationError

    tools = _tools(scenario)
    structured = {"strict": True, "response_format": _answer(scenario)} if scenario.schema else {}
    model = _model(url).bind_tools(tools, **structured)

    def assistant(state: MessagesState) -> dict[str, Any]:
        return {"messages": [model.invoke([{"role": "system", "content": scenario.system}, *state["messages"]])]}

    builder = StateGraph(MessagesState)
    builder.add_node("assistant", assistant, retry_policy=RetryPolicy(0.05, max_attempts=3, retry_on=ValidationError))
    builder.add_node("tools", ToolNode(tools, handle_tool_errors=True))
    builder.add_edge(START, "assistant")
    builder.add_conditional_edges("assistant", tools_condition)
    builder.add_edge("tools", "assistant")
    return builder.compile().invoke(_asked(scenario), {"recursion_limit": 100})


def run_under_span(scenario: Scenario, url: str) -> object:
    """In a span of the user's own, so that the calls of the model are one trace."""
    with trace.get_tracer("app").start_as_current_span("handle_request") as span:
        span.set_attribute("app.request", scenario.task)
        return run(scenario, url)


def run_with_langsmith(scenario: Scenario, url: str) -> object:
    """With LangSmith's queue written before the run counts as over."""
    from langchain_core.tracers.langchain import wait_for_all_tracers

    try:
        return run(scenario, url)
    finally:
        wait_for_all_tracers()


def _model(url: str) -> Any:
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(model=MODEL, base_url=url, api_key="none")


def _tools(scenario: Scenario) -> list[Any]:
    from langchain_core.tools import StructuredTool

    toolbox = Toolbox(scenario)
    return [
        StructuredTool.from_function(function(tool, toolbox), name=tool.name, description=described(tool))
        for tool in scenario.tools
    ]


def _asked(scenario: Scenario) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": scenario.task}]}


def _answer(scenario: Scenario) -> Any:
    """The schema of the final answer as the Pydantic model that a user would have written."""
    from pydantic import create_model

    if not scenario.schema:
        return None
    closed = scenario.schema.get("additionalProperties") is False
    fields: dict[str, Any] = {
        name: (_type(wanted), ... if name in scenario.schema.get("required", ()) else None)
        for name, wanted in scenario.schema["properties"].items()
    }
    return create_model("Answer", __config__={"extra": "forbid"} if closed else None, __doc__="The answer.", **fields)


def _type(wanted: Mapping[str, Any]) -> Any:
    if "enum" in wanted:
        return Literal[tuple(wanted["enum"])]
    kinds = {"integer": int, "number": float, "boolean": bool, "array": list[Any], "object": dict[str, Any]}
    return kinds.get(wanted.get("type", ""), str)


def _openinference(provider: TracerProvider) -> None:
    from openinference.instrumentation.langchain import LangChainInstrumentor

    LangChainInstrumentor().instrument(tracer_provider=provider)


def _openinference_without_content(provider: TracerProvider) -> None:
    os.environ |= {"OPENINFERENCE_HIDE_INPUTS": "true", "OPENINFERENCE_HIDE_OUTPUTS": "true"}
    _openinference(provider)


def _openllmetry(provider: TracerProvider) -> None:
    from opentelemetry.instrumentation.langchain import LangchainInstrumentor

    LangchainInstrumentor().instrument(tracer_provider=provider)


def _openllmetry_without_content(provider: TracerProvider) -> None:
    os.environ["TRACELOOP_TRACE_CONTENT"] = "false"
    _openllmetry(provider)


def _langsmith(provider: TracerProvider) -> None:
    os.environ |= {
        "LANGSMITH_TRACING": "true",
        "LANGSMITH_OTEL_ENABLED": "true",
        "LANGSMITH_OTEL_ONLY": "true",
        "LANGSMITH_API_KEY": "none",
        "LANGSMITH_ENDPOINT": "http://127.0.0.1:9",
    }
    trace.set_tracer_provider(provider)


def _genai_langchain(provider: TracerProvider) -> None:
    os.environ |= EXPERIMENTAL
    _genai_langchain_default(provider)


def _genai_langchain_default(provider: TracerProvider) -> None:
    from opentelemetry.instrumentation.genai.langchain import LangChainInstrumentor

    LangChainInstrumentor().instrument(tracer_provider=provider)


def _openai_v2(provider: TracerProvider) -> None:
    os.environ |= EXPERIMENTAL
    _openai_v2_default(provider)


def _openai_v2_default(provider: TracerProvider) -> None:
    from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

    trace.set_tracer_provider(provider)
    OpenAIInstrumentor().instrument(tracer_provider=provider)


def _genai_openai(provider: TracerProvider) -> None:
    from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

    os.environ |= EXPERIMENTAL
    OpenAIInstrumentor().instrument(tracer_provider=provider)


def _openinference_openai(provider: TracerProvider) -> None:
    from openinference.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument(tracer_provider=provider)


# OpenLLMetry writes the whole state into the spans of every hook of a middleware, so it gets a graph of few nodes.
INSTRUMENTATIONS = {
    "openinference": Instrumentation(_openinference, by_kind),
    "openinference-nocontent": Instrumentation(_openinference_without_content, by_kind, every=3),
    "openinference-react": Instrumentation(_openinference, by_kind, run_react, every=5),
    "openinference-graph": Instrumentation(_openinference, by_kind, run_graph, every=5),
    "openllmetry": Instrumentation(_openllmetry, by_kind, run_graph),
    "openllmetry-agent": Instrumentation(_openllmetry, by_kind, every=7),
    "openllmetry-nocontent": Instrumentation(_openllmetry_without_content, by_kind, every=3),
    "langsmith": Instrumentation(_langsmith, by_kind, run_with_langsmith),
    "genai-langchain": Instrumentation(_genai_langchain, by_operation),
    "genai-langchain-nocontent": Instrumentation(_genai_langchain_default, by_operation, every=3),
    "genai-openai": Instrumentation(_genai_openai, by_operation, tools=False, every=3),
    "openai-v2": Instrumentation(_openai_v2, by_operation, tools=False),
    "openai-v2-rooted": Instrumentation(_openai_v2, by_operation, run_under_span, tools=False, every=3),
    "openai-v2-nocontent": Instrumentation(_openai_v2_default, by_operation, run_under_span, tools=False, every=3),
    "openinference-openai": Instrumentation(_openinference_openai, by_kind, tools=False, every=3),
}


if __name__ == "__main__":
    os.environ |= QUIET
    main("langgraph", run, INSTRUMENTATIONS)

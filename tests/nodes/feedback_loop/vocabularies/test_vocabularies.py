from __future__ import annotations

import json
from typing import Any

import pytest

from nodes.feedback_loop.reading.operations import read
from nodes.feedback_loop.vocabularies import translate
from systems import names
from systems.records import Span
from tests.nodes.feedback_loop.vocabularies.spans import exception, span

ENVELOPE = {"input_str": "{'city': 'Oslo'}", "tags": [], "inputs": {"city": "Oslo"}, "kwargs": {"tool_call_id": "c1"}}
TOOL_MESSAGE = {"content": "Sunny", "type": "tool", "name": "weather", "tool_call_id": "c1", "status": "success"}
CONSTRUCTED = {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "ToolMessage"], "kwargs": TOOL_MESSAGE}

TOOLS: dict[str, Span] = {
    "genai": span(
        "execute_tool weather",
        gen_ai__tool__name="weather",
        gen_ai__tool__call__arguments='{"city": "Oslo"}',
        gen_ai__tool__call__result="Sunny",
    ),
    "genai events": span(
        "execute_tool weather",
        ("gen_ai.tool.message", {"role": "tool", "content": '{"city": "Oslo"}', "id": "c1"}),
        ("gen_ai.choice", {"message": '[{"text": "Sunny"}]', "id": "c1"}),
        gen_ai__operation__name="execute_tool",
        gen_ai__tool__name="weather",
    ),
    "openinference": span(
        "weather",
        openinference__span__kind="TOOL",
        tool__name="weather",
        input__value='{"city": "Oslo"}',
        output__value=json.dumps({"type": "tool", "data": TOOL_MESSAGE}),
    ),
    "openinference, printed": span(
        "weather",
        openinference__span__kind="TOOL",
        tool__name="weather",
        input__value="{'city': 'Oslo'}",
        output__value="content='Sunny' name='weather' tool_call_id='c1'",
    ),
    "openinference, smolagents": span(
        "SimpleTool",
        openinference__span__kind="TOOL",
        tool__name="weather",
        input__value='{"args": [], "sanitize_inputs_outputs": true, "kwargs": {"city": "Oslo"}}',
        output__value="Sunny",
    ),
    "openinference, command": span(
        "weather",
        openinference__span__kind="TOOL",
        tool__name="weather",
        input__value='{"city": "Oslo"}',
        output__value=json.dumps([{"graph": None, "update": {"messages": [TOOL_MESSAGE]}, "goto": []}]),
    ),
    "openllmetry": span(
        "execute_tool weather",
        traceloop__span__kind="tool",
        traceloop__entity__name="weather",
        gen_ai__operation__name="execute_tool",
        gen_ai__tool__name="weather",
        gen_ai__tool__call__arguments=json.dumps(ENVELOPE),
        gen_ai__tool__call__result=json.dumps({"output": CONSTRUCTED, "kwargs": {"tags": []}}),
    ),
    "openllmetry, before GenAI": span(
        "weather.tool",
        traceloop__span__kind="tool",
        traceloop__entity__name="weather",
        traceloop__entity__input=json.dumps(ENVELOPE | {"inputs": None}),
        traceloop__entity__output="{\"output\": \"content='Sunny' name='weather' tool_call_id='c1'\", \"kwargs\": {}}",
    ),
    "openllmetry, decorated": span(
        "weather.tool",
        traceloop__span__kind="tool",
        traceloop__entity__name="weather",
        traceloop__entity__input='{"args": [], "kwargs": {"city": "Oslo"}}',
        traceloop__entity__output="Sunny",
    ),
    "langsmith": span(
        "weather",
        langsmith__span__kind="tool",
        gen_ai__operation__name="execute_tool",
        gen_ai__tool__name="weather",
        gen_ai__prompt='{"city":"Oslo"}',
        gen_ai__completion=json.dumps({"output": TOOL_MESSAGE}),
    ),
    "agenttelemetry": span(
        "tool-weather",
        agenttelemetry__span__kind="TOOL_CALL",
        tool__name="weather",
        tool__input='{"city": "Oslo"}',
        tool__output="Sunny",
    ),
    "pydantic-ai": span(
        "running tool",
        gen_ai__tool__name="weather",
        tool_arguments='{"city": "Oslo"}',
        tool_response="Sunny",
    ),
    "adk": span(
        "execute_tool weather",
        gen_ai__operation__name="execute_tool",
        gen_ai__tool__name="weather",
        gcp__vertex__agent__tool_call_args='{"city": "Oslo"}',
        gcp__vertex__agent__tool_response='{"result": "Sunny"}',
    ),
}


@pytest.mark.parametrize("vocabulary", TOOLS)
def test_a_tool_call_reads_the_same_in_every_vocabulary(vocabulary: str) -> None:
    operation = read(TOOLS[vocabulary])
    assert (operation.kind, operation.name, operation.arguments, operation.result, operation.failed) == (
        "tool",
        "weather",
        '{"city":"Oslo"}',
        "Sunny",
        False,
    )


SENT = [{"role": "user", "content": "Hi"}]
EVENTS = [
    {"role": "user", "content": "Hi", "event.name": "gen_ai.user.message"},
    {"index": 0, "message": {"role": "assistant", "content": "Hello"}, "event.name": "gen_ai.choice"},
]
GENERATIONS = {
    "generations": [
        [
            {
                "text": "Hello",
                "generation_info": {"finish_reason": "stop"},
                "message": {"lc": 1, "kwargs": {"content": "Hello", "type": "ai"}},
            }
        ]
    ]
}
CHATS: dict[str, Span] = {
    "genai": span(
        "chat m",
        gen_ai__operation__name="chat",
        gen_ai__request__model="m",
        gen_ai__input__messages='[{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]',
        gen_ai__output__messages='[{"role": "assistant", "parts": [{"type": "text", "content": "Hello"}]}]',
        gen_ai__usage__input_tokens=3,
        gen_ai__response__finish_reasons=["stop"],
    ),
    "genai events": span(
        "chat m",
        ("gen_ai.user.message", {"content": '[{"text": "Hi"}]'}),
        ("gen_ai.choice", {"message": '[{"text": "Hello"}]', "finish_reason": "end_turn"}),
        gen_ai__operation__name="chat",
        gen_ai__request__model="m",
        gen_ai__usage__prompt_tokens=3,
    ),
    "openinference": span(
        "ChatOpenAI",
        openinference__span__kind="LLM",
        llm__model_name="m",
        llm__input_messages__0__message__role="user",
        llm__input_messages__0__message__contents__0__message_content__type="text",
        llm__input_messages__0__message__contents__0__message_content__text="Hi",
        llm__output_messages__0__message__role="assistant",
        llm__output_messages__0__message__content="Hello",
        llm__token_count__prompt=3,
        llm__finish_reason="stop",
    ),
    "openllmetry, before GenAI": span(
        "openai.chat",
        llm__request__type="chat",
        gen_ai__system="openai",
        gen_ai__request__model="m",
        gen_ai__prompt__0__role="user",
        gen_ai__prompt__0__content="Hi",
        gen_ai__completion__0__role="assistant",
        gen_ai__completion__0__content="Hello",
        gen_ai__completion__0__finish_reason="stop",
        gen_ai__usage__prompt_tokens=3,
    ),
    "langsmith": span(
        "ChatOpenAI",
        langsmith__span__kind="llm",
        gen_ai__operation__name="chat",
        gen_ai__request__model="m",
        gen_ai__prompt='{"messages":[[{"lc":1,"type":"constructor","id":["m","HumanMessage"],"kwargs":{"content":"Hi"}}]]}',
        gen_ai__completion=json.dumps(GENERATIONS),
        gen_ai__usage__input_tokens=3,
    ),
    "agenttelemetry": span(
        "llm-call-1",
        agenttelemetry__span__kind="LLM_CALL",
        llm__model="m",
        llm__prompt=json.dumps(SENT),
        llm__completion="Hello",
        llm__input_tokens=3,
        gen_ai__response__finish_reason="stop",
    ),
    "pydantic-ai events": span(
        "chat m",
        gen_ai__operation__name="chat",
        gen_ai__request__model="m",
        events=json.dumps(EVENTS),
        gen_ai__usage__input_tokens=3,
        gen_ai__response__finish_reasons=["stop"],
    ),
    "adk": span(
        "call_llm",
        gen_ai__request__model="m",
        gcp__vertex__agent__event_id="e",
        gcp__vertex__agent__llm_request='{"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}',
        gcp__vertex__agent__llm_response=json.dumps(
            {"content": {"role": "model", "parts": [{"text": "Hello"}]}, "finish_reason": "STOP"}
        ),
        gen_ai__usage__input_tokens=3,
    ),
}


@pytest.mark.parametrize("vocabulary", CHATS)
def test_a_model_call_reads_the_same_in_every_vocabulary(vocabulary: str) -> None:
    operation = read(CHATS[vocabulary])
    said = [(message.role, message.text) for message in operation.messages]
    assert (operation.kind, operation.name, operation.output, operation.finish) == ("model", "m", "Hello", "stop")
    assert (said, operation.input_tokens) == ([("user", "Hi")], 3)


@pytest.mark.parametrize(
    ("attributes", "thread"),
    [
        ({"session.id": "s1", "openinference.span.kind": "CHAIN"}, "s1"),
        ({"metadata": '{"thread_id": "s1"}', "openinference.span.kind": "CHAIN"}, "s1"),
        ({"traceloop.association.properties.thread_id": "s1", "traceloop.span.kind": "task"}, "s1"),
        ({"langsmith.metadata.thread_id": "s1", "langsmith.span.kind": "chain"}, "s1"),
        ({"gcp.vertex.agent.session_id": "s1", "gcp.vertex.agent.invocation_id": "i"}, "s1"),
        ({"gen_ai.conversation.id": "s1", "session.id": "other"}, "s1"),
    ],
)
def test_the_conversation_has_one_name(attributes: dict[str, Any], thread: str) -> None:
    assert translate(span().model_copy(update={"attributes": attributes}))[names.CONVERSATION] == thread


def test_unknown_attributes_are_kept() -> None:
    found = translate(span(my__own="x", openinference__span__kind="LLM", llm__model_name="m"))
    assert (found["my.own"], found[names.REQUEST_MODEL], found["llm.model_name"]) == ("x", "m", "m")


def test_a_genai_attribute_that_is_there_wins() -> None:
    found = translate(span(gen_ai__request__model="asked", llm__model_name="other", openinference__span__kind="LLM"))
    assert found[names.REQUEST_MODEL] == "asked"


def test_hidden_content_is_no_content() -> None:
    hidden = span(
        openinference__span__kind="TOOL", tool__name="t", input__value="__REDACTED__", output__value="__REDACTED__"
    )
    assert (read(hidden).arguments, read(hidden).result) == ("", "")


def test_documents_found_are_the_result_of_a_retrieval() -> None:
    retrieval = span(
        openinference__span__kind="RETRIEVER",
        input__value="capital of Norway",
        retrieval__documents__10__document__content="late",
        retrieval__documents__2__document__content="Oslo",
    )
    operation = read(retrieval)
    assert (operation.kind, operation.arguments, operation.result) == ("retrieval", "capital of Norway", "Oslo\nlate")


def test_the_sum_of_parallel_calls_is_no_call() -> None:
    merged = span("execute_tool (merged)", gen_ai__tool__name="(merged tools)", gcp__vertex__agent__event_id="e")
    assert read(merged).kind == "step"


def test_smolagents_answers_by_a_tool_that_is_none() -> None:
    assert read(span("FinalAnswerTool", openinference__span__kind="TOOL", tool__name="final_answer")).kind == "step"
    call = {"id": "c", "name": "final_answer", "arguments": '{"answer": "42"}'}
    asked = read(
        span(gen_ai__operation__name="chat", gen_ai__output__messages=[{"role": "assistant", "tool_calls": [call]}])
    )
    assert (asked.output, asked.calls) == ("42", ())


def test_a_failed_model_call_of_langsmith_has_the_status_of_a_success() -> None:
    trace = "OpenAIRateLimitError('Error code: 429')Traceback (most recent call last):\n\n  File 'a'\n\nx.RateLimit: no"
    failed = read(span("ChatOpenAI", exception("Exception", trace), status="ok", langsmith__span__kind="llm"))
    assert (failed.failed, failed.error_type, failed.error) == (True, "OpenAIRateLimitError", "Error code: 429")


def test_delegations_are_of_the_agent_that_is_asked() -> None:
    handed = span(agenttelemetry__span__kind="DELEGATION", delegation__source_agent="a", delegation__target_agent="b")
    assert (read(handed).kind, read(handed).agent, read(handed).name) == ("delegation", "a", "b")


def test_langsmith_tells_tokens_of_the_cache_and_of_reasoning_in_the_usage_of_langchain() -> None:
    usage = {"input_tokens": 207, "input_token_details": {"cache_read": 103}, "output_token_details": {"reasoning": 8}}
    said: dict[str, Any] = {"langsmith__span__kind": "llm", "langsmith__metadata__usage_metadata": json.dumps(usage)}
    told = read(span("ChatOpenAI", gen_ai__operation__name="chat", gen_ai__usage__input_tokens=207, **said))
    assert (told.input_tokens, told.cached_tokens, told.reasoning_tokens) == (207, 103, 8)

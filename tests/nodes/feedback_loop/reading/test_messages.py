from __future__ import annotations

import json
from typing import Any

import pytest

from nodes.feedback_loop.reading.messages import Message, ToolCall, as_text, canonical_json, conversation

CALL = ToolCall("c1", "weather", '{"city":"Oslo"}')
ASKED = Message("assistant", "", (CALL,))
ANSWERED = Message("tool", "Sunny", (), "c1")
LC_CALL = {"name": "weather", "args": {"city": "Oslo"}, "id": "c1", "type": "tool_call"}
OPENAI_CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}

FORMS: dict[str, list[Any]] = {
    "genai": [
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Oslo"}}],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "Sunny"}]},
    ],
    "genai, result in a user's message": [
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "c1", "name": "weather", "arguments": '{"city":"Oslo"}'}],
        },
        {"role": "user", "parts": [{"type": "tool_call_response", "id": "c1", "result": [{"text": "Sunny"}]}]},
    ],
    "openai chat": [
        {"role": "assistant", "content": None, "tool_calls": [OPENAI_CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "Sunny"},
    ],
    "openai responses": [
        {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": '{"city": "Oslo"}'},
        {"type": "function_call_output", "call_id": "c1", "output": "Sunny"},
    ],
    "anthropic": [
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Oslo"}}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "Sunny"}]}],
        },
    ],
    "bedrock": [
        {
            "role": "assistant",
            "content": [{"toolUse": {"toolUseId": "c1", "name": "weather", "input": {"city": "Oslo"}}}],
        },
        {
            "role": "user",
            "content": [{"toolResult": {"toolUseId": "c1", "status": "success", "content": [{"text": "Sunny"}]}}],
        },
    ],
    "gemini": [
        {"role": "model", "parts": [{"function_call": {"id": "c1", "name": "weather", "args": {"city": "Oslo"}}}]},
        {
            "role": "user",
            "parts": [{"function_response": {"id": "c1", "name": "weather", "response": {"result": "Sunny"}}}],
        },
    ],
    "langchain": [
        {"type": "ai", "content": "", "tool_calls": [LC_CALL], "id": "run-1"},
        {"type": "tool", "content": "Sunny", "tool_call_id": "c1", "status": "success", "id": "m2"},
    ],
    "langchain, dict form": [
        {"type": "ai", "data": {"content": "", "type": "ai", "tool_calls": [LC_CALL]}},
        {"type": "tool", "data": {"content": "Sunny", "type": "tool", "tool_call_id": "c1"}},
    ],
    "langchain, constructors": [
        {"lc": 1, "type": "constructor", "id": ["m", "AIMessage"], "kwargs": {"content": "", "tool_calls": [LC_CALL]}},
        {
            "lc": 1,
            "type": "constructor",
            "id": ["m", "ToolMessage"],
            "kwargs": {"content": "Sunny", "tool_call_id": "c1"},
        },
    ],
    "openai-agents-v2": [
        {
            "role": "assistant",
            "parts": [{"type": "text", "content": str({"content": None, "tool_calls": [OPENAI_CALL]})}],
        },
        {
            "role": "tool",
            "parts": [
                {"type": "text", "content": "Sunny"},
                {"type": "tool_call_response", "id": "c1", "result": "Sunny"},
            ],
        },
    ],
    "pydantic-ai events": [
        {"role": "assistant", "tool_calls": [OPENAI_CALL], "event.name": "gen_ai.assistant.message"},
        {"role": "tool", "content": "Sunny", "id": "c1", "name": "weather", "event.name": "gen_ai.tool.message"},
    ],
}


@pytest.mark.parametrize("form", FORMS)
def test_a_call_and_its_result_read_the_same_in_every_form(form: str) -> None:
    assert conversation(FORMS[form]) == conversation(json.dumps(FORMS[form])) == (ASKED, ANSWERED)


def test_smolagents_tells_calls_and_results_as_text() -> None:
    spoken = [
        {
            "role": "tool-call",
            "content": "Calling tools:\n"
            + str([OPENAI_CALL | {"function": {"name": "weather", "arguments": {"city": "Oslo"}}}]),
        },
        {"role": "tool-response", "content": "Observation:\nSunny"},
    ]
    assert conversation(spoken) == (ASKED, Message("tool", "Sunny"))


@pytest.mark.parametrize(
    "wrapped",
    [
        {"messages": [[{"role": "user", "content": "Hi"}]]},
        {"inputs": {"messages": [{"role": "user", "content": "Hi"}]}, "tags": []},
        {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}], "model": "m"},
        [{"graph": None, "update": {"messages": [{"type": "human", "content": "Hi"}]}, "goto": []}],
        {"role": "user", "content": "Hi"},
    ],
)
def test_messages_are_found_in_their_wrappings(wrapped: Any) -> None:
    assert conversation(wrapped) == (Message("user", "Hi"),)


def test_a_reply_keeps_why_it_ended() -> None:
    choices = {"choices": [{"finish_reason": "length", "message": {"role": "assistant", "content": "Once"}}]}
    assert conversation(choices) == (Message("assistant", "Once", (), "", "length"),)


def test_thoughts_are_not_said() -> None:
    parts = [{"type": "reasoning", "content": "Hmm"}, {"type": "text", "content": "Yes"}]
    assert conversation([{"role": "assistant", "parts": parts}]) == (Message("assistant", "Yes"),)


@pytest.mark.parametrize("arguments", ['{"city": ', {"_raw": '{"city": '}, {"INVALID_JSON": '{"city": '}])
def test_arguments_that_are_no_json_stay_as_the_model_wrote_them(arguments: Any) -> None:
    part = {"type": "tool_call", "id": "c", "name": "t", "arguments": arguments}
    (message,) = conversation([{"role": "assistant", "parts": [part]}])
    assert message.calls == (ToolCall("c", "t", '{"city": '),)


@pytest.mark.parametrize("value", ["Hi", ["Hi"], [None, "Hi"]])
def test_a_text_is_a_message_of_nobody(value: Any) -> None:
    assert conversation(value) == (Message("", "Hi"),)


@pytest.mark.parametrize("value", [None, "", [], {}, "[]"])
def test_nothing_is_no_conversation(value: Any) -> None:
    assert all(not message.text for message in conversation(value))


def test_one_json_value_has_one_text() -> None:
    assert canonical_json('{"b": 1, "a": [2]}') == canonical_json({"a": [2], "b": 1}) == '{"a":[2],"b":1}'
    assert (canonical_json(None), canonical_json("no {json}"), canonical_json("{")) == ("", "no {json}", "{")


def test_json_that_is_too_deep_stays_text() -> None:
    deep = "[" * 100_000
    assert canonical_json(deep) == deep
    assert conversation(deep) == (Message("", deep),)


def test_documents_with_a_text_are_no_blocks() -> None:
    assert as_text([{"type": "text", "text": "a"}, {"text": "b"}]) == "a\nb"
    assert as_text([{"text": "a", "score": 1}]) == '[{"score":1,"text":"a"}]'

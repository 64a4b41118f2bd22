from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.feedback_loop import vocabularies
from nodes.feedback_loop.reading.operations import LONGEST_NAME, Operation, read
from nodes.feedback_loop.vocabularies import genai, openllmetry
from systems import names
from systems.records import Span
from systems.told.errors_told import TOLD
from tests.nodes.feedback_loop.vocabularies.spans import exception, span

KNOWN = sorted(
    {name for one in vocabularies.VOCABULARIES for _, sources in one.names for name in sources}
    | {name for one in vocabularies.VOCABULARIES for name, _ in one.names}
    | {name for one in vocabularies.VOCABULARIES for name in (*one.marks, *one.kinds)}
    | {value for name, value in vars(names).items() if name.isupper() and "." in str(value)}
    | set(openllmetry.NAMES[names.CONVERSATION])
    | {
        "input.value",
        "output.value",
        "metadata",
        "tool.status",
        "traceloop.entity.input",
        "traceloop.entity.output",
        "llm.input_messages.0.message.tool_calls.0.tool_call.function.arguments",
        "llm.input_messages.0.message.content",
        "llm.input_messages.1.message.contents.0.message_content.text",
        "llm.output_messages.0.message.function.0",
        "gen_ai.completion.0.tool_calls.1.name",
        "retrieval.documents.0.document.content",
        "gcp.vertex.agent.llm_request",
        "gcp.vertex.agent.llm_response",
    }
)
KEYS = st.sampled_from(
    (
        "type role content parts text messages message data kwargs lc id tool_calls function name arguments args "
        "update tool_call_id status output outputs input inputs input_str generations choices finish_reason "
        "generation_info result response toolUse toolResult function_call functionResponse isError error stderr exit "
        "event.name thread_id sanitize_inputs_outputs blocks tool_name tool_output loc msg config contents"
    ).split()
)
WORDS = st.sampled_from(
    "tool user assistant ai text tool_call tool_use function_call_output LLM TOOL AGENT llm tool chat error "
    "execute_tool gen_ai.choice execute_tool 429 Error: Command( content='x' {'a': None NaN".split()
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=8) | st.binary(max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
JSON = VALUES.map(lambda value: json.dumps(value, default=str))
EVENTS = st.sampled_from(
    ["exception", "gen_ai.choice", "gen_ai.user.message", "gen_ai.tool.message", *genai._SENT, genai._DETAILS]
)


@settings(max_examples=400)
@given(
    attributes=st.dictionaries(st.sampled_from(KNOWN), VALUES | JSON, max_size=8),
    events=st.lists(st.tuples(EVENTS, st.dictionaries(KEYS | EVENTS, VALUES | JSON, max_size=3)), max_size=3),
    status=st.sampled_from(["unset", "ok", "error"]),
    message=st.text(max_size=20),
)
def test_no_value_of_any_known_attribute_raises(
    attributes: dict[str, Any], events: list[tuple[str, dict[str, Any]]], status: Any, message: str
) -> None:
    operation = read(span("x", *events, status=status, message=message).model_copy(update={"attributes": attributes}))
    texts = (operation.name, operation.agent, operation.arguments, operation.result, operation.output, operation.error)
    assert all(isinstance(text, str) for text in (*texts, operation.error_type, operation.finish, operation.call_id))
    assert min(operation.input_tokens, operation.output_tokens, operation.size) >= 0


def tool(*events: tuple[str, dict[str, Any]], **more: Any) -> Operation:
    return read(span("execute_tool t", *events, gen_ai__operation__name="execute_tool", gen_ai__tool__name="t", **more))


@pytest.mark.parametrize(
    "control",
    "langgraph.errors.GraphInterrupt langgraph.errors.ParentCommand asyncio.exceptions.CancelledError GeneratorExit "
    "pydantic_ai.exceptions.CallDeferred pydantic_ai.exceptions.ApprovalRequired".split(),
)
def test_frameworks_steer_by_exceptions_that_are_no_failures(control: str) -> None:
    assert not tool(exception(control, "()"), status="error").failed
    assert not tool(status="error", error__type=control).failed
    printed = f"{control.rpartition('.')[2]}((Interrupt(value='ok?'),))Traceback (most recent call last):\n\nX: y"
    assert not tool(status="error", message=printed).failed


@pytest.mark.parametrize(
    ("failed", "kind", "words"),
    [
        (tool(exception("TimeoutError", "late"), status="error", message="TimeoutError: late"), "TimeoutError", "late"),
        (tool(status="error", error__type="a.b.ApiError", message="ApiError('no', 3)"), "ApiError", "'no', 3"),
        (tool(status="error", message="ValueError('no')Traceback (most recent call last):\n  x"), "ValueError", "no"),
        (tool(exception("ToolRetryError", "no seats", escaped="True")), "ToolRetryError", "no seats"),
        (tool(error__type="500"), "500", ""),
        (tool(status="error"), "", ""),
        (
            tool(exception("Exception", "1 bad\ndays\nTraceback (most recent call last):\n  x\na.Bad: 1 bad\ndays")),
            "",
            "",
        ),
    ],
)
def test_the_type_and_the_words_of_an_error_are_told_apart(failed: Operation, kind: str, words: str) -> None:
    assert (failed.error_type, failed.error) == (kind, words)


def test_an_exception_that_was_caught_is_no_failure() -> None:
    assert not tool(exception("ValueError", "handled")).failed


def test_a_failed_call_tells_its_result_where_it_has_no_other_words() -> None:
    failed = tool(status="error", error__type="X", gen_ai__tool__call__result="out of paper")
    assert (failed.error, failed.result) == ("out of paper", "out of paper")


def test_a_result_that_is_marked_as_an_error_is_a_failure() -> None:
    message = {
        "type": "tool",
        "data": {"content": "no such city", "tool_call_id": "c", "status": "error", "type": "tool"},
    }
    failed = tool(gen_ai__tool__call__result=json.dumps(message))
    assert (failed.failed, failed.error_type, failed.error, failed.call_id) == (True, TOLD, "no such city", "c")
    blocks = {"content": [{"type": "text", "text": "disk full"}], "isError": True}
    assert tool(gen_ai__tool__call__result=json.dumps(blocks)).error == "disk full"


@pytest.mark.parametrize(
    ("recorded", "finish"),
    [
        (["tool_call"], "tool_calls"),
        ('["max_tokens"]', "length"),
        ("FinishReason.MAX_TOKENS", "length"),
        ("end_turn", "stop"),
        ("SAFETY", "content_filter"),
        ([], ""),
        ("odd", "odd"),
    ],
)
def test_reasons_to_stop_have_one_name(recorded: Any, finish: str) -> None:
    assert read(span("chat m", gen_ai__response__finish_reasons=recorded)).finish == finish


def test_an_exception_for_length_is_a_reason_to_stop_and_tells_the_tokens() -> None:
    words = "Could not parse: usage=CompletionUsage(completion_tokens=900, prompt_tokens=71, total_tokens=971)"
    cut = read(span("chat m", status="error", error__type="LengthFinishReasonError", message=words))
    assert (cut.finish, cut.input_tokens, cut.output_tokens) == ("length", 71, 900)


def test_tokens_are_counted_where_they_were_used_and_not_again_in_the_agent() -> None:
    agent = span("invoke_agent a", gen_ai__operation__name="invoke_agent", gen_ai__usage__input_tokens=10)
    assert read(agent).input_tokens == 0


def test_instructions_come_first() -> None:
    chat = span(
        "chat m",
        gen_ai__system_instructions='[{"type": "text", "content": "Be kind."}]',
        gen_ai__input__messages='[{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]',
    )
    assert [(one.role, one.text) for one in read(chat).messages] == [("system", "Be kind."), ("user", "Hi")]


def test_an_agent_comes_to_the_last_thing_it_said() -> None:
    said = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}, {"role": "tool", "content": "T"}]
    agent = read(span("run", openinference__span__kind="AGENT", output__value=json.dumps({"messages": said})))
    assert (agent.result, agent.output, agent.calls) == ("A", "A", ())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "many", [1], {"a": 1}, -4, None])
def test_what_is_no_number_of_tokens_is_none(value: Any) -> None:
    chat = read(
        Span(trace_id="a" * 32, span_id="b" * 16, name="chat m", start_ns=1, end_ns=2).model_copy(
            update={"attributes": {names.INPUT_TOKENS: value, names.COST: value}}
        )
    )
    assert chat.input_tokens == 0
    assert chat.cost is None


def test_a_name_without_end_is_cut_before_findings_and_profiles_repeat_it() -> None:
    endless = "n" * 10_000_000
    told: dict[str, Any] = {"gen_ai__tool__name": endless, "gen_ai__agent__name": endless, "error__type": endless}
    tool = read(span(endless, gen_ai__operation__name="execute_tool", **told))
    assert {len(one) for one in (tool.title, tool.name, tool.where, tool.agent, tool.error_type)} == {LONGEST_NAME}


def test_a_number_that_no_model_could_have_read_is_no_number_of_tokens() -> None:
    chat = read(span("chat m", gen_ai__operation__name="chat", gen_ai__usage__input_tokens=1e300))
    assert chat.input_tokens == 0

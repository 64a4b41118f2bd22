"""Answers and arguments of a wrong form; what fits its schema, or has none, is right."""

from __future__ import annotations

import json
from typing import Any

import pytest

from systems.records import Span
from tests.nodes.feedback_loop.detectors.conversations import Conversation, alarms, call, ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace

RESERVE = {
    "type": "object",
    "properties": {
        "hotel": {"type": "string"},
        "nights": {"type": "integer"},
        "room": {"type": "string", "enum": ["single", "double"]},
    },
    "required": ["hotel", "nights"],
}
DEFINITIONS = json.dumps([{"type": "function", "name": "reserve", "description": "Reserve.", "parameters": RESERVE}])
RIGHT = {"hotel": "H-88", "nights": 4}


class Agent(Trace):
    """A run of one agent with content; turns are told by the parts of the model's replies."""

    def __init__(self, system: str = "", **given: Any) -> None:
        super().__init__()
        self.root = self.span("invoke_agent a", 0, 1_000)
        self._given = given
        self._messages = [message("system", text(system))] * bool(system) + [message("user", text("Do it."))]
        self._now = 0.0

    def turn(self, *parts: dict[str, Any], **more: Any) -> Span:
        sent, reply = json.dumps(self._messages), json.dumps([message("assistant", *parts)])
        self._now += 1
        content = {"INPUT_MESSAGES": sent, "OUTPUT_MESSAGES": reply} | more
        span = self.chat(self._now, self._now + 0.5, under=self.root, **content)
        self.spans[-1] = span.model_copy(update={"attributes": span.attributes | self._given})
        self._messages.append(message("assistant", *parts))
        return span

    def ran(self, arguments: str | None, result: str = "", error: str = "") -> Span:
        self._now += 0.6
        content = {"TOOL_ARGUMENTS": arguments, "TOOL_RESULT": result or None, "TOOL_CALL_ID": "c1"}
        self.told(result or error)
        return self.tool("reserve", self._now, self._now + 0.1, under=self.root, server=None, error=error, **content)

    def told(self, words: str, role: str = "tool") -> None:
        part = {"type": "tool_call_response", "id": "c1", "response": words} if role == "tool" else text(words)
        self._messages.append(message(role, part))


def message(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": role, "parts": list(parts)}


def text(content: str) -> dict[str, Any]:
    return {"type": "text", "content": content}


def asks(arguments: Any) -> dict[str, Any]:
    return {"type": "tool_call", "id": "c1", "name": "reserve", "arguments": arguments}


@pytest.mark.parametrize(
    "error",
    [
        "1 validation error for reserve\nnights\n  Input should be a valid integer",
        "missing a required argument: 'hotel'",
        "Argument nights has type 'string' but should be 'integer'",
        "Invoking `reserve()` failed as the following mandatory input parameters are not present: hotel",
        "reserve() got an unexpected keyword argument 'hotels'",
    ],
)
def test_arguments_that_a_tool_refuses_are_found_at_the_model_and_the_tool(error: str) -> None:
    run = Agent()
    model = run.turn(asks({"nights": "four"}))
    tool = run.ran('{"nights": "four"}', error=error)
    run.turn(text("I could not reserve it."))
    one = only(run, "invalid_output")
    assert (one.severity, one.where, one.span_ids) == ("error", "reserve", ids(model, tool))
    assert one.impact["failures"] == 1
    assert kinds(run) == {"invalid_output"}


def test_refused_arguments_that_were_mended_are_a_warning() -> None:
    run = Agent()
    run.turn(asks({"nights": "four"}))
    run.ran('{"nights": "four"}', error="validation error for reserve: nights")
    run.turn(asks(RIGHT))
    run.ran(json.dumps(RIGHT), "RM-40031")
    run.turn(text("Reserved as RM-40031."))
    assert only(run, "invalid_output").severity == "warning"


@pytest.mark.parametrize("arguments", ['{"hotel": "H-88", "nights": 4,,', "hotel=H-88, nights=4", '{"hotel": H-88}'])
def test_arguments_that_are_no_json_are_found_though_nothing_was_called(arguments: str) -> None:
    run = Agent()
    model = run.turn(asks(arguments))
    assert only(run, "invalid_output").span_ids == ids(model)


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({"hotel": "H-88", "nights": "four"}, "nights is no integer"),
        ({"hotel": "H-88"}, "nights missing"),
        ({**RIGHT, "room": "triple"}, "room is none of single, double"),
    ],
)
def test_arguments_against_the_recorded_schema_are_found_though_the_tool_took_them(
    arguments: dict[str, Any], wrong: str
) -> None:
    run = Agent(**{"gen_ai.tool.definitions": DEFINITIONS})
    model = run.turn(asks(arguments))
    tool = run.ran(json.dumps(arguments), "RM-40031")
    run.turn(text("Reserved."))
    one = only(run, "invalid_output")
    assert one.span_ids == ids(model, tool)
    assert wrong in one.evidence


@pytest.mark.parametrize(
    "given",
    [
        {"llm.tools.0.tool.json_schema": json.dumps({"function": {"name": "reserve", "parameters": RESERVE}})},
        {"llm.request.functions.0.name": "reserve", "llm.request.functions.0.parameters": json.dumps(RESERVE)},
        {
            "model_request_parameters": json.dumps(
                {"function_tools": [{"name": "reserve", "parameters_json_schema": RESERVE}]}
            )
        },
    ],
    ids=["openinference", "openllmetry", "pydantic-ai"],
)
def test_schemas_are_read_wherever_they_are_recorded(given: dict[str, Any]) -> None:
    run = Agent(**given)
    run.turn(asks({"hotel": "H-88"}))
    assert "nights missing" in only(run, "invalid_output").evidence


@pytest.mark.parametrize(
    "arguments", [RIGHT, {**RIGHT, "nights": "4"}, {**RIGHT, "room": "double", "note": "late"}, {**RIGHT, "room": None}]
)
def test_arguments_that_fit_are_right(arguments: dict[str, Any]) -> None:
    run = Agent(**{"gen_ai.tool.definitions": DEFINITIONS})
    run.turn(asks(arguments))
    run.ran(json.dumps(arguments), "RM-40031")
    run.turn(text("Reserved as RM-40031."))
    assert kinds(run) == set()


def test_a_tool_that_takes_text_gets_text() -> None:
    run = Agent()
    run.turn(asks("print(4 * 88)"))
    run.ran("print(4 * 88)", "352")
    run.turn(text("It is 352."))
    assert kinds(run) == set()


def test_a_tool_that_reads_broken_json_itself_failed_itself() -> None:
    run = Agent()
    run.turn(asks(RIGHT))
    run.ran(json.dumps(RIGHT), error="JSONDecodeError: Expecting value: line 1 column 1 (char 0)")
    run.turn(text("The hotel's system failed."))
    assert kinds(run) == {"tool_error"}


@pytest.mark.parametrize("finish", ["malformed_function_call", "FinishReason.MALFORMED_FUNCTION_CALL"])
def test_a_call_that_the_provider_could_not_read_is_found(finish: str) -> None:
    run = Agent()
    model = run.turn(finish=finish)
    assert only(run, "invalid_output").span_ids == ids(model)
    assert kinds(run) == {"invalid_output"}


def test_a_stop_for_a_call_of_which_nothing_is_left_is_found() -> None:
    run = Agent()
    run.turn(asks(RIGHT))
    run.ran(json.dumps(RIGHT), "RM-1")
    model = run.turn(finish="tool_calls")
    assert only(run, "invalid_output").span_ids == ids(model)


def test_where_calls_are_never_recorded_none_is_missing() -> None:
    run = Agent()
    run.turn(text("Let me see."))
    run.turn(finish="tool_calls")
    run.ran(json.dumps(RIGHT), "RM-1")
    run.turn(text("Reserved as RM-1."))
    assert kinds(run) == set()


def test_a_framework_that_refuses_arguments_itself_tells_it_in_the_next_prompt() -> None:
    run = Agent()
    run.turn(asks(RIGHT))
    run.ran(json.dumps(RIGHT), "RM-1")
    model = run.turn(asks({"nights": "four"}) | {"id": "c2"})
    run.told("Error: Argument parsing failed.")
    run._messages[-1]["parts"][0]["id"] = "c2"
    run.turn(text("I could not."))
    assert only(run, "invalid_output").span_ids == ids(model)


ANSWER = {"type": "object", "properties": {"eur": {"type": "number"}}, "required": ["eur"]}
ASKED = {"llm.invocation_parameters": json.dumps({"response_format": {"json_schema": {"schema": ANSWER}}})}


@pytest.mark.parametrize("said", ["About 150 euros.", '{"eur": "about 150"}', '{"price": 150}', '{"eur": 150'])
def test_an_answer_against_its_schema_is_found(said: str) -> None:
    run = Agent(**ASKED)
    model = run.turn(text(said))
    one = only(run, "invalid_output")
    assert (one.where, one.span_ids) == ("m", ids(model))
    assert said[:9] in one.evidence


@pytest.mark.parametrize("said", ['{"eur": 150}', '```json\n{"eur": 150.5}\n```', '{"eur": "150", "note": "a year"}'])
def test_an_answer_that_fits_its_schema_is_right(said: str) -> None:
    run = Agent(**ASKED)
    run.turn(text(said))
    assert kinds(run) == set()


@pytest.mark.parametrize(
    ("system", "wrong"),
    [
        ('Answer only with JSON like {"weight_g": 1}. No other text.', True),
        ("Respond with a JSON object only.", True),
        ("Return strictly valid JSON.", True),
        ("You are careful. Tools take their arguments as JSON.", False),
        ("When you call a tool, always pass valid JSON. Answer in a friendly way.", False),
    ],
)
def test_prose_where_the_instructions_ask_for_json_alone_is_found(system: str, wrong: bool) -> None:
    run = Agent(system)
    run.turn(text("Sure! I'd go with BlueShip."))
    assert kinds(run) == ({"invalid_output"} if wrong else set())


def test_an_answer_that_is_sent_back_is_found_and_the_mended_one_is_not() -> None:
    run = Agent()
    model = run.turn(text("About 150 euros."))
    run.told("1 validation error: eur: Field required\n\nFix the errors and try again.", role="user")
    run.turn(text('{"eur": 150}'))
    assert only(run, "invalid_output").span_ids == ids(model)


def test_an_agent_that_fails_over_an_answer_is_found_at_the_model_calls_that_were_asked_the_same() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 9, error="OutputParserException: Failed to parse structured output")
    sent = json.dumps([message("user", text("How should it be sent?"))])
    said = json.dumps([message("assistant", text("By BlueShip."))])
    spans = [trace.chat(n, n + 0.5, under=root, INPUT_MESSAGES=sent, OUTPUT_MESSAGES=said) for n in range(3)]
    (one,) = alarms(trace)
    assert (one.kind, one.severity, one.span_ids) == ("invalid_output", "error", ids(*spans))


@pytest.mark.parametrize("said", ["{name} is a placeholder.", "[1] the source", "{'a': 1} is a dict in Python"])
def test_a_text_that_only_begins_like_json_is_a_text(said: str) -> None:
    run = Agent()
    run.turn(text(said))
    assert kinds(run) == set()


def test_data_that_a_tool_found_invalid_is_an_answer() -> None:
    run = Conversation("Is this a valid account number?")
    run.each(call("check_iban", '{"valid": false, "reason": "invalid check digits"}', iban="DE12"))
    run.says("It is not valid: its check digits are wrong.")
    assert kinds(run) == set()


@pytest.mark.parametrize(
    "error", ["amount must be a number", "'ECONOMY' is not one of ['eco', 'off']", "day must be given as YYYY-MM-DD"]
)
def test_an_argument_of_a_value_that_the_tool_does_not_take_is_invalid(error: str) -> None:
    run = Conversation("Do it.")
    run.each(call("set_it", error=error, value="ten"))
    run.each(call("set_it", "ok", value=10))
    run.says("It is done.")
    assert "invalid_output" in kinds(run)


@pytest.mark.parametrize("ran", [False, True])
def test_a_run_that_ends_with_a_call_that_nobody_could_read_lost_it(ran: bool) -> None:
    run = Agent()
    last = run.turn(finish="tool_calls")
    if ran:
        run.ran('{"hotel": "H-88", "nights": 4}', "booked")
    assert ("invalid_output" in kinds(run)) != ran
    assert ran or only(run, "invalid_output").span_ids == ids(last)

"""Schemas wherever they are recorded, and what is wrong by them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.feedback_loop.reading.schemas import of_answer, of_tool, of_tools, problem

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "attributes",
    [
        {"gen_ai.tool.definitions": json.dumps([{"type": "function", "name": "rate", "parameters": SCHEMA}])},
        {"gen_ai.tool.definitions": (json.dumps({"name": "rate", "inputSchema": {"json": SCHEMA}}),)},
        {"gen_ai.tool.definitions": json.dumps([{"name": "rate", "input_schema": SCHEMA}])},
        {"llm.tools.0.tool.json_schema": json.dumps({"function": {"name": "rate", "parameters": SCHEMA}})},
        {"llm.request.functions.0.name": "rate", "llm.request.functions.0.parameters": json.dumps(SCHEMA)},
        {
            "gcp.vertex.agent.llm_request": json.dumps(
                {"config": {"tools": [{"function_declarations": [{"name": "rate", "parameters_json_schema": SCHEMA}]}]}}
            )
        },
        {
            "llm.invocation_parameters": json.dumps(
                {"tools": [{"type": "function", "function": {"name": "rate", "parameters": SCHEMA}}]}
            )
        },
    ],
)
def test_tools_schemas_are_found(attributes: dict[str, Any]) -> None:
    assert of_tools(attributes) == {"rate": SCHEMA}


@pytest.mark.parametrize(
    "attributes",
    [
        {"gen_ai.tool.json_schema": json.dumps(SCHEMA)},
        {"tool.parameters": json.dumps(SCHEMA)},
    ],
)
def test_a_tools_own_span_has_its_schema(attributes: dict[str, Any]) -> None:
    assert of_tool(attributes) == SCHEMA


def test_properties_alone_are_a_schema_and_arguments_are_none() -> None:
    assert of_tool({"tool.parameters": '{"city": {"type": "string"}}'}) == {
        "type": "object",
        "properties": {"city": {"type": "string"}},
    }
    assert of_tool({"tool.parameters": '{"city": "Delft"}'}) is None


@pytest.mark.parametrize(
    ("attributes", "schema"),
    [
        ({"gen_ai.request.structured_output_schema": json.dumps(SCHEMA)}, SCHEMA),
        ({"llm.invocation_parameters": json.dumps({"response_format": {"json_schema": {"schema": SCHEMA}}})}, SCHEMA),
        ({"llm.invocation_parameters": json.dumps({"response_format": {"type": "json_object"}})}, {}),
        ({"gcp.vertex.agent.llm_request": json.dumps({"config": {"response_schema": SCHEMA}})}, SCHEMA),
        ({"gen_ai.output.type": "json"}, {}),
        ({"gen_ai.output.type": "text"}, None),
        ({"llm.invocation_parameters": '{"temperature": 0, "response_format": null}'}, None),
        ({}, None),
    ],
)
def test_the_answers_schema_is_found(attributes: dict[str, Any], schema: Any) -> None:
    assert of_answer(attributes) == schema


@pytest.mark.parametrize(
    ("schema", "value", "words"),
    [
        (SCHEMA, {}, "city missing"),
        (SCHEMA, [], "value is no object"),
        ({"properties": {"n": {"type": "integer"}}}, {"n": "four"}, "n is no integer"),
        ({"properties": {"n": {"type": "integer"}}}, {"n": " 4 "}, ""),
        ({"properties": {"n": {"type": ["integer", "null"]}}}, {"n": "four"}, ""),
        ({"properties": {"n": {"anyOf": [{"type": "integer"}]}}}, {"n": "four"}, ""),
        ({"properties": {"on": {"type": "boolean"}}}, {"on": "perhaps"}, "on is no boolean"),
        ({"properties": {"a": SCHEMA}}, {"a": {}}, "city missing in a"),
        ({"type": "array", "items": SCHEMA}, [{}], "city missing in [0]"),
        ({"type": "string", "enum": ["a", "b"]}, "c", "value is none of a, b"),
    ],
)
def test_what_every_validator_refuses_is_a_problem(schema: dict[str, Any], value: Any, words: str) -> None:
    assert problem(schema, value) == words


@given(VALUES, VALUES)
def test_no_schema_and_no_value_is_too_odd(schema: Any, value: Any) -> None:
    assert isinstance(problem(schema, value), str)


@given(st.sampled_from(["gen_ai.tool.definitions", "llm.invocation_parameters", "model_request_parameters"]), VALUES)
def test_no_attribute_is_too_odd(name: str, value: Any) -> None:
    for told in (value, json.dumps(value)):
        assert isinstance(of_tools({name: told}), dict)
        of_answer({name: told})
        of_tool({"tool.parameters": told})

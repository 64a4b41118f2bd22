"""The form that a model was asked to answer and to call tools in, and whether it did."""

from __future__ import annotations

import json
from collections.abc import Iterable

from nodes.feedback_loop.reading import asked_in_words, schemas
from nodes.feedback_loop.reading.json_text import value
from nodes.feedback_loop.reading.marks import ODD
from nodes.feedback_loop.reading.messages import ToolCall, parsed
from nodes.feedback_loop.reading.operations import Operation

MOST_TOOLS = 1_000
_decode = json.JSONDecoder().raw_decode


class AskedForm:
    """What is known of the schemas in a run, and of what its instructions ask for."""

    def __init__(self) -> None:
        self._tools: dict[str, schemas.Schema | None] = {}
        self._own: dict[str, schemas.Schema | None] = {}
        self._in_json: set[str] = set()
        self._instructions = ""
        self._in_words: schemas.Schema | None = None

    def learn(self, models: Iterable[Operation]) -> None:
        """Take note of the tools that model calls gave JSON to without being told its schema."""
        for model in models:
            if not (model.failed or model.marks & ODD) and len(self._in_json) < MOST_TOOLS:
                self._in_json.update(call.name for call in model.calls if call.arguments)

    def wrong_arguments(self, call: ToolCall, model: Operation) -> str:
        """What is wrong with the arguments that a model wrote, in words; empty where nothing surely is.

        Text where other calls of the tool have JSON is wrong; a tool that always takes text takes it.
        """
        text = call.arguments
        if not text:
            return ""
        try:
            arguments, end = _decode(text)
        except (ValueError, RecursionError):
            end = -1
        if end != len(text) or not isinstance(arguments, dict):
            raw = text[0] != "{" and call.name not in self._in_json and self._schema(call.name, model) is None
            return "" if raw else "no JSON"
        schema = self._schema(call.name, model)
        if schema is None:
            if len(self._in_json) < MOST_TOOLS:
                self._in_json.add(call.name)
            return ""
        wrong = schemas.problem(schema, arguments)
        return wrong and schemas.problem(schemas.of_tools(model.attributes).get(call.name), arguments)

    def refused_by_schema(self, tool: Operation) -> str:
        """What is wrong with the arguments that a tool was called with, by the schema that its own span records."""
        name = tool.name
        if name not in self._own:
            if len(self._own) >= MOST_TOOLS:
                return ""
            self._own[name] = schemas.of_tool(tool.attributes)
        if self._own[name] is None or self._tools.get(name) is not None:
            return ""
        arguments = parsed(tool.arguments)
        if not isinstance(arguments, dict) or not schemas.problem(self._own[name], arguments):
            return ""
        return schemas.problem(schemas.of_tool(tool.attributes), arguments)

    def wrong_answer(self, model: Operation) -> str:
        """What is wrong with an answer that was asked for in JSON, in words; empty where nothing surely is."""
        schema = schemas.of_answer(model.attributes)
        if schema is None:
            schema = self._asked_in_words(model)
            if schema is None:
                return ""
        answer = value(model.output)
        return "no JSON" if answer is None else schemas.problem(schema, answer)

    def _schema(self, name: str, model: Operation) -> schemas.Schema | None:
        if name not in self._tools and len(self._tools) < MOST_TOOLS:
            self._tools[name] = None
            self._tools.update(schemas.of_tools(model.attributes))
        return self._tools.get(name)

    def _asked_in_words(self, model: Operation) -> schemas.Schema | None:
        """The form that the instructions ask for; None where they ask for none."""
        first = model.messages[0] if model.messages else None
        if first is None or first.role != "system":
            return None
        if first.text != self._instructions:
            self._instructions = first.text
            asked = asked_in_words.only_json(first.text)
            self._in_words = (asked_in_words.fields(first.text) or {}) if asked else None
        return self._in_words

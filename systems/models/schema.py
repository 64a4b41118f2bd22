r"""The JSON schema a model is asked to follow: what grammars honour stays, what they ignore or choke on goes.

Caps (`maxLength`, `maxItems`), `enum`, `const`, `$ref` and `anyOf` are honoured by llama.cpp and by what is built on
it. `uniqueItems` and `multipleOf` are ignored, `\d` and the like in patterns too, and LM Studio's grammars break on
nested patterns. Where a text has a pattern, llama.cpp's grammar forgets `maxLength`: a pattern is sent only when it is
bounded by itself (`{1,20}`, no `+` or `*`), else the cap is the more useful half. Pydantic checks everything again
afterwards, so leaving something out loses nothing.

A server that refuses this is asked more simply, see `Capabilities.form`: without limits and references; then for any
JSON object; then for nothing but words. In the last two the schema stands in the prompt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from systems.models.capabilities import Capabilities
from systems.models.prompt import Message

UNSENDABLE = re.compile(r"\\|\(\?|[*+]|,\}")  # escapes, look-around, repetition without end
DROPPED = frozenset({"title", "default", "uniqueItems", "multipleOf", "examples"})
LIMITS = frozenset({"maxLength", "minLength", "maxItems", "minItems", "pattern", "format", "minimum", "maximum"})
IN_WORDS = "Answer with one JSON object and nothing else. It keeps to this JSON schema: "


def options(schema: type[BaseModel], capabilities: Capabilities, *, patterns: bool) -> dict[str, Any]:
    """What a chat request says about the form of its answer, for a model of these capabilities."""
    if capabilities.form == "prompted":
        return {}
    if capabilities.form == "json_object":
        return {"response_format": {"type": "json_object"}}
    asked = response_format(schema, patterns=patterns)
    if capabilities.form == "structure":
        whole = asked["json_schema"]["schema"]
        asked["json_schema"]["schema"] = _bare(whole, whole.get("$defs", {}), ())
    return {"response_format": asked}


def in_words(messages: Sequence[Message], schema: type[BaseModel]) -> list[Message]:
    """The messages with the schema in the system's, for a model that does not heed it elsewhere."""
    words = IN_WORDS + json.dumps(_simple(schema.model_json_schema(), True), ensure_ascii=False, separators=(",", ":"))
    first = messages[:1]
    if first and first[0][0] == "system":
        return [("system", f"{first[0][1]}\n\n{words}"), *messages[1:]]
    return [("system", words), *messages]


def response_format(schema: type[BaseModel], *, patterns: bool) -> dict[str, Any]:
    """The `response_format` of a chat request that asks for one record.

    Args:
        schema: the record.
        patterns: whether simple patterns are sent; only where the grammar is known to honour nested ones.
    """
    return {
        "type": "json_schema",
        "json_schema": {
            "name": re.sub(r"\W+", "_", schema.__name__)[:64],
            "strict": True,
            "schema": _simple(schema.model_json_schema(), patterns),
        },
    }


def _simple(node: Any, patterns: bool) -> Any:
    if isinstance(node, list):
        return [_simple(part, patterns) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if key not in DROPPED and _fits(key, value, patterns)}
    for key, value in kept.items():
        if key in ("properties", "$defs"):
            kept[key] = {name: _simple(part, patterns) for name, part in value.items()}
        elif key not in ("enum", "const", "required"):
            kept[key] = _simple(value, patterns)
    if "properties" in kept:
        kept["required"] = list(kept["properties"])
        kept.setdefault("additionalProperties", False)
    return kept


def _fits(key: str, value: Any, patterns: bool) -> bool:
    return key != "pattern" or (patterns and not UNSENDABLE.search(value))


def _bare(node: Any, definitions: dict[str, Any], inside: tuple[str, ...]) -> Any:
    """A schema without limits, its references replaced by what they stand for, but for those to themselves."""
    if isinstance(node, list):
        return [_bare(part, definitions, inside) for part in node]
    if not isinstance(node, dict):
        return node
    name = str(node.get("$ref", "")).rpartition("/")[2]
    if name:
        whole = {} if name in inside else definitions.get(name, {})
        return _bare(whole, definitions, (*inside, name)) or {"type": "object"}
    if "const" in node:
        node = {**{key: value for key, value in node.items() if key != "const"}, "enum": [node["const"]]}
    return {
        key: {name: _bare(part, definitions, inside) for name, part in value.items()}
        if key == "properties"
        else value
        if key in ("enum", "required")
        else _bare(value, definitions, inside)
        for key, value in node.items()
        if key not in LIMITS and key != "$defs"
    }

r"""The JSON schema a model is asked to follow: what grammars honour stays, what they ignore or choke on goes.

Caps (`maxLength`, `maxItems`), `enum`, `const`, `$ref` and `anyOf` are honoured by llama.cpp and by what is built on
it. `uniqueItems` and `multipleOf` are ignored, `\d` and the like in patterns too, and LM Studio's grammars break on
nested patterns. Where a text has a pattern, llama.cpp's grammar forgets `maxLength`: a pattern is sent only when it is
bounded by itself (`{1,20}`, no `+` or `*`), else the cap is the more useful half. Pydantic checks everything again
afterwards, so leaving something out loses nothing.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel

UNSENDABLE = re.compile(r"\\|\(\?|[*+]|,\}")  # escapes, look-around, repetition without end
DROPPED = frozenset({"title", "default", "uniqueItems", "multipleOf", "examples"})


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

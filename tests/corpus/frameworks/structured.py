"""The pydantic model for a scenario's JSON schema, for frameworks whose users ask for structured answers with a class.

answer_model({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]})
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, create_model

SIMPLE: dict[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool, "null": None}


def answer_model(schema: Mapping[str, Any], name: str = "Answer") -> type[BaseModel]:
    """The class a user would have written for an object's schema."""
    required = schema.get("required", ())
    fields: dict[str, Any] = {}
    for field, kind in schema.get("properties", {}).items():
        annotation = _type(kind, f"{name}{field.title().replace('_', '')}")
        fields[field] = annotation if field in required else (annotation | None, None)
    model: type[BaseModel] = create_model(name, **fields)
    return model


def _type(schema: Mapping[str, Any], name: str) -> Any:
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    if isinstance(schema.get("type"), list):
        return _union(schema, name)
    if schema.get("type") == "array":
        return list[_type(schema.get("items", {}), name)]  # type: ignore[misc]
    if schema.get("type") == "object":
        return answer_model(schema, name) if "properties" in schema else dict[str, Any]
    return SIMPLE.get(schema.get("type", ""), Any)


def _union(schema: Mapping[str, Any], name: str) -> Any:
    first, *others = (_type({**schema, "type": kind}, name) for kind in schema["type"])
    for other in others:
        first = first | other
    return first

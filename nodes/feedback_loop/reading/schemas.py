"""JSON schemas that a model was given: of its tools' arguments and of its answer, wherever they are recorded.

OpenTelemetry GenAI (`gen_ai.tool.definitions`), OpenInference (`llm.tools.N...`, `llm.invocation_parameters`),
OpenLLMetry (`llm.request.functions.N...`, `gen_ai.request.structured_output_schema`), pydantic-ai
(`model_request_parameters`), Google ADK (`gcp.vertex.agent.llm_request`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nodes.feedback_loop.reading.messages import parsed

Attributes = Mapping[str, Any]
Schema = Mapping[str, Any]

_DEFINITIONS = "gen_ai.tool.definitions"
_INVOCATION = "llm.invocation_parameters"
_PYDANTIC_AI = "model_request_parameters"
_ADK = "gcp.vertex.agent.llm_request"
_OWN = ("gen_ai.tool.json_schema", "tool.json_schema", "tool.parameters")
_PARAMETERS = (
    "parameters",
    "parameters_json_schema",
    "parametersJsonSchema",
    "input_schema",
    "inputSchema",
    "json_schema",
)
_ANSWERS = ("response_schema", "response_json_schema", "responseSchema", "responseJsonSchema")
_SIGNS = ("response_format", "response_schema", "response_json_schema", "responseSchema", "responseJsonSchema")
_ASKING = frozenset(
    {
        _DEFINITIONS,
        _INVOCATION,
        _PYDANTIC_AI,
        _ADK,
        "llm.tools.0.tool.json_schema",
        "llm.request.functions.0.name",
        "gen_ai.request.structured_output_schema",
        "gen_ai.output.type",
    }
)
_TELLING = frozenset(_OWN)
_MOST_TOOLS = 200
_DEEP = 4


def asks_for_form(attributes: Attributes) -> bool:
    """Whether a model call may tell the schemas of its tools or of its answer."""
    return not _ASKING.isdisjoint(attributes)


def has_own(attributes: Attributes) -> bool:
    """Whether the span of a tool call may tell the schema of its arguments."""
    return not _TELLING.isdisjoint(attributes)


def of_tools(attributes: Attributes) -> dict[str, Schema]:
    """Schemas of the arguments of the tools that a model call was given, by the tools' names."""
    found: dict[str, Schema] = {}
    for one in _definitions(attributes):
        inner = one["function"] if isinstance(one.get("function"), dict) else one
        schema = next((inner[name] for name in _PARAMETERS if isinstance(inner.get(name), (dict, str))), None)
        schema = _bare(parsed(schema))
        if schema is not None and isinstance(inner.get("name"), str):
            found[inner["name"]] = schema
    return found


def of_tool(attributes: Attributes) -> Schema | None:
    """The schema of the arguments of a tool, from the span of its call."""
    for name in _OWN:
        if name in attributes and (schema := _bare(parsed(attributes[name]))) is not None:
            return schema
    return None


def of_answer(attributes: Attributes) -> Schema | None:
    """The schema that a model's answer was asked to follow; an empty one where any JSON was asked for."""
    schema = parsed(attributes.get("gen_ai.request.structured_output_schema"))
    if isinstance(schema, dict):
        return schema
    if isinstance(text := attributes.get(_PYDANTIC_AI), str) and '"json_schema"' in text:
        asked = parsed(text)
        answer = _native(asked)
        schema = answer.get("json_schema") if isinstance(answer, dict) else None
        return schema if isinstance(schema, dict) else None
    for name in (_INVOCATION, _ADK):
        text = attributes.get(name)
        asked = parsed(text) if isinstance(text, str) and any(sign in text for sign in _SIGNS) else None
        if (schema := _response(asked)) is not None:
            return schema
    return {} if attributes.get("gen_ai.output.type") == "json" else None


def problem(schema: Any, value: Any, path: str = "", depth: int = _DEEP) -> str:
    """What is wrong with a value by its schema, in words; empty where nothing surely is.

    Only what every validator refuses: missing properties, values outside of an enumeration, values of another type that
    cannot be read as the right one. Unions, references and everything finer are taken to be fine.
    """
    if not isinstance(schema, dict) or not depth or value is None:
        return ""
    kind = schema.get("type")
    options = schema.get("enum")
    if isinstance(value, str) and isinstance(options, list) and _lacks(options, value):
        return f"{path or 'value'} is none of {', '.join(options[:8])}"
    if isinstance(kind, str) and not _is(kind.lower(), value):
        return f"{path or 'value'} is no {kind.lower()}"
    if isinstance(value, dict) and isinstance(properties := schema.get("properties"), dict):
        required = schema.get("required")
        missing = [one for one in required if one not in value] if isinstance(required, list) else []
        if missing:
            return f"{', '.join(map(str, missing[:8]))} missing" + (f" in {path}" if path else "")
        for name, inner in properties.items():
            if name in value and (wrong := problem(inner, value[name], f"{path}.{name}" if path else name, depth - 1)):
                return wrong
    elif isinstance(value, list) and value and "items" in schema:
        return problem(schema["items"], value[0], f"{path}[0]", depth - 1)
    return ""


def _lacks(options: list[Any], value: str) -> bool:
    return bool(options) and value not in options and all(isinstance(one, str) for one in options)


def _is(kind: str, value: Any) -> bool:
    """Whether a value is of a type, or easily read as one."""
    if kind in ("integer", "number"):
        return not isinstance(value, (dict, list)) and (not isinstance(value, str) or _is_number(value))
    if kind == "boolean":
        return not isinstance(value, (dict, list)) and (not isinstance(value, str) or value.lower() in _TRUTHS)
    if kind == "string":
        return not isinstance(value, (dict, list))
    if kind in ("object", "array"):
        return isinstance(value, dict if kind == "object" else list) or (isinstance(value, str) and value[:1] in "{[")
    return True


_TRUTHS = ("true", "false", "yes", "no", "on", "off", "1", "0", "y", "n", "t", "f")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _definitions(attributes: Attributes) -> Iterator[dict[str, Any]]:
    listed = parsed(attributes.get(_DEFINITIONS))
    if isinstance(listed, (list, tuple)):
        yield from filter(_is_dict, map(parsed, listed))
    for number in range(_MOST_TOOLS):
        definition = attributes.get(f"llm.tools.{number}.tool.json_schema")
        name = attributes.get(f"llm.request.functions.{number}.name")
        if name is not None:
            yield {"name": name, "parameters": attributes.get(f"llm.request.functions.{number}.parameters")}
        elif definition is None:
            break
        elif _is_dict(definition := parsed(definition)):
            yield definition
    for text in (attributes.get(_PYDANTIC_AI), attributes.get(_ADK), attributes.get(_INVOCATION)):
        asked = parsed(text)
        if not isinstance(asked, dict):
            continue
        asked = asked["config"] if isinstance(asked.get("config"), dict) else asked
        for one in (*_list(asked.get("function_tools")), *_list(asked.get("tools"))):
            if isinstance(one, dict):
                yield from filter(_is_dict, _list(one.get("function_declarations")) or (one,))


def _native(asked: Any) -> Any:
    """The object that pydantic-ai asks for by the provider's own means; by a tool, the tool's schema tells."""
    return asked.get("output_object") if isinstance(asked, dict) and asked.get("output_mode") == "native" else None


def _response(asked: Any) -> Schema | None:
    """The schema among a request's parameters."""
    if not isinstance(asked, dict):
        return None
    asked = asked["config"] if isinstance(asked.get("config"), dict) else asked
    for name in _ANSWERS:
        if isinstance(asked.get(name), dict):
            return dict(asked[name])
    form = asked.get("response_format")
    if not isinstance(form, dict):
        return None
    inner = form.get("json_schema")
    if isinstance(inner, dict):
        schema = inner.get("schema")
        return schema if isinstance(schema, dict) else {}
    return {} if form.get("type") == "json_object" else None


def _bare(schema: Any) -> Schema | None:
    """A schema of an object; smolagents records its properties alone."""
    if not isinstance(schema, dict):
        return None
    inner: dict[str, Any] = schema["json"] if isinstance(schema.get("json"), dict) else schema
    if isinstance(inner.get("properties"), dict):
        return inner
    if inner and all(isinstance(one, dict) and "type" in one for one in inner.values()):
        return {"type": "object", "properties": inner}
    return None


def _is_dict(value: Any) -> bool:
    return isinstance(value, dict)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

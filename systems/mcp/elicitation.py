"""What a server asks the person in the middle of a call, and what the person says to it.

A server may ask at any time and waits for the answer. A person may take days: so the call is never held open. A
question that nobody has answered yet is cancelled and handed to the caller (`errors.Elicited`); once it is answered
the call is made anew, with the answer ready. https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from systems.mcp.arguments import complaint
from systems.records import Hash, Record, canonical, content_hash

Reply = Literal["accept", "decline"]


class Elicitation(Record):
    """One question of a server to the person."""

    server: str
    tool: str
    message: str = Field(description="The question, in the server's words")
    fields: dict[str, Any] = Field(description="JSON schema of the answer: an object of plain values")
    url: str = Field("", description="Page that the person is asked to open instead of answering here")
    wrong: str = Field("", description="Why the last answer was not one; empty when there was none")

    @property
    def key(self) -> Hash:
        """The same for the same question, whenever it is asked."""
        return content_hash(canonical([self.server, self.tool, self.message, self.fields, self.url.partition("?")[0]]))


class Replied(Record):
    """What the person said."""

    action: Reply
    content: dict[str, Any] = Field(default_factory=dict, description="Values by field; the rest has its default")


def replied(given: str | Mapping[str, Any], question: Elicitation) -> Replied:
    """The reply in a person's words or values.

    Args:
        given: values by field; or words: `accept`, `decline`, a JSON object, or the value of the only field. Nothing
            declines.
        question: what was asked.
    """
    if not isinstance(given, str):
        return Replied(action="accept", content=dict(given))
    words = given.strip()
    if words.lower() in ("", "decline", "refuse", "no") and not _wants(words, question):
        return Replied(action="decline")
    if words.startswith("{"):
        return Replied(action="accept", content=_object(words))
    named = list(question.fields.get("properties", {}).items())
    if len(named) != 1 or (words.lower() == "accept" and not _wants(words, question)):
        return Replied(action="accept")
    name, schema = named[0]
    return Replied(action="accept", content={name: _typed(words, schema)})


def with_defaults(reply: Replied, question: Elicitation) -> tuple[dict[str, Any], str]:
    """(the reply's values with the schema's defaults for those left out, what is wrong with them)."""
    properties: dict[str, Any] = question.fields.get("properties", {})
    defaults = {name: schema["default"] for name, schema in properties.items() if "default" in schema}
    content = {**defaults, **reply.content}
    return content, complaint(question.fields, content)


def _wants(words: str, question: Elicitation) -> bool:
    """Whether one of the offered values is this very word."""
    schemas = question.fields.get("properties", {}).values()
    return bool(words) and any(words in schema.get("enum", ()) or schema.get("type") == "boolean" for schema in schemas)


def _object(words: str) -> dict[str, Any]:
    try:
        value = json.loads(words)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _typed(words: str, schema: Mapping[str, Any]) -> Any:
    """The words as the type that the schema wants, where they can be read so."""
    kind = schema.get("type")
    if kind == "boolean":
        return {"yes": True, "true": True, "no": False, "false": False}.get(words.lower(), words)
    if kind == "array":
        return [part.strip() for part in words.split(",")]
    try:
        return {"integer": int, "number": float}.get(str(kind), str)(words)
    except ValueError:
        return words

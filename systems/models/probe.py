"""The capability probe: two small requests that show how a model can be asked.

The first asks for a record that only the schema names, so that a server which ignores the schema cannot guess it. The
second offers a tool and asks to call it, as a tool loop does. A server that is busy or slow is not judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from systems.models.capabilities import Capabilities
from systems.models.choice import ModelChoice
from systems.models.failures import GRAMMAR, words_of
from systems.models.thinking import parted

if TYPE_CHECKING:
    import httpx

WORD = "kestrel"
TOKENS = 64
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"word": {"type": "string", "enum": [WORD]}},
    "required": ["word"],
    "additionalProperties": False,
}
TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "report",
        "description": "Reports a word.",
        "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    },
}


class _Message(BaseModel):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[Any] | None = None

    @property
    def reasons(self) -> bool:
        return bool(parted(self.model_dump())[0])


class _Choice(BaseModel):
    message: _Message


class _Answer(BaseModel):
    choices: list[_Choice]


async def asked_for_a_record(choice: ModelChoice, http: httpx.AsyncClient) -> Capabilities | None:
    """How a record is best asked for; None when the server answered neither yes nor no."""
    wanted = {"type": "json_schema", "json_schema": {"name": "probe", "strict": True, "schema": SCHEMA}}
    message = await _message(choice, http, "Name a bird. Answer in JSON.", {"response_format": wanted})
    if isinstance(message, _Message):
        heeded = WORD in (message.content or "") or message.reasons
        return Capabilities(reasoning=message.reasons, in_words=not heeded)
    return Capabilities().simpler() if GRAMMAR.search(message) else None


async def asked_for_a_tool(choice: ModelChoice, http: httpx.AsyncClient) -> bool | None:
    """Whether the model calls a tool; None when the server answered neither yes nor no."""
    offer = {"tools": [TOOL], "tool_choice": "auto"}
    message = await _message(choice, http, f"Call the tool report with the word {WORD}.", offer)
    if isinstance(message, _Message):
        return None if message.reasons and not message.tool_calls else bool(message.tool_calls)
    return False if "tool" in message.lower() else None


async def _message(choice: ModelChoice, http: httpx.AsyncClient, text: str, options: dict[str, Any]) -> _Message | str:
    """The model's message, or the words of the refusal; empty when there was no answer that says anything."""
    import httpx

    body = {
        "model": choice.name,
        "messages": [{"role": "user", "content": text}],
        "max_tokens": TOKENS,
        "temperature": 0,
    }
    try:
        response = await http.post(f"{choice.base_url}/chat/completions", json={**body, **options})
        data = response.json()
        if response.is_success and not data.get("error"):
            return _Answer.model_validate(data).choices[0].message
    except (httpx.HTTPError, ValueError, AttributeError, IndexError):
        return ""
    refused = response.status_code in (200, 400, 404, 422, 500, 501)
    return words_of(data.get("error") or data.get("message") or data) if refused else ""

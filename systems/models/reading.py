"""From the model's words to a record, or to the reason why not, said so that the model can mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from systems.errors import InvalidDraft
from systems.models.capabilities import Capabilities

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

T = TypeVar("T", bound=BaseModel)

PROBLEMS = 4


def read(reply: AIMessage, schema: type[T], output_tokens: int) -> T:
    """The record a reply holds.

    What a model thought is never taken as its answer.

    Args:
        reply: the model's message.
        schema: the record asked for.
        output_tokens: what the model was allowed to write.

    Raises:
        InvalidDraft: `empty`, `truncated` or `invalid`.
    """
    content = reply.text.strip()
    cut = reply.response_metadata.get("finish_reason") == "length"
    try:
        return schema.model_validate_json(_json_in(content))
    except ValidationError as error:
        if cut:
            raise InvalidDraft(
                f"The answer was cut off after {output_tokens} tokens; write less in every field.", cause="truncated"
            ) from error
        if not content:
            raise InvalidDraft(
                "The answer was empty" + (": only reasoning, no JSON." if thoughts(reply) else "."), cause="empty"
            ) from error
        raise InvalidDraft(problems(error), cause="invalid") from error


def thoughts(reply: AIMessage) -> str:
    """What a reasoning model thought before it answered."""
    return str(reply.additional_kwargs.get("reasoning_content") or "").strip()


def learned_from(reply: AIMessage, known: Capabilities) -> Capabilities | None:
    """How to ask otherwise after a reply that has thoughts and no answer; None when that would not help.

    A server that follows a schema from the first token on takes the answer of a reasoning model for its thoughts. In
    words alone it can think first. A model that thinks is given more room the next time.
    """
    if not thoughts(reply) or reply.text.strip():
        return None
    if not known.reasoning and reply.response_metadata.get("finish_reason") == "length":
        return known.model_copy(update={"reasoning": True})
    if known.form == "prompted":
        return None
    return known.model_copy(update={"form": "prompted", "in_words": True, "reasoning": True})


def problems(error: ValidationError) -> str:
    """What is wrong with a record, one line a problem, short enough for a prompt."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    lines = [f"{'.'.join(str(part) for part in problem['loc']) or 'answer'}: {problem['msg']}" for problem in found]
    more = [f"and {len(lines) - PROBLEMS} more"] if len(lines) > PROBLEMS else []
    return "\n".join(lines[:PROBLEMS] + more)


def _json_in(text: str) -> str:
    """The JSON object in a text that may have words or a code fence around it."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text

"""Prompts that fit: what is too long for the context is cut here, visibly, never silently by the server."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

Message = tuple[Literal["system", "user", "assistant"], str]

BYTES_PER_TOKEN = 3.2
TOKENS_PER_MESSAGE = 8  # role and separators of the chat template
SMALLEST = 200  # bytes that are left of a message however little room there is


def tokens(text: str) -> int:
    """Roughly how many tokens a text is. Bytes, because a character outside ASCII is often a token by itself."""
    return math.ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN)


def prompt_tokens(messages: Sequence[Message]) -> int:
    """Roughly how many tokens a prompt is."""
    return sum(tokens(text) + TOKENS_PER_MESSAGE for _, text in messages)


def fit(messages: Sequence[Message], room: int) -> list[Message]:
    """The messages, cut to a number of tokens.

    The middle of the last user message goes first; when that is not enough, the middle of the longest others.

    Args:
        messages: the prompt.
        room: tokens there are for it.
    """
    fitted = list(messages)
    users = [index for index, (role, _) in enumerate(fitted) if role == "user"]
    longest = sorted(range(len(fitted)), key=lambda index: -len(fitted[index][1]))
    for index in dict.fromkeys(users[-1:] + longest):
        excess = prompt_tokens(fitted) - room
        if excess <= 0:
            break
        role, text = fitted[index]
        fitted[index] = (role, _without_middle(text, math.ceil(excess * BYTES_PER_TOKEN)))
    return fitted


def _without_middle(text: str, excess: int) -> str:
    data = text.encode("utf-8", "replace")
    note = "\n[... {} bytes left out here: too long for the model ...]\n"
    kept = max(SMALLEST, len(data) - excess - len(note) - 8)
    if kept >= len(data):
        return text
    head, tail = data[: kept // 2], data[len(data) - (kept - kept // 2) :]
    return head.decode("utf-8", "ignore") + note.format(len(data) - kept) + tail.decode("utf-8", "ignore")

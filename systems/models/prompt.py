"""Prompts that fit: what is too long for the context is cut here, visibly, never silently by the server.

In this order, the next only when the one before was not enough, and always the longest first, down to one length:

1. the middle of quoted text, which stands between `<data>` and `</data>`; the fences stay;
2. the middle of what else was said, by anybody but the system;
3. the middle of what the system said.

A start and an end are left of everything, and a note where something is missing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Literal

Message = tuple[Literal["system", "user", "assistant"], str]
Count = Callable[[Sequence[Message]], Awaitable[int | None]]
Part = tuple[int, int, int]
"""A stretch of a message: its index, start and end."""

BYTES_PER_TOKEN = 3.2
TOKENS_PER_MESSAGE = 8  # role and separators of the chat template
SMALLEST = 200  # bytes that are left of a stretch however little room there is
TRIES = 4
QUOTED = re.compile(r"(?<=<data>\n).*?(?=\n</data>)", re.DOTALL)


def fenced(title: str, text: str) -> str:
    """Foreign text, marked as data; it cannot close its own fence."""
    sound = text.encode("utf-8", "replace").decode()
    inert = sound.replace("<data>", "[data]").replace("</data>", "[/data]")
    return f"{title}:\n<data>\n{inert}\n</data>"


def tokens(text: str) -> int:
    """Roughly how many tokens a text is. Bytes, because a character outside ASCII is often a token by itself."""
    return math.ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN)


def prompt_tokens(messages: Sequence[Message]) -> int:
    """Roughly how many tokens a prompt is."""
    return sum(tokens(text) + TOKENS_PER_MESSAGE for _, text in messages)


def most_tokens(text: str) -> int:
    """How many tokens a text hardly exceeds: as `tokens`, but digits, signs, capitals and other scripts weigh more."""
    data = text.encode("utf-8", "replace")
    digits = len(re.findall(rb"[0-9]", data)) + len(re.findall(rb"\s[0-9]", data))
    signs = len(re.findall(rb"[!-/:-@\[-`{-~\n\t]", data))
    capitals = len(re.findall(rb"[A-Z]", data))
    foreign = len(re.findall(rb"[\x80-\xff]", data))
    rest = max(0, len(data) - digits - signs - capitals - foreign)
    return math.ceil(digits + 0.75 * signs + 0.6 * capitals + 0.75 * foreign + rest / BYTES_PER_TOKEN)


def most_prompt_tokens(messages: Sequence[Message]) -> int:
    """How many tokens a prompt hardly exceeds."""
    return sum(most_tokens(text) + TOKENS_PER_MESSAGE for _, text in messages)


async def fitted(messages: Sequence[Message], room: int, count: Count) -> list[Message]:
    """The messages, cut to a number of tokens; counted by the server's own tokenizer where it has one.

    Args:
        messages: the prompt.
        room: tokens there are for it.
        count: counts a prompt; None when it cannot. It is asked only when the safe estimate says that there is no room.
    """
    estimate = most_prompt_tokens(messages)
    if estimate <= room:
        return list(messages)
    counted = await count(messages)
    if counted is None or counted <= room:
        return cut(messages, room) if counted is None else list(messages)
    goal = room * estimate / counted
    for _ in range(TRIES):
        shorter = cut(messages, int(goal))
        counted = await count(shorter)
        if counted is None or counted <= room:
            return shorter
        goal *= 0.98 * room / counted
    return cut(messages, room)


def cut(messages: Sequence[Message], room: int) -> list[Message]:
    """The messages, cut in the stated order to a number of tokens by the safe estimate."""
    shorter = list(messages)
    for stretches in (_quoted, _said, _system):
        before, excess = shorter, most_prompt_tokens(shorter) - room
        lost = excess
        for _ in range(TRIES):
            if excess <= 0:
                return shorter
            shorter = _levelled(before, list(stretches(before)), lost)
            excess = most_prompt_tokens(shorter) - room
            lost += math.ceil(1.1 * excess)
    return shorter


def _quoted(messages: Sequence[Message]) -> Iterator[Part]:
    for index, (_, text) in enumerate(messages):
        yield from ((index, *match.span()) for match in QUOTED.finditer(text))


def _said(messages: Sequence[Message]) -> Iterator[Part]:
    """What stands around the quoted text."""
    for index, (role, text) in enumerate(messages):
        if role != "system":
            edges = [0, *(edge for match in QUOTED.finditer(text) for edge in match.span()), len(text)]
            yield from ((index, start, end) for start, end in zip(edges[::2], edges[1::2], strict=True))


def _system(messages: Sequence[Message]) -> Iterator[Part]:
    yield from ((index, 0, len(text)) for index, (role, text) in enumerate(messages) if role == "system")


def _levelled(messages: Sequence[Message], parts: list[Part], excess: int) -> list[Message]:
    """The messages, their longest parts cut to one length, so that this many tokens are lost where there are enough."""
    sizes = {part: most_tokens(messages[part[0]][1][part[1] : part[2]]) for part in parts}
    level = _level(sorted(sizes.values()), excess)
    texts = [text for _, text in messages]
    for index, start, end in sorted(parts, reverse=True):  # from the end, so that positions stay true
        size = sizes[index, start, end]
        if size > level:
            kept = _without_middle(texts[index][start:end], level / size)
            texts[index] = texts[index][:start] + kept + texts[index][end:]
    return [(role, text) for (role, _), text in zip(messages, texts, strict=True)]


def _level(sizes: Sequence[int], excess: int) -> float:
    """The length to which the longest are cut in order to lose so much; sizes ascend."""
    budget = max(0, sum(sizes) - excess)
    for place, size in enumerate(sizes):
        share = budget / (len(sizes) - place)
        if share < size:
            return share
        budget -= size
    return math.inf


def _without_middle(text: str, share: float) -> str:
    data = text.encode("utf-8", "replace")
    note = "\n[... {} bytes left out here: too long for the model ...]\n"
    kept = max(SMALLEST, int(len(data) * share) - len(note) - 8)
    if kept + len(note) + 8 >= len(data):
        return text
    head, tail = data[: kept // 2], data[len(data) - (kept - kept // 2) :]
    return head.decode("utf-8", "ignore") + note.format(len(data) - kept) + tail.decode("utf-8", "ignore")

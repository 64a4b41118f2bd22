"""What a reasoning model thought, apart from what it answered.

Some servers send it as `reasoning_content` (LM Studio, llama-server, DeepSeek) or `reasoning` (vLLM, OpenRouter). Those
that know nothing of the model's template leave it in the text, before `</think>`; the opening tag is then often
missing, as the template has put it into the prompt. A text that was cut off may have no closing one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OPENS, CLOSES = "<think>", "</think>"
ANSWERS = ("{", "[", "```")


def parted(message: Mapping[str, Any]) -> tuple[str, str]:
    """(thoughts, answer) of the message of a chat completion.

    An answer that is JSON from its first character on may speak of those tags.
    """
    thought = str(message.get("reasoning_content") or message.get("reasoning") or "")
    content = str(message.get("content") or "")
    text = content.lstrip()
    if thought or text.startswith(ANSWERS):
        return thought, content
    before, closes, after = text.partition(CLOSES)
    if closes or text.startswith(OPENS):
        return before.removeprefix(OPENS).strip(), after.lstrip()
    return "", content

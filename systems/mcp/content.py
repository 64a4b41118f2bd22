"""What a tool gave, as one text of bounded size."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from mcp.types import CallToolResult, ContentBlock


class Content(NamedTuple):
    """The text of a result, and how much of it there was.

    Attributes:
        text: at most the limit of UTF-8 bytes, and a final note when it was cut.
        bytes: UTF-8 bytes before the cut.
        cut: whether something was left out.
    """

    text: str
    bytes: int
    cut: bool


def content(answer: CallToolResult, limit: int) -> Content:
    """The text of a tool's answer; empty when the tool said nothing.

    Args:
        answer: what `tools/call` returned.
        limit: most bytes of text that are kept.
    """
    parts = [part for part in map(_text, answer.content) if part.strip()]
    if not parts and _says_something(answer.structuredContent):
        parts = [json.dumps(answer.structuredContent, ensure_ascii=False, indent=1)]
    return _capped("\n".join(parts), limit)


def _capped(text: str, limit: int) -> Content:
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return Content(data.decode("utf-8"), len(data), False)
    kept = data[:limit].decode("utf-8", "ignore")
    return Content(f"{kept}\n[cut: {len(data) - limit} of {len(data)} bytes left out]", len(data), True)


def _says_something(structured: dict[str, Any] | None) -> bool:
    return bool(structured) and any(value not in ("", None, [], {}) for value in (structured or {}).values())


def _text(block: ContentBlock) -> str:
    if block.type == "text":
        return block.text
    if block.type == "resource":
        resource = block.resource
        text = getattr(resource, "text", None)
        return text if isinstance(text, str) else f"[resource {resource.uri}, {_size(resource)} bytes, not read]"
    if block.type == "resource_link":
        return f"[link to {block.uri}, not read]"
    return f"[{block.type}, {_size(block)} bytes, not read]"


def _size(block: Any) -> int:
    data = str(getattr(block, "data", "") or getattr(block, "blob", ""))
    return len(data) * 3 // 4 - data[-2:].count("=")

"""Sources: every document ends with where its facts came from and which questions are still open."""

from __future__ import annotations

from collections.abc import Sequence

from systems.records import Answer, canonical

MOST_FACT = 110


def sources_section(answers: Sequence[Answer]) -> str:
    """`## Sources` and `## Open Questions`, as far as there are any."""
    found = [item for item in answers if item.answered]
    unknown = [item for item in answers if not item.answered]
    parts = []
    if found:
        parts.append("## Sources\n\n" + "\n".join(_found(number, item) for number, item in enumerate(found, 1)))
    if unknown:
        parts.append("## Open Questions\n\n" + "\n".join(f"- {_flat(item.question)} ({_flat(item.text)})" for item in unknown))
    return "\n\n".join(parts) + "\n" if parts else ""


def _found(number: int, item: Answer) -> str:
    source = item.sources[0]
    call = f"{source.server}.{source.tool}" if source.server != "person" else "a person"
    arguments = f" `{_flat(canonical(source.arguments))}`" if source.arguments else ""
    span = f", span {source.span_id}" if source.span_id else ""
    return f"{number}. {_flat(item.question)} - {call}{arguments}: {_flat(item.text)} (sha256 {source.content_hash[:12]}{span})"


def _flat(text: str) -> str:
    """One short line that cannot be taken for Markdown structure."""
    flat = " ".join(text.split()).replace("<!--", "").replace("`", "'").replace("[ ]", "[]")
    return flat if len(flat) <= MOST_FACT else f"{flat[: MOST_FACT - 3]}..."

"""Sources: every document ends with where its facts came from and which questions are still open."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from systems.records import Answer, Source, canonical

MOST_FACT = 110


def sources_section(answers: Sequence[Answer], *, project: Path) -> str:
    """`## Sources` and `## Open Questions`, as far as there are any; paths are relative to the project."""
    found = [item for item in answers if item.answered]
    unknown = [item for item in answers if not item.answered]
    parts = []
    if found:
        lines = [f"{number}. {_found(item, project)}" for number, item in enumerate(found, 1)]
        parts.append("## Sources\n\n" + "\n".join(lines))
    if unknown:
        lines = [f"- {_flat(item.question)} ({_flat(item.text)})" for item in unknown]
        parts.append("## Open Questions\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n" if parts else ""


def files_asked(answers: Sequence[Answer], project: Path) -> tuple[str, ...]:
    """The files of the project that answers come from, relative to it."""
    paths = [str(source.arguments.get("path", "")) for item in answers for source in item.sources]
    inside = [Path(path) for path in paths if path.startswith(f"{project}/")]
    return tuple(dict.fromkeys(path.relative_to(project).as_posix() for path in inside if path.is_file()))


def _found(item: Answer, project: Path) -> str:
    source = item.sources[0]
    span = f", span {source.span_id}" if source.span_id else ""
    origin = f"sha256 {source.content_hash[:12]}{span}"
    return f"{_flat(item.question)} {_call(source, project)}: {_flat(item.text)} ({origin})"


def _call(source: Source, project: Path) -> str:
    if source.server == "person":
        return "A person"
    arguments = canonical(source.arguments).replace(f"{project}/", "").replace(str(project), ".")
    return f"`{source.server}.{source.tool} {_flat(arguments)}`"


def _flat(text: str) -> str:
    """One short line that cannot be taken for Markdown structure."""
    flat = " ".join(text.split()).replace("<!--", "").replace("`", "'").replace("[ ]", "[]")
    return flat if len(flat) <= MOST_FACT else f"{flat[: MOST_FACT - 3]}..."

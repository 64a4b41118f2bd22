"""What OpenSpec's Markdown holds, where the CLI does not say: blank templates, capabilities, and requirements."""

from __future__ import annotations

import re
from pathlib import Path

TASKS = "tasks"
# What a template consists of before anyone fills it in: comments, <placeholders>, headings, `**Label:**`, the key words
# of a scenario, and check boxes.
SKELETON = re.compile(
    r"<!--.*?(?:-->|\Z)|<[^<>\n]*>|^[ \t]*#[^\n]*$|\*\*[^*\n]*:\*\*|\*\*(?:GIVEN|WHEN|THEN|AND)\*\*|\[[ xX~-]?\]",
    re.DOTALL | re.MULTILINE,
)
FENCE = re.compile(r"\s*(`{3,}|~{3,})(.*)")
CAPABILITY = re.compile(r"^\s*[-*]\s+`([A-Za-z0-9][\w./-]*)`", re.MULTILINE)
# As OpenSpec's own utils/task-progress.js has it; only x means done.
TASK = re.compile(r"^(\s*(?:[-*+]|\d{1,9}[.)])\s*\[)(?:\s*([^\]\s]?)\s*(\])(?![(\[])|\s+(\]))\s*(.*)", re.ASCII)
REQUIREMENT = re.compile(r"###\s+Requirement:\s*(.*?)(?:[ \t]+#+)?\s*$", re.IGNORECASE)


def blank(path: Path) -> bool:
    """Whether a document says nothing: unreadable, empty, or a template nobody filled in."""
    try:
        return says_nothing(path.read_text(encoding="utf-8-sig", errors="replace"))
    except OSError:
        return True


def says_nothing(text: str) -> bool:
    """Whether a text is empty, or a template nobody filled in."""
    return not re.search(r"[^\W\d_]", SKELETON.sub(" ", text))


def capabilities(proposal: str) -> tuple[str, ...]:
    """The capability paths a proposal lists, in order, without those that lead out of the specs folder."""
    _, _, section = proposal.partition("## Capabilities")
    section = re.split(r"^## ", section, maxsplit=1, flags=re.MULTILINE)[0]
    listed = dict.fromkeys(CAPABILITY.findall(section))
    return tuple(name for name in listed if ".." not in name.split("/"))


def has_boxes(path: Path) -> bool:
    """Whether a document has check boxes."""
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return False
    return any(TASK.match(line) for line in text.splitlines())


def ticked(text: str, task: str) -> str | None:
    """A task list with the first open box of that task ticked; None where no open box has its words.

    Nothing else changes: neither line ends, nor anything a person wrote meanwhile.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines):
        match = TASK.match(line)
        if match and (match[2] or "") not in ("x", "X") and match[5].strip() == task:
            end = match.start(3) if match[3] else match.start(4)
            lines[number] = f"{match[1]}x{line[end:]}"
            return "\n".join(lines)
    return None


def requirement_names(text: str) -> tuple[str, ...]:
    """Names of the requirements in a main spec, in order; headings in code fences are not requirements."""
    found = (REQUIREMENT.match(line) for line in _unfenced(text) if line.startswith("###"))
    return tuple(match[1] for match in found if match and match[1])


def _unfenced(text: str) -> list[str]:
    lines, fence = [], ""
    for line in text.splitlines():
        mark = FENCE.match(line)
        if fence:
            closes = mark and mark[1].startswith(fence) and not mark[2].strip()
            fence = "" if closes else fence
        elif mark:
            fence = mark[1]
        else:
            lines.append(line)
    return lines

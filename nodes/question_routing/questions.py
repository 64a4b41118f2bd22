"""Questions every artifact of a kind needs, filled from the goal and the repository."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter

from systems.records import Question


@dataclass(frozen=True)
class Places:
    """Where a project keeps what questions are about; paths are POSIX and relative to the project.

    Attributes:
        files: all of them.
        readme: the file that says what the project is.
        source: the source file that the goal is most about.
        tests: the folder with tests.
        refs: branches and tags.
        branch: the one that is checked out; empty where none is.
    """

    files: tuple[str, ...]
    readme: str | None = None
    source: str | None = None
    tests: str | None = None
    refs: tuple[str, ...] = ()
    branch: str = ""


def fill(templates: Iterable[str], *, goal: str, places: Places) -> tuple[Question, ...]:
    """The questions of a policy; one whose place this project does not have is left out."""
    values = {"goal": goal, "readme": places.readme, "source": places.source, "tests": places.tests}
    known = {name: value for name, value in values.items() if value}
    fitting = [text for text in templates if _fields(text) <= known.keys()]
    return tuple(Question(text=text.format_map(known), origin="policy") for text in fitting)


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}

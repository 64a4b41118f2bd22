"""A change of an OpenSpec schema of the user's own is drafted by that schema's templates, to its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from systems.policy import DEFAULT
from tests.graph.conftest import GOAL, change_folder, workspace
from tests.graph.scripted import prompt_of
from tests.systems.imitation_server import ImitationServer

pytestmark = pytest.mark.external
SCHEMA = """name: research
version: 1
description: What is known before anything is planned
artifacts:
  - {id: brief, generates: brief.md, description: The question, template: brief.md, instruction: Ask., requires: []}
  - {id: findings, generates: notes/findings.md, description: Answers, template: f.md, requires: [brief]}
"""
HEADINGS = ["# Brief", "## Question", "## Method", "## Limits", "## Sources of Error"]
TEMPLATES = {"brief.md": "\n\n".join(f"{each}\n\n<!-- {each} -->" for each in HEADINGS), "f.md": "## Found\n"}


@pytest.fixture
def own(project: Path) -> Path:
    """A project with a schema of two artifacts and no specs."""
    folder = project / "openspec" / "schemas" / "research"
    (folder / "templates").mkdir(parents=True)
    (folder / "schema.yaml").write_text(SCHEMA)
    (project / "openspec" / "config.yaml").write_text("schema: research\n")
    for name, text in TEMPLATES.items():
        (folder / "templates" / name).write_text(text)
    return project


def test_every_artifact_of_the_schema_is_drafted_by_its_template(own: Path, server: ImitationServer) -> None:
    assert len(HEADINGS) > DEFAULT.draft.items
    outcome = workspace(own, server).run(GOAL)
    assert outcome.status == "done", outcome.missing
    assert [(item.id, item.valid) for item in outcome.artifacts] == [("brief", True), ("findings", True)]
    brief = (change_folder(own, outcome.change) / "brief.md").read_text()
    headings = [line for line in brief.splitlines() if line.startswith("#")]
    assert headings[: len(HEADINGS)] == HEADINGS and {*headings[len(HEADINGS) :]} <= {"## Sources", "## Open Questions"}
    assert "<!--" not in brief and "(nothing said)" not in brief
    assert (change_folder(own, outcome.change) / "notes" / "findings.md").read_text().startswith("## Found\n\nSections")
    assert any("<data>\n# Brief" in prompt_of(request) for request in server.requests)

"""The documents that are kept true: what the patterns fit, and what of it is left alone with a sentence."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from systems.errors import UsageError
from systems.project.named_documents import MOST_BYTES, MOST_DOCUMENTS, load_documentation, named_documents


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    (folder / "docs" / "deep").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def configured(project: Path, *patterns: str) -> Path:
    (project / "specloop.toml").write_text(f"[documents]\nupdate = {list(patterns)}\n")
    return project


async def test_patterns_are_rooted_in_the_project_and_a_star_stays_in_its_folder(project: Path) -> None:
    for name in ("README.md", "docs/b.md", "docs/a.md", "docs/deep/c.md", "openspec/changes/x.md", "node/x.md"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("# X\n")
    (project / ".gitignore").write_text("node/\n")
    found = await named_documents(configured(project, "docs/*.md", "README.md", "docs/a.md", "none.md"))
    assert found.paths == ("docs/a.md", "docs/b.md", "README.md")
    assert found.notes == ("[documents] update: none.md fits no file that git knows or does not ignore",)
    deep = await named_documents(configured(project, "**/*.md"))
    assert deep.paths == ("README.md", "docs/a.md", "docs/b.md", "docs/deep/c.md")


async def test_what_is_no_text_of_the_project_is_left_alone_with_a_sentence(project: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("# Secret\n")
    (project / "docs" / "out.md").symlink_to(tmp_path / "secret.md")
    (project / "docs" / "in.md").symlink_to("real.md")
    (project / "docs" / "real.md").write_text("# Real\n")
    (project / "docs" / "image.md").write_bytes(b"\x89PNG\0")
    (project / "docs" / "wide.md").write_bytes("# Wide\n".encode("utf-16"))
    (project / "docs" / "large.md").write_text("x" * (MOST_BYTES + 1))
    found = await named_documents(configured(project, "docs/*.md"))
    assert found.paths == ("docs/real.md",)
    assert found.notes == (
        "docs/image.md is left alone: it is binary",
        f"docs/large.md is left alone: it is larger than {MOST_BYTES:,} bytes",
        "docs/out.md is left alone: it is a link out of the project",
        "docs/wide.md is left alone: it is binary",
    )


async def test_no_more_are_looked_at_than_can_be_and_it_says_so(project: Path) -> None:
    for number in range(MOST_DOCUMENTS + 2):
        (project / "docs" / f"{number:03}.md").write_text("# X\n")
    found = await named_documents(configured(project, "docs/*"))
    assert len(found.paths) == MOST_DOCUMENTS and "2 are not, such as docs/020.md" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('update = ["../x.md"]', "leads out of the project"),
        ('update = ["/etc/*"]', "leads out of the project"),
        ('update = "README.md"', "documents.update"),
        ("update = [3]", "documents.update"),
        ('keep = ["x"]', "documents.keep"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(text: str, words: str, project: Path) -> None:
    (project / "specloop.toml").write_text(f"[documents]\n{text}\n")
    with pytest.raises(UsageError, match=words) as refused:
        load_documentation(project)
    assert 'update = ["README.md"' in refused.value.mend

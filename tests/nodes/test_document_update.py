"""document_update: atomic, validated, restored where OpenSpec refuses; a person's words always win."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from graph.context import Context
from nodes.document_update.node import Reads, document_update
from nodes.document_update.writing import FileWrite
from systems.connections import Run, opened
from systems.project.implementation import CheckRun, Implementation, TaskResult
from systems.records import DocumentUpdate, Draft, File, Step, content_hash
from tests.graph.conftest import BEGUN, THEIRS, change_folder
from tests.systems.imitation_server import ImitationServer

pytestmark = pytest.mark.external
SPEC = "specs/listing/spec.md"
SOUND = THEIRS[SPEC].replace("One item", "Two items")
UNSOUND = SOUND.replace("SHALL", "may")


@pytest.fixture
async def run(begun: Path) -> AsyncIterator[Run]:
    """What the node is given, in a project in which no specs are written yet."""
    (change_folder(begun, BEGUN) / SPEC).unlink()
    with ImitationServer() as server:
        context = Context(project=str(begun), model=server.url)
        async with opened(context, linger=0) as systems:
            yield Run("run-1", context, systems)


def path(run: Run) -> Path:
    return change_folder(run.systems.project, BEGUN) / SPEC


async def updated(run: Run, text: str, artifact: str = "specs", name: str = SPEC) -> DocumentUpdate:
    """What becomes of a draft of one file."""
    documents = run.systems.documents
    draft = Draft(artifact=artifact, files=(File(path=name, content=documents.put(text)),), repairs=0)
    step = Step(artifact=artifact, change=BEGUN, loop=1, reason="test")
    written = await document_update({"step": step.model_dump(), "draft_ref": documents.put_record(draft)}, run)
    (reference,) = written["update_refs"]
    return documents.get_record(reference, DocumentUpdate)


async def test_a_sound_draft_is_written_once_however_often_it_comes(run: Run) -> None:
    update = await updated(run, SOUND)
    assert (update.status, update.valid, update.before, update.after) == ("written", True, None, content_hash(SOUND))
    first = path(run).stat()
    again = await updated(run, SOUND)
    assert (again.status, again.valid, again.after) == ("written", True, update.after)
    assert (path(run).stat().st_ino, path(run).stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
    assert [each.name for each in path(run).parent.iterdir()] == ["spec.md"]


async def test_a_refused_draft_is_taken_back(run: Run) -> None:
    update = await updated(run, UNSOUND)
    assert (update.status, update.valid, update.after) == ("restored", False, None)
    assert any("SHALL" in issue for issue in update.issues) and not path(run).exists()
    path(run).write_text("  \n")
    assert (await updated(run, UNSOUND)).status == "restored" and path(run).read_text() == "  \n"


async def test_our_own_text_is_replaced_and_comes_back_when_the_new_one_is_refused(run: Run) -> None:
    await updated(run, SOUND)
    refused = await updated(run, UNSOUND)
    assert refused.status == "restored" and path(run).read_text() == SOUND
    better = SOUND.replace("Two items", "Three items")
    assert (await updated(run, better)).status == "written" and path(run).read_text() == better


async def test_a_persons_text_is_kept_byte_for_byte(run: Run) -> None:
    theirs = "# Mine\r\n\xe9 words \n".encode("latin-1")
    path(run).write_bytes(theirs)
    update = await updated(run, SOUND)
    assert update.status == "kept_theirs" and path(run).read_bytes() == theirs


async def test_our_text_as_a_person_edited_it_is_kept(run: Run) -> None:
    await updated(run, SOUND)
    path(run).write_text(SOUND + "And mine.\n")
    assert (await updated(run, SOUND)).status == "kept_theirs"
    assert path(run).read_text() == SOUND + "And mine.\n"


async def test_a_persons_edit_and_the_draft_are_merged_again_and_again(run: Run) -> None:
    await updated(run, SOUND)
    mine = SOUND + "\nAnd mine.\n"
    path(run).write_text(mine)
    better = SOUND.replace("Two items", "Three items")
    update = await updated(run, better)
    assert (update.status, update.before) == ("merged", content_hash(mine))
    assert path(run).read_text() == better + "\nAnd mine.\n"
    again = await updated(run, better)
    assert (again.status, again.before, again.after) == ("merged", update.before, update.after)
    best = better.replace("Three items", "Four items")
    assert (await updated(run, best)).status == "merged" and path(run).read_text() == best + "\nAnd mine.\n"


async def test_a_merged_text_that_is_refused_gives_the_persons_back(run: Run) -> None:
    await updated(run, SOUND)
    mine = SOUND + "\nAnd mine.\n"
    path(run).write_text(mine)
    assert (await updated(run, UNSOUND)).status == "restored" and path(run).read_text() == mine
    better = SOUND.replace("Two items", "Three items")
    assert (await updated(run, better)).status == "merged" and path(run).read_text() == better + "\nAnd mine.\n"


async def test_where_both_changed_the_same_the_persons_words_stay_and_it_says_so(run: Run) -> None:
    await updated(run, SOUND)
    mine = SOUND.replace("Two items", "Nine items")
    path(run).write_text(mine)
    update = await updated(run, SOUND.replace("Two items", "Three items"))
    assert update.status == "kept_theirs" and path(run).read_text() == mine
    assert any("in 1 place in different ways" in issue for issue in update.issues)


async def test_the_text_that_a_person_gives_in_a_conflict_is_written(run: Run) -> None:
    await updated(run, SOUND)
    path(run).write_text(SOUND.replace("Two items", "Nine items"))
    draft = run.systems.documents.put(SOUND.replace("Two items", "Three items"))
    write = FileWrite(File(path=SPEC, content=draft), path(run), run)
    await write.merge()
    assert write.conflicts == 1
    write.take(SOUND.replace("Two items", "Five items"))
    write.make()
    assert write.made and "Five items" in path(run).read_text()


async def test_every_text_of_a_file_is_in_its_history(run: Run) -> None:
    await updated(run, SOUND)
    mine = SOUND + "\nAnd mine.\n"
    path(run).write_text(mine)
    better = SOUND.replace("Two items", "Three items")
    await updated(run, better)
    key = path(run).relative_to(run.systems.project).as_posix()
    versions = run.systems.documents.versions(key)
    texts = [run.systems.documents.get(version.text) for version in versions]
    assert texts == [SOUND, mine, better + "\nAnd mine.\n"]
    assert [(version.number, version.by) for version in versions] == [(1, run.id), (2, "person"), (3, run.id)]


@pytest.mark.parametrize("stood", [None, SOUND])
async def test_a_write_that_was_announced_but_not_made_is_made(stood: str | None, run: Run) -> None:
    """As kill -9 leaves it between the note and the write."""
    if stood:
        await updated(run, stood)
    documents, better = run.systems.documents, SOUND.replace("Two items", "Three items")
    key = path(run).relative_to(run.systems.project).as_posix()
    before = documents.put(stood) if stood else None
    documents.note_write(key, after=documents.put(better), before=before, run_id=run.id)
    assert (await updated(run, better)).status == "written" and path(run).read_text() == better


async def test_a_document_of_the_project_is_changed_from_what_the_edit_was_made_of_and_not_made_anew(run: Run) -> None:
    documents, readme = run.systems.documents, run.systems.project / "README.md"
    file = File(path="README.md", content=documents.put("# New\n"), base=documents.put("# Old\n"))

    async def made() -> str:
        write = FileWrite(file, readme, run)
        await write.merge()
        write.make()
        return write.update("documentation", ()).status

    readme.unlink()
    assert await made() == "kept_theirs" and not readme.exists()
    readme.write_text("# Mine\n")
    assert await made() == "kept_theirs" and readme.read_text() == "# Mine\n"
    readme.write_text("# Old\n")
    assert await made() == "written" and readme.read_text() == "# New\n"
    before = readme.stat().st_mtime_ns
    assert await made() == "written" and readme.stat().st_mtime_ns == before


async def test_tasks_without_boxes_are_taken_back(run: Run) -> None:
    update = await updated(run, "# Tasks\n\nDo it.\n", artifact="tasks", name="tasks.md")
    assert update.status == "restored" and "no tasks" in update.issues[0]
    assert not (change_folder(run.systems.project, BEGUN) / "tasks.md").exists()


async def test_a_failed_draft_writes_nothing(run: Run) -> None:
    documents = run.systems.documents
    draft = documents.put_record(Draft(artifact="specs", files=(), repairs=2, failure="no luck"))
    assert await document_update({"step": None, "draft_ref": draft}, run) == {"update_refs": []}
    assert await document_update({"step": None, "draft_ref": None}, run) == {"update_refs": []}


async def worked(run: Run, task: str) -> list[DocumentUpdate]:
    """What becomes of the list when a task is done."""
    documents, green = run.systems.documents, CheckRun(verdict="green")
    result = TaskResult(task=task, loop=1, done=True, check=green)
    done = Implementation(branch="b", worktree="w", command="true", isolation="", before=green, results=(result,))
    step = Step(kind="implement", artifact="apply", task=task, change=BEGUN, loop=1, reason="test")
    state = {"step": step.model_dump(), "implementation_ref": documents.put_record(done)}
    written = await document_update(cast(Reads, state), run)
    return [documents.get_record(key, DocumentUpdate) for key in written["update_refs"]]


async def test_the_box_of_a_task_that_a_person_reworded_meanwhile_is_theirs(run: Run) -> None:
    path(run).write_text(SOUND)
    tasks = change_folder(run.systems.project, BEGUN) / "tasks.md"
    tasks.write_text("- [ ] 1.1 Print JSON, and test it\n- [x] 1.2 Ticked by the person\n- [ ] 1.3 Left\n")
    before = tasks.read_text()
    (reworded,), ticked, (left,) = [
        await worked(run, task) for task in ("1.1 Print JSON", "1.2 Ticked by the person", "1.3 Left")
    ]
    assert reworded.status == "kept_theirs" and "'1.1 Print JSON' is done and committed" in reworded.issues[0]
    assert not ticked and left.status == "written"
    assert tasks.read_text() == before.replace("[ ] 1.3", "[x] 1.3")


async def test_a_task_is_ticked_in_whatever_document_a_schema_of_the_users_own_keeps_it(run: Run) -> None:
    folder = run.systems.project / "openspec" / "schemas" / "lean"
    (folder / "templates").mkdir(parents=True)
    (folder / "templates" / "todo.md").write_text("# To do\n")
    artifact = "{id: todo, generates: todo.md, description: d, template: todo.md, instruction: i, requires: []}"
    apply = "{requires: [todo], tracks: todo.md}"
    (folder / "schema.yaml").write_text(
        f"name: lean\nversion: 1\ndescription: d\nartifacts: [{artifact}]\napply: {apply}\n"
    )
    change = change_folder(run.systems.project, BEGUN)
    (change / ".openspec.yaml").write_text("schema: lean\ncreated: 2026-01-01\n")
    (change / "todo.md").write_text("- [ ] 1.1 Print JSON\n")
    (update,) = await worked(run, "1.1 Print JSON")
    assert (update.status, Path(update.path).name) == ("written", "todo.md")
    assert (change / "todo.md").read_text() == "- [x] 1.1 Print JSON\n"

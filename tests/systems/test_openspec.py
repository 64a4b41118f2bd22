"""What the CLI writes becomes records and errors; what it does badly (hang, crash, chatter) is contained."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from systems import node
from systems.errors import Busy, Missing, Rejected, UsageError
from systems.openspec import OpenSpec, replies
from systems.openspec.documents import blank, requirement_names
from systems.project.program import Completed, run

SAMPLES = Path(__file__).parent / "data" / "openspec"
TEMPLATES = {
    "proposal": "# Proposal\n\n## Why\n\n<!-- Explain\nthe motivation. -->\n\n- `<capability-path>`: <its purpose>\n",
    "specs": "# Spec Delta\n\n## ADDED Requirements\n\n### Requirement: <!-- name -->\n<!-- text -->\n\n"
    "#### Scenario: <!-- name -->\n- **WHEN** <!-- condition -->\n- **THEN** <!-- outcome -->\n",
    "design": "# Design\n\n## Goals\n\n**Goals:**\n<!-- aims -->\n\n**Non-Goals:**\n<!-- not -->\n",
    "tasks": "# Tasks\n\n## 1. <!-- Group -->\n\n- [ ] 1.1 <!-- Task -->\n- [ ] 1.2 <!-- Task -->\n",
    "empty": "",
    "white": " \n\t\n",
    "unclosed comment": "# Proposal\n<!-- and then it broke off",
}


def sample(name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return answer


def completed(name: str, code: int = 1) -> Completed:
    return Completed(code, (SAMPLES / f"{name}.json").read_text(), "")


def moved(name: str, to: Path) -> dict[str, Any]:
    """A sample as if it had been taken in another folder."""
    text = (SAMPLES / f"{name}.json").read_text().replace("/sample/repo", to.as_posix())
    answer: dict[str, Any] = json.loads(text)
    return answer


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def change(tmp_path: Path) -> Path:
    """The change folder of the samples, every artifact of it written."""
    folder = tmp_path / "openspec" / "changes" / "add-subtract"
    for path in ("proposal.md", "design.md", "tasks.md", "specs/calculator/spec.md"):
        write(folder / path, "# Title\n\nWords.\n")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An `openspec` that is a shell script: the file returned, run by a Node that only knows its version."""
    program = tmp_path / "bin" / "node"
    write(program, '#!/bin/sh\n[ "$1" = "--version" ] && { echo v22.0.0; exit; }\nexec sh "$@"\n').chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setenv("SPECLOOP_CACHE", str(tmp_path / "cache"))
    package, script = node.PROGRAMS["openspec"]
    return write(node.packages_folder() / "node_modules" / package / script, "")


def test_a_new_change_has_its_artifacts_in_openspecs_order() -> None:
    status = replies.change_status(sample("status_new"))
    assert [(each.id, each.status, each.requires) for each in status.artifacts] == [
        ("proposal", "ready", ()),
        ("specs", "blocked", ("proposal",)),
        ("design", "blocked", ("proposal",)),
        ("tasks", "blocked", ("specs", "design")),
    ]
    assert (status.change, status.schema_name) == ("add-subtract", "spec-driven")
    assert status.root == Path("/sample/repo/openspec/changes/add-subtract")
    assert status.artifacts[1].output_path == "specs/**/*.md"


def test_written_artifacts_are_done_and_their_files_known(tmp_path: Path, change: Path) -> None:
    status = replies.change_status(moved("status_done", tmp_path))
    assert {each.status for each in status.artifacts} == {"done"}
    assert status.artifacts[1].existing == (change / "specs/calculator/spec.md",)


def test_a_blank_proposal_is_ready_again_and_what_was_ready_is_blocked(tmp_path: Path, change: Path) -> None:
    (change / "proposal.md").write_text("# Proposal\n\n<!-- Explain -->\n")
    status = replies.change_status(moved("status_prop", tmp_path))
    assert [each.status for each in status.artifacts] == ["ready", "blocked", "blocked", "blocked"]


def test_a_blank_document_in_the_middle_is_ready_and_what_was_written_after_it_stays_done(
    tmp_path: Path, change: Path
) -> None:
    (change / "specs/calculator/spec.md").write_text("\n")
    status = replies.change_status(moved("status_done", tmp_path))
    assert [each.status for each in status.artifacts] == ["done", "ready", "done", "done"]


def test_a_blank_document_whose_requirements_are_blank_too_is_blocked(tmp_path: Path, change: Path) -> None:
    (change / "proposal.md").write_text("")
    (change / "design.md").write_text("")
    status = replies.change_status(moved("status_done", tmp_path))
    assert [each.status for each in status.artifacts] == ["ready", "done", "blocked", "done"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_nobody_filled_in_is_blank(tmp_path: Path, name: str) -> None:
    assert blank(write(tmp_path / "document.md", TEMPLATES[name]))


@pytest.mark.parametrize(
    "text",
    [
        "Words.",
        "# Proposal\n\n## Why\n\n<!-- Explain -->\nBecause.\n",
        "- [ ] 1.1 Add it\n",
        "- **WHEN** it runs\n",
        "- **Bold** only\n",
        "日本語\n",
    ],
)
def test_a_document_with_any_words_is_not_blank(tmp_path: Path, text: str) -> None:
    assert not blank(write(tmp_path / "document.md", text))


def test_a_document_that_is_not_there_is_blank(tmp_path: Path) -> None:
    assert blank(tmp_path / "none.md")


def test_instructions_of_a_blocked_artifact_name_what_is_missing() -> None:
    specs = replies.instructions(sample("instr_specs"))
    assert (specs.artifact, specs.dependencies_done, specs.missing) == ("specs", False, ("proposal",))
    assert specs.instruction.startswith("Create specification files")
    assert "## ADDED Requirements" in specs.template
    assert specs.output_path == "specs/**/*.md"


def test_a_dependency_counts_when_it_is_written_or_skipped(tmp_path: Path, change: Path) -> None:
    answer = moved("instr_specs", tmp_path)
    (dependency,) = answer["dependencies"]
    dependency["done"] = True
    assert replies.instructions(answer).dependencies_done
    (change / "proposal.md").write_text("")
    assert replies.instructions(answer).missing == ("proposal",)
    dependency["skipped"] = True
    assert replies.instructions(answer).dependencies_done


def test_the_projects_context_and_rules_come_with_the_instructions() -> None:
    answer = {**sample("instr_specs"), "context": "Python 3.11", "rules": ["Be short"]}
    specs = replies.instructions(answer)
    assert (specs.context, specs.rules) == ("Python 3.11", ("Be short",))


def test_a_sound_change_is_valid_and_a_note_does_not_hurt() -> None:
    assert replies.validation(sample("validate_full")).valid
    skipped = replies.validation(sample("validate_skipspecs"))
    assert skipped.valid
    assert skipped.issues[0].startswith("file: skip_specs is set")


def test_a_change_without_deltas_is_invalid_with_the_validators_words() -> None:
    found = replies.validation(sample("validate_empty"))
    assert not found.valid
    assert found.issues[0].startswith("file: Change must have at least one delta.")


def test_a_note_that_archive_would_refuse_makes_a_change_invalid() -> None:
    answer = sample("validate_full")
    note = {"level": "INFO", "path": "calculator/spec.md", "message": "Archive would refuse this delta: not found"}
    answer["items"][0]["issues"] = [note]
    found = replies.validation(answer)
    assert (found.valid, found.issues) == (False, ("calculator/spec.md: Archive would refuse this delta: not found",))


def test_a_validation_of_nothing_is_not_valid() -> None:
    assert not replies.validation({"items": []}).valid


@pytest.mark.parametrize(
    ("name", "state", "total", "complete"),
    [
        ("apply_ready", "ready", 2, 0),
        ("apply_alldone", "all_done", 2, 2),
        ("apply_nocheckbox", "blocked", 0, 0),
        ("apply_oddboxes", "ready", 5, 1),
    ],
)
def test_the_state_of_the_tasks_is_read(name: str, state: str, total: int, complete: int) -> None:
    tasks = replies.task_state(sample(name))
    assert (tasks.state, tasks.total, tasks.complete) == (state, total, complete)


def test_an_unknown_change_is_a_usage_error_that_lists_the_changes() -> None:
    with pytest.raises(UsageError, match=r"Change 'nope' not found\. Available changes: add-subtract"):
        replies.reply(completed("status_missing"))


def test_broken_metadata_is_rejected_with_the_yaml_error_on_one_line() -> None:
    with pytest.raises(Rejected, match=r"Invalid YAML in metadata file: .* at line 1, column 5: ::: bad: \[$"):
        replies.reply(completed("status_badyaml"))


def test_a_taken_name_is_rejected_in_openspecs_words() -> None:
    with pytest.raises(Rejected, match="already exists") as raised:
        replies.reply(completed("new_dup"))
    assert raised.value.issues == (
        "Change 'add-subtract' already exists at /sample/repo/openspec/changes/add-subtract",
    )


def test_no_root_is_told_apart() -> None:
    with pytest.raises(replies.NoRoot, match="No OpenSpec root found"):
        replies.reply(completed("list_noroot"))


def test_prose_with_a_complaint_is_a_refusal_without_its_colours() -> None:
    words = (SAMPLES / "init_bad.txt").read_text()
    with pytest.raises(Rejected, match=r"^OpenSpec: Invalid tool\(s\): bogus"):
        replies.reply(Completed(1, "", words))


@pytest.mark.parametrize(
    ("stdout", "stderr"),
    [
        ("", "Nothing to validate. Try one of:\n"),
        ("[1]", ""),
        ("", ""),
        ("", "Error: Cannot find module 'x'\n    at node:internal\n\nNode.js v18.0.0\n"),
    ],
)
def test_anything_else_without_an_object_means_that_openspec_broke_off(stdout: str, stderr: str) -> None:
    with pytest.raises(Missing, match="broke off with code 1") as raised:
        replies.reply(Completed(1, stdout, stderr))
    assert raised.value.system == "openspec"


def test_a_full_disk_is_the_disks_fault() -> None:
    with pytest.raises(Missing) as raised:
        replies.refuse("ENOSPC: no space left on device, write")
    assert raised.value.system == "disk"


def test_requirement_names_are_read_outside_fences_and_without_closing_marks() -> None:
    text = (
        "# calculator\n\n## Requirements\n\n### Requirement: Subtract  two ###\nIt SHALL.\n\n"
        "````markdown\n```\n### Requirement: Fenced\n```\n````\n\n### requirement: C#\r\nIt SHALL.\n### Other\n"
    )
    assert requirement_names(text) == ("Subtract  two", "C#")


async def test_a_call_that_hangs_is_stopped_with_its_children(cli: Path, project: Path, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    cli.write_text(f"sleep 300 &\necho $! > {pid_file}.new; mv {pid_file}.new {pid_file}\nwait\n")
    with pytest.raises(Missing, match=r"`openspec --version` did not end in 1 s") as raised:
        await OpenSpec(project, seconds=1).version()
    assert raised.value.system == "openspec"
    await gone(int(pid_file.read_text()))


async def test_a_cancelled_call_is_stopped_with_its_children(cli: Path, project: Path, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    cli.write_text(f"sleep 300 &\necho $! > {pid_file}.new; mv {pid_file}.new {pid_file}\nwait\n")
    call = asyncio.create_task(OpenSpec(project).version())
    while not pid_file.exists():
        await asyncio.sleep(0.02)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await gone(int(pid_file.read_text()))


@pytest.mark.parametrize("milliseconds", [0, 1, 2, 3, 5, 8])
async def test_a_call_cancelled_while_it_starts_leaves_no_children(tmp_path: Path, milliseconds: int) -> None:
    pid_file = tmp_path / "pid"
    argv = ["/bin/sh", "-c", f"sleep 300 & echo $! > {pid_file}; wait"]
    call = asyncio.create_task(run(argv, cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}, seconds=60))
    await asyncio.sleep(milliseconds / 1000)
    call.cancel()
    done, _ = await asyncio.wait([call], timeout=20)
    assert done and call.cancelled()
    if pid_file.exists() and (pid := pid_file.read_text()):
        await gone(int(pid))


async def gone(pid: int) -> None:
    """Wait until a process has ended; fails when it lives on."""
    for _ in range(100):
        stat = Path(f"/proc/{pid}/stat")
        if not _alive(pid) or (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"):
            return
        await asyncio.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail(f"process {pid} lives on")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_output_without_end_is_cut_off(cli: Path, project: Path) -> None:
    cli.write_text("while :; do cat /dev/zero; done\n")
    with pytest.raises(Missing, match="wrote without end"):
        await OpenSpec(project).version()


async def test_an_answer_in_an_unknown_form_is_named(cli: Path, project: Path) -> None:
    cli.write_text("""echo '{"changeName": "x", "artifacts": [{}]}'\n""")
    with pytest.raises(Missing, match="unknown form") as raised:
        await OpenSpec(project).status("x")
    assert raised.value.system == "openspec"


async def test_the_cli_sees_nothing_of_the_users_environment(
    cli: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NODE_OPTIONS", "GIT_DIR", "OPENAI_API_KEY", "CODEX_HOME"):
        monkeypatch.setenv(name, "the user's")
    cli.write_text("env\n")
    seen = dict(line.partition("=")[::2] for line in (await OpenSpec(project).version()).splitlines())
    assert "the user's" not in seen.values()
    assert seen["OPENSPEC_TELEMETRY"] == "0"
    assert seen["DO_NOT_TRACK"] == "1"
    own = {seen[name] for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    assert own == {str(node.cache_folder() / "openspec-home")}


async def test_a_text_that_cannot_be_an_argument_is_a_usage_error(cli: Path, project: Path) -> None:
    with pytest.raises(UsageError, match=r"a\\0b"):
        await OpenSpec(project).status("a\0b")


async def test_no_change_named_and_no_folder_are_usage_errors(cli: Path, project: Path) -> None:
    with pytest.raises(UsageError, match="No change was named"):
        await OpenSpec(project).status("")
    with pytest.raises(UsageError, match="is not a folder"):
        await OpenSpec(project / "none").prepare()
    assert not (project / "none").exists()


async def test_a_missing_cli_and_a_missing_node_are_told_apart(
    cli: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.unlink()
    with pytest.raises(Missing) as raised:
        await OpenSpec(project).version()
    assert (raised.value.system, "make setup" in raised.value.mend) == ("openspec", True)
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(Missing) as raised:
        await OpenSpec(project).version()
    assert (raised.value.system, "make setup" in raised.value.mend) == ("node", True)


async def test_the_lock_is_busy_while_held_and_names_its_file(project: Path) -> None:
    async with OpenSpec(project).write_lock():
        with pytest.raises(Busy, match=r"\.specloop/openspec\.lock") as raised:
            async with OpenSpec(project, lock_seconds=0.2).write_lock():
                pass
    assert raised.value.exit_code == 1
    async with OpenSpec(project, lock_seconds=0).write_lock():
        assert (project / ".specloop" / ".gitignore").read_text() == "*\n"


async def test_waiting_for_the_lock_lets_the_event_loop_run(project: Path) -> None:
    order = []

    async def hold(name: str) -> None:
        async with OpenSpec(project).write_lock():
            order.append(name)
            await asyncio.sleep(0.1)
            order.append(name)

    await asyncio.gather(*(hold(name) for name in "abc"))
    assert order[::2] == order[1::2]
    assert sorted(order[::2]) == ["a", "b", "c"]


async def test_a_cancelled_wait_does_not_take_the_lock(project: Path) -> None:
    async def take() -> None:
        async with OpenSpec(project).write_lock():
            await asyncio.sleep(300)

    async with OpenSpec(project).write_lock():
        waiting = asyncio.create_task(take())
        await asyncio.sleep(0.12)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with OpenSpec(project, lock_seconds=0).write_lock():
        pass


async def test_a_cancelled_holder_gives_the_lock_back(project: Path) -> None:
    held = asyncio.Event()

    async def take() -> None:
        async with OpenSpec(project).write_lock():
            held.set()
            await asyncio.sleep(300)

    holder = asyncio.create_task(take())
    await held.wait()
    holder.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holder
    async with OpenSpec(project, lock_seconds=0).write_lock():
        pass


async def test_a_killed_process_does_not_keep_the_lock(project: Path) -> None:
    code = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom systems.openspec import OpenSpec\n"
        "async def main():\n"
        "    async with OpenSpec(Path(sys.argv[1])).write_lock():\n"
        "        print('held', flush=True)\n"
        "        await asyncio.sleep(300)\n"
        "asyncio.run(main())\n"
    )
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(project), stdout=asyncio.subprocess.PIPE, cwd=Path(node.__file__).parents[1]
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    with pytest.raises(Busy):
        async with OpenSpec(project, lock_seconds=0.1).write_lock():
            pass
    holder.kill()
    await holder.communicate()
    async with OpenSpec(project, lock_seconds=0.5).write_lock():
        pass


async def test_a_lock_that_cannot_be_written_is_the_disks_fault(project: Path) -> None:
    (project / ".specloop").write_text("a file where the folder should be")
    with pytest.raises(Missing, match="cannot be taken") as raised:
        async with OpenSpec(project).write_lock():
            pass
    assert raised.value.system == "disk"

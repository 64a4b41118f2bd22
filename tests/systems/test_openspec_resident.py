"""A process of the OpenSpec CLI that stays says what a process of its own says, and is gone when it should be."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from systems.errors import Missing, SpecloopError
from systems.node import command
from systems.openspec import OpenSpec
from systems.openspec.client import _environment
from systems.openspec.resident import Resident
from tests.systems.test_openspec import gone
from tests.systems.test_openspec_contract import DELTA, add_change, write

pytestmark = pytest.mark.external

QUESTIONS: tuple[Callable[[OpenSpec], Awaitable[Any]], ...] = (
    lambda openspec: openspec.status("good"),
    lambda openspec: openspec.status("broken"),
    lambda openspec: openspec.status("nope"),
    lambda openspec: openspec.instructions("design", "good"),
    lambda openspec: openspec.tasks("good"),
    lambda openspec: openspec.validate("good"),
    lambda openspec: openspec.validate("broken"),
    lambda openspec: openspec.specs(),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with a change that is sound and one that cannot be read; only looked at."""
    root = tmp_path_factory.mktemp("resident") / "project"
    write(root / "openspec" / "config.yaml", "schema: spec-driven\n")
    folder = add_change(root, "good", proposal="## Why\nÜber 日本 \U0001f600.\n", tasks="- [ ] 1.1 Say it\n" * 5_000)
    write(folder / "specs" / "greeting" / "spec.md", DELTA)
    write(add_change(root, "broken") / ".openspec.yaml", "schema: spec-driven\nbad: [\n")
    return root


async def answers(openspec: OpenSpec) -> list[Any]:
    async def answer(question: Callable[[OpenSpec], Awaitable[Any]]) -> Any:
        try:
            return await question(openspec)
        except SpecloopError as error:
            return type(error), str(error), error.mend

    return await asyncio.gather(*map(answer, QUESTIONS))


async def test_it_answers_every_question_as_a_process_of_its_own_does(project: Path) -> None:
    openspec = OpenSpec(project)
    alone = await answers(openspec)
    async with openspec.kept_running():
        assert await answers(openspec) == alone
        assert await answers(openspec) == alone, "what was asked leaves nothing behind"


def resident(project: Path, seconds: float = 60) -> Resident:
    return Resident(cwd=project, env=_environment(), seconds=seconds)


def process(resident: Resident) -> int:
    assert resident._process is not None
    return resident._process.pid


async def test_one_process_answers_and_another_takes_over_where_it_ends_or_a_question_is_cancelled(
    project: Path,
) -> None:
    asked, argv, question = resident(project), command("openspec"), ("list", "--json")
    first = await asked.ask(argv, question)
    one = process(asked)
    assert first and first == await asked.ask(argv, question) and process(asked) == one
    os.kill(one, 9)
    assert await asked.ask(argv, question) is None, "the caller asks a process of its own"
    assert await asked.ask(argv, question) == first
    two = process(asked)
    call = asyncio.create_task(asked.ask(argv, ("validate", "--changes", "--strict", "--json")))
    await asyncio.sleep(0.01)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await gone(two)
    assert await asked.ask(argv, question) == first, "and never the answer to the question before"
    three = process(asked)
    await asked.close()
    await gone(three)


async def test_one_that_hangs_is_stopped_and_one_that_does_not_know_the_cli_is_done_without(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = write(tmp_path / "node", f'#!/bin/sh\n[ "$1" = --version ] && exec echo v22.0.0\necho $$ > {tmp_path}/pid\n')
    node.chmod(0o755)
    hanging = node.read_text() + "exec sleep 300\n"
    answering = (
        node.read_text() + """case "$1" in *.mjs) ;; *) echo '{"changes": [], "root": {"path": "'$PWD'"}}';; esac"""
    )
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    openspec = OpenSpec(project, seconds=3)
    async with openspec.kept_running():
        node.write_text(answering)
        assert await openspec.changes() == ()
        node.write_text(hanging)
        with pytest.raises(Missing, match=r"`openspec list .*` did not end in 3 s"):
            await openspec.changes()
        await gone(int((tmp_path / "pid").read_text()))

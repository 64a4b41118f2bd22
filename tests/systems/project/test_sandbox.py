"""A command that is not to be trusted: shut in as far as the system can, ended with everything it started."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from systems.project.sandbox import Isolation, Limits, Ran, offered, run

NEEDED: dict[Isolation, str] = {"bubblewrap": "bwrap", "unshare": "unshare", "limits": "sh"}
HERE = tuple(isolation for isolation, program in NEEDED.items() if shutil.which(program))
SHUT = tuple(isolation for isolation in HERE if isolation != "limits")


async def ran(command: str, folder: Path, isolation: Isolation, seconds: float = 20, **limits: int) -> Ran:
    """What a command comes to; skipped where containers or kernels forbid the isolation."""
    if isolation != "limits" and await offered() == "limits":
        pytest.skip("no isolation is offered here")
    allowed = Limits(seconds, limits.get("megabytes", 512), limits.get("output", 100_000))
    env = {"PATH": os.environ["PATH"]}
    return await run(command, folder=folder, writable=(folder,), env=env, limits=allowed, isolation=isolation)


@pytest.mark.parametrize("isolation", HERE)
async def test_a_command_runs_in_its_folder_and_says_what_it_says(isolation: Isolation, tmp_path: Path) -> None:
    done = await ran(
        "echo out; echo err >&2; printf '\\033[31mred\\033[0m\\n'; echo x >made; exit 3", tmp_path, isolation
    )
    assert (done.code, done.ended, done.output) == (3, "exited", "out\nerr\nred\n")
    assert (tmp_path / "made").read_text() == "x\n"


@pytest.mark.parametrize("isolation", HERE)
async def test_what_hangs_is_killed_with_what_it_started(isolation: Isolation, tmp_path: Path) -> None:
    done = await ran("(sleep 3; echo late >late) & echo before; sleep 60", tmp_path, isolation, seconds=1)
    assert (done.ended, done.output) == ("timeout", "before\n")
    assert (await ran("sleep 3.5; cat late", tmp_path, "limits")).code != 0


@pytest.mark.parametrize("isolation", HERE)
async def test_what_prints_without_end_is_killed(isolation: Isolation, tmp_path: Path) -> None:
    done = await ran("yes", tmp_path, isolation)
    assert done.ended == "output" and len(done.output) <= 100_000


async def test_memory_is_limited(tmp_path: Path) -> None:
    python = Path(sys.executable).resolve()
    done = await ran(f"{python} -c 'bytearray(900_000_000)'", tmp_path, "limits")
    assert done.code and "MemoryError" in done.output


@pytest.mark.parametrize("isolation", SHUT)
async def test_nothing_outside_of_its_folder_can_be_written_or_reached(isolation: Isolation, tmp_path: Path) -> None:
    inside, beside = tmp_path / "in", tmp_path / "beside"
    inside.mkdir()
    beside.mkdir()
    done = await ran(f"echo x >{beside}/escaped; mount -o remount,rw / ; echo y >{beside}/again", inside, isolation)
    assert done.code != 0 and list(beside.iterdir()) == []
    assert (await ran("tail -n +3 /proc/net/dev | grep -v ' lo:' | wc -l", inside, isolation)).output.strip() == "0"
    assert (await ran("echo kept >$TMPDIR/a && cat $TMPDIR/a", inside, isolation)).output == "kept\n"

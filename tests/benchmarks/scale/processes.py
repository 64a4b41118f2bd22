"""Processes of this machine and the processor time they took, from /proc (Linux, proc(5))."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


class Process(NamedTuple):
    """A process.

    Attributes:
        parent: who started it.
        session: which session it belongs to.
        own: processor seconds, in user and in system mode.
        ended: those of its children that have ended and were waited for.
    """

    pid: int
    parent: int
    session: int
    own: float
    ended: float


def processes() -> dict[int, Process]:
    """All that are there now."""
    return {found.pid: found for folder in PROC.glob("[0-9]*") if (found := _process(int(folder.name)))}


def started_by(pid: int) -> dict[int, str]:
    """The children of a process, with their commands."""
    return {each.pid: command(each.pid) for each in processes().values() if each.parent == pid}


def descendants(pids: Iterable[int]) -> list[Process]:
    """Some processes with all that they started, as far as they are there now."""
    there = processes()
    found = [there[pid] for pid in pids if pid in there]
    for parent in found:
        found += [each for each in there.values() if each.parent == parent.pid]
    return found


def command(pid: int) -> str:
    """How a process was started; empty where it is gone."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _process(pid: int) -> Process | None:
    try:
        words = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    user, system, ended_user, ended_system = map(int, words[11:15])
    return Process(pid, int(words[1]), int(words[3]), (user + system) / TICKS, (ended_user + ended_system) / TICKS)

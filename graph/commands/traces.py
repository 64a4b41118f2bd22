"""What `specloop analyze` can be pointed at: a trace file, a folder of them, standard input, a run, a stored trace."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from systems.errors import UsageError

if TYPE_CHECKING:
    from systems.records import Span

STDIN = "-"
SHOWN = 3
_TRACE_ID = re.compile(r"[0-9a-fA-F]{32}")


class Trace(NamedTuple):
    """Spans to analyze.

    Attributes:
        name: what the report calls them.
        spans: read when they are asked for; `UsageError` says that they cannot be.
        dropped: what could not be read, by reason; complete when the spans are used up.
    """

    name: str
    spans: Iterable[Span]
    dropped: Mapping[str, int]


@contextmanager
def traces(target: str, project: Path) -> Iterator[Iterator[Trace]]:
    """The traces that a target names, one after the other.

    Args:
        target: a file, a folder, `-`, a run id or a trace id, looked for in this order.
        project: where runs and stored traces are.

    Raises:
        UsageError: there is no such thing, or no trace in the folder.
        Missing: the project's store is damaged.
    """
    if is_folder(target):
        yield _folder(Path(target))
    elif is_here(target):
        yield iter([_file(target)])
    else:
        with stored(target, project) as found:
            yield found


@contextmanager
def stored(name: str, project: Path) -> Iterator[Iterator[Trace]]:
    """A run, or a trace that `specloop collect` has stored, from the project's span store.

    Raises:
        UsageError: there is no store, or no such run or trace in it.
        Missing: the store is damaged.
    """
    from systems.spans import open_spans
    from systems.stores import exists, place_of

    place = place_of(project)
    if not exists(place):
        raise _unknown(name, project, "the project has no spans yet")
    store = open_spans(place)
    try:
        known = store.traces(known_as=name)
        if not known:
            newest = ", ".join(one.run_id or one.trace_id for one in reversed(store.traces(newest=SHOWN)))
            raise _unknown(name, project, f"its newest are {newest}" if newest else "the project has no spans yet")
        is_trace = any(name == one.trace_id for one in known)
        yield iter([Trace(name, store.ended(trace_id=name) if is_trace else store.ended(run_id=name), {})])
    finally:
        store.close()


def _unknown(name: str, project: Path, why: str) -> UsageError:
    what = "trace" if _TRACE_ID.fullmatch(name) else "file, folder or run"
    return UsageError(
        f"There is no {what} {name!r}: {why}.",
        mend=f"Check the path, or name another project with --project; runs: `specloop status --project {project}`.",
    )


def is_folder(target: str) -> bool:
    """Whether a target names a folder, which may hold many traces."""
    return target != STDIN and _is_there(target) and Path(target).is_dir()


def is_here(target: str) -> bool:
    """Whether a target names a file or a folder of this machine, or standard input."""
    return target == STDIN or _is_there(target)


def _is_there(target: str) -> bool:
    try:
        return bool(target) and Path(target).exists()
    except (OSError, ValueError):  # a name too long for a file, or with a null character
        return False


def _file(name: str) -> Trace:
    from systems.otlp import read

    reading = read(sys.stdin.buffer if name == STDIN else Path(name))
    return Trace(name, reading, reading.dropped)


def _folder(path: Path) -> Iterator[Trace]:
    from systems.otlp import folder

    found = False
    for file in folder(path):
        found = True
        yield _file(str(file))
    if not found:
        raise UsageError(
            f"There is no trace in the folder {path}.", mend="Name a folder with files of an OTLP exporter in it."
        )

"""Runs of a project: what `status` lists and `resume` starts from.

Contract: one row a run, written before the run does anything; a run is alive exactly while some process holds its lock,
so a row that says `running` without a holder was interrupted, whatever killed it. Who holds it writes down its
process and machine, which are told of living runs only. Time counts while the run is held, tokens as they are spent.
Times are those of the store's clock, since a run may go on at a machine whose clock is another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, NamedTuple, cast

from systems.errors import Busy, UsageError
from systems.holds import LOOK_SECONDS, Holds, is_worked_on, lock_of
from systems.records import Hash, RunStatus, RunSummary, Tokens
from systems.run_tables import COLUMNS, migrations
from systems.stores import Place, open_tables
from systems.stores.locks import is_held, taken

SHOWN = 3
NEAR = 0.75  # run ids of one day have the date in common, which is 8 of 22 characters
MOST_ID = 100


class Lived(NamedTuple):
    """A run that came to an end of its own, neither stopped nor failed by an outside system.

    Attributes:
        sequence: runs are in order by it, whatever the clock did.
        success: whether the change is complete.
    """

    sequence: int
    success: bool


class Total(NamedTuple):
    """What runs came to together: seconds of work that was put down, model tokens, US dollars as far as known."""

    runs: int
    seconds: float
    input_tokens: int
    output_tokens: int
    cost: float


class Runs:
    """The runs of one project."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._tables = open_tables(place, migrations)
        self._holds = Holds(place, self._tables, self.heeds_stop)

    def start(
        self, run_id: str, *, goal: str, change: str | None, settings: Mapping[str, Any], parent: str | None = None
    ) -> None:
        """Enter a run, unless it is there already; with the run whose follow-up it works on, if it does."""
        now = datetime.fromtimestamp(self._tables.now(), UTC).isoformat(timespec="microseconds")
        self._tables.run(
            "INSERT INTO runs (run_id, goal, change, status, started, settings, parent)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            *(run_id, goal, change, "running", now, json.dumps(dict(settings)), parent),
        )

    def update(
        self,
        run_id: str,
        *,
        status: RunStatus | None = None,
        change: str | None = None,
        node: str | None = None,
        loops: int | None = None,
        waiting_for: tuple[str, ...] | None = None,
        outcome: Hash | None = None,
    ) -> None:
        """Change what is given and leave the rest."""
        waiting = None if waiting_for is None else json.dumps(waiting_for)
        self._tables.run(
            "UPDATE runs SET status = coalesce(?, status), change = coalesce(?, change), node = coalesce(?, node),"
            " loops = coalesce(?, loops), waiting_for = coalesce(?, waiting_for), outcome = coalesce(?, outcome),"
            " seen = ? WHERE run_id = ?",
            *(status, change, node, loops, waiting, outcome, self._tables.now(), run_id),
        )

    def spend(self, run_id: str, *, sent: int, received: int, cost: float | None) -> None:
        """Add what a model call took: tokens, and US dollars where they are known."""
        self._tables.run(
            "UPDATE runs SET input_tokens = input_tokens + ?, output_tokens = output_tokens + ?, seen = ?,"
            " cost = CASE WHEN ? IS NULL THEN cost ELSE coalesce(cost, 0) + ? END WHERE run_id = ?",
            *(sent, received, self._tables.now(), cost, cost, run_id),
        )

    def note_policy(self, run_id: str, *, policy: Hash, model: str) -> None:
        """Which policy a run goes on under; the last one counts."""
        self._tables.run("UPDATE runs SET policy = ?, model = ? WHERE run_id = ?", policy, model, run_id)

    def policy(self, run_id: str) -> Hash | None:
        """The policy that a run goes on under; None where it has not begun."""
        return cast("Hash | None", self._column("policy", run_id))

    def model(self, run_id: str) -> str | None:
        """The model that a run goes on with; None where it has not begun."""
        return cast("str | None", self._column("model", run_id))

    def lived(self, *, policy: Hash, model: str) -> tuple[Lived, ...]:
        """The runs that ended under a policy, oldest first."""
        sql = (
            "SELECT rowid, status = 'done' FROM runs"
            " WHERE policy = ? AND model = ? AND status IN ('done', 'unfinished') ORDER BY rowid"
        )
        return tuple(Lived(sequence, bool(success)) for sequence, success in self._tables.rows(sql, policy, model))

    def done_before(self, moment: float) -> tuple[str, ...]:
        """Ids of the runs that were done before a moment, seconds of the epoch, and cannot be resumed; oldest first."""
        day = datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds")
        rows = self._tables.rows(
            "SELECT run_id FROM runs WHERE status = 'done' AND (seen < ? OR (seen IS NULL AND started < ?))"
            " ORDER BY rowid",
            *(moment, day),
        )
        return tuple(run_id for (run_id,) in rows)

    def all(self) -> tuple[RunSummary, ...]:
        """Every run, the last that was entered first, whatever clocks say; one that died is `interrupted`."""
        rows = self._tables.rows(f"SELECT {', '.join(COLUMNS)} FROM runs ORDER BY rowid DESC")
        return tuple(self._summary(dict(zip(COLUMNS, row, strict=True))) for row in rows)

    def totals(self) -> dict[RunStatus, Total]:
        """All runs together, by their status; those that died count as running until somebody goes on with them."""
        sums = "sum(seconds), sum(input_tokens), sum(output_tokens), coalesce(sum(cost), 0)"
        rows = self._tables.rows(f"SELECT status, count(*), {sums} FROM runs GROUP BY status ORDER BY status")
        return {
            status: Total(runs, float(seconds), int(sent), int(received), float(cost))
            for status, runs, seconds, sent, received, cost in rows
        }

    def get(self, run_id: str) -> RunSummary:
        """One run.

        Raises:
            UsageError: there is no such run; names those with nearly that name, else the newest.
        """
        runs = self.all()
        for run in runs:
            if run.run_id == run_id:
                return run
        raise unknown(run_id, [run.run_id for run in runs])

    def settings(self, run_id: str) -> dict[str, Any]:
        """The settings a run was started with."""
        return cast(dict[str, Any], json.loads(self._column("settings", run_id)))

    def outcome(self, run_id: str) -> Hash | None:
        """Hash of the run's outcome in the document store, once it ended."""
        return cast("Hash | None", self._column("outcome", run_id))

    def change(self, run_id: str) -> str | None:
        """The change this run works on, or has said it is about to create."""
        return cast("str | None", self._column("change", run_id))

    def alive(self, run_id: str) -> AbstractContextManager[None]:
        """Hold a run: only one process may work on it at a time.

        Raises:
            Busy: another process works on it.
            Missing: the lock file cannot be written.
        """
        return self._holds.alive(run_id)

    def held(self, run_id: str) -> AbstractContextManager[None]:
        """Let a run count as alive, where nobody holds it as a whole: under a LangGraph server.

        Raises:
            Stopped: somebody asked the run to stop.
            Overtaken: this process held it, and another one went on with it.
        """
        return self._holds.held(run_id)

    def check(self, run_id: str) -> None:
        """Make sure that a run which this process holds is its own still.

        Raises:
            Overtaken: another process went on with it, because the connection that held it was lost.
            Missing: the database cannot be reached.
        """
        self._holds.check(run_id)

    @contextmanager
    def at_rest(self, run_id: str) -> Iterator[bool]:
        """Keep others from going on with a run that is done; whether it is done still, and nobody is at it."""
        lock = taken(self._place, lock_of(run_id))
        try:
            yield lock is not None and self._column("status", run_id) == "done"
        finally:
            if lock:
                lock.release()

    @contextmanager
    def followed(self, run_id: str) -> Iterator[None]:
        """Hold a run's follow-ups, of all generations: only one process may run them, one at a time.

        Raises:
            Busy: another process does.
            Missing: the lock file cannot be written.
        """
        lock = taken(self._place, _followed(run_id), seconds=LOOK_SECONDS)
        if lock is None:
            message = f"The follow-ups of run {run_id} are being run by another process."
            raise Busy(message, mend="See `specloop status`.")
        try:
            yield
        finally:
            self.heeds_stop(run_id)
            lock.release()

    def is_followed(self, run_id: str) -> bool:
        """Whether some process runs the follow-ups of a run now."""
        return is_held(self._place, _followed(run_id))

    def ask_to_stop(self, run_id: str) -> None:
        """Ask the process that works on a run to stop it."""
        self._tables.run("INSERT INTO stops (run_id) VALUES (?) ON CONFLICT DO NOTHING", run_id)

    def is_asked_to_stop(self, run_id: str) -> bool:
        """Whether somebody asked a run to stop, and nobody has heeded it."""
        return self._tables.row("SELECT run_id FROM stops WHERE run_id = ?", run_id) is not None

    def heeds_stop(self, run_id: str) -> bool:
        """Whether the run is to stop now; asked a second time, it is not."""
        asked = self.is_asked_to_stop(run_id)  # looked at often, and reading keeps nobody from writing
        return asked and self._tables.run("DELETE FROM stops WHERE run_id = ?", run_id) > 0

    def close(self) -> None:
        """Close the store."""
        self._tables.close()

    def _summary(self, row: Mapping[str, Any]) -> RunSummary:
        status: RunStatus = row["status"]
        held = status == "running" and is_worked_on(self._place, row["run_id"])
        if status == "running" and not held:
            status = "interrupted"
        return RunSummary(
            run_id=row["run_id"],
            goal=row["goal"],
            change=row["change"],
            status=status,
            node=row["node"],
            loops=row["loops"],
            waiting_for=tuple(json.loads(row["waiting_for"])),
            started=row["started"],
            pid=row["pid"] if held else None,
            host=row["host"] if held else None,
            seconds=round(row["seconds"] + _session(row, self._tables.now() if held else row["seen"]), 3),
            tokens=Tokens(input=row["input_tokens"], output=row["output_tokens"]),
            cost=row["cost"],
            parent=row["parent"],
        )

    def _column(self, column: str, run_id: str) -> Any:
        row = self._tables.row(f"SELECT {column} FROM runs WHERE run_id = ?", run_id)
        return row[0] if row else None


def _followed(run_id: str) -> str:
    return f"follow-ups-{run_id}"


def unknown(run_id: str, known: Sequence[str]) -> UsageError:
    """The error for a run that a project does not have.

    Args:
        run_id: what was asked for.
        known: its runs, newest first.
    """
    near = get_close_matches(run_id[:MOST_ID], known, SHOWN, NEAR)
    named = ", ".join(near or known[:SHOWN]) or "none yet"
    shown = run_id if len(run_id) <= MOST_ID else f"{run_id[:MOST_ID]}..."
    what = "Did you mean" if near else "Newest runs:"
    return UsageError(f"There is no run {shown!r} in this project.", mend=f"{what} {named}{'?' if near else '.'}")


def _session(row: Mapping[str, Any], until: float) -> float:
    """Seconds of the present session of work, or as much as was seen of one whose process was killed."""
    return 0.0 if row["since"] is None else max(0.0, until - float(row["since"]))

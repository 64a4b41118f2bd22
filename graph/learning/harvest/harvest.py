"""Harvest: cases from the project's own past runs, made automatically when a run ends.

Only what was accepted becomes a case; what a person has dropped does not come back.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from graph.learning.harvest.answers import cases_of_answers
from graph.learning.harvest.drafts import cases_of_drafts
from graph.learning.harvest.past import Past
from graph.learning.harvest.steps import cases_of_steps
from systems.cases import Added, Cases
from systems.documents import Documents
from systems.errors import SpecloopError
from systems.records import Hash
from systems.runs import Runs
from systems.spans import open_spans
from systems.stores import place_of
from systems.telemetry import trace_id
from systems.trials import Case

_log = logging.getLogger(__name__)


def harvest(past: Past) -> tuple[Case, ...]:
    """The cases of a run, each once: questions with who answered and what, calls, drafts, and whole steps."""
    found: dict[Hash, Case] = {}
    for case in (*cases_of_answers(past), *cases_of_drafts(past), *cases_of_steps(past)):
        if case.key not in found or case.origin == "person":
            found[case.key] = case
    return tuple(found.values())


def harvested(run_id: str, last_loop: Hash | None, project: Path) -> tuple[Added, ...]:
    """Keep the cases of a run that has ended; what goes wrong here is logged and never fails the run.

    Args:
        run_id: the run.
        last_loop: hash of its last loop; None where it finished none.
        project: absolute path of the project.
    """
    try:
        with Stores(project) as stores:
            return stores.harvested(run_id, last_loop) if last_loop else ()
    except Exception as error:  # the run is done, and stays so whatever is wrong with its cases
        _log.warning("No cases from run %s: %s", run_id, error)
        return ()


async def harvest_all(project: Path) -> tuple[Added, ...]:
    """Keep the cases of every run of a project that were not taken yet, oldest run first.

    Raises:
        Missing: a store is damaged.
    """
    added: list[Added] = []
    with Stores(project) as stores:
        runs = [run.run_id for run in reversed(stores.runs.all())]
        for run_id, last in (await last_loops(runs, project)).items():
            added += stores.harvested(run_id, last)
    return tuple(added)


async def last_loops(run_ids: Sequence[str], project: Path) -> dict[str, Hash]:
    """Hash of the last loop that each run finished, for those that finished any.

    Raises:
        Missing: the checkpoints are damaged.
    """
    from graph.checkpoints import saver

    found: dict[str, Hash] = {}
    async with saver(project) as checkpoints:
        for run_id in run_ids:
            saved = await checkpoints.aget_tuple({"configurable": {"thread_id": run_id, "checkpoint_ns": ""}})
            last = saved.checkpoint["channel_values"].get("history_ref") if saved else None
            if last:
                found[run_id] = last
    return found


class Stores:
    """The stores of a project that cases come from, and the one they go to."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._open = ExitStack()

    def __enter__(self) -> Stores:
        place = place_of(self._project)
        self.runs = self._open.enter_context(closing(Runs(place)))
        self.documents = self._open.enter_context(closing(Documents(place)))
        self.spans = self._open.enter_context(closing(open_spans(place)))
        self.cases = self._open.enter_context(closing(Cases(place)))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def past(self, run_id: str, last_loop: Hash) -> Past:
        """A run, from the hash of its last loop.

        Raises:
            UsageError: there is no such run.
            Missing: a loop's record is missing or damaged.
        """
        trace = trace_id(run_id)
        return Past(
            run_id=run_id,
            trace_id=trace,
            goal=self.runs.get(run_id).goal,
            project=self._project,
            loops=self.documents.history(last_loop),
            spans=self.spans.spans(trace_id=trace),
            documents=self.documents,
        )

    def harvested(self, run_id: str, last_loop: Hash) -> tuple[Added, ...]:
        """Keep the cases of a run, once; one whose records cannot be read has none, and that is logged.

        Raises:
            Missing: the store of cases is damaged.
        """
        if self.cases.harvested(run_id) == last_loop:
            return ()
        try:
            found = harvest(self.past(run_id, last_loop))
        except (SpecloopError, ValueError, OSError) as error:  # old or damaged records cost cases, nothing else
            _log.warning("No cases from run %s: %s", run_id, error)
            return ()
        added = self.cases.add_all(found)
        self.cases.note_harvest(run_id, last_loop)
        return added

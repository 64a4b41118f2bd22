"""Many runs at once, each followed by a client that does not give up."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graph import Workspace
from systems.demo import lay_out
from systems.errors import SpecloopError
from tests.graph.conftest import copied

LOOPS = 6
AGAIN_SECONDS = 3.0
THINGS = ("list", "report", "summary", "history", "export", "calendar", "search", "archive", "inbox", "label")
GOALS = tuple(f"Add a --{kind} flag to the {thing} command" for kind in ("json", "csv", "yaml") for thing in THINGS)
"""What the runs of one project are for."""


@dataclass
class Story:
    """What one run came to.

    Attributes:
        project: where it works.
        goal: what it is for.
        run_id: empty until it was begun.
        status: of its outcome; empty where it came to none.
        missing: why it is unfinished, in its own words.
        told: what its client was told instead of an outcome, each time.
        asked, begun, ended: when its client started, had its id and had its outcome, by the monotonic clock.
    """

    project: Path
    goal: str
    run_id: str = ""
    status: str = ""
    missing: tuple[str, ...] = ()
    told: list[str] = field(default_factory=list)
    asked: float = 0.0
    begun: float = 0.0
    ended: float = 0.0


def projects(folder: Path, count: int) -> list[Path]:
    """So many projects, all alike, laid out in a folder."""
    template = lay_out(folder / "template")
    return [copied(template, folder / f"project-{number}") for number in range(1, count + 1)]


def stories(places: Sequence[Path], runs: int) -> list[Story]:
    """So many runs, spread evenly over projects, no two for the same in one."""
    return [Story(places[number % len(places)], GOALS[number // len(places)]) for number in range(runs)]


def follow(story: Story, urls: Sequence[str], model: str, given_up: threading.Event) -> Story:
    """Start a run and follow it to its end, each time at any worker, as a client that tries again what fails.

    Args:
        story: what is to be run; what happens is entered there.
        urls: where the workers answer.
        model: URL of the model.
        given_up: once set, nothing is tried again.
    """
    story.asked = time.monotonic()
    while not (story.status or given_up.is_set()):
        workspace = Workspace(story.project, server=random.choice(urls), model=model, max_loops=LOOPS, approve="auto")
        try:
            if story.run_id:
                outcome = workspace.resume(story.run_id)
            else:
                outcome = workspace.run(story.goal, watch=lambda event: _note(story, event.kind, event.text))
            story.status, story.missing = outcome.status, outcome.missing
        except SpecloopError as error:
            story.told.append(f"{type(error).__name__}: {error.message}")
            given_up.wait(AGAIN_SECONDS)
    story.ended = time.monotonic()
    return story


def _note(story: Story, kind: str, text: str) -> None:
    if kind == "begun":
        story.run_id, story.begun = text, time.monotonic()

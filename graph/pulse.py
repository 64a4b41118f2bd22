"""What a run does now and has spent so far, in the one line that the terminal keeps drawing."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.text import Text

from systems.errors import SpecloopError
from systems.records import RunSummary

LOOK_SECONDS = 1.0
Look = Callable[[str], RunSummary]


class Pulse:
    """The line, to be drawn by Rich; what was spent is looked up once a second.

    Attributes:
        run_id: the run, once it is known.
        doing: what it does.
    """

    def __init__(self, look: Look | None) -> None:
        """Nothing is looked up yet.

        Args:
            look: finds a run by its id; without it only what the run does is shown.
        """
        self.run_id = ""
        self.doing: str | Text = "starting: model, stores"
        self._look = look
        self._looked = 0.0
        self._spent = ""

    def __rich__(self) -> Text:
        if self._look and self.run_id and time.monotonic() - self._looked >= LOOK_SECONDS:
            self._looked = time.monotonic()
            try:
                self._spent = spent(self._look(self.run_id))
            except SpecloopError:  # the run itself says what is wrong with its store
                self._spent = ""
        return Text.assemble(self.doing, (f"  {self._spent}", "dim"))


def spent(run: RunSummary) -> str:
    """What a run has taken so far, in a few words."""
    minutes, seconds = divmod(int(run.seconds), 60)
    clock = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes}:{seconds:02}"
    cost = "" if run.cost is None else f", ${run.cost:.2f}" if run.cost >= 0.01 else f", ${run.cost:.4f}"
    return f"{clock}, {run.tokens.input:,} in {run.tokens.output:,} out{cost}"

"""Keeps services running until it is told to end, and ends them in order: first who needs, then who is needed."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from systems.errors import Missing
from systems.supervision.plan import Plan
from systems.supervision.process import Process

LOOK_SECONDS = 0.3
FIRST_PAUSE, MOST_PAUSE = 1.0, 30.0


class Told:
    """What signals have said: to end, or to start the workers anew one after the other."""

    def __init__(self) -> None:
        self.something = threading.Event()
        self.end = False
        self.anew = False

    def note(self, number: int, frame: FrameType | None) -> None:
        """Take a signal."""
        if number == signal.SIGHUP:
            self.anew = True
        else:
            self.end = True
        self.something.set()

    @contextmanager
    def heard(self) -> Iterator[Told]:
        """Listen to SIGINT, SIGTERM and SIGHUP."""
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = [signal.signal(number, self.note) for number in signals]
        try:
            yield self
        finally:
            for number, handler in zip(signals, before, strict=True):
                signal.signal(number, handler)


class Watched:
    """A service that is started again when it ends by itself: the later the oftener it ends before it has served.

    Attributes:
        process: that runs it.
        pause: seconds before it is started the next time.
    """

    def __init__(self, process: Process, say: Callable[[str], None]) -> None:
        self.process = process
        self.pause = FIRST_PAUSE
        self._say = say
        self._served = True
        self._due: float | None = None

    def look(self) -> None:
        """Start it again if it has ended and its time has come."""
        if self.process.alive:
            self._served = self._served or self.process.service.answers()
            self.pause = FIRST_PAUSE if self._served else self.pause
            return
        now, name = time.monotonic(), self.process.service.name
        if self._due is None:
            self._due, self.pause = now + self.pause, min(self.pause * 2, MOST_PAUSE)
            self._say(f"{name} has ended; it is started again. See {self.process.service.log}.")
        elif now >= self._due:
            self._due, self._served = None, False
            self.process.launch()


def run(
    plan: Plan,
    *,
    ready: Callable[[Sequence[Process]], None],
    say: Callable[[str], None],
    check: Callable[[], None] = lambda: None,
) -> None:
    """Run a plan until SIGINT or SIGTERM; SIGHUP starts the workers anew, one after the other.

    Args:
        plan: what is to run.
        ready: called once all of it answers.
        say: told what happens.
        check: called once the stores answer; may refuse to go on.

    Raises:
        Missing: something does not start; what had been started is ended.
    """
    stores, serving = list(map(Process, plan.stores)), list(map(Process, plan.workers))
    with Told().heard() as told:
        try:
            _start(stores, told, say)
            if not told.end:
                check()
            _start(serving, told, say)
            if not told.end:
                ready(serving)
            watched = [Watched(process, say) for process in (*stores, *serving)]
            while not told.end:
                for each in watched:
                    each.look()
                if told.anew:
                    told.anew = False
                    _one_after_the_other(serving, told, say)
                told.something.clear()
                if not (told.end or told.anew):
                    told.something.wait(LOOK_SECONDS)
        finally:
            _end(stores, serving, say)


def _start(processes: Sequence[Process], told: Told, say: Callable[[str], None]) -> None:
    """One first, which brings the database up to date where it is a worker, then the others together."""
    for some in (processes[:1], processes[1:]):
        if told.end:
            return
        for process in some:
            process.launch()
        for process in some:
            process.arrive(lambda: told.end)
            say(f"{process.service.name} answers on port {process.service.port}.")


def _one_after_the_other(serving: Sequence[Process], told: Told, say: Callable[[str], None]) -> None:
    """A rolling restart: a worker ends only when all others answer."""
    for process in serving:
        if told.end:
            return
        say(f"{process.service.name} ends, and hands on what it has not done.")
        process.stop()
        try:
            process.start(lambda: told.end)
        except Missing as error:
            say(error.message)
            return
        say(f"{process.service.name} answers on port {process.service.port}.")


def _end(stores: Sequence[Process], serving: Sequence[Process], say: Callable[[str], None]) -> None:
    for process in serving:
        process.ask_to_end()
    for process in (*serving, *reversed(stores)):
        if process.pid and not process.stop():
            say(f"{process.service.name} did not end in {process.service.grace_seconds:g} s, and was killed.")

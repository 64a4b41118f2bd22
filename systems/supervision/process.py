"""One program that serves, as a process of ours."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable

from systems.errors import Missing
from systems.supervision.service import Command, Service, ends_with_us

START_SECONDS = 180.0
POLL_SECONDS = 0.1
LAST_LINES = 12


class Process:
    """Starts, looks after and ends one service.

    Attributes:
        service: what it runs.
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process; None where it was never started."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self, told_to_end: Callable[[], bool] = lambda: False, *, seconds: float = START_SECONDS) -> None:
        """`launch`, then `arrive`.

        Raises:
            Missing: it ended, or does not answer after that time; says the last lines of its log.
        """
        self.launch()
        self.arrive(told_to_end, seconds=seconds)

    def arrive(self, told_to_end: Callable[[], bool] = lambda: False, *, seconds: float = START_SECONDS) -> None:
        """Wait until it answers, or until we are told to end; what comes after is done then.

        Raises:
            Missing: it ended, or does not answer after that time; says the last lines of its log.
        """
        end = time.monotonic() + seconds
        while not self.service.answers():
            if told_to_end():
                return
            if time.monotonic() > end or not self.alive:
                self.stop()
                raise self._failed("does not start")
            time.sleep(POLL_SECONDS)
        for command in self.service.after:
            self._do(command)

    def launch(self) -> None:
        """Do what comes before, and start it, in a session of its own: Ctrl-C is for us alone, and we end it in order.

        Raises:
            Missing: what comes before fails.
        """
        service = self.service
        service.folder.mkdir(parents=True, exist_ok=True)
        for command in service.before:
            self._do(command)
        with service.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*service.runner, *ends_with_us(service.ends_on), *service.argv],
                cwd=service.folder,
                env={**os.environ, **service.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def ask_to_end(self) -> None:
        """Tell it to end in order."""
        if self._process and self.alive:
            self._process.send_signal(self.service.ends_on)

    def stop(self) -> bool:
        """Tell it to end, wait until it has, and kill it after its grace; whether it ended in order."""
        if self._process is None:
            return True
        self.ask_to_end()
        try:
            self._process.wait(self.service.grace_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        return True

    def kill(self) -> None:
        """End it and all it started, at once."""
        if self._process and self.alive:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _do(self, command: Command) -> None:
        if command.unless and command.unless.exists():
            return
        told = subprocess.run(
            command.argv,
            cwd=self.service.folder,
            env={**os.environ, **command.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if told.returncode and command.unless:
            words = (told.stderr.strip() or told.stdout.strip()).splitlines()[-1:] or [f"exit code {told.returncode}"]
            mend = f"Try it by hand: {' '.join(command.argv)}"
            raise Missing(f"{self.service.name} cannot be set up: {words[0]}", system="server", mend=mend)

    def _failed(self, what: str) -> Missing:
        text = self.service.log.read_text(errors="replace") if self.service.log.exists() else ""
        words = "\n".join(text.strip().splitlines()[-LAST_LINES:])
        return Missing(f"{self.service.name} {what}. {words}", system="server", mend=f"See {self.service.log}.")

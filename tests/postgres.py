"""A PostgreSQL server of our own for tests and benchmarks: on loopback, in a folder of its own, gone afterwards.

Made with the machine's `initdb` and `postgres` (Debian: `apt-get install postgresql`). As root both run as the user
`postgres`, since they refuse root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ADMIN, USER, DATABASE = "admin", "specloop", "specloop"
START_SECONDS = 60
FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
"""What makes a server that is thrown away fast; a benchmark that measures durable writes leaves it out."""


class Server:
    """A server that can be stopped, killed and started again."""

    def __init__(self, folder: Path, port: int, options: Sequence[str]) -> None:
        self.port = port
        self.url = f"postgresql://{USER}@127.0.0.1:{port}/{DATABASE}"
        self.admin_url = f"postgresql://{ADMIN}@127.0.0.1:{port}/postgres"
        self._data, self._log = folder / "data", folder / "log"
        chosen = [*options, "listen_addresses=127.0.0.1", "max_connections=200"]
        settings = [word for option in chosen for word in ("-c", option)]
        place = ["-D", str(self._data), "-p", str(port), "-k", str(folder)]
        self._command = [*_as_postgres(), _program("postgres"), *place, *settings]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start: {self._log.read_text()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it at once; connections are cut, what was committed is safe."""
        if self._process:
            self._process.send_signal(2)
            self._process.wait(START_SECONDS)
            self._process = None

    def processor_seconds(self) -> float:
        """Processor time of all its processes that are there now (Linux)."""
        pid = str(self._process.pid) if self._process else ""
        stats = [stat.read_text().rpartition(")")[2].split() for stat in Path("/proc").glob("[0-9]*/stat")]
        ticks = sum(int(one[11]) + int(one[12]) for one in stats if one[1] == pid)
        return ticks / os.sysconf("SC_CLK_TCK")

    def _answers(self) -> bool:
        ready = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0


def is_installed() -> bool:
    """Whether this machine has what is needed."""
    return all(map(_found, ("initdb", "postgres", "pg_isready", "psql")))


@contextmanager
def running(options: Sequence[str] = FAST) -> Iterator[Server]:
    """A server with an empty database, whose owner is no superuser."""
    folder = Path(tempfile.mkdtemp(prefix="specloop-postgres-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        made = [_program("initdb"), "-D", str(folder / "data"), "-U", ADMIN, "--auth=trust", "--no-sync", "-E", "UTF8"]
        subprocess.run([*_as_postgres(), *made, "--locale=C"], check=True, capture_output=True, cwd=folder)
        server = Server(folder, _free_port(), options)
        server.start()
        try:
            for statement in (f"CREATE ROLE {USER} LOGIN", f"CREATE DATABASE {DATABASE} OWNER {USER}"):
                subprocess.run([_program("psql"), "-q", server.admin_url, "-c", statement], check=True)
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres() -> list[str]:
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _program(name: str) -> str:
    found = _found(name)
    assert found, f"{name} is not installed"
    return found


def _found(name: str) -> str | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)]))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])

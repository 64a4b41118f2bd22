"""A PostgreSQL server of our own for tests and benchmarks: on loopback, in a folder of its own, gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from systems.supervision.postgres import Postgres, is_installed
from systems.supervision.process import Process
from systems.supervision.service import free_port

__all__ = ["FAST", "Server", "is_installed", "running"]

FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
"""What makes a server that is thrown away fast; a benchmark that measures durable writes leaves it out."""


class Server:
    """A server that can be stopped, killed and started again."""

    def __init__(self, postgres: Postgres) -> None:
        self.port, self.url, self.admin_url = postgres.port, postgres.url, postgres.admin_url
        self._process = Process(postgres.service())

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._process.start()

    def stop(self) -> None:
        """Stop it at once; connections are cut, what was committed is safe."""
        self._process.stop()

    def cut(self, name: str) -> int:
        """Cut the connections of a name, as a restart or the network does; how many there were."""
        import psycopg

        ended = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = %s"
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            return len(connection.execute(ended, (name,)).fetchall())

    def processor_seconds(self) -> float:
        """Processor time of all its processes that are there now (Linux)."""
        pid = str(self._process.pid)
        stats = [stat.read_text().rpartition(")")[2].split() for stat in Path("/proc").glob("[0-9]*/stat")]
        ticks = sum(int(one[11]) + int(one[12]) for one in stats if one[1] == pid)
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(options: Sequence[str] = FAST) -> Iterator[Server]:
    """A server with an empty database, whose owner is no superuser."""
    folder = Path(tempfile.mkdtemp(prefix="specloop-postgres-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server = Server(Postgres(folder, free_port(), options=options))
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)

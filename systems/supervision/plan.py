"""What is to run, in its order: a database and a Redis where none are named, and the workers."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from systems.errors import Missing
from systems.supervision import redis as redis_server
from systems.supervision import workers
from systems.supervision.postgres import Postgres, make_folder
from systems.supervision.service import Service, free_port

POSTGRES_PORT, REDIS_PORT = 55_432, 56_379
"""Off the usual ones, which are often taken."""
ROOTS_DATA = Path("/var/lib/specloop")
"""Where the user `postgres` can go, which is not so of root's own folders."""


@dataclass(frozen=True)
class Wanted:
    """What a person asks for.

    Attributes:
        workers: how many.
        port: of the first worker; each has the next free one.
        host: address that workers listen on.
        store: URL of a database that is there; None: one is started.
        redis: URL of a Redis that is there; None: one is started.
        data: folder for what is kept.
    """

    workers: int
    port: int
    host: str
    store: str | None
    redis: str | None
    data: Path


@dataclass(frozen=True)
class Plan:
    """What is to run.

    Attributes:
        stores: what workers need, as far as it is to be started.
        workers: in the order of their ports.
        store: URL of the database.
        url: where clients reach the first worker.
        password: that stands in it, where the database is ours.
        folder: with langgraph.json and the logs.
        served: what langgraph.json says.
    """

    stores: tuple[Service, ...]
    workers: tuple[Service, ...]
    store: str
    url: str
    password: str
    folder: Path
    served: Mapping[str, Any] = field(default_factory=dict)


def data_folder() -> Path:
    """Where data are kept: the user's data folder; as root one that the user `postgres` can go to."""
    return ROOTS_DATA if os.geteuid() == 0 else user_data_path("specloop", appauthor=False)


def plan(wanted: Wanted) -> Plan:
    """Work out what is to run; only folders and small files are made.

    Raises:
        Missing: a program is not installed, or what is named does not answer.
    """
    environment = workers.environment_of(wanted.data)
    served = environment.served()
    stores: list[Service] = []
    password = "" if wanted.store else make_folder(wanted.data / "postgres")
    store = wanted.store or _postgres(wanted.data / "postgres", password, stores)
    redis = wanted.redis or _redis(wanted.data / "redis", stores)
    if wanted.redis:
        redis_server.check(redis)
    _write(wanted.data / "langgraph.json", json.dumps(served, indent=2))
    ports = _ports(wanted.port, wanted.workers)
    serving = tuple(
        workers.worker(
            number,
            environment=environment,
            data=wanted.data,
            host=wanted.host,
            port=port,
            store=store,
            redis=redis,
        )
        for number, port in enumerate(ports, 1)
    )
    shown = "127.0.0.1" if wanted.host in ("0.0.0.0", "::") else wanted.host
    url = f"http://{shown}:{ports[0]}"
    return Plan(tuple(stores), serving, store, url, password, wanted.data, served)


def _postgres(folder: Path, password: str, stores: list[Service]) -> str:
    """The database of our own: one that runs already, or one to be started."""
    running = _port_of_running(folder)
    server = Postgres(folder, running or free_port(POSTGRES_PORT), password)
    service = server.service()
    if not (running and service.answers()):
        stores.append(service)
    return server.url


def _port_of_running(folder: Path) -> int | None:
    """The port of the server that has a folder, from its lock file; None where there is none.

    https://www.postgresql.org/docs/current/storage-file-layout.html
    """
    try:
        lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
        return int(lines[3])
    except (OSError, IndexError, ValueError):
        return None


def _redis(folder: Path, stores: list[Service]) -> str:
    port = free_port(REDIS_PORT)
    stores.append(redis_server.redis_service(folder, port))
    return redis_server.url_of(port)


def _ports(first: int, count: int) -> list[int]:
    """Ports for workers from the first on that nobody has."""
    ports: list[int] = []
    while len(ports) < count:
        ports.append(free_port(ports[-1] + 1 if ports else first))
    return ports


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{file} cannot be written ({error.strerror})."
        raise Missing(message, system="disk", mend="Name another folder with --data.") from error

"""Workers: Aegra, a server of LangGraph's agent protocol, in an environment of its own.

It needs Python 3.12 and packages that specloop does not; so it has an interpreter of its own, in which specloop is
installed too. https://docs.aegra.dev; the LangGraph Platform serves the same langgraph.json.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from systems.draining import WORKER
from systems.errors import Missing, UsageError
from systems.hashed import Record
from systems.supervision.service import LOOPBACK, TRY_SECONDS, Service

VARIABLE = "SPECLOOP_AEGRA_PYTHON"
PINNED = "aegra-api==0.11.0"
PROBE_SECONDS = 60
DRAIN_SECONDS, CLOSE_SECONDS = 30, 5
LEASES = {"LEASE_DURATION_SECONDS": 20, "HEARTBEAT_INTERVAL_SECONDS": 5, "REAPER_INTERVAL_SECONDS": 3}
"""A worker that died is noticed after the first, and its runs are taken over by another within the last besides.

Shorter is not safe: a worker on a busy machine that misses its heartbeats loses leases though it lives.
"""
TUNED: Mapping[str, Any] = {
    **LEASES,
    "REDIS_BROKER_ENABLED": "true",
    "WORKER_COUNT": 10,
    "N_JOBS_PER_WORKER": 1,
    "WORKER_DRAIN_TIMEOUT": DRAIN_SECONDS,
    "BG_JOB_TIMEOUT_SECS": 604_800,  # a run's own `max_seconds` ends it
    "BG_JOB_MAX_RETRIES": 20,  # times that a worker may die under a run
    "LANGGRAPH_MIN_POOL_SIZE": 1,
    "LANGGRAPH_MAX_POOL_SIZE": 10,
    "SQLALCHEMY_POOL_SIZE": 5,
    "SQLALCHEMY_MAX_OVERFLOW": 10,
    "LOG_VERBOSITY": "quiet",
    "ENABLE_PROMETHEUS_METRICS": "true",
    "LANGSMITH_TRACING": "false",
    WORKER: 1,
}
"""How a worker is set up; what the environment says already wins.

Ten loops that work one run each, not one that works ten: a lease carries the name of its loop, and in Aegra 0.11 a loop
that loses a lease and takes the same run again gives the new lease up with the old one. The run is `running` and
nobody's then, which no reaper finds.
"""
_PROBE = """
import json, pathlib
from importlib.metadata import version
import graph
print(json.dumps({"aegra": version("aegra-api"), "specloop": version("specloop"),
    "root": str(pathlib.Path(graph.__file__).resolve().parents[1])}))
"""


class Environment(Record):
    """An interpreter that can be a worker."""

    python: str
    aegra: str
    specloop: str
    root: str

    def served(self) -> dict[str, Any]:
        """What it serves: specloop's langgraph.json, with paths that hold wherever it is.

        Raises:
            Missing: it is not there.
        """
        root = Path(self.root)
        for file in (root / "langgraph.json", root / "graph" / "langgraph.json"):
            if file.is_file():
                text = file.read_text(encoding="utf-8")
                return dict(json.loads(text.replace('"./', f'"{root.as_posix()}/')))
        raise Missing(f"There is no langgraph.json in {root}.", system="server", mend="Install specloop anew there.")


def environment_of(data: Path) -> Environment:
    """The interpreter for workers: what SPECLOOP_AEGRA_PYTHON names, else this one, one beside it, or one in our data.

    Raises:
        Missing: none has Aegra, with the commands that make one; or it has another version of specloop.
    """
    named = os.environ.get(VARIABLE)
    for python in [Path(named).expanduser()] if named else _candidates(data):
        if found := _probed(python):
            if found.specloop != version("specloop"):
                mend = f"Bring it to this version: {python} -m pip install --upgrade {_ourselves()}"
                raise Missing(f"{python} has specloop {found.specloop}.", system="server", mend=mend)
            return found
    what = f"{named} has no Aegra with specloop." if named else "No Python with Aegra, the server of runs, was found."
    raise Missing(what, system="server", mend="Make one:\n" + "\n".join(recipe(data)))


def recipe(data: Path) -> tuple[str, ...]:
    """The commands that make an environment for workers."""
    folder = data / "aegra"
    return f"python3.12 -m venv {folder}", f"{folder}/bin/pip install {PINNED} {_ourselves()}"


def worker(
    number: int, *, environment: Environment, data: Path, host: str, port: int, store: str, redis: str
) -> Service:
    """A worker on a port of its own.

    Args:
        number: from 1 on.
        environment: its interpreter.
        data: folder with its langgraph.json.
        host: address that it listens on.
        port: its own.
        store: URL of the database.
        redis: URL of Redis.
    """
    tuned = {name: os.environ.get(name, str(value)) for name, value in TUNED.items()}
    uvicorn = (environment.python, "-m", "uvicorn", "aegra_api.main:app", "--no-access-log")
    closing = ("--timeout-graceful-shutdown", str(CLOSE_SECONDS))  # streams of runs that go on are cut, and joined anew
    return Service(
        name=f"worker {number}",
        argv=(*uvicorn, "--host", host, "--port", str(port), *closing),
        port=port,
        folder=data,
        log=data / f"worker-{number}.log",
        answers=partial(is_ready, port, LOOPBACK if host in ("0.0.0.0", "::", "localhost") else host),
        environment={
            **tuned,
            "AEGRA_CONFIG": str(data / "langgraph.json"),
            "DATABASE_URL": store,
            "SPECLOOP_STORE": store,
            "REDIS_URL": redis,
            "OTEL_SERVICE_NAME": os.environ.get("OTEL_SERVICE_NAME", "specloop-worker"),
        },
        grace_seconds=float(tuned["WORKER_DRAIN_TIMEOUT"]) + CLOSE_SECONDS + 10,
    )


def is_ready(port: int, host: str = LOOPBACK) -> bool:
    """Whether a worker takes runs there, with its database behind it."""
    import httpx

    try:
        return httpx.get(f"http://{host}:{port}/ready", timeout=TRY_SECONDS, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def check_bind(host: str, served: Mapping[str, Any], *, has_tokens: bool) -> None:
    """Refuse to listen for others where nobody is asked who they are.

    Raises:
        UsageError: the address is not loopback, and there are no tokens.
    """
    if host in (LOOPBACK, "localhost", "::1") or ("auth" in served and has_tokens):
        return
    mend = "Make a token in the same SPECLOOP_STORE first: specloop token add NAME --role run"
    raise UsageError(f"On {host} everyone who reaches it could start runs here: there is no token.", mend=mend)


def _candidates(data: Path) -> Iterator[Path]:
    beside = Path(sys.prefix).parent
    yield Path(sys.executable)
    for folder in (beside / "aegra", beside / ".venv-aegra", data / "aegra"):
        yield folder / "bin" / "python"


def _probed(python: Path) -> Environment | None:
    if not python.is_file():
        return None
    told = subprocess.run(
        [python, "-c", _PROBE], capture_output=True, text=True, check=False, timeout=PROBE_SECONDS, cwd=python.parent
    )
    return Environment(python=str(python), **json.loads(told.stdout)) if told.returncode == 0 else None


def _ourselves() -> str:
    root = Path(__file__).resolve().parents[2]
    where = f"-e '{root}[postgres]'" if (root / "pyproject.toml").is_file() else ""
    return where or f"'specloop[postgres]=={version('specloop')}'"

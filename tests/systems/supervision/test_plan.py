"""What is to run: found on the machine, named with what installs it, and never open to everyone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from graph.commands.up import has_tokens
from systems.access.tokens import Tokens, server_place
from systems.errors import Missing, UsageError
from systems.stores.place import VARIABLE
from systems.supervision import plan, redis, workers
from systems.supervision.plan import Wanted
from systems.supervision.postgres import Postgres, is_installed, make_folder
from systems.supervision.process import Process
from systems.supervision.script import script
from systems.supervision.service import free_port
from systems.supervision.workers import TUNED, Environment, check_bind, environment_of
from tests import postgres

ROOT = Path(__file__).parents[3]
HERE = Environment(python=sys.executable, aegra="0.11.0", specloop="0.1.0", root=str(ROOT))
needs_postgres = pytest.mark.skipif(not is_installed(), reason="PostgreSQL is not installed")


@pytest.fixture
def with_redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has a redis-server."""
    program = tmp_path / "bin" / "redis-server"
    program.parent.mkdir()
    program.symlink_to(shutil.which("true") or "")
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


@needs_postgres
@pytest.mark.usefixtures("with_redis")
def test_the_plain_commands_are_a_script_that_shows_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "environment_of", lambda data: HERE)
    wanted = Wanted(2, 8123, "127.0.0.1", None, None, tmp_path / "data of mine")
    work = plan.plan(wanted)
    text = script(work)
    assert work.password and work.password not in text
    assert subprocess.run(["sh", "-n"], input=text, text=True, check=False).returncode == 0
    bare = subprocess.run(
        [shutil.which("sh") or "", "-c", text], env={"PATH": ""}, capture_output=True, text=True, check=False
    )
    assert (bare.returncode, bare.stderr) == (1, "There is no curl.\n")
    order = [text.index(f"# {name}\n") for name in ("PostgreSQL", "Redis", "worker 1", "worker 2")]
    assert order == sorted(order)
    url = text.partition("export SPECLOOP_STORE=")[2].splitlines()[0]
    shown = subprocess.run(["sh", "-c", f"printf %s {url}"], capture_output=True, text=True, check=True)
    assert shown.stdout == work.store


def test_stores_that_are_named_are_used_and_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "environment_of", lambda data: HERE)
    monkeypatch.setattr(redis, "answers", lambda url: True)
    wanted = Wanted(1, 8123, "127.0.0.1", "postgresql://me@db/x", "redis://cache:6379/0", tmp_path)
    work = plan.plan(wanted)
    assert work.stores == () and [each.name for each in work.workers] == ["worker 1"]
    told = work.workers[0].environment
    assert (told["DATABASE_URL"], told["REDIS_URL"]) == ("postgresql://me@db/x", "redis://cache:6379/0")


@needs_postgres
def test_the_database_lets_nobody_in_without_the_password(tmp_path_factory: pytest.TempPathFactory) -> None:
    import tempfile

    import psycopg

    with tempfile.TemporaryDirectory(prefix="specloop-") as folder:
        Path(folder).chmod(0o755)
        place = Path(folder) / "postgres"
        server = Postgres(place, free_port(), make_folder(place), options=("fsync=off",))
        process = Process(server.service())
        process.start()
        try:
            with psycopg.connect(server.url) as connection:
                assert connection.execute("SELECT current_user").fetchone() == ("specloop",)
            for url in (server.url, server.admin_url):
                with pytest.raises(psycopg.OperationalError, match="password"):
                    psycopg.connect(url.replace(server.password, "guessed"))
        finally:
            assert process.stop()
        assert (place / "password").stat().st_mode & 0o077 == 0


def test_what_is_missing_is_named_with_what_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Missing, match="redis-server is not installed") as error:
        redis.redis_service(tmp_path, 1)
    assert "apt-get install redis-server" in error.value.mend
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.delenv(workers.VARIABLE, raising=False)
    with pytest.raises(Missing, match="No Python with Aegra") as error:
        environment_of(tmp_path)
    assert f"python3.12 -m venv {tmp_path}/aegra" in error.value.mend and "aegra-api==" in error.value.mend
    with pytest.raises(Missing, match="No Redis answers"):
        redis.check(f"redis://127.0.0.1:{free_port()}/0")


def test_no_two_runs_of_a_worker_are_leased_under_one_name() -> None:
    assert (TUNED["N_JOBS_PER_WORKER"], TUNED["WORKER_COUNT"]) == (1, 10)


def test_an_open_bind_without_tokens_is_refused() -> None:
    refused: list[tuple[str, dict[str, Any], bool]] = [
        ("0.0.0.0", {"auth": {}}, False),
        ("::", {}, True),
        ("10.0.0.1", {}, False),
    ]
    for host, served, tokens in refused:
        with pytest.raises(UsageError, match="everyone") as error:
            check_bind(host, served, has_tokens=tokens)
        assert "specloop token add" in error.value.mend
    check_bind("127.0.0.1", {}, has_tokens=False)
    check_bind("0.0.0.0", {"auth": {}}, has_tokens=True)


def test_a_worker_serves_what_langgraph_json_names_wherever_it_runs() -> None:
    named = HERE.served()["graphs"].values()
    assert named and all(Path(each.partition(":")[0]).is_file() for each in named)


def test_a_token_is_looked_for_in_the_store_of_the_workers(database: postgres.Server) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE without_tokens OWNER specloop")
    url = database.url.rpartition("/")[0] + "/without_tokens"
    assert not has_tokens(url)
    with closing(Tokens(server_place({VARIABLE: url}))) as tokens:
        tokens.add("ada", "run")
    assert has_tokens(url)

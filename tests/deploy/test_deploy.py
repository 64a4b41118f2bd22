"""The files of deploy/ are what the programs that read them take, and say what `specloop up` does."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from systems.supervision.workers import PINNED, TUNED

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SERVICE_FIELDS = {
    *("build", "command", "depends_on", "environment", "extra_hosts", "healthcheck", "image", "ports", "restart"),
    *("stop_grace_period", "stop_signal", "volumes"),
}
"""Of https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json."""
CHECK_FIELDS = {"test", "interval", "timeout", "retries", "start_period"}
IMAGE = re.compile(r"[a-z-]+(:[\w.]+)?")
EVERYWHERE = {name: str(value) for name, value in TUNED.items() if name != "LANGSMITH_TRACING"}


def composed() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())
    return read


def test_the_compose_file_has_fields_that_compose_knows() -> None:
    services = composed()["services"]
    assert set(composed()) == {"name", "x-worker", "services", "volumes"}
    for name, service in services.items():
        assert set(service) <= SERVICE_FIELDS, name
        assert set(service.get("healthcheck", {})) <= CHECK_FIELDS, name
        assert IMAGE.fullmatch(service["image"]), name
        assert set(service.get("depends_on", ())) <= set(services), name
    for published in services["balancer"]["ports"]:
        assert published.startswith("127.0.0.1:")


def test_workers_are_set_up_alike_everywhere() -> None:
    services = composed()["services"]
    for name in ("worker-1", "worker-2"):
        told = services[name]["environment"]
        assert {key: told.get(key) for key in EVERYWHERE} == EVERYWHERE
        assert told["DATABASE_URL"] == told["SPECLOOP_STORE"]
        assert int(services[name]["stop_grace_period"].removesuffix("s")) > int(told["WORKER_DRAIN_TIMEOUT"])
    unit = (DEPLOY / "systemd" / "specloop-worker@.service").read_text()
    told = dict(re.findall(r"(\w+)=(\S+)", " ".join(re.findall(r"^Environment=(.*)$", unit, re.MULTILINE))))
    assert {key: told.get(key) for key in EVERYWHERE} == EVERYWHERE
    assert PINNED in (DEPLOY / "Dockerfile").read_text()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = re.sub(r"^(Exec\w+=)/srv/specloop/\S+", r"\1/bin/true", unit.read_text(), flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text)
    told = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / unit.name) for unit in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, [line for line in told.stderr.splitlines() if "specloop" in line]) == (0, [])


def test_what_the_files_of_deploy_name_is_there() -> None:
    copied = re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert all((ROOT / each).exists() for line in copied for each in line.split())
    mounted = composed()["services"]["balancer"]["volumes"][0].partition(":")[0]
    assert (DEPLOY / mounted).is_file()

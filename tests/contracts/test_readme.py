"""Every command, snippet and shown output of the README is tried."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from systems.demo import lay_out
from systems.records import FindingKind
from systems.settings import Settings
from tests.conftest import RealRun
from tests.graph.scripted import scripted_reply
from tests.systems.imitation_server import ImitationServer

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()
PLACE = "~/code/app"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    return [line for block in blocks("console") for line in block.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("readme") / "app")


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    with ImitationServer(scripted_reply) as server:
        yield server.url


@pytest.mark.external
@pytest.mark.parametrize("line", [line for line in commands() if "bin/specloop" in line])
def test_a_command_of_the_readme_works(line: str, project: Path, model: str) -> None:
    arguments = shlex.split(line.replace(PLACE, str(project)), comments=True)
    arguments[0] = str(Path(sys.executable).with_name("specloop"))
    done = subprocess.run(
        arguments, capture_output=True, text=True, timeout=120, env={**os.environ, "SPECLOOP_MODEL": model}
    )
    assert done.returncode == 0, done.stderr


def test_every_make_target_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", README + (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE))
    assert {"demo", "setup", "test", "studio", "bench", "cassettes"} <= named | {"test"}
    assert named <= targets


def test_every_path_of_the_contributing_page_exists() -> None:
    paths = re.findall(r"`((?:nodes|systems|graph|tests)/[\w/.]+)`", (ROOT / "CONTRIBUTING.md").read_text() + README)
    assert len(paths) > 8
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.external
def test_the_python_example_of_the_readme_runs(project: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    snippet = blocks("python")[0]
    exec(compile(snippet.replace(PLACE, str(project)).replace("embedded", model), "README.md", "exec"), {})
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("done add-json-flag-list-command ")
    assert shown[1] == "openspec/changes/add-json-flag-list-command/proposal.md True"


def test_the_analyzer_example_of_the_readme_runs_and_looks_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    snippet = blocks("python")[1]
    exec(compile(snippet, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("error swallowed_error close_valve ")
    (text,) = re.findall(r"specloop analyze tests/corpus/example.json\n```\n\n```text\n(.*?)^```", README, re.M | re.S)
    program = str(Path(sys.executable).with_name("specloop"))
    wide = {**os.environ, "COLUMNS": "116"}
    shown = subprocess.run([program, "analyze", "tests/corpus/example.json"], capture_output=True, text=True, env=wide)
    for line in text.splitlines():
        assert " ".join(re.sub(r"\d+ ms", "", line).split()) in " ".join(re.sub(r"\d+ ms", "", shown.stdout).split()), (
            line
        )


def test_the_kinds_of_the_readme_are_those_of_the_analyzer() -> None:
    rows = re.findall(r"^\| (?:failures|behaviour|cost|safety) \| (.*) \|$", README, re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(get_args(FindingKind))


def test_the_settings_of_the_readme_are_the_defaults() -> None:
    (text,) = blocks("toml")
    shown = tomllib.loads(text)
    assert shown.keys() == Settings.model_fields.keys()
    defaults = Settings().model_dump(exclude_none=True)  # what has none is shown with an example
    assert {name: shown[name] for name in defaults} == defaults
    assert Settings.model_validate(shown)


def test_the_mcp_json_of_the_readme_starts_the_server_as_the_program_takes_it() -> None:
    from graph.commands.serve_mcp import PORT, serve_mcp

    (text,) = blocks("json")
    (server,) = json.loads(text)["mcpServers"].values()
    command, *options = server["args"]
    context = serve_mcp.make_context(command, options)
    assert command == serve_mcp.name and context.params["approve"] == "ask" and not context.params["http"]
    assert f"http://127.0.0.1:{PORT}/mcp" in README


def test_the_exit_codes_of_the_readme_are_those_of_the_program() -> None:
    from graph.commands.reporting import EXIT_CODES, INTERRUPTED
    from systems.errors import Missing, UsageError, Waiting

    told = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert told == {*EXIT_CODES.values(), INTERRUPTED, UsageError.exit_code, Waiting.exit_code, Missing.exit_code}


@pytest.mark.embedded
@pytest.mark.external
def test_the_run_that_the_readme_shows_still_looks_so(real_run: RealRun) -> None:
    (text,) = re.findall(r"<!-- shown: demo -->\n```text\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    seen = " ".join(real_run.shown.split())
    for line in text.splitlines():
        words = " ".join(re.split(r"\d+\.\d|: \d", line)[0].split())
        assert words in seen, line

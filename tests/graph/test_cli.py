"""The command line: one JSON object on standard output where asked for, everything else on standard error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.graph.conftest import GOAL, PROGRAM, copied, held, said
from tests.systems.drafting import closed_port
from tests.systems.imitation_server import ImitationServer

ANSWER = {"question", "answered", "text", "server", "tool", "sources", "failures"}
ANSWER |= {"route", "noted", "mended", "refused"}


@pytest.fixture
def files(template: Path, tmp_path: Path) -> Path:
    """A project whose only server reads files."""
    return copied(template, tmp_path / "todo", held(tmp_path / "calls.log"))


@pytest.mark.external
def test_a_question_is_answered_with_its_source(files: Path, server: ImitationServer) -> None:
    question = "What does the file README.md say?"
    result = said("ask", question, "--model", server.url, "--json", project=files)
    assert result.code == 0 and set(result.json) == ANSWER
    assert result.json["text"] == (files / "README.md").read_text().strip()
    (source,) = result.json["sources"]
    assert (source["server"], source["tool"]) == ("filesystem", "read_text_file")
    assert source["arguments"] == {"path": str(files / "README.md")}
    plain = said("ask", question, "--model", server.url, project=files)
    assert plain.code == 0 and "filesystem.read_text_file" in plain.output and "A todo list" in plain.output


@pytest.mark.external
def test_a_question_nobody_can_answer_says_so(files: Path, server: ImitationServer) -> None:
    result = said("ask", "Who will win the cup?", "--model", server.url, "--json", project=files)
    assert result.code == 1 and result.json["answered"] is False and result.json["sources"] == []
    assert "No server could answer" in said("ask", "Who will win?", "--model", server.url, project=files).output


@pytest.mark.parametrize("question", ["", " ", "why " * 1_000])
def test_a_question_that_is_none_is_refused(question: str, files: Path, server: ImitationServer) -> None:
    result = said("ask", question, "--model", server.url, "--json", project=files)
    assert result.code == 2 and "characters" in result.json["error"]["message"]


@pytest.mark.external
def test_doctor_looks_at_everything_and_says_what_mends_each(files: Path, server: ImitationServer) -> None:
    result = said("doctor", "--model", server.url, "--json", project=files)
    checks = {check["name"]: check for check in result.json["checks"]}
    looked_at = {"Node", "OpenSpec", "model", "embeddings", "stores", "pins", "MCP filesystem"}
    assert result.code == 0 and set(checks) == looked_at
    assert all(check["ok"] and check["detail"] for check in checks.values())

    (files / ".specloop" / "specloop.db").write_bytes(b"damaged " * 500)
    (files / "specloop.toml").write_text("[policy.draft]\nrepairs = 9\n")
    (files / "mcp.json").write_text(json.dumps({"mcpServers": {"gone": {"command": "there-is-no-such-program"}}}))
    result = said("doctor", "--model", closed_port(), "--json", project=files)
    bad = {check["name"]: check for check in result.json["checks"] if not check["ok"]}
    assert result.code == 4 and set(bad) == {"model", "stores", "pins", "MCP gone"}
    assert all(check["mend"] for check in bad.values())
    plain = said("doctor", "--model", closed_port(), project=files)
    assert plain.code == 4 and all(check["mend"] in " ".join(plain.output.split()) for check in bad.values())


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--json"),
        ("run", GOAL, "--approve", "perhaps", "--json"),
        ("run", GOAL, "--colour", "--json"),
        ("walk", GOAL, "--json"),
        ("resume", "--json"),
    ],
)
def test_wrong_usage_is_one_json_object_too(arguments: tuple[str, ...], project: Path) -> None:
    result = said(*arguments, project=project)
    assert result.code == 2 and set(result.json["error"]) == {"kind", "message", "mend"}
    assert "--help" in result.json["error"]["mend"] and "Usage:" in result.errors
    without = said(*(argument for argument in arguments if argument != "--json"), project=project)
    assert without.code == 2 and without.output == ""


@pytest.mark.parametrize("command", ["run", "resume", "status", "ask", "doctor", "demo"])
def test_every_command_can_print_json_and_explains_itself(command: str, project: Path) -> None:
    done = subprocess.run([*PROGRAM, command, "--help"], capture_output=True, text=True, check=True)
    assert "--json" in done.stdout and done.stderr == ""


def test_runs_are_listed_without_what_works_them() -> None:
    code = "import sys, graph.workspace; print(sorted({'langgraph', 'openai', 'mcp', 'httpx'} & set(sys.modules)))"
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert listed == "[]\n"


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from graph.cli import main; main(['--help'], standalone_mode=False); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1]
    assert not [
        name for name in ("langgraph", "langchain_core", "openai", "mcp", "rich.console") if f"'{name}'" in loaded
    ]


def test_no_runs_yet_says_how_to_start(project: Path) -> None:
    assert said("status", "--json", project=project).json == {"runs": []}
    plain = said("status", project=project)
    assert plain.code == 0 and plain.output == "" and "specloop run" in plain.errors

"""A tool that does not say it only reads, asks the person, and gives orders: through whole runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from graph import Workspace
from systems.errors import UsageError
from tests.graph.asking_server import ORDERS
from tests.graph.conftest import BEGUN, GOAL, at_terminal, copied, drafted, said, workspace
from tests.graph.scripted import prompt_of
from tests.systems.imitation_server import ImitationServer

pytestmark = pytest.mark.external


@pytest.fixture
def log(begun: Path, tmp_path: Path) -> Path:
    """The log of the only server of the project."""
    log = tmp_path / "calls"
    arguments = [str(Path(__file__).with_name("asking_server.py")), str(log)]
    servers = {"mcpServers": {"filesystem": {"command": sys.executable, "args": arguments}}}
    (begun / "mcp.json").write_text(json.dumps(servers))
    return log


def of_kind(waiting: tuple[dict[str, Any], ...], kind: str) -> dict[str, dict[str, Any]]:
    return {str(item["id"]): item for item in waiting if item["kind"] == kind}


def test_the_person_allows_the_call_answers_its_question_and_its_orders_are_only_data(
    begun: Path, log: Path, server: ImitationServer
) -> None:
    run = workspace(begun, server, approve="ask").run(GOAL, change=BEGUN)
    asked = of_kind(run.waiting_for, "permission")
    (item,) = [each for each in asked.values() if "tests" in str(each["arguments"])]
    assert item["text"].startswith("May filesystem.list_directory be called with {") and item["server"] == "filesystem"
    assert not log.exists()

    def go_on(answers: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        return workspace(begun, server, approve="ask").resume(run.run_id, answers).waiting_for

    waiting = go_on(dict.fromkeys(of_kind(run.waiting_for, "question"), "") | dict.fromkeys(asked, "allow"))
    wanted = of_kind(waiting, "elicitation")
    assert wanted and {each["text"] for each in wanted.values()} == {
        "filesystem.list_directory asks: How deep shall I look?"
    }
    with pytest.raises(UsageError, match="Nothing with the id"):
        go_on({**dict.fromkeys(wanted, "3"), "nobody": "3"})
    waiting = go_on(dict.fromkeys(wanted, "3"))
    assert len(log.read_text().splitlines()) == len(wanted) and log.read_text().splitlines()[0].endswith(" 3")

    assert [each["kind"] for each in waiting] == ["approval"] and drafted(server.requests) == ["tasks"]
    prompt = prompt_of(server.requests[-1])
    facts = prompt.partition("Facts about the project:\n<data>\n")[2].partition("</data>")[0]
    assert f"[/data]\n{ORDERS}" in facts
    done = workspace(begun, server, approve="ask").resume(run.run_id, "approve")
    assert done.status == "done"
    (finding,) = [each for each in done.findings if each.kind == "prompt_injection"]
    assert finding.where == "filesystem.list_directory" and "Ignore all previous" in str(finding.evidence)


def test_always_for_a_tool_holds_when_the_run_is_resumed(begun: Path, log: Path, server: ImitationServer) -> None:
    run = workspace(begun, server, approve="ask").run(GOAL, change=BEGUN)
    asked = of_kind(run.waiting_for, "permission")
    assert "every other call of filesystem.list_directory" in next(iter(asked.values()))["ways"]["always"]
    said_so = {next(iter(asked)): "always", **dict.fromkeys(of_kind(run.waiting_for, "question"), "")}
    waiting = workspace(begun, server, approve="ask").resume(run.run_id, said_so).waiting_for
    wanted = of_kind(waiting, "elicitation")
    assert len(wanted) == len(asked) == len(waiting)
    workspace(begun, server, approve="ask").resume(run.run_id, dict.fromkeys(wanted, "3"))
    again = workspace(begun, server, approve="ask").resume(run.run_id, "reject: say how it is tested").waiting_for
    assert of_kind(again, "elicitation") and not of_kind(again, "permission")
    given = {str(item["id"]): "3" if item["kind"] == "elicitation" else "" for item in again}
    (last,) = workspace(begun, server, approve="ask").resume(run.run_id, given).waiting_for
    assert last["kind"] == "approval"
    assert "say how it is tested" in prompt_of(server.requests[-1])


def test_the_person_gives_the_call_other_arguments_and_their_no_reaches_the_document(
    begun: Path, log: Path, server: ImitationServer, tmp_path: Path
) -> None:
    run = workspace(begun, server, approve="ask").run(GOAL, change=BEGUN)
    (asked,) = of_kind(run.waiting_for, "permission")
    edit = {"decision": "edit", "text": json.dumps({"path": str(begun / "todo")})}
    given: dict[str, Any] = dict.fromkeys(of_kind(run.waiting_for, "question"), "")
    refused = copied(begun, tmp_path / "other", json.loads((begun / "mcp.json").read_text()))
    no = {**given, asked: "reject: never look there"}
    (open_,) = workspace(refused, server, approve="ask").resume(run.run_id, no).waiting_for
    assert open_["kind"] == "question" and "not allowed by the person: never look there" in open_["reason"]
    (draft,) = workspace(refused, server, approve="ask").resume(run.run_id, "").waiting_for
    assert draft["kind"] == "approval" and "never look there" in draft["files"][0]["text"] and not log.exists()
    given[asked] = edit
    left = of_kind(workspace(begun, server, approve="ask").resume(run.run_id, given).waiting_for, "elicitation")
    waiting = workspace(begun, server, approve="ask").resume(run.run_id, dict.fromkeys(left, "3")).waiting_for
    assert log.read_text() == f"{begun / 'todo'} 3\n"
    assert [each["kind"] for each in waiting] == ["approval"]


@pytest.mark.parametrize("word", ["approve", "reject"])
def test_ask_calls_such_a_tool_only_with_the_word_of_the_person_at_the_terminal(
    word: str, begun: Path, log: Path, server: ImitationServer
) -> None:
    question = "Which files are in the folder todo?"
    assert not workspace(begun, server, approve="ask").ask(question).answered and not log.exists()
    answers = [(b"approve, edit:TEXT", word), *([(b"JSON", "3")] if word == "approve" else [(b"Why?", "not today")])]
    code, text = at_terminal("ask", question, "--model", server.url, project=begun, answers=answers)
    assert (code, log.exists()) == ((0, True) if word == "approve" else (1, False))
    assert "May filesystem.list_directory be called" in text and "every other call of filesystem.list_directory" in text
    assert word == "approve" or "not allowed by the person: not today" in " ".join(text.split())


def test_in_auto_such_a_tool_is_never_called(begun: Path, log: Path, server: ImitationServer) -> None:
    outcome = workspace(begun, server).run(GOAL, change=BEGUN)
    assert outcome.status == "done" and not log.exists()
    assert not any(question.answered for question in outcome.questions)


def test_a_file_that_came_with_the_project_starts_nothing_before_it_is_trusted(
    begun: Path, log: Path, server: ImitationServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import subprocess

    monkeypatch.setenv("SPECLOOP_CONFIG", str(tmp_path / "config"))
    git = ("git", "-C", str(begun), "-c", "user.name=A", "-c", "user.email=a@example.org")
    for arguments in (("add", "-f", "mcp.json"), ("commit", "-qm", "servers")):
        subprocess.run([*git, *arguments], check=True)
    (check,) = [
        each for each in said("doctor", "--json", project=begun).json["checks"] if each["name"] == "MCP filesystem"
    ]
    assert not check["ok"] and "not trusted yet" in check["detail"] and "specloop trust" in check["detail"]
    refused = said("trust", project=begun)
    assert refused.code == 3 and "asking_server.py" in refused.errors and "--yes" in refused.errors
    assert said("trust", "--yes", project=begun).code == 0
    assert said("trust", "--json", project=begun).json["trusted"]
    (check,) = [
        each for each in said("doctor", "--json", project=begun).json["checks"] if each["name"] == "MCP filesystem"
    ]
    assert check["ok"]
    assert Workspace(begun).settings.mcp is None

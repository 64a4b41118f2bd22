"""Runs at a server: the program and the API do there what they do here, with a folder and with a repository."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from langgraph_sdk import get_sync_client

from graph import Workspace
from graph.progress import Event
from graph.remote import desk
from graph.remote.workspace import RemoteWorkspace
from systems.errors import Missing, Rejected, UsageError, Waiting
from systems.records import Outcome
from tests.graph.conftest import BEGUN, GOAL, at_terminal, change_folder, said
from tests.systems.imitation_server import ImitationServer

pytestmark = pytest.mark.external

PLAN = f"openspec/changes/{BEGUN}"


@pytest.fixture
def there(begun: Path, server: ImitationServer, agent_server: str) -> Workspace:
    """A project in which only the tasks are missing, worked by the server."""
    return Workspace(begun, server=agent_server, model=server.url, max_loops=3)


def answered(outcome: Outcome) -> dict[str, str]:
    return {each["id"]: "approve" if each["kind"] == "approval" else "In tests/." for each in outcome.waiting_for}


def test_a_run_asks_and_is_answered_and_comes_to_what_it_would_here(
    begun: Path, server: ImitationServer, agent_server: str
) -> None:
    events: list[Event] = []
    there = Workspace(begun, server=agent_server, model=server.url, max_loops=3, approve="ask")
    assert isinstance(there, RemoteWorkspace)
    outcome = there.run(GOAL, change=BEGUN, watch=events.append)
    asked = [outcome]
    assert there.status(outcome.run_id)[0].waiting_for == tuple(each["text"] for each in outcome.waiting_for)
    while outcome.status == "waiting":
        assert all(each["form"]["type"] == "object" for each in outcome.waiting_for)
        with pytest.raises(Waiting, match="waits for a person"):
            there.resume(outcome.run_id)
        with pytest.raises(UsageError, match="That is no answer"):
            there.resume(outcome.run_id, {outcome.waiting_for[0]["id"]: {"decision": "perhaps"}})
        outcome = there.resume(outcome.run_id, answered(outcome), watch=events.append)
        asked.append(outcome)
    assert outcome.status == "done" and outcome.delivered is None
    assert {each["kind"] for one in asked for each in one.waiting_for} == {"question", "approval"}
    assert (change_folder(begun, BEGUN) / "tasks.md").is_file()
    assert Workspace(begun).outcome(outcome.run_id) == there.outcome(outcome.run_id) == outcome
    gone = Workspace(begun, server=agent_server, model="http://127.0.0.1:9/v1")
    assert gone.resume(outcome.run_id) == outcome  # a run that is done just gives its outcome, whatever else is gone
    kinds = [event.kind for event in events]
    assert kinds[0] == "begun" and {"started", "step", "answer", "draft", "document", "loop"} <= set(kinds)


def test_the_program_says_the_same_with_a_server(
    begun: Path, server: ImitationServer, agent_server: str, tmp_path: Path
) -> None:
    at = ("--server", agent_server)
    done = said("run", GOAL, "--change", BEGUN, "--json", "--model", server.url, *at, project=begun)
    assert done.code == 0, done.errors
    run_id = Outcome.model_validate_json(done.output).run_id
    assert f"run {run_id}" in done.errors and f"wrote: {PLAN}/tasks.md" in done.errors
    tasks, page = f"{PLAN}/tasks.md", tmp_path / "page.html"
    said_alike = (("status", run_id), ("history", tasks), ("analyze", run_id, "--no-critic", "--fail-on", "info"))
    for command in said_alike:
        here, remote = said(*command, "--json", project=begun), said(*command, "--json", *at, project=begun)
        assert (remote.code, remote.output) == (here.code, here.output), command
    pages = []
    for where in ((), at):
        report = said("report", run_id, "--html", str(page), *where, project=begun)
        assert report.code == 0 and f"The page is in {page}" in report.errors and "Traceback" not in report.output
        pages.append(page.read_text())
    assert pages[0] == pages[1] and "<html" in pages[0]
    assert said("next", "--json", *at, project=begun).json["do"] == f"Implement {BEGUN}"
    examined = said("doctor", "--json", "--model", server.url, *at, project=begun)
    assert [each["name"] for each in examined.json["checks"]][:4] == ["server", "Node", "OpenSpec", "model"]
    assert server.url in examined.json["checks"][3]["detail"] and examined.code == 0
    kept = said("feedback", run_id, "Good plan", "--rating", "1", "--json", *at, project=begun)
    assert kept.code == 0 and kept.json["rating"] == 1, kept.errors
    asked = said("ask", "What time is it in Berlin?", "--json", "--model", server.url, *at, project=begun)
    assert (asked.code, asked.json["server"]) == (0, "time")


def test_a_person_at_the_terminal_is_asked_by_a_run_at_the_server(
    begun: Path, server: ImitationServer, agent_server: str
) -> None:
    options = ("--change", BEGUN, "--approve", "ask", "--model", server.url, "--server", agent_server)
    answers = [(b"Your answer", ""), (b"Your answer", ""), (b"approve", "approve")]
    code, screen = at_terminal("run", GOAL, *options, project=begun, answers=answers)
    assert code == 0, screen
    assert f"specloop status --project {begun} --server {agent_server}" in screen.replace("\r\n", "")


def test_a_repository_gets_a_branch_with_the_change_and_the_text_of_a_pull_request(
    begun: Path, server: ImitationServer, agent_server: str, tmp_path: Path
) -> None:
    (begun / ".gitignore").write_text(".specloop/\n")
    git(begun, "add", "--all")
    git(begun, "commit", "--quiet", "-m", "Begun")
    git(tmp_path, "clone", "--quiet", "--bare", str(begun), "todo.git")
    url = (tmp_path / "todo.git").as_uri()
    there = Workspace(url, server=agent_server, model=server.url, max_loops=3, approve="ask")
    outcome = there.run(GOAL, change=BEGUN)
    while outcome.status == "waiting":
        outcome = there.resume(outcome.run_id, answered(outcome))
    delivered = outcome.delivered
    assert outcome.status == "done" and delivered
    assert (delivered.url, delivered.branch) == (url, f"specloop/{BEGUN}")
    assert git(tmp_path / "todo.git", "rev-parse", delivered.branch).strip() == delivered.commit
    assert "## 1." in git(tmp_path / "todo.git", "show", f"{delivered.branch}:{PLAN}/tasks.md")
    assert delivered.title == GOAL and f"- [x] tasks: `{PLAN}/tasks.md`" in delivered.body
    assert outcome.run_id in delivered.report
    assert there.status(outcome.run_id)[0].status == "done" and there.outcome(outcome.run_id) == outcome
    _archived_on_its_branch(there, outcome, tmp_path)
    with get_sync_client(url=agent_server) as client:
        state = client.threads.get_state(outcome.run_id)
    assert "clones" not in str(state) and str(tmp_path) not in str(state["values"])


def _archived_on_its_branch(there: Workspace, outcome: Outcome, folder: Path) -> None:
    """Once a person has done the tasks, the change is archived for everybody, and who did it is kept."""
    branch = f"specloop/{BEGUN}"
    with pytest.raises(Rejected, match="open"):
        there.archive(BEGUN)
    git(folder, "clone", "--quiet", "--branch", branch, "todo.git", "mine")
    tasks = folder / "mine" / PLAN / "tasks.md"
    tasks.write_text(tasks.read_text().replace("- [ ]", "- [x]"))
    git(folder / "mine", "commit", "--quiet", "--all", "-m", "Done")
    git(folder / "mine", "push", "--quiet")
    filed = there.archive(BEGUN)
    assert filed.branch == branch and filed.specs["added"] == 1
    assert "- [x]" in git(folder / "todo.git", "show", f"{branch}:{filed.path}/tasks.md")
    assert [each.kind for each in there.replies(outcome.run_id)][-1] == "archive"


def test_a_run_that_was_left_and_stopped_goes_on_to_its_end(there: Workspace) -> None:
    class Left(Exception):
        pass

    begun: list[str] = []

    def leave(event: Event) -> None:
        if event.kind == "begun":
            begun.append(event.text)
        if event.kind == "step":
            raise Left

    with pytest.raises(Left):
        there.run(GOAL, change=BEGUN, watch=leave)
    assert there.stop(begun[0]).status == "interrupted"
    with pytest.raises(UsageError, match="has not ended yet"):
        there.outcome(begun[0])
    assert there.resume(begun[0]).status == "done"


def test_what_a_worker_cannot_do_is_said_in_its_words(agent_server: str, begun: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no folder"):
        Workspace(tmp_path / "nowhere", server=agent_server).run(GOAL)
    with pytest.raises(Missing, match="git clone failed"):
        Workspace((tmp_path / "nowhere.git").as_uri(), server=agent_server).run(GOAL)
    with pytest.raises(UsageError, match="change 'nothing'"):
        Workspace(begun, server=agent_server).run(GOAL, change="nothing")
    with pytest.raises(UsageError, match="is no run"):
        Workspace(begun, server=agent_server).resume("no-such-run")


def test_the_desk_runs_no_other_command_and_takes_no_other_option(agent_server: str, begun: Path) -> None:
    there = Workspace(begun, server=agent_server)
    assert isinstance(there, RemoteWorkspace)
    with pytest.raises(UsageError, match="does not run 'rollback'"):
        there.command("rollback", (), ["default"])
    for option in ("--fail-on=error", "--against=/etc/passwd"):
        said = there.command("analyze", (option,), ["/etc/passwd"])
        assert said.code == 2 and "There is no file, folder or run '/etc/passwd'" in said.errors.replace("\n", " ")
    with pytest.raises(UsageError, match="does not take --mcp"):
        there.command("ask", ("--mcp=/tmp/mine.json",), ["What?"])
    assert there.command("status", (), ["--help"]).code == 2  # words are never options


@pytest.mark.parametrize(
    ("ours", "mend"), [("999.0", "Upgrade the workers: pip install 'specloop==999.0'"), ("0.0.1", "Upgrade this one: ")]
)
def test_a_worker_of_another_version_is_told_of_whatever_is_asked(
    ours: str, mend: str, agent_server: str, begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "version", lambda name: ours)
    there = Workspace(begun, server=agent_server)
    for ask in (lambda: there.run(GOAL), there.status):
        with pytest.raises(Missing, match=rf"This is specloop {ours}, and a worker of .* has \d") as refused:
            ask()
        assert refused.value.exit_code == 4 and mend in refused.value.mend


@pytest.fixture(params=[401, 403, 404, 200, 500])
def other(request: pytest.FixtureRequest) -> Iterator[tuple[int, str, list[str]]]:
    """Some other web server, the tokens it was shown, and what it says to everything."""
    shown: list[str] = []

    class Says(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            shown.append(self.headers.get("Authorization", ""))
            self.send_response(request.param)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"hi")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Says) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield request.param, f"http://127.0.0.1:{serving.server_port}", shown
        serving.shutdown()


def test_a_server_that_refuses_or_is_another_one_is_told_of(
    other: tuple[int, str, list[str]], begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, url, shown = other
    monkeypatch.setenv("SPECLOOP_TOKEN", "ann-1")
    words = {401: "SPECLOOP_TOKEN", 403: "role that may", 500: "Its log says more"}.get(
        code, "is no server of specloop"
    )
    with pytest.raises(Missing, match=words) as refused:
        Workspace(begun, server=url).run(GOAL)
    assert refused.value.exit_code == 4 and "ann-1" not in str(refused.value) and shown[0] == "Bearer ann-1"


def test_a_server_that_is_not_there_is_told_of_and_one_that_is_no_address_refused(begun: Path) -> None:
    with pytest.raises(Missing, match=r"No server answers at http://127\.0\.0\.1:9"):
        Workspace(begun, server="http://127.0.0.1:9").run(GOAL)
    with pytest.raises(UsageError, match="is no server"):
        Workspace(begun, server="example.org")


def test_a_token_that_is_none_is_not_shown(begun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPECLOOP_TOKEN", "revoked.\nslp_secret")
    with pytest.raises(UsageError, match="no token") as refused:
        Workspace(begun, server="http://127.0.0.1:9").run(GOAL)
    assert "slp_secret" not in f"{refused.value} {refused.value.mend}"


def test_the_server_is_taken_from_the_call_before_the_environment_before_the_file(
    begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Workspace(begun).server is None
    (begun / "specloop.toml").write_text('server = "http://file"\n')
    assert Workspace(begun).server == "http://file"
    monkeypatch.setenv("SPECLOOP_SERVER", "http://variable")
    assert Workspace(begun).server == "http://variable"
    assert Workspace(begun, server="http://call").server == "http://call"
    assert type(Workspace(begun, server="here")) is Workspace


def git(folder: Path, *words: str) -> str:
    given = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    return subprocess.run(["git", "-C", str(folder), *given, *words], check=True, capture_output=True, text=True).stdout

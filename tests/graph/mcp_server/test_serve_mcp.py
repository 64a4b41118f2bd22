"""`specloop serve-mcp` as MCP clients use it: whole runs, people asked, calls cancelled, clients that go away."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from mcp import ClientSession

from graph import Workspace
from systems.project.repository import check_project
from systems.records import Answer, Outcome
from tests.graph.conftest import BEGUN, GOAL, PROGRAM, change_folder, program
from tests.graph.scripted import artifact_of, scripted_reply
from tests.systems.imitation_server import ImitationServer, Reply, Scripted
from tests.systems.serving.support import over_http, over_stdio, serving, text, until

pytestmark = pytest.mark.external
RUN = {"goal": GOAL, "change": BEGUN}
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


def command(project: Path, model: ImitationServer, *more: str) -> list[str]:
    return [*PROGRAM, "serve-mcp", "--project", str(project), "--model", model.url, *more]


def outcome_of(result: Any) -> Outcome:
    assert not result.isError, text(result)
    assert json.loads(text(result)) == result.structuredContent
    return Outcome.model_validate(result.structuredContent)


async def test_a_whole_run_asks_the_person_at_the_client_and_tells_of_every_node(
    begun: Path, server: ImitationServer
) -> None:
    told: list[str] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        told.append(str(message))

    answers = {"decision": "approve", "answer": "In tests/."}
    async with over_stdio(*command(begun, server, "--approve", "ask"), answer=answers) as session:
        tools = (await session.list_tools()).tools  # the client checks results against the schemas listed
        reads = {tool.name: tool.annotations and tool.annotations.readOnlyHint for tool in tools}
        assert {name for name, only in reads.items() if only} == {"status", "ask", "analyze", "ledger"}
        assert {name for name, only in reads.items() if only is False} == {"run", "resume", "feedback"}
        outcome = outcome_of(await session.call_tool("run", RUN, progress_callback=progress))
        assert outcome.status == "done" and (change_folder(begun, BEGUN) / "tasks.md").is_file()
        assert {question.server for question in outcome.questions} == {"person", "time"}
        nodes = ["next_step", "question_routing", "answer", "execution", "document_update", "feedback_loop"]
        assert [node for node in dict.fromkeys(told) if node in nodes] == nodes and told[-1] == "workflow_end"

        listed = (await session.call_tool("status", {"run_id": outcome.run_id})).structuredContent
        assert listed and [run["status"] for run in listed["runs"]] == ["done"]
        assert Outcome.model_validate(listed["outcome"]) == outcome
        again = outcome_of(await session.call_tool("resume", {"run_id": outcome.run_id}))
        assert again == outcome
        report = (await session.call_tool("analyze", {"trace": outcome.run_id})).structuredContent
        shown = json.loads(program("analyze", outcome.run_id, "--no-critic", "--json", project=begun).stdout)
        assert report == shown
        opinion = {"run_id": outcome.run_id, "text": "Good.", "rating": 1}
        kept = (await session.call_tool("feedback", opinion)).structuredContent
        assert kept and kept["trace_id"] == outcome.trace_id
        asked = await session.call_tool("ask", {"question": "What is the current time in UTC?"})
        answer = Answer.model_validate(asked.structuredContent)
        assert (answer.answered, answer.server) == (True, "time")
        learned = await session.call_tool("ledger", {})
        assert not learned.isError and set(learned.structuredContent or ()) >= {"active", "entries"}


async def test_a_client_that_cannot_ask_gets_what_to_send_to_resume(begun: Path, server: ImitationServer) -> None:
    with serving(*command(begun, server, "--approve", "ask", "--http", "--port", "0")) as (_, url):
        async with over_http(url) as session:
            outcome = outcome_of(await session.call_tool("run", RUN))
            while outcome.status == "waiting" and outcome.waiting_for[0]["kind"] == "question":
                assert any("call `resume`" in note for note in outcome.notes)
                given = {str(item["id"]): "" for item in outcome.waiting_for}
                answer = {"run_id": outcome.run_id, "answer": json.dumps(given)}
                outcome = outcome_of(await session.call_tool("resume", answer))
            assert outcome.status == "waiting" and outcome.waiting_for[0]["kind"] == "approval"
            assert "approve" in str(outcome.waiting_for[0]["form"])
            refused = await session.call_tool("resume", {"run_id": outcome.run_id, "answer": "perhaps"})
            assert refused.isError and "Answer `approve`" in text(refused)
            assert outcome_of(await session.call_tool("resume", {"run_id": outcome.run_id})) == outcome
        async with over_http(url) as another:
            answer = {"run_id": outcome.run_id, "answer": "approve"}
            assert outcome_of(await another.call_tool("resume", answer)).status == "done"


class Held:
    """A model that keeps drafts back for as long as it is told to."""

    def __init__(self) -> None:
        self.holding = True

    def __call__(self, request: dict[str, Any]) -> Scripted:
        return Reply(seconds=600) if self.holding and artifact_of(request) == "tasks" else scripted_reply(request)


def drafting(model: ImitationServer) -> bool:
    return any(artifact_of(request) == "tasks" for request in model.requests)


async def test_a_cancelled_run_can_be_resumed_and_two_are_worked_on_at_once(begun: Path) -> None:
    held = Held()
    with ImitationServer(held) as model, serving(*command(begun, model, "--http", "--port", "0")) as (_, url):
        async with over_http(url) as session, over_http(url) as other:
            calling = asyncio.create_task(session.call_tool("run", RUN))
            while not drafting(model):
                await asyncio.sleep(0.01)
            (run,) = (await other.call_tool("status", {})).structuredContent["runs"]  # type: ignore[index]
            assert run["status"] == "running" and run["change"] == BEGUN
            busy = await other.call_tool("resume", {"run_id": run["run_id"]})
            assert busy.isError and text(busy).startswith("Busy:")
            await cancel(session, calling)
            held.holding = False
            results = await asyncio.gather(
                session.call_tool("resume", {"run_id": run["run_id"]}),
                other.call_tool("run", {"goal": "Let the user undo the last change"}),
            )
            first, second = map(outcome_of, results)
            assert first.status == second.status == "done" and first.change == BEGUN != second.change
            assert [artifact.valid for artifact in second.artifacts] == [True] * 4


async def cancel(session: ClientSession, calling: asyncio.Task[Any]) -> None:
    """End a call as the protocol has it, and wait until the run may be taken up again."""
    from mcp import McpError, types

    note = types.CancelledNotification(params=types.CancelledNotificationParams(requestId=session._request_id - 1))
    await session.send_notification(types.ClientNotification(note))
    with pytest.raises(McpError, match="cancelled"):
        await calling
    while True:
        (run,) = (await session.call_tool("status", {})).structuredContent["runs"]  # type: ignore[index]
        if run["status"] == "interrupted":
            return
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("how", ["killed", "stopped by a signal"])
def test_a_run_whose_client_is(how: str, begun: Path) -> None:
    held = Held()
    with ImitationServer(held) as model:
        with subprocess.Popen(
            command(begun, model), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin and process.stdout
            call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "run", "arguments": RUN}}
            for message in (HELLO, {"jsonrpc": "2.0", "method": "notifications/initialized"}, call):
                process.stdin.write(json.dumps(message) + "\n")
            process.stdin.flush()
            until(lambda: drafting(model), seconds=60)
            if how == "killed":
                process.stdout.close()
                process.stdin.close()
            else:
                process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0, process.stderr and process.stderr.read()
        (run,) = Workspace(begun).status()
        assert run.status == "interrupted"
        held.holding = False
        assert Workspace(begun, model=model.url).resume(run.run_id).status == "done"


async def test_what_is_wrong_is_said_and_nothing_outside_of_the_project_is_read(
    project: Path, tmp_path: Path, server: ImitationServer
) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    (project / "link.json").symlink_to(secret)
    async with over_stdio(*command(project, server)) as session:

        async def said(tool: str, **arguments: Any) -> str:
            result = await session.call_tool(tool, arguments)
            assert result.isError, text(result)
            return text(result)

        for name in (str(secret), "../secret.json", "link.json", "/etc/passwd"):
            assert "outside of the project" in await said("analyze", trace=name)
        assert "is no file" in await said("analyze", trace="todo")
        for name in ("-", "", "x" * 5_000, "no-such-run"):
            assert "There is no" in await said("analyze", trace=name)
        assert "specloop was not run there yet" in await said("ledger")
        assert "There is no run 'x'" in await said("resume", run_id="x")
        assert "There is no change 'x'" in await said("run", goal=GOAL, change="x")
        assert "The goal is empty" in await said("run", goal=" ")
        assert "run: goal" in await said("run", goal=["a"])
        assert "feedback: rating" in await said("feedback", run_id="x", text="y", rating=5)
        assert "1 to" in await said("ask", question="")


@pytest.mark.parametrize(
    ("more", "words"),
    [(("--http", "--host", "0.0.0.0"), "not loopback"), (("--max-loops", "0"), "--max-loops")],
)
def test_what_cannot_be_served_is_refused(more: tuple[str, ...], words: str, project: Path) -> None:
    done = program("serve-mcp", *more, project=project)
    assert done.returncode == 2 and words in done.stderr and done.stdout == ""
    assert check_project(project) == project

"""What models are told of the served tools, and what a call of each does to the world."""

from __future__ import annotations

from graph.listing import Listing
from graph.mcp_server.arguments import Asked, EntryName, Goal, Opinion, Resumption, RunName, Told, TraceName
from graph.mcp_server.service import Service
from nodes.feedback_loop.report import Report
from systems.feedback import Heeded
from systems.records import Answer, Outcome
from systems.serving import Effects, Tool

INSTRUCTIONS = (
    "specloop plans changes of one software project. `run` takes a goal to a complete OpenSpec change (proposal,"
    " specs, design, tasks), which takes minutes; progress is told meanwhile, and a call that is cancelled can be taken"
    " up again with `resume`. A result with status `waiting` needs a person's answer: show them what it asks and pass"
    " their answer to `resume`, never one of your own. `status` lists the runs, `ask` answers a question about the"
    " project, `analyze` says what went wrong in a run, `feedback` keeps what the person thinks of one, `ledger` says"
    " what was learned."
)
READS = Effects(read_only=True, idempotent=True)
ASKS = Effects(read_only=True, idempotent=True, open_world=True)
WORKS = Effects(destructive=True, open_world=True)


def tools(service: Service) -> tuple[Tool, ...]:
    """The tools of a service."""
    return (*_working(service), *_telling(service))


def _working(service: Service) -> tuple[Tool, ...]:
    return (
        Tool(
            "run",
            "Plan a change",
            "Take a goal to a complete, validated OpenSpec change in the project's openspec/changes folder: questions"
            " are answered from the repository, documents drafted, checked and written. Takes minutes. Returns the"
            " outcome: status is done, unfinished (missing says why) or waiting (waiting_for says for what).",
            Goal,
            Outcome,
            service.run,
            WORKS,
        ),
        Tool(
            "resume",
            "Go on with a run",
            "Go on with a run that was interrupted, ended unfinished, or waits for a person; the answer must be the"
            " person's own. A run that is done just gives its outcome.",
            Resumption,
            Outcome,
            service.resume,
            WORKS,
        ),
        Tool(
            "feedback",
            "Judge a run",
            "Keep what the person thinks of a run, in their own words, for what is learned from it. Where they are not"
            " content, the documents they mean are drafted again and written once they approve (waiting_for in the"
            " outcome, then `resume`); a finished change gets a follow-up change instead.",
            Opinion,
            Heeded,
            service.feedback,
            WORKS,
        ),
    )


def _telling(service: Service) -> tuple[Tool, ...]:
    return (
        Tool(
            "status",
            "List runs",
            "List the runs of the project, newest first, what each does or waits for; or one run with its outcome.",
            RunName,
            Listing,
            service.status,
            READS,
        ),
        Tool(
            "ask",
            "Ask about the project",
            "Answer one question about the project from the MCP server that knows (files, git history, time), with the"
            " source of the answer. Calls read-only tools only.",
            Asked,
            Answer,
            service.ask,
            ASKS,
        ),
        Tool(
            "analyze",
            "Analyze a trace",
            "Find what went wrong in a run, or in a trace file of any agent within the project: failures, loops, waste,"
            " leaked secrets; with the spans that show it, what it cost and what to do about it. Asks no model.",
            TraceName,
            Report,
            service.analyze,
            READS,
        ),
        Tool(
            "ledger",
            "Show what was learned",
            "List what specloop tried to improve itself, what was kept or undone and why; or show one entry or policy.",
            EntryName,
            Told,
            service.ledger,
            READS,
        ),
    )

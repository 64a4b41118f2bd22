"""Policy: everything tunable, in one frozen, content-hashed record.

A knob is a field: its type, bounds, default and sentence stand together, and an edit outside the bounds cannot be made
(pydantic refuses it). `Policy().hash` is the baseline's id; `edited` makes a child that names its parent.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from systems.records import Hash, Record


class DraftKnobs(Record):
    """How artifacts are drafted."""

    temperature: float = Field(0.2, ge=0, le=2, description="Sampling temperature of the model")
    seed: int = Field(7, ge=0, le=2**31 - 1, description="Seed sent to the model")
    output_tokens: int = Field(900, ge=64, le=16_384, description="Most tokens the model may write in one draft")
    seconds: float = Field(120, ge=1, le=3_600, description="Time limit of one model call, seconds")
    items: int = Field(3, ge=1, le=20, description="Most items in any list of a draft")
    characters: int = Field(200, ge=40, le=4_000, description="Most characters in any text of a draft")
    repairs: int = Field(2, ge=0, le=2, description="How often an invalid draft goes back to the model")
    example: bool = Field(True, description="Show the model one worked example with every request")
    instruction_characters: int = Field(
        1_200, ge=0, le=20_000, description="How much of OpenSpec's instruction is shown"
    )
    document_characters: int = Field(1_500, ge=0, le=100_000, description="How much of each earlier document is shown")
    guidance: tuple[str, ...] = Field((), max_length=20, description="Lines of advice added to every draft request")


class QuestionKnobs(Record):
    """What is asked before a step, and who is asked."""

    always: dict[str, tuple[str, ...]] = Field(
        default={
            "proposal": (
                "Which files and folders are in the project?",
                "What were the last commits?",
                "What does the file {readme} say?",
                "What does the file {source} say?",
            ),
            "specs": ("What does the file {source} say?", "Which uncommitted changes are in the working tree?"),
            "design": ("What does the file {source} say?", "What changed in the last commit?"),
            "*": ("What does the file {source} say?", "What were the last commits?"),
            "tasks": ("Which files and folders are in {tests}?", "What is today's date?"),
        },
        description="What an artifact needs, * for one of the user's own schema; {goal} and the like are filled in",
    )
    own: int = Field(1, ge=0, le=2, description="How many more questions the model may ask for a step")
    least_score: float = Field(0.5, ge=0, le=100, description="BM25 score below which a question goes to the person")
    least_coverage: float = Field(0.5, ge=0, le=1, description="Share of a question's words a tool must speak of")
    lines: dict[str, str] = Field(
        default={
            "git": "commits, history, log, who changed what and when, branches, tags, diffs, uncommitted work",
            "git.git_log": "What were the last commits? Who changed it most recently? History over the past week",
            "git.git_show": "What did the last commit change? What did commit 3bc6d9a change?",
            "git.git_status": "What have I modified? Which uncommitted changes are in the working tree?",
            "git.git_diff": "difference between main and develop",
            "git.git_branch": "Which branch am I on? Which branches exist?",
            "filesystem": "what files say, contents of folders, sizes, whether a file exists",
            "filesystem.list_directory": "Which files and folders are in the project? List what is in the src folder",
            "filesystem.read_text_file": "What does the file say? Read the first lines of a file",
            "filesystem.get_file_info": "How big is a file? When was it last saved on disk? Does it exist?",
            "filesystem.directory_tree": "the directory structure",
            "time": "current time and date in a city or time zone, conversion between zones, daylight saving",
            "time.get_current_time": "What is today's date? What time is it in Tokyo now?",
            "time.convert_time": "Convert 10:00 UTC to Berlin time. If it is 3pm in New York, what is it in Paris?",
        },
        description="Words by which a server, or one of its tools, is found, besides its own description",
    )
    candidates: int = Field(2, ge=1, le=5, description="How many tools are tried before the question stays open")


class AnswerKnobs(Record):
    """How tool results become answers."""

    excerpt_characters: int = Field(600, ge=100, le=20_000, description="Most of a result that reaches a prompt")
    reuse: bool = Field(True, description="Ask the same read-only call once a run")


class ServerKnobs(Record):
    """Limits of MCP servers."""

    start_seconds: float = Field(20, ge=1, le=300, description="Time limit to start a server")
    call_seconds: float = Field(30, ge=0.1, le=3_600, description="Time limit of one call")
    content_bytes: int = Field(256_000, ge=1_000, le=20_000_000, description="Most bytes kept of one result")


class LoopKnobs(Record):
    """Budgets of a run, and when a loop's numbers are remarkable."""

    follow_ups: int = Field(3, ge=0, le=10, description="Most follow-up changes a run opens")
    attempts: int = Field(3, ge=1, le=10, description="How often one artifact is drafted before the run gives it up")
    slow_ratio: float = Field(5, ge=1.5, le=100, description="A call this many times its peers' median is an outlier")
    slow_seconds: float = Field(0.5, ge=0.1, le=600, description="... and at least this long")
    cold_seconds: float = Field(0.5, ge=0.01, le=600, description="A server start longer than this is worth a finding")


class Policy(Record):
    """One set of knobs; its hash is its id."""

    parent: Hash | None = Field(None, description="Policy this one was made from; None for the baseline")
    draft: DraftKnobs = DraftKnobs()
    questions: QuestionKnobs = QuestionKnobs()
    answers: AnswerKnobs = AnswerKnobs()
    servers: ServerKnobs = ServerKnobs()
    loop: LoopKnobs = LoopKnobs()

    def edited(self, changes: dict[str, dict[str, Any]]) -> Policy:
        """A child with `{section: {knob: value}}` changed.

        Raises:
            pydantic.ValidationError: a knob does not exist or a value is out of bounds.
        """
        data = self.model_dump()
        for section, values in changes.items():
            data[section] = {**data.get(section, {}), **values}
        return Policy.model_validate({**data, "parent": self.hash})


BASELINE = Policy()

# A model of some hundred million parameters reads about 100 tokens a second on one core and follows short prompts best.
SMALL_MODEL = BASELINE.edited(
    {
        "draft": {"items": 2, "characters": 160, "instruction_characters": 240, "document_characters": 400},
        "answers": {"excerpt_characters": 200},
    }
)

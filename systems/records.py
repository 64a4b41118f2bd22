"""The words of this project, as frozen records.

    Step -> Question -> Route -> Answer -> Draft -> DocumentUpdate
    Span -> Profile -> Finding -> Improvement -> PlanRevision | FollowUp   (Trial, Verdict: see `specloop improve`)
    LoopRecord -> LoopRecord -> ... -> Outcome

Every record is immutable and hashes to the SHA-256 of its canonical JSON. Times are seconds unless a name says
otherwise; hashes are lower-case hex SHA-256; ids of spans and traces are lower-case hex as in OTLP JSON.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from systems.hashed import Hash as Hash
from systems.hashed import Record as Record
from systems.hashed import canonical as canonical
from systems.hashed import content_hash as content_hash
from systems.profiles import Profile as Profile
from systems.profiles import Totals as Totals
from systems.project.implementation import Implementation as Implementation
from systems.project.implementation import TaskResult as TaskResult
from systems.questions import Answer as Answer
from systems.questions import Candidate as Candidate
from systems.questions import DecidedBy as DecidedBy
from systems.questions import Mended as Mended
from systems.questions import Question as Question
from systems.questions import Route as Route
from systems.questions import Source as Source

RunStatus = Literal["running", "done", "unfinished", "waiting", "interrupted", "failed"]
FindingKind = Literal[
    # failures
    "tool_error",
    "timeout",
    "rate_limited",
    "retry_storm",
    "output_truncated",
    "invalid_output",
    "empty_output",
    "connection_lost",
    "swallowed_error",
    "validation_failed",
    # behaviour
    "call_loop",
    "ping_pong",
    "no_progress",
    "delegation_cycle",
    "misrouted",
    "premature_end",
    "unused_answer",
    "reasoning_loop",
    "overlong_plan",
    "ungrounded_output",
    "guardrail_bypassed",
    "stale_data",
    "memory_corrupted",
    # cost
    "context_growth",
    "oversized_content",
    "slow_outlier",
    "bottleneck",
    "serial_calls",
    "redundant_call",
    "cold_start",
    "cost_spike",
    "latency_regression",
    # safety
    "prompt_injection",
    "secret_exposed",
]
"""learned: the same question was answered so before; lexical, embeddings, hybrid: likeness; person: nobody else can."""
Severity = Literal["info", "warning", "error", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error", "critical")


class Step(Record):
    """One thing to do next, as OpenSpec sees it."""

    kind: Literal["draft", "implement"] = Field("draft", description="Whether an artifact is drafted or a task worked")
    artifact: str = Field(
        description="OpenSpec artifact id: proposal, specs, design, tasks, or one of the user's schema; apply: a task"
    )
    task: str = Field("", description="implement: the task, as tasks.md has it")
    change: str = Field(description="OpenSpec change id")
    loop: int = Field(description="Number of the loop that works this step, from 1")
    reason: str = Field(description="Why this step is the next one")
    asked: tuple[str, ...] = Field((), description="What a redraft is to change, in the words of who refused it")
    feedback: Hash | None = Field(None, description="Hash of the feedback for which a document is drafted again")

    @property
    def subject(self) -> str:
        """What is given up where it does not succeed: the artifact, or the one task."""
        return f"{self.artifact}: {self.task}" if self.task else self.artifact


class File(Record):
    """One file of a draft."""

    path: str = Field(description="POSIX path relative to the change folder; of the documentation, to the project")
    content: Hash = Field(description="Hash of the text in the document store")
    base: Hash | None = Field(None, description="Text it was drafted from; None: what specloop wrote there last")


class Draft(Record):
    """An artifact as drafted, rendered, not yet written."""

    artifact: str = Field(description="OpenSpec artifact id")
    files: tuple[File, ...] = Field(description="What is to be written; empty when drafting failed")
    repairs: int = Field(description="How often the model had to try again")
    failure: str = Field("", description="Why there is no draft; empty when there is one")
    notes: tuple[str, ...] = Field((), description="Where the policy could not be followed, and what was done instead")
    answers: tuple[Hash, ...] = Field((), description="The answers that the model was given for it, in their order")


class DocumentUpdate(Record):
    """What became of one file."""

    artifact: str = Field(description="OpenSpec artifact id")
    path: str = Field(description="POSIX path relative to the project")
    status: Literal["written", "merged", "restored", "kept_theirs", "rejected", "proposed"] = Field(
        description="written: now on disk; merged: on disk, with what a person had changed meanwhile; "
        "restored: OpenSpec refused it and the old text is back; "
        "kept_theirs: a person changed the file meanwhile; rejected: the person said no; "
        "proposed: left as a patch"
    )
    valid: bool = Field(description="Whether OpenSpec accepts the change with this file in it")
    issues: tuple[str, ...] = Field((), description="The validator's or the person's words")
    approved: bool = Field(False, description="Whether a person saw what changes, and approved it")
    before: Hash | None = Field(None, description="Hash of the text before; None: no file")
    after: Hash | None = Field(None, description="Hash of the text now; None: no file")


class Span(Record):
    """One OpenTelemetry span, flat."""

    trace_id: str = Field(description="32 hex digits")
    span_id: str = Field(description="16 hex digits")
    parent_id: str | None = Field(None, description="16 hex digits; None for a root")
    name: str = Field(description="Span name")
    kind: str = Field("INTERNAL", description="INTERNAL, CLIENT, SERVER, PRODUCER or CONSUMER")
    start_ns: int = Field(description="Start, nanoseconds since the epoch")
    end_ns: int = Field(description="End, nanoseconds since the epoch")
    status: Literal["unset", "ok", "error"] = Field("unset", description="OpenTelemetry status code")
    message: str = Field("", description="Status message")
    attributes: dict[str, Any] = Field(default_factory=dict, description="Attributes")
    events: tuple[dict[str, Any], ...] = Field((), description="Events: {name, time_ns, attributes}")

    @property
    def seconds(self) -> float:
        """Duration in seconds; never negative."""
        return max(0, self.end_ns - self.start_ns) / 1e9


class Finding(Record):
    """Something that went wrong or was wasted, with the spans that show it."""

    kind: FindingKind
    severity: Severity
    confidence: float = Field(ge=0, le=1, description="How sure the detector is")
    where: str = Field(description="Node, server.tool or model at fault")
    span_ids: tuple[str, ...] = Field(description="Culprit spans")
    evidence: str = Field(description="The attribute or text that shows it")
    impact: dict[str, float] = Field(description="Measured, never guessed: seconds, tokens, failures")
    explanation: str = Field(description="What it means, in one sentence")


class PlanRevision(Record):
    """How the rest of this run differs from the policy: the sum of all revisions so far."""

    number: int = Field(0, description="How often the plan was revised")
    shorter: int = Field(0, ge=0, le=3, description="Halvings of the caps on drafted text")
    example: bool = Field(False, description="Show the model a worked example")
    hints: tuple[str, ...] = Field((), description="Validator's words the next draft of `artifact: ...` must heed")
    avoid: tuple[str, ...] = Field((), description="server.tool that must not be asked again in this run")
    ask_person: tuple[str, ...] = Field((), description="Questions to the person before `artifact: ...` is drafted")
    give_up: tuple[str, ...] = Field((), description="Artifacts that are not tried again")
    reasons: tuple[str, ...] = Field((), description="What changed in the last revision and which finding asked for it")


class Improvement(Record):
    """An answer to a finding, with what it should bring."""

    finding: Hash = Field(description="Hash of the finding it answers")
    change: Literal["plan_revision", "policy", "document", "follow_up"] = Field(description="What is to change")
    what: str = Field(description="The change, in words")
    metric: Literal["failures", "seconds", "tokens"] = Field(description="What should move")
    predicted: float = Field(
        description="By how much, in the metric's unit; negative is less. From the measured impact"
    )


class FollowUp(Record):
    """A change opened because no revision could mend a finding."""

    change: str = Field(description="OpenSpec change id")
    finding: str = Field(description="Kind and place of the finding")
    path: str = Field(description="Path of its proposal, relative to the project")


class LoopRecord(Record):
    """Everything one loop did. `previous` chains loops, so that state holds one hash however long the run is."""

    loop: int
    step: Step
    answers: tuple[Answer, ...]
    draft: Draft | None
    task: TaskResult | None = Field(None, description="What became of the task, where one was worked")
    updates: tuple[DocumentUpdate, ...]
    profile: Profile
    seconds: float = Field(0.0, description="Time in which something was at work, without the wait for a person")
    findings: tuple[Finding, ...]
    improvements: tuple[Improvement, ...]
    revision: PlanRevision
    previous: Hash | None


class Artifact(Record):
    """One document of the change, as the run leaves it."""

    id: str = Field(description="OpenSpec artifact id")
    path: str = Field(description="Path relative to the project")
    valid: bool = Field(description="Present, not empty, and OpenSpec accepts the change strictly")


class Tokens(Record):
    """Tokens of a run."""

    input: int = 0
    output: int = 0


class AskedQuestion(Record):
    """A question as the outcome lists it."""

    text: str
    server: str | None
    tool: str | None
    answered: bool
    sources: tuple[Source, ...]


class RunSummary(Record):
    """One line of `specloop status`."""

    run_id: str
    goal: str
    change: str | None
    status: RunStatus
    node: str | None = Field(description="Node that runs, runs next, or ran last")
    loops: int
    waiting_for: tuple[str, ...] = ()
    started: str = Field("", description="ISO 8601, UTC")
    pid: int | None = Field(None, description="Process that works on it now")
    host: str | None = Field(None, description="Machine of that process")
    seconds: float = Field(0.0, description="Seconds worked so far; waiting for a person does not count")
    tokens: Tokens = Field(Tokens(), description="Spent so far, also on what was done again")
    cost: float | None = Field(None, description="US dollars so far of calls whose price is known; None: of none")
    parent: str | None = Field(None, description="Run whose follow-up it works on; None: a person's goal")


class Followed(Record):
    """The follow-ups that were run after a run, those after them, and why there were no more."""

    run_id: str = Field(description="Run that a person gave the goal of")
    runs: tuple[RunSummary, ...] = Field(description="The runs after it, in their order")
    left: tuple[str, ...] = Field((), description="Follow-up changes that were not run")
    ended: str = Field(description="Why no more were run, in words")


class Delivery(Record):
    """What a run leaves at the repository of a project that is named by its URL."""

    url: str
    branch: str = Field(description="Has every document of the change, and the code of its tasks")
    commit: str = Field(description="Last commit of the branch")
    title: str = Field(description="Of a pull request")
    body: str = Field(description="Text of a pull request, Markdown")
    report: str = Field(description="What the run cost, and what went wrong in it, Markdown")


class Outcome(Record):
    """What a run came to; `specloop run --json` prints it."""

    run_id: str
    change: str | None
    status: RunStatus
    loops: int
    artifacts: tuple[Artifact, ...] = ()
    questions: tuple[AskedQuestion, ...] = ()
    findings: tuple[Finding, ...] = ()
    plan_revisions: tuple[PlanRevision, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    archived: str | None = Field(None, description="Where the change's documents went when it was archived")
    documents: tuple[DocumentUpdate, ...] = Field(
        (), description="The project's own documents that the archived change concerns"
    )
    tokens: Tokens = Tokens()
    seconds: float = 0.0
    trace_id: str
    missing: tuple[str, ...] = Field((), description="What an unfinished run still lacks, in words")
    waiting_for: tuple[dict[str, Any], ...] = Field(
        (), description="What a waiting run asks: {id, kind, text, form (JSON schema of the answer), ...}"
    )
    notes: tuple[str, ...] = Field((), description="What the person should know: edits kept, servers left out")
    model: str = Field("", description="Model that drafted")
    implementation: Implementation | None = Field(None, description="The branch with the tasks that were worked")
    followed: Followed | None = Field(
        None,
        exclude_if=lambda followed: followed is None,
        description="What came of the follow-ups, where they were run too",
    )
    delivered: Delivery | None = Field(
        None,
        exclude_if=lambda delivered: delivered is None,
        description="Where the result is, of a project that is named by the URL of its repository",
    )

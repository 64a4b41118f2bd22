"""Records of what is tried, and what came of it.

Finding -> Proposal -> Trial (every Case under the old and the new Policy: Played) -> Verdict
`-> adopted (or Declined by a person) -> watched -> RolledBack
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from systems.hashed import Hash, Record, canonical, content_hash
from systems.records import Finding

CaseKind = Literal["route", "answer", "draft", "call", "step"]
Origin = Literal["run", "person"]
Side = Literal["working", "guard", "sealed"]
Metric = Literal["success", "seconds", "tokens"]
METRICS: tuple[Metric, ...] = ("success", "seconds", "tokens")
"""In order of rank."""


class Asked(Record):
    """A question, to be routed (`route`) or answered from a tool (`answer`)."""

    question: str = Field(min_length=1, max_length=2_000)


class Requested(Record):
    """A draft request, as execution has it."""

    artifact: str = Field(description="OpenSpec artifact id")
    goal: str
    about: str = Field(description="What exactly is drafted, in words, or the capability of a spec delta")
    instruction: str = Field("", description="OpenSpec's instruction for the artifact")
    documents: tuple[tuple[str, str], ...] = Field((), description="(name, text) of what it builds on")
    facts: tuple[tuple[str, str], ...] = Field((), description="(question, answer) found out before")
    files: tuple[str, ...] = Field((), description="Files of the project that the facts come from")
    existing: tuple[str, ...] = Field((), description="Requirements, or capabilities, the project has already")
    template: str = Field("", description="OpenSpec's template; an artifact of the user's own schema has its headings")


class Called(Record):
    """A tool call."""

    server: str
    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class Stepped(Record):
    """A whole step: its questions are asked anew, and its documents drafted from what that finds out."""

    requests: tuple[Requested, ...] = Field(
        min_length=1, description="Its draft requests; their facts are only what a person said, nobody else is asked"
    )

    @property
    def goal(self) -> str:
        """What the run was asked to do."""
        return self.requests[0].goal

    @property
    def artifact(self) -> str:
        """OpenSpec artifact id."""
        return self.requests[0].artifact


class Accepted(Record):
    """An answer that a step was given, and whether that mattered."""

    question: str
    terms: tuple[str, ...] = Field((), description="Words it must hold; none: it does not stay what it was")
    used: bool = Field(description="Whether anything of it was taken up by what was drafted")
    tokens: int = Field(0, ge=0, description="What it takes in a prompt")


class Check(Record):
    """What judges a case; what is empty is not asked for."""

    server: str = Field("", description="Server that must be chosen; `person` where no server can know")
    tool: str = Field("", description="Tool that must be chosen")
    terms: tuple[str, ...] = Field((), description="Words the text must hold, in any case")
    sources: tuple[str, ...] = Field((), description="Sources the text must name")
    valid: bool = Field(False, description="OpenSpec must accept the document strictly")
    outcome: Literal["", "ok", "error"] = Field("", description="What must come of a call")
    answers: tuple[Accepted, ...] = Field((), description="Answers of a step; those that were used must be found")


class Case(Record):
    """Something that happened, to be done again under another policy."""

    kind: CaseKind
    given: Asked | Requested | Called | Stepped
    check: Check
    origin: Origin = Field(description="Who made it a case")
    run_id: str = Field("", description="Run it comes from")
    trace_id: str = ""
    span_ids: tuple[str, ...] = ()

    @property
    def key(self) -> Hash:
        """Its id: the hash of what is given, whatever judges it and wherever it comes from.

        Values that are as by default do not count, so that a field more in a later version changes no id.
        """
        given = self.given.model_dump(mode="json", exclude_defaults=True)
        return content_hash(canonical({"kind": self.kind, "given": given}))

    @property
    def server(self) -> str:
        """The MCP server it is about; empty where it needs none or its check does not say."""
        return self.given.server if isinstance(self.given, Called) else self.check.server


class Played(Record):
    """What came of a case, played once under a policy."""

    success: bool
    seconds: float = Field(ge=0)
    tokens: int = Field(ge=0, description="Sent and received")
    why: str = Field("", description="Why it failed, in the checker's words")
    drafted: str = Field("", description="JSON of a sound draft; what others may be shown as an example")
    trace_id: str = Field("", description="Trace of the play")


class Proposal(Record):
    """An edit of a policy that should move a metric."""

    policy: Hash = Field(description="Policy to be edited")
    edit: dict[str, dict[str, Any]] = Field(description="{section: {knob: value}}")
    what: str = Field(description="The edit, in words")
    metric: Metric = Field(description="What should move")
    predicted: float = Field(description="By how much a case: share of successes gained, seconds or tokens saved")
    origin: Literal["finding", "case", "model", "person"] = Field(description="Who had the idea")
    finding: Finding | None = Field(None, description="What it answers")
    cases: tuple[Hash, ...] = Field((), description="Keys of the working cases it answers; none: it answers a finding")
    trace_ids: tuple[str, ...] = Field((), description="Traces that the finding, or the plays of the cases, left")


class Pair(Record):
    """One case under both policies; repetition by repetition."""

    case: Hash = Field(description="Case.key")
    kind: CaseKind
    side: Side
    old: tuple[Played, ...]
    new: tuple[Played, ...]


class Trial(Record):
    """The same cases under two policies."""

    proposal: Hash
    old: Hash = Field(description="Policy")
    new: Hash = Field(description="Policy")
    model: str
    seed: int
    pairs: tuple[Pair, ...]
    looks: int = Field(ge=0, description="How often the numbers were looked at before it ended")


class Verdict(Record):
    """Accepted, rejected, or not decided yet; with the numbers that decided it."""

    proposal: Hash
    trial: Hash
    accepted: bool
    more: int = Field(0, ge=0, description="Repetitions worth playing before the next look; 0: it is decided")
    reason: str = Field(description="Why, in one sentence")
    metric: Metric
    effect: float = Field(description="Mean gain a case on the working cases; positive is better")
    low: float = Field(description="Lower end of the effect's interval")
    high: float = Field(description="Upper end of the effect's interval")
    noise: float = Field(description="Half width of the band in which the old policy differs from itself")
    p_value: float = Field(ge=0, le=1)
    alpha: float = Field(ge=0, le=1, description="Error rate this proposal may have used up by this look")
    paid: float = Field(0.0, ge=0, le=1, description="Error rate that all proposals so far have used up, this one too")
    repairs: int = Field(ge=0, description="Cases that failed under the old policy and work under the new")
    regressions: int = Field(ge=0, description="Cases that worked under the old policy and fail under the new")
    guard_effect: float = Field(description="Mean gain in success a guard case")
    guard_low: float = Field(description="Lower end of its interval; must be above -margin")
    margin: float = Field(description="How much worse guard cases may be to count as no worse")
    cases: int = Field(ge=0, description="Working cases")
    guards: int = Field(ge=0, description="Guard cases")
    looks: int = Field(ge=0, description="Looks paid for in this trial")
    number: int = Field(ge=1, description="Number of the proposal in this `improve`; each pays its own share")


class Adopted(Record):
    """A policy that holds from now on, by a verdict."""

    policy: Hash
    verdict: Hash = Field(description="The accepted verdict")


class Declined(Record):
    """A policy that had won its trial, and that a person does not want."""

    policy: Hash
    verdict: Hash = Field(description="The accepted verdict")
    reason: str = Field("", description="Why, in the person's words")


class RolledBack(Record):
    """A policy that was given up after it had been accepted."""

    policy: Hash = Field(description="Policy that was given up; empty where the damaged ledger could not say which")
    to: Hash = Field(description="Policy that holds again")
    reason: str
    by: Literal["watch", "person"]
    evidence: float = Field(0.0, description="E-value against the policy; 0 where a person decided")
    runs: int = Field(0, ge=0, description="Runs it was watched for")


class Improving(Record):
    """An `improve` that has begun; without its `Improved` it was interrupted, and goes on when asked again."""

    policy: Hash = Field(description="Policy it began with")
    model: str
    seed: int = Field(description="Of the order in which cases are played")
    began: str = Field(description="ISO 8601, UTC")


class Standing(Record):
    """How a policy does on a set of cases."""

    policy: Hash
    cases: int = Field(ge=0)
    success: float = Field(ge=0, le=1, description="Mean share of plays that succeeded")
    success_low: float = Field(description="Lower end of its 95% interval")
    success_high: float = Field(description="Upper end of its 95% interval")
    seconds: float = Field(ge=0, description="Mean seconds a case")
    tokens: float = Field(ge=0, description="Mean tokens a case, sent and received")
    by_kind: dict[CaseKind, float] = Field(description="Success by kind of case")


class Improved(Record):
    """What an `improve` came to."""

    began: Hash = Field(description="Entry of its Improving")
    before: Hash = Field(description="Policy it began with")
    after: Hash = Field(description="Policy that holds now")
    rounds: int = Field(ge=0)
    accepted: int = Field(ge=0)
    rejected: int = Field(ge=0)
    stopped: str = Field(description="Why it ended, in one sentence")
    sealed: tuple[Standing, ...] = Field((), description="Before and after, on cases nothing was tuned to")
    repairs: int = Field(0, ge=0, description="Sealed cases that failed before and succeed now")
    regressions: int = Field(0, ge=0, description="Sealed cases that succeeded before and fail now")
    opened: int = Field(0, ge=0, description="How often the sealed cases were read so far, this time included")
    seconds: float = Field(ge=0, description="Working seconds it took")
    tokens: int = Field(ge=0, description="Tokens it took")

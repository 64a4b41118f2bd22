"""Feedback: what people say of runs, kept as evaluations on the runs' own traces, and what is done about it.

An evaluation is a `gen_ai.evaluation.result` event
(https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events/#event-gen_aievaluationresult). Contract: the same
words with the same rating are kept once a run; nothing is deleted, feedback that a person withdraws does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import Field

from systems import names
from systems.errors import Missing, UsageError
from systems.records import FollowUp, Hash, Outcome, Record, Span
from systems.redaction import redact_text
from systems.spans import SpanStore
from systems.telemetry import Telemetry, trace_id

NAME = "user_feedback"
WITHDRAWN = "user_feedback_withdrawn"
LABELS = {-1: "bad", 0: "neutral", 1: "good"}
MOST_TEXT = 10_000


class Concern(Record):
    """A document that feedback is about."""

    path: str = Field(description="POSIX path relative to the change folder")
    artifact: str = Field("", description="OpenSpec artifact id, once OpenSpec was asked")
    section: str = Field("", description="Heading of the section that is meant; empty: none in particular")
    why: str = Field("", description="Why it is taken to be meant")

    @property
    def aspect(self) -> str:
        """Document and section in one word, as the trace keeps them."""
        return f"{self.path}#{self.section}" if self.section else self.path


class Feedback(Record):
    """What a person thinks of a run."""

    run_id: str
    trace_id: str = Field(description="32 hex digits")
    span_id: str = Field(description="Span that keeps it, 16 hex digits")
    said: str = Field("", description="When, ISO 8601, UTC")
    text: str = Field(description="In the person's words, without secrets")
    rating: int = Field(ge=-1, le=1, description="1 good, 0 neither, -1 bad")
    about: tuple[str, ...] = Field(
        (), description="Documents it is about, `path` or `path#section`; none: the whole run"
    )


class Redrafted(Record):
    """What became of a document that feedback is about."""

    path: str = Field(description="POSIX path relative to the change folder")
    status: Literal["redrafted", "unchanged", "rejected", "failed", "left_alone"] = Field(
        description="redrafted: on disk; unchanged: the new draft says the same; rejected: the person said no; "
        "failed: no sound draft came of it; left_alone: it is the person's own, or in use. But for the first, it stays "
        "as it was"
    )
    why: str = Field("", description="The validator's or the person's words, or why it was left alone")

    @property
    def line(self) -> str:
        """All of it in a sentence."""
        words = {"redrafted": "was drafted again", "unchanged": "stays as it was: the new draft says the same"}
        said = words.get(self.status, f"stays as it was ({self.status.replace('_', ' ')})")
        return f"{self.path} {said}{f': {self.why}' if self.why else ''}"


class Heeded(Feedback):
    """Feedback, and what came of it; `specloop feedback --json` prints it."""

    concerns: tuple[Concern, ...] = Field((), description="The documents that it is about, and why they are meant")
    known: bool = Field(False, description="Whether it had been given before; it is kept once")
    cases: tuple[Hash, ...] = Field((), description="Draft cases that it confirmed or disputed")
    contradicts: tuple[Feedback, ...] = Field((), description="Feedback of the other sign on the same matter")
    documents: tuple[Redrafted, ...] = Field((), description="What became of the documents that it is about")
    follow_ups: tuple[FollowUp, ...] = Field((), description="Changes opened for it, where the run's own is finished")
    note: str = Field("", description="Why no document was drafted again, where that was to be expected")
    outcome: Outcome | None = Field(None, description="What the run came to, where it went on because of it")


class Redraft(Record):
    """Documents to be drafted again because of feedback: what a run does that goes on for it alone."""

    text: str = Field(description="What the person said")
    rating: int = Field(ge=-1, le=1)
    span_id: str = Field(description="Span that keeps the feedback")
    ask: bool = Field(True, description="Whether the person approves each document before it is written")
    concerns: tuple[Concern, ...] = Field((), description="Documents still to be drafted, in order")
    sought: bool = Field(False, description="Whether the documents are settled; before, these are first thoughts")
    finished: str = Field("", description="Why a follow-up change is opened instead; empty where none is")
    done: tuple[Redrafted, ...] = Field((), description="What became of documents so far, or why they were left alone")
    note: str = Field("", description="Why there is nothing to draft")


def sound(text: str) -> str:
    """Feedback on one line, without what cannot be written and without secrets.

    Raises:
        UsageError: nothing is said, or too much.
    """
    said = " ".join(text.encode("utf-8", "replace").decode().replace("\0", " ").split())
    if not said or len(said) > MOST_TEXT:
        raise UsageError(
            f"Feedback has 1 to {MOST_TEXT:,} characters; this has {len(said):,}.",
            mend='For example: specloop feedback RUN "The tasks are too coarse" --rating -1',
        )
    return redact_text(said)


class Evaluations:
    """The feedback on the runs of a project, on their traces."""

    def __init__(self, store: SpanStore) -> None:
        """Nothing is read yet.

        Args:
            store: where spans are kept; closing it stays with the caller.
        """
        self._store = store
        self._telemetry = Telemetry(store)
        self._roots: dict[str, Span | None] = {}
        self._known: dict[str, list[Feedback]] = {}

    def of(self, run_id: str) -> tuple[Feedback, ...]:
        """What was said of a run and holds, oldest first."""
        if run_id not in self._known:
            spans = self._store.spans(trace_id=trace_id(run_id))
            self._known[run_id] = list(kept(run_id, spans))
            roots = (span for span in spans if span.parent_id is None and span.name not in (NAME, WITHDRAWN))
            self._roots[run_id] = max(roots, key=lambda span: span.end_ns, default=None)
        return tuple(self._known[run_id])

    def keep(self, run_id: str, text: str, rating: int, about: Iterable[str] = ()) -> Feedback:
        """Keep what a person said of a run.

        The span stands at the very end of the run, whose length would else reach to the feedback; the event has the
        time at which the person spoke.

        Args:
            run_id: the run.
            text: as `sound` gives it.
            rating: 1 good, 0 neither, -1 bad.
            about: the documents it is about.
        """
        self.of(run_id)
        about = tuple(about)
        verdict: dict[str, Any] = {
            names.EVALUATION_NAME: NAME,
            names.EVALUATION_VALUE: rating,
            names.EVALUATION_LABEL: LABELS[rating],
            names.EVALUATION_EXPLANATION: text,
            **({names.FEEDBACK_ABOUT: about} if about else {}),
        }
        span_id = self._noted(run_id, NAME, names.EVALUATION_EVENT, verdict)
        said = datetime.now(UTC).isoformat(timespec="seconds")
        feedback = Feedback(
            run_id=run_id, trace_id=trace_id(run_id), span_id=span_id, said=said, text=text, rating=rating, about=about
        )
        self._known[run_id].append(feedback)
        return feedback

    def withdraw(self, run_id: str, prefix: str) -> Feedback:
        """Let feedback count no more; it stays on the trace.

        Args:
            run_id: the run.
            prefix: beginning of the feedback's span id.

        Raises:
            UsageError: there is no such feedback, or there are several.
        """
        found = [each for each in self.of(run_id) if prefix and each.span_id.startswith(prefix)]
        if len(found) != 1:
            what = f"Several begin with {prefix!r}" if found else f"There is no feedback {prefix!r} on run {run_id}"
            raise UsageError(f"{what}.", mend=f"`specloop feedback {run_id}` lists what was said.")
        (feedback,) = found
        self._noted(run_id, WITHDRAWN, names.FEEDBACK_WITHDRAWN, {names.FEEDBACK: feedback.span_id})
        self._known[run_id].remove(feedback)
        return feedback

    def close(self) -> None:
        """Send what is waiting."""
        self._telemetry.close()

    def _noted(self, run_id: str, name: str, event: str, attributes: dict[str, Any]) -> str:
        before = self._telemetry.dropped
        with self._telemetry.run(run_id):
            span_id = self._telemetry.note(name, event, attributes, under=self._roots[run_id])
        if self._telemetry.dropped > before:
            why = "; ".join(self._telemetry.problems)
            raise Missing(f"The feedback could not be kept: {why}", system="store", mend="See `specloop doctor`.")
        return span_id


def kept(run_id: str, spans: Iterable[Span]) -> Iterator[Feedback]:
    """The feedback that the spans of a run keep and that was not withdrawn, oldest first."""
    events = sorted(
        ((event, span) for span in spans if span.name in (NAME, WITHDRAWN) for event in span.events),
        key=lambda one: one[0]["time_ns"],
    )
    gone = {event["attributes"].get(names.FEEDBACK) for event, span in events if span.name == WITHDRAWN}
    for event, span in events:
        if span.name == NAME and event["name"] == names.EVALUATION_EVENT and span.span_id not in gone:
            yield _read(run_id, event, span)


def _read(run_id: str, event: dict[str, Any], span: Span) -> Feedback:
    said = event["attributes"]
    return Feedback(
        run_id=run_id,
        trace_id=span.trace_id,
        span_id=span.span_id,
        said=datetime.fromtimestamp(event["time_ns"] / 1e9, UTC).isoformat(timespec="seconds"),
        text=str(said.get(names.EVALUATION_EXPLANATION, "")),
        rating=int(said.get(names.EVALUATION_VALUE, 0)),
        about=tuple(said.get(names.FEEDBACK_ABOUT, ())),
    )

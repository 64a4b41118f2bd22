"""Model output that was cut off at its limit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, times
from nodes.feedback_loop.calls.drafts import subject
from nodes.feedback_loop.calls.grouping import Grouped
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.json_text import at_limit, torn
from nodes.feedback_loop.reading.marks import CUT, FAILED, MOST_TOKENS, OTHERWISE
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.broken_off import breaks_off, stops_within_a_word
from systems import names
from systems.records import Finding

_FENCE = "```"


class OutputTruncated:
    """Model calls that ended at the token limit, and drafts that were cut off where the model call is not seen.

    Arguments that break off before their end show it too; where no reason to stop is told, code or a sentence that
    does.
    """

    watches: ClassVar[Watches] = {"model": CUT | FAILED, "failure": OTHERWISE}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._cut: Grouped[tuple[str, str]] = Grouped()
        self._known: set[str] = set()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.kind == "model":
            if said := self._limit(span) if not span.failed else "length" if span.cause == "truncated" else "":
                if names.STEP in span.attributes:
                    self._known.add(span.span_id)
                self._cut.add((span.where, said), span)
        elif subject(span, names.DRAFT) and span.cause == "truncated":
            known = any(one.span_id in self._known for one in self._run.drafts.models(span))
            if not known:
                self._cut.add((span.agent or names.DRAFT, names.CAUSE), span)

    def findings(self) -> Iterable[Finding]:
        """One finding per model, one per drafting node."""
        for (where, said), cut in self._cut.items():
            drafts = self._run.drafts
            lost = any(names.STEP in one.attributes and not drafts.made_good(one) for one in cut)
            tokens = sum(drafts.tokens(one) for one in cut if one.kind != "model")
            yield from self._run.finding(
                "output_truncated",
                "error" if lost else "warning",
                where,
                cut,
                confidence=0.8 if said == "end" else 1.0,
                evidence=_EVIDENCE[said] + (f": …{_written(cut[-1])[-80:]}" if said == "end" else ""),
                impact={**cut.impact, "tokens": cut.impact["tokens"] + tokens, "failures": float(cut.total)},
                explanation=f"Output was cut off at the token limit {times(cut.total)}, and what was written is lost.",
            )

    def _limit(self, span: Operation) -> str:
        """What shows that the output of a working call was cut off; empty where nothing does."""
        if span.finish == "length":
            return "length"
        if any(at_limit(call.arguments, span.finish) for call in span.calls):  # some always say `tool_calls` then
            return "end"
        if span.finish:
            return ""
        limit = span.attributes.get(MOST_TOKENS)
        if isinstance(limit, int) and 0 < limit <= span.output_tokens:
            return "limit"
        text = span.output
        open_code = _FENCE in text and text.count(_FENCE) % 2 and not text.rstrip().endswith(_FENCE)
        heard = (one.result for one in self._run.tools)
        return "end" if open_code or torn(text) or breaks_off(text) or stops_within_a_word(text, heard) else ""


_EVIDENCE = {
    "length": f"{names.FINISH_REASONS}=length",
    "limit": f"{names.OUTPUT_TOKENS} has reached {MOST_TOKENS}",
    "end": "it breaks off",
    names.CAUSE: f"{names.CAUSE}=truncated",
}


def _written(span: Operation) -> str:
    return span.calls[-1].arguments if span.calls else span.output

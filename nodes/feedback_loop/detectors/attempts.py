"""Attempts at something that may be made good by a later one: drafts of an artifact, tools tried for a question."""

from __future__ import annotations

from nodes.feedback_loop import semantics
from systems import names
from systems.records import Span


class Drafts:
    """Drafting attempts so far: which artifacts came out in the end, and what each attempt cost in tokens."""

    def __init__(self) -> None:
        self._drafted: dict[tuple[str, str], int] = {}
        self._tokens: dict[str, int] = {}

    def observe(self, span: Span) -> None:
        """Take a span into account."""
        artifact = semantics.subject(span, names.DRAFT)
        if artifact and not semantics.failed(span):
            place = span.trace_id, artifact
            self._drafted[place] = max(span.start_ns, self._drafted.get(place, 0))
        elif semantics.is_chat(span) and span.parent_id:
            self._tokens[span.parent_id] = self._tokens.get(span.parent_id, 0) + sum(semantics.tokens(span))

    def made_good(self, span: Span) -> bool:
        """Whether the span's artifact was drafted after it."""
        artifact = semantics.subject(span, names.DRAFT) or semantics.step(span)
        return self._drafted.get((span.trace_id, artifact), -1) >= span.end_ns

    def tokens(self, span: Span) -> int:
        """Tokens of the model calls right below a drafting attempt."""
        return self._tokens.get(span.span_id, 0)


class Calls:
    """Tool calls so far: how many of each tool, and which failed ones were followed by one that worked.

    Calls for one question stand below one parent, so a working call below the same parent makes a failed one good.
    Where the parent is another agent's, which calls all its tools there, only the same tool does.
    """

    def __init__(self) -> None:
        self._worked: dict[tuple[str | None, str], int] = {}
        self._counts: dict[str, int] = {}

    def observe(self, span: Span) -> None:
        """Take a span into account."""
        if not semantics.is_tool(span) or semantics.is_reused(span):
            return
        name = semantics.tool(span)
        self._counts[name] = self._counts.get(name, 0) + 1
        if not semantics.failed(span):
            for what in (name, ""):
                self._worked[span.parent_id, what] = max(span.start_ns, self._worked.get((span.parent_id, what), 0))

    def count(self, tool: str) -> int:
        """How often a tool was called."""
        return self._counts.get(tool, 0)

    def made_good(self, span: Span) -> bool:
        """Whether a later call did what this one failed to do."""
        what = "" if span.attributes.get(names.NODE) == semantics.ANSWER else semantics.tool(span)
        return self._worked.get((span.parent_id, what), -1) >= span.end_ns

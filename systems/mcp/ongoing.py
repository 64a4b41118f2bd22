"""One call, or one start, under way: what its server tells and asks meanwhile, on its span."""

from __future__ import annotations

from collections.abc import Mapping

from opentelemetry.trace import Span
from opentelemetry.util.types import AttributeValue

from systems import names
from systems.mcp.elicitation import Elicitation, Replied, with_defaults
from systems.records import Hash

MOST_EVENTS = 32
MOST_CHARACTERS = 300


class Ongoing:
    """Puts notifications on a span as events, so many and no more, and answers the server's questions.

    Attributes:
        tool: the tool that is called; empty for a start.
        unanswered: a question that only the person can answer; it was cancelled.
        declined: questions that were declined because nobody is asked.
    """

    def __init__(self, span: Span, *, tool: str = "", replies: Mapping[Hash, Replied] | None = None) -> None:
        """Nothing was said yet.

        Args:
            span: of the call.
            tool: its name.
            replies: what the person said so far, by `Elicitation.key`; None where no person is asked: all is declined.
        """
        self._span, self._replies, self._events = span, replies, 0
        self.tool = tool
        self.unanswered: Elicitation | None = None
        self.declined: list[str] = []

    def note(self, event: str, attributes: Mapping[str, AttributeValue | None]) -> None:
        """Put an event on the span; those beyond `MOST_EVENTS` are counted."""
        self._events += 1
        if self._events > MOST_EVENTS:
            self._span.set_attribute(names.EVENTS_LEFT_OUT, self._events - MOST_EVENTS)
            return
        said = {key: _short(value) for key, value in attributes.items() if value is not None}
        self._span.add_event(event, said)

    def asked(self, question: Elicitation) -> tuple[str, dict[str, object] | None]:
        """(action of the protocol, values) for a server's question."""
        action, content = self._answer(question)
        self.note(names.ELICITATION_EVENT, {names.ELICITATION_MESSAGE: question.message, names.ACTION: action})
        return action, content

    def _answer(self, question: Elicitation) -> tuple[str, dict[str, object] | None]:
        if self._replies is None:
            self.declined.append(question.message)
            return "decline", None
        reply = self._replies.get(question.key)
        if reply is None:
            self.unanswered = question
            return "cancel", None
        if reply.action == "decline" or question.url:
            return reply.action, None
        content, wrong = with_defaults(reply, question)
        if wrong:
            self.unanswered = question.model_copy(update={"wrong": wrong})
            return "cancel", None
        return "accept", content


def _short(value: AttributeValue) -> AttributeValue:
    return f"{value[:MOST_CHARACTERS]}..." if isinstance(value, str) and len(value) > MOST_CHARACTERS else value

"""Output that was cut off at its limit; long, short and open-ended answers that stopped by themselves were not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nodes.feedback_loop.texts.broken_off import breaks_off, stops_within_a_word
from systems.records import Span
from tests.nodes.feedback_loop.detectors.conversations import ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace


def answered(trace: Trace, *parts: dict[str, Any], finish: str = "stop", **more: Any) -> Span:
    root = trace.span("invoke_agent a", 0, 10)
    reply = json.dumps([{"role": "assistant", "parts": parts}])
    asked = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Write it."}]}])
    span = trace.chat(1, 2, under=root, finish=finish, INPUT_MESSAGES=asked, OUTPUT_MESSAGES=reply)
    given = {name: value for name, value in span.attributes.items() if finish or "finish" not in name}
    trace.spans[-1] = span.model_copy(update={"attributes": given | more})
    return span


def text(content: str) -> dict[str, Any]:
    return {"type": "text", "content": content}


@pytest.mark.parametrize("finish", ["length", "max_tokens", "MAX_TOKENS", "FinishReason.MAX_TOKENS"])
def test_output_that_ended_at_the_limit_is_found(finish: str) -> None:
    trace = Trace()
    span = answered(trace, text("The lease may be ended by"), finish=finish)
    one = only(trace, "output_truncated")
    assert (one.severity, one.where, one.span_ids) == ("warning", "m", ids(span))
    assert one.impact["failures"] == 1
    assert kinds(trace) == {"output_truncated"}


def test_where_no_reason_is_told_reaching_the_limit_that_was_set_shows_it() -> None:
    trace = Trace()
    answered(trace, text("The lease may be ended by"), finish="", **{"gen_ai.request.max_tokens": 50})
    assert kinds(trace) == {"output_truncated"}


@pytest.mark.parametrize(
    "part",
    [
        text("Here it is:\n```sql\nBEGIN;\nUPDATE customers SET first_na"),
        {"type": "tool_call", "id": "c1", "name": "save", "arguments": '{"title": "Spring", "body": "Dear garde'},
        text('[{"date": "2026-12-04", "what": "reply"}, {"date": "2026-12-18", "what": "evid'),
    ],
    ids=["code", "arguments", "a string of JSON"],
)
def test_where_no_reason_is_told_what_breaks_off_shows_it(part: dict[str, Any]) -> None:
    trace = Trace()
    span = answered(trace, part, finish="")
    one = only(trace, "output_truncated")
    assert (one.confidence, one.span_ids) == (0.8, ids(span))
    assert kinds(trace) == {"output_truncated"}


@pytest.mark.parametrize("content", ["- first\n- second ...", "```py\nx = 1\n```", "Yes", "See (a"])
@pytest.mark.parametrize("finish", ["stop", ""])
def test_an_answer_that_stopped_by_itself_is_whole(content: str, finish: str) -> None:
    trace = Trace()
    answered(trace, text(content), finish=finish, **{"gen_ai.request.max_tokens": 4_000})
    assert kinds(trace) == set()


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("Welcome aboard! Each lighthouse has its keeper and", True),
        ("Bienvenue. Chaque phare a son gardien, son histoire et", True),
        ("Welcome aboard. See you on the quay", False),
        ("Rails asleep in rows and", False),
        ("It is a room of its own. Under section 4 the costs are deductible whenever the room is the centre", True),
        ("Dear Ms Ito,\nthe costs are deductible. Best wishes from all of us at the office\nKim", False),
        ("Done. It is the last of the list and.", False),
    ],
)
def test_prose_breaks_off_where_no_sentence_ends(text: str, broken: bool) -> None:
    assert breaks_off(text) == broken


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("The lane was approved. For the playground at Elm Squ", True),
        ("The lane was approved. For the playground at Elm Square", False),
        ("Take bus 4 to the station. The way there takes you 9 min", False),
        ("The lane was approved. Best regards, Kim", False),
        ("For the playground at Elm Squ", False),
    ],
)
def test_prose_may_stop_within_a_word_that_was_heard(text: str, cut: bool) -> None:
    heard = ["Elm Square: closed for 9 minutes", "minutes taken by Kimberly"]
    assert stops_within_a_word(text, heard) == cut

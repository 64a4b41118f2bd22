"""Results far larger than what is made of them; large ones that are used are not."""

from __future__ import annotations

from tests.nodes.feedback_loop.detectors.conversations import Conversation, call, ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace

PAGE = "<td>item</td> " * 3_000


def test_a_page_for_one_price_is_found() -> None:
    run = Conversation("What does the kettle cost?")
    spans = run.each(call("fetch", PAGE, url="https://shop.example/kettle"))
    run.says("It costs 39.95 EUR.")
    one = only(run, "oversized_content")
    assert (one.severity, one.where, one.span_ids) == ("warning", "fetch", ids(*spans))
    assert one.impact == {"tokens": len(PAGE) // 4}
    assert f"{len(PAGE):,} characters" in one.evidence


def test_what_is_used_is_not_too_large() -> None:
    run = Conversation("List everything.")
    run.each(call("fetch", PAGE, url="https://shop.example"))
    run.says("item: one\n" * 600)
    assert "oversized_content" not in kinds(run)


def test_nothing_is_said_before_the_model_has_seen_it() -> None:
    run = Conversation("What does the kettle cost?")
    run.each(call("fetch", PAGE, url="https://shop.example/kettle"))
    run.spans = [one for one in run.spans if not one.name.startswith("chat")]
    assert kinds(run) == set()


def test_without_content_a_jump_of_the_prompt_shows_it() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 10)
    trace.chat(0, 1, under=root, sent=300)
    tool = trace.tool("fetch", 1, 2, under=root)
    trace.chat(2, 3, under=root, sent=12_400)
    assert only(trace, "oversized_content").span_ids == ids(tool)


def test_a_prompt_that_grows_by_what_two_tools_gave_blames_neither() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 10)
    trace.chat(0, 1, under=root, sent=300)
    for name in ("fetch", "read"):
        trace.tool(name, 1, 2, under=root)
    trace.chat(2, 3, under=root, sent=12_400)
    assert kinds(trace) == set()

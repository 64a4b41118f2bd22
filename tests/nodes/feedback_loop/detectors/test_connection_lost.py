"""Calls whose connection broke; answers that say that something is refused have a connection."""

from __future__ import annotations

import pytest

from tests.nodes.feedback_loop.detectors.conversations import Conversation, call, ids, kinds, only


@pytest.mark.parametrize(
    "error",
    [
        "ConnectionResetError(104, 'Connection reset by peer')",
        "Connection refused",
        "[Errno 32] Broken pipe",
        "Server disconnected without sending a response.",
        "socket hang up (ECONNRESET)",
    ],
)
def test_a_broken_connection_is_found_and_is_no_failure_of_the_tool(error: str) -> None:
    run = Conversation("Upload the package.")
    (failed,) = run.each(call("upload", error=error, path="a.tar"))
    run.says("The upload failed: the connection broke.")
    one = only(run, "connection_lost")
    assert (one.severity, one.where, one.span_ids) == ("error", "upload", ids(failed))
    assert kinds(run) == {"connection_lost"}


def test_one_that_a_later_call_made_good_is_a_note() -> None:
    run = Conversation("Upload the package.")
    run.each(call("upload", error="Connection reset by peer", path="a.tar"), call("upload", "stored", path="a.tar"))
    run.says("The package is stored.")
    assert kinds(run) == set()


@pytest.mark.parametrize("error", ["HTTP 503 Service Unavailable", "payment refused by the bank"])
def test_a_refusal_over_a_working_connection_is_a_failure_of_the_tool(error: str) -> None:
    run = Conversation("Pay.")
    run.each(call("pay", error=error, cents=500))
    run.says("The payment failed.")
    assert kinds(run) == {"tool_error"}

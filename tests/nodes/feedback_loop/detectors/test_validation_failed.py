"""Documents that the validator refused; refused and then accepted ones are a warning."""

from __future__ import annotations

import pytest

from tests.nodes.feedback_loop.detectors.conversations import Conversation, call, ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace


def test_the_validators_words_are_the_evidence_of_one_finding_per_artifact() -> None:
    trace = Trace()
    root = trace.span("invoke_workflow specloop", 0, 20)
    first = trace.validate("specs", 0, 1, under=root, error="no scenario\nno SHALL")
    second = trace.validate("specs", 2, 3, under=root, error="no SHALL")
    trace.validate("design", 4, 5, under=root)
    one = only(trace, "validation_failed")
    assert (one.severity, one.where, one.span_ids) == ("error", "document_update", ids(first, second))
    assert one.evidence == "no scenario\nno SHALL"
    assert one.impact == {"failures": 2, "seconds": 2, "tokens": 0}
    trace.validate("specs", 6, 7, under=root)
    assert only(trace, "validation_failed").severity == "warning"


def test_accepted_documents_and_other_spans_named_alike_are_fine() -> None:
    trace = Trace()
    trace.validate("specs", 0, 1)
    trace.span("validates nothing", 1, 2)
    assert kinds(trace) == set()


@pytest.mark.parametrize(
    ("task", "calls", "found"),
    [
        ("Add the nightly job.", [("write_config", "written"), ("validate", "INVALID: 1 error")], True),
        ("Publish the jobs.", [("validate", "INVALID: 1 error")], True),
        (
            "Add the nightly job.",
            [("write_config", "written"), ("validate", "1 error"), ("write_config", "written"), ("validate", "ok")],
            False,
        ),
        ("Are the jobs valid?", [("validate", "INVALID: 1 error")], False),
    ],
    ids=["left so", "on the way", "mended", "only asked"],
)
def test_what_was_to_be_used_and_was_left_invalid_is_found(
    task: str, calls: list[tuple[str, str]], found: bool
) -> None:
    run = Conversation(task)
    for number, (tool, result) in enumerate(calls):
        run.asks(call(tool, result, path="jobs.yaml", number=number))
    run.says("That is what came of it.")
    assert ("validation_failed" in kinds(run)) == found

"""Documents that the validator refused; refused and then accepted ones are a warning."""

from __future__ import annotations

from tests.nodes.feedback_loop.detectors.conversations import ids, kinds, only
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

"""How good the analyzer is on the recorded runs that the repository keeps; `evaluate` tells more, and of all runs.

Instrumentations that record no content, or no tool errors, are left out where kinds are scored: what is not in a trace
nobody finds. They count where false alarms are. Nothing is demanded of the sixth, seventh and eighth set: their
scores are those of runs that nothing was made of.
"""

from __future__ import annotations

import pytest

from tests.corpus.evaluate import AUTHORS, Scores, play

TELL_LITTLE = ("nocontent", "redacted", "openai-agents.openllmetry", "autogen.native-openinference")
SCORED = tuple(letter for author, letter in AUTHORS.items() if author not in ("sixth", "seventh", "eighth"))


@pytest.fixture(scope="module")
def scores() -> tuple[Scores, Scores]:
    """Scores of instrumentations that record content, and of all."""
    telling, everything = Scores(), Scores()
    for played in play([], SCORED):
        everything.add(played)
        if not any(played.source.endswith(one) for one in TELL_LITTLE):
            telling.add(played)
    return telling, everything


def test_healthy_runs_have_no_findings_that_count(scores: tuple[Scores, Scores]) -> None:
    _, everything = scores
    assert everything.healthy > 300
    assert everything.alarms <= 0.005 * everything.healthy


def test_faults_are_found_by_their_kind(scores: tuple[Scores, Scores]) -> None:
    telling, _ = scores
    assert len(telling.kinds()) >= 19
    assert telling.summary()["macro_f1"] >= 0.93
    assert {kind: telling.f1(kind) for kind in telling.kinds() if telling.f1(kind) < 0.55} == {}


def test_culprits_are_the_right_spans(scores: tuple[Scores, Scores]) -> None:
    _, everything = scores
    assert everything.located > 300
    assert everything.hits >= 0.95 * everything.located

"""How good the analyzer is on the recorded runs that the repository keeps; `evaluate` tells more, and of all runs.

Instrumentations that record no content, or no tool errors, are left out where kinds are scored: what is not in a trace
nobody finds. They count where false alarms are. The fifth set is scored by itself: nothing was made of its runs yet, so
less of it is found. Nothing is demanded of the sixth, which stays blind.
"""

from __future__ import annotations

import pytest

from tests.corpus.evaluate import AUTHORS, Scores, play

TELL_LITTLE = ("nocontent", "redacted", "openai-agents.openllmetry", "autogen.native-openinference")
SCORED = tuple(letter for author, letter in AUTHORS.items() if author != "sixth")


@pytest.fixture(scope="module")
def scores() -> tuple[Scores, Scores, Scores]:
    """Scores of instrumentations that record content, of those on the fifth set, and of all."""
    telling, blind, everything = Scores(), Scores(), Scores()
    for played in play([], SCORED):
        everything.add(played)
        if not any(played.source.endswith(one) for one in TELL_LITTLE):
            (blind if played.label["scenario"].startswith(AUTHORS["fifth"]) else telling).add(played)
    return telling, blind, everything


def test_healthy_runs_have_no_findings_that_count(scores: tuple[Scores, Scores, Scores]) -> None:
    _, _, everything = scores
    assert everything.healthy > 300
    assert everything.alarms <= 0.005 * everything.healthy


def test_faults_are_found_by_their_kind(scores: tuple[Scores, Scores, Scores]) -> None:
    telling, _, _ = scores
    assert len(telling.kinds()) >= 19
    assert telling.summary()["macro_f1"] >= 0.93
    assert {kind: telling.f1(kind) for kind in telling.kinds() if telling.f1(kind) < 0.55} == {}


def test_faults_that_nobody_had_seen_are_mostly_found(scores: tuple[Scores, Scores, Scores]) -> None:
    _, blind, _ = scores
    assert len(blind.kinds()) >= 19
    assert blind.summary()["macro_f1"] >= 0.72


def test_culprits_are_the_right_spans(scores: tuple[Scores, Scores, Scores]) -> None:
    _, _, everything = scores
    assert everything.located > 300
    assert everything.hits >= 0.95 * everything.located

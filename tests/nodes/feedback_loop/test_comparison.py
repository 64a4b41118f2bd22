"""What changed between two sets of runs, and how sure that is."""

from __future__ import annotations

import random

from nodes.feedback_loop.comparison import Comparison, Difference, compare
from nodes.feedback_loop.profile import profile
from systems.records import Profile, Totals
from tests.nodes.feedback_loop.traces import Trace


def runs(count: int, *, seed: int, slower: float = 1.0, failing: float = 0.0, sent: int = 100) -> list[Profile]:
    """Runs of a model call and a tool call each, some seconds long."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        trace = Trace()
        length = chance.lognormvariate(1, 0.3) * slower
        root = trace.span("root", 0, length + 1)
        trace.chat(0, length, under=root, sent=sent)
        trace.tool("git_log", length, length + 1, under=root, error="boom" if chance.random() < failing else "")
        found.append(profile(trace.spans))
    return found


def difference(comparison: Comparison, metric: str, where: str = "") -> Difference:
    (found,) = (one for one in comparison.differences if (one.metric, one.where) == (metric, where))
    return found


def test_what_became_faster_is_better_and_what_stayed_is_not() -> None:
    found = compare(runs(20, seed=1, slower=3), runs(20, seed=2))
    faster = difference(found, "seconds")
    assert faster.verdict == "better"
    assert faster.high is not None and faster.high < 0 and faster.p is not None and faster.p < 0.05
    assert difference(found, "seconds", "m").verdict == "better"
    assert difference(found, "seconds", "git.git_log").verdict == "same"
    assert "seconds a run" in found.words and faster.words in found.words


def test_what_became_slower_and_fails_is_worse() -> None:
    found = compare(runs(30, seed=1), runs(30, seed=2, slower=3, failing=0.8))
    assert [difference(found, metric).verdict for metric in ("seconds", "failed_runs", "failures")] == ["worse"] * 3
    failing = difference(found, "failed_runs", "git.git_log")
    assert (failing.before, failing.verdict) == (0, "worse") and failing.low is not None and failing.low > 0.4


def test_the_same_runs_twice_show_no_difference() -> None:
    found = compare(runs(12, seed=1), runs(12, seed=1))
    assert {one.verdict for one in found.differences} <= {"unclear", "same"}
    assert difference(found, "tokens").verdict == "same"
    assert "no proof that nothing changed" in found.words


def test_chance_alone_is_seldom_called_a_change() -> None:
    alarms = 0
    for seed in range(60):
        found = compare(runs(8, seed=2 * seed, failing=0.3), runs(8, seed=2 * seed + 1, failing=0.3))
        alarms += any(one.verdict in ("better", "worse") for one in found.differences)
    assert alarms <= 7  # 5 % of 60 are 3; more than 7 has a probability of 1 %


def test_too_few_runs_have_no_interval_but_say_how_many_are_needed() -> None:
    found = compare(runs(2, seed=1), runs(9, seed=2, slower=50))
    seconds = difference(found, "seconds")
    assert (seconds.verdict, seconds.low, seconds.runs_needed) == ("too_few", None, 4)
    assert "2 more before" in seconds.words and "after" not in seconds.words
    assert seconds.words in found.words


def test_a_difference_that_may_be_chance_says_how_many_runs_would_tell() -> None:
    found = difference(compare(runs(6, seed=1, slower=1.2), runs(6, seed=2)), "seconds")
    assert found.verdict == "unclear" and found.runs_needed is not None and found.runs_needed > 6
    assert f"{found.runs_needed:,} runs on each side would tell" in found.words


def test_no_runs_at_all_are_told_so() -> None:
    found = compare([], [])
    assert {one.verdict for one in found.differences} == {"too_few"}
    assert "4 more before and 4 more after" in found.words


def test_costs_are_compared_only_where_they_are_known_in_full() -> None:
    known = [
        run.model_copy(update={"total": Totals(calls=1, cost_usd=0.1 + n / 100)})
        for n, run in enumerate(runs(6, seed=1))
    ]
    partly = [run.model_copy(update={"total": Totals(calls=2, cost_usd=0.1, unpriced=1)}) for run in known]
    assert difference(compare(known, known), "cost_usd").runs == (6, 6)
    assert difference(compare(known, partly), "cost_usd").runs == (6, 0)
    assert not [one for one in compare(partly, partly).differences if one.metric == "cost_usd"]


def test_a_comparison_is_a_record() -> None:
    found = compare(runs(5, seed=1), runs(5, seed=2))
    assert Comparison.model_validate_json(found.model_dump_json()) == found

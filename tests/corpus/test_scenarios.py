"""The corpus's scenarios are told without contradictions, and cover what they are there for."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter

import pytest

from tests.corpus import scenarios
from tests.corpus.scenario import Call, Scenario

KINDS = frozenset(
    "tool_error timeout rate_limited retry_storm output_truncated invalid_output empty_output connection_lost "
    "swallowed_error validation_failed call_loop ping_pong no_progress delegation_cycle misrouted premature_end "
    "unused_answer reasoning_loop overlong_plan ungrounded_output guardrail_bypassed stale_data memory_corrupted "
    "context_growth oversized_content slow_outlier bottleneck serial_calls redundant_call cold_start cost_spike "
    "latency_regression prompt_injection secret_exposed".split()
)
COVERED = (
    "tool_error timeout rate_limited retry_storm output_truncated invalid_output empty_output swallowed_error "
    "call_loop ping_pong no_progress misrouted premature_end unused_answer context_growth oversized_content "
    "slow_outlier serial_calls redundant_call prompt_injection secret_exposed".split()
)
WAITING = {"timeout", "slow_outlier", "serial_calls"}


def _modules() -> dict[str, tuple[Scenario, ...]]:
    names = [module.name for module in pkgutil.iter_modules(scenarios.__path__)]
    loaded = {name: importlib.import_module(f"{scenarios.__name__}.{name}") for name in names}
    return {name: getattr(module, "SCENARIOS", ()) for name, module in loaded.items()}


MODULES = _modules()
EVERY = [scenario for told in MODULES.values() for scenario in told]
HERE = [scenario for scenario in EVERY if scenario.name.startswith("a-")]


def _calls(scenario: Scenario) -> list[Call]:
    return [call for turn in scenario.turns for call in turn.calls]


def _seconds(scenario: Scenario) -> float:
    """What all waits of the scenario sum up to, one after another."""
    called: Counter[str] = Counter()
    does = {tool.name: tool.does for tool in scenario.tools}
    total = sum(turn.seconds for turn in scenario.turns)
    for call in _calls(scenario):
        total += does[call.tool][min(called[call.tool], len(does[call.tool]) - 1)].seconds
        called[call.tool] += 1
    return total


def _fits(call: Call, scenario: Scenario) -> bool:
    """Whether the arguments are those that the tool takes, of the right types."""
    takes = next(tool.parameters for tool in scenario.tools if tool.name == call.tool)
    types = {"string": str, "integer": int}
    return call.raw is None and {name: types[kind] for name, kind in takes.items()} == {
        name: type(value) for name, value in call.arguments.items()
    }


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(scenario.name for scenario in EVERY).items() if count > 1] == []


@pytest.mark.parametrize("module", MODULES)
def test_a_scenario_has_no_contradictions(module: str) -> None:
    for scenario in MODULES[module]:
        known = {tool.name for tool in scenario.tools}
        assert {call.tool for call in _calls(scenario)} <= known, scenario.name
        assert len(known) == len(scenario.tools), scenario.name
        assert all(tool.does for tool in scenario.tools), scenario.name
        assert {*scenario.kinds, *scenario.allowed, *filter(None, [scenario.like])} <= KINDS, scenario.name
        assert not set(scenario.kinds) & set(scenario.allowed), scenario.name
        if "invalid_output" not in {*scenario.kinds, *scenario.allowed}:
            assert [call for call in _calls(scenario) if not _fits(call, scenario)] == [], scenario.name


@pytest.mark.parametrize("module", MODULES)
def test_a_scenarios_culprits_are_in_it(module: str) -> None:
    for scenario in MODULES[module]:
        made = Counter(call.tool for call in _calls(scenario))
        assert bool(scenario.kinds) == bool(scenario.culprits), scenario.name
        for culprit in scenario.culprits:
            assert culprit.number < (made[culprit.tool] if culprit.tool else len(scenario.turns)), scenario.name


def test_a_scenario_waits_only_where_waiting_is_its_matter() -> None:
    for scenario in HERE:
        allowed = 4.0 if WAITING & {*scenario.kinds, scenario.like} else 0.3
        assert _seconds(scenario) <= allowed, scenario.name


@pytest.mark.parametrize("kind", COVERED)
def test_each_kind_has_faulty_runs_and_look_alikes(kind: str) -> None:
    assert sum(kind in scenario.kinds for scenario in HERE) >= 3
    assert sum(scenario.like == kind for scenario in HERE) >= 2


def test_there_are_plainly_healthy_runs_of_many_lengths() -> None:
    lengths = {len(_calls(scenario)) for scenario in HERE if not scenario.kinds and not scenario.like}
    assert sum(not scenario.kinds and not scenario.like for scenario in HERE) >= 8
    assert min(lengths) == 0
    assert max(lengths) >= 15

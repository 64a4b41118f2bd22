"""Pins: what a person sets holds over any policy; what cannot hold is named with its file, knob and bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.errors import UsageError
from systems.pins import SECTIONS, Pins, allowed, load_pins, pinned
from systems.policy import BASELINE, DEFAULT, SMALL_MODEL, Policy
from systems.settings import FILE, Settings, load_settings

TOML = """
max_loops = 3
[policy.draft]
temperature = 0
guidance = ["Name every file"]
shape = "least"
[policy.servers.limits.git]
call_seconds = 60
[policy.questions]
routes = { "Who?" = "git.git_log" }
"""


def loaded(project: Path, toml: str) -> Pins:
    (project / FILE).write_text(toml)
    return load_pins(project)


def test_without_a_table_nothing_is_pinned(tmp_path: Path) -> None:
    assert load_pins(tmp_path) == Pins() == loaded(tmp_path, "max_loops = 3\n[policy]\n")
    assert pinned(SMALL_MODEL, Pins()) is SMALL_MODEL


def test_pins_stand_in_the_file_beside_the_settings(tmp_path: Path) -> None:
    pins = loaded(tmp_path, TOML)
    assert load_settings(tmp_path, {}, {}) == Settings(max_loops=3)
    assert pins.holds("draft", "temperature") and pins.holds("servers", "limits")
    assert not pins.holds("draft", "seed") and not pins.holds("answers", "temperature")


def test_a_pinned_value_holds_over_every_policy(tmp_path: Path) -> None:
    pins = loaded(tmp_path, TOML)
    for policy in (BASELINE, DEFAULT, SMALL_MODEL):
        held = pinned(policy, pins)
        assert held.parent == policy.hash and held.hash != policy.hash
        assert (held.draft.temperature, held.draft.shape, held.draft.guidance) == (0, "least", ("Name every file",))
        assert held.servers.limits["git"].call_seconds == 60 and held.questions.routes == {"Who?": "git.git_log"}
        assert held.draft.items == policy.draft.items and held.questions.lines == policy.questions.lines


def test_pins_that_change_nothing_leave_the_policy_its_id() -> None:
    pins = Pins(values={"draft": {"repairs": DEFAULT.draft.repairs, "guidance": []}})
    assert pinned(DEFAULT, pins) is DEFAULT and pinned(BASELINE, pins) is not BASELINE


@pytest.mark.parametrize(
    ("toml", "named", "told"),
    [
        ("[policy.drafts]\nseed = 1", "policy.drafts is no section", "draft, questions"),
        ("[policy.draft]\ncolour = 1", "policy.draft.colour is no knob", "temperature"),
        ("[policy.draft]\ntemperature = 3", "policy.draft.temperature: ", "a number, at least 0, at most 2"),
        ("[policy.draft]\ntemperature = nan", "policy.draft.temperature: ", "at most 2"),
        ("[policy.draft]\nseconds = inf", "policy.draft.seconds: ", "at most 3,600"),
        ('[policy.draft]\nrepairs = "2"', "policy.draft.repairs: ", "a whole number, at least 0, at most 2"),
        ("[policy.draft]\nrepairs = true", "policy.draft.repairs: ", "a whole number"),
        ("[policy.draft]\nexample = 1", "policy.draft.example: ", "true or false"),
        ("[policy.draft]\nmodel = 2026-01-01\nseed = -1", "policy.draft.", "at most"),
        ('[policy.draft]\nshape = "round"', "policy.draft.shape: ", "one of full, least"),
        ('[policy.draft]\nguidance = "brief"', "policy.draft.guidance: ", "a list, of at most 20"),
        ("[policy.servers.limits.git]\nretries = 9", "policy.servers.limits.git.retries: ", "a table"),
        ("[policy.servers.limits.git]\npatience = 9", "policy.servers.limits.git.patience: ", "a table"),
        ("[policy]\nparent = 'x'", "policy.parent is no section", "draft"),
        ("[policy]\ndraft = 1", "policy.draft is not a table", "[policy.draft]"),
        ("policy = 1", "policy is not a table", "[policy.draft]"),
        ("[policy.draft", "line 1", "Mend"),
    ],
)
def test_a_mistake_is_named_with_its_file_knob_and_bounds(toml: str, named: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        loaded(tmp_path, toml)
    assert FILE in raised.value.message and named in raised.value.message and told in raised.value.mend


@pytest.mark.parametrize("section", SECTIONS)
def test_the_bounds_of_every_knob_can_be_said(section: str) -> None:
    for field in SECTIONS[section].model_fields.values():
        words = allowed(field)
        numbers = field.annotation in (int, float)
        assert words and ("at least" in words and "at most" in words) is numbers, words


@given(st.dictionaries(st.sampled_from([*SECTIONS, "other"]), st.dictionaries(st.text(max_size=9), st.integers())))
def test_any_table_is_taken_or_refused_in_words(tmp_path_factory: pytest.TempPathFactory, values: Any) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    lines = [
        f"[policy.{name}]\n" + "".join(f"{_key(key)} = {n}\n" for key, n in of.items()) for name, of in values.items()
    ]
    (folder / FILE).write_text("\n".join(lines), encoding="utf-8")
    try:
        assert isinstance(pinned(DEFAULT, load_pins(folder)), Policy)
    except UsageError as error:
        assert error.mend


def _key(text: str) -> str:
    return '"' + "".join(f"\\u{ord(each):04x}" if ord(each) < 0x10000 else "x" for each in text) + '"'

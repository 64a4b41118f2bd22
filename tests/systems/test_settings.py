"""Settings: what is passed wins over the environment, the environment over the file; mistakes are named."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from systems.errors import UsageError
from systems.prices import NO_PRICES, Price
from systems.settings import FILE, Settings, api_key, load_prices, load_settings


def loaded(project: Path, toml: str = "", environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    (project / FILE).write_text(toml)
    return load_settings(project, given, environment or {})


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}, {}) == Settings()


def test_passed_wins_over_environment_wins_over_file(tmp_path: Path) -> None:
    toml = 'model = "file"\napprove = "ask"\nmax_loops = 3\n'
    environment = {"SPECLOOP_MODEL": "environment", "SPECLOOP_MAX_LOOPS": "4", "SPECLOOP_APPROVE": ""}
    settings = loaded(tmp_path, toml, environment, max_loops=5, model=None)
    assert (settings.model, settings.approve, settings.max_loops) == ("environment", "ask", 5)
    assert settings.model_fields_set == {"model", "approve", "max_loops"}


@pytest.mark.parametrize(
    ("toml", "environment", "given", "named"),
    [
        ("max_loops = 0", {}, {}, "specloop.toml: max_loops"),
        ("colour = 1", {}, {}, "specloop.toml: colour"),
        ("", {"SPECLOOP_MAX_TOKENS": "many"}, {}, "SPECLOOP_MAX_TOKENS: max_tokens"),
        ("", {}, {"max_seconds": -1}, "--max-seconds: max_seconds"),
        ('max_loops = 3\nmodel = "', {}, {}, "line 2"),
        ("[model]\nname = 1", {}, {}, "specloop.toml: model"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    toml: str, environment: dict[str, str], given: dict[str, Any], named: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as raised:
        loaded(tmp_path, toml, environment, **given)
    assert named in raised.value.message and raised.value.mend


def test_a_file_that_is_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(UsageError, match=FILE):
        load_settings(tmp_path, {}, {})


def test_the_key_comes_from_the_environment_only_and_is_not_shown() -> None:
    key = api_key({"SPECLOOP_API_KEY": "s3cret"})
    assert key is not None and key.get_secret_value() == "s3cret" and "s3cret" not in repr(key)
    assert api_key({}) is None and api_key({"SPECLOOP_API_KEY": ""}) is None


def test_prices_stand_in_the_file_beside_the_settings(tmp_path: Path) -> None:
    assert load_prices(tmp_path) == NO_PRICES
    toml = 'max_loops = 3\n[prices]\n"gpt-4o" = { input = 2.5, output = 10 }\n[prices.tiny]\ninput = 0\n'
    assert loaded(tmp_path, toml).max_loops == 3
    assert load_prices(tmp_path).models == {"gpt-4o": Price(input=2.5, output=10), "tiny": Price(input=0)}


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ('prices = "much"', "prices"),
        ("[prices]\nm = 3", "prices.m"),
        ("[prices.m]\ninput = -1", "prices.m.input"),
        ("[prices.m]\noutput = 1", "prices.m.input"),
        ("[prices.m]\ninput = nan", "prices.m.input"),
        ("[prices", "line 1"),
    ],
)
def test_a_mistaken_price_is_named_with_its_place(toml: str, named: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(toml)
    with pytest.raises(UsageError) as raised:
        load_prices(tmp_path)
    assert named in raised.value.message and raised.value.mend

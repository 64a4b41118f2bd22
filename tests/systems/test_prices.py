"""Prices: of a model by its name, by its name without a date or a provider, or none."""

from __future__ import annotations

import pytest
from pytest import approx

from systems.prices import NO_PRICES, Price, Prices

PRICES = Prices(models={"gpt-4o": Price(input=2.5, output=10, cached=1.25), "local/tiny": Price(input=0)})


@pytest.mark.parametrize(
    ("model", "listed"),
    [
        ("gpt-4o", True),
        ("gpt-4o-2024-08-06", True),
        ("gpt-4o-20240806", True),
        ("openai/gpt-4o-latest", True),
        ("gpt-4o-mini", False),
        ("gpt-4", False),
        ("", False),
    ],
)
def test_a_model_is_found_by_its_name_without_date_and_provider(model: str, listed: bool) -> None:
    assert PRICES.of(model) == (PRICES.models["gpt-4o"] if listed else None)


def test_tokens_from_a_cache_have_their_own_price() -> None:
    assert Price(input=2, output=10, cached=1).cost(1_000_000, 500_000, 250_000) == approx(1.5 + 0.25 + 5)
    assert Price(input=2).cost(1_000_000, 500_000, 250_000) == approx(2)
    assert Price(input=2, cached=0).cost(10, 0, 99) == 0


def test_nothing_has_a_price_that_nobody_gave() -> None:
    assert NO_PRICES.of("gpt-4o") is None

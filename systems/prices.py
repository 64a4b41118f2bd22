"""What models cost per token, as the person says: there is no table of prices in here to go out of date.

# <project>/specloop.toml
[prices]
"gpt-4o" = { input = 2.5, output = 10, cached = 1.25 }   # US dollars per million tokens

`systems.settings.load_prices` reads them.
"""

from __future__ import annotations

import re

from pydantic import Field

from systems.records import Record

PER = 1_000_000
_DATED = re.compile(r"[-@:](?:\d{4}-?\d\d-?\d\d|latest)$")


class Price(Record):
    """What one model costs, in US dollars per million tokens."""

    input: float = Field(ge=0, allow_inf_nan=False, description="Tokens sent")
    output: float = Field(0.0, ge=0, allow_inf_nan=False, description="Tokens received, those spent on reasoning too")
    cached: float | None = Field(
        None, ge=0, allow_inf_nan=False, description="Tokens sent that came from a cache; None: as much as the others"
    )

    def cost(self, sent: int, received: int, cached: int) -> float:
        """US dollars for tokens sent (those read from a cache among them) and received."""
        cached = min(cached, sent)
        from_cache = self.input if self.cached is None else self.cached
        return ((sent - cached) * self.input + cached * from_cache + received * self.output) / PER


class Prices(Record):
    """Prices by model."""

    models: dict[str, Price] = Field(default_factory=dict, description="Model -> price")

    def of(self, model: str) -> Price | None:
        """The price of a model, None where there is none.

        A model that is not listed costs what its name without a date at its end or a provider before it does:
        `openai/gpt-4o-2024-08-06` is `gpt-4o`.
        """
        if not self.models:
            return None
        undated = _DATED.sub("", model)
        names = (model, undated, model.rpartition("/")[2], undated.rpartition("/")[2])
        return next((self.models[name] for name in names if name in self.models), None)


NO_PRICES = Prices()

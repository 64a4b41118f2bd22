"""What the model calls of a run take, added up in its row as they end."""

from __future__ import annotations

import logging
from collections import deque

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from systems import names
from systems.errors import Away, SpecloopError
from systems.prices import Prices
from systems.runs import Runs

MOST_OWED = 10_000
_log = logging.getLogger(__name__)


class Spending(SpanProcessor):
    """Tells the runs of a project what each of their model calls took."""

    def __init__(self, runs: Runs, prices: Prices) -> None:
        self._runs = runs
        self._prices = prices
        self._owed: deque[tuple[str, int, int, float | None]] = deque(maxlen=MOST_OWED)  # while the store is away

    def on_end(self, span: ReadableSpan) -> None:
        """Count a model call; never raises."""
        said = span.attributes or {}
        sent, received, cached = (
            _number(said.get(name)) for name in (names.INPUT_TOKENS, names.OUTPUT_TOKENS, names.CACHED_TOKENS)
        )
        run = said.get(names.RUN)
        if said.get(names.OPERATION) != names.CHAT or run is None or not (sent or received):
            return
        price = self._prices.of(str(said.get(names.RESPONSE_MODEL) or said.get(names.REQUEST_MODEL) or ""))
        cost = price.cost(sent, received, cached) if price else None
        self._owed.append((str(run), sent, received, cost))
        self._settle()

    def shutdown(self) -> None:
        """Count what could not be counted before."""
        self._settle()

    def _settle(self) -> None:
        while self._owed:
            run, sent, received, cost = self._owed.popleft()
            try:
                self._runs.spend(run, sent=sent, received=received, cost=cost)
            except Away:
                self._owed.appendleft((run, sent, received, cost))
                return
            except SpecloopError as error:
                _log.warning("What run %s spends cannot be counted: %s", run, error)


def _number(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0

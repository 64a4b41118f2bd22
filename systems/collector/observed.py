"""What a collector says about itself and its project: whether it lives, whether it takes spans, and numbers.

Numbers are in Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). Those of
runs, trials and model servers are read from the store when they are asked for, so that every collector of a project
says the same; those of spans and requests are this process's own.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from systems.collector.exchange import LIVE, METRICS, Reply
from systems.errors import SpecloopError
from systems.ledger import Ledger
from systems.runs import Runs
from systems.stores import Place, Schema

SPANS = ("stored", "repeated", "rejected")
_log = logging.getLogger(__name__)
_JSON = (("Content-Type", "application/json"),)


class Observed:
    """Answers those who look after a collector."""

    def __init__(self, place: Place, counts: Callable[[], Mapping[str, int]], behind: Callable[[], float]) -> None:
        """Nothing is read yet.

        Args:
            place: where the stores of the project are.
            counts: what this collector has done so far, as `Counts` names it.
            behind: seconds that commits lag.
        """
        self._registry = CollectorRegistry()
        self._registry.register(_Numbers(place, counts, behind))
        self._place, self._behind = place, behind

    def answer(self, path: str, most_behind: float) -> Reply:
        """The answer to a GET; it may wait for the store.

        Args:
            path: one of `exchange.PATHS`.
            most_behind: seconds that commits may lag while spans are taken.
        """
        if path == METRICS:
            return Reply(200, generate_latest(self._registry), (("Content-Type", CONTENT_TYPE_PLAIN_0_0_4),))
        if path == LIVE:
            return _said(200, "alive")
        try:
            with closing(Runs(self._place)) as runs:
                runs.totals()
        except SpecloopError as error:
            return _said(503, "the store does not answer", error.message)
        if self._behind() > most_behind:
            return _said(503, "the store cannot keep up", f"Commits lag by {self._behind():.1f} s.")
        return _said(200, "ready")


class _Numbers(Collector):
    """The numbers, as they are now."""

    def __init__(self, place: Place, counts: Callable[[], Mapping[str, int]], behind: Callable[[], float]) -> None:
        self._place, self._counts, self._behind = place, counts, behind

    def collect(self) -> Iterator[Metric]:
        """All of them; without those of the store where it does not answer."""
        counts = self._counts()
        yield _counter("spans", "Spans that came, by what became of them.", "outcome", {k: counts[k] for k in SPANS})
        requests = {"taken": counts["requests"], "refused": counts["refused"], "turned_away": counts["turned_away"]}
        yield _counter("requests", "Exports that came, by what became of them.", "outcome", requests)
        yield GaugeMetricFamily("specloop_commits_behind_seconds", "How long spans have waited.", self._behind())
        try:
            stored = [*_runs(self._place), *_learned(self._place), *_database(self._place)]
        except SpecloopError as error:
            _log.warning("The store does not answer: %s", error.message)
            stored = []
        yield GaugeMetricFamily("specloop_store_up", "Whether the store answers.", float(bool(stored)))
        yield from stored

    def describe(self) -> list[Metric]:
        """Nothing: the registry need not read the store to know the names."""
        return []


def _runs(place: Place) -> Iterator[Metric]:
    with closing(Runs(place)) as runs:
        totals = runs.totals()
    now = GaugeMetricFamily("specloop_runs", "Runs of the project, by how they stand.", labels=["status"])
    for status, total in totals.items():
        now.add_metric([status], total.runs)
    yield now
    seconds, cost = (sum(getattr(total, name) for total in totals.values()) for name in ("seconds", "cost"))
    yield CounterMetricFamily("specloop_run_seconds", "Working seconds of all runs that were put down.", seconds)
    yield CounterMetricFamily("specloop_cost_dollars", "US dollars, where prices are known.", cost)
    tokens = {
        "input": sum(total.input_tokens for total in totals.values()),
        "output": sum(total.output_tokens for total in totals.values()),
    }
    yield _counter("tokens", "Model tokens of all runs.", "direction", tokens)


def _learned(place: Place) -> Iterator[Metric]:
    with closing(Ledger(place)) as ledger:
        kinds = ledger.counts()
    yield CounterMetricFamily("specloop_trials", "Trials of what could be better.", kinds["trial"])
    yield CounterMetricFamily("specloop_adoptions", "Policies that were taken over.", kinds["adopted"])
    yield CounterMetricFamily("specloop_rollbacks", "Policies that were rolled back.", kinds["rolled_back"])


def _database(place: Place) -> Iterator[Metric]:
    """Who waits at model servers that workers share, and the connections of this process."""
    if not isinstance(place, Schema):
        return
    from systems.stores.line import queues
    from systems.stores.postgres import pool_sizes

    asked = GaugeMetricFamily("specloop_model_requests", "Requests at model servers.", labels=["server", "state"])
    for queue in queues(place.url):
        asked.add_metric([queue.server, "asked"], queue.asked)
        asked.add_metric([queue.server, "waiting"], queue.waiting)
    yield asked
    pool = GaugeMetricFamily("specloop_store_connections", "Connections to the database, here.", labels=["state"])
    for state, size in pool_sizes(place.url).items():
        pool.add_metric([state], size)
    yield pool


def _counter(name: str, text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"specloop_{name}", text, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _said(status: int, words: str, detail: str = "") -> Reply:
    return Reply(status, json.dumps({"status": words} | ({"detail": detail} if detail else {})).encode(), _JSON)

"""What 100 workers and a million runs a day would need, computed from what a run was measured to cost.

Nothing here was run at that size. Runs are taken as evenly spread over the day: a peak multiplies everything. What is
assumed instead of measured stands in `Assumed`; a scripted model's answers are about as long as their forms ask for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from systems.supervision.postgres import MOST_CONNECTIONS
from systems.supervision.workers import TUNED

RUNS_A_DAY, WORKERS = 1_000_000, 100
DAY_SECONDS = 86_400


class Assumed(NamedTuple):
    """What was not measured here; prices are those of small hosted models, a model server is one GPU that batches."""

    answer_seconds: float = 10
    dollars_for_a_million_tokens_of_prompts: float = 0.15
    dollars_for_a_million_tokens_of_answers: float = 0.60
    tokens_a_second_of_a_model_server: float = 2_500
    cores_of_the_database: float = 16
    gigabytes_of_its_disk: float = 2_000
    days_kept: float = 30


ASSUMED = Assumed()


class Need(NamedTuple):
    """Something that is needed.

    Attributes:
        what: it is, with its unit.
        need: how much of it.
        have: how much there is, of 100 workers set up as `specloop up` does; 0: as much as is paid for.
    """

    what: str
    need: float
    have: float = 0


def computed(measured: Mapping[str, Any], assumed: Assumed = ASSUMED) -> dict[str, Any]:
    """The needs, and the three that are short first.

    Args:
        measured: what `workers.measured` found.
        assumed: the rest.
    """
    workers, told = max(measured["by_workers"].items(), key=lambda each: int(each[0]))
    needs = _needs(told, told["connections"] / int(workers), measured["answer_seconds"], assumed)
    short = sorted((each for each in needs if each.have), key=lambda each: -each.need / each.have)[:3]
    return {
        "runs_a_day": RUNS_A_DAY,
        "workers": WORKERS,
        "assumed": assumed._asdict(),
        "needs": {each.what: {"need": _round(each.need), "have": _round(each.have) or None} for each in needs},
        "short_first": [f"{each.what}: {each.need / each.have:.1f} times what is there" for each in short],
    }


def table(told: Mapping[str, Any]) -> str:
    """The needs as text."""
    rows = [(what, each["need"], each["have"]) for what, each in told["needs"].items()]
    lines = [f"{what:<48}{need:>14,}{'' if have is None else f'{have:>14,}'}" for what, need, have in rows]
    heading = f"{told['runs_a_day']:,} runs a day, {told['workers']} workers"
    return "\n".join([f"{heading:<48}{'need':>14}{'have':>14}", *lines, "Short first:", *told["short_first"]])


def _needs(told: Mapping[str, Any], connections: float, answer_seconds: float, assumed: Assumed) -> list[Need]:
    cost, rate = told["a_run"], RUNS_A_DAY / DAY_SECONDS
    processor, requests = cost["processor_seconds"], cost["model_requests"]
    run_seconds = max(0.0, told["run_seconds"] - requests * answer_seconds) + requests * assumed.answer_seconds
    sent, written = rate * cost["prompt_tokens"], rate * cost["answer_tokens"]
    dollars = (
        sent * assumed.dollars_for_a_million_tokens_of_prompts
        + written * assumed.dollars_for_a_million_tokens_of_answers
    )
    stored = {kind: size * RUNS_A_DAY / 1e9 for kind, size in cost["bytes"].items()}
    slots = WORKERS * TUNED["WORKER_COUNT"] * TUNED["N_JOBS_PER_WORKER"]
    return [
        Need("runs at once", rate * run_seconds, slots),
        Need("connections to PostgreSQL", connections * WORKERS, MOST_CONNECTIONS),
        Need("cores of PostgreSQL", rate * processor["PostgreSQL"], assumed.cores_of_the_database),
        Need("transactions a second", rate * cost["transactions"]),
        Need("cores of Redis, which uses one", rate * processor["Redis"], 1),
        Need("cores of workers, which use one each", rate * processor["workers"], WORKERS),
        Need("cores of what workers start", rate * processor["their programs"]),
        *(Need(f"GB a day of {kind}", size) for kind, size in stored.items()),
        Need("GB on disk", sum(stored.values()) * assumed.days_kept, assumed.gigabytes_of_its_disk),
        Need("tokens a second of prompts", sent),
        Need("tokens a second of answers", written, assumed.tokens_a_second_of_a_model_server),
        Need("dollars a day for the model", dollars / 1e6 * DAY_SECONDS),
    ]


def _round(number: float) -> float:
    return round(number) if number >= 100 else round(number, 2)

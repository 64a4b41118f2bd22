"""A family: a run that a person gave the goal of, the runs of its follow-ups, those of theirs, and who is next.

All of it is read from the stores, so a family that was killed goes on where it stopped. Whoever works a family holds
it (`Runs.followed`). A follow-up has the name of what it is about, a finding's kind and culprit: one for something
that a run of the family was about already is not new. Budgets hold for the family together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from systems.records import Followed, FollowUp, RunSummary
from systems.settings import Settings

UNENDED = ("running", "interrupted", "failed", "waiting")


def tree(runs: Sequence[RunSummary]) -> Iterator[tuple[int, RunSummary]]:
    """Runs in the order given, newest first, each with the runs of its follow-ups after it, oldest first.

    Yields:
        How many generations a run is away from the one without a parent here, and the run.
    """
    known = {run.run_id for run in runs}
    children: dict[str | None, list[RunSummary]] = {}
    for run in runs:
        children.setdefault(run.parent if run.parent in known else None, []).append(run)

    def below(run: RunSummary, depth: int) -> Iterator[tuple[int, RunSummary]]:
        yield depth, run
        for child in reversed(children.get(run.run_id, [])):
            yield from below(child, depth + 1)

    for run in children.get(None, []):
        yield from below(run, 0)


def family_of(run_id: str, runs: Sequence[RunSummary]) -> tuple[RunSummary, ...]:
    """The family that a run belongs to, the one without a parent first, then oldest first."""
    by_id = {run.run_id: run for run in runs}
    first = by_id[run_id]
    while first.parent in by_id:
        first = by_id[str(first.parent)]
    members = {run.run_id for _, run in tree_below(first.run_id, runs)}
    return (first, *(run for run in reversed(runs) if run.run_id in members - {first.run_id}))


def tree_below(run_id: str, runs: Sequence[RunSummary]) -> tuple[tuple[int, RunSummary], ...]:
    """One run and what came after it, as `tree` has it."""
    found: list[tuple[int, RunSummary]] = []
    for depth, run in tree(runs):
        if found and depth <= found[0][0]:
            break
        if found or run.run_id == run_id:
            found.append((depth, run))
    return tuple((depth - found[0][0], run) for depth, run in found)


def share(run_id: str, family: Sequence[RunSummary], settings: Settings) -> Settings:
    """The settings with what the others of a family leave of its budgets; never less than the least there can be."""
    others = [run for run in family if run.run_id != run_id]
    if not others:
        return settings
    loops, seconds, tokens = _spent(others)
    return settings.model_copy(
        update={
            "max_loops": max(1, settings.max_loops - loops),
            "max_seconds": max(0.001, settings.max_seconds - seconds),
            "max_tokens": max(1, settings.max_tokens - tokens),
        }
    )


@dataclass(frozen=True)
class Begin:
    """A follow-up to be run.

    Attributes:
        follow_up: what it is about.
        parent: id of the run that opened it.
        number: how many have been run, with it.
    """

    follow_up: FollowUp
    parent: str
    number: int


def next_turn(
    family: Sequence[RunSummary],
    opened: Mapping[str, Sequence[FollowUp]],
    there: Sequence[str],
    settings: Settings,
) -> RunSummary | Begin | Followed:
    """A run of the family to go on with, a follow-up to begin, or why there are no more.

    Args:
        family: as `family_of` has it.
        opened: the follow-ups that each run of it opened, by its id.
        there: changes that are there to be worked.
        settings: what holds for the family.
    """
    unended = [run for run in family[1:] if run.status in UNENDED and (run.change in there or run.status != "failed")]
    if unended:
        return unended[0]
    new = list(_new(family, opened))
    near = [(begun, depth) for begun, depth in new if begun.follow_up.change in there]
    ready = [begun for begun, depth in near if depth <= settings.follow_up_depth]
    bound = _bound(family, settings) if ready else ""
    if ready and not bound:
        return ready[0]
    left = tuple(begun.follow_up.change for begun, _ in near)
    many = len(family) - 1
    after = f"after {many} follow-up{'' if many == 1 else 's'}"
    deep = f"; {len(left)} would be deeper than {settings.follow_up_depth} generations" if left and not ready else ""
    words = f"{bound} {after}; {len(left)} left" if bound else f"nothing new {after}{deep}"
    return Followed(run_id=family[0].run_id, runs=tuple(family[1:]), left=left, ended=words)


def _new(family: Sequence[RunSummary], opened: Mapping[str, Sequence[FollowUp]]) -> Iterator[tuple[Begin, int]]:
    """The follow-ups that no run of the family was about, with their generation; the first generation first."""
    about = {run.change for run in family}
    for depth, run in sorted(tree_below(family[0].run_id, family[::-1]), key=lambda each: each[0]):
        for follow_up in opened.get(run.run_id, ()):
            if follow_up.change not in about:
                about.add(follow_up.change)
                yield Begin(follow_up, run.run_id, len(family)), depth + 1


def _bound(family: Sequence[RunSummary], settings: Settings) -> str:
    """The bound that the family has reached, in words; empty where there is room for one run more."""
    if len(family) - 1 >= settings.follow_ups:
        return "as many as were asked for,"
    loops, seconds, tokens = _spent(family)
    used = (
        ("loops", loops, settings.max_loops),
        ("seconds", seconds, settings.max_seconds),
        ("tokens", tokens, settings.max_tokens),
    )
    over = next((f"{limit:g} {name}" for name, spent, limit in used if spent >= limit), "")
    return over and f"the budget of {over} for all together is used up"


def _spent(runs: Sequence[RunSummary]) -> tuple[int, float, int]:
    return (
        sum(run.loops for run in runs),
        sum(run.seconds for run in runs),
        sum(run.tokens.input + run.tokens.output for run in runs),
    )

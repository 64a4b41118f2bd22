"""What plays of the policy's own questions say about asking them: how many at once, in which order, or not at all."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter

from nodes.feedback_loop.proposals import question_edits as edits
from nodes.feedback_loop.proposals.observed import Observed, Play, question
from nodes.feedback_loop.proposals.proposing import Idea
from systems.policy import Policy


def never_answered(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Questions that stayed open every time are asked no more; the seconds they took are saved."""
    alike: dict[str, list[str]] = {}
    for template in by_template(seen, policy):
        alike.setdefault(_form(template).pattern, []).append(template)
    for plays, templates in ((by_template(seen, policy)[one[0]], one) for one in alike.values()):
        if all(play.reason == "open" for play in plays):
            basis = seen.saving(plays, "seconds", lambda play: play.played.seconds)
            why = f"it was never answered: {' '.join(templates)}"
            yield Idea(edits.skipped(policy, *templates), why, basis, "seconds")


def at_once(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """More questions of a step at once, by what the longest row of them took."""
    parallel = policy.questions.parallel
    yield from _faster(seen, policy, 2 * parallel, "questions of a step wait for each other", longest_first=False)


def longest_first(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Long questions before short ones, so that none is begun last and waited for.

    Graham: "Bounds on multiprocessing timing anomalies", SIAM Journal on Applied Mathematics 17, 1969.
    """
    parallel = policy.questions.parallel
    yield from _faster(seen, policy, parallel, "long questions are begun last", longest_first=True)


def _faster(seen: Observed, policy: Policy, parallel: int, why: str, *, longest_first: bool) -> Iterator[Idea]:
    asked = by_template(seen, policy)
    took = {text: sum(one.played.seconds for one in plays) / len(plays) for text, plays in asked.items()}
    order: dict[str, list[str]] = {}
    saved = 0.0
    for artifact, templates in policy.questions.always.items():
        known = [text for text in templates if text in took and text not in policy.questions.skip]
        later = sorted(known, key=lambda text: -took[text]) if longest_first else known
        saved += makespan([took[text] for text in known], policy.questions.parallel)
        saved -= makespan([took[text] for text in later], parallel)
        order[artifact] = [*later, *(text for text in templates if text not in later)]
    plays = tuple(play for group in asked.values() for play in group)
    basis = seen.saving(plays, "seconds", lambda _: 0.0)._replace(predicted=saved / max(1, seen.cases))
    edit = {"questions": {"always": order}} if longest_first else edits.side_by_side(policy)
    yield Idea(edit, why, basis, "seconds")


def by_template(seen: Observed, policy: Policy) -> Mapping[str, list[Play]]:
    """Plays of answers by the question of the policy that they are."""
    found: dict[str, list[Play]] = {}
    for template in sorted({text for texts in policy.questions.always.values() for text in texts}):
        form = _form(template)
        plays = [play for play in seen.plays if play.case.kind == "answer" and form.fullmatch(question(play))]
        if plays:
            found[template] = plays
    return found


def makespan(seconds: Sequence[float], parallel: int) -> float:
    """How long calls take that are begun in their order, so many at once."""
    free = [0.0] * max(1, parallel)
    for one in seconds:
        heapq.heapreplace(free, free[0] + one)
    return max(free)


def _form(template: str) -> re.Pattern[str]:
    return re.compile(
        "".join(re.escape(text) + (".+" if name else "") for text, name, _, _ in Formatter().parse(template))
    )

"""What plays of the policy's own questions say about asking them: how many at once, in which order, or not at all."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter

from nodes.feedback_loop.proposals import question_edits as edits
from nodes.feedback_loop.proposals.observed import Observed, Play, question
from nodes.feedback_loop.proposals.proposing import Basis, Idea
from systems.hashed import Hash
from systems.policy import Policy
from systems.trials import Stepped

OFTEN = 4
"""Steps in which the answers to a question were of no use before it is thought of no more asking it."""


def never_answered(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Questions that stayed open every time are asked no more; the seconds they took are saved."""
    asked = by_template(seen, policy)
    for templates in _alike(policy).values():
        plays = asked.get(templates[0], [])
        if plays and all(play.reason == "open" for play in plays):
            basis = seen.saving(plays, "seconds", lambda play: play.played.seconds)
            why = f"it was never answered: {' '.join(templates)}"
            yield Idea(edits.skipped(policy, *templates), why, basis, "seconds")


def never_used(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Questions of whose answers no step took anything up are asked no more; the tokens these took are saved."""
    steps = {play.case.key: play.case.check.answers for play in seen.plays if play.case.kind == "step"}
    for pattern, templates in _alike(policy).items():
        form = re.compile(pattern)
        told = [(key, one) for key, answers in steps.items() for one in answers if form.fullmatch(one.question)]
        if len({key for key, _ in told}) >= OFTEN and not any(one.used for _, one in told):
            saved: dict[Hash, float] = {}
            for key, one in told:
                saved[key] = saved.get(key, 0.0) + one.tokens / seen.cases
            why = f"in {len(saved)} steps nothing of its answers was taken up: {' '.join(templates)}"
            yield Idea(edits.skipped(policy, *templates), why, Basis(sum(saved.values()), saved), "tokens")


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
    saved, steps = 0.0, _steps(seen, policy)
    for artifact, templates in policy.questions.always.items():
        known = [text for text in templates if text in took and text not in policy.questions.skip]
        later = sorted(known, key=lambda text: -took[text]) if longest_first else known
        gain = makespan([took[text] for text in known], policy.questions.parallel)
        gain -= makespan([took[text] for text in later], parallel)
        saved += gain * (steps[artifact] if steps else 1)
        order[artifact] = [*later, *(text for text in templates if text not in later)]
    plays = tuple(play for group in asked.values() for play in group)
    basis = seen.saving(plays, "seconds", lambda _: 0.0)._replace(predicted=saved / max(1, seen.cases))
    edit = {"questions": {"always": order}} if longest_first else edits.side_by_side(policy)
    yield Idea(edit, why, basis, "seconds")


def _steps(seen: Observed, policy: Policy) -> Counter[str]:
    """How many steps there are among the cases, by the artifact whose questions they ask."""
    steps = {play.case.key: play.case.given for play in seen.plays}
    artifacts = [given.artifact for given in steps.values() if isinstance(given, Stepped)]
    return Counter(artifact if artifact in policy.questions.always else "*" for artifact in artifacts)


def _alike(policy: Policy) -> Mapping[str, list[str]]:
    """The questions of the policy by their form: those that cannot be told apart together."""
    found: dict[str, list[str]] = {}
    for template in sorted({text for texts in policy.questions.always.values() for text in texts}):
        found.setdefault(_form(template).pattern, []).append(template)
    return found


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

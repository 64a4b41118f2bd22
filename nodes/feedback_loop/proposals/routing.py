"""What questions that went to the wrong tool, or stayed without an answer, say about the policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nodes.feedback_loop.proposals import question_edits as edits
from nodes.feedback_loop.proposals.edits import both
from nodes.feedback_loop.proposals.observed import Observed, Play, question
from nodes.feedback_loop.proposals.proposing import Idea
from systems.policy import Policy
from systems.trials import CaseKind

ASKED: tuple[CaseKind, ...] = ("route", "answer")
PERSON = "person"
MOST_OWN_LINES = 2


def misrouted(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Questions that went elsewhere: words by which tools are found, another way of ranking, learned routes.

    Words come first, because they bring what no way of ranking knows by itself: those that specloop ships, where a
    policy is without them or from an older version, then the user's own. The model that is asked for a tool by
    itself sees neither lines nor routes.
    """
    plays = seen.failed(ASKED, "routed")
    basis, why = seen.share(plays), f"{_questions(plays)} went to the wrong tool"
    (first, *others), blind = list(edits.methods(policy)), policy.questions.method == "model"
    shipped, words = edits.shipped_lines(policy), edits.lines(policy, _asked(seen, plays))
    routes = edits.routes(policy, _known(seen))
    singles = [first, *others] if blind else [shipped, words, first, routes, edits.choosy(policy), *others]
    all_words = edits.lines(policy.edited(shipped), _asked(seen, plays))
    for edit in [*singles, both(first, all_words), both(first, words), both(first, words, routes)]:
        yield Idea(edit, why, basis)


def lines(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """A line for one server or tool whose questions went elsewhere, for the worst of them."""
    plays = seen.failed(ASKED, "routed", "open", where=lambda play: bool(play.due))
    by_tool: dict[str, list[Play]] = {}
    for play in plays:
        by_tool.setdefault(play.due, []).append(play)
    if len(by_tool) > 1 and policy.questions.method != "model":
        worst = sorted(by_tool.items(), key=lambda item: (-seen.share(item[1]).predicted, item[0]))
        for who, its in worst[:MOST_OWN_LINES]:
            why = f"{_questions(its)} went elsewhere instead of {who}"
            yield Idea(edits.lines(policy, {who: [question(play) for play in its]}), why, seen.share(its))


def over_the_person(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Questions that only a person can answer and went to a tool, and the other way round; the model has no bounds."""
    if policy.questions.method == "model":
        return
    plays = seen.failed(ASKED, "routed", where=lambda play: play.due == PERSON)
    basis, why = seen.share(plays), f"{_questions(plays)} went to a tool that no tool can answer"
    yield Idea(edits.stricter(policy), why, basis)
    yield Idea(edits.choosy(policy, PERSON), why, basis)
    given_up = seen.failed(ASKED, "routed", where=lambda play: play.went == PERSON and play.due != PERSON)
    yield Idea(
        edits.laxer(policy), f"{_questions(given_up)} went to the person that a tool can answer", seen.share(given_up)
    )


def unanswered(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Questions that stayed open or were answered by half: more tools, laxer bounds, more of the result."""
    sees_lines = policy.questions.method != "model"
    open_ = seen.failed("answer", "open")
    basis, why = seen.share(open_), f"{_questions(open_)} stayed without an answer"
    yield Idea(edits.one_more(policy), why, basis)
    if sees_lines:
        yield Idea(edits.laxer(policy), why, basis)
        yield Idea(edits.lines(policy, _asked(seen, open_)), why, basis)
    halves = seen.failed("answer", "terms")
    basis, why = seen.share(halves), f"the answers to {_questions(halves)} leave out what was asked for"
    yield Idea(edits.excerpts(policy, 2), why, basis)
    yield Idea(edits.one_more(policy), why, basis)
    if sees_lines:
        yield Idea(edits.lines(policy, _asked(seen, halves)), why, basis)


def learned(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Routes that proved right, so that the model need not decide again; what that took is saved.

    Under `auto` only a model that is worth asking decides: where none did, no token was spent, and nothing is proposed.
    """
    if policy.questions.unsure in ("auto", "model") and policy.questions.method != "model":
        known = _known(seen)
        plays = [
            play for play in seen.worked if play.case.kind == "route" and play.played.tokens and question(play) in known
        ]
        saved = seen.saving(plays, "tokens", lambda play: float(play.played.tokens))
        why = f"{_questions(plays)} went to the right tool before"
        yield Idea(
            edits.routes(policy, {question(play): known[question(play)] for play in plays}), why, saved, "tokens"
        )


def costly(seen: Observed, policy: Policy) -> Iterator[Idea]:
    """Answers of which less may do, by what the plays took."""
    if policy.questions.method == "model":
        plays = [play for play in seen.worked if play.case.kind in ASKED]
        saved = seen.saving(plays, "tokens", lambda play: float(play.played.tokens))
        for way in list(edits.methods(policy))[:1]:
            yield Idea(way, "tools can be ranked without asking the model", saved, "tokens")


def _asked(seen: Observed, failed: Sequence[Play]) -> dict[str, list[str]]:
    """Questions by who should have answered them: those that failed, then those that found their way."""
    asked: dict[str, list[str]] = {}
    for plays in (failed, [play for play in seen.worked if play.case.kind in ASKED]):
        by_length = sorted(plays, key=lambda play: (len(question(play)), question(play)))
        for play in by_length if failed else ():
            if play.due:
                asked.setdefault(play.due, []).append(question(play))
    return asked


def _known(seen: Observed) -> dict[str, str]:
    """Who answered each question well in the run that its case comes from."""
    plays = [play for play in seen.plays if play.case.kind in ASKED and (play.due == PERSON or "." in play.due)]
    return {question(play): play.due for play in plays if question(play)}


def _questions(plays: Sequence[Play]) -> str:
    count = len({play.case.key for play in plays})
    return f"{count} question{'s' if count != 1 else ''}"

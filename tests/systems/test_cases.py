"""Cases stay on the side they were put on, near-duplicates stay together, contradictions are shown."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest

from systems.cases import Cases, broken
from systems.errors import Missing, UsageError
from systems.splitting import SHARES, side_of
from systems.stores import Place
from systems.trials import Asked, Called, Case, CaseKind, Check, Side
from tests.systems.case_support import answer, call, draft, on, questions, route, step, words
from tests.systems.store_support import on_file

SIDES: tuple[Side, ...] = get_args(Side)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".specloop" / "specloop.db"


@pytest.fixture
def cases(place: Place) -> Iterator[Cases]:
    with closing(Cases(place)) as found:
        yield found


def test_cases_are_split_by_their_key_in_the_stated_shares(cases: Cases) -> None:
    added = cases.add_all(route(text) for text in questions(400))
    assert [each.side for each in added] == [side_of(each.key) for each in added]
    shares = {side: sum(each.side == side for each in added) / 400 for side in SIDES}
    assert shares == pytest.approx(dict(SHARES), abs=0.08)
    assert {side: kinds["route"] / 400 for side, kinds in cases.counts().items()} == shares


def test_a_case_comes_back_with_all_it_came_with(cases: Cases) -> None:
    for kind in ("route", "draft"):
        case = on("working", kind=kind).model_copy(update={"run_id": "r", "trace_id": "t" * 32, "span_ids": ("s", "u")})
        cases.add(case)
        assert case in cases.working()
    cases.add(guarded := on("guard"))
    assert cases.guard() == (guarded,)


def test_the_side_of_a_case_is_the_same_however_often_the_store_is_opened(path: Path) -> None:
    case = on("guard")
    for _ in range(3):
        with closing(Cases(path)) as cases:
            assert cases.add(case).side == "guard"
            assert cases.counts()["guard"] == {"route": 1}


@pytest.mark.parametrize("side", SIDES)
def test_a_near_duplicate_goes_where_the_first_one_is(cases: Cases, side: Side) -> None:
    first = on(side)
    assert isinstance(first.given, Asked)
    question = first.given.question
    cases.add(first)
    others = [route(f"{question} {mark}") for mark in "!?.;:-+*/()[]{}#@$%&"]
    assert {side_of(each.key) for each in others} == set(SIDES)
    assert {each.side for each in cases.add_all(others)} == {side}
    assert cases.add(answer(question.upper(), "term")).side == side


def test_a_case_between_near_duplicates_of_two_sides_is_not_taken(cases: Cases) -> None:
    ten = words(10, "between")
    left = route(" ".join(ten[:8]))
    rights = (route(" ".join(ten[2:]) + mark * number) for mark in "?!." for number in range(9))
    right = next(each for each in rights if side_of(each.key) != side_of(left.key))
    sides = [each.side for each in cases.add_all([left, right])]
    assert len(set(sides)) == 2
    before = cases.counts()
    refused = cases.add(route(" ".join(ten)))
    assert (refused.side, refused.new) == (None, False)
    assert all(f"({side})" in refused.reason for side in sides)
    assert cases.counts() == before


def test_drafts_of_other_artifacts_and_calls_of_other_tools_are_not_compared(cases: Cases) -> None:
    goal = "Add a flag to the list command"
    cases.add_all(
        [draft(goal, "specs"), draft(goal, "tasks"), call("git", "log", path="a"), call("git", "show", path="a")]
    )
    assert len(cases.stored()) == 4
    assert cases.add(draft(goal, "specs", instruction="Another one")).reason.startswith("nearly the same")


def test_the_path_of_the_project_makes_no_two_calls_alike(cases: Cases, tmp_path: Path) -> None:
    place = tmp_path / "a-very-long-name-of-a-folder" / "and-another-one"
    with closing(Cases(place / ".specloop" / "specloop.db")) as own:
        added = own.add_all(call("files", "read", path=f"{place}/{name}") for name in ("README.md", "src/cli.py"))
        assert [each.reason for each in added] == ["", ""]


def test_a_duplicate_updates_nothing(cases: Cases) -> None:
    first = answer("What does README.md say?", "todo").model_copy(update={"run_id": "r1"})
    cases.add(first)
    again = cases.add(first.model_copy(update={"run_id": "r2", "check": Check(terms=("other",))}))
    assert (again.new, again.disputed, again.reason) == (False, False, "it is there already")
    assert cases.get(first.key).claims[0].case in (first, None)


def test_a_person_replaces_a_check_that_it_does_not_contradict(cases: Cases) -> None:
    case = on("working")
    cases.add(case)
    better = case.model_copy(update={"check": Check(server="git", tool="git_log"), "origin": "person"})
    added = cases.add(better)
    assert (added.side, added.new, added.disputed) == ("working", True, False)
    assert cases.working() == (better,)
    assert not cases.add(case).new and cases.working() == (better,)


@pytest.mark.parametrize(
    ("first", "second"), [("run", "person"), ("person", "run"), ("person", "person"), ("run", "run")]
)
def test_checks_that_contradict_each_other_are_shown_and_in_no_trial(cases: Cases, first: str, second: str) -> None:
    case = on("working")
    cases.add(case.model_copy(update={"origin": first}))
    rival = case.model_copy(update={"origin": second, "check": Check(server="filesystem")})
    assert cases.add(rival).disputed
    stored = cases.get(case.key[:8])
    assert stored.disputed
    assert [claim.case.check.server for claim in stored.claims if claim.case] == ["git", "filesystem"]
    assert (cases.working() == () and cases.counts()["working"] == {"route": 0}) or cases.counts()["working"] == {}
    cases.drop(f"{case.key[:8]}:{stored.claims[0].id[:8]}")
    assert cases.working() == (rival,)
    assert not cases.add(case).disputed, "what a person dropped comes back from a run"


def test_a_dropped_case_comes_back_from_a_person_only_and_to_its_side(cases: Cases) -> None:
    case = on("guard")
    cases.add(case)
    assert cases.drop(case.key[:10]).key == case.key
    assert cases.guard() == () and cases.stored() == ()
    assert cases.add(case).reason == "a person dropped it"
    assert cases.guard() == ()
    theirs = case.model_copy(update={"origin": "person"})
    assert cases.add(theirs).side == "guard"
    assert cases.guard() == (theirs,)


def test_a_person_who_finds_a_run_bad_takes_its_drafts_out_until_that_is_dropped(cases: Cases) -> None:
    case = on("working", kind="draft")
    cases.add_all([case, draft("quite another goal here", run_id="r2"), on("working")])
    assert cases.doubt("r1", "It misses the point") == (case.key,)
    stored = cases.get(case.key)
    assert stored.disputed and stored.claims[1].wrong == "It misses the point"
    assert case not in cases.working()
    cases.drop(f"{case.key}:{stored.claims[1].id}")
    assert case in cases.working()


def test_a_step_is_on_the_side_of_its_draft_and_doubted_with_it(cases: Cases) -> None:
    drafts = (draft(text) for text in questions(200))
    pairs = ((one, step(one)) for one in drafts)
    one, whole = next(pair for pair in pairs if [side_of(each.key) for each in pair] == ["working", "sealed"])
    assert [added.side for added in cases.add_all([one, whole])] == ["working", "working"]
    assert set(cases.doubt("r1", "It misses the point")) == {one.key, whole.key} and cases.working() == ()


def test_a_person_who_finds_a_run_good_makes_its_checks_theirs(cases: Cases) -> None:
    case = on("working", kind="draft")
    cases.add(case)
    assert cases.confirm("r1") == (case.key,)
    assert [each.origin for each in cases.working()] == ["person"]
    cases.doubt("r1", "On second thoughts, no")
    assert cases.working() == () and cases.get(case.key).disputed


def test_dropping_the_check_that_was_doubted_ends_the_doubt_with_it(cases: Cases) -> None:
    case = on("working", kind="draft")
    cases.add(case)
    cases.doubt("r1", "bad")
    cases.drop(f"{case.key}:{cases.get(case.key).claims[0].id}")
    assert cases.stored() == ()


@pytest.mark.parametrize(
    ("kind", "given", "check"),
    [
        ("route", Asked(question="q"), Check(terms=("t",))),
        ("answer", Asked(question="q"), Check(outcome="ok")),
        ("answer", Asked(question="q"), Check(terms=("t", " "))),
        ("call", Called(server="s", tool="t"), Check()),
        ("draft", Asked(question="q"), Check(valid=True)),
    ],
)
def test_a_check_that_everything_passes_is_refused(
    cases: Cases, kind: CaseKind, given: Asked | Called, check: Check
) -> None:
    case = Case(kind=kind, given=given, check=check, origin="person")
    assert broken(case)
    with pytest.raises(UsageError, match="of no use"):
        cases.add_all([on("working"), case])
    assert cases.stored() == ()


def test_texts_that_are_no_sound_unicode_are_kept_too(cases: Cases) -> None:
    case = next(each for n in range(99) if side_of((each := draft(f"Goal {n} \udcff")).key) == "working")
    cases.add(case)
    assert cases.working() == (case,)


def test_an_unknown_and_an_ambiguous_id_are_told(cases: Cases) -> None:
    cases.add_all(route(text) for text in questions(20))
    with pytest.raises(UsageError, match="no case 'xyz'"):
        cases.get("xyz")
    with pytest.raises(UsageError, match="no case ''"):
        cases.get("")
    initials = [stored.key[0] for stored in cases.stored()]
    twice = next(each for each in initials if initials.count(each) > 1)
    with pytest.raises(UsageError, match="Several cases"):
        cases.drop(twice)
    assert len(cases.stored()) == 20


def test_sealed_cases_are_listed_by_their_ids_only(cases: Cases) -> None:
    case = on("sealed")
    cases.add(case)
    (stored,) = cases.stored()
    assert (stored.key, stored.side) == (case.key, "sealed")
    assert all(claim.case is None for claim in stored.claims)
    assert cases.counts()["sealed"] == {"route": 1}
    assert "git" not in stored.model_dump_json()


@on_file
def test_sqlite_itself_refuses_to_read_sealed_bodies_here(cases: Cases) -> None:
    cases.add(on("sealed"))
    assert cases._tables.row("SELECT count(*) FROM sealed_bodies") == (2,)
    for statement in (
        "SELECT body FROM sealed_bodies",
        "SELECT * FROM sealed_bodies",
        "SELECT max(body) FROM sealed_bodies",
    ):
        with pytest.raises(Missing, match="prohibited"):
            cases._tables.rows(statement)


def test_a_sealed_case_can_be_disputed_and_dropped_without_being_read(cases: Cases) -> None:
    case = on("sealed")
    cases.add(case)
    added = cases.add(case.model_copy(update={"check": Check(server="time"), "origin": "person"}))
    assert added.disputed
    cases.drop(f"{case.key}:{cases.get(case.key).claims[0].id}")
    assert not cases.get(case.key).disputed
    cases.drop(case.key)
    assert cases.stored() == ()


@on_file
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE bodies SET body = x'00'",
        "UPDATE bodies SET body = NULL",
        "UPDATE bodies SET body = (SELECT max(body) FROM bodies)",
        "DELETE FROM bodies",
    ],
)
def test_a_case_changed_behind_the_stores_back_is_noticed(cases: Cases, path: Path, change: str) -> None:
    cases.add(on("working"))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(change)
    with pytest.raises(Missing, match="behind the store's back"):
        cases.working()


def test_several_processes_may_add_the_same_cases_at_once(path: Path) -> None:
    given = [route(text) for text in questions(30)]

    def added(_: int) -> list[Side | None]:
        with closing(Cases(path)) as own:
            return [own.add(case).side for case in given]

    with ThreadPoolExecutor(4) as pool:
        assert len({tuple(sides) for sides in pool.map(added, range(4))}) == 1
    with closing(Cases(path)) as cases:
        assert len(cases.stored()) == 30

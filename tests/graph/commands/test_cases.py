"""Cases come from runs by themselves; a person lists, adds, corrects and drops them."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from graph.learning.final_report import sealed_cases
from graph.learning.harvest.harvest import harvest_all, harvested, last_loops
from nodes.feedback_loop.profile import profile
from systems import names
from systems.cases import Cases
from systems.records import Outcome, Span
from systems.spans import Store
from systems.trials import Case, Requested
from tests.graph.conftest import BEGUN, GOAL, THEIRS, TIME_SERVER, copied, held, said, workspace
from tests.graph.scripted import scripted_reply
from tests.systems.imitation_server import ImitationServer


@dataclass(frozen=True)
class Ran:
    """A project with one run behind it: the tasks of a change that a person has begun."""

    project: Path
    outcome: Outcome

    @property
    def store(self) -> Path:
        return self.project / ".specloop" / "specloop.db"

    @property
    def spans(self) -> list[Span]:
        with closing(Store(self.store)) as store:
            return store.spans(trace_id=self.outcome.trace_id)


@pytest.fixture(scope="module")
def once(begun_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("ran")
    servers = {"mcpServers": {**TIME_SERVER["mcpServers"], **held(folder / "calls")["mcpServers"]}}
    project = copied(begun_template, folder / "todo", servers)
    with ImitationServer(scripted_reply) as server:
        return Ran(project, workspace(project, server).run(GOAL, change=BEGUN))


@pytest.fixture
def ran(once: Ran, tmp_path: Path) -> Ran:
    """A copy of that project of this test's own."""
    return Ran(copied(once.project, tmp_path / "todo"), once.outcome)


@pytest.fixture
def empty(tmp_path: Path, template: Path) -> Path:
    return copied(template, tmp_path / "todo")


def everything(project: Path) -> list[Case]:
    with closing(Cases(project / ".specloop" / "specloop.db")) as cases:
        return [*cases.working(), *cases.guard(), *sealed_cases(project)]


def listed(project: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = said("case", "list", "--json", project=project).json["cases"]
    return cases


@pytest.mark.external
def test_a_run_leaves_its_cases_behind(once: Ran) -> None:
    assert once.outcome.status == "done"
    cases = everything(once.project)
    assert {case.kind for case in cases} == {"route", "answer", "draft", "call", "step"}
    assert {case.origin for case in cases} == {"run"} and {case.run_id for case in cases} == {once.outcome.run_id}
    known = {span.span_id for span in once.spans}
    assert all(case.span_ids and set(case.span_ids) <= known for case in cases)
    routed = [case.check.server for case in cases if case.kind == "route"]
    assert sorted(routed) == sorted(item.server or "" for item in once.outcome.questions if item.answered)


@pytest.mark.external
def test_the_request_of_a_draft_is_whole(once: Ran) -> None:
    (given,) = (case.given for case in everything(once.project) if case.kind == "draft")
    assert isinstance(given, Requested)
    assert (given.artifact, given.goal, given.about) == ("tasks", GOAL, "the tasks of the change")
    assert "task" in given.instruction.lower() and given.template
    assert {name for name, _ in given.documents} == {"proposal.md", "spec.md", "design.md"}
    assert THEIRS["design.md"] in [text for _, text in given.documents]
    assert {question for question, _ in given.facts} == {item.text for item in once.outcome.questions if item.answered}


@pytest.mark.external
def test_harvesting_again_changes_nothing(ran: Ran) -> None:
    before = listed(ran.project)
    assert asyncio.run(harvest_all(ran.project)) == ()
    with closing(sqlite3.connect(ran.store)) as database, database:
        database.execute("DELETE FROM harvests")
    added = asyncio.run(harvest_all(ran.project))
    assert added and not any(each.new for each in added)
    assert listed(ran.project) == before


@pytest.mark.external
def test_runs_from_before_there_were_cases_are_harvested_too(ran: Ran) -> None:
    before = everything(ran.project)
    with closing(sqlite3.connect(ran.store)) as database, database:
        for table in ("cases", "claims", "bodies", "sealed_bodies", "harvests"):
            database.execute(f"DELETE FROM {table}")
    assert everything(ran.project) == []
    asyncio.run(harvest_all(ran.project))
    found = {case.key for case in everything(ran.project)}
    assert found == {case.key for case in before if case.kind != "answer"}, "its files are elsewhere"


@pytest.mark.external
@pytest.mark.parametrize("sql", ["DROP TABLE claims", "DROP TABLE documents", "UPDATE documents SET body = x'00'"])
def test_what_is_wrong_with_the_stores_costs_cases_and_never_the_run(
    ran: Ran, sql: str, caplog: pytest.LogCaptureFixture
) -> None:
    run_id = ran.outcome.run_id
    last = asyncio.run(last_loops([run_id], ran.project))[run_id]
    with closing(sqlite3.connect(ran.store)) as database, database:
        database.execute("DELETE FROM harvests")
        database.execute(sql)
    assert harvested(run_id, last, ran.project) == ()
    assert f"No cases from run {run_id}" in caplog.text


@pytest.mark.external
def test_the_list_shows_every_case_and_of_a_sealed_one_only_the_id(ran: Ran) -> None:
    shown = said("case", "list", project=ran.project)
    assert shown.code == 0
    with closing(Cases(ran.store)) as cases:
        stored = cases.stored()
    lines = {line.split()[0]: line for line in shown.output.splitlines()}
    assert [each.key[:12] for each in stored] == list(lines)[1:]
    for each in stored:
        columns = lines[each.key[:12]].split()
        assert columns[1:3] == [each.kind, each.side]
        assert len(columns) == 3 if each.side == "sealed" else len(columns) > 3
    counts = said("case", "list", "--json", project=ran.project).json["counts"]
    assert sum(count for side in counts.values() for count in side.values()) == len(stored)


def test_no_cases_yet_is_said(empty: Path) -> None:
    shown = said("case", "list", project=empty)
    assert (shown.code, shown.output) == (0, "") and "No cases yet" in shown.errors
    assert said("case", "list", "--json", project=empty).json["cases"] == []


def test_what_a_case_holds_cannot_play_with_the_terminal(empty: Path) -> None:
    said(
        "case", "add", "--question", "Is \x1b[31m[bold]this red?", "--server", "git", "--term", "\x1b[2J", project=empty
    )
    assert "\x1b" not in said("case", "list", project=empty).output


def test_a_person_adds_a_question_with_who_answers_it_and_what_the_answer_holds(empty: Path) -> None:
    question = ("--question", "Who wrote the parser?", "--server", "git", "--tool", "git_log", "--term", "Ada")
    added = said("case", "add", *question, "--json", project=empty)
    assert added.code == 0
    assert [each["kind"] for each in added.json["added"]] == ["route", "answer"]
    found = {case.kind: case.check for case in everything(empty)}
    assert (found["route"].server, found["route"].tool, found["answer"].terms) == ("git", "git_log", ("Ada",))


def test_a_correction_that_contradicts_is_shown_until_one_is_dropped(empty: Path) -> None:
    for server in ("git", "person"):
        added = said("case", "add", "--question", "Who decides?", "--server", server, project=empty)
    assert "Disputed, in no trial" in added.output
    assert everything(empty) == []
    lines = said("case", "list", project=empty).output.splitlines()[1:]
    assert [line.split()[2] for line in lines] == ["disputed", "disputed"]
    dropped = said("case", "drop", lines[0].split()[0], project=empty)
    assert dropped.code == 0, dropped.errors
    (case,) = everything(empty)
    assert case.check.server == "person"


def test_a_file_of_cases_is_added_whole(empty: Path, tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    given = {"artifact": "tasks", "goal": "Add undo", "about": "the tasks"}
    whole = {"kind": "draft", "given": given, "check": {"valid": True}}
    short = {"question": "What time is it in Oslo?", "server": "time"}
    path.write_text(f"\ufeff{json.dumps(short)}\n\n{json.dumps(whole)}\n")
    assert said("case", "add", "--file", str(path), project=empty).code == 0
    assert {(case.kind, case.origin) for case in everything(empty)} == {("route", "person"), ("draft", "person")}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "line 2: no JSON"),
        ("[1]", "line 2: it is no JSON object"),
        ('{"question": "Why?"}', "line 2: it says neither"),
        ('{"question": " ", "server": "git"}', "line 2: it has no question"),
        ('{"question": "Why?", "serve": "git"}', "line 2: serve is not known"),
        ('{"question": "Why?", "terms": [" "]}', "line 2: A term"),
        ('{"question": 5, "server": "git"}', "line 2: question"),
        ('{"kind": "draft", "given": {"question": "Why?"}, "check": {"valid": true}}', "line 2: What is given"),
        ('{"kind": "call", "given": {"server": "git", "tool": "log"}, "check": {}}', "line 2: Its check asks"),
        ('{"kind": "dream"}', "line 2: kind"),
        ("[" * 100_000, "line 2: "),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_added(empty: Path, tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(f'{{"question": "What time is it?", "server": "time"}}\n{line}\n')
    refused = said("case", "add", "--file", str(path), "--json", project=empty)
    assert refused.code == 2
    assert words in refused.json["error"]["message"] and "Nothing was added" in refused.json["error"]["message"]
    assert listed(empty) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("add",),
        ("add", "--question", "Why?"),
        ("add", "--server", "git"),
        ("add", "--question", "Why?", "--term", " "),
        ("add", "--question", "x" * 2_001, "--server", "git"),
        ("add", "--file", "/dev/null"),
        ("add", "--file", "nowhere.jsonl"),
        ("drop", "0123"),
        ("drop", ""),
    ],
)
def test_wrong_usage_is_a_sentence_and_exit_code_2(empty: Path, arguments: tuple[str, ...]) -> None:
    refused = said("case", *arguments, "--json", project=empty)
    assert refused.code == 2
    assert refused.json["error"]["message"].endswith(".")


def test_a_case_that_is_not_taken_is_told_and_exits_with_1(empty: Path) -> None:
    from systems.splitting import side_of
    from tests.systems.case_support import route, words

    ten = words(10, "between")
    texts = [" ".join(ten[:8]), *(" ".join(ten[2:]) + "?" * number for number in range(9))]
    right = next(text for text in texts[1:] if side_of(route(text).key) != side_of(route(texts[0]).key))
    for text in (texts[0], right):
        said("case", "add", "--question", text, "--server", "git", project=empty)
    refused = said("case", "add", "--question", " ".join(ten), "--server", "git", project=empty)
    assert refused.code == 1 and "was not taken: nearly the same as" in refused.output


@pytest.mark.external
def test_feedback_is_an_evaluation_on_the_trace_of_the_run(ran: Ran) -> None:
    before = profile(ran.spans).seconds
    given = said("feedback", ran.outcome.run_id, "Good  tasks", "--rating", "1", "--json", project=ran.project)
    assert given.code == 0
    (span,) = (span for span in ran.spans if span.span_id == given.json["span_id"])
    (event,) = span.events
    assert event["name"] == "gen_ai.evaluation.result"
    assert event["attributes"] == {
        "gen_ai.evaluation.name": "user_feedback",
        "gen_ai.evaluation.score.value": 1,
        "gen_ai.evaluation.score.label": "good",
        "gen_ai.evaluation.explanation": "Good tasks",
        "specloop.feedback.about": ["tasks.md"],
    }
    root = next(each for each in ran.spans if each.parent_id is None)
    assert (span.trace_id, span.parent_id) == (ran.outcome.trace_id, root.span_id)
    assert span.attributes[names.RUN] == ran.outcome.run_id
    assert event["time_ns"] > span.end_ns == root.end_ns
    assert profile(ran.spans).seconds == before, "the run took no longer because somebody thought about it"


@pytest.mark.external
def test_a_good_rating_confirms_the_drafts_and_a_bad_one_takes_them_out(ran: Ran) -> None:
    (draft,) = (case for case in everything(ran.project) if case.kind == "draft")
    good = said("feedback", ran.outcome.run_id, "Good", "--rating", "1", project=ran.project)
    assert "The checks of 1 draft case are yours now." in good.output
    (confirmed,) = (case for case in everything(ran.project) if case.kind == "draft")
    assert confirmed == draft.model_copy(update={"origin": "person"})
    keep = ("--rating", "-1", "--keep")
    bad = said("feedback", ran.outcome.run_id, "No, too coarse", *keep, project=ran.project)
    assert "in no trial now" in bad.output
    assert [case for case in everything(ran.project) if case.kind == "draft"] == []
    (disputed,) = (each for each in listed(ran.project) if each["disputed"])
    assert [claim["wrong"] for claim in disputed["claims"]] == ["", "No, too coarse"]
    asyncio.run(harvest_all(ran.project))
    assert [case for case in everything(ran.project) if case.kind == "draft"] == []


@pytest.mark.external
def test_feedback_without_a_rating_changes_no_case_and_holds_no_secret(ran: Ran) -> None:
    before = listed(ran.project)
    key = "sk-" + "abcdefghij" * 4
    given = said("feedback", ran.outcome.run_id, f"It printed {key}", "--keep", "--json", project=ran.project)
    assert (given.code, given.json["rating"], given.json["cases"]) == (0, 0, [])
    assert key not in given.output
    assert listed(ran.project) == before
    assert key.encode() not in ran.store.read_bytes()


@pytest.mark.external
@pytest.mark.parametrize(
    ("text", "rating"), [("", "1"), (" \n", "-1"), ("x" * 10_001, "0"), ("fine", "2"), ("fine", "good")]
)
def test_empty_words_and_wrong_ratings_are_refused(ran: Ran, text: str, rating: str) -> None:
    refused = said("feedback", ran.outcome.run_id, text, "--rating", rating, "--json", project=ran.project)
    assert refused.code == 2
    assert refused.json["error"]["message"]


def test_feedback_on_an_unknown_run_is_refused(empty: Path) -> None:
    refused = said("feedback", "nope", "fine", "--json", project=empty)
    assert refused.code == 2 and "no run 'nope'" in refused.json["error"]["message"]

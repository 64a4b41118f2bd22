"""What of a past run becomes a case, and with which check."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph.learning.harvest.harvest import harvest
from systems.documents import Documents
from systems.records import Answer
from systems.trials import Accepted, Asked, Called, Case, CaseKind, Check, Requested, Stepped
from tests.graph.learning.harvest.past_support import Life, finding

CLI = "import argparse\n\ndef print_list(todo_items):\n    return todo_items\n"
STORE = "import json\n\ndef load_all():\n    return json\n"
DOCUMENT = "# Proposal\n\nThe list command in todo/cli.py takes --json.\n"


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    project = tmp_path / "todo"
    (project / "todo").mkdir(parents=True)
    (project / "todo" / "cli.py").write_text(CLI)
    (project / "todo" / "store.py").write_text(STORE)
    (project / "README.md").write_text("# todo\n\nKeeps reminders.\n")
    with closing(Documents(tmp_path / "store.db")) as documents:
        yield Life(project, documents)


def cases(life: Life, *kinds: CaseKind) -> list[Case]:
    return [case for case in harvest(life.past) if case.kind in kinds]


def read(life: Life, path: str = "todo/cli.py", text: str = CLI, **more: str) -> Answer:
    return life.answer(f"What does the file {path} say?", "files.read", text, path=str(life.project / path), **more)


def test_a_question_becomes_its_route_its_answer_and_its_call(life: Life) -> None:
    answer = read(life)
    life.loop(answer, text=DOCUMENT)
    route, answered, called, *_ = harvest(life.past)
    asked = Asked(question=answer.question)
    assert (route.kind, route.given, route.check) == ("route", asked, Check(server="files", tool="read"))
    assert (answered.kind, answered.given, answered.check.server) == ("answer", asked, "files")
    arguments = {"path": str(life.project / "todo/cli.py")}
    assert called.given == Called(server="files", tool="read", arguments=arguments)
    assert called.check == Check(outcome="ok")
    for case in (route, answered, called):
        assert (case.origin, case.run_id, case.span_ids) == ("run", "r1", (answer.sources[0].span_id,))


def test_an_answer_must_hold_what_only_this_file_says(life: Life) -> None:
    life.loop(read(life), life.answer("What were the last commits?", "git.log", "Add print_list"), text=DOCUMENT)
    (case,) = cases(life, "answer")
    assert case.check.terms == ("todo_items", "argparse"), "print_list is in the history, import and json in store.py"
    assert all(term in CLI for term in case.check.terms)


def test_a_word_that_is_no_longer_in_the_file_is_not_asked_for(life: Life) -> None:
    life.loop(read(life, text=f"{CLI}gone_by_now = 1\n"), text=DOCUMENT)
    assert cases(life, "answer")[0].check.terms == ("todo_items", "print_list")


def test_only_what_was_shown_of_a_result_is_asked_for(life: Life) -> None:
    life.loop(read(life, shown="import argparse\n[... 1,054 more characters]"), text=DOCUMENT)
    assert cases(life, "answer")[0].check.terms == ("argparse",)


@pytest.mark.parametrize(
    ("question", "tool", "text", "argument"),
    [
        ("What is today's date?", "time.now", '{"datetime": "2026-11-23T08:24:58+00:00"}', ("timezone", "Etc/UTC")),
        (
            "Which uncommitted changes are there?",
            "git.status",
            "modified: README.md",
            ("repo_path", "."),
        ),
        ("What were the last commits?", "git.log", "Commit: 1a2b3c4d\nAdd the list command", ("repo_path", ".")),
        ("How big is README.md?", "files.info", "size: 26\nmodified: Monday November", ("path", "README.md")),
    ],
)
def test_what_depends_on_the_day_has_a_route_and_a_call_but_no_answer(
    life: Life, question: str, tool: str, text: str, argument: tuple[str, str]
) -> None:
    life.loop(life.answer(question, tool, text, **dict([argument])), text=DOCUMENT)
    assert [case.kind for case in harvest(life.past)] == ["route", "call", "draft", "step"]
    assert cases(life, "route")[0].check == Check(server=tool.partition(".")[0]), "another tool may do better"


def test_a_list_of_a_folder_must_name_what_is_in_it(life: Life) -> None:
    listing = life.answer("Which files are in todo?", "files.list", "cli.py\nstore.py", path=str(life.project / "todo"))
    life.loop(listing, text=DOCUMENT)
    assert cases(life, "answer")[0].check.terms == ("cli.py", "store.py")


def test_a_commit_that_the_question_names_says_the_same_for_ever(life: Life) -> None:
    shown = life.answer("What did commit 1a2b3c4d change?", "git.show", "Introduce undo_stack", revision="1a2b3c4d")
    head = life.answer("What did it change?", "git.show", "Introduce undo_stack", revision="1a2b3c4d")
    life.loop(shown, head, text=DOCUMENT)
    assert [(case.given, case.check.terms) for case in cases(life, "answer")] == [
        (Asked(question=shown.question), ("undo_stack", "Introduce"))
    ]


def test_a_path_that_leads_out_of_the_project_is_no_source_of_terms(life: Life, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("hidden_word = 1")
    life.loop(life.answer("What does it say?", "files.read", "hidden_word", path="../secret.py"), text=DOCUMENT)
    assert cases(life, "answer") == []


def test_what_was_asked_for_a_document_that_was_refused_is_not_accepted(life: Life) -> None:
    life.loop(read(life), text=DOCUMENT, status="restored")
    assert harvest(life.past) == ()


@pytest.mark.parametrize(("kind", "kept"), [("misrouted", 0), ("swallowed_error", 0), ("slow_outlier", 1)])
def test_an_answer_that_a_finding_doubts_is_not_accepted(life: Life, kind: str, kept: int) -> None:
    answer = read(life)
    life.loop(answer, text=DOCUMENT, findings=(finding(kind, answer),))  # type: ignore[arg-type]
    assert len(cases(life, "route")) == kept


@pytest.mark.parametrize(("cause", "kept"), [("error", 1), ("arguments", 1), ("empty", 1), ("timeout", 0), ("lost", 0)])
def test_the_second_tool_is_the_route_unless_the_first_was_merely_out_of_order(
    life: Life, cause: str, kept: int
) -> None:
    life.failed("git.show", cause)
    answer = read(life).model_copy(update={"failures": ("git.show: it failed: so",)})
    life.loop(answer, text=DOCUMENT)
    assert len(cases(life, "route")) == kept
    assert len(cases(life, "call")) == 1


def test_what_a_person_answered_is_routed_to_the_person(life: Life) -> None:
    life.loop(life.answer("Which colour?", "person.asked", "Blue"), text=DOCUMENT)
    assert [(case.kind, case.check) for case in cases(life, "route", "answer", "call")] == [
        ("route", Check(server="person"))
    ]


def test_an_open_question_is_no_case(life: Life) -> None:
    life.loop(Answer(question="Who pays?", answered=False, text="nobody knows"), text=DOCUMENT)
    assert cases(life, "route", "answer", "call") == []


def test_a_question_that_is_asked_in_every_loop_is_one_case(life: Life) -> None:
    for artifact in ("proposal", "design"):
        life.loop(read(life), artifact=artifact, text=DOCUMENT)
    assert [case.kind for case in harvest(life.past)] == ["route", "answer", "call", "draft", "draft", "step", "step"]


def test_an_accepted_draft_becomes_its_request_with_the_check_that_judged_it(life: Life) -> None:
    request = life.loop(read(life), text=DOCUMENT)
    (case,) = cases(life, "draft")
    assert case.given == request
    assert case.check == Check(valid=True, terms=("--json", "command", "list"), sources=("todo/cli.py",))
    assert all(word in DOCUMENT for word in (*case.check.terms, *case.check.sources)), "it must pass its own check"


def test_a_refused_draft_whose_repair_succeeded_is_judged_by_the_validator(life: Life) -> None:
    refused = life.loop(artifact="specs", text="nonsense", status="restored")
    failed = life.loop(artifact="specs", failure="not sound after 2 repairs")
    mended = life.loop(artifact="specs", text=DOCUMENT)
    found = {case.given: case.check for case in cases(life, "draft")}
    assert found[refused] == found[failed] == Check(valid=True)
    assert found[mended].terms


@pytest.mark.parametrize("status", ["rejected", "kept_theirs"])
def test_a_draft_that_a_person_did_not_want_is_no_case(life: Life, status: str) -> None:
    life.loop(artifact="design", text=DOCUMENT, status=status)
    life.loop(artifact="tasks", text=DOCUMENT)
    assert [case.given.artifact for case in cases(life, "draft") if isinstance(case.given, Requested)] == ["tasks"]


def test_a_draft_that_a_person_rewrote_is_no_case(life: Life) -> None:
    life.loop(text=DOCUMENT, theirs="# Proposal\n\nIn my own words: --json.\n")
    assert cases(life, "draft") == []


def test_a_refused_draft_that_nobody_mended_is_no_case(life: Life) -> None:
    life.loop(artifact="specs", text="nonsense", status="restored")
    assert cases(life, "draft") == []


def test_the_request_of_an_older_run_is_rebuilt_from_what_its_loops_wrote(life: Life) -> None:
    life.loop(text=DOCUMENT, requested=False)
    life.loop(read(life), artifact="specs", text="## Purpose\n", requested=False, path="specs/json-list/spec.md")
    first, second = (case.given for case in cases(life, "draft"))
    assert isinstance(first, Requested) and isinstance(second, Requested)
    assert (first.about, first.documents) == ("the proposal of the change", ())
    assert (second.about, second.goal) == ("json-list", life.past.goal)
    assert second.documents == (("proposal.md", DOCUMENT),)
    assert second.files == ("todo/cli.py",)
    assert second.facts == ((read(life).question, CLI),)


def test_a_result_that_is_gone_costs_no_other_case(life: Life) -> None:
    answer = read(life)
    source = answer.sources[0].model_copy(update={"content_hash": "0" * 64})
    life.loop(answer.model_copy(update={"sources": (source,)}), text=DOCUMENT)
    assert len(harvest(life.past)) == 5


def steps(life: Life) -> list[tuple[Stepped, tuple[Accepted, ...]]]:
    given = [(case.given, case.check.answers) for case in cases(life, "step")]
    return [(step, answers) for step, answers in given if isinstance(step, Stepped)]


def test_a_step_keeps_its_request_and_which_answers_its_document_took_up(life: Life) -> None:
    readme = life.answer("What does README.md say?", "files.read", "Keeps reminders.", path="README.md")
    commits = life.answer("What were the last commits?", "git.log", "Introduce undo_stack")
    date = life.answer("What is today's date?", "time.now", "2026-11-23")
    request = life.loop(read(life), readme, commits, date, text=f"{DOCUMENT}It needs the undo_stack.\n")
    ((step, answers),) = steps(life)
    assert step.requests == (request.model_copy(update={"files": ()}),)
    assert [(one.question, one.terms, one.used) for one in answers] == [
        (read(life).question, ("todo_items", "print_list"), True),
        (readme.question, ("reminders", "Keeps"), False),
        (commits.question, (), True),
        (date.question, (), False),
    ]
    check = cases(life, "step")[0].check
    assert (check.valid, check.terms, check.sources) == (True, ("--json", "command", "list"), ("todo/cli.py",))


def test_what_a_person_said_is_given_to_a_step_and_not_asked_for(life: Life) -> None:
    life.loop(life.answer("Which colour?", "person.asked", "Blue"), text=f"{DOCUMENT}Blue.\n")
    ((step, answers),) = steps(life)
    assert step.requests[0].facts == (("Which colour?", "Blue"),) and answers == ()


def test_a_step_of_which_a_draft_was_rewritten_is_no_case(life: Life) -> None:
    life.loop(text=DOCUMENT, theirs="# Proposal\n\nIn my own words: --json.\n")
    assert steps(life) == []

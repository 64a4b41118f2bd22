"""Feedback is kept once, on the trace of its run; contradictions stand side by side; a file of it is read by lines."""

from __future__ import annotations

import asyncio
import io
import json
from contextlib import closing
from pathlib import Path

import pytest

from graph import Workspace
from graph.feedback.keeping import Keeper
from graph.feedback.lines import bounded, keep_lines
from systems.errors import UsageError
from systems.runs import Runs
from tests.graph.conftest import change_folder, copied, said

RUN = "20260101-120000-abcdef"


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A project with a run that has ended, and the change that it made."""
    project = copied(template, tmp_path / "todo")
    with closing(Runs(project / ".specloop" / "specloop.db")) as runs:
        runs.start(RUN, goal="Add a flag", change="flag", settings={})
        runs.update(RUN, status="done")
    for name in ("design.md", "tasks.md"):
        (change_folder(project, "flag") / name).parent.mkdir(parents=True, exist_ok=True)
        (change_folder(project, "flag") / name).write_text(f"# {name}\n")
    return project


def test_the_same_words_with_the_same_rating_are_kept_once(project: Path) -> None:
    for known in (False, True):
        given = said("feedback", RUN, " The design\n is long", "--keep", "--json", project=project).json
        assert (given["known"], given["text"], given["about"]) == (known, "The design is long", ["design.md"])
    with Keeper(project) as keeper:
        listed = keeper.said(RUN)
    assert [each.text for each in listed.feedback] == ["The design is long"] and listed.feedback[0].said


def test_contradictions_are_listed_side_by_side_until_one_is_withdrawn(project: Path) -> None:
    assert said("feedback", RUN, project=project).errors.startswith("Nothing was said")
    workspace = Workspace(project)
    good = workspace.feedback(RUN, "The design is clear", 1)
    workspace.feedback(RUN, "The tasks are too coarse", -1, redraft=False)
    bad = workspace.feedback(RUN, "The design forgets \x1b[31merrors", -1)
    assert [each.span_id for each in bad.contradicts] == [good.span_id]
    assert "--withdraw" in bad.note and bad.outcome is None, "no document is drafted again while they stand"
    shown = said("feedback", RUN, project=project)
    side_by_side = shown.output.partition("These cannot both hold")[2].splitlines()
    assert good.text in side_by_side[-1] and bad.span_id[:8] in side_by_side[-1] and "\x1b" not in shown.output
    assert "coarse" not in shown.output.partition("These cannot both hold")[2]
    gone = said("feedback", RUN, "--withdraw", good.span_id[:8], project=project)
    assert gone.code == 0 and good.text in gone.output
    left = said("feedback", RUN, "--json", project=project).json
    assert left["contradictions"] == [] and [each["rating"] for each in left["feedback"]] == [-1, -1]
    assert said("feedback", RUN, "--withdraw", good.span_id, project=project).code == 2


def test_good_lines_of_a_file_are_kept_and_wrong_ones_named(project: Path, tmp_path: Path) -> None:
    good = json.dumps({"run": RUN, "text": "Die Aufgaben sind zu grob 😕", "rating": -1})
    wrong = {
        2: ("{", "no JSON"),
        3: ("[1]", "no JSON object"),
        4: (json.dumps({"run": RUN, "text": " "}), "1 to 10,000 characters"),
        5: (json.dumps({"run": RUN, "text": "x", "rating": 2}), "rating"),
        6: (json.dumps({"run": RUN, "text": "x", "rating": True}), "rating"),
        7: (json.dumps({"run": RUN[:-1] + "0", "text": "x"}), "There is no run"),
        8: (json.dumps({"run": RUN, "text": "x", "stars": 5}), "stars"),
        9: ("[" * 100_000, "nested"),
        10: ('"' + "x" * 200_000 + '"', "bytes"),
        11: (json.dumps({"text": "x"}), "run"),
        13: ('{"run": "\udcff', "no UTF-8"),
    }
    lines = [wrong[number][0] if number in wrong else "" if number == 12 else good for number in range(1, 15)]
    path = tmp_path / "feedback.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode("utf-8", "surrogateescape"))
    given = said("feedback", "--file", str(path), "--json", project=project)
    assert given.code == 2
    assert [each["line"] for each in given.json["wrong"]] == list(wrong)
    for each in given.json["wrong"]:
        assert wrong[each["line"]][1] in each["why"], each
    assert (len(given.json["kept"]), given.json["known"]) == (1, 1) and "1 kept, 1 known already" in given.errors
    with Keeper(project) as keeper:
        again = asyncio.run(keep_lines(bounded(io.BytesIO(path.read_bytes())), keeper))
    assert (again.kept, again.known) == ((), 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("20260101-120000-abcdee", "fine"), f"Did you mean {RUN}?"),
        (("nope", "fine"), f"Newest runs: {RUN}."),
        ((RUN, "x" * 10_001), "10,001"),
        ((RUN, "fine", "--withdraw", "1"), "RUN"),
        ((RUN, "--withdraw", "1"), "no feedback '1'"),
        ((), "RUN"),
    ],
)
def test_wrong_usage_is_a_sentence(project: Path, arguments: tuple[str, ...], words: str) -> None:
    refused = said("feedback", *arguments, "--json", project=project)
    error = refused.json["error"]
    assert refused.code == 2 and words in f"{error['message']} {error['mend']}"


def test_a_rating_that_is_none_is_refused_before_anything_is_kept(project: Path) -> None:
    with pytest.raises(UsageError, match="not 5"):
        Workspace(project).feedback(RUN, "fine", 5)
    with Keeper(project) as keeper:
        with pytest.raises(UsageError, match="no feedback in it"):
            asyncio.run(keep_lines([b"\n"], keeper))
        assert keeper.said(RUN).feedback == ()

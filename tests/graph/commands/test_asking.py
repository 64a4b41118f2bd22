"""What is asked on a terminal: a readable diff, the ways with what they do, and again where it is no answer."""

from __future__ import annotations

import io
import signal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from graph.commands.asking import asked, asked_all
from systems.forms import FORMS

DIFF = "--- before\n+++ after\n@@ -1,2 +1,2 @@\n # Tasks\n--- old\n+- [ ] new\n"
FILE = {"path": "tasks.md", "diff": DIFF, "text": "# Tasks\n- [ ] new\n", "conflicts": 0}


def item(kind: str, identifier: str = "1", **facts: Any) -> dict[str, Any]:
    return {"id": identifier, "kind": kind, "text": "May I?", "ways": FORMS[kind].ways(facts), **facts}


def said(items: list[dict[str, Any]], typed: str, **console: Any) -> tuple[dict[str, Any], str]:
    """The answers, and what was on the screen besides the prompts."""
    screen = Console(file=io.StringIO(), width=160, **console)
    with CliRunner().isolation(input=typed):
        answers = asked_all(items, screen)
    assert isinstance(screen.file, io.StringIO)
    return answers, screen.file.getvalue()


def test_a_diff_has_its_file_its_size_and_every_line_as_it_is() -> None:
    answers, screen = said([item("approval", files=[FILE])], "\n")
    assert answers == {"1": {"decision": "approve", "text": ""}}
    assert "tasks.md  +1 -1" in screen and "  --- old\n  +- [ ] new" in screen and "+++ after" not in screen
    assert "always" in screen and "every other document of this run" in screen


@pytest.mark.parametrize(("no_color", "coloured"), [(False, True), (True, False)])
def test_a_diff_is_coloured_on_a_terminal_unless_no_color_is_set(no_color: bool, coloured: bool) -> None:
    console = {"force_terminal": True, "no_color": no_color, "color_system": "standard"}
    _, screen = said([item("approval", files=[FILE])], "\n", **console)
    assert ("\x1b[32m  +- [ ] new" in screen) is coloured and ("\x1b[31m" in screen) is coloured


def test_a_new_file_is_shown_as_its_text() -> None:
    new = {**FILE, "diff": "--- before\n+++ after\n@@ -0,0 +1,2 @@\n+# Tasks\n+- [ ] new\n"}
    _, screen = said([item("approval", files=[new])], "\n")
    assert "new, 2 lines" in screen and "@@" not in screen


def test_no_answer_is_told_and_asked_again_and_a_no_is_asked_why() -> None:
    answers, screen = said([item("archive")], "perhaps\nedit\nno\nnot before Friday\n")
    assert answers["1"] == {"decision": "reject", "text": "not before Friday"}
    assert screen.count("That is no answer") == 2 and "`reject:REASON`" in screen


def test_after_always_the_next_call_of_that_tool_is_not_asked_about() -> None:
    calls = [item("permission", name, server="git", tool=tool) for name, tool in (("a", "x"), ("b", "x"), ("c", "y"))]
    answers, screen = said(calls, "always\nreject\n\n")
    assert {key: one["decision"] for key, one in answers.items()} == {"a": "always", "c": "reject"}
    assert screen.count("May I?") == 2


def test_an_edit_opens_the_text_in_the_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nprintf '%s' '- [ ] mine' >> \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    answers, _ = said([item("approval", files=[FILE])], "edit\n")
    assert answers["1"] == {"decision": "edit", "text": "# Tasks\n- [ ] new\n- [ ] mine"}
    two = [FILE, {**FILE, "path": "other.md"}]
    answers, _ = said([item("approval", files=two)], "edit\n")
    assert '"other.md": "# Tasks\\n- [ ] new\\n- [ ] mine"' in answers["1"]["text"]


def test_who_goes_away_leaves_the_question_open_and_control_c_as_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    with CliRunner().isolation(input=""), pytest.raises(KeyboardInterrupt):
        asked(item("archive"), Console(file=io.StringIO()))
    assert signal.getsignal(signal.SIGINT) == before

"""What a terminal shows while a draft is written, and that nothing else does."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from graph.progress import Event
from graph.view import View
from systems.models.streaming import watcher


def shown(*, terminal: bool, drafts: bool) -> tuple[bool, str]:
    """(whether drafts are watched, what the terminal got)."""
    console = Console(file=io.StringIO(), force_terminal=terminal, width=120)
    with View(console, drafts=drafts) as view:
        view(Event("started", "execution", "execution"))
        told = watcher()
        if told:
            told("Why [bold]not[/] " * 100 + "the last\nwords")
            view._status._live.refresh()
    assert watcher() is None
    assert isinstance(console.file, io.StringIO)
    return told is not None, console.file.getvalue()


def test_a_draft_shows_its_length_and_last_words_while_it_is_written() -> None:
    watching, text = shown(terminal=True, drafts=True)
    assert watching and "execution: 1,714 characters" in text and "[/] the last words" in text


@pytest.mark.parametrize(("terminal", "drafts"), [(False, True), (True, False), (False, False)])
def test_drafts_are_not_streamed_where_nobody_sees_them(terminal: bool, drafts: bool) -> None:
    watching, text = shown(terminal=terminal, drafts=drafts)
    assert not watching and "characters" not in text

"""The page of a ledger, opened in Chromium; and the tree of policies on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from nodes.feedback_loop.rendering.decisions import Told, told
from nodes.feedback_loop.rendering.ledger_page import MOST_ROWS, ledger_page
from nodes.feedback_loop.rendering.policy_tree import branches
from systems.ledger import Disagreement, Ledger
from systems.policy import BASELINE, DEFAULT
from tests.browser import Opened, running
from tests.nodes.feedback_loop.rendering.reports import HOSTILE
from tests.systems.ledger.histories import MODEL, back, finding, proposal, step

SHORTER = {"draft": {"characters": 80}}
FEWER = {"draft": {"items": 2}}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running() as browser:
        yield browser


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "specloop.db")) as found:
        yield found


def written(folder: Path, ledger: Ledger, *wrong: Disagreement) -> Path:
    file = folder / "page.html"
    file.write_text(ledger_page(told(ledger.entries()), wrong), encoding="utf-8")
    return file


def a_history(ledger: Ledger) -> Told:
    """Refused, adopted, adopted and rolled back, not judged."""
    step(ledger, DEFAULT, FEWER, accepted=False, what="Fewer items")
    kept = step(ledger, what="Shorter texts")
    undone = step(ledger, kept.policy, SHORTER, what="Shorter still")
    ledger.roll_back(back(undone.policy, kept.policy), model=MODEL)
    ledger.append("proposal", proposal(kept.policy, FEWER, what="Fewer items again"), model=MODEL)
    return told(ledger.entries())


def test_every_policy_stands_under_its_parent_and_what_was_kept_goes_straight_on(ledger: Ledger) -> None:
    rows = branches(a_history(ledger), MODEL)
    assert [
        (one.decision.proposal.what if one.decision and one.decision.proposal else "", one.lane, one.start)
        for one in rows
    ] == [
        ("", 0, None),
        ("", 0, 0),
        ("Fewer items", 1, 0),
        ("Shorter texts", 0, 0),
        ("Shorter still", 1, 0),
    ]
    assert [one.key for one in rows[:2]] == [BASELINE.hash, DEFAULT.hash]
    assert [one.through for one in rows] == [(), (), (0,), (), ()] and rows[3].goes_on and not rows[4].goes_on


def test_decisions_are_told_with_what_became_of_them(ledger: Ledger) -> None:
    found = a_history(ledger)
    assert [one.outcome for one in found.decisions] == ["rejected", "adopted", "adopted", "rolled back", "not judged"]
    assert found.decisions[2].undone == found.decisions[3].back and found.decisions[1].undone is None
    assert found.active == {MODEL: found.decisions[1].policy}


@pytest.mark.external
def test_the_page_shows_what_was_refused_and_why(ledger: Ledger, browser: Browser, tmp_path: Path) -> None:
    a_history(ledger)
    with Opened(browser, written(tmp_path, ledger)) as opened:
        view = opened.page
        assert view.locator(".policy .chip").all_inner_texts() == [
            *("shipped", "shipped", "rejected", "active", "adopted", "rolled back"),
        ]
        refused = view.locator(".policy", has_text="Fewer items")
        assert "The gain does not exceed the noise." in refused.inner_text()
        assert "60% → 100% +40 points" in refused.inner_text()
        refused.click()
        shown = view.inner_text("#details")
        for words in (
            "finding",
            finding().explanation,
            "00f067aa0ba902b7",
            "draft.items",
            "p value",
            "+21 to +59 points",
        ):
            assert words in shown
        view.keyboard.press("Escape")
        assert not view.is_visible("#details")
        assert view.locator("tbody tr").count() == 5 and not view.is_visible("#wrong")
        assert (opened.requests, opened.troubles) == ([], [])


@pytest.mark.external
def test_text_that_was_written_to_do_harm_is_only_text(ledger: Ledger, browser: Browser, tmp_path: Path) -> None:
    current = DEFAULT
    for number, text in enumerate(HOSTILE):
        made: dict[str, Any] = {"what": text or "empty", "finding": finding(text, text), "trace_ids": (text,)}
        edit = {"questions": {"routes": {f"{number}{text[:300]}": text[:300]}}}
        done = step(ledger, current, edit, model=f"m{text[:200]}", **made)
        current = done.policy
        ledger.roll_back(back(done.policy, DEFAULT, reason=text), model=f"m{text[:200]}")
    wrong = [Disagreement(number=1, kind="x", record="", what=text) for text in HOSTILE]
    with Opened(browser, written(tmp_path, ledger, *wrong)) as opened:
        rows = opened.page.locator(".policy")
        for number in range(0, rows.count(), 7):
            rows.nth(number).click()
        assert opened.page.evaluate("window.harmed") is None
        assert "<script>window.harmed = 1</script>" in opened.page.inner_text("#left")
        assert opened.page.locator("#left img, #left iframe, #left a, #left svg[onload]").count() == 0
        assert (opened.requests, opened.troubles) == ([], [])


@pytest.mark.external
def test_an_empty_ledger_and_damage_are_said(ledger: Ledger, browser: Browser, tmp_path: Path) -> None:
    damage = Disagreement(number=3, kind="trial", record="", what="its body was changed")
    with Opened(browser, written(tmp_path, ledger, damage)) as opened:
        assert opened.page.inner_text("#left") == "Nothing was tried yet."
        assert opened.page.inner_text("#wrong") == "entry 3: its body was changed"
        assert opened.troubles == []


def test_a_very_long_chain_is_drawn_as_far_as_it_fits(ledger: Ledger) -> None:
    policies, current = {BASELINE.hash: BASELINE, DEFAULT.hash: DEFAULT}, DEFAULT
    for number in range(2 * MOST_ROWS):
        current = current.edited({"draft": {"seed": number}})
        policies[current.hash] = current
    long = Told((), policies, [], {MODEL: current.hash})
    assert len(branches(long, MODEL)) == 2 * MOST_ROWS + 2
    assert f'"left_out":{MOST_ROWS + 2}' in ledger_page(long)

"""The HTML page, opened in Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from nodes.feedback_loop.comparison import compare
from nodes.feedback_loop.rendering import Compared, Run, page
from nodes.feedback_loop.rendering.page import TEMPLATE
from tests.browser import Opened, running
from tests.nodes.feedback_loop.rendering.reports import HOSTILE, PROFILE, finding, hostile, long_run, report, rows
from tests.nodes.feedback_loop.traces import Trace

pytestmark = pytest.mark.external
MANY = 20_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running() as browser:
        yield browser


def written(folder: Path, *runs: Run, compared: Compared | None = None) -> Path:
    file = folder / "page.html"
    file.write_text(page(runs, compared), encoding="utf-8")
    return file


def a_run(name: str = "trace.json") -> Run:
    """A workflow of two agents; the second one's tool fails."""
    trace = Trace()
    root = trace.span("invoke_workflow w", 0, 100)
    for number, agent in enumerate(("planner", "writer")):
        start = 50 * number
        under = trace.span(f"invoke_agent {agent}", start, start + 40, under=root, OPERATION="invoke_agent")
        trace.chat(start + 1, start + 5, under=under)
        trace.tool("git_log", start + 6, start + 30, under=under, error="no such revision" if number else "")
    culprit = trace.spans[-1].span_id
    return Run(report(finding(span_ids=(culprit,)), finding(span_ids=("f" * 16,)), file=name), rows(trace.spans))


def drawn(page: Page) -> Page:
    """The page, once the next frame is drawn."""
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    return page


def titles(page: Page) -> list[str]:
    """Titles of the rows in sight, from the top."""
    tops = (
        drawn(page)
        .locator("#space .row:visible")
        .evaluate_all(
            "rows => rows.map(row => [row.getBoundingClientRect().top, row.querySelector('.title').textContent])"
        )
    )
    return [title for _, title in sorted(tops)]


def chosen(page: Page) -> str:
    return drawn(page).locator(".row.chosen .title").inner_text()


def test_a_finding_jumps_to_its_span_and_marks_it(browser: Browser, tmp_path: Path) -> None:
    with Opened(browser, written(tmp_path, a_run())) as opened:
        view = opened.page
        assert len(titles(view)) == 7 and view.locator(".row.culprit").count() == 0
        view.locator("#fold").click()
        assert titles(view) == ["invoke_workflow w"]
        view.locator("#findings-list button").first.click()
        assert drawn(view).locator(".row.culprit.chosen .title").inner_text() == "execute_tool git_log"
        assert "no such revision" in view.locator("#details").inner_text()
        assert view.locator("#findings-list .finding.open").count() == 1
        assert (opened.requests, opened.troubles) == ([], [])


def test_a_finding_whose_spans_are_not_drawn_says_so(browser: Browser, tmp_path: Path) -> None:
    with Opened(browser, written(tmp_path, a_run())) as opened:
        opened.page.locator("#findings-list button").nth(1).click()
        assert "ffffffffffffffff (not drawn)" in opened.page.locator("#findings-list").inner_text()
        assert opened.troubles == []


def test_a_link_with_a_span_id_opens_at_that_span(browser: Browser, tmp_path: Path) -> None:
    with Opened(browser, written(tmp_path, a_run()), f"#span={7:016x}") as opened:
        assert chosen(opened.page) == "execute_tool git_log"


def test_search_and_filters_show_what_fits_with_its_parents(browser: Browser, tmp_path: Path) -> None:
    with Opened(browser, written(tmp_path, a_run())) as opened:
        view = opened.page
        view.fill("#search", "GIT_log")
        expect(view.locator("#matches")).to_have_text("2 found")
        assert len(titles(view)) == 5
        view.check("#failed")
        assert titles(view) == ["invoke_workflow w", "invoke_agent writer", "execute_tool git_log"]
        view.press("#search", "Enter")
        assert chosen(view) == "execute_tool git_log" and view.inner_text("#matches") == "1 of 1"
        view.fill("#search", "nothing like it")
        view.wait_for_selector("#empty:visible")
        view.fill("#search", "")
        view.uncheck("#failed")
        view.locator("#kinds button", has_text="agent").click()
        assert titles(view) == ["invoke_workflow w", "invoke_agent planner", "invoke_agent writer"]
        assert opened.troubles == []


def test_the_keyboard_is_enough(browser: Browser, tmp_path: Path) -> None:
    with Opened(browser, written(tmp_path, a_run())) as opened:
        view = opened.page
        view.focus("#tree")
        for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
            view.keyboard.press(key)
        assert chosen(view) == "chat m"
        view.keyboard.press("ArrowLeft")
        assert chosen(view) == "invoke_agent planner"
        view.keyboard.press("ArrowLeft")
        assert len(titles(view)) == 5, "the agent's calls are folded away"
        view.keyboard.press("End")
        assert chosen(view) == "execute_tool git_log"
        assert drawn(view).inner_text("#range").startswith("all of")
        view.keyboard.press("Enter")
        assert "from 54.8 s on" in drawn(view).inner_text("#range")
        view.keyboard.press("0")
        view.keyboard.press("Escape")
        assert drawn(view).inner_text("#range").startswith("all of") and not view.is_visible("#details")
        view.keyboard.press("/")
        assert view.evaluate("document.activeElement.id") == "search"
        assert opened.troubles == []


def test_the_wheel_zooms_where_the_pointer_is(browser: Browser, tmp_path: Path) -> None:
    with Opened(browser, written(tmp_path, a_run())) as opened:
        lane = opened.page.locator("#over").bounding_box()
        assert lane
        opened.page.mouse.move(lane["x"] + lane["width"] * 0.75, lane["y"] + 150)
        opened.page.keyboard.down("Control")
        for _ in range(8):
            opened.page.mouse.wheel(0, -200)
        opened.page.keyboard.up("Control")
        expect(opened.page.locator("#range")).to_have_text(re.compile(r"ms from 75(\.0\d)? s on$"))


def test_runs_are_listed_compared_and_switched(browser: Browser, tmp_path: Path) -> None:
    fine = Run(report(file="runs/fine.json"), rows([]))
    compared = Compared("old.json", compare([PROFILE] * 9, [PROFILE.model_copy(update={"seconds": 99.0})] * 9))
    with Opened(browser, written(tmp_path, fine, a_run("runs/bad.json"), compared=compared)) as opened:
        view = opened.page
        assert view.locator("#runs tbody tr td:first-child").all_inner_texts() == ["bad.json", "fine.json"]
        assert view.inner_text("#file") == "2 runs"
        view.get_by_role("button", name="bad.json").click()
        assert view.inner_text("#file") == "runs/bad.json" and len(titles(view)) == 7
        view.select_option("#run", "0")
        assert view.inner_text("#file") == "runs/fine.json" and "Nothing found" in view.inner_text("#findings")
        view.get_by_role("tab", name="Comparison").click()
        assert "worse" in view.inner_text("#comparison") and "Compared with old.json" in view.inner_text("#comparison")
        view.get_by_role("tab", name="Comparison").press("ArrowLeft")
        assert view.locator("#runs").is_visible()
        assert (opened.requests, opened.troubles) == ([], [])


def test_a_profile_is_sorted_and_leads_to_its_spans(browser: Browser, tmp_path: Path) -> None:
    with Opened(browser, written(tmp_path, a_run())) as opened:
        view = opened.page
        view.get_by_role("tab", name="Profile").click()
        assert view.locator("#profile caption").all_inner_texts() == ["Tools", "Models"]
        view.locator("#profile td button").first.click()
        assert view.locator("#spans").is_visible() and view.input_value("#search") == "git.git_log"
        expect(view.locator("#matches")).to_have_text("2 found")


def test_hostile_text_is_shown_and_never_run(browser: Browser, tmp_path: Path) -> None:
    run = hostile()
    file = written(tmp_path, run, run)
    with Opened(browser, file) as opened:
        view = opened.page
        view.locator("#runs td button").first.click()
        for number in range(len(HOSTILE)):
            view.locator("#findings-list > li > button").nth(number).click()
        for row in view.locator("#space .row:visible").all():
            row.click()
        for tab in ("Profile", "Runs", "Spans"):
            view.get_by_role("tab", name=tab).click()
        view.wait_for_timeout(50)
        assert view.evaluate("window.harmed") is None
        assert (
            view.evaluate("document.querySelectorAll('main :is(script, img, svg, iframe, a, base, link)').length") == 0
        )
        assert view.evaluate("document.scripts.length") == 4, "the index, two runs and the template's own"
        shown = view.inner_text("#findings")
        assert "\\u202eright to left" in shown and not set("\u202e\u2066\x1b\x9b") & set(view.inner_text("body"))
        assert "<script>window.harmed = 1</script>" in shown and "[click](javascript:window.harmed=1)" in shown
        assert (opened.requests, opened.troubles) == ([], [])


def test_a_script_that_got_in_all_the_same_would_not_run(browser: Browser, tmp_path: Path) -> None:
    file = written(tmp_path, a_run())
    harm = (
        "<script>window.harmed = 1</script><img src='data:,' onerror='window.harmed = 2'><img src='http://127.0.0.1:9'>"
    )
    file.write_text(file.read_text(encoding="utf-8").replace("<main>", f"<main>{harm}"), encoding="utf-8")
    with Opened(browser, file) as opened:
        assert opened.page.evaluate("window.harmed") is None
        assert opened.requests == opened.blocked == ["http://127.0.0.1:9/"]
        assert len(opened.troubles) >= 3 and all("Content Security Policy" in one for one in opened.troubles)


def test_twenty_thousand_spans_stay_usable(browser: Browser, tmp_path: Path) -> None:
    with Opened(browser, written(tmp_path, long_run(MANY))) as opened:
        view = opened.page
        assert 10 < drawn(view).locator("#space .row").count() < 100, "only what is in sight is in the document"
        view.locator("#tree").evaluate("tree => { tree.scrollTop = tree.scrollHeight / 2 }")
        view.wait_for_selector("text=invoke_agent a10001")
        view.fill("#search", "a19991")
        expect(view.locator("#matches")).to_have_text("1 found")
        assert titles(view) == ["invoke_workflow w", "invoke_agent a19991"]
        view.locator("#findings-list button").first.click()
        assert "lost" in view.inner_text("#details") and drawn(view).locator(".row.culprit.chosen").count() == 1
        for _ in range(3):
            view.locator("#in").click()
        assert "from" in drawn(view).inner_text("#range")
        view.locator("#fold").click()
        assert titles(view) == ["invoke_workflow w"]
        assert (opened.requests, opened.troubles) == ([], [])


def test_a_narrow_window_draws_only_what_is_in_sight_too(browser: Browser, tmp_path: Path) -> None:
    with Opened(browser, written(tmp_path, long_run(2_000))) as opened:
        opened.page.set_viewport_size({"width": 700, "height": 800})
        assert 10 < drawn(opened.page).locator("#space .row:visible").count() < 100
        opened.page.locator("#findings-list button").first.click()
        assert chosen(opened.page) == "execute_tool tool_4" and opened.page.locator("#details").is_visible()


def test_the_page_says_what_is_not_drawn(browser: Browser, tmp_path: Path) -> None:
    trace = Trace()
    for number in range(5):
        trace.span(f"step {number}", number, number + 1)
    with Opened(browser, written(tmp_path, Run(report(dropped={"bad ids": 2}), rows(trace.spans, most=2)))) as opened:
        notes = opened.page.inner_text("#notes")
        assert "Left out: 2 spans (2 bad ids)" in notes and "3 spans are not drawn" in notes


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(browser: Browser, tmp_path: Path, scheme: str) -> None:
    """At least 4.5 to 1 (https://www.w3.org/TR/WCAG22/#contrast-minimum)."""
    with Opened(browser, written(tmp_path, a_run())) as opened:
        opened.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for colour in ("ink", "soft", "accent", "critical", "error", "warning", "info"):
            for behind in ("paper", "raised", "wash"):
                both = opened.page.evaluate(COLOURS, [colour, behind])
                one, two = sorted(map(luminance, both))
                assert (two + 0.05) / (one + 0.05) >= 4.5, (scheme, colour, behind)


COLOURS = """names => names.map(name => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = `var(--${name})`;
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
})"""


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance, of `rgb(r, g, b)`."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_page_names_no_address() -> None:
    assert not re.findall(
        r"https?:|//[a-z]+\.|@import|url\(|fetch\(|innerHTML|outerHTML|insertAdjacent", TEMPLATE.read_text()
    )


def test_rows_of_the_page_are_those_of_the_trace(tmp_path: Path) -> None:
    text = written(tmp_path, a_run()).read_text(encoding="utf-8")
    (data,) = re.findall(r'<script type="application/json" id="run-0">(.*?)</script>', text)
    found = [(row[1], row[2], row[5]) for row in json.loads(data)["rows"]]
    assert found[:3] == [(0, 0.0, "invoke_workflow w"), (1, 0.0, "invoke_agent planner"), (2, 1e6, "chat m")]


def test_the_ruler_of_a_trace_of_hours_counts_in_hours(browser: Browser, tmp_path: Path) -> None:
    trace = Trace()
    trace.tool("git_log", 1, 2, under=trace.span("invoke_workflow w", 0, 39_600))
    with Opened(browser, written(tmp_path, Run(report(), rows(trace.spans)))) as opened:
        assert drawn(opened.page).locator("#ruler span").all_inner_texts() == ["0", "2 h", "4 h", "6 h", "8 h", "10 h"]

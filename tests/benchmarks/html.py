"""How usable the HTML page is with many spans: `python -m tests.benchmarks.html [SPANS]`.

Prints one line of JSON last, with milliseconds in Chromium: `open` until the first rows are painted; `scroll`, `zoom`
and `pan` the longest of 60 frames while doing so; `search` and `fold` until the rows that are left are painted; `jump`
from a click on a finding until its span is. `write` is what Python takes to write the page, `mb` its size. `fewer` are
the same for a tenth of the spans.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

from nodes.feedback_loop.rendering import page
from tests.browser import Opened, running
from tests.nodes.feedback_loop.rendering.reports import long_run

PAINTED = "await new Promise(requestAnimationFrame); await new Promise(drawn => setTimeout(drawn));"
ONCE = {
    "search": "$('search').value = 'tool_3'; $('search').dispatchEvent(new Event('input')); " + PAINTED,
    "clear": "$('search').value = ''; $('search').dispatchEvent(new Event('input')); " + PAINTED,
    "fold": "$('fold').click();",
    "jump": "document.querySelector('#findings-list button').click();",
}
FRAMES = {
    "scroll": "$('tree').scrollTop = number / 60 * $('tree').scrollHeight",
    "zoom": "$(number < 30 ? 'in' : 'out').click()",
    "pan": "$('tree').dispatchEvent(new KeyboardEvent('keydown', {key: number % 2 ? 'd' : 'a', bubbles: true}))",
}


def once(act: str) -> str:
    return f"async () => {{ const begun = performance.now(); {act} {PAINTED} return performance.now() - begun; }}"


def longest(act: str) -> str:
    return f"""async () => {{
        let longest = 0, before = performance.now();
        for (let number = 0; number < 60; number++) {{
            {act};
            await new Promise(requestAnimationFrame);
            longest = Math.max(longest, performance.now() - before);
            before = performance.now();
        }}
        return longest;
    }}"""


def measure(browser: Browser, folder: Path, count: int) -> dict[str, float]:
    run = long_run(count)
    file = folder / f"{count}.html"
    begun = time.perf_counter()
    file.write_text(page([run]), encoding="utf-8")
    found = {"spans": float(count), "write": 1_000 * (time.perf_counter() - begun), "mb": file.stat().st_size / 1e6}
    begun = time.perf_counter()
    with Opened(browser, file) as opened:
        opened.page.wait_for_selector("#space .row")
        found["open"] = 1_000 * (time.perf_counter() - begun)
        found |= {name: opened.page.evaluate(longest(act)) for name, act in FRAMES.items()}
        found |= {name: opened.page.evaluate(once(act)) for name, act in ONCE.items()}
        assert opened.page.locator(".row.culprit.chosen").count() == 1 and not opened.troubles
    return {name: round(value, 1) for name, value in found.items()}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder, running() as browser:
        fewer = measure(browser, Path(folder), max(10, count // 10))
        print(json.dumps({**measure(browser, Path(folder), count), "fewer": fewer}))


if __name__ == "__main__":
    main()

"""Chromium as Debian and others install it, without a window and without anything it would fetch by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 10_000
"""Milliseconds that anything may take before it counts as not happening."""
MISSING = "There is no Chromium; Debian, Ubuntu: apt-get install chromium"


def program() -> str:
    """Path of the installed browser.

    Raises:
        LookupError: there is none.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise LookupError(MISSING)
    return found


@contextmanager
def running() -> Iterator[Browser]:
    """A browser, ended with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
        yield browser
        browser.close()


class Opened:
    """A page of a file, and everything it did that it should not.

    Attributes:
        page: the page, loaded.
        requests: what it asked for, itself left out.
        blocked: those of them that its content security policy did not let out.
        troubles: errors of its scripts, what the console was told, dialogs.
    """

    def __init__(self, browser: Browser, file: Path, fragment: str = "") -> None:
        self.requests: list[str] = []
        self.blocked: list[str] = []
        self.troubles: list[str] = []
        self._context = browser.new_context(viewport={"width": 1280, "height": 800})
        self._context.set_default_timeout(PATIENCE)
        self.page: Page = self._context.new_page()
        url = file.as_uri()
        self.page.on("request", lambda one: self.requests.append(one.url) if one.url != url else None)
        self.page.on("requestfailed", lambda one: self.blocked.append(one.url) if one.failure == "csp" else None)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", lambda said: self.troubles.append(said.text))
        self.page.on("dialog", lambda dialog: self.troubles.append(dialog.message))
        self.page.goto(url + fragment)

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *exception: object) -> None:
        self._context.close()

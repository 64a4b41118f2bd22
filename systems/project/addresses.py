"""Projects that are named by the URL of their git repository, and how much of one is said."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from systems.errors import UsageError

SCP = re.compile(r"^[\w.-]+@[\w.-]+:(?!/)\S+$")
"""git@host:path, as git takes it besides URLs."""


def is_url(project: str | Path) -> bool:
    """Whether a project is named by a URL."""
    return isinstance(project, str) and ("://" in project or bool(SCP.match(project)))


def checked_url(url: str) -> str:
    """A URL that holds no secret.

    Raises:
        UsageError: it holds one, or is of a scheme that git is not asked to follow.
    """
    if SCP.match(url):
        return url
    parts = urlsplit(url)
    if parts.password or (parts.username and parts.scheme in ("http", "https")):
        mend = "Leave it out, and give it to the workers by a git credential helper or an ssh key."
        raise UsageError("The URL of the project holds a secret.", mend=mend)
    if parts.scheme not in ("https", "http", "ssh", "git", "file"):
        raise UsageError(f"{parts.scheme}:// is no address of a git repository.", mend="Name one by https or ssh.")
    return url

"""What failed, as far as the output of a test runner names it; so a check that was red before can still be judged."""

from __future__ import annotations

import re

MOST = 500
# One name a line, in the forms of pytest, unittest, cargo, go, TAP (node, perl), mocha and jest, rspec, and dotnet.
NAMED = re.compile(
    r"^(?:"
    r"(?:FAILED|ERROR) (?P<pytest>\S+::\S.*?|\S+\.py)(?: - .*)?"
    r"|(?:FAIL|ERROR): (?P<unittest>\S+ \(.+\))"
    r"|test (?P<cargo>\S+)(?: - .*)? \.\.\. FAILED"
    r"|\s*--- FAIL: (?P<go>\S+)(?: \(.*\))?"
    r"|\s*not ok \d+ (?:- )?(?P<tap>.+?)(?: # time=.*)?"
    r"|\s*[✕✗\u00d7✖] (?P<mocha>.+?)(?: \(\d+.*\))?"
    r"|rspec (?P<rspec>\S+:\d+) #.*"
    r"|\s*Failed (?P<dotnet>\S+) \[.*\]"
    r")\s*$",
    re.MULTILINE,
)


def named_failures(output: str) -> tuple[str, ...]:
    """The failures that the output of a check names, each once, in order; none where it names none."""
    found = (next(filter(None, match.groups())).strip() for match in NAMED.finditer(output))
    return tuple(dict.fromkeys(found))[:MOST]

"""Values a question says in words: how many, which page, since when, which of some choices, which number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

Value = str | int | float | bool | None

WORDS = "one two three four five six seven eight nine ten eleven twelve".split()
NUMBER = rf"(\d{{1,4}}|{'|'.join(WORDS)})"
URL = re.compile(r"\bhttps?://[^\s\"'<>)]*[^\s\"'<>).,;:?!]", re.IGNORECASE)
ISO_DATE = r"(\d{4}-\d{2}-\d{2})"
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
PERIODS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 91, "year": 365}
AGO = re.compile(
    rf"\b(?:last|past|previous)\s+(?:{NUMBER}\s+)?({'|'.join(PERIODS)})s?\b|\b{NUMBER}\s+({'|'.join(PERIODS)})s?\s+ago\b",
    re.IGNORECASE,
)
LEAST, MOST = ("start", "since", "after", "from"), ("end", "until", "before", "to")
PLAIN_NUMBER = re.compile(r"(?<![\w.:/-])-?\d+(?:\.\d+)?(?![\w:/-])(?!\.\d)")
COUNTS = (
    "max_count",
    "limit",
    "count",
    "n",
    "num",
    "number",
    "max_results",
    "maxresults",
    "per_page",
    "perpage",
    "top",
)
ENDS = {"head": "first", "tail": "last"}
OF_THING = re.compile(r"(\w+?)_?(?:number|i?id|no|key)")
SHORT = {"pull": "pull(?: request)?|pr|merge request|mr", "issue": "issue|ticket|bug"}


def said(name: str, schema: Mapping[str, Any], question: str, *, today: date | None = None) -> Value:
    """What a question says of an argument; None when it says nothing that fits.

    Args:
        name: the argument.
        schema: its JSON schema.
        question: what is asked.
        today: for "yesterday" and the like; the clock's when left out.
    """
    if choices := [each for each in schema.get("enum") or () if isinstance(each, str)]:
        named = [each for each in choices if re.search(rf"\b{_spaced(each)}s?\b", question, re.IGNORECASE)]
        return named[0] if len(named) == 1 else None
    if schema.get("type") in ("integer", "number"):
        return _number(name.lower(), question)
    if name.lower() in ("url", "uri", "link") or schema.get("format") in ("uri", "url"):
        page = URL.search(question)
        return page.group(0) if page else None
    words = re.split(r"[_\W]", name.lower())
    if words[0] in LEAST + MOST and (len(words) == 1 or words[-1] in ("date", "time", "timestamp", "day")):
        return _day(words[0] in LEAST, question, today or date.today())
    return _known_by(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower(), question)


def numbers(question: str) -> tuple[float, ...]:
    """The numbers that stand for themselves in a question, in order."""
    return tuple(float(found) for found in PLAIN_NUMBER.findall(question))


def _number(name: str, question: str) -> int | None:
    """How many of something, or the number that something goes by, as in issue 17."""
    if name in ENDS or name in COUNTS:
        which = ENDS.get(name, "last|latest|past|first|top|newest|most recent|recent|previous|up to|at most")
        unit = r"\s+lines\b" if name in ENDS else r"(?!\s+(?:days?|weeks?|months?|years?|hours?|minutes?)\b)\b"
        found = re.search(rf"\b(?:{which})\s+{NUMBER}{unit}", question, re.IGNORECASE)
        return counted(found.group(1)) if found else None
    number = _known_by(name, question)
    return int(number) if number and number.isdigit() else None


def _known_by(name: str, question: str) -> str | None:
    """What a thing goes by, as in issue 17 or ticket AB-17, for an argument such as `issue_number` or `ticket_id`."""
    thing = OF_THING.fullmatch(name)
    if thing is None:
        return None
    kind = SHORT.get(thing.group(1), re.escape(thing.group(1)).replace("_", " "))
    found = re.search(rf"\b(?:{kind})\s*(?:no\.?|number|id)?\s*#?((?:[A-Z]+-)?\d+)\b", question, re.IGNORECASE)
    return found.group(1) if found else None


def counted(text: str) -> int:
    """The number that a text says in digits or as a word."""
    return int(text) if text.isdigit() else WORDS.index(text.lower()) + 1


def _day(least: bool, question: str, today: date) -> str | None:
    """The first day, or the last, that a question is about, as in ISO 8601."""
    bound = "since|after|from|between" if least else "until|before|till|to|and"
    if found := re.search(rf"\b(?:{bound})\s+{ISO_DATE}\b", question, re.IGNORECASE):
        return found.group(1)
    if not least:
        return None
    asked = question.lower()
    if found := re.search(rf"\bsince\s+(?:last\s+)?({'|'.join(DAYS)})\b", asked):
        return str(today - timedelta(days=(today.weekday() - DAYS.index(found.group(1)) - 1) % 7 + 1))
    if found := AGO.search(question):
        many, period = found.group(1) or found.group(3) or "1", found.group(2) or found.group(4)
        return str(today - timedelta(days=counted(many) * PERIODS[period.lower()]))
    for word, start in (
        ("yesterday", today - timedelta(days=1)),
        ("today", today),
        ("this week", today - timedelta(days=today.weekday())),
        ("this month", today.replace(day=1)),
        ("this year", today.replace(month=1, day=1)),
    ):
        if re.search(rf"\b{word}\b", asked):
            return str(start)
    return None


def _spaced(choice: str) -> str:
    return re.sub(r"[_-]", "[ _-]", re.escape(choice).replace("\\-", "-"))

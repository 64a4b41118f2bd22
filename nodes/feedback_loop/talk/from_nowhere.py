"""Figures of an answer that nobody told: of a subject that no tool was asked about, or other ones than it told.

"free beds in cardiology and neurology?"    free_beds(cardiology) -> 3 (C04)    "... and neurology has 7 (N02)."
"the balance of 1400?"                      balance(1400) -> 88214.37           "It is 91530.12."
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from nodes.feedback_loop.calls.fruitless import fruitless
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.transcript import Transcript, texted
from nodes.feedback_loop.talk.use import precise, use_of
from nodes.feedback_loop.texts.derivation import aggregates, derived, rounded, totals
from nodes.feedback_loop.texts.joined import joined
from nodes.feedback_loop.texts.words import Said, keys, said, stems, values

_CLAUSE = re.compile(
    r"[.;:!?]\s+|,\s+|\n+|\s+(?:and|but|while|und|aber|et|mais|y|pero|ma|mas|en|och)\s+", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")
_FIGURE = re.compile(r"(?<![\w.:/-])(?<!\d,)\d+(?:[.,:]\d+)+(?![\w:/-])")
_NUMBER = re.compile(r"(?<![\w.:-])(?<!\d,)\d+(?:[.,]\d+)*(?![\w:-])")
_PERSON = re.compile(r"(?<=[a-z,;] )(?:(?:Dr|Mr|Ms|Mrs)\.? )?[A-Z][a-z]+ [A-Z][a-z]+\b")
_SEVERAL, _LARGE, _FEW = 2, 10, 8
_MOST = 5_000


def made_up(talk: Transcript) -> Iterator[str]:
    """Clauses of a talk's answer with figures of a subject that stands beside one that was looked up, and was not."""
    if talk.answer is None:
        return
    known = _known(talk)
    looked_up = frozenset().union(*(stems(values(one.arguments)) for one in talk.tools))
    mentioned = looked_up.union(*(stems(values(one.result[:_MOST])) | keys(one.result) for one in talk.tools))
    missing = {
        other
        for first, second in joined(talk.asked)
        for one in first
        for other in second
        if one in looked_up and other not in mentioned
    }
    if not missing:
        return
    for clause in _CLAUSE.split(talk.answer.output[:_MOST]):
        told = said(clause)
        new = told.without(known)
        figures = any(not _follows(one, known) for one in new.numbers)
        if missing & stems(clause) and (figures or any(map(_DIGIT.search, new.names))):
            yield clause


def told_otherwise(call: Operation, talk: Transcript) -> str:
    """The figure that an answer gives for the one that an unused result has: as many digits, and from nowhere."""
    use = use_of(talk)
    if talk.answer is None or use.flows(call):
        return ""
    own = [one for one in use.news(call).numbers if precise(one)]
    known = _known(talk)
    for stated in sorted(texted(talk.answer.output).numbers):
        if precise(stated) and any(_alike(stated, one) for one in own) and not _follows(stated, known):
            return f"{stated:.10g}"
    return ""


def out_of_nothing(talk: Transcript) -> list[str]:
    """The figures of an answer although no tool of the talk found anything; empty where one did, or they are few."""
    if talk.answer is None or not talk.tools or not all(one.failed or fruitless(one) for one in talk.tools):
        return []
    known = _known(talk)
    told = texted(talk.answer.output).without(known)
    figures = sorted(one for one in told.numbers if not _follows(one, known))
    return [f"{one:.10g}" for one in figures] if len(figures) >= _SEVERAL else []


def invented(talk: Transcript) -> list[str]:
    """The figures and the persons of an answer that nobody told, and that follow from nothing that was."""
    if talk.answer is None:
        return []
    known, heard, answer = _known(talk), talk.heard.lower(), talk.answer.output[:_MOST]
    figures = [one for one in dict.fromkeys(_NUMBER.findall(answer)) if one.strip("0.,") and one not in heard]
    texts = [text for one in talk.tools for text in (one.arguments, one.result)]
    told = sorted(known.numbers | known.small)
    computed = {round(one, 2) for one in aggregates(texts)} | (totals(told) if len(told) <= _FEW else set())
    year = datetime.fromtimestamp(talk.answer.end_ns / 1e9, UTC).year
    known = known.joined(Said(frozenset((float(year), year - 1.0)), said(answer).small, frozenset(), frozenset()))
    new = [
        one for one in figures if _large(one) and not any(_comes(number, known, computed) for number in _readings(one))
    ]
    persons = [
        one for one in dict.fromkeys(_PERSON.findall(answer)) if not any(map(heard.__contains__, one.lower().split()))
    ]
    return [*new, *persons]


def _comes(number: float, known: Said, computed: set[float]) -> bool:
    return round(number, 2) in computed or _follows(number, known)


def _readings(figure: str) -> list[float]:
    told = said(figure)
    return [*told.numbers, *told.small]


def _large(figure: str) -> bool:
    return any(one >= _LARGE or one % 1 for one in _readings(figure))


def of_other_figures(calls: list[Operation], talk: Transcript) -> list[str]:
    """Figures of an answer that are written like those of results of which nothing was used, and stand nowhere."""
    if talk.answer is None:
        return []
    heard = talk.heard
    given = {one for call in calls for one in _FIGURE.findall(call.result[:_MOST])}
    shapes = {_shape(one) for one in given}
    told = [one for one in dict.fromkeys(_FIGURE.findall(talk.answer.output[:_MOST])) if _shape(one) in shapes]
    if len(told) < _SEVERAL or any(one in heard for one in told) or _shifted(told, given):
        return []
    known = _known(talk)
    figures = [one for one in told if ":" not in one]
    return [] if any(_follows(number, known) for one in figures for number in said(one).numbers) else told


def _shifted(told: list[str], given: set[str]) -> bool:
    """Whether the times of an answer may be those of the results in another time zone."""
    of_day = [_minutes(one) for one in told if ":" in one]
    times = {_minutes(one) for one in given if ":" in one}
    return bool(of_day) and any({(one - of_day[0] + first) % 1_440 for one in of_day} <= times for first in times)


def _minutes(time: str) -> int:
    hours, minutes = (int(part) for part in time.split(":")[:2])
    return hours * 60 + minutes


def _shape(figure: str) -> str:
    return re.sub(r"\d", "9", figure)


def _known(talk: Transcript) -> Said:
    """What the person, the instructions, the calls and their results say."""
    known = texted(talk.task)
    for call in talk.tools:
        known = known.joined(texted(call.arguments)).joined(texted(call.result))
    return known


def _follows(number: float, known: Said) -> bool:
    told = sorted(known.numbers | known.small)
    return any(rounded(number, one) or rounded(one, number) for one in told) or derived(number, told, told)


def _alike(one: float, other: float) -> bool:
    """Whether two numbers are written with as many digits before the point and after it."""
    return [len(part) for part in f"{one:.10g}".split(".")] == [len(part) for part in f"{other:.10g}".split(".")]

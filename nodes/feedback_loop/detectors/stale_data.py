"""Data that is told to be old, and used as if it were not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from datetime import UTC, datetime
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt
from nodes.feedback_loop.calls.series import Series
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY
from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.ends import Ends
from nodes.feedback_loop.talk.transcript import Transcript
from systems.records import Finding

SECONDS = 3_600
_STALENESS = "retrieval.staleness_seconds"


_FIELDS = frozenset(("stale", "is_stale", "isstale", "outdated", "expired_cache", "stale_cache"))
_WORDS = frozenset(("stale", "outdated", "out of date", "out-of-date"))
_SAYS = re.compile(
    r"\b(?:data|results?|snapshot|values?|cache[ds]?|copy|response|prices?|table|index|rates?|entry|reading)\b"
    r"[^.;\n]{0,30}?\b(?:is|are|was|were|may be|might be|=|:)?\s*(?:stale|outdated|out[ -]of[ -]date)\b"
    r"|\b(?:stale|outdated|out-of-date) (?:data|results?|cache|copy|values?|snapshot|response|entry|reading)\b",
    re.IGNORECASE,
)
_OWNS_UP = re.compile(
    r"\b(?:stale|old|older|outdated|out[ -]of[ -]date|as of|last (?:known|updated)|not (?:current|live|up to date)|"
    r"cached?|may have changed|days? ago|hours? ago|veraltet|stand vom|périmé\w*|obsol[eè]t\w*|desactualizad\w*|"
    r"verouderd|datat[aoe])\b",
    re.IGNORECASE,
)
_LONG = 2_000
_LONG_AGO = 30 * 86_400
_NOW = re.compile(
    r"\b(?:now|today|tonight|current(?:ly)?(?! task)|at the moment|at present|latest|live|jetzt|heute|aktuell\w*|"
    r"derzeit|momentan|maintenant|aujourd'hui|actuel\w*|en ce moment|ahora|hoy|actual\w*|adesso|oggi|attual\w*|"
    r"agora|hoje|atual\w*|nu|vandaag)\b|今|现在|現在",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_UPDATED = re.compile(
    r"(?:updated?|modified|refreshed|measured|observed|captured|sampled|polled|"
    r"generated|retrieved|cached|synced|fetched|snapshot|as[ _]of|valid until|expired?|"
    r"stand|aktualisiert|mis à jour|actualizado|aggiornat[oa]|atualizado)\w*[^\w\n]{0,6}(?:\w+ ){0,3}?[^\w\n]{0,6}"
    r"((?:19|20)\d\d)-(\d\d)-(\d\d)",
    re.IGNORECASE,
)


class StaleData:
    """Retrievals and memories whose data is more than `SECONDS` behind its source, and tools that say that it is old.

    A tool's old data is no fault where the answer says how old it is, or the tool was asked again and had newer.
    """

    watches: ClassVar[Watches] = {"retrieval": ANY, "memory": ANY, "end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._ends = Ends(run, self._judged)
        self._stale: dict[str, Series] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        behind = span.attributes.get(_STALENESS)
        if isinstance(behind, (int, float)) and behind > SECONDS:
            source = str(span.attributes.get("retrieval.source") or span.name)
            self._stale.setdefault(source, Series()).add(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per source."""
        for source, spans in self._stale.items():
            oldest = max(float(one.attributes[_STALENESS]) for one in spans.shown)
            yield from self._run.finding(
                "stale_data",
                "warning",
                source,
                spans.shown,
                evidence=f"{_STALENESS}={oldest:g}",
                impact={**spans.impact, "behind_seconds": oldest},
                explanation=f"{source} gave data that is {oldest / 3_600:.1f} hours behind.",
            )
        yield from self._ends.findings()

    def _judged(self, talk: Transcript) -> Iterator[Finding]:
        if talk.answer is None or _OWNS_UP.search(talk.answer.output):
            return
        now = talk.answer.end_ns if _NOW.search(talk.asked) else 0
        past = {int(year) for year in _YEAR.findall(talk.asked)} if now else set()
        fresh = {one.where: one for one in talk.tools if not one.failed and not _old(one.result, now, past)}
        for call in talk.tools:
            if call.failed or not _old(call.result, now, past) or fresh.get(call.where, call).start_ns > call.start_ns:
                continue
            yield from self._run.finding(
                "stale_data",
                "warning",
                call.where,
                (call,),
                confidence=0.8,
                evidence=excerpt(call.result),
                explanation=f"{call.where} said that its data is old, and the answer passes it on as if it were not.",
            )


def _old(result: str, now_ns: int, past: Set[int]) -> bool:
    """Whether a result says of itself that it is old, or, where what is now is asked for, tells a date long past.

    Not of a year that the person named.
    """
    if len(result) > _LONG:
        return False
    for year, month, day in _UPDATED.findall(result) if now_ns else ():
        if int(year) not in past and now_ns / 1e9 - _seconds(int(year), int(month), int(day)) > _LONG_AGO:
            return True
    value = parsed(result) if result[:1] == "{" else None
    if isinstance(value, dict):
        return any(
            (str(name).lower() in _FIELDS and held is True) or str(held).lower() in _WORDS
            for name, held in value.items()
        )
    return bool(_SAYS.search(result))


def _seconds(year: int, month: int, day: int) -> float:
    """The time of a date, in seconds since the epoch; endless where there is no such date."""
    try:
        return datetime(year, month, day, tzinfo=UTC).timestamp()
    except ValueError:
        return float("inf")

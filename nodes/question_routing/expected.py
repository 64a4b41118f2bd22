"""What kind of thing a question asks for, and whether a text holds one.

The forms of a value are what such texts have in common, not what one server writes; a question may ask for several
kinds, and many ask for none that can be told.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Kind(NamedTuple):
    """One kind of value.

    Attributes:
        name: what is missing where a text holds none, in words.
        asked: what a question for it says.
        held: what a text that has one shows.
    """

    name: str
    asked: re.Pattern[str]
    held: re.Pattern[str]


def _kind(name: str, asked: str, held: str) -> Kind:
    return Kind(name, re.compile(asked, re.IGNORECASE), re.compile(held, re.IGNORECASE | re.MULTILINE))


_CLOCK = (
    r"\b\d{1,2}:\d{2}|\b\d{1,2}\s?[ap]\.?m\b|o'clock|\b\d{1,2}\s?(?:uhr|h)\b|[+-]\d+(?:\.\d+)?\s?h|\bdst\b"
    r"|\b(?:UTC|GMT)\b"
)
_DATE = (
    r"\b\d{4}-\d{2}-\d{2}|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:jan|feb|"
    r"mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d|\d{1,2}\.? (?:jan|feb|m[a\u00e4]r|apr|ma[iy]|jun|jul|aug"
    r"|sep|o[ck]t|nov|de[cz])|\b(?:years?|months?|weeks?|days?|hours?|minutes?) ago\b|\byesterday\b|\btoday\b"
)
_COMMIT = r"\b[0-9a-f]{7,40}\b|\bcommits?\b|\bauthor\b"
_CHANGE = (
    rf"^diff |^@@|^[+-]{{3}} |^[+-]\s*\S|\b(?:modified|changed|changes|untracked|deleted|renamed|clean)\b"
    rf"|{_COMMIT}"
)
_PATH = r"[\w.-]+/[\w.-]|\b[\w-]+\.[a-z]\w{0,5}\b|\[(?:file|dir)\]|^\s*[-*\u2500-\u257f ]*[\w.-]+/?\s*$|\"name\""

CLOCK = _kind(
    "time of day",
    r"\btime is it\b|\bwhat time\b|\b(?:current|local) time\b|\bthe time (?:in|at|now|right)\b"
    r"|\bwhat(?:'s| is) the time\b|\bo'clock\b|\btime ?zone\b|\bhours? (?:ahead|behind|is\b)|\bsummer time\b"
    r"|\bdaylight\b|\buhrzeit\b|\bwie sp\u00e4t\b|\bwie ?viel uhr\b|\bquelle heure\b|\bqu\u00e9 hora\b|\bche or[ae]\b"
    r"|\bque horas\b|\bhoe laat\b",
    _CLOCK,
)
KINDS = (
    CLOCK,
    _kind(
        "date",
        r"^when (?:was|were|did|is|has)\b|\bwhat date\b|\b(?:today'?s|the|current) date\b"
        r"|\b(?:which|what) (?:day|weekday|date)\b|\bdatum\b|\bwelcher tag\b|\bwann\b|\bquelle date\b|\bquel jour\b"
        r"|\bqu\u00e9 (?:fecha|d\u00eda)\b",
        f"{_DATE}|{_CLOCK}",
    ),
    _kind(
        "commit",
        r"\bcommits?\b(?! message (?:style|format|convention))|\bwho (?:wrote|changed|committed|authored|last)\b"
        r"|\bauthor\b|\bhash of\b",
        _CHANGE,
    ),
    _kind(
        "change",
        r"\b(?:un)?staged\b|\buncommitted\b|\bworking (?:tree|directory|copy)\b|\bdiff(?:ers?|erence)?\b|\bcompare\b"
        r"|\bwhat (?:has |have i |did \w+ )?(?:changed?|modified)\b|\b(?:un)?committe[dt]\b|\bcommitting\b",
        f"{_CHANGE}|{_CLOCK}",
    ),
    _kind(
        "branch",
        r"\b(?:which|what|list|all|current)\b.{0,12}\bbranch(?:es)?\b|\bbranch am i\b|\bwelche[rn]?\b.{0,9}\bbranch"
        r"|\bqu\u00e9 ramas?\b|\bquelles? branches?\b",
        r"^\s*[*+]?\s*(?:remotes/)?[\w./-]+$|\bbranch(?:es)?\b|\bHEAD\b|\brefs/",
    ),
    _kind(
        "file or folder",
        r"\b(?:which|what|list)\b.{0,15}\b(?:files?|folders?|director(?:y|ies))\b.{0,12}"
        r"\b(?:are|exist|is there|in)\b|\bwelche (?:dateien|ordner)\b|\bquels (?:fichiers|dossiers)\b"
        r"|\bqu\u00e9 archivos\b|\bcontents of the .{1,30}\b(?:folder|directory)\b",
        _PATH,
    ),
    _kind(
        "number",
        r"\bhow (?:many|much|big|large|long|old|warm|cold)\b|\bsum of\b|\b\d+ plus \d",
        r"\d|\S\s*\n\s*\S|^\[(?:file|dir)\]",
    ),
    _kind("version", r"\b(?:which|what) (?:\w+ )?version\b|\bversion of\b", r"\d+\.\d+|\bv\d+"),
)


def kinds(question: str) -> tuple[Kind, ...]:
    """The kinds of value that a question asks for, as far as its words tell."""
    return tuple(kind for kind in KINDS if kind.asked.search(question))

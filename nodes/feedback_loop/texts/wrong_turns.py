"""What tools and models say of a call that was the wrong one: `that is for the other team`, `this is X, not Y`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.feedback_loop.texts.words import stemmed, stems

_REFUSES = re.compile(
    r"\b(?:this|the) (?:tool|function|service|endpoint|api|agent|system|database|index|calculator|search|team|"
    r"department)"
    r" (?:is (?:only |not )?(?:for|meant|intended|designed|responsible)|(?:only|does not|doesn't|can(?:not|'t|"
    r" only))\b)"
    r"|\bnot (?:my|our|this (?:tool|team|department)'s) (?:job|task|area|department|responsibility|field)\b"
    r"|\b(?:out of|outside (?:of )?(?:my|our|this|the)) (?:\w+ )?(?:scope|domain|competence|remit)\b|"
    r"\bwrong (?:tool|department|"
    r"service|endpoint|team|agent|index|database|place|system)\b|\b(?:please )?(?:use|try|ask|contact|call|"
    r"see) (?:the )?"
    r"[`'\"]?\w+[`'\"]? (?:tool |agent |service |team )?instead\b"
    r"|\bcannot (?:read|parse|evaluate|interpret) (?:the )?(?:expression|formula|query)\b|\bunknown (?:symbol|"
    r"operator|function|"
    r"variable|unit|currency|city|airport|ticker)\b|\bnot a (?:valid )?(?:number|expression|formula|date|city|"
    r"ticker|currency|"
    r"url|path|equation|place)\b|\b(?:handles?|covers?|supports?|knows?|accepts?) only\b|\bonly (?:handles?|covers?|"
    r"supports?|"
    r"knows?|accepts?)\b|\bnot (?:handled|covered|supported) (?:here|by this)\b|\bnicht zuständig\b|"
    r"\bfalsche[rs]? (?:werkzeug|abteilung)"
    r"|\b(?:handles?|covers?|supports?|knows?|accepts?|for)\b[^.;\n]{1,40}\bonly\b"
    r"|\b(?:is|are)(?: not|n['\u2019]t) an? [^.,;\n]{3,40}|\b(?:ist|sind) keine? \w+|\bn['\u2019]est pas une? \w+"
    r"|\bno es una? \w+|\bnon è una? \w+|\bnão é uma? \w+",
    re.IGNORECASE,
)
_OWNS_UP = re.compile(
    r"\b(?:that|this|it)(?:'s| is| was|\u2019s)(?: \w+){0,3}? (?:not|wrong|the wrong|irrelevant|unrelated|"
    r"about something else)\b"
    r"|\b(?:that|this|it) (?:isn|wasn|didn|doesn)['\u2019]t\b|\bthat(?:'s|\u2019s| is| was) (?:the |"
    r"an? )?[^.,;]{1,40}, not (?:the |an? )?\w"
    r"|\bwrong (?:tool|function|one|place|database|service|endpoint|agent|source|system|search|call)\b"
    r"|\bnot the (?:right|correct|tool|information|data|one)\b|\b(?:i )?(?:should|could) have (?:used|called|asked|"
    r"looked)\b"
    r"|\b(?:i need|need|let me use|i'?ll use|use|try|switch to|i should use) the (?:right|correct|proper|other|"
    r"appropriate)\b"
    r"|\b(?:my mistake|mistakenly|by mistake|misread|mixed up|doesn't help|not what (?:i|was|you|we)|not (?:useful|"
    r"relevant|"
    r"helpful)|irrelevant|unrelated)\b|\bdas falsche\b|\bnicht das richtige\b|\bfalsche[rsn]? (?:werkzeug|tool|"
    r"abfrage)",
    re.IGNORECASE,
)
_WRONG_TOOL = re.compile(
    r"\bwrong (?:tool|function|one|place|database|service|endpoint|agent|source|system|search|call|department|team)\b"
    r"|\bnot the (?:right|correct|proper) (?:tool|function|one|place|service|agent|source|system|call)\b"
    r"|\b(?:that|this|the) (?:tool|function|service|one|endpoint|agent|system) (?:is|was|only) (?:for|about|meant|"
    r"intended|handles?|"
    r"covers?|knows?)\b|\bi should have (?:used|called|asked)\b|\bfalsche[rsn]? (?:werkzeug|tool|abfrage|dienst)\b",
    re.IGNORECASE,
)
_SENDS_ON = re.compile(
    r"\b(?:use|try|ask|see|query|contact|consult) (?:the )?[`'\"]?\w+[`'\"]? (?:tool|system|service|endpoint|api|"
    r"team|department|database|"
    r"register|agent|for)\b|\b(?:are|is) (?:not )?(?:kept|handled|managed|stored|held|listed|available) (?:by|in|"
    r"here|with)\b"
    r"|\bbelongs? to\b|\bnot (?:in|part of) (?:this|the) (?:system|database|register|index|catalogue|catalog|api)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not|nicht|kein(?:e[mnrs]?)?|pas|non|no|não|niet|geen|inte|ikke|nie|rather than|instead of)\s+"
    r"(?:(?:an?|the|ein(?:e[mnrs]?)?|d(?:er|ie|as|e|u|es)|une?|la|le|il|uno?|una|uma?|o|het|een)\s+)?([^\W\d_]{3,})",
    re.IGNORECASE,
)
_WRONG_ONES = re.compile(
    r"\b(?:this|that|these|those|it|they|das|die|dies\w*|ce|cela)\b[^.;\n]{0,30}\b(?:wrong|falsche[nrsm]?|"
    r"mauvaise?s?)\s+"
    r"([^\W\d_]{3,})(?=\s*(?:[.,;:!)]|$))",
    re.IGNORECASE,
)
_THAT_IS = re.compile(r"\b(?:that|this|those|these)(?:['\u2019]s| is| was| are| were) [^.;\n]*", re.IGNORECASE)
_NEEDS = re.compile(
    r"\b(?:i|we) (?:need|want|wanted|meant|was looking for|am (?:after|looking for))\s+(?:(?:the|an?|"
    r"some)\s+)?([^\W\d_]{3,})",
    re.IGNORECASE,
)
_THESE = re.compile(r"\b(?:this|that|these|those|it)\b[^.;\n]*", re.IGNORECASE)


def refuses(result: str) -> bool:
    """Whether a result says that the tool, or the team behind it, is not for what it was asked."""
    return bool(_REFUSES.search(result))


def sends_on(result: str) -> bool:
    """Whether a result names another place where something is to be had."""
    return bool(_SENDS_ON.search(result))


def disowns(said: str) -> bool:
    """Whether a model says that what it got is not what it needed."""
    return bool(_OWNS_UP.search(said))


def blames_tool(said: str) -> bool:
    """Whether a model says that it called the wrong tool."""
    return bool(_WRONG_TOOL.search(said))


def denied(said: str) -> set[str]:
    """The words that a text says that something is not, without their endings."""
    return {stemmed(word) for word in _NOT.findall(said)}


def called_wrong(said: str) -> set[str]:
    """The words for what a text calls the wrong ones, without their endings."""
    return {stemmed(word) for word in _WRONG_ONES.findall(said)}


def clauses(said: str) -> Iterator[tuple[frozenset[str], set[str]]]:
    """What a text says that something is, and what it says that it is not, clause by clause."""
    for clause in _THAT_IS.findall(said):
        yield stems(clause), denied(clause)


def got_and_needed(said: str) -> tuple[frozenset[str], set[str]]:
    """What a text says of what it got, and what is needed instead: `this lists buses; I need trains`."""
    needed = {stemmed(word) for word in _NEEDS.findall(said)}
    return stems(" ".join(_THESE.findall(said))) if needed else frozenset(), needed

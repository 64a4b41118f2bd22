"""Orders to a language model in a text that should only inform: overridden instructions, forged roles, hidden notes.

A sign that a model is spoken to opens a window of text; what stands in the window is weighed. One sign alone is never
enough: manuals, mails and prompts give orders too, articles quote such orders and tell of them. Texts about injections
are recognised by their quotation marks, their words and the third person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from nodes.feedback_loop.texts.injection_signs import (
    ABOUT,
    HEDGED,
    OVERRIDES,
    OVERRIDES_ABROAD,
    QUALIFIED_ABROAD,
    SIGNS,
    TOLD_OF,
    UNSHOWN,
    WEIGHTS,
)
from nodes.feedback_loop.texts.words import values

ENOUGH = 4
_LONG = 100_000
_MOST_SIGNS = 200
_BEFORE, _AFTER, _SHOWN = 60, 340, 160
_COMMENT = 2_000
_REMARK = re.compile(r"\[//\]: # [(\"']([^\n]{5,2000})")
_QUOTES = "'\"`\u2018\u2019“”«»„「『"
_TAGS = re.compile("[\U000e0020-\U000e007e]")
_UNSEEN = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\u00ad]")
_PROMPT = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:You are|Du bist|Sie sind|Tu es|Eres) (?:an?|the|ein\w*|une?)\b")
_ABROAD = "instru istruz nweisung egel egol onsign olece asad nvisning omando".split()
_FOREIGN = (
    "olvid dimentic missacht règles órdenes instruç esque desconsider glöm игнор забуд ігнор talimat kural 忽略 无视 "
    "忘 無視 무시 잊 تجاهل انس अनदेखा भूल नज़र künstliche"
).split()


def may_order(lower: str) -> bool:
    """Whether a text, given in lower case, could have orders to a model; written out because it is asked so often."""
    if "g" in lower and ("ignor" in lower or "forget" in lower or "disregard" in lower or "agent" in lower):
        return True
    if "instruc" in lower or "assist" in lower or "system" in lower or "prompt" in lower or "bot" in lower:
        return True
    if "user" in lower or "overrid" in lower or "bypass" in lower or "answering" in lower or "llm" in lower:
        return True
    if (
        ("[" in lower and "[inst" in lower)
        or ("|" in lower and "<|" in lower)
        or "gpt" in lower
        or "language m" in lower
    ):
        return True
    if "ai" in lower and (" ai" in lower or "ai " in lower or "ai-" in lower or "ai:" in lower):
        return True
    if "v" in lower and ("vergiss" in lower or "vergess" in lower or "vergeet" in lower):
        return True
    if "oubli" in lower or "anweisung" in lower or "negeer" in lower or "istruzion" in lower or "polece" in lower:
        return True
    return not lower.isascii() and (any(mark in lower for mark in _FOREIGN) or bool(_TAGS.search(lower)))


def injected(text: str) -> str:
    """The passage of a text that orders a language model about; empty where there is none."""
    if hidden := _untagged(text):
        return hidden
    text = _UNSEEN.sub("", values(text)[:_LONG])
    less = 3 if _PROMPT.match(text) else 0
    for start in islice(_signs(text), _MOST_SIGNS):
        window = text[max(0, start - _BEFORE) : start + _AFTER]
        if weight(window) - less >= ENOUGH and not _talked_about(text, start):
            return text[max(0, start - 20) : start + _SHOWN]
    for start, inner in _hidden(text):
        if weight(inner.strip()) >= ENOUGH - 1:
            return text[start : start + _SHOWN]
    return ""


def weight(window: str) -> int:
    """How much in a passage speaks for orders to a model."""
    return _overridden(window) + sum(points for points, sign in WEIGHTS if sign.search(window))


def _signs(text: str) -> Iterator[int]:
    for match in SIGNS.finditer(text):
        yield match.start()
    if not text.isascii() or any(mark in text for mark in _ABROAD):
        for match in OVERRIDES_ABROAD.finditer(text):
            yield match.start()


def _overridden(window: str) -> int:
    """Points for instructions that are set aside: four where no person can be meant, two where one may be."""
    best = 0
    for match in OVERRIDES.finditer(window):
        before, after = window[max(0, match.start() - 40) : match.start()], window[match.end() : match.end() + 60]
        if TOLD_OF.search(before):
            continue
        best = max(best, 2 if HEDGED.search(f"{match[0]}|{after}") else 4)
    for match in OVERRIDES_ABROAD.finditer(window):
        around = window[max(0, match.start() - 4) : match.end() + 24]
        if QUALIFIED_ABROAD.search(around) and not HEDGED.search(f"{around}|{window[match.end() : match.end() + 40]}"):
            best = 4
    return best


def _talked_about(text: str, start: int) -> bool:
    """Whether a passage is quoted or told of in a text about such orders."""
    around = text[max(0, start - 600) : start + 400]
    if not ABOUT.search(around):
        return False
    quoted = any(quote in text[max(0, start - 16) : start + 1] for quote in _QUOTES)
    return quoted or "injection" in around.lower() or "jailbreak" in around.lower()


def _hidden(text: str) -> Iterator[tuple[int, str]]:
    """Comments of HTML and Markdown, and elements that are not shown."""
    start = text.find("<!--")
    while start >= 0:
        end = text.find("-->", start)
        yield start, text[start + 4 : min(end, start + _COMMENT) if end >= 0 else start + _COMMENT]
        start = text.find("<!--", end) if end >= 0 else -1
    for match in islice(_REMARK.finditer(text), 100):
        yield match.start(), match[1]
    for match in islice(UNSHOWN.finditer(text), 100):
        yield match.start(), text[match.end() : match.end() + _COMMENT].partition("<")[0]


def _untagged(text: str) -> str:
    """Words written in Unicode's invisible tag characters (U+E0020 to U+E007E)."""
    if text.isascii() or not _TAGS.search(text):
        return ""
    words = "".join(chr(ord(one) - 0xE0000) for one in text[:_LONG] if 0xE0020 <= ord(one) <= 0xE007E)
    return words if len(words.split()) > 2 else ""

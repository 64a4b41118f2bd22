"""The form of an answer that instructions ask for in words: that it is JSON and nothing else, and which fields it has.

Answer only with JSON: ticket (integer), severity, closed (boolean).
"""

from __future__ import annotations

import re

from nodes.feedback_loop.reading.schemas import Schema

_ANSWER = (
    r"(?:answer|respond|reply|return|output|produce|response|result|antwort|ausgabe|gib|réponse|répond|respuesta|"
    r"respond|"
    r"rispo|respos|antwoord|svar)\w*"
)
_ONLY = (
    r"(?:only|solely|exclusively|strictly|nothing but|just|nur|ausschlie(?:ß|ss)lich|lediglich|uniquement|seulement|"
    r"exclusivement|s[oó]lo|solamente|únicamente|soltanto|esclusivamente|apenas|somente|alleen|uitsluitend|endast)"
)
_ONLY_JSON = re.compile(
    rf"\b{_ANSWER}\b[^.\n]{{0,50}}\b{_ONLY}\b[^.\n]{{0,40}}\bJSON\b"
    rf"|\b{_ONLY}\b[^.\n]{{0,20}}\b{_ANSWER}\b[^.\n]{{0,40}}\bJSON\b"
    rf"|\b{_ANSWER}\b[^.\n]{{0,40}}\bJSON\b[^.\n]{{0,30}}\b(?:{_ONLY}|and nothing else|no other text)\b"
    rf"|\b{_ANSWER}\b[^.\n]{{0,20}}\b(?:must|has to|should|shall) be\b[^.\n]{{0,20}}\bJSON\b"
    r"|(?:^|\b(?:please|always|must|should|shall|you) )(?:return|output|(?:answer|respond|reply) (?:with|in|as|"
    r"by)) (?:an? |one |single |valid |strict |raw |"
    r"plain ){0,3}JSON"
    r"(?: object| document| format)?\s*(?:[.:,;\n]|$)",
    re.IGNORECASE,
)
_ITEM = r"[\"'`]?([A-Za-z_]\w*)[\"'`]?(?:\s*\(([^()\n]{1,80})\))?"
_NAMED = re.compile(
    r"\bJSON\b[^:.\n]{0,60}:\s*|\bJSON\b[^.\n]{0,60}?\b(?:fields?|keys?|properties|attributes|feldern?|schlüsseln?|"
    r"champs|"
    r"clés|campos|claves|campi|chiavi)\b:?\s*",
    re.IGNORECASE,
)
_FIELDS = re.compile(
    rf"{_ITEM}(?:(?:\s*[,;]\s*(?:(?:and|und|et|y|e)\s+)?|\s+(?:and|und|et|y|e)\s+){_ITEM})+(?=\s*(?:[.\n]|$))",
    re.IGNORECASE,
)
_ONE = re.compile(_ITEM)
_TYPES = (
    ("boolean", re.compile(r"bool|true|wahr|vrai", re.IGNORECASE)),
    ("integer", re.compile(r"\bint(?:eger)?\b|whole|ganzzahl|entier|entero|intero", re.IGNORECASE)),
    ("number", re.compile(r"number|float|decimal|zahl|nombre|número|numero", re.IGNORECASE)),
    ("array", re.compile(r"\b(?:array|list)\b", re.IGNORECASE)),
)
_OPTIONAL = re.compile(r"optional|if (?:any|known|there)|may be|wenn|facultati|opcional", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_CONDITION = re.compile(
    r"\b(?:if|when|whenever|unless|wenn|falls|si|quand|cuando|se|quando|als|wanneer)\b", re.IGNORECASE
)
_LONG = 4_000


def only_json(instructions: str) -> bool:
    """Whether instructions ask for an answer in JSON and nothing else."""
    sentences = (one.strip() for one in _SENTENCE.split(instructions[:_LONG]) if "json" in one.lower())
    return any(_ONLY_JSON.search(one) and not _CONDITION.search(one) for one in sentences)


def fields(instructions: str) -> Schema | None:
    """The schema of the fields that instructions name for it; None where they name none, or describe them freely."""
    start = _NAMED.search(instructions[:_LONG])
    found = _FIELDS.match(instructions[:_LONG], start.end()) if start else None
    if found is None:
        return None
    named = _ONE.findall(found[0])
    named = [(name, about) for name, about in named if name.lower() not in ("and", "und", "et", "y", "e")]
    properties = {name: {"type": kind} if (kind := _type(about)) else {} for name, about in named}
    return {"properties": properties, "required": [name for name, about in named if not _OPTIONAL.search(about)]}


def _type(about: str) -> str:
    return next((name for name, pattern in _TYPES if pattern.search(about)), "")

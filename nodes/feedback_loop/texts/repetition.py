"""How often a task asks for the same thing to be done: `three times`, `4 x`, `zweimal`, `cinco veces`."""

from __future__ import annotations

import re

_MOST = 10_000
_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "two deux zwei dos due dois twee två",
            "three trois drei tres tre três drie",
            "four quatre vier cuatro quattro quatro fyra",
            "five cinq fünf cinco cinque vijf fem",
            "six sechs seis sei zes sex",
            "seven sept sieben siete sette sete zeven sju",
            "eight huit acht ocho otto oito åtta",
            "nine neuf neun nueve nove negen nio",
            "ten dix zehn diez dieci dez tien tio",
        ),
        start=2,
    )
    for word in words.split()
}
_ONCE_MORE = {"twice": 2, "thrice": 3}
_TIMES = re.compile(
    r"\b(\d{1,4}|[^\W\d_]{2,8}?)(?:\s*[-\s]\s*|\s*)(?:times|x|×|mal|fois|veces|volte|vezes|keer|gånger)(?!\w)"  # noqa: RUF001
    r"|\b(twice|thrice)\b",
    re.IGNORECASE,
)


def asked_times(task: str) -> int:
    """The highest number of times that a task asks for something; 1 where it asks for none."""
    highest = 1
    for number, word in _TIMES.findall(task[:_MOST]):
        told = number.lower() or word.lower()
        highest = max(highest, int(told) if told.isdigit() else _NUMBERS.get(told, _ONCE_MORE.get(told, 1)))
    return highest

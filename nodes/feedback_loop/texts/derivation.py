"""Whether a number may come from others: rounded, converted to another unit, summed, compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from nodes.feedback_loop.reading.messages import parsed

_UNITS = (12.0, 24.0, 60.0, 100.0, 1_000.0, 1_024.0, 3_600.0, 1_000_000.0, 1.609344, 2.54, 0.453592, 3.28084)
_YEARS = range(1_900, 2_100)
"""Numbers that nobody rounds."""
_FEW, _MOST, _LONG, _LARGEST = 8, 40, 20_000, 1e15


def rounded(told: float, number: float) -> bool:
    """Whether a number is another one, or that rounded: to its own decimals, or to two figures at least."""
    if told == number:
        return True
    if told % 1 == 0 and told in _YEARS:
        return False
    return round(told, _decimals(number)) == number or (
        number >= 100
        and any(number % 10**n == 0 and round(told, -n) == number for n in (1, 2, 3) if number >= 10 ** (n + 1))
    )


def derived(number: float, source: Iterable[float], others: Iterable[float]) -> bool:
    """Whether a number follows from one of `source`, alone or with one of `others`, or from all of them summed."""
    own, rest = list(islice(source, _MOST)), list(islice(others, _MOST))
    places = _decimals(number)
    if len(own) > 1 and round(sum(own), places) == number:
        return True
    if any(rounded(value, number) for one in own for value in _converted(one)):
        return True
    pairs = ((one, other) for one in own for other in [*own, *rest] if other is not one)
    return any(round(value, places) == number for one, other in pairs for value in _combined(one, other))


def totals(known: Iterable[float]) -> set[float]:
    """What a few numbers come to as an amount: a price by a quantity and a fee, three summands; to two decimals."""
    few = [*islice(known, _FEW)]
    pairs = [(one, other) for one in few for other in few]
    sums = {one * other + more for one, other in pairs for more in few}
    return {round(one, 2) for one in sums | {one + other + more for one, other in pairs for more in few}}


def aggregates(results: Iterable[str]) -> Iterator[float]:
    """What results come to together: by field the sum, mean and span of its numbers; how many things there are."""
    columns: defaultdict[str, list[float]] = defaultdict(list)
    for result in islice(results, _MOST):
        _gather(parsed(result[:_LONG]), "", columns)
    for values in filter(None, columns.values()):
        yield from (sum(values), sum(values) / len(values), max(values) - min(values), float(len(values)))


def _gather(value: Any, field: str, columns: defaultdict[str, list[float]], depth: int = 4) -> None:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _LARGEST:
        columns[field].append(float(value))
    elif isinstance(value, list):
        columns[f"{field}[]"].extend([1.0] * len(value))
    if isinstance(value, (dict, list)) and depth:
        for name, one in value.items() if isinstance(value, dict) else ((field, one) for one in value):
            _gather(one, name, columns, depth - 1)


def _decimals(number: float) -> int:
    return next((places for places in range(4) if round(number, places) == number), 4)


def _converted(one: float) -> Iterator[float]:
    yield one
    yield 1.8 * one + 32
    yield (one - 32) / 1.8
    for unit in _UNITS:
        yield one * unit
        yield one / unit


def _combined(one: float, other: float) -> Iterator[float]:
    yield one + other
    yield abs(one - other)
    yield one * other
    yield one * other / 100
    yield one * (1 + other)
    yield one * (1 + other / 100)
    yield one * (1 - other / 100)
    if other:
        yield one / other
        yield 100 * one / other
    if one:
        yield other / one
        yield 100 * other / one

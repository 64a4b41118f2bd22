"""Stored traces analyzed one after the other, by several processes side by side; their number does not matter.

Every process opens the store itself and takes some traces at a time. Results come in the order in which the traces
began, however many processes there are.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice
from multiprocessing import get_context

from nodes.feedback_loop.rendering.escaping import json_line
from nodes.feedback_loop.report import Report, analyze
from systems.errors import Missing
from systems.prices import Prices
from systems.records import Severity
from systems.spans import SpanStore, open_spans
from systems.spans.rows import Damaged
from systems.stores import Place

AT_ONCE = 16
"""Traces that a process takes at a time."""
AHEAD = 3
"""How many times that may wait for each process, or for those before it to be told."""


@dataclass(frozen=True)
class Swept:
    """What came of one trace.

    Attributes:
        trace_id: the trace.
        spans: how many it has.
        tokens: in and out.
        failed: calls that failed.
        found: findings by severity and kind.
        report: where something was found; None when it was asked for as a line.
        line: the report as JSON, where that was asked for.
        error: why the trace cannot be read, and what mends it; empty where it could.
        fatal: the store is gone, and nothing else can be read either.
    """

    trace_id: str
    spans: int = 0
    tokens: int = 0
    failed: int = 0
    found: Counter[tuple[Severity, str]] = field(default_factory=Counter)
    report: Report | None = None
    line: str = ""
    error: tuple[str, str] = ("", "")
    fatal: bool = False


def sweep(place: Place, trace_ids: Iterable[str], *, workers: int, prices: Prices, lines: bool) -> Iterator[Swept]:
    """Analyze traces of a store, in their order.

    Args:
        place: where the store is.
        trace_ids: the traces; taken as they are needed.
        workers: processes; with 1 it is this one.
        prices: of models whose spans do not tell their cost.
        lines: reports as lines of JSON.

    Raises:
        Missing: the store is damaged as a whole, or cannot be reached; or a process was killed.
    """
    ids, work = iter(trace_ids), partial(_swept, prices=prices, lines=lines)
    groups = iter(lambda: tuple(islice(ids, AT_ONCE)), ())
    if workers == 1:
        with ExitStack() as stack:
            opened = cache(lambda: stack.enter_context(closing(open_spans(place))))
            yield from _sound(one for group in groups for one in work(opened(), group))
        return
    with ProcessPoolExecutor(workers, get_context(_start()), _begin, (place, work)) as pool:
        pool.submit(int)  # processes are there before this one opens the store: connections must not be forked
        try:
            yield from _sound(_side_by_side(pool, groups, AHEAD * workers))
        except BrokenProcessPool as error:
            message = "A process that analyzed traces was ended, perhaps for want of memory."
            raise Missing(message, system="memory", mend=f"Use fewer than --workers {workers}.") from error
        finally:
            pool.shutdown(cancel_futures=True)


def _side_by_side(pool: ProcessPoolExecutor, groups: Iterator[tuple[str, ...]], most: int) -> Iterator[Swept]:
    """The results in order; no more than so many groups are under way or waiting to be told."""
    waiting: deque[Future[Sequence[Swept]]] = deque()
    for group in groups:
        waiting.append(pool.submit(_sweep_here, group))
        if len(waiting) >= most:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


def _sound(results: Iterable[Swept]) -> Iterator[Swept]:
    for one in results:
        if one.fatal:
            raise Missing(one.error[0], system="store", mend=one.error[1])
        yield one


def _swept(store: SpanStore, trace_ids: Sequence[str], *, prices: Prices, lines: bool) -> list[Swept]:
    return [_one(store, trace_id, prices, lines=lines) for trace_id in trace_ids]


def _one(store: SpanStore, trace_id: str, prices: Prices, *, lines: bool) -> Swept:
    try:
        report = analyze(store.ended(trace_id=trace_id), file=trace_id, prices=prices)
    except Missing as error:
        return Swept(trace_id, error=(error.message, error.mend), fatal=not isinstance(error.__cause__, Damaged))
    total = report.profile.total
    return Swept(
        trace_id,
        spans=report.spans,
        tokens=total.input_tokens + total.output_tokens,
        failed=total.failures,
        found=Counter((finding.severity, finding.kind) for finding in report.findings),
        report=report if report.findings and not lines else None,
        line=json_line(report.model_dump(mode="json")) if lines else "",
    )


def _start() -> str:
    """Forked where nothing else runs in this process, which saves the imports; else started anew."""
    alone = sys.platform == "linux" and threading.active_count() == 1
    return "fork" if alone else "spawn"


_here: list[Callable[[Sequence[str]], list[Swept]]] = []  # the work of this process


def _begin(place: Place, work: partial[list[Swept]]) -> None:
    """Begin in a process of its own, which is ended by the one that started it; the store is opened when needed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    opened = cache(partial(open_spans, place))
    _here.append(lambda trace_ids: work(opened(), trace_ids))


def _sweep_here(trace_ids: Sequence[str]) -> list[Swept]:
    (work,) = _here
    return work(trace_ids)

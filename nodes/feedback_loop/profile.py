"""What a trace, or one loop of it, cost, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from nodes.feedback_loop import semantics, tree
from nodes.feedback_loop.tree import Key, Tree
from systems.records import Profile, Span, Totals

NO_NODE = "(no node)"


def profile(spans: Sequence[Span]) -> Profile:
    """Add up a set of spans.

    `total`, `tools` and `models` count the calls of models and tools. `nodes` counts every span under the node that the
    span or its nearest ancestor names; there, seconds are those of the node's outermost spans, so that nothing nested
    counts twice. `seconds` runs from the first start to the last end, waiting for a person included.
    """
    forest = tree.build(spans)
    spans = [span for _, span in forest.walk()]
    own = {tree.key(span): self_ns(span, forest.children(span)) for span in spans}
    calls = [span for span in spans if semantics.is_call(span)]
    tools = [span for span in calls if semantics.is_tool(span)]
    models = [span for span in calls if semantics.is_chat(span)]
    start = min((span.start_ns for span in spans), default=0)
    end = max((span.end_ns for span in spans), default=0)
    return Profile(
        seconds=max(0, end - start) / 1e9,
        total=_totals(calls, own),
        nodes=_nodes(forest, own),
        tools={name: _totals(group, own) for name, group in _grouped((semantics.tool(s), s) for s in tools).items()},
        models={name: _totals(group, own) for name, group in _grouped((semantics.model(s), s) for s in models).items()},
        critical_path=critical_path(forest),
    )


def self_ns(span: Span, children: Iterable[Span]) -> int:
    """Nanoseconds of a span in which none of its children ran; children that overlap count once."""
    covered, reached = 0, span.start_ns
    for child in sorted(children, key=lambda child: child.start_ns):
        start, end = max(child.start_ns, reached), min(child.end_ns, span.end_ns)
        if end > start:
            covered += end - start
            reached = end
    return max(0, span.end_ns - span.start_ns) - covered


def critical_path(forest: Tree) -> tuple[tuple[str, str, float], ...]:
    """(span id, name, seconds) of the spans that decided the duration, in order of time.

    From the end back: the child that ended last was waited for; before its start, the one that ended last until then;
    and so on, in each of them again. Seconds are the span's own share of that way, so that they sum to the duration
    of a single root. Of branches side by side only the longest is on it.
    """
    share: dict[Key, int] = defaultdict(int)
    path: dict[Key, Span] = {}
    end = max((root.end_ns for root in forest.roots), default=0)
    waiting = _chain(forest.roots, 0, end)
    while waiting:
        span, start, end = waiting.pop()
        links = _chain(forest.children(span), max(start, span.start_ns), end)
        path[tree.key(span)] = span
        share[tree.key(span)] += end - start - sum(stop - begin for _, begin, stop in links)
        waiting.extend(links)
    depth = {tree.key(span): number for number, (_, span) in enumerate(forest.walk())}
    ordered = sorted(path, key=lambda one: (path[one].start_ns, depth[one]))
    return tuple((one[1], path[one].name, share[one] / 1e9) for one in ordered if share[one] > 0)


def _chain(spans: Iterable[Span], start: int, end: int) -> list[tuple[Span, int, int]]:
    """(span, from, to) of the spans that were waited for between two times; none overlaps another; last one first."""
    clipped = [(span, max(span.start_ns, start), min(span.end_ns, end)) for span in spans]
    found: list[tuple[Span, int, int]] = []
    for span, begin, stop in sorted(clipped, key=lambda one: (one[2], -one[1]), reverse=True):
        if begin < stop <= end:
            found.append((span, begin, stop))
            end = begin
    return found


def _grouped(named: Iterable[tuple[str, Span]]) -> dict[str, list[Span]]:
    groups: dict[str, list[Span]] = {}
    for name, span in named:
        groups.setdefault(name, []).append(span)
    return groups


def _nodes(forest: Tree, own: dict[Key, int]) -> dict[str, Totals]:
    belongs: dict[Key, str] = {}
    outermost: dict[str, float] = defaultdict(float)
    groups: dict[str, list[Span]] = {}
    for _, span in forest.walk():
        parent = forest.parent(span)
        above = belongs[tree.key(parent)] if parent else None
        name = semantics.node(span) or above or NO_NODE
        belongs[tree.key(span)] = name
        outermost[name] += span.seconds if name != above else 0.0
        groups.setdefault(name, []).append(span)
    return {name: _totals(group, own).model_copy(update={"seconds": outermost[name]}) for name, group in groups.items()}


def _totals(spans: Sequence[Span], own: dict[Key, int]) -> Totals:
    tokens = [semantics.tokens(span) for span in spans if semantics.is_chat(span)]
    return Totals(
        calls=len(spans),
        failures=sum(semantics.failed(span) for span in spans),
        seconds=sum(span.seconds for span in spans),
        self_seconds=sum(own[tree.key(span)] for span in spans) / 1e9,
        input_tokens=sum(sent for sent, _ in tokens),
        output_tokens=sum(received for _, received in tokens),
    )

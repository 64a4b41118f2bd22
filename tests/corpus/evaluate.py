"""How good the analyzer is on the corpus: precision, recall and F1 per finding kind, false alarms, culprits.

    python -m tests.corpus.evaluate [--runs FOLDER] [--developed|--held-out|--blind|--fourth|--sealed|--fifth|--sixth
                                    |--seventh|--eighth] [--show KIND|healthy|all] [FILE]

Scores count findings of severity warning and above. The first letter of a scenario's name tells who wrote it: `a-` the
authors of the detectors; `h-`, `b-`, `f-` with `s-`, `v-`, `x-`, `y-` and `z-` seven others who had not read them. The
scores of `h-` were looked at while the detectors were made; those of the later ones that count are the first, before
anything was made of them. `s-` is the half of the fourth set, kind by kind, that was looked at last.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nodes.feedback_loop.findings import find
from systems.otlp import decode_json
from systems.records import SEVERITIES, Finding

RUNS = Path(__file__).parent / "runs"
AUTHORS = {
    "developed": "a-",
    "held-out": "h-",
    "blind": "b-",
    "fourth": "f-",
    "sealed": "s-",
    "fifth": "v-",
    "sixth": "x-",
    "seventh": "y-",
    "eighth": "z-",
}
COUNTED = SEVERITIES[1:]
SAME = {"rate_limited": "retry_storm"}
"""Kinds that are one fault: being refused again and again."""


@dataclass(frozen=True)
class Played:
    """One recorded run with what was found in it."""

    source: str
    label: dict[str, Any]
    findings: tuple[Finding, ...]

    @property
    def true(self) -> set[str]:
        return {SAME.get(kind, kind) for kind in self.label["kinds"]}

    @property
    def found(self) -> set[str]:
        """Kinds that count, less those that are true besides."""
        allowed = {SAME.get(kind, kind) for kind in self.label["allowed"]}
        return {SAME.get(one.kind, one.kind) for one in self.findings} - (allowed - self.true)

    def hit(self, kind: str) -> bool:
        named = {span_id for one in self.findings if SAME.get(one.kind, one.kind) == kind for span_id in one.span_ids}
        return bool(named & set(self.label["culprit_span_ids"]))


@dataclass
class Scores:
    """Counts over many runs."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    healthy: int = 0
    alarms: int = 0
    hits: int = 0
    located: int = 0

    def add(self, played: Played) -> None:
        """Count one run."""
        self.right.update(played.true & played.found)
        self.wrong.update(played.found - played.true)
        self.missed.update(played.true - played.found)
        self.healthy += not played.true
        self.alarms += not played.true and bool(played.found)
        if played.label["culprit_span_ids"]:
            self.located += len(played.true & played.found)
            self.hits += sum(played.hit(kind) for kind in played.true & played.found)

    def f1(self, kind: str) -> float:
        """F1 of one kind."""
        right = self.right[kind]
        return 2 * right / (2 * right + self.wrong[kind] + self.missed[kind]) if right else 0.0

    def kinds(self) -> list[str]:
        """Kinds that are true of some run."""
        return sorted(kind for kind in {*self.right, *self.missed})

    def summary(self) -> dict[str, Any]:
        """Macro F1 and the rest, as one object."""
        kinds = self.kinds()
        return {
            "macro_f1": round(sum(map(self.f1, kinds)) / len(kinds), 4) if kinds else None,
            "kinds": len(kinds),
            "healthy_runs": self.healthy,
            "healthy_runs_with_findings": self.alarms,
            "culprit_hits": round(self.hits / self.located, 4) if self.located else None,
        }


def play(names: list[str], author: str | tuple[str, ...] = "", runs: Path = RUNS) -> Iterator[Played]:
    """Analyze the recorded runs of the named files, or of all; of the scenarios whose names begin with an `author`."""
    for path in sorted(runs.glob("*.jsonl.gz")):
        source = path.name.removesuffix(".jsonl.gz")
        if names and source not in names:
            continue
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                label = json.loads(line)
                if not label["scenario"].startswith(author):
                    continue
                spans = decode_json(json.dumps(label.pop("trace")).encode()).spans
                counted = tuple(one for one in find(spans) if one.severity in COUNTED)
                yield Played(source, label, counted)


def main() -> None:
    """Print the scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--runs", type=Path, default=RUNS, help="folder of the recorded runs")
    for name, letter in AUTHORS.items():
        parser.add_argument(f"--{name}", action="store_const", const=letter, dest="author", default="")
    parser.add_argument("--show", default="", help="print every wrong run of a kind, or `healthy`, or `all`")
    given = parser.parse_args()
    total = Scores()
    by_source: defaultdict[str, Scores] = defaultdict(Scores)
    for played in play(given.names, given.author, given.runs):
        total.add(played)
        by_source[played.source].add(played)
        _show(played, given.show)
    for kind in sorted({*total.kinds(), *total.wrong}):
        print(
            f"{kind:20} F1 {total.f1(kind):.3f}  right {total.right[kind]:4} wrong {total.wrong[kind]:4}"
            f" missed {total.missed[kind]:4}"
        )
    for source, scores in by_source.items():
        print(f"{source:36} {json.dumps(scores.summary())}")
    print(json.dumps(total.summary()))


def _show(played: Played, what: str) -> None:
    missed, wrong = played.true - played.found, played.found - played.true
    if not (missed or wrong) or not what:
        return
    if what == "all" or what in missed | wrong or (what == "healthy" and not played.true):
        print(f"{played.source} {played.label['scenario']}: missed {sorted(missed)} wrong {sorted(wrong)}")
        for one in played.findings:
            if one.kind in wrong:
                print(f"    {one.kind} {one.where}: {one.evidence[:160]}")


if __name__ == "__main__":
    main()

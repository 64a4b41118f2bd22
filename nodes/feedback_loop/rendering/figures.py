"""Numbers as people read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from nodes.feedback_loop.duration import seconds as seconds
from systems.records import SEVERITIES, Finding, Profile, Severity

Unit = Literal["count", "seconds", "tokens", "dollars", "mean"]


def figure(value: float | None, unit: Unit) -> str:
    """A number with its unit; empty where there is none."""
    if value is None:
        return ""
    if unit == "seconds":
        return seconds(value)
    if unit == "dollars":
        return dollars(value)
    return f"{value:.1f}" if unit == "mean" else f"{value:,.0f}"


def dollars(value: float) -> str:
    """An amount of US dollars: two digits, more where it is small."""
    return f"${value:,.2f}" if value >= 1 or value == 0 else f"${value:.2g}" if value >= 0.0001 else "<$0.0001"


def short(value: float) -> str:
    """A count in three digits: `950`, `12.3k`, `4.83M`."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= 0.9995 * size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.0f}"


def counted(number: int, word: str) -> str:
    """`1 span`, `2 spans`, `1,000 spans`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def cost(profile: Profile) -> list[str]:
    """Seconds, tokens, dollars and failed calls of a profile, a phrase each; what is nought is left out."""
    total = profile.total
    found = [seconds(profile.seconds)]
    if total.calls:
        found.append(counted(total.calls, "call"))
    if total.failures:
        found.append(f"{total.failures:,} failed")
    if total.input_tokens or total.output_tokens:
        found.append(f"{total.input_tokens:,} tokens in and {total.output_tokens:,} out")
    if total.cost_usd is not None:
        known = dollars(total.cost_usd)
        found.append(f"at least {known}" if total.unpriced else known)
    return found


def severities(findings: Sequence[Finding]) -> dict[Severity, int]:
    """How many findings there are of each severity that occurs, worst first."""
    counts = Counter(finding.severity for finding in findings)
    return {severity: counts[severity] for severity in reversed(SEVERITIES) if counts[severity]}


def verdict(findings: Sequence[Finding], spans: int) -> str:
    """The findings in one line, or that there is none."""
    if not spans:
        return "There are no spans in it, so nothing can be said."
    if not findings:
        return "Nothing found: no failure, no waste, no leak shows in these spans."
    counts = ", ".join(f"{count:,} {severity}" for severity, count in severities(findings).items())
    return f"{counted(len(findings), 'finding')}: {counts}"


def short_names(files: Sequence[str]) -> list[str]:
    """Paths without the folder that they have in common."""
    common = len(files[0].rpartition("/")[0]) + 1 if files and "/" in files[0] else 0
    for file in files:
        while common and file[:common] != files[0][:common]:
            common = files[0][: common - 1].rfind("/") + 1
    return [file[common:] for file in files]


def dropped(reasons: Mapping[str, int]) -> str:
    """What could not be read, in one line; empty where all could."""
    if not reasons:
        return ""
    worst = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    return f"Left out: {counted(sum(reasons.values()), 'span')} ({', '.join(f'{n:,} {why}' for why, n in worst)})"


def impact(finding: Finding) -> str:
    """What a finding cost, in one line."""
    units: Mapping[str, Unit] = {"seconds": "seconds", "usd": "dollars"}
    known = sorted(finding.impact.items(), key=lambda one: (_ORDER.get(one[0], 9), one[0]))
    said = []
    for name, value in known:
        if value and name in units:
            said.append(figure(value, units[name]))
        elif value and name.endswith("_seconds"):
            said.append(f"{seconds(value)} {name.removesuffix('_seconds')}".replace("_", " "))
        elif value:
            said.append(f"{value:,.0f} {name.rstrip('s') if value == 1 else name}".replace("_", " "))
    return ", ".join(said)


_ORDER = {"failures": 0, "calls": 1, "seconds": 2, "tokens": 3}

"""One HTML page of a ledger: the tree of policies, what each was worth, what was rejected and why. No network needed.

`ledger_page.html` is its template (see `template`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nodes.feedback_loop.rendering import figures
from nodes.feedback_loop.rendering.decisions import Decision, Told, bare, name
from nodes.feedback_loop.rendering.escaping import visible
from nodes.feedback_loop.rendering.knobs import turned
from nodes.feedback_loop.rendering.policy_tree import Branch, branches
from nodes.feedback_loop.rendering.rows import excerpt
from nodes.feedback_loop.rendering.template import filled
from nodes.feedback_loop.rendering.verdicts import measured, sealed_cases
from nodes.feedback_loop.rendering.worth import Worth, amount, interval, worth
from systems.hashed import Hash
from systems.ledger import SHIPPED, Disagreement, renewed
from systems.policy import Policy

TEMPLATE = Path(__file__).with_name("ledger_page.html")
MOST_ROWS = 500
LONGEST = 2_000
LONGEST_VALUE = 400


def ledger_page(told: Told, wrong: Sequence[Disagreement] = ()) -> str:
    """The page, complete; write it as UTF-8.

    Args:
        told: the ledger.
        wrong: what does not agree in it.
    """
    models = dict.fromkeys((*told.active, *(one.model for one in told.decisions if one.proposal)))
    newest = told.decisions[::-1][:MOST_ROWS]
    data = {
        "entries": f"{len(told.entries):,} entries",
        "wrong": [[f"entry {one.number}" if one.number else "ledger", _text(one.what)] for one in wrong],
        "models": [_model(told, model) for model in models],
        "decisions": [_decided(one) for one in newest],
        "left_out": len(told.decisions) - len(newest),
    }
    return filled(TEMPLATE, {"ledger": data})


def _model(told: Told, model: str) -> dict[str, Any]:
    rows = branches(told, model)
    counts = Counter(one.outcome for one in told.decisions if one.model == model)
    active, again = told.active.get(model), renewed(told.policies)
    numbers = ", ".join(f"{count} {word}" for word, count in counts.most_common())
    return {
        "name": visible(model) or "any model",
        "summary": f"{f'{name(active)} is active' if active else 'nothing was adopted yet'}; {numbers}",
        "rows": [_row(told, one, active, again) for one in rows[:MOST_ROWS]],
        "left_out": max(0, len(rows) - MOST_ROWS),
    }


def _row(told: Told, branch: Branch, active: Hash | None, again: Mapping[Hash, Hash]) -> dict[str, Any]:
    decision = branch.decision
    key = branch.policy.parent or ""
    parent = told.policies.get(key) or SHIPPED.get(name(key))
    return {
        "key": branch.key,
        "name": name(branch.key),
        "lane": branch.lane,
        "start": branch.start,
        "through": branch.through,
        "goes_on": branch.goes_on,
        "active": branch.key == active,
        "outcome": _outcome(branch),
        "what": _what(branch, again),
        "why": _text(_why(decision)),
        "worth": _worths(decision),
        "parent": name(branch.policy.parent),
        "knobs": _knobs(parent, branch.policy) if parent else [],
        "facts": _facts(decision),
    }


def _outcome(branch: Branch) -> str:
    decision = branch.decision
    if decision is None:
        return "shipped" if branch.policy in SHIPPED.values() else "not tried"
    return "rolled back" if decision.undone else decision.outcome


def _what(branch: Branch, again: Mapping[Hash, Hash]) -> str:
    if branch.decision and branch.decision.proposal:
        return _text(branch.decision.proposal.what)
    words = {"baseline": "Deliberately plain, to compare with", "default": "What specloop ships"}
    words |= {"small-model": "What specloop ships for the embedded model"}
    return words.get(
        name(branch.key), "The one above, with the knobs that are new since" if branch.key in again else ""
    )


def _why(decision: Decision | None) -> str:
    if decision is None:
        return ""
    if decision.undone:
        return f"Rolled back: {bare(decision.undone.reason)}"
    return decision.why


def _worths(decision: Decision | None) -> dict[str, Any]:
    if decision is None or decision.trial is None:
        return {}
    verdict = decision.verdict
    drawn: dict[str, Any] = {one.metric: _worth(one) for one in worth(decision.trial.pairs)}
    if verdict and verdict.metric in drawn and math.isfinite(verdict.noise):
        drawn[verdict.metric]["noise"] = verdict.noise
    return drawn


def _worth(one: Worth) -> dict[str, Any]:
    """Numbers to draw, where more is better, and to read."""
    sign = 1 if one.metric == "success" else -1
    ends = sorted(sign * end for end in (one.low, one.high) if end is not None)
    return {
        "gain": sign * one.change,
        "low": ends[0] if ends else None,
        "high": ends[-1] if ends else None,
        "told": f"{amount(one.before, one.metric)} → {amount(one.after, one.metric)}",
        "change": amount(one.change, one.metric, sign=True),
        "interval": interval(one.low, one.high, one.metric),
        "better": one.better,
    }


def _knobs(old: Policy, new: Policy) -> list[list[str]]:
    return [[excerpt(visible(part), LONGEST_VALUE) for part in one] for one in turned(old, new)]


def _facts(decision: Decision | None) -> list[list[str]]:
    if decision is None:
        return []
    proposal, verdict = decision.proposal, decision.verdict
    said: dict[str, str] = {}
    if verdict:
        said |= {"verdict": decision.why, **measured(verdict)}
    if proposal:
        finding = proposal.finding
        said |= {
            "idea of": {"finding": "a finding", "case": "failed cases"}.get(proposal.origin, f"a {proposal.origin}"),
            "finding": f"{finding.kind} in {finding.where}: {finding.explanation}" if finding else "",
            "spans": " ".join(finding.span_ids) if finding else "",
            "traces": " ".join(proposal.trace_ids),
        }
    said |= {"entry": f"{decision.entry.number}, {decision.entry.at[:16].replace('T', ' ')} UTC"}
    said |= {"its verdict": decision.verdict_id or ""}
    if decision.undone:
        said |= {"rolled back": bare(decision.undone.reason), "evidence": _evidence(decision)}
    return [[label, _text(words)] for label, words in said.items() if words]


def _evidence(decision: Decision) -> str:
    back = decision.undone or decision.back
    if back is None:
        return ""
    by = "a person" if back.by == "person" else f"the watch after {figures.counted(back.runs, 'run')}"
    return f"by {by}" + (f", e-value {back.evidence:.3g}" if back.evidence else "")


def _decided(one: Decision) -> Mapping[str, str]:
    what = f"to {name(one.back.to)}" if one.back else one.proposal.what if one.proposal else ""
    why = f"{one.why} ({_evidence(one)})" if one.back else one.why
    if one.undone:
        why += f" Rolled back since: {bare(one.undone.reason)}"
    if one.improved:
        what = sealed_cases(one.improved)
    return {
        "when": visible(one.entry.at[:16]).replace("T", " "),
        "outcome": one.outcome,
        "policy": name(one.policy),
        "key": one.policy or "",
        "model": visible(one.model),
        "what": _text(what),
        "why": _text(why),
    }


def _text(words: str) -> str:
    return excerpt(visible(words), LONGEST)

"""Edits of a policy: small steps from where its knobs stand, never outside their bounds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import annotated_types
from pydantic import ValidationError

from systems.hashed import Record, canonical
from systems.policy import Policy

Edit = dict[str, dict[str, Any]]
"""{section: {knob: value}}; the values are JSON."""

MOST_SHOWN = 60


def turned(policy: Policy, place: str, *, times: float = 1.0, plus: float = 0.0) -> Edit:
    """An edit that turns a number up or down and stops at its bounds.

    Args:
        policy: where the knob stands now.
        place: `section.knob`.
        times: factor.
        plus: what is added after that.
    """
    section, _, knob = place.partition(".")
    record: Record = getattr(policy, section)
    now = getattr(record, knob)
    low, high = bounds(type(record), knob)
    value = min(max(now * times + plus, low), high)
    return {section: {knob: round(value) if isinstance(now, int) else round(value, 3)}}


def bounds(record: type[Record], knob: str) -> tuple[float, float]:
    """Least and greatest value of a number."""
    low, high = float("-inf"), float("inf")
    for bound in record.model_fields[knob].metadata:
        if isinstance(bound, annotated_types.Ge):
            low = float(bound.ge)  # type: ignore[arg-type]
        elif isinstance(bound, annotated_types.Le):
            high = float(bound.le)  # type: ignore[arg-type]
    return low, high


def both(*edits: Mapping[str, Mapping[str, Any]]) -> Edit:
    """All the edits in one; of two values for a knob the last holds."""
    merged: Edit = {}
    for edit in edits:
        for section, values in edit.items():
            merged[section] = {**merged.get(section, {}), **values}
    return merged


def effective(edit: Mapping[str, Mapping[str, Any]], policy: Policy) -> Edit:
    """What of an edit changes the policy, in JSON; nothing where the policy refuses it."""
    try:
        child = policy.edited(edit).model_dump(mode="json")
    except (ValidationError, TypeError):  # a section that is no mapping of knobs cannot be merged
        return {}
    now = policy.model_dump(mode="json")
    changed = {
        section: {knob: child[section][knob] for knob in sorted(values) if child[section][knob] != now[section][knob]}
        for section, values in sorted(edit.items())
    }
    return {section: values for section, values in changed.items() if values}


def places(edit: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """The knobs of an edit, as `section.knob`."""
    return tuple(f"{section}.{knob}" for section, values in edit.items() for knob in values)


def worded(edit: Mapping[str, Mapping[str, Any]]) -> str:
    """An edit in words: what is set to what."""
    return "Set " + ", ".join(
        f"{section}.{knob} to {_shown(value)}" for section, values in edit.items() for knob, value in values.items()
    )


def _shown(value: Any) -> str:
    text = canonical(value) if isinstance(value, dict | list | tuple) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"

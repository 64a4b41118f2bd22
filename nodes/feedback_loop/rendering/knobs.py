"""Policies knob by knob."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from systems.policy import Policy


class Turned(NamedTuple):
    """One knob that two policies have at different values; an entry of a table is a knob of its own."""

    knob: str
    old: str
    new: str


def turned(old: Policy, new: Policy) -> list[Turned]:
    """The knobs in which two policies differ, in the order of the policy; values are JSON, `-` where there is none."""
    before, after = (dict(_flat(one)) for one in (old, new))
    names = dict.fromkeys((*before, *after))
    return [
        Turned(name, before.get(name, "-"), after.get(name, "-"))
        for name in names
        if before.get(name, "-") != after.get(name, "-")
    ]


def _flat(policy: Policy) -> Iterator[tuple[str, str]]:
    for section, knobs in policy.model_dump(mode="json", exclude={"parent"}).items():
        for knob, value in knobs.items():
            if isinstance(value, dict):
                yield from ((f"{section}.{knob}[{key}]", _written(one)) for key, one in value.items())
            else:
                yield f"{section}.{knob}", _written(value)


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

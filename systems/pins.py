"""Pins: knobs that a person has set in `specloop.toml`; they lie over any policy, and nothing learned touches them.

    [policy.draft]
    temperature = 0.0
    guidance = ["Name every file that changes"]
    [policy.servers.limits.git]      # a table or a list replaces the whole knob
    call_seconds = 60

A pinned policy is a child of the one it lies over, so its id on the spans leads to both; where the pins change nothing,
it is that policy itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import annotated_types
from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo

from systems.errors import UsageError
from systems.hashed import Record
from systems.policy import Policy
from systems.settings import FILE, POLICY, table

SECTIONS: dict[str, type[Record]] = {
    name: info.annotation
    for name, info in Policy.model_fields.items()
    if isinstance(info.annotation, type) and issubclass(info.annotation, Record)
}
"""The knobs of each section of a policy."""


class Pins(Record):
    """What a person has set."""

    values: dict[str, dict[str, Any]] = Field(default={}, description="{section: {knob: value}}")

    def holds(self, section: str, knob: str) -> bool:
        """Whether a knob is pinned, and must not be edited."""
        return knob in self.values.get(section, {})


def load_pins(project: Path) -> Pins:
    """The pins of a project; none where its `specloop.toml` has no `policy` table.

    Raises:
        UsageError: the file cannot be read, a section or knob is unknown, or a value is mistyped or out of bounds.
    """
    place, given = f"{project / FILE}: {POLICY}", table(project, POLICY)
    if not isinstance(given, dict):
        raise UsageError(f"{place} is not a table of sections.", mend=f"Write [policy.{next(iter(SECTIONS))}].")
    for section, values in given.items():
        if section not in SECTIONS:
            raise UsageError(f"{place}.{section} is no section of a policy.", mend=f"There are: {', '.join(SECTIONS)}.")
        if not isinstance(values, dict):
            raise UsageError(f"{place}.{section} is not a table of knobs.", mend=f"Write [policy.{section}].")
        _check(f"{place}.{section}", SECTIONS[section], values)
    return Pins(values=json.loads(json.dumps(given)))


def pinned(policy: Policy, pins: Pins) -> Policy:
    """The policy with the pins on top of it: what really holds, and whose id is on the spans."""
    edited = policy.edited(pins.values)
    return policy if edited.model_copy(update={"parent": policy.parent}) == policy else edited


def _check(place: str, section: type[Record], values: dict[str, Any]) -> None:
    try:
        section.model_validate_json(json.dumps(values, default=str), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        knob = str(first["loc"][0]) if first["loc"] else ""
        if knob not in section.model_fields:
            known = ", ".join(section.model_fields)
            raise UsageError(f"{place}.{knob} is no knob.", mend=f"There are: {known}.") from error
        inside = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"{place}.{inside}: {first['msg']}.", mend=f"{knob} is {allowed(section.model_fields[knob])}."
        ) from error


def allowed(knob: FieldInfo) -> str:
    """What values a knob takes, in words: its type and its bounds."""
    return ", ".join([_kind(knob.annotation), *_bounds(knob)])


def _kind(kind: Any) -> str:
    if isinstance(kind, type) and not get_args(kind):
        return {"str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false"}[kind.__name__]
    choices = get_args(kind)
    if all(isinstance(choice, str) for choice in choices):
        return f"one of {', '.join(choices)}"
    return "a table" if getattr(kind, "__origin__", None) is dict else "a list"


def _bounds(knob: FieldInfo) -> Iterator[str]:
    for bound in knob.metadata:
        match bound:
            case annotated_types.Ge(ge=least):
                yield f"at least {least:,}"
            case annotated_types.Le(le=most):
                yield f"at most {most:,}"
            case annotated_types.MaxLen(max_length=most):
                yield f"of at most {most:,}"

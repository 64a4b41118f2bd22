"""What a person answers to the interrupts of a run, checked before the graph goes on with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from langgraph.types import Interrupt

from systems.errors import UsageError
from systems.forms import FORMS


def answers(given: Any, interrupts: Sequence[Interrupt]) -> dict[str, Any]:
    """The answers by interrupt id; with what they always allow, they answer other interrupts too.

    Args:
        given: an object of answers by interrupt id, or one answer, which goes to the first interrupt. An answer is an
            object, its JSON text, or words.
        interrupts: what the run waits for.

    Raises:
        UsageError: an answer is not one that was asked for.
    """
    value = _by_id(given)
    by_id = {each.id: each.value for each in interrupts}
    if value is None or not by_id.keys() & value.keys():
        value = {interrupts[0].id: given}
    unknown = [key for key in value if key not in by_id]
    if unknown:
        raise UsageError(f"Nothing with the id {unknown[0]} is asked.", mend=f"Asked are: {', '.join(by_id)}.")
    checked = {key: _checked(answer, by_id[key]) for key, answer in value.items()}
    return {**_settled(by_id, checked), **checked}


def settled(item: Mapping[str, Any], allowed: set[str]) -> bool:
    """Whether something that is asked needs no answer any more, because of what is allowed for the run."""
    return bool(FORMS[str(item["kind"])].settles(item) & allowed)


def allows(item: Mapping[str, Any], answer: Any) -> set[str]:
    """What an answer to something that is asked allows for the run; nothing where it is no answer to that."""
    try:
        return {FORMS[str(item["kind"])].read(answer).allows(item)} - {""}
    except ValueError:
        return set()


def _settled(asked: Mapping[str, Mapping[str, Any]], given: Mapping[str, Any]) -> dict[str, Any]:
    allowed: set[str] = set().union(*(allows(asked[key], answer) for key, answer in given.items()))
    return {key: {"decision": "approve", "text": ""} for key, item in asked.items() if settled(item, allowed)}


def _by_id(given: Any) -> Mapping[str, Any] | None:
    """The object that it is, or is the JSON of."""
    if isinstance(given, str) and given.lstrip().startswith("{"):
        try:
            given = json.loads(given)
        except ValueError:
            return None
    return given if isinstance(given, Mapping) else None


def _checked(answer: Any, item: Mapping[str, Any]) -> dict[str, Any]:
    form = FORMS[str(item.get("kind"))]
    try:
        return form.read(answer).model_dump()
    except ValueError as error:
        asked = item.get("text", form.kind)
        raise UsageError(f"That is no answer to {asked!r}: {error}.", mend=form.mend()) from error

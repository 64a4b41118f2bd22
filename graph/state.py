"""State: what the checkpointer keeps between nodes. Small on purpose: ids, hashes, short texts.

A value that ends in `_ref` is the hash of a text or record in `systems.documents`. The history of a run is a chain of
`LoopRecord`s of which the state holds the last one's hash, so a checkpoint is as small after 100 loops as after one.
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from systems.records import Hash


def gathered(old: list[Hash] | None, new: list[Hash] | None) -> list[Hash]:
    """Collect what parallel answers write; None empties the list for the next step."""
    return [] if new is None else [*(old or []), *new]


def united(old: list[str] | None, new: list[str] | None) -> list[str]:
    """What either side has, once, in its order."""
    return list(dict.fromkeys([*(old or []), *(new or [])]))


class State(TypedDict, total=False):
    """Keys of the graph; each node declares which of them it reads and writes."""

    goal: str
    change: str | None
    archived: bool
    loop: int
    step: dict[str, Any] | None
    route_refs: list[Hash]
    answer_refs: Annotated[list[Hash], gathered]
    draft_ref: Hash | None
    check: str | None
    implementation_ref: Hash | None
    update_refs: list[Hash]
    revision_ref: Hash | None
    history_ref: Hash | None
    redraft_ref: Hash | None
    input_tokens: int
    output_tokens: int
    seconds: float
    missing: list[str]
    notes: list[str]
    allowed: Annotated[list[str], united]
    outcome_ref: Hash | None


class Input(TypedDict, total=False):
    """What starts a run."""

    goal: str
    change: str | None
    archived: bool

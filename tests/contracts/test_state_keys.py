"""Every key that a node declares is a key of the state: LangGraph drops a misspelt one without a word."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any, TypedDict, get_type_hints

import pytest

import nodes
from graph.build import build
from graph.state import Input, State

KEYS = frozenset(get_type_hints(State))
SENT = frozenset({"route_ref", "loop", "allowed"})  # what question_routing sends to one answer, instead of the state
DECLARED = ("Reads", "Writes")


def node_modules() -> dict[str, ModuleType]:
    """Every module of `nodes` that declares what it reads, by the name of its node."""
    names = [info.name for info in pkgutil.walk_packages(nodes.__path__, "nodes.")]
    found = [module for module in map(importlib.import_module, names) if hasattr(module, "Reads")]
    return {module.__name__.removesuffix(".node").rpartition(".")[2]: module for module in found}


def unknown_keys(declared: type[Any], known: frozenset[str] = KEYS) -> set[str]:
    """The keys of a TypedDict that are not among the known ones."""
    return set(get_type_hints(declared)) - known


@pytest.mark.parametrize("side", DECLARED)
@pytest.mark.parametrize("name", sorted(node_modules()))
def test_a_node_reads_and_writes_keys_of_the_state(name: str, side: str) -> None:
    known = SENT if (name, side) == ("answer", "Reads") else KEYS
    declared = getattr(node_modules()[name], side)
    assert get_type_hints(declared)
    assert unknown_keys(declared, known) == set()


@pytest.mark.parametrize("side", DECLARED)
@pytest.mark.parametrize("name", sorted(node_modules()))
def test_a_node_declares_the_types_that_the_state_has(name: str, side: str) -> None:
    """A `str` is not an `int`; a node may promise more than the state asks for (`str` for `str | None`)."""
    if (name, side) == ("answer", "Reads"):
        return
    state = get_type_hints(State)
    for key, kind in get_type_hints(getattr(node_modules()[name], side)).items():
        emptied = key == "answer_refs" and kind is type(None)  # None empties what parallel answers gathered
        assert emptied or kind == state[key] or kind in getattr(state[key], "__args__", ()), key


def test_every_node_of_the_graph_declares_its_keys() -> None:
    assert set(node_modules()) == set(build().nodes)


def test_the_graph_takes_each_nodes_declaration_as_its_schema() -> None:
    modules = node_modules()
    for name, node in build().nodes.items():
        assert node.input_schema is modules[name].Reads


def test_a_run_starts_with_keys_of_the_state() -> None:
    assert unknown_keys(Input) == set()


def test_what_is_sent_to_an_answer_is_what_it_reads() -> None:
    modules = node_modules()
    assert get_type_hints(modules["question_routing"].Asked) == get_type_hints(modules["answer"].Reads)


def test_a_misspelt_key_is_caught() -> None:
    class Misspelt(TypedDict):
        goal: str
        draft_reff: str

    assert unknown_keys(Misspelt) == {"draft_reff"}

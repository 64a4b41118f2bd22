"""Servers as they publish their tools, and a router over some of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from nodes.question_routing.choosing import Chooser
from nodes.question_routing.questions import Places
from nodes.question_routing.routing import Router
from systems.knobs import QuestionKnobs
from systems.likeness.embeddings import Embedder, LocalEmbedder
from systems.node import cache_folder
from systems.records import Question
from tests.benchmarks.routing import recorded

PROJECT = Path("/project")
PLACES = Places(
    files=("README.md", "calc.py", "src/a.py", "tests/test_a.py"),
    readme="README.md",
    source="src/a.py",
    tests="tests",
    refs=("develop", "main", "v1.2"),
)
DEFAULT_SERVERS = ("git", "filesystem", "time")


def router(*servers: str, embedder: Embedder | None = None, chooser: Chooser | None = None, **knobs: Any) -> Router:
    """A router over recorded servers (the default ones when none is named), with some knobs changed."""
    servers = servers or DEFAULT_SERVERS
    if chooser or knobs or (embedder and embedder is not local()):
        return _router(servers, embedder, chooser, **knobs)
    return _plain(servers, embeds=bool(embedder))


@cache
def _plain(servers: tuple[str, ...], *, embeds: bool) -> Router:
    """One for all questions: its phrases are weighed once."""
    return _router(servers, local() if embeds else None, None)


def _router(servers: tuple[str, ...], embedder: Embedder | None, chooser: Chooser | None, **knobs: Any) -> Router:
    tools = [tool for server in servers for tool in recorded(server)]
    settings = QuestionKnobs(**knobs)
    return Router(tools, project=PROJECT, places=PLACES, knobs=settings, embedder=embedder, chooser=chooser)


@cache
def local() -> LocalEmbedder:
    """One for all tests, with the machine's cache of vectors, so that phrases are embedded once."""
    return LocalEmbedder(kept=cache_folder() / "embeddings.db")


def asked(text: str) -> Question:
    """A question of a person."""
    return Question(text=text, origin="person")

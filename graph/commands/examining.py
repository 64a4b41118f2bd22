"""Examining: what specloop needs, whether it is there, and what mends it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import Field
from rich.markup import escape
from rich.table import Table

from systems.documents import Documents
from systems.errors import SpecloopError, UsageError
from systems.likeness.embeddings import INSTALL, open_embedder
from systems.mcp import Servers, servers_of
from systems.models import Told, choose, open_model
from systems.node import find_node
from systems.openspec import OpenSpec
from systems.pins import load_pins, pinned
from systems.policy import DEFAULT, DraftKnobs, ServerKnobs
from systems.project.repository import check_project
from systems.records import Record
from systems.runs import Runs
from systems.settings import Settings, api_key, load_settings
from systems.spans import Store, open_spans
from systems.stores import place_of
from systems.telemetry import Telemetry


class Check(Record):
    """One thing that was looked at."""

    name: str = Field(description="What was looked at")
    ok: bool = Field(description="Whether it works")
    detail: str = Field(description="What was found")
    mend: str = Field("", description="What to do about it")


def examine(project: Path, given: Mapping[str, Any]) -> tuple[Check, ...]:
    """Look at everything a run needs, each on its own, so that one fault hides no other.

    Raises:
        UsageError: the project or its settings cannot be read at all.
    """
    project = check_project(project)
    return asyncio.run(_examine(project, load_settings(project, given)))


def examine_at(project: Path | str, server: str | None, given: Mapping[str, Any]) -> tuple[Check, ...]:
    """Look at a server, and have one of its workers look at everything that a run there needs.

    Raises:
        UsageError: no server is named, or a setting is wrong.
    """
    from graph.remote.workspace import RemoteWorkspace

    workspace = RemoteWorkspace(project, server=server)
    try:
        told = workspace.examined(() if given.get("model") is None else (f"--model={given['model']}",))
    except SpecloopError as error:
        return (Check(name="server", ok=False, detail=error.message, mend=error.mend),)
    answers = Check(name="server", ok=True, detail=f"{workspace.server} answers, with a worker behind it")
    return (answers, *(Check.model_validate(each) for each in told))


async def _examine(project: Path, settings: Settings) -> tuple[Check, ...]:
    checks = [
        await _checked("Node", _node),
        await _checked("OpenSpec", lambda: _openspec(project)),
        await _checked("model", lambda: _model(settings)),
        await _checked("embeddings", lambda: _embeddings(settings)),
        await _checked("stores", lambda: _stores(project)),
        await _checked("pins", lambda: _pins(project)),
    ]
    try:
        servers = servers_of(project, settings.mcp)
    except SpecloopError as error:
        return (*checks, Check(name="mcp.json", ok=False, detail=error.message, mend=error.mend))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "doctor.db")
        async with Servers(
            servers,
            knobs=_server_knobs(project),
            tracer=Telemetry(store).tracer,
            stderr=project / ".specloop" / "servers",
            project=project,
        ) as running:
            checks += [_server(name, running) for name in servers]
        store.close()
    return tuple(checks)


async def _checked(name: str, look: Callable[[], Awaitable[str]]) -> Check:
    try:
        return Check(name=name, ok=True, detail=await look())
    except SpecloopError as error:
        return Check(name=name, ok=False, detail=error.message, mend=error.mend)


async def _node() -> str:
    return str(find_node())


async def _openspec(project: Path) -> str:
    return f"OpenSpec {await OpenSpec(project).version()}"


async def _model(settings: Settings) -> str:
    async with open_model(
        settings.model, base_url=settings.model_url, api_key=api_key(), told=Told.by(settings)
    ) as model:
        await model.draft([("user", "Say yes.")], _Yes, DraftKnobs(output_tokens=64))
        where = "embedded" if model.choice.embedded else f"at {model.choice.base_url}"
        tools = "calls tools" if await model.tool_capable() else "calls no tools"
        return f"{model.choice.name}, {where}, answers; context of {await model.context_tokens():,} tokens; {tools}"


async def _embeddings(settings: Settings) -> str:
    url = ""
    with suppress(SpecloopError):  # the check of the model says what is wrong with it
        choice = await choose(settings.model, base_url=settings.model_url, api_key=api_key())
        url = choice.base_url
    embedder = await open_embedder(url, api_key=api_key())
    if embedder is None:
        return f"none: questions are routed by their words alone. {INSTALL}"
    vectors = await embedder.embed(["Which tool knows this?"])
    return f"{embedder.name}, {'no answer' if vectors is None else f'{vectors.shape[1]} numbers a text'}"


class _Yes(Record):
    answer: str = Field(max_length=20)


async def _stores(project: Path) -> str:
    place = place_of(project)
    for opened in (Documents, Runs, open_spans):
        opened(place).close()
    return f"{place} opens"


async def _pins(project: Path) -> str:
    pins = load_pins(project).values
    return ", ".join(f"{section}.{knob}" for section, values in pins.items() for knob in values) or "none"


def _server_knobs(project: Path) -> ServerKnobs:
    """The limits that a person has set; those that come with specloop where what they set is wrong."""
    try:
        return pinned(DEFAULT, load_pins(project)).servers
    except UsageError:
        return DEFAULT.servers


def _server(name: str, servers: Servers) -> Check:
    why = servers.unavailable.get(name)
    if why:
        return Check(name=f"MCP {name}", ok=False, detail=why, mend="Mend or disable it in mcp.json; the others serve.")
    tools = [tool for tool in servers.tools if tool.server == name]
    readable = sum(tool.read_only for tool in tools)
    return Check(name=f"MCP {name}", ok=True, detail=f"{len(tools)} tools, {readable} of them read-only")


def checks_table(checks: Sequence[Check]) -> Table:
    """The checks for a terminal."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for check in checks:
        mark = "[green]✓[/]" if check.ok else "[red]✗[/]"
        mend = f"\n[yellow]{escape(check.mend)}[/]" if check.mend else ""
        table.add_row(mark, f"[bold]{escape(check.name)}[/]", f"{escape(check.detail)}{mend}")
    return table

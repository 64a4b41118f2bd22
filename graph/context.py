"""Context: the plain values a run is given; the form that LangGraph Studio shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from systems.settings import Settings, table

OF_A_FAMILY = {"follow_ups", "follow_up_depth"}  # the others hold for each run


@dataclass(frozen=True)
class Context:
    """Everything a node may know about how it is run. Live clients are opened from it by `systems.connections`."""

    project: Annotated[str, Field(description="Folder of the project; must be in a git repository")] = "."
    model: Annotated[str, Field(description="auto, embedded, a model's name, or the URL of a server")] = "auto"
    model_url: Annotated[str, Field(description="OpenAI-compatible server")] = "http://127.0.0.1:1234/v1"
    model_tools: Annotated[bool | None, Field(description="The model can call tools; none: its server says")] = None
    model_context: Annotated[int | None, Field(description="The model's context, tokens", ge=512)] = None
    model_parallel: Annotated[int | None, Field(description="Requests the server answers at once", ge=1)] = None
    keyless: Annotated[bool, Field(description="Do not send SPECLOOP_API_KEY to the model server")] = False
    mcp: Annotated[str | None, Field(description="mcp.json with the servers; none: git, time and filesystem")] = None
    approve: Annotated[Literal["auto", "ask"], Field(description="Whether a person approves documents")] = "auto"
    supervised: Annotated[bool, Field(description="Somebody is asked, whatever was said or allowed before")] = False
    max_loops: Annotated[int, Field(description="Loops the run may take", ge=1)] = 12
    max_seconds: Annotated[float, Field(description="Working seconds the run may take", gt=0)] = 1_800
    max_tokens: Annotated[int, Field(description="Model tokens the run may take", ge=1)] = 500_000
    capture_content: Annotated[bool, Field(description="Keep prompts and answers on the spans")] = False
    fresh: Annotated[bool, Field(description="Read again what has not changed since earlier runs")] = False

    def within(self, folder: Path) -> Context:
        """The same in a clone of the project; its MCP servers are those that it names itself, and that are trusted."""
        return replace(self, project=str(folder), mcp=table(folder, "mcp") or None)


def context_of(project: str, settings: Settings) -> Context:
    """The context of a project's runs, by what is set for them."""
    return Context(project=project, **settings.model_dump(exclude=OF_A_FAMILY))

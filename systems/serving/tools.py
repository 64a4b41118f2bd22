"""What can be served: a function with records in and out, and whom it is called by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict


class Arguments(BaseModel):
    """What a tool takes; a name that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Caller(Protocol):
    """Who called a tool, for as long as the call lasts."""

    def tell(self, message: str) -> None:
        """Say how far the work is, where the caller wants to know."""

    async def ask(self, message: str, form: Mapping[str, Any]) -> dict[str, Any] | None:
        """What the person fills into a form; None where they will not, or nobody can be asked.

        Args:
            message: what it is about.
            form: JSON schema of an object with plain fields.
        """


@dataclass(frozen=True)
class Effects:
    """What a call does to the world, as MCP's annotations have it.

    Attributes:
        read_only: nothing is changed.
        destructive: something that was there may be replaced or removed.
        idempotent: the same call a second time changes nothing more.
        open_world: it reaches beyond the project: other servers, models.
    """

    read_only: bool = False
    destructive: bool = False
    idempotent: bool = False
    open_world: bool = False


@dataclass(frozen=True)
class Tool:
    """One function to serve.

    Attributes:
        name: by which it is called.
        title: for people.
        description: for models: what it does, when to use it, what comes back.
        takes: its arguments.
        gives: its result, which becomes the output schema.
        work: does it; raises `SpecloopError` for what the caller or a person can mend.
        effects: what it does to the world.
    """

    name: str
    title: str
    description: str
    takes: type[Arguments]
    gives: type[BaseModel]
    work: Callable[[Any, Caller], Awaitable[BaseModel]]
    effects: Effects

"""What the tests of the model's border share: a record to ask for, and a model behind the imitation server."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from systems.errors import SpecloopError
from systems.models import Message, Model, open_model
from systems.policy import DraftKnobs
from tests.systems.imitation_server import ImitationServer, Reply, Script

KNOBS = DraftKnobs(seconds=5, output_tokens=200)
ASK: list[Message] = [("system", "Answer in JSON."), ("user", "Name {one} capability.")]
ONE: dict[str, Any] = {"name": "export", "reasons": ["wanted"]}


class Capability(BaseModel):
    """A capability."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=20, pattern=r"^[a-z0-9-]{1,20}$")
    reasons: list[Annotated[str, Field(max_length=60)]] = Field(min_length=1, max_length=2)
    priority: Literal["low", "high"] = "low"


@asynccontextmanager
async def model_with(script: Script, **options: Any) -> AsyncIterator[tuple[Model, ImitationServer]]:
    with ImitationServer(script, **options) as server:
        async with open_model(server.url) as model:
            yield model, server


def closed_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


async def failure(reply: Reply | str, error: type[SpecloopError], times: int = 1) -> Any:
    """What `draft` raises when the server answers so."""
    async with model_with([reply] * times) as (model, server):
        with pytest.raises(error) as raised:
            await model.draft(ASK, Capability, KNOBS)
        assert len(server.requests) == times
        return raised.value

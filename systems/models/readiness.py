"""Before a model's first request: it is loaded, its true context is known, and so is how to ask it; once a model.

The embedded model and those of servers that answer nothing are taken as they are. What a later answer teaches (a schema
refused, a context that was smaller) replaces what was believed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from pydantic import SecretStr

from systems.models.capabilities import Capabilities, Memory
from systems.models.choice import ModelChoice
from systems.models.http import client
from systems.models.probe import asked_for_a_record, asked_for_a_tool
from systems.models.serving import served
from systems.stores.line import place_in_line
from systems.stores.place import database_of
from systems.telemetry import current_run

if TYPE_CHECKING:
    import httpx

LOAD_SECONDS = 300.0
PROBE_SECONDS = 60.0
UNKNOWN_PARALLEL = 4
_rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, _Room]] = WeakKeyDictionary()


@dataclass(frozen=True)
class _Room:
    """Where the requests of this process to one server wait."""

    places: asyncio.Semaphore
    turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def turn(self, run: str) -> asyncio.Lock:
        return self.turns.setdefault(run, asyncio.Lock())


@dataclass(frozen=True)
class Ready:
    """A model that can be asked.

    Attributes:
        choice: which it is, where, with what its server says of it now.
        capabilities: how it can be asked.
    """

    choice: ModelChoice
    capabilities: Capabilities = field(default_factory=Capabilities)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Held during a request; lets as many through at once as the server answers, for all models of it.

        Of the requests of a run one waits at a time, so that runs take turns, however many questions one has. Where
        workers share a database they share the places too.
        """
        most, server = self.choice.parallel or UNKNOWN_PARALLEL, self.choice.base_url
        here = _rooms.setdefault(asyncio.get_running_loop(), {}).setdefault(server, _Room(asyncio.Semaphore(most)))
        database = None if self.choice.embedded else database_of()
        async with AsyncExitStack() as held:
            async with here.turn(current_run()):
                await held.enter_async_context(here.places)
                if database:
                    await held.enter_async_context(place_in_line(database, server, most))
            yield


class Readiness:
    """The models of one server, as far as they were asked for."""

    def __init__(self, api_key: SecretStr | None, memory: Memory) -> None:
        """Nothing is sent yet.

        Args:
            api_key: sent as a bearer token when given.
            memory: what this machine remembers of models.
        """
        self._api_key, self._memory = api_key, memory
        self._ready: dict[str, Ready] = {}
        self._one = asyncio.Lock()

    async def of(self, choice: ModelChoice) -> Ready:
        """The model, loaded, looked at and tried once."""
        async with self._one:
            if choice.name not in self._ready:
                self._ready[choice.name] = Ready(choice) if choice.embedded else await self._prepared(choice)
            return self._ready[choice.name]

    async def again(self, choice: ModelChoice) -> Ready:
        """The model, loaded once more after its server had thrown it out of memory."""
        async with self._one:
            self._ready[choice.name] = await self._prepared(choice.model_copy(update={"loaded": False}))
            return self._ready[choice.name]

    def known(self, choice: ModelChoice) -> Ready:
        """The model as far as it is known without asking."""
        return self._ready.get(choice.name) or Ready(choice)

    async def tools(self, choice: ModelChoice) -> bool:
        """Whether the model calls tools: what the person or its server says, else what it does when asked to."""
        ready = await self.of(choice)
        if ready.choice.tools is not None:
            return ready.choice.tools
        if ready.capabilities.tools is None:
            async with self.http(ready.choice, PROBE_SECONDS) as http:
                called = await asked_for_a_tool(ready.choice, http)
            if called is not None:
                ready = self.learned(choice, ready.capabilities.model_copy(update={"tools": called}))
        return bool(ready.capabilities.tools)

    def learned(self, choice: ModelChoice, capabilities: Capabilities) -> Ready:
        """Remember how a model can be asked, here and for other runs."""
        ready = self._ready[choice.name] = replace(self.known(choice), capabilities=capabilities)
        if not choice.embedded:
            self._memory.keep(ready.choice, capabilities)
        return ready

    def shrunk(self, choice: ModelChoice, context: int) -> None:
        """Believe in a smaller context from now on, in this run."""
        ready = self.known(choice)
        self._ready[choice.name] = replace(ready, choice=ready.choice.model_copy(update={"context_tokens": context}))

    @asynccontextmanager
    async def http(self, choice: ModelChoice, seconds: float) -> AsyncIterator[httpx.AsyncClient]:
        """A client for plain requests to the model's server; a block that takes too long is left."""
        try:
            async with client(choice.base_url, self._api_key, seconds) as http:
                yield http
        except TimeoutError:
            return

    async def _prepared(self, choice: ModelChoice) -> Ready:
        now: Any = choice
        async with self.http(choice, LOAD_SECONDS) as http:
            now = await served(choice, http)
        remembered = self._memory.recall(now)
        if remembered:
            return Ready(now, remembered)
        found = None
        async with self.http(choice, PROBE_SECONDS) as http:
            found = await asked_for_a_record(now, http)
        if found:
            self._memory.keep(now, found)
        return Ready(now, found or Capabilities())

"""Plays of a trial, spread over the workers of a server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from graph.context import Context
from graph.learning.trial import Plays
from graph.remote.desk import Desk
from systems.agent_protocol import Server, connected
from systems.errors import Missing, of_told
from systems.policy import Policy
from systems.settings import token
from systems.trials import Case, Played


class RemotePlays:
    """Has cases played at a server; a route, which is found faster than anybody is told of it, is looked up here."""

    def __init__(self, server: Server, context: Context, here: Plays, model: str) -> None:
        """Nothing is asked yet.

        Args:
            server: where.
            context: the project as the server's workers see it, and what holds for it.
            here: who plays what is not sent away.
            model: what all must play with.
        """
        self._server, self._context, self._here, self._model = server, asdict(context), here, model
        self._threads: list[str] = []

    async def play(self, case: Case, policy: Policy, repetition: int) -> Played:
        """Do a case again under a policy.

        Raises:
            Missing: the server, or what a worker needs, is gone; not the policy's fault.
        """
        if case.kind == "route":
            return await self._here.play(case, policy, repetition)
        given: dict[str, Any] = {"case": case.model_dump(mode="json"), "policy": policy.model_dump(mode="json")}
        given["repetition"] = repetition
        thread = await self._server.create({})
        self._threads.append(thread)
        said = await self._server.answer("play", given, self._context, thread=thread)
        if "error" in said:
            raise of_told(said["error"])
        if "played" not in said:
            mend = "Restart its workers with the present langgraph.json."
            raise Missing(f"The server at {self._server.url} plays no trials.", system="server", mend=mend)
        if said["model"] != self._model:
            raise Missing(
                f"A worker of {self._server.url} plays with {said['model']}, this machine with {self._model}.",
                system="model",
                mend="Name the same model for all with --model.",
            )
        return Played.model_validate(said["played"])

    async def forgotten(self) -> None:
        """Have the server forget what it played, cases and all.

        Afterwards and one by one: `langgraph dev` 0.16 loses the threads of others when one is removed beside them.
        """
        while self._threads:
            await self._server.remove(self._threads.pop())


@asynccontextmanager
async def plays_at(url: str, context: Context, here: Plays, *, model: str) -> AsyncIterator[Plays]:
    """Plays at a server, by its address; see `RemotePlays`."""
    async with connected(url, token(), context.project) as server:
        await Desk(server, context).same_version()
        plays = RemotePlays(server, context, here, model)
        yield plays
        await plays.forgotten()

"""A client of LangGraph's agent protocol: `langgraph dev`, Aegra and the LangGraph Platform speak it.

https://langchain-ai.github.io/agent-protocol; nothing here is one server's own. A run of a graph goes on at the server
whether somebody follows it or not. What its nodes put on the custom stream comes here as it happens; a connection that
breaks is made again, and what was said meanwhile comes late where the server kept it.
"""

from __future__ import annotations

import asyncio
import re
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast
from urllib.parse import quote

import httpx
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient
from pydantic import SecretStr

from systems.access.callers import DESK_HEADER, PROJECT_HEADER
from systems.errors import Busy, Missing, PersonMustAct, UsageError, of_told

T = TypeVar("T")
ACTIVE = ("pending", "running")
MOST_BUSY = 100
_TOKEN = re.compile(r"[!-~]*")
CONNECT_SECONDS = 10.0
SILENT_SECONDS = 300.0
"""A server says something every few seconds while a run goes on."""
LAST = cast(Any, {})
"""The last checkpoint; Aegra takes nothing without an input, a command or a checkpoint."""
AGAIN_SECONDS = 1.0
AWAY_SECONDS = 90
"""How long nobody may answer while a run is followed: a worker starts anew in that time."""
TRIES = int(AWAY_SECONDS / AGAIN_SECONDS)


@dataclass(frozen=True)
class Snapshot:
    """Where a thread of a graph stands.

    Attributes:
        values: its state.
        interrupts: what it waits for, each with `id` and `value`.
        unfinished: whether a node is still to be worked.
    """

    values: Mapping[str, Any]
    interrupts: tuple[Mapping[str, Any], ...]
    unfinished: bool


@dataclass(frozen=True)
class Work:
    """What a graph is to do on a thread.

    Attributes:
        graph: its name.
        input: what it starts with; None goes on from the last checkpoint.
        command: what it goes on with instead: `resume`, or `goto` and `update`.
        context: plain values for its nodes.
        steps: most nodes one after the other.
    """

    graph: str
    input: Mapping[str, Any] | None = None
    command: Mapping[str, Any] | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    steps: int = 100


class Server:
    """One server; every method raises `Missing` where it cannot be reached or fails.

    Attributes:
        url: its address.
    """

    def __init__(self, url: str, client: LangGraphClient) -> None:
        self.url = url
        self._client = client

    async def create(self, metadata: Mapping[str, Any]) -> str:
        """A new thread; its id."""
        with self._mapped():
            return str((await self._client.threads.create(metadata=dict(metadata)))["thread_id"])

    async def metadata(self, thread: str) -> dict[str, Any]:
        """What a thread was made with.

        Raises:
            UsageError: there is no such thread.
        """
        with self._mapped(thread):
            return dict((await self._client.threads.get(thread))["metadata"] or {})

    async def busy(self) -> dict[str, dict[str, Any]]:
        """The threads on which a run goes on, or waits for a worker, each with what it was made with; the newest."""
        with self._mapped():
            found = await self._client.threads.search(status="busy", limit=MOST_BUSY)
        return {str(thread["thread_id"]): dict(thread["metadata"] or {}) for thread in found}

    async def snapshot(self, thread: str) -> Snapshot:
        """Where a thread stands.

        Raises:
            UsageError: there is no such thread.
        """
        with self._mapped(thread):
            state: Any = await _patiently(lambda: self._client.threads.get_state(thread))
        interrupts = state.get("interrupts") or [each for task in state["tasks"] for each in task["interrupts"]]
        return Snapshot(state["values"] or {}, tuple(interrupts), bool(state["next"] or state["tasks"]))

    async def active(self, thread: str) -> str | None:
        """The run that goes on on a thread, or waits for a worker; None where there is none."""
        with self._mapped(thread):
            runs = await self._client.runs.list(thread, limit=10)
        return next((str(run["run_id"]) for run in runs if run["status"] in ACTIVE), None)

    async def cancel(self, thread: str, run: str) -> None:
        """Stop a run, and wait until it has stopped."""
        with self._mapped(thread):
            await self._client.runs.cancel(thread, run, wait=True)

    async def work(self, thread: str, work: Work) -> AsyncIterator[dict[str, Any]]:
        """What the nodes say, until the run has ended or waits.

        Raises:
            SpecloopError: what a node raised.
            Busy: another run goes on on this thread.
        """
        made: list[str] = []
        parts = self._client.runs.stream(
            thread,
            work.graph,
            input=work.input,
            command=cast(Any, work.command),
            checkpoint=LAST if work.input is None and work.command is None else None,
            context=cast(Any, work.context),
            config={"recursion_limit": work.steps},
            stream_mode="custom",
            stream_resumable=True,
            on_disconnect="continue",
            durability="sync",
            multitask_strategy="reject",
            on_run_created=lambda run: made.append(run["run_id"]),
        )
        with self._mapped(thread):
            async for chunk in self._followed(thread, made, parts):
                yield chunk

    async def join(self, thread: str, run: str) -> AsyncIterator[dict[str, Any]]:
        """What the nodes of a run that goes on say from now on, until it has ended or waits."""
        with self._mapped(thread):
            parts = self._client.runs.join_stream(thread, run, stream_mode="custom")
            async for chunk in self._followed(thread, [run], parts):
                yield chunk

    async def answer(
        self,
        graph: str,
        given: Mapping[str, Any],
        context: Mapping[str, Any],
        *,
        thread: str | None = None,
        again: bool = False,
    ) -> dict[str, Any]:
        """The last state of a graph that is run once, on a thread or on none.

        Args:
            graph: its name.
            given: its input.
            context: plain values for its nodes.
            thread: where its state is kept.
            again: it changes nothing, so that it may be asked again where its worker goes away.
        """

        async def asked() -> dict[str, Any]:
            last: dict[str, Any] = {}
            async for part in self._client.runs.stream(
                cast(Any, thread),
                graph,
                input=given,
                context=cast(Any, context),
                stream_mode="values",
                headers=None if thread else {DESK_HEADER: "yes"},
            ):
                if part.event == "error":
                    raise self._failed(str(part.data))
                if part.event == "values":
                    last = dict(part.data)
            return last

        with self._mapped():
            return await (_patiently(asked) if again else asked())

    async def remove(self, thread: str) -> None:
        """Forget a thread and what it said."""
        with self._mapped(thread):
            await self._client.threads.delete(thread)

    async def _followed(self, thread: str, made: list[str], parts: AsyncIterator[Any]) -> AsyncIterator[dict[str, Any]]:
        """A stream to the end of its run: one that breaks off is joined again, also at a worker that starts anew."""
        told: Mapping[str, str] | None = None
        last_id, lost = None, 0
        while True:
            try:
                async for part in parts:
                    last_id, lost = part.id or last_id, 0
                    if part.event == "metadata" and not made:
                        made.append(str(part.data["run_id"]))
                    if part.event.partition("|")[0] == "custom":
                        told = part.data.get("error")
                        yield part.data
                run: Any = await self._client.runs.get(thread, made[0])
                if run["status"] not in ACTIVE:
                    break
            except (httpx.TransportError, httpx.HTTPStatusError) as error:
                lost += 1
                if not made or lost > TRIES or not _is_away(error):
                    raise
            await asyncio.sleep(AGAIN_SECONDS)
            parts = self._client.runs.join_stream(thread, made[0], stream_mode="custom", last_event_id=last_id)
        if run["status"] in ("error", "timeout"):
            raise of_told(told) if told else self._failed(str(run.get("error_message") or run["status"]))

    def _failed(self, words: str) -> Missing:
        mend = "Its log says more; what was done until then is kept."
        return Missing(f"The server at {self.url} failed: {words}", system="server", mend=mend)

    @contextmanager
    def _mapped(self, thread: str = "") -> Iterator[None]:
        """Errors of HTTP as what a person can mend."""
        try:
            yield
        except httpx.HTTPStatusError as error:
            raise _refused(error, self.url, thread) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            words = str(error) or type(error).__name__
            if "text/event-stream" in words:  # the SDK's own words for an answer that is no stream
                raise _other(self.url) from error
            mend = "Is it running, and is the address right?"
            if thread:
                mend = f"Nothing is lost; follow the run with `specloop resume {thread} --server {self.url}`."
            raise Missing(f"No server answers at {self.url} ({words}).", system="server", mend=mend) from error
        except ValueError as error:  # no JSON
            raise _other(self.url) from error


@asynccontextmanager
async def connected(url: str, token: SecretStr | None = None, project: str = "") -> AsyncIterator[Server]:
    """A server, by its address; nothing is asked of it yet.

    Args:
        url: its address.
        token: who we are; goes into the Authorization header.
        project: whose threads these are; goes into a header, too.

    Raises:
        UsageError: the token is none; what it is stays unsaid.
    """
    secret = token.get_secret_value() if token else ""
    if not _TOKEN.fullmatch(secret):
        raise UsageError("SPECLOOP_TOKEN is no token: it has spaces or lines.", mend="Set it to the token alone.")
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    headers |= {PROJECT_HEADER: quote(project, safe="/:@")} if project else {}
    timeout = (CONNECT_SECONDS, SILENT_SECONDS, SILENT_SECONDS, CONNECT_SECONDS)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Reconnecting without a Last-Event-ID")
        async with get_client(url=url, headers=headers, timeout=timeout) as client:
            yield Server(url, client)


def _refused(error: httpx.HTTPStatusError, url: str, thread: str) -> PersonMustAct:
    code, words = error.response.status_code, str(getattr(error, "message", "") or error)
    if code == 401:
        mend = "Set SPECLOOP_TOKEN to yours, or ask whoever runs the server for one."
        told = _told(error) or "It does not take this token, or wants one."
        return Missing(f"The server at {url} does not let you in. {told}", system="server", mend=mend)
    if code == 403:
        told = _told(error) or f"{words}. Ask whoever runs the server for the role that may."
        return Missing(f"The server at {url} does not let you do this. {told}", system="server")
    if code == 404 and thread:
        return UsageError(f"There is no run {thread!r} at {url}.", mend=f"See `specloop status --server {url}`.")
    if code == 404:
        return _other(url)
    if code == 409:
        return Busy("Another client has started work on this run.", mend="Follow it: specloop resume RUN.")
    if code == 422 and thread:
        return UsageError(f"{thread!r} is no run of {url}.", mend=f"See `specloop status --server {url}`.")
    return Missing(f"The server at {url} failed ({code}): {words}", system="server", mend="Its log says more.")


def _told(error: httpx.HTTPStatusError) -> str:
    """Why a server refuses, in its own words; servers say it under different names."""
    body = getattr(error, "body", None)
    said = (body.get("detail") or body.get("message")) if isinstance(body, dict) else None
    return said if isinstance(said, str) and " " in said else ""


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """What a worker says, also one that just starts anew; only for what changes nothing."""
    for _ in range(TRIES):
        try:
            return await ask()
        except (httpx.TransportError, httpx.HTTPStatusError) as error:
            if not _is_away(error):
                raise
        await asyncio.sleep(AGAIN_SECONDS)
    return await ask()


def _is_away(error: httpx.HTTPError) -> bool:
    """Whether nobody was there to answer; a balancer says so by 502, 503 or 504."""
    return not isinstance(error, httpx.HTTPStatusError) or error.response.status_code in (502, 503, 504)


def _other(url: str) -> Missing:
    mend = "Name the address at which `langgraph dev`, Aegra or the LangGraph Platform serves specloop."
    return Missing(f"What answers at {url} is no server of specloop.", system="server", mend=mend)

"""The one opener: given a run's plain options, it opens what lies outside and closes what it opened.

Live clients are never in the graph's state or context. A node asks for them with `opened(options)`; whoever asks with
the same options in the same event loop shares them. `Workspace` holds them for a whole run; under a LangGraph server,
where nobody holds them, they stay open for a while after the last node and then close by themselves.

The policy is the one that the project's ledger says is active for the model, else what specloop ships; what the person
has pinned lies on top. It is kept among the documents, so that the id on the spans always leads to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    closing,
    contextmanager,
    suppress,
)
from dataclasses import dataclass, field, replace
from pathlib import Path
from weakref import WeakKeyDictionary

from systems.documents import Documents, read_file
from systems.errors import Busy
from systems.learned import begun_under, learned
from systems.likeness.embeddings import Embedder, open_embedder
from systems.mcp import KeptReads, Listings, Reads, ServerConfig, Servers, Sources, servers_of
from systems.models import Model, Told, open_model
from systems.node import cache_folder
from systems.openspec import OpenSpec
from systems.options import Options
from systems.pins import load_pins, pinned
from systems.policy import Policy
from systems.project.repository import check_project
from systems.records import Hash, LoopRecord, Outcome, PlanRevision, content_hash
from systems.runs import Runs
from systems.settings import api_key, load_prices
from systems.spans import SpanStore, open_spans
from systems.spending import Spending
from systems.stores import place_of
from systems.stores.locks import Lock, taken
from systems.telemetry import Telemetry

LINGER_SECONDS = 30.0
POLL_SECONDS = 0.2
UNWIND_SECONDS = 10.0


@dataclass
class Systems:
    """Everything outside the process that a run works with.

    Attributes:
        policy: what holds: what was learned, with the person's pins on top.
        learned: id of the policy without the pins.
    """

    project: Path
    policy: Policy
    openspec: OpenSpec
    servers: Servers
    model: Model
    documents: Documents
    runs: Runs
    spans: SpanStore
    telemetry: Telemetry
    embedder: Embedder | None = None
    learned: Hash = ""
    _asking: dict[int, asyncio.Semaphore] = field(default_factory=dict)
    _claims: dict[str, tuple[str, Lock]] = field(default_factory=dict)

    def with_policy(self, policy: Policy) -> Systems:
        """The same live systems under another policy; nothing is started, and `opened` still closes them for all.

        The policy's limits hold for its MCP calls, whose results are not shared with any other policy. Spans carry its
        id when they are made in `telemetry.scope(policy=policy.hash)`.
        """
        return replace(self, policy=policy, servers=self.servers.under(policy.servers))

    def of_run(self, run_id: str) -> Systems:
        """The same live systems under the policy that a run began under; before it has begun, under what holds now."""
        noted, place = self.runs.policy(run_id), place_of(self.project)
        if noted == self.learned:
            return self
        policy = begun_under(place, noted) if noted else learned(place, self.model.choice)
        if policy.hash == self.learned:
            return self
        under = pinned(policy, load_pins(self.project))
        self.documents.put_record(under)
        return replace(self.with_policy(under), learned=policy.hash)

    def asking(self) -> asyncio.Semaphore:
        """Held while a question is asked; it lets as many through at once as the policy says, in their order."""
        most = self.policy.questions.parallel
        return self._asking.setdefault(most, asyncio.Semaphore(most))

    async def claim(self, change: str, *, run_id: str, seconds: float, waiting: Callable[[], None]) -> None:
        """Make a run the only one that works on a change, in this process and others, until it lets go.

        Args:
            change: OpenSpec change id.
            run_id: the run; what it holds already it may claim again.
            seconds: how long to wait for another run to finish with it.
            waiting: called once when there is something to wait for.

        Raises:
            Busy: the other run is still at it after that time.
            Missing: the lock file cannot be written.
        """
        if self._holder(change) == run_id:
            return
        deadline = asyncio.get_running_loop().time() + seconds
        told = False
        while not self._take(change, run_id):
            if not told:
                waiting()
                told = True
            if asyncio.get_running_loop().time() > deadline:
                raise Busy(f"Change {change} is being worked on by another run.", mend="See `specloop status`.")
            await asyncio.sleep(POLL_SECONDS)

    def _holder(self, change: str) -> str | None:
        return self._claims[change][0] if change in self._claims else None

    def _take(self, change: str, run_id: str) -> bool:
        if change in self._claims:
            return False
        lock = taken(place_of(self.project), f"change-{change}")
        if lock:
            self._claims[change] = run_id, lock
        return lock is not None

    def wrote(self, path: Path) -> bool:
        """Whether a file still is what specloop last wrote there, untouched by a person."""
        last = self.documents.last_write(path.relative_to(self.project).as_posix())
        text = read_file(path)
        return last is not None and text is not None and content_hash(text) == last[0]

    def revision(self, reference: Hash | None) -> PlanRevision:
        """The plan's revision, or the plan as the policy has it."""
        return self.documents.get_record(reference, PlanRevision) if reference else PlanRevision()

    def history(self, last: Hash | None) -> tuple[LoopRecord, ...]:
        """The loops of a run in order, from the hash of the last one."""
        return self.documents.history(last)

    def begun(self, run_id: str, goal: str) -> None:
        """Enter a run in the list, where nobody has yet, and under which policy it goes on."""
        self.runs.start(run_id, goal=goal, change=None, settings={})
        self.runs.note_policy(run_id, policy=self.learned, model=self.model.choice.name)

    def ended(self, outcome: Outcome) -> Hash:
        """Keep what a run came to, enter it in the list of runs, and let others work on its change."""
        reference = self.documents.put_record(outcome)
        self.runs.update(outcome.run_id, status=outcome.status, outcome=reference, loops=outcome.loops)
        self.release(outcome.run_id)
        return reference

    def release(self, run_id: str | None = None) -> None:
        """Let others work again on the changes that a run has claimed; without a run, on all."""
        for change, (holder, lock) in list(self._claims.items()):
            if run_id in (None, holder):
                lock.release()
                del self._claims[change]


@dataclass(frozen=True)
class Run:
    """What a node is given besides its state: which run it serves, how, and with what."""

    id: str
    options: Options
    systems: Systems


@dataclass
class _Lease:
    opening: asyncio.Task[tuple[Systems, AsyncExitStack]]
    owners: int = 0
    guests: int = 0
    closing: asyncio.TimerHandle | None = None
    no_guests: asyncio.Event = field(default_factory=asyncio.Event)


_leases: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Options, _Lease]] = WeakKeyDictionary()
_background: set[asyncio.Task[None]] = set()


@asynccontextmanager
async def opened(options: Options, *, linger: float = LINGER_SECONDS) -> AsyncIterator[Systems]:
    """The live systems for these options, shared within this event loop.

    Args:
        options: hashable plain values.
        linger: seconds the systems stay open when nobody holds them any more. With 0 the caller is the owner: it waits
            for the others, which may still be unwinding from a cancellation, and leaves nothing open.

    Raises:
        UsageError: the project or its configuration is wrong.
        Missing: a store, the model or another outside system cannot be had, or the policy in the ledger is damaged.
    """
    leases = _leases.setdefault(asyncio.get_running_loop(), {})
    lease = leases.get(options)
    if lease is None:
        lease = leases[options] = _Lease(asyncio.create_task(_open(options)))
    if lease.closing:
        lease.closing.cancel()
        lease.closing = None
    try:
        with _held(lease, as_guest=linger > 0):
            systems, _ = await asyncio.shield(lease.opening)
            yield systems
    finally:
        if not lease.owners and not linger:
            await _guests_gone(lease)
        if not lease.owners and not (linger and lease.guests):
            await _let_go(options, lease, linger)


@contextmanager
def _held(lease: _Lease, *, as_guest: bool) -> Iterator[None]:
    lease.guests += as_guest
    lease.owners += not as_guest
    try:
        yield
    finally:
        lease.guests -= as_guest
        lease.owners -= not as_guest
        if not lease.guests:
            lease.no_guests.set()


async def _guests_gone(lease: _Lease) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(UNWIND_SECONDS):
            while lease.guests:
                lease.no_guests.clear()
                await lease.no_guests.wait()


async def _let_go(options: Options, lease: _Lease, linger: float) -> None:
    if linger and lease.opening.done() and not lease.opening.cancelled() and not lease.opening.exception():
        lease.closing = asyncio.get_running_loop().call_later(linger, _close_later, options, lease)
    else:
        await _close(options, lease)


async def closed() -> None:
    """Close at once everything that this event loop has open; for a program that ends before the linger does."""
    for options, lease in list(_leases.get(asyncio.get_running_loop(), {}).items()):
        await _close(options, lease)


def _close_later(options: Options, lease: _Lease) -> None:
    task = asyncio.get_running_loop().create_task(_close(options, lease))
    _background.add(task)
    task.add_done_callback(_background.discard)


async def _close(options: Options, lease: _Lease) -> None:
    if lease.closing:
        lease.closing.cancel()
    leases = _leases[asyncio.get_running_loop()]
    if leases.get(options) is lease:
        del leases[options]
    if not lease.opening.done():
        lease.opening.cancel()
    await asyncio.wait({lease.opening})
    if not lease.opening.cancelled() and not lease.opening.exception():
        systems, stack = lease.opening.result()
        systems.release()
        await stack.aclose()


async def _open(options: Options) -> tuple[Systems, AsyncExitStack]:
    project = check_project(Path(options.project))
    store = place_of(project)
    pins = load_pins(project)
    async with AsyncExitStack() as stack:
        documents = stack.enter_context(closing(Documents(store)))
        runs = stack.enter_context(closing(Runs(store)))
        spans = stack.enter_context(closing(open_spans(store)))
        telemetry = stack.enter_context(closing(_telemetry(spans, runs, project, options)))
        model = await stack.enter_async_context(_opened_model(options))
        proven = learned(store, model.choice)
        policy = pinned(proven, pins)
        documents.put_record(policy)
        embedder = await open_embedder(
            "" if model.choice.embedded else model.choice.base_url,
            api_key=api_key(),
            kept=cache_folder() / "embeddings.db",
        )
        configs = servers_of(project, options.mcp)
        kept = stack.enter_context(closing(KeptReads(store, documents, configs, limit=policy.servers.content_bytes)))
        reads = Reads(Sources(project, policy.answers.unchanged), kept, policy.answers, fresh=options.fresh)
        servers = _servers(configs, reads, project, policy, telemetry)
        stack.push_async_callback(servers.close)
        openspec = OpenSpec(project)
        systems = Systems(
            project, policy, openspec, servers, model, documents, runs, spans, telemetry, embedder, proven.hash
        )
        return systems, stack.pop_all()
    raise AssertionError("unreachable: the exit stack swallows nothing")


def _opened_model(options: Options) -> AbstractAsyncContextManager[Model]:
    return open_model(
        options.model,
        base_url=options.model_url,
        api_key=api_key(),
        told=Told.by(options),
        kept=cache_folder() / "models",
    )


def _servers(
    configs: Mapping[str, ServerConfig], reads: Reads, project: Path, policy: Policy, telemetry: Telemetry
) -> Servers:
    return Servers(
        configs,
        knobs=policy.servers,
        tracer=telemetry.tracer,
        stderr=project / ".specloop" / "servers",
        project=project,
        listings=Listings(cache_folder() / "mcp-tools"),
        reads=reads,
    )


def _telemetry(spans: SpanStore, runs: Runs, project: Path, options: Options) -> Telemetry:
    """Spans into the store, and what model calls take into the rows of the runs."""
    telemetry = Telemetry(spans, capture_content=options.capture_content)
    telemetry.provider.add_span_processor(Spending(runs, load_prices(project)))
    telemetry.instrument()
    return telemetry

"""Live systems, shared by all who ask for them with the same options in the same event loop.

`Workspace` holds them for a whole run; under a LangGraph server, where nobody holds them, they stay open for a while
after the last node and then close by themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from systems.connections.live import Systems
from systems.connections.opening import open_systems
from systems.options import Options

LINGER_SECONDS = 30.0
UNWIND_SECONDS = 10.0


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
        lease = leases[options] = _Lease(asyncio.create_task(open_systems(options)))
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
        systems.claims.release()
        await stack.aclose()

"""Runs the collector until a signal, and ends in order."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from contextlib import closing

from pydantic import Field

from systems.collector.exchange import Limits
from systems.collector.http import Server
from systems.collector.intake import Intake
from systems.collector.writer import Writer
from systems.errors import UsageError
from systems.records import Record
from systems.signals import until_signalled
from systems.spans import SpanStore, open_spans
from systems.stores import Place

GRACE_SECONDS = 10.0


class Counts(Record):
    """What a collector did."""

    requests: int = Field(0, description="Exports taken, those of metrics and logs included")
    stored: int = Field(0, description="Spans now in the store that it did not have before")
    repeated: int = Field(0, description="Spans that were sent again; they changed nothing")
    rejected: int = Field(0, description="Bad spans in exports that were taken")
    refused: int = Field(0, description="Requests that were wrong: answered with 400, 404, 405, 408, 413, 415, 500")
    turned_away: int = Field(0, description="Requests to be sent again later: answered with 429 or 503")


def serve(
    place: Place,
    *,
    host: str = "127.0.0.1",
    port: int,
    ready: Callable[[int], None],
    limits: Limits = Limits(),  # noqa: B008 (immutable)
) -> Counts:
    """Take spans over OTLP/HTTP into a store, until SIGINT or SIGTERM.

    Nobody is asked who they are: on another address than loopback, everyone who reaches it can write.

    Args:
        place: where the stores of the project are; made where there are none.
        host: address to listen on.
        port: port to listen on; 0 for any free one.
        ready: called with the port once spans are taken.
        limits: what is asked of senders.

    Returns:
        What was done, after everything acknowledged and everything begun has been committed.

    Raises:
        UsageError: the address cannot be had.
        Missing: the store cannot be opened.
    """
    with closing(open_spans(place)) as opened:
        return asyncio.run(_serve(opened, place, host, port, ready, limits))


async def _serve(
    store: SpanStore, place: Place, host: str, port: int, ready: Callable[[int], None], limits: Limits
) -> Counts:
    writer = Writer(store)
    intake = Intake(writer, limits, place)
    server = Server(intake, limits)
    try:
        with until_signalled() as stop:
            ready(await _listening(server, host, port))
            await stop.wait()
            await server.close(seconds=GRACE_SECONDS)
    finally:
        await writer.close()
        intake.close()
    return Counts(**intake.done())


async def _listening(server: Server, host: str, port: int) -> int:
    try:
        return await server.listen(host, port)
    except (OSError, OverflowError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        message = f"Port {port} on {host} is taken." if taken else f"Cannot listen on {host}, port {port}: {error}."
        raise UsageError(
            message, mend="Stop the program that has it, or choose another: `specloop collect --port 4319`."
        ) from error

"""An HTTP/1.1 server that cannot be held up: h11 speaks, asyncio carries, every wait and every size has an end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from email.utils import formatdate
from http import HTTPStatus

import h11

from systems.collector.exchange import Application, Limits, Refused, Reply, Request, Room, Share

_CHUNK = 64 << 10
_LINGER_SECONDS = 2.0
_log = logging.getLogger(__name__)


class Server:
    """Listens, and gives every request to the application."""

    def __init__(self, application: Application, limits: Limits) -> None:
        self.application = application
        self.limits = limits
        self.room = Room(limits.held)
        self.closing = False
        self._open: set[_Connection] = set()
        self._listening: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> int:
        """Begin; returns the port, which the system chooses where 0 is asked for.

        Raises:
            OSError: the address cannot be had.
        """
        self._listening = await asyncio.start_server(self._connected, host, port)
        bound: int = self._listening.sockets[0].getsockname()[1]
        return bound

    async def close(self, *, seconds: float) -> None:
        """Take no more, answer what has begun for so long, and close."""
        self.closing = True
        if self._listening:
            self._listening.close()
        for connection in self._open:
            if connection.idle:
                connection.task.cancel()
        if tasks := [connection.task for connection in self._open]:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self, reader, writer)
        self._open.add(connection)
        try:
            with suppress(ConnectionError, TimeoutError, asyncio.CancelledError):
                if len(self._open) > self.limits.connections:
                    await connection.turn_away()
                else:
                    await connection.run()
        finally:
            self._open.discard(connection)
            writer.close()


class _Connection:
    """One connection, for as many requests as it lives.

    Attributes:
        idle: whether it waits for a request.
        task: what runs it.
    """

    def __init__(self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "asyncio runs every connection in a task of its own"
        self.task = task
        self.idle = True
        self._server = server
        self._reader, self._writer = reader, writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=server.limits.head)
        self._headers: Mapping[str, str] = {}

    async def run(self) -> None:
        """Answer requests until one side has enough."""
        while await self._begun():
            self._headers = {}
            with Share(self._server.room) as share:
                reply = await self._answered(share)
            if reply is None or not await self._sent(reply):
                return

    async def turn_away(self) -> None:
        """Say that there are too many connections."""
        error = Refused(503, "Too many connections; try again.", ("Retry-After", "1"))
        await self._sent(self._server.application.refuse({}, error))

    async def _begun(self) -> bool:
        """Wait for the first bytes of a request."""
        if self._http.trailing_data[0]:
            return True
        self.idle = True
        async with asyncio.timeout(self._server.limits.idle_seconds):
            data = await self._reader.read(_CHUNK)
        self.idle = False
        self._http.receive_data(data)
        return bool(data)

    async def _answered(self, share: Share) -> Reply | None:
        """The answer to the next request; None when the sender has gone."""
        application = self._server.application
        try:
            request = await self._request(share)
            return await application.answer(request) if request else None
        except Refused as error:
            return application.refuse(self._headers, error)
        except h11.RemoteProtocolError as error:
            return application.refuse(self._headers, Refused(error.error_status_hint, f"This is not HTTP: {error}."))
        except Exception:  # a mistake of ours must not leave the sender without an answer; it is logged
            _log.exception("A request could not be answered.")
            return application.refuse(self._headers, Refused(500, "The collector made a mistake; see its log."))

    async def _request(self, share: Share) -> Request | None:
        try:
            async with asyncio.timeout(self._server.limits.request_seconds):
                head = await self._event()
                if not isinstance(head, h11.Request):
                    return None
                if head.http_version not in (b"1.0", b"1.1"):
                    raise Refused(505, "Only HTTP/1.1 is understood here: set the protocol to http/protobuf, not grpc.")
                self._headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
                body = await self._body(share)
        except TimeoutError:
            raise Refused(408, f"The request took longer than {self._server.limits.request_seconds:g} s.") from None
        path = head.target.decode("latin-1").partition("?")[0]
        return Request(head.method.decode("latin-1"), path, self._headers, body, share)

    async def _body(self, share: Share) -> bytes:
        most = self._server.limits.body
        announced = self._headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > most:
            raise too_large(most)
        body = bytearray()
        while isinstance(event := await self._event(), h11.Data):
            share.take(len(event.data))
            body += event.data
            if len(body) > most:
                raise too_large(most)
        return bytes(body)

    async def _event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                self._write(h11.InformationalResponse(status_code=100, headers=[]))
            self._http.receive_data(await self._reader.read(_CHUNK))
        return event

    async def _sent(self, reply: Reply) -> bool:
        """Send an answer; whether another request may follow."""
        headers = [*reply.headers, ("Content-Length", str(len(reply.body))), ("Date", formatdate(usegmt=True))]
        unread = self._http.their_state not in (h11.DONE, h11.MUST_CLOSE, h11.CLOSED)
        if unread or self._server.closing:
            headers.append(("Connection", "close"))
        reason = HTTPStatus(reply.status).phrase
        self._write(h11.Response(status_code=reply.status, headers=headers, reason=reason.encode()))
        self._write(h11.Data(data=reply.body))
        self._write(h11.EndOfMessage())
        async with asyncio.timeout(self._server.limits.answer_seconds):
            await self._writer.drain()
        if unread:
            await self._linger()
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    async def _linger(self) -> None:
        """Read on a little: a connection closed on unread bytes is reset, and the sender never sees the answer."""
        self._writer.write_eof()
        async with asyncio.timeout(_LINGER_SECONDS):
            while await self._reader.read(_CHUNK):
                pass

    def _write(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            self._writer.write(data)


def too_large(most: int) -> Refused:
    """The refusal of a body with more bytes than these."""
    return Refused(413, f"A request may have {most >> 20} MiB, also unpacked; send fewer spans at once.")

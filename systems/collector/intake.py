"""OTLP over HTTP: which requests are taken, and what becomes of their spans."""

from __future__ import annotations

import asyncio
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from systems.collector import replies
from systems.collector.exchange import PATHS, Limits, Refused, Reply, Request
from systems.collector.http import too_large
from systems.collector.writer import Writer
from systems.errors import SpecloopError
from systems.otlp import Decoded, Fields, decode_json, decode_protobuf
from systems.redaction import redact, redact_text
from systems.spans import Rows, as_rows
from systems.stores import Place

if TYPE_CHECKING:
    from systems.collector.observed import Observed

TRACES = "/v1/traces"
OTHER_SIGNALS = ("/v1/metrics", "/v1/logs")
NOT_KEPT = "specloop keeps spans; this was thrown away."
_DECODERS: Mapping[str, Callable[[bytes], Decoded]] = {
    replies.JSON: decode_json,
    replies.PROTOBUF: decode_protobuf,
}
_GZIP = 16 + zlib.MAX_WBITS


class Intake:
    """Takes OTLP requests into the store.

    Attributes:
        counts: requests and spans so far, by what became of them.
    """

    def __init__(self, writer: Writer, limits: Limits, place: Place) -> None:
        self.counts: Counter[str] = Counter()
        self._writer = writer
        self._limits = limits
        self._place = place
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="decode")
        self._looking = ThreadPoolExecutor(1, thread_name_prefix="look")  # a store that hangs holds up no span
        self._observed: Observed | None = None

    async def answer(self, request: Request) -> Reply:
        """Store the spans of a request, then say so.

        Metrics and logs get 200 with a warning: exporters that send all three signals to one place would fill the logs
        of their programs with errors about something that needs no mending.

        Raises:
            Refused: the request cannot be taken, or not now.
        """
        if request.method == "GET" and request.path in PATHS:
            return await self._observe(request.path)
        self._check(request)
        form = _form(request.headers)
        decode = _DECODERS.get(form)
        if decode is None:
            message = f"Content-Type must be {replies.JSON} or {replies.PROTOBUF}."
            raise Refused(415, message, ("Accept", f"{replies.JSON}, {replies.PROTOBUF}"))
        if request.path in OTHER_SIGNALS:
            self.counts["requests"] += 1
            return replies.accepted(form, message=NOT_KEPT)
        rows, dropped = await self._rows(request, decode)
        try:
            await self._writer.write(rows)
        except SpecloopError as error:
            raise Refused(503, str(error), ("Retry-After", "5")) from error
        rejected = dropped.total()
        self.counts.update(requests=1, accepted=len(rows.spans), rejected=rejected)
        return replies.accepted(form, rejected=rejected, message=_told(dropped))

    def refuse(self, headers: Mapping[str, str], error: Refused) -> Reply:
        """The error in the request's format; JSON where that is none of ours."""
        self.counts["turned_away" if error.status in (429, 503) else "refused"] += 1
        form = _form(headers)
        return replies.refusal(form if form in _DECODERS else replies.JSON, error)

    def done(self) -> dict[str, int]:
        """What was done so far, as `systems.collector.Counts` names it."""
        repeated = max(0, self.counts["accepted"] - self._writer.stored)
        rest = {name: self.counts[name] for name in ("requests", "rejected", "refused", "turned_away")}
        return {"stored": self._writer.stored, "repeated": repeated, **rest}

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()
        self._looking.shutdown(wait=False, cancel_futures=True)

    def _check(self, request: Request) -> None:
        if request.path not in (TRACES, *OTHER_SIGNALS):
            raise Refused(404, f"There is nothing here; spans go to {TRACES}.")
        if request.method != "POST":
            raise Refused(405, "Only POST is understood here.", ("Allow", "POST"))
        if request.headers.get("content-encoding", "identity").lower() not in ("identity", "gzip"):
            raise Refused(415, "Content-Encoding must be gzip, or none.", ("Accept-Encoding", "gzip"))
        if self._writer.behind > self._limits.behind_seconds:
            raise Refused(503, "The store cannot keep up; send it again.", ("Retry-After", "2"))

    async def _observe(self, path: str) -> Reply:
        from systems.collector.observed import Observed  # heavy, and asked for by few

        self._observed = self._observed or Observed(self._place, self.done, lambda: self._writer.behind)
        answer = self._observed.answer
        return await asyncio.get_running_loop().run_in_executor(
            self._looking, answer, path, self._limits.behind_seconds
        )

    async def _rows(self, request: Request, decode: Callable[[bytes], Decoded]) -> tuple[Rows, Counter[str]]:
        loop = asyncio.get_running_loop()
        body = request.body
        if request.headers.get("content-encoding", "identity").lower() == "gzip":
            body = await loop.run_in_executor(self._threads, unpacked, body, self._limits.body)
            request.share.take(len(body))
        if not body and decode is decode_json:
            raise Refused(400, "The body is empty.")
        return await loop.run_in_executor(self._threads, _prepared, body, decode)


def unpacked(data: bytes, most: int) -> bytes:
    """What is in gzip data of one or several members.

    Raises:
        Refused: it is damaged, or more than `most` bytes; no more than these are ever unpacked.
    """
    whole = bytearray()
    try:
        while data:
            member = zlib.decompressobj(_GZIP)
            whole += member.decompress(data, most - len(whole) + 1)
            if len(whole) > most:
                raise too_large(most)
            if not member.eof:
                raise Refused(400, "The gzip data is cut off.")
            data = member.unused_data
    except zlib.error as error:
        raise Refused(400, "Content-Encoding says gzip, and the data is none.") from error
    return bytes(whole)


def _prepared(body: bytes, decode: Callable[[bytes], Decoded]) -> tuple[Rows, Counter[str]]:
    try:
        fields, dropped = decode(body)
    except SpecloopError as error:
        raise Refused(400, error.message) from error
    return as_rows(_without_secrets(span) for span in fields), dropped


def _without_secrets(span: Fields) -> Fields:
    return span._replace(
        name=redact_text(span.name),
        message=redact_text(span.message),
        attributes=redact(span.attributes),
        events=redact(span.events),
    )


def _form(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _told(dropped: Counter[str]) -> str:
    reasons = ", ".join(f"{count} with {reason}" for reason, count in dropped.most_common())
    return f"Spans left out: {reasons}." if dropped else ""

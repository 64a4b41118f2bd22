"""An OTLP/HTTP endpoint: spans of any OpenTelemetry exporter, into the span store.

    bytes -> http (one request, within its limits) -> intake (unpack, decode, redact) -> writer (commit) -> acknowledged

What is acknowledged is committed. What cannot be taken at once is refused with 429 or 503 and Retry-After, so that the
exporter sends it again; nothing is queued that is not paid for by a request still waiting for its answer.

http.py knows HTTP and nothing of spans; intake.py knows OTLP; replies.py writes OTLP's answers; writer.py puts
requests that came together into one transaction; service.py runs all of it until it is told to stop; observed.py
says how it is, to those who look after it.

https://opentelemetry.io/docs/specs/otlp/#otlphttp
"""

from systems.collector.service import Counts, serve

__all__ = ["Counts", "serve"]

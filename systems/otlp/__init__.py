"""Trace files of any OpenTelemetry exporter, as spans.

    file -> source (gzip) -> text -> documents -> json_span   -\
                          `-> wire -> messages -> message_span --> Fields --> Span

    for span in (reading := read(path)):
        ...
    print(reading.spans, reading.dropped)

What is read: OTLP JSON in one document, in lines, or in several documents one after the other, pretty-printed or not;
bare spans of the same form, in a list or a line each; OTLP protobuf (`ExportTraceServiceRequest` and `TracesData`),
also as messages with their lengths before them; gzip of all these. The form is found by content, never by name.

https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding,
https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
"""

from systems.otlp.fields import Fields
from systems.otlp.folder import folder
from systems.otlp.read import Reading, read
from systems.otlp.request import Decoded, decode_json, decode_protobuf

__all__ = ["Decoded", "Fields", "Reading", "decode_json", "decode_protobuf", "folder", "read"]

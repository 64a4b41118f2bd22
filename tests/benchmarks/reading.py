"""How fast traces are read, and in how much memory: `python -m tests.benchmarks.reading [SPANS]`.

Prints one line of JSON last, for each form of the same trace: `seconds` of the processor for all spans, and `mb`, the
most memory the reading process had; `growth` is that time over the time for a tenth of the spans.
`decoding` is what the standard library takes to decode the same JSON lines and throw them away: the floor in this run.
"""

from __future__ import annotations

import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from systems import names
from systems.otlp import read
from systems.records import Span

A_LINE = 512
_SAID = "Please look into the quarterly revenue of the shipment and of the refund, and say what is due. " * 2


def a_span(number: int) -> Span:
    messages = json.dumps([{"role": "user", "parts": [{"type": "text", "content": f"{number}: {_SAID}"}]}])
    attributes: dict[str, Any] = {
        names.OPERATION: names.CHAT,
        names.PROVIDER: "openai",
        names.REQUEST_MODEL: "gpt-4o",
        names.RESPONSE_MODEL: "gpt-4o",
        names.INPUT_TOKENS: number % 4_000,
        names.OUTPUT_TOKENS: number % 300,
        names.AGENT: "support",
        names.FINISH_REASONS: ["stop"],
        "gen_ai.request.temperature": 0.2,
        names.INPUT_MESSAGES: messages,
        names.OUTPUT_MESSAGES: messages,
    }
    start = 1_700_000_000_000_000_000 + number * 1_000_000
    return Span(
        trace_id=f"{number // 1_000 + 1:032x}",
        span_id=f"{number + 1:016x}",
        name="chat gpt-4o",
        kind="CLIENT",
        start_ns=start,
        end_ns=start + 1_000_000,
        attributes=attributes,
    )


def write(folder: Path, count: int) -> dict[str, Path]:
    """The same trace in every form."""
    from tests.systems.otlp.forms import document, spans_of, traces

    paths = {name: folder / f"{count}.{name}" for name in ("document", "lines", "gzip", "protobuf")}
    head = json.dumps(document([])).replace('"scopeSpans": [{"scope": {}}]', '"scopeSpans": [{"scope": {}, "spans": [')
    with (
        paths["document"].open("w") as whole,
        paths["lines"].open("w") as lines,
        gzip.open(paths["gzip"], "wt", compresslevel=1) as packed,
        paths["protobuf"].open("wb") as messages,
    ):
        whole.write(head[: head.index('"spans": [') + len('"spans": [')])
        for first in range(0, count, A_LINE):
            spans = [a_span(number) for number in range(first, min(first + A_LINE, count))]
            written = document(spans)
            line = json.dumps(written) + "\n"
            lines.write(line)
            packed.write(line)
            messages.write(traces(spans).SerializeToString())
            whole.write(("," if first else "") + ",".join(json.dumps(span) for span in spans_of(written)))
        whole.write("]}]}]}")
    return paths


def measure(path: Path) -> dict[str, float]:
    """Read a file in a process of its own."""
    done = subprocess.run([sys.executable, "-m", __spec__.name, str(path)], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def read_one(path: Path) -> None:
    began = time.process_time()
    spans = sum(1 for _ in read(path))
    seconds = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"spans": spans, "seconds": round(seconds, 2), "mb": round(memory)}))


def decode(path: Path) -> float:
    began = time.process_time()
    with path.open("rb") as lines:
        for line in lines:
            json.loads(line)
    return round(time.process_time() - began, 2)


def main() -> None:
    if len(sys.argv) > 1 and Path(sys.argv[1]).is_file():
        read_one(Path(sys.argv[1]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        paths = write(Path(folder), count)
        megabytes = {name: round(path.stat().st_size / 1e6) for name, path in paths.items()}
        found: dict[str, Any] = {name: measure(path) for name, path in paths.items()}
        assert all(one["spans"] == count for one in found.values())
        floor = decode(paths["lines"])
        few = measure(write(Path(folder), max(1, count // 10))["document"])
    growth = round(found["document"]["seconds"] / few["seconds"], 1)
    print(json.dumps({"spans": count, "file_mb": megabytes, **found, "decoding": floor, "growth": growth}))


if __name__ == "__main__":
    main()

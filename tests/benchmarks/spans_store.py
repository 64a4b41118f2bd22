"""How large and how fast the span store is, on loops as a run makes them.

    python tests/benchmarks/spans_store.py [LOOPS]

Prints one line of JSON last: `bytes_per_span` (file size, indices included), `spans_per_second` (4,096 a transaction,
as an import does) and `p95_ms` (one span a transaction, as a run does).
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from systems import names
from systems.records import Span, content_hash
from systems.spans import Store

BATCH = 4_096
_NODES = ("next_step", "question_routing", "answer", "answer", "answer", "answer", "execution", "document_update")
_ARTIFACTS = ("proposal", "specs", "design", "tasks")


def loops(count: int, *, seed: int = 7) -> list[Span]:
    """The spans of a run of so many loops; the same for the same seed."""
    chance = random.Random(seed)
    trace, run, policy = f"{chance.getrandbits(128):032x}", f"run-{seed}", content_hash(str(seed))
    spans: list[Span] = []
    for number in range(1, count + 1):
        step = _ARTIFACTS[number % len(_ARTIFACTS)]
        common = {names.RUN: run, names.LOOP: number, names.STEP: step, names.POLICY: policy}
        for name, attributes, error in _loop(chance, step):
            start = 1_700_000_000 * 10**9 + len(spans) * 10**8 + chance.randrange(10**7)
            spans.append(
                Span(
                    trace_id=trace,
                    span_id=f"{chance.getrandbits(64):016x}",
                    parent_id=spans[-1].span_id if spans else None,
                    name=name,
                    start_ns=start,
                    end_ns=start + chance.randrange(10**9),
                    status="error" if error else "unset",
                    message=error,
                    attributes={**common, **attributes},
                )
            )
    return spans


def _loop(chance: random.Random, step: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    for node in _NODES:
        yield node, {names.NODE: node}, ""
    for tool in ("list_directory", "git_log", "read_text_file", "git_diff"):
        yield f"{names.EXECUTE_TOOL} {tool}", _tool(chance, tool), ""
    for _ in range(2):
        yield f"{names.CHAT} SmolLM2-135M-Instruct", _chat(chance), ""
    yield f"{names.DRAFT} {step}", {names.NODE: "execution", names.DRAFT_HASH: _hash(chance), names.REPAIR: 0}, ""
    words = f'ADDED "Report {chance.randrange(99)}" must include at least one scenario'
    yield f"{names.VALIDATE} {step}", {names.NODE: "document_update"}, words


def _tool(chance: random.Random, tool: str) -> dict[str, Any]:
    return {
        names.OPERATION: names.EXECUTE_TOOL,
        names.TOOL_NAME: tool,
        names.SERVER: chance.choice(("git", "filesystem", "time")),
        names.NODE: "answer",
        names.ARGUMENTS_HASH: _hash(chance),
        names.RESULT_HASH: _hash(chance),
        names.RESULT_BYTES: chance.randrange(20_000),
    }


def _chat(chance: random.Random) -> dict[str, Any]:
    return {
        names.OPERATION: names.CHAT,
        names.NODE: "execution",
        names.REQUEST_MODEL: "SmolLM2-135M-Instruct",
        names.RESPONSE_MODEL: "SmolLM2-135M-Instruct",
        names.INPUT_TOKENS: chance.randrange(4_000),
        names.OUTPUT_TOKENS: chance.randrange(900),
        names.FINISH_REASONS: ["stop"],
        "gen_ai.provider.name": "openai",
        "gen_ai.output.type": "json",
        "gen_ai.request.max_tokens": 900,
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.seed": 7,
        "gen_ai.response.id": f"chatcmpl-{_hash(chance)[:32]}",
        "server.address": "127.0.0.1",
        "server.port": 40_000 + chance.randrange(9_999),
    }


def _hash(chance: random.Random) -> str:
    return content_hash(str(chance.random()))


def bytes_per_span(store: Store, spans: Sequence[Span]) -> float:
    """File size over spans, for a store that was empty."""
    store.add(spans)
    store.close()  # the last connection to close empties the write-ahead log into the file
    return store.path.stat().st_size / len(spans)


def spans_per_second(store: Store, spans: Sequence[Span]) -> float:
    """Speed of an import."""
    start = time.perf_counter()
    for first in range(0, len(spans), BATCH):
        store.add(spans[first : first + BATCH])
    return len(spans) / (time.perf_counter() - start)


def p95_ms(store: Store, spans: Sequence[Span]) -> float:
    """95th percentile of adding one span, milliseconds."""
    taken = []
    for span in spans:
        start = time.perf_counter()
        store.add([span])
        taken.append(time.perf_counter() - start)
    return sorted(taken)[int(len(taken) * 0.95)] * 1_000


def main() -> None:
    """Measure and print."""
    spans = loops(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
    with tempfile.TemporaryDirectory() as folder:
        measured = {
            measure.__name__: round(measure(Store(Path(folder) / f"{measure.__name__}.db"), spans), 3)
            for measure in (bytes_per_span, spans_per_second, p95_ms)
        }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()

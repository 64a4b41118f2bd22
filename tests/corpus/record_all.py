"""Records the corpus again: an environment per framework, every scenario under every instrumentation.

    python -m tests.corpus.record_all [FRAMEWORK.INSTRUMENTATION ...]      # needs uv and a package index; an hour

All runs go to `.corpus/`, where `tests.corpus.evaluate --runs .corpus` reads them; `tests/corpus/runs` gets a part of
them, so that the repository stays small: of every file as many runs as fit into `KEPT_BYTES`, each file others.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
EVERYTHING = ROOT / ".corpus"
KEPT_BYTES = 120_000

RECORDED: dict[tuple[str, str, str], str] = {
    ("langgraph", "langgraph", "langgraph"): "openinference openinference-nocontent openinference-react"
    " openinference-graph openllmetry openllmetry-agent openllmetry-nocontent langsmith genai-langchain"
    " genai-langchain-nocontent genai-openai openinference-openai",
    ("langgraph", "langgraph", "langgraph.openai-v2"): "openai-v2 openai-v2-rooted openai-v2-nocontent",
    ("pydantic-ai", "pydantic_ai_agent", "pydantic_ai_agent"): "native-v2 native-v5 native-v6 openinference",
    ("pydantic-ai", "pydantic_ai_agent", "pydantic_ai_agent_1"): "native-v1",
    ("openai-agents", "openai_agents", "openai_agents"): "openinference openinference-redacted openllmetry"
    " openllmetry-openai",
    ("openai-agents", "openai_agents", "openai_agents_v2"): "openai-agents-v2",
    ("smolagents", "smolagents_agent", "smolagents_agent"): "openinference",
    ("strands", "strands_agent", "strands_agent"): "native native-attributes",
    ("google-adk", "google_adk", "google_adk"): "native native-nocontent native-v1",
    ("google-adk", "google_adk", "google_adk_1"): "openinference",
    ("autogen", "autogen", "autogen"): "openinference native-openinference",
    ("agent-framework", "agent_framework_agent", "agent_framework_agent"): "native native-nocontent",
    ("agno", "agno_agent", "agno_agent"): "openinference",
    ("llama-index", "llama_index_agent", "llama_index_agent"): "openinference openllmetry",
    ("crewai", "crewai_crew", "crewai_crew"): "openinference openllmetry",
}
"""(framework, driver module, requirements) -> its instrumentations."""


def record(wanted: list[str]) -> None:
    """Record everything, or the named files."""
    for (framework, driver, requirements), instrumentations in RECORDED.items():
        names = [one for one in instrumentations.split() if not wanted or f"{framework}.{one}" in wanted]
        python = _environment(requirements) if names else None
        for name in names:
            out = EVERYTHING / f"{framework}.{name}.jsonl.gz"
            environment = {**os.environ, "PYTHONPATH": str(ROOT), "CREWAI_STORAGE_DIR": str(EVERYTHING / "crewai")}
            command = [str(python), "-m", f"tests.corpus.frameworks.{driver}", name, str(out)]
            subprocess.run(command, cwd=EVERYTHING, env=environment, check=True)


def keep() -> None:
    """Copy a part of every file to `tests/corpus/runs`."""
    (HERE / "runs").mkdir(exist_ok=True)
    for number, path in enumerate(sorted(EVERYTHING.glob("*.jsonl.gz"))):
        with gzip.open(path, "rb") as lines:
            kept = b"".join(_some(list(lines), number))
        (HERE / "runs" / path.name).write_bytes(gzip.compress(kept, mtime=0))


def _some(lines: list[bytes], number: int) -> Iterator[bytes]:
    """Runs spread over the file from another start in each, until there is no room; large ones only where they fit."""
    room = KEPT_BYTES
    step = 7
    order = [(number + step * k) % len(lines) for k in range(len(lines))] if lines else []
    taken = dict.fromkeys(order)
    chosen = []
    for index in taken:
        size = len(gzip.compress(lines[index]))
        if size <= min(room, KEPT_BYTES // 5):
            chosen.append(index)
            room -= size
    yield from (lines[index] for index in sorted(chosen))


def _environment(requirements: str) -> Path:
    folder = EVERYTHING / "environments" / requirements
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run(["uv", "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    listed = HERE / "frameworks" / f"{requirements}.txt"
    subprocess.run(["uv", "pip", "install", "--quiet", "--python", str(python), "-r", str(listed)], check=True)
    return python


if __name__ == "__main__":
    EVERYTHING.mkdir(exist_ok=True)
    record(sys.argv[1:])
    keep()

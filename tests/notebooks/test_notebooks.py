import gzip
import json
import re
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from traitlets import default

from systems.ledger import Ledger
from systems.policy import DEFAULT
from tests.conftest import RealRun
from tests.notebooks.a_run import make
from tests.systems.ledger.histories import MODEL, back, step

NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"
RUNS = Path(__file__).parent.parent / "corpus" / "runs"
SECONDS = 120


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A span store to look at."""
    path = tmp_path / "specloop.db"
    make(path)
    return path


class Native(AsyncKernelManager):
    """Starts kernels of this very Python, whatever kernels are installed on the machine."""

    @default("kernel_spec_manager")
    def _native(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[], ensure_native_kernel=True)


async def executed(path: Path, folder: Path, **environment: str) -> nbformat.NotebookNode:
    """The notebook after its execution, with the outputs in it."""
    notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    notebook.cells.insert(0, nbformat.v4.new_code_cell("import sys\nsys.executable"))  # type: ignore[no-untyped-call]
    client = NotebookClient(
        notebook, kernel_manager_class=Native, timeout=SECONDS, resources={"metadata": {"path": str(folder)}}
    )
    await client.async_execute(env={**_environment(), **environment})
    return notebook


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}


def outputs(notebook: nbformat.NotebookNode) -> list[dict[str, Any]]:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


async def test_the_trace_analysis_shows_a_run(store: Path, tmp_path: Path) -> None:
    notebook = await executed(NOTEBOOKS / "trace_analysis.ipynb", tmp_path, SPECLOOP_DB=str(store))
    shown = outputs(notebook)
    assert sys.executable in str(shown[0])
    assert [output for output in shown if output.get("output_type") in ("error", "stream")] == []
    assert sum("image/png" in output.get("data", {}) for output in shown) == 3
    text = str([output.get("data", {}).get("text/plain") for output in shown])
    for told in ("add-report-2", "chat tiny", "cut off at 900 tokens", "validation_failed"):
        assert told in text


@pytest.mark.embedded
@pytest.mark.external
async def test_the_trace_analysis_shows_a_run_that_really_happened(real_run: RealRun, tmp_path: Path) -> None:
    store = real_run.project / ".specloop" / "specloop.db"
    notebook = await executed(NOTEBOOKS / "trace_analysis.ipynb", tmp_path, SPECLOOP_DB=str(store))
    shown = outputs(notebook)
    assert [output for output in shown if output.get("output_type") in ("error", "stream")] == []
    text = str([output.get("data", {}) for output in shown])
    for told in (real_run.outcome.run_id, "execution", "chat SmolLM2-135M-Instruct"):
        assert told in text


async def test_many_runs_are_compared_whoever_made_them(tmp_path: Path) -> None:
    sides = {"before": "pydantic-ai.native-v1", "after": "pydantic-ai.native-v6"}
    for side, source in sides.items():
        (tmp_path / side).mkdir()
        with gzip.open(RUNS / f"{source}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                (tmp_path / side / f"{number}.json").write_text(json.dumps(json.loads(line)["trace"]))
    folders = {f"SPECLOOP_{side.upper()}": str(tmp_path / side) for side in sides}
    shown = outputs(await executed(NOTEBOOKS / "many_runs.ipynb", tmp_path, **folders))
    assert [output for output in shown if output.get("output_type") == "error"] == []
    assert sum("image/png" in output.get("data", {}) for output in shown) == 2
    (told,) = [output["text"] for output in shown if output.get("name") == "stdout"]
    assert re.match(r"\d+ runs before, \d+ after", told)


async def test_the_improvement_history_says_that_it_is_simulated_where_nothing_was_tried(tmp_path: Path) -> None:
    shown = outputs(await executed(NOTEBOOKS / "improvement_history.ipynb", tmp_path))
    assert [output for output in shown if output.get("output_type") == "error" or output.get("name") == "stderr"] == []
    assert sum("image/png" in output.get("data", {}) for output in shown) == 3
    told, reasons = [output["text"] for output in shown if output.get("name") == "stdout"]
    assert told.startswith("SIMULATED: no model ran; ") and "reference agrees" in told
    outcomes = Counter(line.split(maxsplit=2)[1] for line in reasons.splitlines())
    assert outcomes["adopted"] >= 2 and outcomes["rejected"] >= 2 and outcomes["rolled"] == 1


async def test_the_improvement_history_shows_the_ledger_it_is_given(tmp_path: Path) -> None:
    path = tmp_path / "specloop.db"
    with closing(Ledger(path)) as ledger:
        step(ledger, DEFAULT, {"draft": {"items": 2}}, accepted=False, what="Fewer items")
        kept = step(ledger, what="Shorter texts")
        ledger.roll_back(back(kept.policy, DEFAULT), model=MODEL)
    shown = outputs(await executed(NOTEBOOKS / "improvement_history.ipynb", tmp_path, SPECLOOP_DB=str(path)))
    assert [output for output in shown if output.get("output_type") == "error" or output.get("name") == "stderr"] == []
    told, reasons = [output["text"] for output in shown if output.get("name") == "stdout"]
    assert told.startswith("ledger of tiny; ") and "2 verdicts" in told
    assert [line.split(maxsplit=2)[1] for line in reasons.splitlines()] == ["rejected", "adopted", "rolled"]


def test_notebooks_are_kept_without_outputs() -> None:
    found = sorted(NOTEBOOKS.glob("*.ipynb"))
    assert found
    for path in found:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        assert outputs(notebook) == [], path.name

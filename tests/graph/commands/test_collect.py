"""`specloop collect` as a person uses it: an agent sends, Ctrl-C ends it, the trace is there to be analyzed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).with_name("specloop"))
EXAMPLE = Path(__file__).parents[2] / "corpus" / "example.json"


@pytest.mark.external
def test_what_is_sent_is_analyzed_from_the_store(tmp_path: Path) -> None:
    collector = subprocess.Popen(
        [PROGRAM, "collect", "--port", "0", "--project", str(tmp_path), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert collector.stderr
    (port,) = re.findall(r"127\.0\.0\.1:(\d+)/v1/traces", collector.stderr.readline())
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/traces", EXAMPLE.read_bytes(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
    collector.send_signal(signal.SIGINT)
    output, _ = collector.communicate(timeout=30)
    assert collector.returncode == 0 and json.loads(output)["stored"] == 15
    document = json.loads(EXAMPLE.read_text())
    trace_id = document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"]
    command = [PROGRAM, "analyze", trace_id, "--project", str(tmp_path), "--no-critic", "--json"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    report = json.loads(found.stdout)
    assert [one["kind"] for one in report["findings"]] == ["swallowed_error"] and report["spans"] == 15


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    command = [PROGRAM, "collect", "--project", str(tmp_path / "nowhere")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "There is no folder" in done.stderr

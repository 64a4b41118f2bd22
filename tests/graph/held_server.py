"""A real MCP server whose answers a test can hold back: it waits as long as `<log>.hold` exists.

python held_server.py LOG    every call adds a line to LOG
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from mcp.server.fastmcp import FastMCP
from mcp.types import ToolAnnotations

LOG = Path(sys.argv[1])
HOLD = LOG.with_name(f"{LOG.name}.hold")
READS = ToolAnnotations(readOnlyHint=True)
server = FastMCP("held", log_level="WARNING")


@server.tool(annotations=READS)
async def read_text_file(path: str) -> str:
    """Read what a file says."""
    with LOG.open("a") as log:
        log.write(f"{path}\n")
    while HOLD.exists():
        await asyncio.sleep(0.01)
    return Path(path).read_text(encoding="utf-8")


@server.tool(annotations=READS)
async def list_directory(path: str) -> str:
    """List the files and folders in a folder."""
    with LOG.open("a") as log:
        log.write(f"{path}\n")
    return "\n".join(sorted(entry.name for entry in Path(path).iterdir()))


if __name__ == "__main__":
    server.run()

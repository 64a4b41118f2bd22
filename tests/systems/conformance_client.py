"""A client for the conformance tests of the MCP project: calls every tool of one server, and accepts what it asks.

    npx @modelcontextprotocol/conformance client --scenario NAME --command "python -m tests.systems.conformance_client"

puts the address of its server last (https://github.com/modelcontextprotocol/conformance).
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from systems.mcp import Replied, ServerConfig, Servers, Tool
from systems.records import Hash
from tests.systems.mcp_support import servers

NUMBER = 2


async def run(url: str, folder: Path) -> int:
    """Call everything; the exit code."""
    async with servers(folder, ServerConfig(name="tested", transport="http", url=url)) as opened:
        for tool in opened.tools:
            print(await called(opened, tool), file=sys.stderr)
        print(opened.unavailable, file=sys.stderr)
        return 1 if opened.unavailable else 0


async def called(opened: Servers, tool: Tool) -> str:
    """What a tool gives to a person who accepts everything as it is offered."""
    wanted = tool.input_schema.get("properties", {})
    arguments: dict[str, Any] = {name: NUMBER for name, schema in wanted.items() if schema.get("type") == "number"}
    return (await opened.call("tested", tool.name, arguments, approved=True, replies=Accepting())).text


class Accepting(dict[Hash, Replied]):
    """A reply to every question, ready beforehand: the tests take a question that is first cancelled for a failure."""

    def get(self, key: Hash, default: Any = None) -> Replied:
        """Accept, with the defaults."""
        return Replied(action="accept")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(asyncio.run(run(sys.argv[-1], Path(folder))))

"""MCP servers: which there are, one connection to each kept open, their tools called under limits and in spans.

config.py reads `mcp.json`; connection.py keeps one server open; content.py turns what a tool gave into one text;
pool.py starts them all and replaces what died; servers.py is what the rest of the program calls, one view of the pool
for each policy, under the limits that limits.py finds.
"""

from systems.mcp.config import ServerConfig, load_servers
from systems.mcp.servers import Servers
from systems.mcp.tools import Result, Tool

__all__ = ["Result", "ServerConfig", "Servers", "Tool", "load_servers"]

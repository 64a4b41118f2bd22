"""MCP servers: which there are, one connection to each kept open, their tools called under limits and in spans.

config.py reads `mcp.json`; connection.py keeps one server open; content.py turns what a tool gave into one text;
servers.py starts them all, restarts what died, and is what the rest of the program calls.
"""

from systems.mcp.config import ServerConfig, load_servers
from systems.mcp.servers import Result, Servers, Tool

__all__ = ["Result", "ServerConfig", "Servers", "Tool", "load_servers"]

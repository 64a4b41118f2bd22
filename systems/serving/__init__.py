"""Functions served as MCP tools, over standard input and output or over streamable HTTP on loopback.

tools.py says what is served and what a tool is told of its caller; calls.py answers one call; server.py makes the MCP
server; stdio.py and http.py carry it. Nothing here knows what the tools do.
"""

from systems.serving.tools import Arguments, Caller, Effects, Tool

__all__ = ["Arguments", "Caller", "Effects", "Tool"]

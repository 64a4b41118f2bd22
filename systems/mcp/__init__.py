"""MCP servers: which there are, one connection to each kept open, their tools called under limits and in spans.

config.py reads `mcp.json`, trust.py says whether it may start anything; session.py and connection.py keep one server
open, features.py answers what it asks; offers.py lists what it has; content.py turns what a tool gave into one text;
pool.py starts servers when they are needed, and again when they are gone (outage.py); calls.py makes the calls of one
policy, for as long as limits.py and patience.py say; reads.py remembers what was read, while what sources.py knows of
it is unchanged; servers.py is what the rest of the program calls, one view of the pool for each policy.
"""

from systems.mcp.config import ServerConfig, load_servers
from systems.mcp.elicitation import Elicitation, Replied, replied
from systems.mcp.listings import Listings
from systems.mcp.reads import KeptReads, Reads
from systems.mcp.servers import Servers
from systems.mcp.sources import Sources
from systems.mcp.tools import Result, Tool
from systems.mcp.trust import servers_of

__all__ = [
    "Elicitation",
    "KeptReads",
    "Listings",
    "Reads",
    "Replied",
    "Result",
    "ServerConfig",
    "Servers",
    "Sources",
    "Tool",
    "load_servers",
    "replied",
    "servers_of",
]

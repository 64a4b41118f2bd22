"""The one opener: given a run's plain options, it opens what lies outside and closes what it opened.

Live clients are never in the graph's state or context. A node asks for them with `opened(options)`; whoever asks with
the same options in the same event loop shares them (shared.py). live.py has what a run works with, opening.py how it is
had, claims.py which run works on which change.
"""

from systems.connections.live import Run, Systems
from systems.connections.shared import closed, opened

__all__ = ["Run", "Systems", "closed", "opened"]

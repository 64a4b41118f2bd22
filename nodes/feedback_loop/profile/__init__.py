"""What runs cost, and where.

Operation -> TraceRows -> Forest -> own times, critical path -> Account -> Totals -> Profile

Spans are kept as numbers, trace by trace, until they are added up.
"""

from __future__ import annotations

from nodes.feedback_loop.profile.profiler import MOST_OPEN_TRACES, Profiler, own_seconds, profile

__all__ = ["MOST_OPEN_TRACES", "Profiler", "own_seconds", "profile"]

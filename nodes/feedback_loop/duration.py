"""Durations as people read them."""

from __future__ import annotations


def seconds(value: float) -> str:
    """A duration: `0.8 µs`, `12.3 ms`, `1.24 s`, `3 min 20 s`, `2 h 5 min`."""
    if value == 0:
        return "0 s"
    if value < 0.0009995:
        return f"{value * 1e6:.3g} µs"
    if value < 0.9995:
        return f"{value * 1000:.3g} ms"
    if value < 99.95:
        return f"{value:.3g} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min"

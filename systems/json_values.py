"""Values out of texts that may be JSON."""

from __future__ import annotations

import json
from typing import Any

_OPENING = ("{", "[")
_decode = json.JSONDecoder().decode
_raw_decode = json.JSONDecoder().raw_decode


def parsed(value: Any) -> Any:
    """The value of a JSON text; other values, and texts that are no JSON, as they are."""
    if isinstance(value, str) and value.lstrip()[:1] in _OPENING:
        try:
            found, end = _raw_decode(value)
            return found if end == len(value) else _decode(value)
        except (ValueError, RecursionError):
            return value
    return value

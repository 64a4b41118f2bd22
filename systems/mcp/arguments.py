"""Arguments of a tool call, checked against the tool's JSON schema before they are sent."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from systems.records import canonical


def complaint(schema: dict[str, Any], arguments: dict[str, Any]) -> str:
    """What is wrong with the arguments, in words; empty when nothing is, or when the schema itself is unsound.

    Nothing is fetched: a reference to somewhere else makes the schema unsound, and the server has to judge.
    """
    from referencing.exceptions import Unresolvable

    try:
        validator = _validator(canonical(schema))
        errors = sorted(validator.iter_errors(arguments), key=lambda error: str(error.json_path)) if validator else []
    except (Unresolvable, re.error):
        return ""
    return "; ".join(f"{error.json_path}: {error.message[:200]}" for error in errors[:3])


@lru_cache(maxsize=512)
def _validator(schema: str) -> Any:
    """A validator for the schema, or None when the schema is unsound."""
    from jsonschema import SchemaError, validators  # type: ignore[import-untyped]
    from referencing import Registry

    data = json.loads(schema)
    kind = validators.validator_for(data, default=validators.Draft202012Validator)
    try:
        kind.check_schema(data)
    except (SchemaError, re.error):
        return None
    return kind(data, registry=Registry())

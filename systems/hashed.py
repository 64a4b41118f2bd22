"""Frozen records that know their own hash; `systems.records` has the records themselves."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict

Hash = str


def canonical(value: Any) -> str:
    """One JSON text for one value: sorted keys, no spaces, no escapes that are not needed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def content_hash(text: str) -> Hash:
    """SHA-256 of a text's UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Record(BaseModel):
    """A frozen record that knows its own hash."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def hash(self) -> Hash:
        """SHA-256 of the canonical JSON of this record."""
        return content_hash(canonical(self.model_dump(mode="json")))

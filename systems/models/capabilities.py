"""How a model can be asked, found out once and remembered on this machine.

The memory is a cache: one small file a model, named by server, model and version (of the weights and of the server), so
that another of these is looked at anew; so is one that was looked at long ago. What is damaged or cannot be written is
done without.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from systems.hashed import content_hash
from systems.models.choice import ModelChoice
from systems.records import Record

Form = Literal["schema", "structure", "json_object", "prompted"]
FORMS: tuple[Form, ...] = ("schema", "structure", "json_object", "prompted")
LASTS_SECONDS = 14 * 86_400.0
MOST_KEPT = 200


class Capabilities(Record):
    """What a model, as it is served, can do."""

    form: Form = Field(
        "schema",
        description="How a record is asked for: by its JSON schema, by the schema without its limits, as any JSON"
        " object, or in words alone",
    )
    in_words: bool = Field(False, description="Whether the schema must be in the prompt, too, to be heeded")
    reasoning: bool = Field(False, description="Whether it thinks before it answers, which takes tokens of the answer")
    tools: bool | None = Field(None, description="Whether it called a tool when asked to; None: nobody has asked")

    def simpler(self) -> Capabilities | None:
        """The next way to ask, for a server that refuses this one; None when there is no other."""
        later = FORMS[FORMS.index(self.form) + 1 :]
        if not later:
            return None
        form = later[0]
        return self.model_copy(update={"form": form, "in_words": form in ("json_object", "prompted")})


class Memory:
    """What was found out about models, on disk."""

    def __init__(self, folder: Path | None) -> None:
        """Nothing is read yet.

        Args:
            folder: where the files are; None keeps nothing.
        """
        self._folder = folder

    def recall(self, choice: ModelChoice) -> Capabilities | None:
        """What is known of a model; None when nothing is, or it is too old."""
        path = self._path(choice)
        if path is None:
            return None
        try:
            fresh = time.time() - path.stat().st_mtime < LASTS_SECONDS
            return Capabilities.model_validate_json(path.read_bytes()) if fresh else None
        except (OSError, ValidationError):
            return None

    def keep(self, choice: ModelChoice, capabilities: Capabilities) -> None:
        """Remember what was found out; the oldest of very many is forgotten."""
        path = self._path(choice)
        if path is None:
            return
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(capabilities.model_dump_json())
            Path(name).replace(path)
            for old in sorted(path.parent.iterdir(), key=lambda each: -each.stat().st_mtime)[MOST_KEPT:]:
                old.unlink(missing_ok=True)

    def _path(self, choice: ModelChoice) -> Path | None:
        key = content_hash("\n".join((choice.base_url, choice.name, choice.version)))
        return self._folder / f"{key}.json" if self._folder else None

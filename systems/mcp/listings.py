"""What servers offered when they last ran, so that one need not run before something is asked of it.

One file a server in the machine-wide cache, never in the project: a project could claim there that a tool only reads.
What a server offers is read anew whenever it is started, before anything is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from systems.mcp.config import ServerConfig
from systems.mcp.tools import Tool
from systems.records import canonical, content_hash

_TOOLS = TypeAdapter(list[Tool])


class Listings:
    """The lists of tools that are kept."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet.

        Args:
            folder: where they are; made when something is kept.
        """
        self._folder = folder

    def get(self, config: ServerConfig) -> list[Tool] | None:
        """What this very server offered; None when it never ran, or its entry has changed since."""
        try:
            return _TOOLS.validate_json(self._file(config).read_bytes())
        except (OSError, ValidationError):
            return None

    def keep(self, config: ServerConfig, tools: Sequence[Tool]) -> None:
        """Remember what it offers; a folder that cannot be written only costs the start of the server next time."""
        file = self._file(config)
        temporary = file.with_suffix(f".{id(tools)}.tmp")
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(_TOOLS.dump_json(list(tools)))
            temporary.replace(file)

    def _file(self, config: ServerConfig) -> Path:
        return self._folder / f"{content_hash(canonical(config.model_dump(mode='json')))}.json"

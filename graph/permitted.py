"""What holds for a node, as far as whoever asked a server for it may: the one gate that all work at a worker passes.

Without the role `approve` a run asks, whatever it was told or was always allowed, and what makes a worker reach for a
model or start programs is the worker's own: where it asks its model, and which file names its MCP servers. The worker's
SPECLOOP_API_KEY goes to the server that the worker itself names, and to no other, whoever asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from langgraph.runtime import Runtime

from graph.context import Context
from systems.access.callers import Caller, Role, caller_of, refused
from systems.errors import UsageError
from systems.project.addresses import is_url
from systems.project.clones import clones_folder
from systems.settings import Settings, load_settings
from systems.stores.place import STORE

OF_A_WORKER: Mapping[str, str] = {
    "model": "a model server",
    "model_url": "a model server",
    "model_parallel": "how much a model server is asked at once",
    "mcp": "a file with MCP servers",
}
"""What takes the role `approve` to name otherwise than the worker has it, and what that is."""


class Permitted(NamedTuple):
    """What somebody may have done.

    Attributes:
        context: what they ask for, as far as they may.
        caller: who they are; None where no server asks, or nobody is kept apart.
    """

    context: Context
    caller: Caller | None

    def in_folder(self, folder: Path) -> Context:
        """What holds where the project is on this worker: what they do not say is as the worker's own settings have it.

        Raises:
            Missing: they name what they may not.
            UsageError: the worker's settings are wrong.
        """
        cloned = is_url(self.context.project)
        here = self.context.within(folder) if cloned else self.context
        if self.caller is None:
            return here
        own = load_settings(folder, {})
        self.check(asdict(self.context), own)
        if not _is_server(here.model) and here.model_url == Context.model_url:
            named = here.model if here.model != Context.model else own.model
            here = replace(here, model=named, model_url=own.model_url)
        here = replace(here, model_parallel=here.model_parallel or own.model_parallel)
        here = here if cloned else replace(here, mcp=here.mcp or own.mcp)
        key_of = load_settings(None, {}) if cloned else own  # whoever may push to a repository gets no key by that
        return replace(here, keyless=here.keyless or _origin(here) != _origin(key_of))

    def check(self, named: Mapping[str, Any], own: Settings) -> None:
        """Let them name things of a worker, or not.

        Args:
            named: what they say, by the names of settings; a default is as good as nothing.
            own: the worker's own settings.

        Raises:
            Missing: they name what is not the worker's own.
        """
        if self.caller is None or self.caller.may("approve"):
            return
        for key, what in OF_A_WORKER.items():
            value = named.get(key)
            if key == "model" and not _is_server(value or ""):
                continue
            if value not in (None, getattr(Context, key), getattr(own, key)):
                words = (
                    f"{self.caller.name} may not name {what} ({key.replace('_', '-')}): that is for the role approve."
                )
                error = refused(words, "--role approve")
                error.mend = f"Leave it out: the worker has its own. Or ask whoever runs the server. {error.mend}"
                raise error


def permitted(runtime: Runtime[Context], role: Role, what: str) -> Permitted:
    """Who asks for a node, and what for.

    Args:
        runtime: of the node.
        role: that it takes.
        what: it does, as the subject of a sentence.

    Raises:
        Missing: they may not, or not in this project.
        UsageError: the project is a folder of specloop's own.
    """
    context = runtime.context or Context()
    caller = caller_of(runtime.server_info.user) if runtime.server_info else None
    if caller is None:
        return Permitted(context, None)
    caller.require(role, what, context.project)
    if not is_url(context.project):
        _check_folder(Path(context.project))
    return Permitted(context if caller.may("approve") else replace(context, approve="ask", supervised=True), caller)


def _check_folder(project: Path) -> None:
    """Refuse what runs have written as a project of its own: its settings and MCP servers are nobody's word here."""
    folder = project.resolve()
    if STORE.parent.name in folder.parts or folder.is_relative_to(clones_folder().resolve()):
        mend = "Name the project itself, or the URL of its repository."
        raise UsageError(f"{project} is a folder that specloop made for its runs.", mend=mend)


def _is_server(model: str) -> bool:
    return re.match(r"https?://", model) is not None


def _origin(settings: Context | Settings) -> tuple[str, str]:
    """The server that is asked: how, and where."""
    url = urlsplit(settings.model if _is_server(settings.model) else settings.model_url)
    return url.scheme, url.netloc.rpartition("@")[2].lower()

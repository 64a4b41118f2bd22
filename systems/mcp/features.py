"""What specloop is to a server besides a caller: where it works, whom it asks, where logs and progress go.

The MCP specification calls these client features. Sampling (a server that wants the model) is not offered: a server
that asks for it all the same is refused by the library, in words. https://modelcontextprotocol.io/specification
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from systems import names
from systems.mcp.config import ServerConfig
from systems.mcp.elicitation import Elicitation
from systems.mcp.ongoing import Ongoing
from systems.mcp.secrets import hidden

if TYPE_CHECKING:
    from mcp import ClientSession, types
    from mcp.shared.context import RequestContext
    from mcp.shared.session import ProgressFnT


class Features:
    """The client features of one connection.

    Logs and questions do not say which call they belong to: they go to the one that began last.
    """

    def __init__(self, config: ServerConfig, project: Path | None) -> None:
        """Nothing is under way.

        Args:
            config: of the server.
            project: the only folder that the server is told of; None for no folder.
        """
        self._config, self._project = config, project
        self._under_way: list[Ongoing] = []

    @contextmanager
    def during(self, ongoing: Ongoing | None) -> Iterator[None]:
        """What the server says now is said during this call."""
        if ongoing is None:
            yield
            return
        self._under_way.append(ongoing)
        try:
            yield
        finally:
            self._under_way.remove(ongoing)

    def progress(self, ongoing: Ongoing | None) -> ProgressFnT | None:
        """What is told of the progress of this call."""
        if ongoing is None:
            return None

        async def told(progress: float, total: float | None, message: str | None) -> None:
            words = hidden(message, self._config) if message else None
            said = {names.PROGRESS: progress, names.PROGRESS_TOTAL: total, names.PROGRESS_MESSAGE: words}
            ongoing.note(names.PROGRESS_EVENT, said)

        return told

    async def log(self, params: types.LoggingMessageNotificationParams) -> None:
        """Put a log message of the server on the span."""
        if self._under_way:
            words = hidden(params.data if isinstance(params.data, str) else str(params.data), self._config)
            said = {names.LOG_LEVEL: params.level, names.LOG_NAME: params.logger, names.LOG_MESSAGE: words}
            self._under_way[-1].note(names.LOG_EVENT, said)

    async def elicit(
        self, context: RequestContext[ClientSession, Any], params: types.ElicitRequestParams
    ) -> types.ElicitResult:
        """Answer a question to the person, at once: with what is known, or not at all."""
        from mcp.types import ElicitResult

        if not self._under_way:
            return ElicitResult(action="decline")
        ongoing = self._under_way[-1]
        question = Elicitation(
            server=self._config.name,
            tool=ongoing.tool,
            message=hidden(params.message, self._config),
            fields=dict(getattr(params, "requestedSchema", {})),
            url=getattr(params, "url", ""),
        )
        action, content = ongoing.asked(question)
        return ElicitResult.model_validate({"action": action, "content": content})

    async def roots(self, context: RequestContext[ClientSession, Any]) -> types.ListRootsResult:
        """Tell the server in which folder it may work: the project."""
        from mcp.types import ListRootsResult, Root
        from pydantic import FileUrl

        if self._project is None:
            return ListRootsResult(roots=[])
        uri = FileUrl(self._project.absolute().as_uri())
        return ListRootsResult(roots=[Root(uri=uri, name=self._project.name)])

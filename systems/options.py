"""What a run is given: the plain values that systems are opened from."""

from __future__ import annotations

from typing import Literal, Protocol


class Options(Protocol):
    """The plain values a run is given; `graph.context.Context` is one."""

    @property
    def project(self) -> str: ...  # noqa: D102
    @property
    def model(self) -> str: ...  # noqa: D102
    @property
    def model_url(self) -> str: ...  # noqa: D102
    @property
    def model_tools(self) -> bool | None: ...  # noqa: D102
    @property
    def model_context(self) -> int | None: ...  # noqa: D102
    @property
    def model_parallel(self) -> int | None: ...  # noqa: D102
    @property
    def keyless(self) -> bool: ...  # noqa: D102
    @property
    def mcp(self) -> str | None: ...  # noqa: D102
    @property
    def approve(self) -> Literal["auto", "ask"]: ...  # noqa: D102
    @property
    def supervised(self) -> bool: ...  # noqa: D102
    @property
    def max_loops(self) -> int: ...  # noqa: D102
    @property
    def max_seconds(self) -> float: ...  # noqa: D102
    @property
    def max_tokens(self) -> int: ...  # noqa: D102
    @property
    def capture_content(self) -> bool: ...  # noqa: D102
    @property
    def fresh(self) -> bool: ...  # noqa: D102

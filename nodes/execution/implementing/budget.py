"""What a run has left for the task at hand."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.callbacks import UsageMetadataCallbackHandler


class Budget:
    """Tokens and seconds; the tokens are counted by LangChain's own callback.

    Attributes:
        usage: the callback; given to every model call of the task.
    """

    def __init__(self, *, tokens: int, seconds: float) -> None:
        """Start counting.

        Args:
            tokens: model tokens that may still be used, in and out together.
            seconds: working seconds that may still be used.
        """
        from langchain_core.callbacks import UsageMetadataCallbackHandler

        self.usage: UsageMetadataCallbackHandler = UsageMetadataCallbackHandler()
        self._tokens, self._seconds, self._end = tokens, seconds, time.monotonic() + seconds

    @property
    def tokens(self) -> tuple[int, int]:
        """Tokens sent and received so far."""
        used = list(self.usage.usage_metadata.values())
        return sum(each["input_tokens"] for each in used), sum(each["output_tokens"] for each in used)

    @property
    def spent(self) -> str:
        """What is used up, in words; empty while something is left."""
        if sum(self.tokens) >= self._tokens:
            return f"the run's budget of tokens is used up ({self._tokens:,} were left for this task)"
        if time.monotonic() >= self._end:
            return f"the run's time is used up ({self._seconds:.0f} s were left for this task)"
        return ""

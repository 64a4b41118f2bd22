"""Why an operation failed, in one word."""

from __future__ import annotations

import re
from typing import Literal

from nodes.feedback_loop.operations import Operation
from systems import names

Cause = Literal["timeout", "rate_limited", "connection_lost", "invalid", "truncated", "absent", "error"]

_WORDS: tuple[tuple[Cause, re.Pattern[str]], ...] = (
    ("truncated", re.compile(r"LengthFinishReason|^truncated$", re.IGNORECASE)),
    (
        "rate_limited",
        re.compile(
            r"rate[\s_-]?limit|too[\s_-]?many[\s_-]?requests|\b429\b|quota (?:is )?exceeded|throttl|ResourceExhausted",
            re.IGNORECASE,
        ),
    ),
    ("timeout", re.compile(r"time[\s_-]?(?:d[\s_-]?)?out|deadline[\s_]?exceeded", re.IGNORECASE)),
    (
        "connection_lost",
        re.compile(
            r"connection ?(?:error|reset|refused|aborted|closed|lost)|ConnectError|BrokenPipe|RemoteProtocolError|"
            r"ClosedResource|server disconnected|network is unreachable|^lost$",
            re.IGNORECASE,
        ),
    ),
    (
        "invalid",
        re.compile(
            r"validation ?error|invalid (?:arguments?|input|json|parameters?)|JSONDecodeError|OutputParser|"
            r"ToolRetryError|UnexpectedModelBehavior|ToolInvocationError|ModelBehaviorError|missing (?:\d+ )?required|"
            r"unexpected keyword argument|field required|not valid json|^arguments$|^invalid$",
            re.IGNORECASE,
        ),
    ),
)
_MOST = 1_000


def cause(operation: Operation) -> Cause:
    """The cause, from the type of the error, and from its words where the type says nothing."""
    own = str(operation.attributes.get(names.CAUSE) or "")
    if own == "unavailable" or operation.error_type == "unavailable":
        return "absent"
    for said in (own, operation.error_type, operation.error[:_MOST]):
        for found, pattern in _WORDS:
            if said and pattern.search(said):
                return found
    return "error"

"""Every error specloop raises on purpose, sorted by who must act.

    SpecloopError
    |-- Retry                 the model tries again, with the message as its hint
    |   `-- InvalidDraft
    |-- Detour                the workflow takes another way (another server, an open question, a finding)
    |   |-- ToolFailed
    |   |-- ServerUnavailable
    |   |-- Elicited          a tool asks the person something before it goes on
    |   |-- DraftFailed
    |   `-- Rejected          OpenSpec refused a document or a command
    `-- PersonMustAct         the run stops; the message says what to change, the exit code which kind it is
        |-- UsageError        2: what was asked for is wrong (goal, option, file, unknown change or run)
        |-- Waiting           3: a person's answer is needed; `specloop resume` goes on
        |-- Busy              1: another run holds what this one needs
        |   `-- Overtaken       another process went on with what this one had lost, and it writes nothing more
        |-- Stopped         130: somebody stopped the run; `specloop resume` goes on
        `-- Missing           4: an outside system is missing or failed for good
            `-- Away             ... or does not answer now: a run waits a while for it, and works the node again

Foreign exceptions are mapped to these where they enter, in the module of `systems` that met them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from systems.mcp.elicitation import Elicitation


class SpecloopError(Exception):
    """Anything specloop raises on purpose.

    Attributes:
        message: what happened, in one sentence.
        mend: what to do about it, in one sentence; empty when nothing can be done.
        exit_code: what the command line exits with when the error reaches it.
    """

    exit_code = 1

    def __init__(self, message: str, *, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.message} {self.mend}".strip()

    def told(self) -> dict[str, str]:
        """What another process is told of it; `of_told` makes it an error again."""
        return {"kind": type(self).__name__, "message": self.message, "mend": self.mend}


class Retry(SpecloopError):
    """The model can mend this when it is told."""


class InvalidDraft(Retry):
    """What the model wrote does not fit the schema, is cut off, or is empty.

    Attributes:
        cause: `truncated`, `invalid`, `empty`, or `timeout`.
    """

    def __init__(self, message: str, *, cause: str, mend: str = "") -> None:
        super().__init__(message, mend=mend)
        self.cause = cause


class Detour(SpecloopError):
    """This way is closed; the workflow takes another one."""


class ToolFailed(Detour):
    """A tool call gave an error, nothing, or ran out of time.

    Attributes:
        server: name of the MCP server.
        tool: name of the tool on that server.
        cause: `error`, `timeout`, `empty`, `lost` (the connection broke), or `arguments`.
    """

    def __init__(self, message: str, *, server: str, tool: str, cause: str, mend: str = "") -> None:
        super().__init__(message, mend=mend)
        self.server = server
        self.tool = tool
        self.cause = cause


class ServerUnavailable(Detour):
    """One MCP server could not be started or reached; the others serve on.

    Attributes:
        server: name of the MCP server.
    """

    def __init__(self, message: str, *, server: str, mend: str = "") -> None:
        super().__init__(message, mend=mend)
        self.server = server


class Elicited(Detour):
    """A tool asks the person something before it goes on; the call was given up, and is made again with the answer.

    Attributes:
        question: what is asked, a `systems.mcp.Elicitation`.
    """

    def __init__(self, question: Elicitation) -> None:
        super().__init__(f"{question.server}.{question.tool} asks: {question.message}")
        self.question = question


class DraftFailed(Detour):
    """All repairs are used up and the draft is still not sound.

    Attributes:
        cause: of the last one, as `InvalidDraft` has it.
    """

    def __init__(self, message: str, *, cause: str = "invalid", mend: str = "") -> None:
        super().__init__(message, mend=mend)
        self.cause = cause


class Rejected(Detour):
    """OpenSpec refused; `issues` has its words.

    Attributes:
        issues: the validator's messages, one a line item.
    """

    def __init__(self, message: str, *, issues: tuple[str, ...] = (), mend: str = "") -> None:
        super().__init__(message, mend=mend)
        self.issues = issues


class PersonMustAct(SpecloopError):
    """Only the person can change this."""


class UsageError(PersonMustAct):
    """What was asked for is wrong."""

    exit_code = 2


class Waiting(PersonMustAct):
    """A person's answer is needed."""

    exit_code = 3


class Busy(PersonMustAct):
    """Another run holds the change or the lock."""


class Overtaken(Busy):
    """Another process went on with what this one had lost with its connection to the database."""


class Stopped(PersonMustAct):
    """Somebody stopped the run."""

    exit_code = 130

    @classmethod
    def of(cls, run_id: str) -> Stopped:
        """The error of one run."""
        return cls(f"Run {run_id} was stopped; nothing is lost.", mend=f"Go on with `specloop resume {run_id}`.")


class Missing(PersonMustAct):
    """An outside system is missing or failed for good.

    Attributes:
        system: its name: `node`, `openspec`, `model`, `git`, `disk`, `store`, `server`, or an MCP server.
    """

    exit_code = 4

    def __init__(self, message: str, *, system: str, mend: str = "") -> None:
        super().__init__(message, mend=mend)
        self.system = system


class Away(Missing):
    """An outside system does not answer now, and may in a while."""

    @classmethod
    def again(cls, error: Away) -> Away:
        """The same error for somebody else."""
        return cls(error.message, system=error.system, mend=error.mend)


def of_told(told: Mapping[str, str]) -> SpecloopError:
    """The error that another process told of: what a person can act on as itself, anything else as `Missing`."""
    known: tuple[type[SpecloopError], ...] = (UsageError, Waiting, Busy, Overtaken, Stopped, Rejected)
    kind = next((each for each in known if each.__name__ == told.get("kind")), None)
    message, mend = told.get("message", "The server told of an error without words."), told.get("mend", "")
    return kind(message, mend=mend) if kind else Missing(message, system="server", mend=mend)

"""What a model server's refusals mean, in our errors.

no answer in time, or busy until then     InvalidDraft  timeout     (a failed attempt)
prompt larger than the context            InvalidDraft  truncated   (a failed attempt; the next prompt is shorter)
not in memory any more                    Missing       model       (loaded again, once)
cannot do this JSON schema                Missing       model       (asked for in a simpler form, while there is one)
unreachable, key refused, no such model,
anything else                             Missing       model       (the person must act)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from systems.errors import InvalidDraft, Missing, SpecloopError
from systems.models.choice import ModelChoice
from systems.models.listing import KEY, START

if TYPE_CHECKING:
    import openai

WORDS = 300
NO_KEY = "none"  # the client wants one
OVERFLOW = re.compile(r"exceed_context_size|context_length_exceeded|context (size|length|window|overflow)|n_ctx", re.I)
LIMIT = re.compile(r"context (?:size|length|window)\D{0,24}(\d{3,})", re.I)
UNLOADED = re.compile(r"\bunloaded\b|\bno models? (is |are )?(currently )?loaded|\bnot (currently )?loaded", re.I)
GRAMMAR = re.compile(r"response_format|json.?schema|grammar|guided|structured.?output|schema", re.I)


class Overflow(InvalidDraft):
    """The prompt does not fit into the model's context.

    Attributes:
        limit: the context in tokens, when the server told.
    """

    def __init__(self, message: str, *, limit: int | None) -> None:
        super().__init__(message, cause="truncated")
        self.limit = limit


class Unfollowable(Missing):
    """The server cannot make the model keep to the schema, in the form in which it was sent."""


class Unloaded(Missing):
    """The model is not in memory any more."""


class Dropped(Exception):
    """The answer broke off before the model had finished; what came is not an answer."""


class BadAnswer(Exception):
    """The server answered 200 with something that is no chat completion; the message has its words."""


def words_of(error: Any) -> str:
    """An error object of an answer, in one line: its message, or whatever is there."""
    message = error.get("message", error) if isinstance(error, dict) else error
    return " ".join(str(message).split())[:WORDS]


def timed_out(choice: ModelChoice, seconds: float) -> InvalidDraft:
    """No answer within the time limit."""
    return InvalidDraft(f"The model {choice.name} gave no answer within {seconds:.0f} s.", cause="timeout")


def busy(choice: ModelChoice, seconds: float) -> InvalidDraft:
    """The server was busy, and would be for longer than the time limit allows."""
    return InvalidDraft(
        f"The model server at {choice.base_url} is too busy to answer within {seconds:.0f} s.", cause="timeout"
    )


def refusal(choice: ModelChoice, words: str) -> SpecloopError:
    """What the words of a refused request mean."""
    if OVERFLOW.search(words):
        limit = LIMIT.search(words)
        return Overflow(
            f"The request is too long for the context of {choice.name}: {words}",
            limit=int(limit.group(1)) if limit else None,
        )
    if UNLOADED.search(words):
        return Unloaded(
            f"The model server at {choice.base_url} has {choice.name} no longer loaded: {words}",
            system="model",
            mend=START,
        )
    if GRAMMAR.search(words):
        return Unfollowable(
            f"The model server at {choice.base_url} cannot follow a JSON schema: {words}",
            system="model",
            mend="Choose another model or server, or update it.",
        )
    return _missing(choice, f"refused the request: {words}", "Look at the server's log, or use `--model embedded`.")


def mapped(error: openai.APIError, choice: ModelChoice, seconds: float) -> SpecloopError:
    """One of our errors for one of the openai client's."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return timed_out(choice, seconds)
    if isinstance(error, openai.APIConnectionError):
        return _missing(choice, f"cannot be reached ({_root(error)})", START)
    if isinstance(error, openai.APIStatusError):
        if error.status_code in (401, 403):
            return _missing(choice, f"refuses the key ({error.status_code})", KEY)
        if error.status_code in (429, 503):
            return busy(choice, seconds)
        if error.status_code == 404 and not UNLOADED.search(words_of(error.body)):
            return _missing(choice, f"has no model {choice.name} ({words_of(error.body)})", START)
    return refusal(choice, words_of(error.body or error.message))


def dropped(choice: ModelChoice) -> Missing:
    """The answer broke off, twice."""
    return _missing(choice, "broke off its answer before the model had finished", START)


def _root(error: BaseException) -> str:
    while error.__cause__:
        error = error.__cause__
    return str(error) or type(error).__name__


def _missing(choice: ModelChoice, what: str, mend: str) -> Missing:
    return Missing(f"The model server at {choice.base_url} {what}.", system="model", mend=mend)

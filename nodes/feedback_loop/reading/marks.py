"""What some detector may care about in an operation, as bits of one number; most operations have hardly any.

    Span -> read -> Operation(marks=...) -> Routes -> the few detectors that watch for one of its marks

A mark is found once, while a span is read, by a cheap test of its content, so that no detector looks at what does not
concern it. It says `may`: a mark can be there for nothing, it must not be missing, and the detector judges exactly. A
new one is a name below, a line in the function for its kind, and its place in what a detector watches.

The run adds two sorts of bits to those that an operation has by itself: what it is among the others (`SITUATIONS`), and
what some detector follows at present (`FOLLOWED`, `AgentRun.follow`). The lowest four bits are the number of the kind;
the common marks come before the rare ones, as Python is fastest with numbers below 2**30.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from nodes.feedback_loop.calls.effects import fetches
from nodes.feedback_loop.reading.failures import Cause, may_be_wrong_form
from nodes.feedback_loop.reading.json_text import is_object, torn
from nodes.feedback_loop.reading.messages import Message
from nodes.feedback_loop.reading.recorded import Recorded
from nodes.feedback_loop.reading.schemas import asks_for_form, has_own
from nodes.feedback_loop.texts.credentials import may_have
from nodes.feedback_loop.texts.injections import may_order
from nodes.feedback_loop.texts.outcomes import may_lack
from systems import names

LONG_PROMPT = 3_500
"""Tokens of a prompt."""
LONG_RESULT = 24_000
"""Characters of a result."""
LONG_ARGUMENTS = 2_000
"""Characters of arguments; longer ones are texts, not questions."""
MUCH_WRITTEN = 10_000
"""Tokens written."""
LONGEST_REPLY = 8_000
"""Characters of a reply to the model that may tell what was wrong."""
SLOW_NS = 100_000_000
CHARACTERS_A_TOKEN = 4
MISROUTED = "agent.misrouted"
"""agenttelemetry's mark of an agent that was given somebody else's task."""
MOST_TOKENS = "gen_ai.request.max_tokens"

(
    ANY,  # every operation
    FAILED,
    PLAIN,  # a call of a tool or a model within something, that worked and has content
    BARE,  # a working call without content: what wraps it may have recorded that
    OWN,  # specloop's own: a step of a kind of its own, a model call for a step, a question
    JUDGED,  # something was said about how good it is
    LARGE,  # a long prompt, or a long result
) = (1 << place for place in range(4, 11))

SITUATIONS = (
    HOLDS,  # others are within it
    REPEAT,  # the same tool was called with the same arguments before
    ALIKE,  # the tool brought what it brought one or two calls ago
    IN_TURN,  # two tools took turns for a while
    LONGEST,  # it took long for its place, or others of its place did and its peers are still few
) = tuple(1 << place for place in range(11, 16))

FOLLOWED = (
    NEXT_MODEL,  # the model call after an answer in JSON
    CALL_OF_MODEL,  # the call that a model asked for in the wrong form
    ROW,  # calls after some that brought nothing
    GROUP,  # calls after one that was alone in its turn
    PATH,  # calls after a handover
    USE,  # what a model writes after a large result
) = tuple(1 << place for place in range(16, 22))

(
    # calls of tools, and retrievals
    REUSED,  # nothing was called
    SECRET,  # a credential in it; models too
    ORDERS,  # orders to the model in its result
    FRUITLESS,  # it brought nothing
    UNSEEN,  # its result was not recorded
    SILENT,  # it has no arguments
    SLOW,
    READ,  # it was slow, and only fetched something
    HANDS_OVER,  # to another agent
    ODD,  # arguments that are no JSON object, or must follow a schema; models too, and their answers
    # calls of models
    EMPTY,  # it said nothing and asked for no tool
    SPEAKS,  # it said something and asked for no tool
    ANSWERS,  # it worked and stopped for no tool
    SENT_BACK,  # it was told what was wrong with the answer before
    JSON,  # its answer sets out to be JSON
    CUT,  # its output breaks off
    DEAR,  # it wrote much
    # of what failed: why
    TIMED_OUT,
    LIMITED,
    LOST,
    ERROR,
    OTHERWISE,
) = (1 << place for place in range(22, 44))

CAUSES: Mapping[str, int] = {
    "timeout": TIMED_OUT,
    "rate_limited": LIMITED,
    "connection_lost": LOST,
    "error": ERROR,
}
_PUNCTUATION = " \t\r\n\"'`.,;:\u2026{}[]()-_*"
_ASKS = ("ask_", "consult_", "refer_")
_AGENTS = ("_agent", "_desk", "_team", "_department", "_specialist", "_expert", "_assistant")
_OWN_STEPS = (names.VALIDATE, names.DRAFT, names.START_SERVER)


def marks(operation: Recorded, cause: Cause | Literal[""]) -> int:
    """The marks that an operation has by itself; `cause` says why it failed, where it did."""
    kind, attributes = operation.kind, operation.attributes
    found = ANY | FAILED | CAUSES.get(cause, OTHERWISE) if operation.failed else ANY
    if kind in ("model", "tool"):
        found |= _of_model(operation) if kind == "model" else _of_result(operation) | _of_call(operation)
        return found if found & (FAILED | BARE) or operation.parent_id is None else found | PLAIN
    if kind == "retrieval":
        return found | _of_result(operation)
    if kind == "step" and operation.title.startswith(_OWN_STEPS):
        found |= OWN
    if names.EVALUATION_NAME in attributes or MISROUTED in attributes:
        found |= JUDGED
    return found


def _of_result(operation: Recorded) -> int:
    """What a tool or a search was given and gave back."""
    found, result = 0, operation.result
    lower = result.lower()
    if may_have(f"{operation.arguments.lower()}\n{lower}{operation.error.lower()}"):
        found |= SECRET
    if may_order(lower or operation.error.lower()):
        found |= ORDERS
    if operation.failed or may_lack(result, lower):
        found |= FRUITLESS
    if not result:
        found |= UNSEEN
    if operation.size >= LONG_RESULT:
        found |= LARGE
    if names.REUSED in operation.attributes:
        found |= REUSED
    return found


def _of_call(operation: Recorded) -> int:
    """What is special about a call of a tool."""
    found, arguments, attributes = 0, operation.arguments, operation.attributes
    if arguments:
        if operation.end_ns - operation.start_ns >= SLOW_NS:
            found |= SLOW | READ if len(arguments) <= LONG_ARGUMENTS and fetches(operation) else SLOW
    else:
        found |= SILENT if operation.result or operation.failed or operation.parent_id is None else SILENT | BARE
    name = operation.name.lower()
    if "to_" in name or "to " in name or name.startswith(_ASKS) or name.endswith(_AGENTS):
        found |= HANDS_OVER
    if attributes.get(names.NODE) == "answer":
        found |= OWN
    if has_own(attributes):
        found |= ODD
    return found


def _of_model(operation: Recorded) -> int:
    """What a model was sent, and what it said."""
    attributes = operation.attributes
    found = _of_answer(operation)
    if names.STEP in attributes:
        found |= OWN
    if names.EVALUATION_NAME in attributes:
        found |= JUDGED
    if (operation.input_tokens or operation.size // CHARACTERS_A_TOKEN) >= LONG_PROMPT:
        found |= LARGE
    if operation.output_tokens >= MUCH_WRITTEN:
        found |= DEAR
    if operation.messages and _may_mend(operation.messages[-1]):
        found |= SENT_BACK
    return found


def _of_answer(operation: Recorded) -> int:
    """What a model said, and what it asked for."""
    output, calls, finish = operation.output, operation.calls, operation.finish
    found = _of_calls(operation) if calls else _of_words(operation)
    if may_have((output + "".join([call.arguments for call in calls]) + operation.error).lower()):
        found |= SECRET
    if not (calls or operation.failed or finish == "tool_calls"):
        found |= ANSWERS
    if finish == "length" or (
        not finish and ("```" in output or output[-1:].isalpha() or MOST_TOKENS in operation.attributes or torn(output))
    ):
        found |= CUT
    return found


def _of_calls(operation: Recorded) -> int:
    """What is special about the calls of tools that a model asked for."""
    found = ODD if asks_for_form(operation.attributes) else 0
    for call in operation.calls:
        if call.arguments:
            if call.arguments[-1] not in "}]":
                found |= CUT
            if not is_object(call.arguments):
                found |= ODD
    return found


def _of_words(operation: Recorded) -> int:
    """What is special about a model's words, where it asked for no tool."""
    output, messages = operation.output, operation.messages
    if not output.strip(_PUNCTUATION) and not (output.strip() and _told_of_json(operation)):
        bare = not (output or messages or operation.failed or operation.parent_id is None)
        return EMPTY | BARE if bare else EMPTY
    found = SPEAKS
    if "{" in output[:12] or output.lstrip().startswith("{"):
        found |= JSON
    if _told_of_json(operation) or asks_for_form(operation.attributes):
        found |= ODD
    return found


def _told_of_json(operation: Recorded) -> bool:
    """Whether the instructions speak of JSON, of which `[]` may be an answer."""
    first = operation.messages[0] if operation.messages else None
    return first is not None and first.role == "system" and ("JSON" in first.text or "json" in first.text)


def _may_mend(last: Message) -> bool:
    """Whether the last message of a prompt could tell what was wrong with the answer before."""
    text = last.text
    if not text or len(text) > LONGEST_REPLY:
        return False
    if last.role == "tool":
        return may_be_wrong_form(text)
    lower = text.lower()
    return "fix" in lower or "validation" in lower or "format the previous" in lower

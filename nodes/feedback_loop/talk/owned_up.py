"""Failures that no form of a result tells, but the agent, which read it, does.

print_label(77A) -> "printer LBL-2: paper jam (E-41)"     "The label could not be printed, as there is a paper jam."
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.feedback_loop.calls.effects import only_reads
from nodes.feedback_loop.calls.fruitless import fruitless
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.transcript import Transcript
from nodes.feedback_loop.texts.answers import not_done
from nodes.feedback_loop.texts.outcomes import acknowledged
from nodes.feedback_loop.texts.words import stems, values
from systems.told.errors_told import asks_for_state
from systems.told.nothing_found import nothing_found

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_TROUBLE = re.compile(
    r"\b(?:err(?:or)?s?|fail(?:s|ed|ure)?|fault|exception|abort(?:ed|s)?|crash(?:ed)?|terminated|killed|broken?|"
    r"jam(?:med)?|offline|not (?:responding|ready|connected|installed|configured|supported|implemented)|corrupt(?:ed)?|"
    r"locked|disconnected|out of (?:memory|paper|order|service)|disk (?:is )?full|read-only|unsupported|unexpected|"
    r"overflow|"
    r"stuck|st(?:ö|oe)rung|gest(?:ö|oe)rt|defekt|gesperrt|panne|verrouillé|aver[ií]a|bloquead[oa]|guasto|"
    r"bloccat[oa])\b",
    re.IGNORECASE,
)
"""Of a thing that does not work; what somebody or a rule refuses is an answer."""
_ASKS_WHY = re.compile(
    r"\b(?:why|causes?d?|reason|happened|wrong|warum|wieso|weshalb|grund|ursache|pourquoi|por ?qu[eé]|perch[eé]|"
    r"log(?:s|file)?)\b",
    re.IGNORECASE,
)
"""Who asks about trouble is told of it."""
_SHORT, _LEAST = 600, 2


def owned_up(talk: Transcript) -> Iterator[Operation]:
    """Calls that recorded no failure, of whose result the answer says that something could not be done for it.

    The last call of a tool, whose result speaks of trouble; the sentence that owns up repeats what the result says.
    What merely is not there, and the state of something that was asked for, is no failure.
    """
    if talk.answer is None or _TROUBLE.search(talk.asked) or _ASKS_WHY.search(talk.asked):
        return
    told = [stems(one) for one in _SENTENCE.split(talk.answer.output) if not_done(one)]
    if not told:
        return
    known = stems(talk.asked)
    for call in {one.where: one for one in talk.tools}.values():
        if _in_trouble(call):
            news = stems(values(call.result)) - known - stems(values(call.arguments))
            if any(len(one & news) >= min(_LEAST, len(news)) for one in told):
                yield call


def _in_trouble(call: Operation) -> bool:
    result = call.result
    if call.failed or not result or len(result) >= _SHORT or (only_reads(call) and asks_for_state(call.name)):
        return False
    if acknowledged(result) or nothing_found(result) or (only_reads(call) and fruitless(call)):
        return False
    return not asks_for_state(call.name) and bool(_TROUBLE.search(result))

"""Which results of a talk nobody used, and whether they were needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from nodes.feedback_loop.calls.effects import changes
from nodes.feedback_loop.calls.fruitless import fruitless
from nodes.feedback_loop.calls.grouping import Grouped
from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.left_out import chosen_from, left_out
from nodes.feedback_loop.talk.refusals import objects, stepped_over
from nodes.feedback_loop.talk.transcript import Transcript, texted
from nodes.feedback_loop.talk.use import Use, distinctive, precise, use_of
from nodes.feedback_loop.texts.answers import about_to, admits, asks_back
from nodes.feedback_loop.texts.joined import joined
from nodes.feedback_loop.texts.outcomes import acknowledged
from nodes.feedback_loop.texts.words import MOST, NOTHING, Said, leaves, stems
from systems import names
from systems.records import Severity
from systems.told.nothing_found import nothing_found

_HEED = re.compile(
    r"\b(?:considering|respecting|observing|heeding|bearing in mind|keeping in mind|in line with|in view of|"
    r"in accordance with|"
    r"tak(?:e|ing) (?:\w+ ){0,4}?into (?:account|consideration)|depending on|according to|based on|consider (?:the|"
    r"what|our|my|"
    r"her|his|their)|respect (?:the|what|our|her|his|their)|given (?:the|her|his|their|what|our)|"
    r"mind(?:ing|ful of)? (?:the|what|our|my|her|his|their)|pay(?:ing)? attention to|stick(?:ing)? to|"
    r"compl(?:y|ies|iant|ying) with|adher\w+ to|follow(?:ing)? (?:the|our|her|his|their|what)|"
    r"(?:fit(?:s|ting)?|suit(?:s|ing)?|match(?:es|ing)?) (?:with |in )?(?:my|our|her|his|their|the)|passend zu|"
    r"berücksichtig\w*|"
    r"beacht\w*|gemäß|laut|compte tenu|conformément|de acuerdo con|conforme|in base a|secondo|"
    r"je nach|"
    r"en fonction d|en tenant compte|selon|según|teniendo en cuenta|tenendo conto|levando em conta)\b",
    re.IGNORECASE,
)
_PICKS = re.compile(
    r"\b(?:(?!interest|request|test|suggest|rest|west|guest|latest|forest|harvest|invest|protest|contest|digest|"
    r"honest)\w{2,}est|"
    r"most|least|worse|better|compare\w*|rank\w*|cheaper|faster|rather|or|choose|pick|select|vergleich\w*|oder|"
    r"meilleur\w*|mejor\w*)\b",
    re.IGNORECASE,
)
_COMPARES = re.compile(r"\b(?:compar\w+|vergleich\w*|confront\w*)\b", re.IGNORECASE)
_AGREES = re.compile(r"\W*(?:yes|yep|ja|oui|s[íi]|sì|sim|tak|да|はい|是)\b", re.IGNORECASE)
_ADVISES = re.compile(
    r"\b(?:recommend|suggest|advi[cs]e|prefer|decide|empf(?:ehl|iehl)|conseill|recomiend|consigli)\w*", re.IGNORECASE
)
_VERDICT = re.compile(
    r"\W*(?:yes|no|yep|nope|correct|right|wrong|true|false|ja|nein|oui|non|s[íi]|sì|sim|não|tak|nie|nee|nej|да|нет|はい|"
    r"いいえ|是|不是|否)\b",
    re.IGNORECASE,
)
"""An answer that judges by what came back need not repeat it."""
_WHY = re.compile(
    r"\b(?:why|cause\w*|reason\w*|diagnos\w*|what happened|warum|wieso|ursache\w*|pourquoi|por qué|perché|por que)\b",
    re.IGNORECASE,
)
"""In the search for a cause results rule things out, and nobody tells them."""
_JUDGES = re.compile(
    r"\b(?:rate|score|grade|sort|label|judge|assess|evaluate) (?:the|this|that|these|it|them|each|every|my|our|all)\b|"
    r"\b(?:classif|categori[sz]|sentiment|translat|rewrit|rephras|paraphras|poem|übersetz|bewerte|einstuf|tradui|"
    r"traduc|"
    r"traduz|évalue|clasific|classific|valuta\b|valora\b)\w*|\b(?:how (?:long|old)|wie (?:lange|alt)|depuis quand)\b",
    re.IGNORECASE,
)
"""What is judged, or put in other words, does not come again word for word."""
_AMOUNT = re.compile(
    r"\b(?:how (?:many|much|long|far|high|big|heavy|fast|often)|costs?|prices?|wie ?viele?|wie (?:lange|weit|hoch|oft)|"
    r"kostet|kosten|preise?|combien|prix|coûtent?|cuánt[oa]s?|precios?|cuestan?|quant[oaie]|costa(?:no)?|prezz[oi]|"
    r"preços?|custam?|hoeveel)\b",
    re.IGNORECASE,
)
_AND = re.compile(r"\b(?:and|und|et|y|e|en|och)\b", re.IGNORECASE)
_OTHER = re.compile(r"[\W_]+")
_WORDS = 4
_SOME, _MUCH = 3, 4


class Unused(NamedTuple):
    """Calls of one tool whose results were not used; a warning where they were needed."""

    calls: list[Operation]
    severity: Severity


@lru_cache(maxsize=4)
def unused(talk: Transcript) -> tuple[Unused, ...]:
    """Working reads with something to recognise in their result, of which nothing came again, by tool.

    Of a talk that ended with an answer. Reads before an action may only have been checks: there it takes a task that
    asks to heed something, or an action with a number from nowhere. One of several calls of a tool whose other results
    were used was compared and not chosen, unless the person wanted all of them.
    """
    return tuple(_unused(talk))


def _unused(talk: Transcript) -> Iterator[Unused]:
    answer = talk.answer
    if answer is None or not talk.asked or len(answer.output.split()) < _WORDS:
        return
    if asks_back(answer.output) or about_to(answer.output) or admits(answer.output, subject=talk.heard):
        return
    use = use_of(talk)
    without: Grouped[str] = Grouped()
    used = set()
    refused = {check.span_id for check, _ in stepped_over(talk)}
    telling = [one for one in talk.tools if says_something(one) and one.span_id not in refused]
    for call in telling:
        if use.flows(call):
            used.add(call.where)
        elif distinctive(use.news(call)):
            without.add(call.where, call)
    verdict, agreed = bool(_VERDICT.match(answer.output)), bool(used and _AGREES.match(answer.output))
    for where, calls in without.items():
        ignored = agreed and any(map(objects, calls))
        judged = verdict and not ignored
        if where not in used and not (judged or chosen_from(calls, answer.output)):
            yield Unused(list(calls), "warning" if ignored else _severity(list(calls), talk, use, bool(used)))
    asked, compares = _COMPARES.subn("", talk.asked)
    if not (_PICKS.search(asked) or (compares and (_PICKS.search(answer.output) or _ADVISES.search(asked)))):
        some = [one for one in telling if one.where in used]
        for call in left_out(some, use, asked, answer.output if compares else ""):
            yield Unused([call], "warning")


def ignores_all(talk: Transcript) -> bool:
    """Whether an answer has nothing of what its tools, which did look something up, gave back and was recorded."""
    use = use_of(talk)
    worked = [one for one in talk.tools if not one.failed]
    if talk.answer is None or not all(one.result for one in worked) or all(map(changes, worked)):
        return False
    return not any(map(use.flows, worked))


def says_something(call: Operation) -> bool:
    """Whether a call only read, and brought something to use."""
    if call.failed or not call.result or call.attributes.get(names.REUSED) is True or changes(call):
        return False
    if len(call.result) > MOST:
        return False
    return not (acknowledged(call.result) or nothing_found(call.result) or fruitless(call))


def _severity(calls: list[Operation], talk: Transcript, use: Use, others_used: bool) -> Severity:
    """Warning where the result says much and was needed: the task asks to heed it, or the answer is all there is."""
    heed = bool(_HEED.search(talk.asked))
    checks = any(one.end_ns <= calls[0].start_ns and not one.failed and _acts(one) for one in talk.tools)
    wanted = not checks and _named(calls[0], use)
    if others_used and not checks and _asked_for(calls[0], talk, use):
        return "warning"
    if not (others_used or checks) and _AMOUNT.search(talk.asked) and _tells_none(calls[-1], talk, use):
        return "warning"
    if not heed and (_WHY.search(talk.asked) or _JUDGES.search(talk.asked)):
        return "info"
    much = max(_weight(use.news(one), wanted) for one in calls)
    if much < (_SOME if heed or wanted else _MUCH):
        return "info"
    acted = any(one.start_ns >= calls[0].end_ns and not one.failed and _acts(one) for one in talk.tools)
    chosen = others_used and bool(_PICKS.search(talk.asked))
    return "warning" if heed or not (acted or chosen) else "info"


def _tells_none(call: Operation, talk: Transcript, use: Use) -> bool:
    """Whether a result has a number, and the answer has none."""
    told = texted(talk.answer.output) if talk.answer is not None else NOTHING
    return bool(use.news(call).numbers) and not (told.numbers or told.small)


def _asked_for(call: Operation, talk: Transcript, use: Use) -> bool:
    """Whether the person asked for this beside other things: by the tool, by a field, or by what it was given."""
    return _asked_beside(call, talk.asked) or _fields_asked(call, use) or _given_by(call, talk)


def _given_by(call: Operation, talk: Transcript) -> bool:
    """Whether a question for several things has what the call was given, and no other call was given it or acted."""
    value = parsed(call.arguments)
    given = [_bare(one) for one in leaves(value)] if isinstance(value, dict) else []
    own = [one for one in given if len(one) >= _SOME and one in _bare(talk.asked)]
    others = [one for one in talk.tools if one is not call]
    shared = any(one in _bare(other.arguments) for other in others for one in own)
    return bool(own) and bool(_AND.search(talk.asked)) and not shared and not any(map(_acts, others))


def _bare(text: str) -> str:
    return _OTHER.sub("", text.lower())


def _asked_beside(call: Operation, asked: str) -> bool:
    """Whether the person asked for what a tool is named for and for something else: `the tax rate and the fee`."""
    named = stems(call.name)
    return bool(named) and any(one and one <= named for one, _ in joined(asked))


def _fields_asked(call: Operation, use: Use) -> bool:
    """Whether the person asked for what a field of the result with a number in it is named for."""
    value = parsed(call.result)
    numbers = [name for name, one in value.items() if type(one) in (int, float)] if isinstance(value, dict) else []
    given = texted(call.arguments)
    return any(stems(name) & (use.asked.terms - given.terms) for name in numbers)


def _named(call: Operation, use: Use) -> bool:
    """Whether the task asks for what the tool is named for."""
    named = stems(call.name)
    return 2 * len(named & use.asked.terms) > len(named)


def _weight(what: Said, wanted: bool) -> int:
    """How much a result says: numbers and names count from three on, words from four; a wanted precise number twice."""
    strong = len(what.numbers) + len(what.names) + (wanted and any(map(precise, what.numbers)))
    words = len(what.words)
    return strong + words if strong >= _SOME or words >= _SOME else 0


def _acts(call: Operation) -> bool:
    return changes(call) or acknowledged(call.result)

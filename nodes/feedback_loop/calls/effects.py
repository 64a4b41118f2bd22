"""Whether a call may have changed something, and whether what it changed could matter to another call."""

from __future__ import annotations

import re
from functools import lru_cache

from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.reading.recorded import Recorded
from nodes.feedback_loop.texts.outcomes import acknowledged, writes
from nodes.feedback_loop.texts.waiting import waits
from nodes.feedback_loop.texts.words import keys, leaves, stems, values

_READS = re.compile(
    r"^(?:get|fetch|find|search|list|read|look|lookup|show|view|check|query|count|describe|calculate|compute|compare|"
    r"load|inspect|browse|retrieve|estimate|convert|translate|summari[sz]e|validate|verify|test|lint|is|has|can)$"
)
_ANYTHING = re.compile(
    r"^code(?:_|$)|(?:^|(?:^|_)(?:browser|page|computer|ui|keyboard|mouse|take|perform|next)_)"
    r"(?:click|type|press(?!_(?!key|button|enter|tab))|navigate|goto|scroll|select|wait|sleep|act|action|step|do)(?:_|$)"
    r"|(?:^|_)(?:run|exec|execute|interpret|interpreter|shell|bash|terminal|command|python|script|sql|eval|"
    r"fix|format|refactor|migrate|build|make|compile|generate|seed|sync|"
    r"import|ingest|train|init|initiali[sz]e|login|authenticate|connect|apply|process|rebuild|clean|delegate)(?:_|$)",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"^(?:adjust|tweak|tune|configure|patch|increase|decrease|raise|lower|reload|refresh|flush|kill|drop|repair|correct|"
    r"rewrite|retrain|reboot|reinstall|recreate|rotate|scale|shift|swap|invalidate|purge|rerun|retry|reconnect|relax|"
    r"tighten|recalibrate|calibrate|override|force|clean|redeploy|regenerate|reindex|resize|extend|reduce|edit|put)$"
)
_AMBIGUOUS = frozenset("open order file report record log tag store share message mail block issue copy run".split())
_QUERIES = re.compile(
    r"^\W*(?:select|show|describe|explain|with|pragma|ls|cat|grep|find|git (?:log|status|diff))\b", re.I
)
_LOOKS = re.compile(
    r"(?:query|quer(?:y|ies)|search|tests?|checks?|lint(?:er)?|audit|report|analysis|calculation)$", re.I
)
_AFFIRMS = re.compile(r"^\W*yes\b", re.I)
"""What answers a question rather than confirms a change."""
_BRIEF = 100
_HEAD = re.compile(r"[A-Za-z][a-z]*")


@lru_cache(maxsize=4_096)
def _of_name(name: str) -> str:
    """`read`, `write`, `maybe` by the result, or `anything` by what it is told to do."""
    bare = name.rpartition(".")[2].lstrip("_")
    head = _HEAD.match(bare)
    verb = head[0].lower() if head else ""
    if _READS.match(verb) or (_LOOKS.search(bare) and not writes(name)):
        return "read"
    if _ANYTHING.search(bare):
        return "read" if verb in ("run", "execute") and _LOOKS.search(bare) else "anything"
    if verb in _AMBIGUOUS:
        return "maybe"
    return "write" if writes(name) or _CHANGES.match(verb) else "maybe"


def changes(operation: Recorded) -> bool:
    """Whether a call may have changed something: by its tool's name, its result, or what it was told to run."""
    kind = _of_name(operation.name)
    if kind == "read":
        return False
    if kind == "anything":
        return not any(_QUERIES.match(one) for one in leaves(parsed(operation.arguments)))
    told = operation.result
    return kind == "write" or (acknowledged(told) and not _AFFIRMS.match(told)) or _reports(operation.name, told)


def _reports(tool: str, result: str) -> bool:
    """Whether a result says in the past tense what its tool is named for: `allocate` that brings `allocated ...`."""
    head, said = _HEAD.match(tool.rpartition(".")[2].lstrip("_")), _HEAD.search(values(result[:_BRIEF]))
    if head is None or said is None:
        return False
    verb = head[0].lower()
    return said[0].lower() in (f"{verb}d", f"{verb}ed", f"{verb}{verb[-1]}ed", f"{verb[:-1]}ied")


def fetches(operation: Recorded) -> bool:
    """Whether a working call only fetched something, and got it."""
    if operation.failed or not operation.result or waits(operation.name) or changes(operation):
        return False
    return len(operation.result) >= _BRIEF or not acknowledged(operation.result)


def only_reads(operation: Recorded) -> bool:
    """Whether the name of a call's tool says that it changes nothing."""
    return _of_name(operation.name) == "read"


def _names(whole: str, part: str) -> bool:
    """Whether a value names what another one is of: `src/a.py` a folder `src`, not prose a day that it mentions."""
    return len(part) > 2 and part in whole and whole.count(" ") <= part.count(" ") + 1


def affects(change: Recorded, other: Recorded) -> bool:
    """Whether a call that changes something may have changed what another call asks for."""
    if _of_name(change.name) == "anything":
        return True
    given = {one.lower() for one in leaves(parsed(other.arguments))}
    touched = {one.lower() for one in leaves(parsed(change.arguments))}
    if not given or not touched or given & touched:
        return True
    if any(_names(one, text) or _names(text, one) for one in given for text in touched):
        return True
    same_fields = keys(other.arguments) & keys(change.arguments)
    return bool(stems(other.name) & stems(change.name)) and not same_fields

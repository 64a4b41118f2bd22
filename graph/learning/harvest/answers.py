"""Cases from the questions of a run: who answered, what the answer must hold, and the call that gave it.

A route or a call can be checked whenever; an answer only where it stays what it was. That is where the call is pinned
by its arguments: to a file or folder of the project, whose words must be there still, or to a commit that the question
names. What depends on the day or on the state of the working tree makes no answer case; nor is its tool asked for, only
its server: that a tool gave something does not show that no other tool of the server does better.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from graph.learning.harvest.past import Past
from systems import names
from systems.documents import read_file
from systems.errors import Missing
from systems.likeness.lexical import STOP
from systems.records import Answer, Hash, LoopRecord, Source
from systems.trials import Asked, Called, Case, Check

PERSON = "person"
MOST_QUESTION = 2_000
MOST_TERMS = 2
MOST_NEIGHBOURS = 20
LISTED = 0.75
"""Share of a folder's entries that a listing of it names."""
TOKEN = re.compile(r"[A-Za-z_]\w{4,}")
COMMIT = re.compile(r"[0-9a-f]{7,40}")
LEFT_OUT = re.compile(r"\n\[\.\.\. [\d,]+ more characters\]$")
FAULTS = {"error", "empty", "arguments"}
"""Why a tool failed, where that is the tool's fault: it is not the one to ask. An outage says nothing of the route."""


def cases_of_answers(past: Past) -> Iterator[Case]:
    """The route, answer and call cases of a run."""
    results = results_of(past)
    for loop in past.accepted():
        for answer, source in past.answers(loop):
            if len(answer.question) > MOST_QUESTION:
                continue
            asked = Asked(question=answer.question)
            person = source.server == PERSON
            terms = () if person else lasting_words(answer, source, past.project, results)[:MOST_TERMS]
            if _routed(answer, loop, past):
                check = Check(server=source.server, tool=source.tool if terms else "")
                yield past.case("route", asked, check, source.span_id)
            if person:
                continue
            if terms:
                yield past.case("answer", asked, Check(server=source.server, terms=terms), source.span_id)
            called = Called(server=source.server, tool=source.tool, arguments=source.arguments)
            yield past.case("call", called, Check(outcome="ok"), source.span_id)


def lasting_words(answer: Answer, source: Source, project: Path, results: Mapping[Hash, str]) -> tuple[str, ...]:
    """Words of an answer that any right answer to its question holds, the most telling first; none where none lasts.

    Args:
        answer: what was accepted.
        source: the call it comes from.
        project: absolute path of the project.
        results: every result of the run by its hash; a word that others hold too says nothing.
    """
    shown = _shown(answer)
    pinned = [value for value in source.arguments.values() if isinstance(value, str)]
    commits = [value for value in pinned if COMMIT.fullmatch(value) and value in answer.question]
    if commits:
        return telling_words(answer, source, results)
    for path in (project / value for value in pinned):
        if not path.resolve().is_relative_to(project.resolve()):
            continue
        if path.is_file():
            others = {**results, **{each.name: read_file(each) or "" for each in _neighbours(path)}}
            return telling_words(answer, source, others, lasting=read_file(path) or "")
        if path.is_dir():
            return _listed(shown, path, results.get(source.content_hash, ""))
    return ()


def telling_words(
    answer: Answer, source: Source, results: Mapping[Hash, str], *, lasting: str | None = None
) -> tuple[str, ...]:
    """The words that only this result has and that are still there; names of things first, then what comes again.

    Args:
        answer: what was accepted.
        source: the call it comes from.
        results: other texts, by hash or name.
        lasting: what is there now; None: what was shown.
    """
    shown = _shown(answer)
    others = {word.casefold() for key, text in results.items() if key != source.content_hash for word in _words(text)}
    common = others | STOP | {word.casefold() for word in _words(answer.question)}
    counted = Counter(_words(shown if lasting is None else lasting))
    words = [word for word in dict.fromkeys(_words(shown)) if word in counted and word.casefold() not in common]
    words.sort(key=lambda word: (not _is_name(word), -counted[word], -len(word)))
    return tuple(words)


def _shown(answer: Answer) -> str:
    """What reached the model of a result, without the note of what did not."""
    return LEFT_OUT.sub("", answer.text)


def _neighbours(path: Path) -> list[Path]:
    """Files beside a file and of its kind; a word that they hold too does not tell it from them."""
    alike = (each for each in sorted(path.parent.glob(f"*{path.suffix}")) if each != path and each.is_file())
    return list(islice(alike, MOST_NEIGHBOURS))


def _listed(shown: str, folder: Path, result: str) -> tuple[str, ...]:
    """Entries of a folder, where the result is a list of them."""
    entries = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    named = [name for name in entries if name in result]
    if len(named) < MOST_TERMS or len(named) < LISTED * len(entries):
        return ()
    return tuple(name for name in named if name in shown)


def _routed(answer: Answer, loop: LoopRecord, past: Past) -> bool:
    """Whether the tools asked before the one that answered failed by their own fault."""
    tried = {failure.partition(": ")[0] for failure in answer.failures}
    causes = {
        f"{span.attributes.get(names.SERVER)}.{span.attributes.get(names.TOOL_NAME)}": span.attributes[names.ERROR_TYPE]
        for span in past.spans
        if span.attributes.get(names.LOOP) == loop.loop and names.ERROR_TYPE in span.attributes
    }
    by_fault = all(causes.get(tool) in FAULTS for tool in tried)
    return by_fault if answer.server != PERSON else not tried


def results_of(past: Past) -> dict[Hash, str]:
    """Every result of a run, by its hash."""
    results = {}
    for source in (source for loop in past.loops for answer in loop.answers for source in answer.sources):
        try:
            results[source.content_hash] = past.documents.get(source.content_hash)
        except Missing:
            continue
    return results


def _words(text: str) -> list[str]:
    return TOKEN.findall(text)


def _is_name(word: str) -> bool:
    return "_" in word.strip("_") or any(letter.isupper() for letter in word[1:]) or any(map(str.isdigit, word))

"""Cases from the drafts of a run: the request, and the check that judged what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from graph.learning.harvest.past import Past, stands
from systems import names
from systems.documents import Documents
from systems.errors import Missing
from systems.likeness.lexical import STOP
from systems.records import Answer, DocumentUpdate, Hash, LoopRecord, Span
from systems.trials import Case, Check, Requested

MOST_TERMS = 3
WORD = re.compile(r"--?[a-z][\w-]+|[^\W\d_][\w.-]*\w", re.IGNORECASE)
LEAST_LETTERS = 4
SOURCES = "\n## Sources"


def cases_of_drafts(past: Past) -> Iterator[Case]:
    """The draft cases of a run: what was accepted, what was refused and succeeded later, and what feedback changed."""
    for loop in past.accepted():
        yield from _accepted(loop, past)
    for loop in past.loops:
        if loop.step.feedback and loop.updates and all(map(_approved, loop.updates)):
            yield from _asked_for(loop, past)
    for number, loop in enumerate(past.loops):
        later = [each for each in past.loops[number + 1 :] if each.step.artifact == loop.step.artifact]
        if _refused(loop) and any(stands(each.updates) for each in later):
            for request, span in _requests(loop, past):
                yield past.case("draft", request, Check(valid=True), span.span_id)


def accepted_drafts(loop: LoopRecord, past: Past) -> list[tuple[Requested, str, Span]]:
    """Request, text and span of every draft of a loop that stands as it was drafted."""
    texts = [past.documents.get(update.after) for update in loop.updates if update.after]
    bodies = [(request, _drafted(span, past), span) for request, span in _requests(loop, past)]
    return [(request, body, span) for request, body, span in bodies if body and any(t.startswith(body) for t in texts)]


def _accepted(loop: LoopRecord, past: Past) -> Iterator[Case]:
    for request, body, span in accepted_drafts(loop, past):
        sources = tuple(path for path in files_of(loop.answers, past.project) if path in body)
        check = Check(valid=True, terms=key_words(past.goal, body), sources=sources)
        yield past.case("draft", request, check, span.span_id)


def _drafted(span: Span, past: Past) -> str:
    """What came of a draft's last try; empty where nothing did."""
    drafted = span.attributes.get(names.DRAFT_HASH)
    return past.documents.get(str(drafted)).strip() if drafted else ""


def requests(past: Past) -> dict[str, tuple[Hash, ...]]:
    """Keys of the draft cases that a run may have left, by path of the document in its change."""
    found: dict[str, list[Hash]] = {}
    for loop in past.loops:
        for request, _ in _requests(loop, past):
            for path in _paths(request, loop):
                found.setdefault(path, []).append(past.case("draft", request, Check(valid=True)).key)
    return {path: tuple(dict.fromkeys(keys)) for path, keys in found.items()}


def _paths(request: Requested, loop: LoopRecord) -> list[str]:
    """Where in its change a request goes."""
    if request.artifact == "specs":
        return [f"specs/{request.about}/spec.md"]
    folder = f"openspec/changes/{loop.step.change}/"
    return [update.path.removeprefix(folder) for update in loop.updates]


def _approved(update: DocumentUpdate) -> bool:
    """Whether a document is on disk as a person approved it, also beside an edit of theirs."""
    return update.approved and update.valid and update.status in ("written", "merged")


def _asked_for(loop: LoopRecord, past: Past) -> Iterator[Case]:
    """What a person asked for and approved is what the first request should have led to: their words are its check."""
    said = past.documents.get(loop.step.feedback or "")
    texts = {update.path: past.documents.get(update.after or "") for update in loop.updates}
    old = {update.path: past.documents.get(update.before) if update.before else "" for update in loop.updates}
    for earlier in past.loops:
        paths = {update.path for update in earlier.updates} & texts.keys()
        if earlier.loop >= loop.loop or earlier.step.feedback or not stands(earlier.updates):
            continue
        for request, span in _requests(earlier, past):
            for path in paths:
                if path.endswith(tuple(_paths(request, earlier))) and (terms := _new(said, texts[path], old[path])):
                    check = Check(valid=True, terms=(*key_words(past.goal, texts[path]), *terms))
                    yield past.case("draft", request, check, span.span_id).model_copy(update={"origin": "person"})


def _new(said: str, text: str, before: str) -> tuple[str, ...]:
    """The words of feedback that a document has now, and had not before."""
    return tuple(word for word in key_words(said, text) if word.casefold() not in before.casefold())


def key_words(goal: str, text: str) -> tuple[str, ...]:
    """The words of a goal that an accepted document has taken up; options and names of things first."""
    said = [word for word in dict.fromkeys(WORD.findall(goal)) if len(word) >= LEAST_LETTERS]
    kept = [word for word in said if word.casefold() not in STOP and word.casefold() in text.casefold()]
    kept.sort(key=lambda word: (word.isalpha(), -len(word)))
    return tuple(kept[:MOST_TERMS])


def files_of(answers: Sequence[Answer], project: Path) -> tuple[str, ...]:
    """The files of the project that answers come from."""
    values = [value for answer in answers for source in answer.sources for value in source.arguments.values()]
    paths = dict.fromkeys(value.removeprefix(f"{project}/") for value in values if isinstance(value, str))
    return tuple(path for path in paths if path and not path.startswith("/") and (project / path).is_file())


def _refused(loop: LoopRecord) -> bool:
    """Whether the model or the validator, and no person, is why the documents of a loop do not stand."""
    restored = any(update.status == "restored" for update in loop.updates)
    return restored or (loop.draft is not None and bool(loop.draft.failure))


def _requests(loop: LoopRecord, past: Past) -> Iterator[tuple[Requested, Span]]:
    """Every draft request of a loop, with the span of the last try."""
    last: dict[str, tuple[Requested, Span]] = {}
    tries = f"{names.DRAFT} {loop.step.artifact}"
    for span in past.spans:
        if span.name == tries and span.attributes.get(names.LOOP) == loop.loop:
            key = span.attributes.get(names.DRAFT_REQUEST)
            request = _request(str(key), past.documents) if key else _rebuilt(span, loop, past)
            if request:
                last[request.hash] = request, span
    yield from last.values()


def _request(key: str, documents: Documents) -> Requested | None:
    try:
        return documents.get_record(key, Requested)
    except (Missing, ValidationError):
        return None


def _rebuilt(span: Span, loop: LoopRecord, past: Past) -> Requested | None:
    """The request of a run that did not keep it yet, from what its loops wrote; OpenSpec's words are left out."""
    about = f"the {loop.step.artifact} of the change"
    if loop.step.artifact == "specs":
        body = _drafted(span, past)
        files = loop.draft.files if loop.draft else ()
        paths = [Path(file.path) for file in files if body and past.documents.get(file.content).startswith(body)]
        if not paths:
            return None
        about = paths[0].parent.name
    before = [
        update for each in past.loops if each.loop < loop.loop and stands(each.updates) for update in each.updates
    ]
    written = {Path(update.path).name: past.documents.get(update.after) for update in before if update.after}
    return Requested(
        artifact=loop.step.artifact,
        goal=past.goal,
        about=about,
        documents=tuple((Path(path).name, text.partition(SOURCES)[0]) for path, text in written.items()),
        facts=tuple((answer.question, answer.text) for answer in loop.answers if answer.answered),
        files=files_of(loop.answers, past.project),
    )

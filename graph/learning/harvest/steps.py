"""Cases from whole steps: the draft requests of a loop, the check of its documents, and the answers they rest on.

What one step shows and no single question or draft does: questions asked side by side, their order and number, and
reads that several of them share. An answer mattered where something of it was taken up by what was drafted: a word
that only it has, or the name of the file it comes from. Such an answer must be found again, whoever asks for it how;
the others may go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graph.learning.harvest.answers import PERSON, lasting_words, results_of, telling_words
from graph.learning.harvest.drafts import accepted_drafts, files_of, key_words
from graph.learning.harvest.past import Past
from systems.models.prompt import tokens
from systems.records import Answer, Hash, LoopRecord, Source
from systems.trials import Accepted, Case, Check, Stepped

MOST_TERMS = 2


def cases_of_steps(past: Past) -> Iterator[Case]:
    """The step cases of a run: of every loop whose documents stand as they were drafted."""
    results = results_of(past)
    for loop in past.accepted():
        drafts = accepted_drafts(loop, past)
        if not drafts or len(drafts) < len(loop.updates):
            continue
        text = "\n\n".join(body for _, body, _ in drafts)
        said = [(answer.question, answer.text) for answer in loop.answers if _said(answer)]
        alone = {"facts": tuple(said), "files": ()}
        check = Check(
            valid=True,
            terms=key_words(past.goal, text),
            sources=tuple(path for path in files_of(loop.answers, past.project) if path in text),
            answers=tuple(_accepted(loop, text, past, results)),
        )
        given = Stepped(requests=tuple(request.model_copy(update=alone) for request, _, _ in drafts))
        yield past.case("step", given, check, *(span.span_id for _, _, span in drafts))


def _said(answer: Answer) -> bool:
    return answer.answered and any(source.server == PERSON for source in answer.sources)


def _accepted(loop: LoopRecord, text: str, past: Past, results: Mapping[Hash, str]) -> Iterator[Accepted]:
    """The answers of tools, each with what it must hold; what the document took up comes first."""
    drafted = text.casefold()
    for answer, source in past.answers(loop):
        if source.server == PERSON:
            continue
        lasting = lasting_words(answer, source, past.project, results)
        taken = [word for word in telling_words(answer, source, results) if word.casefold() in drafted]
        taken = [word for word in taken if word.casefold() not in past.goal.casefold()]
        terms = sorted(lasting, key=lambda word: word not in taken)[:MOST_TERMS]
        used = bool(taken) or any(path.casefold() in drafted for path in _files(answer, source, past))
        yield Accepted(question=answer.question, terms=tuple(terms), used=used, tokens=tokens(answer.text))


def _files(answer: Answer, source: Source, past: Past) -> tuple[str, ...]:
    """The files that an answer was read from."""
    return files_of([answer.model_copy(update={"sources": (source,)})], past.project)

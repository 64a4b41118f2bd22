"""Which tool can answer a question: BM25 over what it says of itself, and what it can be given."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from nodes.question_routing.arguments import fill_arguments
from nodes.question_routing.questions import Places
from systems.lexical import Index, stems
from systems.mcp import Tool
from systems.policy import QuestionKnobs
from systems.records import Candidate, Question, Route

NAMED_WEIGHT = 1.0
PATH_LIKE = re.compile(r"[\w.-]+/[\w./-]*|\b[\w-]+\.[A-Za-z]{1,5}\b")
DEPRECATED = 0.5


class Router:
    """Routes questions to the read-only tools of the servers that serve.

    The policy's lines on servers that do not serve are in the index besides: among two tools alone no word would be
    rare, so none would count.
    """

    def __init__(self, tools: Sequence[Tool], *, project: Path, places: Places, knobs: QuestionKnobs) -> None:
        self._tools = {f"{tool.server}.{tool.name}": tool for tool in tools if tool.read_only}
        self._project = project
        self._places = places
        self._knobs = knobs
        self._named = stems(" ".join(places.files))
        served = {key: self._words(key, tool) for key, tool in self._tools.items()}
        servers = {tool.server for tool in self._tools.values()}
        others = {key: line for key, line in knobs.lines.items() if key.partition(".")[0] not in servers}
        self._index = Index({**others, **served})

    def route(self, question: Question, *, avoid: Collection[str] = ()) -> Route:
        """The tools that could answer, best first; none: the person.

        Args:
            question: what is asked.
            avoid: `server.tool`s that failed in this run and are not asked again.
        """
        ranked = self._index.search(without_paths(question.text), limit=len(self._tools) + len(self._knobs.lines))
        found = [(key, score) for key, score in ranked if key in self._tools]
        callable_ones = [self._candidate(key, score, question) for key, score in found if key not in avoid]
        scored = sorted((candidate for candidate in callable_ones if candidate), key=lambda candidate: -candidate.score)
        candidates = [candidate for candidate in scored if candidate.score >= self._knobs.least_score]
        if not candidates:
            reason = "no tool fits the question well enough" if found else "no tool speaks of this"
            return Route(
                question=question, candidates=(), decided_by="person", reason=f"{reason}; it goes to the person"
            )
        best = candidates[0]
        rival = next((candidate.score for candidate in candidates if candidate.server != best.server), 0.0)
        return Route(
            question=question,
            candidates=tuple(candidates[: self._knobs.candidates]),
            margin=round(1 - rival / best.score, 3),
            decided_by="lexical",
            reason=f"{best.server}.{best.tool} fits the question's words and names best ({best.score:.2f})",
        )

    def _candidate(self, key: str, score: float, question: Question) -> Candidate | None:
        tool = self._tools[key]
        if self._coverage(key, question.text) < self._knobs.least_coverage:
            return None
        call = fill_arguments(tool, question.text, project=self._project, places=self._places)
        if call is None:
            return None
        total = (score + NAMED_WEIGHT * call.named) * (DEPRECATED if "deprecated" in tool.description.lower() else 1)
        return Candidate(server=tool.server, tool=tool.name, arguments=call.arguments, score=round(total, 3))

    def _coverage(self, key: str, question: str) -> float:
        """Share of the question's words that the tool speaks of, or that name a place in the project."""
        asked = stems(without_paths(question))
        known = stems(self._words(key, self._tools[key]))
        return len(asked & (known | self._named)) / len(asked) if asked else 0.0

    def _words(self, key: str, tool: Tool) -> str:
        lines = self._knobs.lines
        return " ".join((tool.server, tool.name, tool.description, lines.get(tool.server, ""), lines.get(key, "")))


def without_paths(question: str) -> str:
    """A question without paths and file names: they say what it is about, not what kind of question it is."""
    return PATH_LIKE.sub(" ", question)

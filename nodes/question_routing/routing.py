"""Which tool can answer a question, or that the person has to: by likeness, by what a tool can be given, by margin."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nodes.question_routing.arguments import OUTSIDE, fill_arguments, lacking, mentioned_path, outside_path, takes_path
from nodes.question_routing.choosing import Chooser
from nodes.question_routing.learned import answered_before
from nodes.question_routing.phrases import PERSON, Phrase, adopted, all_phrases, strange
from nodes.question_routing.questions import Places
from nodes.question_routing.ranking import Ranked, Ranking, by_score, ranking_over
from nodes.question_routing.wording import PATH_LIKE
from systems.likeness.embeddings import Embedder
from systems.likeness.lexical import stems
from systems.mcp import Tool
from systems.policy import QuestionKnobs
from systems.records import Candidate, DecidedBy, Question, Route

NAMED_WEIGHT = 0.1  # of each argument that the question itself names, beside a nearness of 0 to 1
DEPRECATED = 0.5
RELEVANT = 0.6  # share of the best score that another server, or another tool of a server, must reach to be tried next
MOST_CHARACTERS = 2_000
OPTIONS = 3  # servers between which the model chooses


@dataclass(frozen=True)
class _Choice:
    key: str  # server.tool, a server without a fitting tool, or `person`
    by: DecidedBy
    reason: str


@dataclass(frozen=True)
class _Found:
    """What is known of a question: who is near, and which calls it would take."""

    text: str
    ranked: Ranked = field(default_factory=Ranked)
    calls: Mapping[str, Candidate] = field(default_factory=dict)

    def best_of(self, server: str) -> str:
        """The best callable tool of a server as `server.tool`; the server itself when none is."""
        return next((key for key, call in self.calls.items() if call.server == server), server)

    def can_call(self, server: str) -> bool:
        """Whether a server has a tool that can be called."""
        return self.best_of(server) in self.calls


class Router:
    """Routes questions to the tools of the servers that serve: those that only read, or that do not say where asked.

    Lines on servers that do not serve take part besides: what they would know is not asked of somebody else.
    """

    def __init__(
        self,
        tools: Sequence[Tool],
        *,
        project: Path,
        places: Places,
        knobs: QuestionKnobs,
        embedder: Embedder | None = None,
        chooser: Chooser | None = None,
        unmarked: bool = False,
    ) -> None:
        """Nothing is asked or embedded yet.

        Args:
            tools: of the servers that serve; those that say they change something are left out.
            project: folder that arguments must stay in.
            places: what the project has.
            knobs: the policy's.
            embedder: what embeds; None leaves words alone.
            chooser: asks the model; None where there is none, and the best-ranked is taken.
            unmarked: tools that do not say whether they only read take part; the person allows each call of them.
        """
        usable = [tool for tool in tools if tool.read_only or (unmarked and not tool.changes)]
        self._tools = {f"{tool.server}.{tool.name}": tool for tool in usable}
        self._project, self._places, self._knobs, self._chooser = project, places, knobs, chooser
        served = tuple(self._tools.values())
        self._strange = strange(adopted(knobs.lines, served), served)
        self._phrases = all_phrases(
            served, knobs.lines, knobs.routes, beside=[tool for tool in tools if tool not in usable]
        )
        self._embedder = embedder

    async def route(self, question: Question, *, avoid: Collection[str] = ()) -> Route:
        """The tools that could answer, best first, and why; none: the person.

        Args:
            question: what is asked.
            avoid: `server.tool`s that failed in this run and are not asked again.
        """
        text = question.text[:MOST_CHARACTERS].replace(f"{self._project}/", "")
        keys = [key for key in self._tools if key not in avoid]
        if not keys or not re.search(r"\w", text):
            return self._route(question, _Found(text), _Choice(PERSON, "person", "no tool could be asked this"))
        if self._knobs.method == "model" and self._chooser:
            found = _Found(text, calls=self._calls(keys, text, dict.fromkeys(keys, 1.0)))
            named = await self._chooser.named(text, [self._tools[key] for key in keys])
            return self._route(question, found, _Choice(named or PERSON, "model", f"the model named {named or 'none'}"))
        ranked = await self._ranked(text)
        found = _Found(text, ranked, self._calls(keys, text, ranked.tools))
        return self._route(question, found, self._learned(found) or await self._choice(found))

    def _learned(self, found: _Found) -> _Choice | None:
        """What answered such a question before, where it can be asked again."""
        match = answered_before(found.text, found.ranked.learned, self._knobs.routes)
        if match is None or (match[1] != PERSON and match[1] not in found.calls):
            return None
        return _Choice(match[1], "learned", f"{match[1]} answered {match[0]!r} before")

    async def _choice(self, found: _Found) -> _Choice:
        ranked = found.ranked
        (best, score), *others = ranked.servers.items()
        rival, next_score = others[0] if others else (PERSON, 0.0)
        words = f"{best} {score:.2f}, {rival} {next_score:.2f}"
        if score < self._knobs.least_score or self._coverage(best, found.text) < self._knobs.least_coverage:
            return _Choice(PERSON, "person", f"no server speaks of this ({words})")
        decides = self._decides()
        if ranked.margin >= self._knobs.margin or decides == "first":
            close = "" if ranked.margin >= self._knobs.margin else ", though close"
            if close and found.can_call(rival) and self._is_told_too_little(found, best):
                best, close = rival, f", and {best} lacks what it has to be told"
            by: DecidedBy = PERSON if best == PERSON else ranked.method
            return _Choice(found.best_of(best), by, f"nearest by likeness{close}: {words}")
        if decides == "person" or not self._chooser:
            return _Choice(PERSON, "person", f"too close to tell: {words}")
        served = [found.best_of(server) for server in list(ranked.servers)[:OPTIONS]]
        chosen = await self._chooser.chosen(found.text, [self._tools[key] for key in served if key in self._tools])
        if chosen is None:
            return _Choice(found.best_of(best), ranked.method, f"close, and the model gave no sound answer: {words}")
        return _Choice(chosen, "model", f"the model chose, as it is close: {words}")

    def _is_told_too_little(self, found: _Found, server: str) -> bool:
        """Whether a server that serves lacks words to be called with; a path that is not there is no such case."""
        serves = any(tool.server == server for tool in self._tools.values())
        named = PATH_LIKE.search(found.text) or outside_path(found.text, self._project, self._places)
        return serves and not found.can_call(server) and not named

    def _decides(self) -> str:
        """Who decides between those that are close."""
        if self._knobs.unsure != "auto":
            return self._knobs.unsure
        return "model" if self._chooser and self._chooser.able else "first"

    async def _ranked(self, text: str) -> Ranked:
        """The ranking; where a server that does not serve is first, one that no line speaks of may be who it is."""
        ranked = await self._ranking(self._phrases).rank(text, self._embedder)
        served = {PERSON, *(tool.server for tool in self._tools.values())}
        if not self._strange or (next(iter(ranked.servers)) in served and not ranked.is_of_world):
            return ranked
        present = [phrase for phrase in self._phrases if phrase.server in served]
        again = (await self._ranking(present).rank(text, self._embedder)).servers
        if not ranked.is_of_world:
            own = ranked.servers  # those that have lines lost to the absent one already
            again = {
                name: (score + own[name]) / 2 if name in self._strange else own[name] for name, score in again.items()
            }
        best = max(again, key=lambda server: again[server])
        found = best in self._strange and again[best] >= self._knobs.least_score
        return replace(ranked, servers=by_score(again), world=0.0) if found else ranked

    def _ranking(self, phrases: Sequence[Phrase]) -> Ranking:
        """The ranking over phrases, as the policy has it."""
        return ranking_over(
            tuple(phrases),
            method="hybrid" if self._knobs.method == "model" else self._knobs.method,
            embeds=self._embedder.name if self._embedder else "",
            new=frozenset(self._strange),
        )

    def _calls(self, keys: Sequence[str], text: str, nearness: Mapping[str, float]) -> dict[str, Candidate]:
        """The tools that can be called with what the question says, best first."""
        outside = outside_path(text, self._project, self._places)
        told = OUTSIDE.sub(" ", text) if outside else text
        best: dict[str, float] = {}
        for key in keys:
            server = self._tools[key].server
            best[server] = max(nearness.get(key, 0.0), best.get(server, 0.0))
        calls = {}
        for key in keys:
            tool, near = self._tools[key], nearness.get(key, 0.0)
            if near < RELEVANT * best[tool.server] or (outside and takes_path(tool)):
                continue
            call = fill_arguments(tool, told, project=self._project, places=self._places)
            if call:
                weight = DEPRECATED if "deprecated" in tool.description.lower() else 1
                score = round((near + NAMED_WEIGHT * call.named) * weight, 3)
                calls[key] = Candidate(server=tool.server, tool=tool.name, arguments=call.arguments, score=score)
        return dict(sorted(calls.items(), key=lambda item: -item[1].score))

    def _coverage(self, server: str, question: str) -> float:
        """Share of the question's words that a server's phrases have, or that name a place in the project."""
        if not self._knobs.least_coverage:
            return 1.0
        asked = stems(PATH_LIKE.sub(" ", question))
        known = stems(" ".join(phrase.text for phrase in self._phrases if phrase.server == server))
        return len(asked & (known | stems(" ".join(self._places.files)))) / len(asked) if asked else 1.0

    def _route(self, question: Question, found: _Found, choice: _Choice) -> Route:
        server = choice.key.partition(".")[0]
        candidates = self._candidates(found, choice.key)
        why = "" if candidates else f"{self._obstacle(found.text, server)}; it goes to the person"
        return Route(
            question=question,
            server=server,
            candidates=candidates,
            scores=dict(found.ranked.servers),
            runner_up=next((other for other in found.ranked.servers if other != server), ""),
            margin=found.ranked.margin,
            decided_by=choice.by,
            reason="; ".join(filter(None, (choice.reason, why))),
        )

    def _candidates(self, found: _Found, key: str) -> tuple[Candidate, ...]:
        """The chosen call, then those that come near it: of the same server, then of others that outrank the person."""
        if key not in found.calls:
            return ()
        best, scores = found.calls[key], found.ranked.servers
        least = max(scores.get(PERSON, 0.0), RELEVANT * scores.get(best.server, 0.0))
        others = [
            call
            for other, call in found.calls.items()
            if other != key
            and call.score >= RELEVANT * best.score
            and (call.server == best.server or scores.get(call.server, -1.0) >= least)
        ]
        others.sort(key=lambda call: call.server != best.server)
        return (best, *others)[: self._knobs.candidates]

    def _obstacle(self, text: str, server: str) -> str:
        """Why nothing is called."""
        if server == PERSON:
            return "no tool can know this"
        if outside := outside_path(text, self._project, self._places):
            return f"it names {outside}, and no tool may read outside of the project"
        if all(tool.server != server for tool in self._tools.values()):
            return f"{server} would know, and no such server serves"
        absent = PATH_LIKE.search(text)
        if absent and not mentioned_path(text, self._places):
            return f"{absent.group(0)} is not in the project"
        return self._lacking(text, server)

    def _lacking(self, text: str, server: str) -> str:
        """Which arguments the question would have to name, of the tool of a server that needs the fewest more."""
        needs = {
            key: lacking(tool, text, project=self._project, places=self._places)
            for key, tool in self._tools.items()
            if tool.server == server
        }
        key = min((key for key in needs if needs[key]), key=lambda key: len(needs[key]), default="")
        more = f": name {' and '.join(needs[key])} for {key}" if key else ""
        return f"the question does not say all that {server} has to be told{more}"

"""How near a question is to each server, to each tool and to the person: kernel ridge regression over phrases.

A phrase belongs to a server (or the person): it is what that one is asked, or says of itself. The kernel is a Gaussian
of embeddings, the cosine of weighted words, or the sum of both. One solve, some milliseconds, weighs the phrases so
that what they have in common counts for nobody (Rifkin, Yeo and Poggio 2003, "Regularized least-squares
classification"). A new server takes part as soon as it has one phrase; nothing is trained before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from nodes.question_routing.phrases import PERSON, WORLD, Phrase
from nodes.question_routing.wording import plain
from systems.likeness.terms import Terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from systems.likeness.embeddings import Embedder

    Matrix = NDArray[np.float32]

Method = Literal["lexical", "embeddings", "hybrid"]

WORDS_WEIGHT = 2.0  # of the words' kernel beside the embeddings'
SHARP = 2.0  # how fast likeness in meaning falls with the distance; by both, far phrases of one server do not add up
TAKEN = 0.5  # likeness to what a new server says of itself, from which a fact of the world outside is its to look up
CLEAR = 0.5  # score of the first, below which a question is strange to all and a lead says less
CLEAR_AMONG_NEW = 1.0  # the same where servers take part that are known by their tools alone
RIDGE = 1.0  # how much a phrase's own label is smoothed by its neighbours; all chosen on tests/benchmarks/data
RIDGE_OF_NEW = 0.3  # the same for what a server says that nobody wrote lines for: it is little, and all there is
SURE: Mapping[Method, float] = {"lexical": 0.7, "embeddings": 0.7, "hybrid": 1.0}
"""What a lead is worth: of leads of one kind alone, as many are wrong as of smaller ones of both (`tune` halves)."""


@dataclass(frozen=True)
class Ranked:
    """How a question was ranked.

    Attributes:
        servers: score of each server and of `person`, best first; about 1 is sure, about 0 is nothing in common.
        world: what of the person's score is for facts of the world outside, which no tool here looks up.
        tools: how near each tool's nearest phrase is, 0 to 1, by `server.tool`.
        learned: likeness of each learned question, 0 to 1, by its text.
        method: what ranked; `lexical` where nothing embeds.
        clear: score from which a lead of the first counts in full.
        legible: whether the question is written in letters that phrases are written in; else a lead says nothing.
    """

    servers: Mapping[str, float] = field(default_factory=dict)
    world: float = 0.0
    tools: Mapping[str, float] = field(default_factory=dict)
    learned: Mapping[str, float] = field(default_factory=dict)
    method: Method = "lexical"
    clear: float = CLEAR
    legible: bool = True

    @property
    def margin(self) -> float:
        """Lead of the first over the second, 0 to 1; it counts less where the first is faint, or one likeness ranks."""
        first, second = [*self.servers.values(), 0.0, 0.0][:2]
        lead = min(1.0, max(0.0, first - second)) * min(1.0, max(0.0, first) / self.clear)
        return round(lead * SURE[self.method] * self.legible, 4)

    @property
    def is_of_world(self) -> bool:
        """Whether the person is first, and that for a fact of the world outside."""
        return next(iter(self.servers), "") == PERSON and 2 * self.world > self.servers[PERSON]


def by_score(scores: Mapping[str, float]) -> dict[str, float]:
    """The best first."""
    return {server: round(score, 4) for server, score in sorted(scores.items(), key=lambda each: -each[1])}


class Ranking:
    """Phrases, weighed once; questions are ranked against them. `ranking_over` makes one."""

    def __init__(self, phrases: Sequence[Phrase], *, method: Method, new: Collection[str] = ()) -> None:
        self.phrases = tuple(phrases)
        self._method, self._new = method, frozenset(new)
        self._texts = [plain(phrase.text) for phrase in self.phrases]
        self._labels = list(dict.fromkeys(phrase.server for phrase in self.phrases))
        self._terms = Terms(self._texts)
        self._letters = frozenset(filter(str.isalpha, "".join(self._texts).casefold()))
        self._meanings: Matrix | None = None
        self._weights: dict[Method, Matrix] = {}

    async def rank(self, question: str, embedder: Embedder | None) -> Ranked:
        """Servers and phrases by nearness to a question.

        Args:
            question: what is asked.
            embedder: what embeds, the same each time; None leaves words alone.
        """
        import numpy as np

        text = plain(question)
        meant = await self._likeness(text, embedder)
        method: Method = "lexical" if meant is None else self._method
        near = _kernel(method, self._terms.likeness(text), meant)
        if method not in self._weights:
            self._weights[method] = self._solved(method)
        scores = np.einsum("n,nl->l", near, self._weights[method]) + 1 / len(self._labels)
        servers = dict(zip(self._labels, scores.tolist(), strict=True))
        world = servers.pop(WORLD, 0.0)
        servers[PERSON] = servers.get(PERSON, 0.0) + world
        alike = near / _most(method) if meant is None else meant
        return Ranked(
            servers=by_score(servers),
            world=world,
            tools=self._nearest(near / _most(method)),
            learned={each.text: float(like) for each, like in zip(self.phrases, alike, strict=True) if each.learned},
            method=method,
            clear=CLEAR_AMONG_NEW if self._new else CLEAR,
            legible=self._is_legible(text),
        )

    def _is_legible(self, text: str) -> bool:
        """Whether most letters of a text occur in the phrases."""
        letters = list(filter(str.isalpha, text.casefold()))
        return 2 * sum(letter in self._letters for letter in letters) >= len(letters)

    def _nearest(self, nearness: Matrix) -> dict[str, float]:
        """The nearest phrase of each tool."""
        found: dict[str, float] = {}
        for phrase, near in zip(self.phrases, nearness.tolist(), strict=True):
            if phrase.tool:
                key = f"{phrase.server}.{phrase.tool}"
                found[key] = max(near, found.get(key, 0.0))
        return found

    async def _likeness(self, text: str, embedder: Embedder | None) -> Matrix | None:
        """How near each phrase is in meaning; None where words alone have to do."""
        import numpy as np

        if embedder is None or self._method == "lexical" or not text:
            return None
        if self._meanings is None:
            self._meanings = await embedder.embed(self._texts)
        asked = None if self._meanings is None else await embedder.embed([text])
        return None if self._meanings is None or asked is None else np.einsum("nd,d->n", self._meanings, asked[0])

    def _solved(self, method: Method) -> Matrix:
        """Weight of each phrase for each label; a label of few phrases counts as much as one of many."""
        import numpy as np

        with np.errstate(invalid="ignore"):  # BLAS looks at lanes beyond the end of a row, whatever is in them
            meant = None if self._meanings is None else self._meanings @ self._meanings.T
        words = self._terms.among_themselves()
        owners = self._taken(words if meant is None else meant)
        kernel = _kernel(method, words, meant)
        belongs = np.array([[owner == label for label in self._labels] for owner in owners], np.float32)
        of_label = Counter(owners)
        crowd = np.array([of_label[owner] * len(self._labels) / len(belongs) for owner in owners])
        smooth = np.diag(crowd * [RIDGE_OF_NEW if owner in self._new else RIDGE for owner in owners])
        solved: Matrix = np.linalg.solve(kernel + smooth, belongs - 1 / len(self._labels)).astype(np.float32)
        return solved

    def _taken(self, alike: Matrix) -> list[str]:
        """Whose each phrase is: what of the world a new server speaks of is no longer outside of what is known here."""
        owners = [phrase.server for phrase in self.phrases]
        news = [place for place, owner in enumerate(owners) if owner in self._new]
        for place, owner in enumerate(owners):
            if owner == WORLD and news:
                nearest = max(news, key=lambda other: alike[place, other])
                owners[place] = owners[nearest] if alike[place, nearest] >= TAKEN else owner
        return owners


@lru_cache(maxsize=4)
def ranking_over(
    phrases: tuple[Phrase, ...], *, method: Method, embeds: str = "", new: frozenset[str] = frozenset()
) -> Ranking:
    """The ranking over some phrases; loops and runs with the same ones share it, as weighing them takes a second.

    Args:
        phrases: what a question is compared with.
        method: by words, by meaning or by both.
        embeds: name of the embedder that questions are ranked with; its vectors are kept.
        new: servers that nobody wrote lines for; they take the phrases on the world outside that are like theirs.
    """
    return Ranking(phrases, method=method, new=new)


def _kernel(method: Method, words: Matrix, meanings: Matrix | None) -> Matrix:
    """Likeness by words, by meaning, or the sum of both."""
    import numpy as np

    if method == "lexical" or meanings is None:
        return WORDS_WEIGHT * words
    meant: Matrix = np.exp(SHARP * (meanings - 1))
    return meant if method == "embeddings" else meant + WORDS_WEIGHT * words


def _most(method: Method) -> float:
    return {"lexical": WORDS_WEIGHT, "embeddings": 1.0, "hybrid": 1 + WORDS_WEIGHT}[method]

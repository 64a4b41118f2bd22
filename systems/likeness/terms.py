"""Texts as weighted words, pairs and pieces of words, so that two texts are near when they share what is rare.

TF-IDF with cosine (Salton and Buckley 1988, https://doi.org/10.1016/0306-4573(88)90021-0). No word is left out: in
questions it is the small ones, as in "where is", "who", "should we", that say what kind of answer is wanted. Pieces
(character n-grams, McNamee and Mayfield 2004, https://doi.org/10.1023/B:INRT.0000009441.78971.be) are shared by a word
and its other forms, its compounds and its misspellings, and by words of scripts without blanks.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from systems.likeness.lexical import ENDING, WORD, split_names

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

START = "^"
PIECE = 4  # characters of a piece
PIECE_OF = "~"  # begins each, so that none is taken for a word
PART = 0.7  # weight of a pair or a piece beside a word as rare; chosen on tests/benchmarks/data


class Terms:
    """Some texts, with how rare each of their words is among them."""

    def __init__(self, texts: Sequence[str]) -> None:
        found = [list(dict.fromkeys(terms(text))) for text in texts]
        counts = Counter(term for each in found for term in each)
        # a piece of one text alone says no more than its word
        kept = {term: count for term, count in counts.items() if count > 1 or not term.startswith(PIECE_OF)}
        self._places = {term: place for place, term in enumerate(kept)}
        self._weights = [
            math.log(1 + len(texts) / count) * (PART if " " in term or term.startswith(PIECE_OF) else 1)
            for term, count in kept.items()
        ]
        self._by_term = self._columns(found)

    def among_themselves(self) -> Matrix:
        """The likeness of every text to every other, 0 to 1."""
        likeness: Matrix = self._by_term.T @ self._by_term
        return likeness

    def likeness(self, text: str) -> Matrix:
        """The likeness of another text to each, 0 to 1; 0 when none of its words is known."""
        import numpy as np

        places, weights = self._vector(dict.fromkeys(terms(text)))
        likeness: Matrix = np.einsum("t,tn->n", np.array(weights, np.float32), self._by_term[places])
        return likeness

    def _columns(self, found: Sequence[Sequence[str]]) -> Matrix:
        """One row a term, one column a text: a question then needs only the rows of its own words."""
        import numpy as np

        by_term = np.zeros((len(self._places), len(found)), dtype=np.float32)
        for text, each in enumerate(found):
            places, weights = self._vector(each)
            by_term[places, text] = weights
        return by_term

    def _vector(self, found: Iterable[str]) -> tuple[list[int], list[float]]:
        """Places and weights of the terms that are known, of length 1 together."""
        places = [self._places[term] for term in found if term in self._places]
        weights = [self._weights[place] for place in places]
        length = math.hypot(*weights) or 1.0
        return places, [weight / length for weight in weights]


def terms(text: str) -> list[str]:
    """The words of a text without their usual English endings, every two that follow each other, and their pieces."""
    whole = WORD.findall(split_names(text).lower())
    words = [ENDING.sub("", word) for word in whole]
    pairs = [f"{first} {second}" for first, second in zip([START, *words], words, strict=False)]
    return words + pairs + [piece for word in whole for piece in _pieces(f"{START}{word}$")]


def _pieces(word: str) -> list[str]:
    """Every few characters of a word that follow each other."""
    return [f"{PIECE_OF}{word[at : at + PIECE]}" for at in range(len(word) - PIECE + 1)]

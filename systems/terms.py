"""Texts as weighted words and pairs of words, so that two texts are near when they share what is rare.

TF-IDF with cosine (Salton and Buckley 1988, https://doi.org/10.1016/0306-4573(88)90021-0). No word is left out: in
questions it is the small ones, as in "where is", "who", "should we", that say what kind of answer is wanted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from systems.lexical import ENDING, WORD, split_names

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

START = "^"


class Terms:
    """The words of some texts, with how rare each is among them."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = Counter(term for text in texts for term in set(terms(text)))
        self._places = {term: place for place, term in enumerate(counts)}
        self._weights = [math.log(1 + len(texts) / count) for count in counts.values()]

    def vectors(self, texts: Sequence[str]) -> Matrix:
        """One row of length 1 a text; of length 0 when none of its words is known."""
        import numpy as np

        rows = np.zeros((len(texts), len(self._places)), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            places = [self._places[term] for term in set(terms(text)) if term in self._places]
            row[places] = [self._weights[place] for place in places]
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        result: Matrix = (rows / np.where(lengths, lengths, 1)).astype(np.float32)
        return result


def terms(text: str) -> list[str]:
    """The words of a text without their usual English endings, and every two that follow each other."""
    words = [ENDING.sub("", word) for word in WORD.findall(split_names(text).lower())]
    return words + [f"{first} {second}" for first, second in zip([START, *words], words, strict=False)]

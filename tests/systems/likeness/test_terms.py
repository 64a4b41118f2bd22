"""Texts are alike by the rare words that they share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.likeness.terms import PIECE_OF, Terms, terms

TEXTS = ("Where is it defined?", "Where is it used?", "Who defined it?", "read_text_file")


def test_a_text_is_like_itself_and_like_others_by_what_they_share() -> None:
    known = Terms(TEXTS)
    for place, text in enumerate(TEXTS):
        likeness = known.likeness(text)
        assert likeness[place] == pytest.approx(1) and likeness.argmax() == place
        assert np.allclose(likeness, known.among_themselves()[place], atol=1e-6)
    assert known.likeness("Where was this defined?")[0] > known.likeness("Where was this defined?")[1] > 0


def test_rare_words_count_more_than_usual_ones() -> None:
    known = Terms(("the file", "the folder", "the commit"))
    likeness = known.likeness("a commit in the tree")
    assert likeness[2] > 2 * likeness[0] > 0 and likeness[0] == pytest.approx(likeness[1])


def whole(text: str) -> list[str]:
    """Words and pairs alone."""
    return [term for term in terms(text) if not term.startswith(PIECE_OF)]


def test_small_words_and_their_order_count_and_endings_do_not() -> None:
    assert whole("Where is it defined?") == whole("where is it DEFINE")
    assert {"is it", "^ is"} & set(terms("Is it?")) == {"is it", "^ is"} and "it is" not in terms("Is it?")


def test_a_word_is_found_by_its_other_forms_its_compounds_and_its_misspellings() -> None:
    known = Terms(("uncommitted work", "what is uncommitted", "an occurrence", "all occurrences"))
    for text, near in {"uncommited": {0, 1}, "occurences": {2, 3}, "precommit": {0, 1}}.items():
        likeness = known.likeness(text)
        assert {place for place, like in enumerate(likeness) if like > 0} == near


@given(st.text())
def test_any_text_has_a_likeness_between_none_and_all(text: str) -> None:
    likeness = Terms(TEXTS).likeness(text)
    assert likeness.shape == (len(TEXTS),) and (likeness >= -1e-6).all() and (likeness <= 1 + 1e-5).all()


def test_words_that_nobody_knows_are_like_nothing() -> None:
    assert not Terms(TEXTS).likeness("quaternion zebra").any() and not Terms(TEXTS).likeness("").any()
    assert Terms(["", "a"]).likeness("a").tolist() == pytest.approx([0, 1])

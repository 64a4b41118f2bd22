"""Near-duplicates are found by what a person would call the same question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.likeness.similarity import NEAR, SAMPLE, packed, similarity, sketch, unpacked
from tests.systems.case_support import words


def alike(one: str, other: str) -> float:
    return similarity(sketch(one), sketch(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What were the last commits?", "what were the last 5 commits"),
        ("What were the last commits?", "What were the latest commits?"),
        ("What time is it in Tokyo?", "In Tokyo: what time is it now?"),
        ("Add a --json flag to the list command", "Add a JSON flag to the `list` command!"),
    ],
)
def test_the_same_question_in_other_words_is_a_near_duplicate(one: str, other: str) -> None:
    assert alike(one, other) >= NEAR


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What were the last commits?", "What changed in the last commit?"),
        ("What does the file README.md say?", "What does the file src/todo/cli.py say?"),
        ("What time is it in Tokyo?", "What time is it in Berlin?"),
        ("Add a --json flag to the list command", "Let the user undo the last change"),
        ("", "What were the last commits?"),
    ],
)
def test_another_question_in_like_words_is_none(one: str, other: str) -> None:
    assert alike(one, other) < NEAR


@given(st.text(), st.text())
def test_similarity_is_symmetric_and_a_share(one: str, other: str) -> None:
    assert alike(one, other) == alike(other, one)
    assert 0 <= alike(one, other) <= 1
    assert alike(one, one) in (0, 1)


@given(st.text(st.characters(exclude_categories=())))
def test_a_sketch_comes_back_from_its_bytes(text: str) -> None:
    assert unpacked(packed(sketch(text))) == sketch(text)


def test_the_measure_is_that_of_pg_trgm() -> None:
    assert alike("word", "two words") == pytest.approx(0.36363637)  # the example of PostgreSQL's documentation


def test_of_long_texts_the_sample_tells_about_what_the_whole_would() -> None:
    shared, mine, theirs = (" ".join(words(300, seed)) for seed in "abc")
    whole = [_trigrams(f"{shared} {more}") for more in (mine, theirs)]
    expected = len(whole[0] & whole[1]) / len(whole[0] | whole[1])
    assert len(whole[0]) > 2 * SAMPLE and 0.2 < expected < 0.5
    assert alike(f"{shared} {mine}", f"{shared} {theirs}") == pytest.approx(expected, abs=0.1)


def _trigrams(text: str) -> set[str]:
    return {padded[at : at + 3] for padded in (f"  {word} " for word in text.split()) for at in range(len(padded) - 2)}

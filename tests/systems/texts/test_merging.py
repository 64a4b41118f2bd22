"""Three-way merges: both sides' changes, the person's words where they differ, and their line ends."""

from __future__ import annotations

from systems.texts.merging import merged

BASE = "one\n\ntwo\n\nthree\n"


async def test_changes_in_different_places_are_both_taken() -> None:
    found = await merged(BASE, BASE.replace("one", "eins"), BASE.replace("three", "drei"))
    assert found == ("eins\n\ntwo\n\ndrei\n", 0)


async def test_where_both_changed_the_same_place_the_persons_words_stand_and_it_is_counted() -> None:
    found = await merged(BASE, BASE.replace("one", "eins"), BASE.replace("one", "un").replace("three", "trois"))
    assert found == ("eins\n\ntwo\n\ntrois\n", 1)


async def test_line_ends_are_the_persons() -> None:
    mine = BASE.replace("one", "eins").replace("\n", "\r\n")
    found = await merged(BASE, mine, BASE.replace("three", "drei"))
    assert found == ("eins\r\n\r\ntwo\r\n\r\ndrei\r\n", 0)


async def test_odd_bytes_survive() -> None:
    mine = b"one \xe9\n\ntwo\n\nthree\n".decode("utf-8", "surrogateescape")
    found = await merged(BASE, mine, BASE.replace("three", "drei"))
    assert found.text.encode("utf-8", "surrogateescape") == b"one \xe9\n\ntwo\n\ndrei\n"


async def test_a_byte_order_mark_and_mixed_line_ends_stay_and_make_no_conflict() -> None:
    mine = "\ufeff" + BASE.replace("three\n", "three\r\nfour\r\n")
    found = await merged(BASE, mine, BASE.replace("one", "un"))
    assert found == ("\ufeffun\n\ntwo\n\nthree\r\nfour\r\n", 0)

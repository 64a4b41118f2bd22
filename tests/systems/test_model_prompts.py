"""How prompts are cut: quoted text first, then what else was said, the system last; never more than there is room."""

from __future__ import annotations

import base64
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.models import Message
from systems.models.prompt import TOKENS_PER_MESSAGE, cut, fitted, most_prompt_tokens, most_tokens, tokens

ROOT = Path(__file__).parents[2]
SYSTEM = "You write one document. " * 20


def quoted(text: str) -> str:
    return f"Goal: a flag\n\nDocument a.md:\n<data>\n{text}\n</data>\n\nNow write for the goal: a flag"


def test_quoted_text_is_cut_first_and_keeps_its_fences_and_everything_around_it() -> None:
    messages: list[Message] = [("system", SYSTEM), ("user", quoted("FIRST " + "word " * 9_000 + "LAST"))]
    system, (_, user) = cut(messages, 1_000)
    assert system == messages[0]
    before, _, rest = user.partition("<data>\n")
    inside, _, after = rest.partition("\n</data>")
    assert before == "Goal: a flag\n\nDocument a.md:\n" and after == "\n\nNow write for the goal: a flag"
    assert inside.startswith("FIRST") and inside.endswith("LAST") and "bytes left out here" in inside


def test_the_longest_quotation_is_cut_first_and_short_ones_stay_whole() -> None:
    long, short = "long " * 4_000, "short " * 40
    messages: list[Message] = [("user", quoted(long)), ("user", quoted(short))]
    first, second = cut(messages, 1_500)
    assert "left out" in first[1] and second == messages[1]


def test_what_was_said_is_cut_after_what_was_quoted_and_the_system_last() -> None:
    said = "Please heed this. " * 400
    messages: list[Message] = [("system", SYSTEM), ("user", said + quoted("word " * 2_000)), ("user", "The hint.")]
    quotation_only = cut(messages, 3_000)
    assert said in quotation_only[1][1] and quotation_only[0][1] == SYSTEM
    both = cut(messages, 700)
    assert said not in both[1][1] and both[1][1].endswith("for the goal: a flag") and both[2][1] == "The hint."
    assert both[0][1] == SYSTEM
    everything = cut(messages, 300)
    assert everything[0][1] != SYSTEM and everything[2][1] == "The hint."


@pytest.mark.parametrize(
    "text", ["word " * 9_000, "漢字" * 9_000, "👩‍👩‍👧" * 3_000, "0 1 2 3 " * 5_000, "x = f(y)\n" * 3_000]
)
@pytest.mark.parametrize("room", [800, 3_000, 9_000])
def test_a_prompt_is_cut_to_the_room_there_is_and_not_much_shorter(text: str, room: int) -> None:
    messages: list[Message] = [("system", "s"), ("user", quoted(text)), ("assistant", "a"), ("user", quoted(text))]
    shorter = cut(messages, room)
    if most_prompt_tokens(messages) > room:
        assert room * 0.8 < most_prompt_tokens(shorter) <= room
    assert shorter[0] == messages[0] and shorter[2] == messages[2]
    assert [text.count("</data>") for _, text in shorter] == [0, 1, 0, 1]


TEXTS = st.text(st.characters(codec="utf-8"), max_size=3_000) | st.integers(1, 400).map(lambda n: "ab 12 ,;\n" * n)


@given(st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), TEXTS), max_size=4), st.integers(0, 2_000))
def test_whatever_is_cut_nothing_grows_and_what_fits_stays(messages: list[Message], room: int) -> None:
    shorter = cut(messages, room)
    assert [role for role, _ in shorter] == [role for role, _ in messages]
    assert all(
        len(after.encode()) <= len(before.encode()) for (_, after), (_, before) in zip(shorter, messages, strict=True)
    )
    if most_prompt_tokens(messages) <= room:
        assert shorter == messages
    elif most_prompt_tokens(shorter) > room:  # only where nothing is left to cut
        assert all(len(text.encode()) < 800 + 200 * text.count("<data>") for _, text in shorter)


async def test_the_servers_count_decides_where_it_has_one() -> None:
    messages: list[Message] = [("user", "word " * 4_000)]

    async def every_word(prompt: Sequence[Message]) -> int:
        return sum(text.count("word") for _, text in prompt)

    async def nobody_knows(prompt: Sequence[Message]) -> None:
        return None

    assert await fitted(messages, 4_000, every_word) == messages
    shorter = await fitted(messages, 1_000, every_word)
    assert 800 < await every_word(shorter) <= 1_000
    assert await fitted(messages, 4_000, nobody_knows) == cut(messages, 4_000)


@pytest.mark.parametrize(
    "file", ["README.md", "systems/models/prompt.py", "requirements.lock", "systems/npm/package-lock.json"]
)
def test_the_safe_estimate_is_above_the_rough_one_and_below_the_bytes(file: str) -> None:
    text = (ROOT / file).read_text()[:20_000]
    assert tokens(text) <= most_tokens(text) <= len(text.encode())


def test_the_safe_estimate_knows_that_digits_and_random_letters_are_dear() -> None:
    noise = base64.b64encode(random.Random(7).randbytes(3_000)).decode()
    assert most_tokens("0 1 2 3 4 5 6 7 8 9 " * 100) >= 2_000
    assert most_tokens(noise) > 1.3 * tokens(noise)
    assert most_prompt_tokens([("user", "")]) == TOKENS_PER_MESSAGE

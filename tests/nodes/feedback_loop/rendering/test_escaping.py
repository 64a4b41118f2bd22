"""Text of traces made harmless."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.text import Text

from nodes.feedback_loop.rendering.escaping import JOINER, cell, code, json_in_html, json_line, plain, prose
from tests.nodes.feedback_loop.rendering.reports import HOSTILE

ANY = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=80), st.text(alphabet="`|*_[]()<>&@#:\\ \n\x1b!~$", max_size=40)
)
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def shown(markdown: str) -> str:
    """What a reader of the Markdown reads, of one paragraph that must hold nothing but text and code."""
    _, inline, _ = MARKDOWN.parse(f"- Said: {markdown}")[2:5]
    kinds = {child.type for child in inline.children or ()}
    assert kinds <= {"text", "text_special", "code_inline"}, kinds
    return "".join(child.content for child in inline.children or ()).removeprefix("Said:").strip()


def test_control_characters_become_visible() -> None:
    assert plain("\x1b[2J\x07\x7f\x9b \u202e\u2066\U000e0041\ud800") == "␛[2J␇␡\\u009b \\u202e\\u2066\\U000e0041\ufffd"
    assert plain("two\r\n lines\tand  spaces ") == "two lines and spaces"
    assert plain("naïve 日本 👩‍🚀") == "naïve 日本 👩‍🚀"


@given(ANY)
def test_a_plain_line_obeys_no_terminal(text: str) -> None:
    line = plain(text, 60)
    assert len(line) <= 60
    assert not [one for one in line if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp")]
    assert Text(line).plain == line


@given(ANY)
def test_prose_in_markdown_reads_as_it_was_said(text: str) -> None:
    read = shown(prose(text, 400))
    assert read.replace(JOINER, "").strip() == plain(text, 400).strip()


@given(ANY)
def test_a_code_span_holds_whatever_it_says(text: str) -> None:
    assert shown(code(text, 400)) == plain(text, 400).strip()


@given(ANY)
def test_a_cell_of_a_table_stays_one_cell(text: str) -> None:
    table = f"| a | b | c |\n| --- | --- | --- |\n| {cell(text)} | {prose(text)} | end |"
    tokens = MARKDOWN.parse(table)
    assert [token.type for token in tokens].count("td_open") == 3
    assert "end" in [token.content for token in tokens]


@pytest.mark.parametrize("text", ["see @someone", "fixes #12", "http://harm.invalid", "www.harm.invalid", ":skull:"])
def test_github_makes_no_reference_of_it(text: str) -> None:
    escaped = prose(text)
    assert JOINER in escaped and text not in escaped


@given(st.recursive(ANY | st.none() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(ANY, inner)))
def test_json_in_html_is_the_same_value_and_ends_no_element(value: object) -> None:
    written = json_in_html(value)
    assert json.loads(written) == value
    assert written.isascii() and not set("<>&") & set(written)
    line = json_line(value)
    assert json.loads(line) == value
    assert not [one for one in line if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp")]

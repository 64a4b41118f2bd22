"""The report as Markdown, and as a summary for GitHub."""

import re
from collections.abc import Callable, Sequence

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from nodes.feedback_loop.comparison import compare
from nodes.feedback_loop.rendering import Compared, markdown, summary
from nodes.feedback_loop.report import Report
from tests.nodes.feedback_loop.rendering.reports import PROFILE, finding, hostile, report

MARKDOWN = """\
## `trace.json`

9 spans in 1 trace, 12.5 s, 7 calls, 4 failed, 12,000 tokens in and 800 out, \\$0.042

**1 finding: 1 error**

### 1. error: `retry_storm` in `git.git_log`

git.git\\_log was tried 4 times in a row without success or a change.

- Evidence: `4 failures in a row; the last: no such revision`
- Cost: 4 failures, 4 calls, 3.25 s
- Spans: `00000000000000a1`, `00000000000000a2`, `00000000000000a3`, `00000000000000a4`
- Confidence: 90%
- To do: Stop trying git.git\\_log after 3 failures (should save 1 failure)

### Where the time went

| Tools | calls | failed | critical | total | p95 |
| --- | ---: | ---: | ---: | ---: | ---: |
| `git.git_log` | 4 | 4 | 3.25 s | 3.25 s | 1 s |

| Models | calls | critical | total | p95 | tokens in | tokens out |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
| `gpt-4o` | 3 | 5 s | 5.75 s | 2.5 s | 12,000 | 800 |
"""
SUMMARY = """\
## Trace analysis

**1 finding: 1 error**

`trace.json`: 9 spans in 1 trace, 12.5 s, 7 calls, 4 failed, 12,000 tokens in and 800 out, \\$0.042

| Severity | Finding | Where | Cost |
| --- | --- | --- | --- |
| **error** | `retry_storm` | `git.git_log` | 4 failures, 4 calls, 3.25 s |

<details><summary>error: <code>retry_storm</code> in <code>git.git_log</code></summary>
"""
OURS = re.compile(r"</?(details|summary|code)>")
Render = Callable[[Sequence[Report]], str]
parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def flat(text: str) -> list[Token]:
    return [one for token in parser.parse(text) for one in (token, *(token.children or ()))]


def test_a_report_reads_so() -> None:
    assert markdown([report(finding())]) == MARKDOWN


def test_a_summary_reads_so() -> None:
    assert summary([report(finding())]).startswith(SUMMARY)


def test_nothing_found_is_said_plainly() -> None:
    assert "**Nothing found" in markdown([report()]) and "**Nothing found" in summary([report(), report()])


def test_span_ids_link_into_the_page_where_there_is_one() -> None:
    text = summary([report(finding())], page="the report.html")
    links = [token.attrs["href"] for token in flat(text) if token.type == "link_open"]
    assert links[0] == "the%20report.html#span=00000000000000a1" and len(links) == 4


def test_findings_of_several_traces_are_sorted_together() -> None:
    text = summary([report(finding(), file="a.json"), report(finding(severity="critical"), file="b.json")])
    assert text.index("| **critical** |") < text.index("| **error** |")
    assert "**2 findings: 1 critical, 1 error**" in text and "| `b.json` | 9 | 12.5 s | 1 critical |" in text


def test_a_summary_stays_within_the_size_of_a_comment() -> None:
    long = [finding(evidence="y" * 5_000, explanation="z" * 5_000, span_ids=("0" * 16,) * 500) for _ in range(500)]
    assert len(summary([report(*long)])) < 65_536


def test_a_comparison_is_told_in_words_and_as_a_table() -> None:
    slower = PROFILE.model_copy(update={"seconds": 99.0})
    compared = Compared("before|.json", compare([PROFILE] * 9, [slower] * 9))
    for text in (markdown([report()], compared), summary([report()], compared)):
        assert "## Compared with `before|.json`" in text
        assert re.search(r"^\| seconds a run \| 12.5 \| 99 \| \+86.5 \|.*\| worse \|$", text, re.MULTILINE)
        assert "9 runs before, 9 after." in text


@pytest.mark.parametrize("render", [markdown, summary])
@pytest.mark.parametrize("times", [1, 2])
def test_hostile_text_is_only_text(render: Render, times: int) -> None:
    tokens = flat(render([hostile().report] * times))
    kinds = {token.type for token in tokens}
    assert not kinds & {"link_open", "image", "em_open", "s_open", "hr", "blockquote_open", "fence", "code_block"}
    for token in tokens:
        if token.type in ("html_block", "html_inline"):
            assert "<" not in OURS.sub("", token.content), token.content
    assert {token.content for token in tokens if token.type == "heading_open"} == {""}
    cells = [sum(one.type == "td_open" for one in row) for row in _table_rows(tokens)]
    assert cells and set(cells) <= {4, 5, 6}, "no text adds a cell to a table"


@pytest.mark.parametrize("render", [markdown, summary])
def test_hostile_text_mentions_and_links_nobody(render: Render) -> None:
    words = [token.content for token in flat(render([hostile().report])) if token.type in ("text", "text_special")]
    said = "".join(words)
    assert not re.search(r"https?://|www\.\w|[@#]\w|:skull:", said)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", render([hostile().report]))


def _table_rows(tokens: list[Token]) -> list[list[Token]]:
    rows: list[list[Token]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif rows and token.type == "td_open":
            rows[-1].append(token)
    return [row for row in rows if row]

"""The report on a terminal."""

import io
import unicodedata

from rich.console import Console

from nodes.feedback_loop.rendering import text
from nodes.feedback_loop.report import Report
from tests.nodes.feedback_loop.rendering.reports import HOSTILE, finding, hostile, report

GOLDEN = """\
trace.json: 9 spans in 1 trace, 12.5 s, 7 calls, 4 failed, 12,000 tokens in and 800 out, $0.042
Left out: 3 spans (2 no times, 1 bad ids)

2 findings: 1 error, 1 warning

error    retry_storm in git.git_log
         git.git_log was tried 4 times in a row without success or a change.
         evidence  4 failures in a row; the last: no such revision
         cost      4 failures, 4 calls, 3.25 s
         spans     00000000000000a1 00000000000000a2 00000000000000a3 and 1 more
         to do     Stop trying git.git_log after 3 failures (should save 1 failure)

warning  timeout in gpt-4o
         git.git_log was tried 4 times in a row without success or a change.
         evidence  4 failures in a row; the last: no such revision
         spans     00000000000000a1

where the time went       calls  failed  critical    p95  tokens  cost
tool git.git_log              4       4    3.25 s    1 s
model gpt-4o                  3               5 s  2.5 s   12.8k
"""


def told(*reports: Report, width: int = 110, colour: bool = False) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, color_system="standard" if colour else None, force_terminal=colour)
    console.print(text(reports))
    return "\n".join(line.rstrip() for line in file.getvalue().split("\n"))


def test_a_report_reads_so() -> None:
    slow = finding(
        kind="timeout", severity="warning", where="gpt-4o", impact={}, remedies=(), span_ids=("0" * 14 + "a1",)
    )
    assert told(report(finding(), slow, dropped={"bad ids": 1, "no times": 2})) == GOLDEN


def test_nothing_found_is_said_plainly() -> None:
    assert "Nothing found: no failure, no waste, no leak shows in these spans." in told(report())


def test_a_file_without_spans_is_not_called_healthy() -> None:
    said = told(report(spans=0, traces=0))
    assert "There are no spans in it" in said and "Nothing found" not in said


def test_many_findings_are_cut_and_the_rest_is_counted() -> None:
    said = told(report(*[finding() for _ in range(10)], *[finding(severity="info") for _ in range(5)]))
    assert said.count("retry_storm") == 10
    assert "and 5 more (5 info): --json and --html FILE have all of them" in said


def test_of_several_reports_the_worst_comes_first() -> None:
    worse, fine = report(finding(severity="critical"), file="/runs/b.json"), report(file="/runs/c.json")
    said = told(report(finding(), file="/runs/a.json"), fine, worse)
    lines = [line.split()[0] for line in said.splitlines()[1:4]]
    assert lines == ["b.json", "a.json", "c.json"]
    assert "nothing found" in said.splitlines()[3]
    assert said.index("\n/runs/b.json") < said.index("\n/runs/a.json") and "\n/runs/c.json" not in said


def test_it_fits_a_narrow_terminal() -> None:
    assert max(map(len, told(report(finding()), width=80).splitlines())) <= 80


def test_hostile_text_moves_no_cursor_and_colours_nothing() -> None:
    first = hostile().report
    second = first.model_copy(update={"findings": first.findings[10:]})
    for reports in ((first,), (second,), (first, second)):
        said = told(*reports)
        assert not [one for one in said if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") and one != "\n"]
        assert not [one for one in said if one in "\u202e\u2066\ufeff\U000e0041"]
    many = told(*(first.model_copy(update={"file": text}) for text in HOSTILE), width=400)
    for said in (told(second, width=400), many.split("\n\n")[0]):
        assert "[bold red]markup[/]" in said, "markup of the terminal library is text as well"


def test_only_our_own_colours_reach_a_terminal() -> None:
    escapes = {part.split("m")[0] for part in told(hostile().report, colour=True).split("\x1b")[1:]}
    assert escapes <= {"[0", "[1", "[2", "[31", "[1;31", "[33"}, escapes

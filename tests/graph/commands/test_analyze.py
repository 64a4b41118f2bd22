"""`specloop analyze` and `specloop report`: what is read, what is printed where, and the exit codes."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from graph.cli import main
from graph.commands.analyze import SEVERITIES
from nodes.feedback_loop.report import Report
from systems import names, records
from systems.records import Span
from systems.runs import Runs
from systems.spans import Store, open_spans
from systems.stores import STORE, VARIABLE, Place, place_of
from tests.nodes.feedback_loop.rendering.reports import HOSTILE
from tests.nodes.feedback_loop.traces import Trace
from tests.systems.imitation_server import ImitationServer
from tests.systems.otlp.forms import document

FORM = {"file", "traces", "spans", "dropped", "profile", "findings", "improvements"}
NOBODY = "http://127.0.0.1:9/v1"
NOW = 1_700_000_000 * 10**9
FINDING = {"kind", "severity", "confidence", "where", "span_ids", "evidence", "impact", "explanation", "remedies"}


def storm(trace_id: str = "a" * 32, *, error: str = "no such revision") -> list[Span]:
    """A run in which one tool is tried five times in vain."""
    trace = Trace(trace_id)
    root = trace.span("invoke_workflow w", 0, 10, OPERATION=names.INVOKE_WORKFLOW)
    for number in range(5):
        trace.chat(2 * number, 2 * number + 1, under=root)
        trace.tool("git_log", 2 * number + 1, 2 * number + 2, under=root, error=error, TOOL_ARGUMENTS='{"rev": "x"}')
    return trace.spans


def healthy(trace_id: str = "b" * 32) -> list[Span]:
    trace = Trace(trace_id)
    root = trace.span("invoke_workflow w", 0, 3, OPERATION=names.INVOKE_WORKFLOW)
    trace.chat(0, 1, under=root)
    return trace.spans


def dated(span: Span) -> Span:
    """The span, but not at the beginning of time, which means that there is no time."""
    return span.model_copy(update={"start_ns": span.start_ns + NOW, "end_ns": span.end_ns + NOW})


def saved(path: Path, spans: list[Span]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document(map(dated, spans))))
    return path


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return saved(tmp_path / "trace.json", storm())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    saved(tmp_path / "runs" / "bad.json", storm())
    saved(tmp_path / "runs" / "fine.json", healthy())
    return tmp_path / "runs"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one run, and a trace that was sent to it, in its span store."""
    path = tmp_path / "project" / ".specloop" / "specloop.db"
    run = [one.model_copy(update={"attributes": {**one.attributes, names.CONVERSATION: "run-1"}}) for one in storm()]
    runs, store = Runs(path), Store(path)
    runs.start("run-1", goal="a goal", change=None, settings={})
    store.add([*run, *healthy("c" * 32)])
    store.close()
    runs.close()
    return tmp_path / "project"


def said(*arguments: object, given: bytes | None = None, **more: str) -> Result:
    before = signal.getsignal(signal.SIGTERM)
    try:
        environment = {"COLUMNS": "200", "SPECLOOP_MODEL_URL": NOBODY, **more}
        result = CliRunner().invoke(main, [*map(str, arguments)], input=given, env=environment)
    finally:
        signal.signal(signal.SIGTERM, before)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def kinds(told: dict[str, Any]) -> list[str]:
    return [finding["kind"] for finding in told["findings"]]


def test_a_file_is_told_as_one_json_object(trace: Path) -> None:
    result = said("analyze", trace, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert set(told) >= FORM and set(told["findings"][0]) >= FINDING
    assert (told["file"], told["traces"], told["spans"], told["dropped"]) == (str(trace), 1, 11, {})
    assert kinds(told) == ["retry_storm"] and len(told["findings"][0]["span_ids"]) == 5
    assert Report.model_validate(told).findings[0].remedies


def test_standard_input_reads_the_same(trace: Path) -> None:
    read, piped = said("analyze", trace, "--json"), said("analyze", "-", "--json", given=trace.read_bytes())
    assert json.loads(piped.stdout) == {**json.loads(read.stdout), "file": "-"}


def test_text_markdown_and_summary_all_name_the_finding(trace: Path) -> None:
    for form in ((), ("--markdown",), ("--summary",)):
        result = said("analyze", trace, *form)
        assert result.exit_code == 0 and "retry_storm" in result.stdout and result.stderr == ""
    assert said("analyze", trace, "--json", "--summary").exit_code == 2


def test_a_folder_is_told_a_line_each(folder: Path) -> None:
    lines = [json.loads(line) for line in said("analyze", folder, "--json").stdout.splitlines()]
    assert [Path(line["file"]).name for line in lines] == ["bad.json", "fine.json"]
    assert [kinds(line) for line in lines] == [["retry_storm"], []]
    text = said("analyze", folder).stdout
    assert "bad.json" in text and "nothing found" in text


def test_a_file_of_a_folder_that_cannot_be_read_is_told_and_the_others_are_analyzed(folder: Path) -> None:
    (folder / "broken.json").write_text('{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "zz"}]}]}]}')
    result = said("analyze", folder, "--json", "--fail-on", "info")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 2
    assert [Path(line["file"]).name for line in lines] == ["bad.json", "broken.json", "fine.json"]
    assert set(lines[1]["error"]) == {"kind", "message", "mend"} and "broken.json" in result.stderr
    assert "fine.json" in said("analyze", folder).stdout


def test_a_run_and_a_stored_trace_come_from_the_span_store(project: Path) -> None:
    run = json.loads(said("analyze", "run-1", "--project", project, "--json").stdout)
    assert (run["file"], run["spans"], kinds(run)) == ("run-1", 11, ["retry_storm"])
    stored = json.loads(said("analyze", "c" * 32, "--project", project, "--json").stdout)
    assert (stored["spans"], kinds(stored)) == (2, [])
    assert json.loads(said("report", "run-1", "--project", project, "--json").stdout) == {**run, "critic": None}
    assert "retry_storm" in said("report", "run-1", "--project", project).stdout


@pytest.mark.parametrize("command", ["analyze", "report"])
def test_an_unknown_run_is_wrong_usage_that_says_what_there_is(command: str, project: Path, tmp_path: Path) -> None:
    result = said(command, "run-2", "--project", project, "--json")
    told = json.loads(result.stdout)["error"]
    assert result.exit_code == 2 and "'run-2'" in told["message"] and "run-1" in told["message"]
    assert "specloop status" in told["mend"]
    none = said(command, "run-2", "--project", tmp_path)
    assert none.exit_code == 2 and "no spans yet" in none.stderr and not (tmp_path / ".specloop").exists()


def test_fail_on_exits_with_one_and_says_so(trace: Path, folder: Path) -> None:
    for severity, code in (("info", 1), ("warning", 1), ("error", 1), ("critical", 0)):
        for target in (trace, folder):
            result = said("analyze", target, "--fail-on", severity)
            assert result.exit_code == code, (severity, target)
            assert ("1 finding is of severity" in result.stderr) == bool(code)
    assert said("analyze", folder / "fine.json", "--fail-on", "info").exit_code == 0
    assert said("analyze", trace, "--fail-on", "terrible").exit_code == 2


@pytest.mark.parametrize("content", [b"", b"no trace", b"\x00\xff\x80", b'{"resourceLogs": []}', b"[1, 2"])
def test_what_is_no_trace_is_refused_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    for target, given in ((file, None), ("-", content)):
        result = said("analyze", target, "--json", given=given)
        told = json.loads(result.stdout)["error"]
        assert result.exit_code == 2 and told["kind"] == "UsageError" and "no OpenTelemetry trace" in told["message"]
        assert "resourceSpans" in told["mend"] and "Traceback" not in result.stderr


def test_an_empty_folder_and_a_missing_file_are_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no trace in the folder" in said("analyze", tmp_path / "empty").stderr
    for target in (tmp_path / "empty", tmp_path / "gone.json", "x" * 5_000, ""):
        assert said("analyze", target, "--project", tmp_path).exit_code == 2


def test_what_could_not_be_read_is_told(tmp_path: Path) -> None:
    written = document(map(dated, storm()))
    written["resourceSpans"][0]["scopeSpans"][0]["spans"].append({"traceId": "zz", "spanId": "1", "name": "bad"})
    (tmp_path / "trace.json").write_text(json.dumps(written))
    result = said("analyze", tmp_path / "trace.json", "--json")
    assert json.loads(result.stdout)["dropped"] == {"bad ids": 1}
    assert "Left out: 1 span (1 bad ids)" in said("analyze", tmp_path / "trace.json").stdout


def test_the_page_is_written_and_its_place_is_told_apart_from_the_result(trace: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    result = said("analyze", trace, "--json", "--html", page)
    assert json.loads(result.stdout)["spans"] == 11 and str(page) in result.stderr
    text = page.read_text()
    assert text.startswith("<!doctype html>") and "no such revision" in text
    assert "(<report.html#span=" in said("analyze", trace, "--summary", "--html", page).stdout


@pytest.mark.parametrize("place", ["gone/report.html", "."])
def test_a_page_that_cannot_be_written_is_refused_before_anything_is_read(place: str, tmp_path: Path) -> None:
    result = said("analyze", tmp_path / "no.json", "--html", tmp_path / place)
    assert result.exit_code == 2 and "--html" in result.stderr and "no.json" not in result.stderr


def test_two_sets_of_runs_are_compared_run_by_run(tmp_path: Path) -> None:
    slow = [span for number in range(6) for span in storm(f"{number + 1:032x}")]
    quick = [span for number in range(6) for span in healthy(f"{number + 1:032x}")]
    before, after = saved(tmp_path / "before.json", slow), saved(tmp_path / "after.json", quick)
    told = json.loads(said("analyze", after, "--against", before, "--json").stdout)
    assert set(told) >= FORM | {"against", "comparison"}
    assert (told["against"], told["comparison"]["runs"]) == (str(before), [6, 6])
    seconds = next(one for one in told["comparison"]["differences"] if one["metric"] == "seconds")
    assert (seconds["before"], seconds["after"], seconds["verdict"]) == (10.0, 3.0, "better")
    for form in ((), ("--markdown",), ("--summary",)):
        result = said("analyze", after, "--against", before, *form)
        assert "Compared with" in result.stdout and "better" in result.stdout
    lines = said("analyze", tmp_path, "--against", before, "--json").stdout.splitlines()
    assert [set(json.loads(line)) & {"file", "comparison"} for line in lines] == [{"file"}, {"file"}, {"comparison"}]
    assert said("analyze", after, "--against", tmp_path / "gone").exit_code == 2


@pytest.mark.parametrize("form", [(), ("--markdown",), ("--summary",), ("--json",)])
def test_hostile_traces_are_told_without_harm(form: tuple[str, ...], tmp_path: Path) -> None:
    for number, text in enumerate(HOSTILE):
        saved(tmp_path / f"{number}.json", storm(error=text or "failed"))
    result = said("analyze", tmp_path, *form, "--html", tmp_path / "page.html")
    assert result.exit_code == 0
    assert not set(result.stdout) & set(map(chr, [*range(9), *range(14, 32), 127, *range(128, 160)]))
    assert "</script><script>" not in (tmp_path / "page.html").read_text()


def test_a_lone_surrogate_stops_no_form(tmp_path: Path) -> None:
    text = json.dumps(document(map(dated, storm(error="broken")))).replace("broken", "half \\ud83d of it")
    (tmp_path / "trace.json").write_text(text)
    for form in ((), ("--markdown",), ("--summary",), ("--json",)):
        result = said("analyze", tmp_path / "trace.json", *form, "--html", tmp_path / "page.html")
        assert result.exit_code == 0 and "half" in result.stdout_bytes.decode("utf-8")


def test_a_model_adds_what_it_can_prove_unless_it_is_not_wanted(tmp_path: Path) -> None:
    spans = [one.model_copy(update={"attributes": {**one.attributes, names.INPUT_TOKENS: 9_000}}) for one in storm()]
    file = saved(tmp_path / "trace.json", spans)
    claim = {"kind": "wrong_plan", "span_ids": [spans[2].span_id], "quote": "no such revision", "metric": "seconds"}
    claim |= {"explanation": "It asks again and again.", "effect": "four calls less"}
    with ImitationServer([{"claims": [claim]}] * 4) as server:
        told = json.loads(said("analyze", file, "--json", SPECLOOP_MODEL=server.url).stdout)
        assert [one["kind"] for one in told["critic"]["claims"]] == ["wrong_plan"]
        for form in ((), ("--markdown",), ("--html", tmp_path / "page.html")):
            assert "wrong_plan" in said("analyze", file, *form, SPECLOOP_MODEL=server.url).stdout
        assert "It asks again and again." in (tmp_path / "page.html").read_text()
        asked = len(server.requests)
        assert (
            json.loads(said("analyze", file, "--json", "--no-critic", SPECLOOP_MODEL=server.url).stdout)["critic"]
            is None
        )
        assert len(server.requests) == asked
    alone = json.loads(said("analyze", file, "--json").stdout)["critic"]
    assert alone["claims"] == [] and "no model answers" in alone["skipped"]


def test_the_severities_are_those_of_the_records() -> None:
    assert SEVERITIES == records.SEVERITIES


def begun(place: Place, count: int) -> None:
    """A store with traces that began a second after the other, every fifth of them a storm."""
    with closing(open_spans(place)) as store:
        for number in range(count):
            spans = (storm if number % 5 == 0 else healthy)(f"{number + 1:032x}")
            store.add([later(dated(span), number) for span in spans])


def later(span: Span, seconds: int) -> Span:
    return span.model_copy(
        update={"start_ns": span.start_ns + seconds * 10**9, "end_ns": span.end_ns + seconds * 10**9}
    )


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_stored_traces_of_a_time_are_told_in_their_order_however_many_work(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    store = {VARIABLE: request.getfixturevalue("database").url} if engine == "postgres" else {}
    begun(place_of(tmp_path, store), 40)
    options = ("analyze", "--project", tmp_path, "--since", "2023-11-14T22:13:25", "--until", "2023-11-14T22:13:55")
    one = said(*options, "--json", **store)
    reports = [Report.model_validate_json(line) for line in one.stdout.splitlines()]
    assert [int(report.file, 16) for report in reports] == list(range(6, 36))
    assert [len(report.findings) for report in reports] == [int(n % 5 == 0) for n in range(5, 35)]
    assert said(*options, "--json", "--workers", 2, **store).stdout == one.stdout
    text = said(*options, **store)
    assert "30 traces that began since 2023-11-14 22:13" in text.stdout and "retry_storm" in text.stdout
    assert said(*options, "--fail-on", "error", **store).exit_code == 1
    assert "Nothing found" in said("analyze", "--project", tmp_path, "--since", "7d", **store).stdout


def test_a_stored_trace_that_is_damaged_is_told_and_the_others_are_analyzed(tmp_path: Path) -> None:
    path = tmp_path / STORE
    begun(path, 3)
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE spans SET data = x'00' WHERE trace = 2")
        file.commit()
    result = said("analyze", "--project", tmp_path, "--since", "2023-01-01", "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 2 and ["error" in line for line in lines] == [False, True, False]
    assert "a span cannot be read" in result.stderr


def test_a_time_goes_with_no_target_and_no_page(tmp_path: Path, trace: Path) -> None:
    for wrong in ((trace, "--since", "7d"), ("--since", "7d", "--html", "x.html"), ("--since", "soon"), ()):
        assert said("analyze", *wrong, "--project", tmp_path).exit_code == 2
    none = said("analyze", "--since", "7d", "--project", tmp_path)
    assert none.exit_code == 2 and "no spans yet" in none.stderr

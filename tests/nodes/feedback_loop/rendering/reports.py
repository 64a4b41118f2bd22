"""Reports and rows for the tests of what people see, also with text that was written to do harm."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nodes.feedback_loop.reading.operations import read
from nodes.feedback_loop.reading.ordering import in_order
from nodes.feedback_loop.rendering import Rows, Run
from nodes.feedback_loop.report import Report, ReportedFinding
from systems.records import Profile, Span, Totals
from tests.nodes.feedback_loop.traces import Trace

HOSTILE = (
    "<script>window.harmed = 1</script>",
    "</script><script>window.harmed = 1</script>",
    "<!--<script>",
    "]]><img src=x onerror='window.harmed = 1'>",
    '"><svg onload="window.harmed = 1">',
    "<iframe srcdoc='<script>parent.harmed = 1</script>'></iframe>",
    "<base href='http://harm.invalid/'><meta http-equiv=refresh content='0;url=http://harm.invalid/'>",
    "<link rel=stylesheet href=http://harm.invalid/x.css><style>*{display:none}</style>",
    "<a href='javascript:window.harmed = 1'>x</a>",
    "[click](javascript:window.harmed=1) ![x](http://harm.invalid/x.png)",
    "http://harm.invalid www.harm.invalid @everyone #1 :skull:",
    "`` ` ``` ` **bold** _em_ ~~no~~ | a | b | $x$ \\",
    "<details><summary>x</summary>\n\n# Heading\n\n> quote\n- item\n1. item\n---\n```\ncode\n```",
    "\x1b[2J\x1b]0;title\x07\x1b]8;;http://harm.invalid\x1b\\link\x9b31m\r\b\x00\x7f",
    "[bold red]markup[/] [link=http://harm.invalid]x[/link]",
    "\u202eright to left\u2066\u2028\u2029\ufeff\U000e0041",
    "${window.harmed = 1} {{constructor.constructor('window.harmed = 1')()}}",
    "__proto__",
    "",
    "x" * 100_000,
)


def finding(**changes: Any) -> ReportedFinding:
    """A retry storm, if not told otherwise."""
    fields: dict[str, Any] = {
        "kind": "retry_storm",
        "severity": "error",
        "confidence": 0.9,
        "where": "git.git_log",
        "span_ids": ("00000000000000a1", "00000000000000a2", "00000000000000a3", "00000000000000a4"),
        "evidence": "4 failures in a row; the last: no such revision",
        "impact": {"failures": 4.0, "calls": 4.0, "seconds": 3.25},
        "explanation": "git.git_log was tried 4 times in a row without success or a change.",
        "remedies": ("Stop trying git.git_log after 3 failures (should save 1 failure)",),
    }
    return ReportedFinding.model_validate(fields | changes)


PROFILE = Profile(
    seconds=12.5,
    total=Totals(calls=7, failures=4, seconds=9.0, input_tokens=12_000, output_tokens=800, cost_usd=0.042),
    nodes={},
    tools={"git.git_log": Totals(calls=4, failures=4, retries=3, seconds=3.25, critical_seconds=3.25, p95_seconds=1.0)},
    models={
        "gpt-4o": Totals(
            calls=3, seconds=5.75, critical_seconds=5.0, p95_seconds=2.5, input_tokens=12_000, output_tokens=800
        )
    },
    critical_path=(("00000000000000a1", "execute_tool git_log", 3.25),),
    critical_seconds=8.25,
)


def report(*findings: ReportedFinding, **changes: Any) -> Report:
    """A report with these findings."""
    fields: dict[str, Any] = {"file": "trace.json", "traces": 1, "spans": 9, "dropped": {}, "profile": PROFILE}
    return Report(**fields | {"findings": findings, "improvements": ()} | changes)


def rows(spans: Iterable[Span], most: int = 1_000) -> Rows:
    """Rows as `analyze` collects them."""
    kept = Rows(most)
    for operation in in_order(map(read, spans)):
        kept.observe(operation)
    return kept


def long_run(count: int) -> Run:
    """So many spans: agents with 9 calls each; the last call of all fails, and a finding says so."""
    trace = Trace()
    root = agent = trace.span("invoke_workflow w", 0, count)
    for number in range(1, count):
        if number % 10 == 1:
            agent = trace.span(f"invoke_agent a{number}", number, number + 9, under=root, OPERATION="invoke_agent")
        else:
            more = {"TOOL_ARGUMENTS": f'{{"number": {number}}}', "TOOL_RESULT": "something " * 20}
            error = "lost" if number == count - 1 else ""
            trace.tool(f"tool_{number % 7}", number, number + 0.9, under=agent, error=error, **more)
    found = finding(span_ids=(trace.spans[-1].span_id,))
    return Run(report(found, spans=count), rows(trace.spans, most=count))


def hostile() -> Run:
    """A run in which every text is hostile: names, ids of calls, arguments, results, errors, what was found."""
    trace = Trace()
    root = trace.span("invoke_workflow w", 0, 60, OPERATION="invoke_workflow", WORKFLOW=HOSTILE[1])
    for number, text in enumerate(HOSTILE):
        more = {"TOOL_NAME": text, "TOOL_ARGUMENTS": text, "TOOL_RESULT": text, "AGENT": text, "TOOL_CALL_ID": text}
        span = trace.tool("t", number, number + 1, under=root, server=text, error=text, **more)
        trace.spans[-1] = span.model_copy(update={"name": text or "t"})
    found = [
        finding(
            where=text, evidence=text, explanation=text, remedies=(text, text), span_ids=(f"{number + 2:016x}", text)
        )
        for number, text in enumerate(HOSTILE)
    ]
    totals = PROFILE.tools["git.git_log"]
    profile = PROFILE.model_copy(update={"tools": {text: totals for text in HOSTILE}, "models": {}})
    told = report(*found, file=HOSTILE[1], dropped={HOSTILE[0]: 1}, spans=len(trace.spans), profile=profile)
    return Run(told, rows(trace.spans))

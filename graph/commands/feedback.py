"""`specloop feedback`: what a person thinks of a run, kept as an evaluation on its trace, and heeded by its cases.

An evaluation is a `gen_ai.evaluation.result` event
(https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events/#event-gen_aievaluationresult).
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from systems import names

if TYPE_CHECKING:
    from systems.records import Feedback
    from systems.spans import Store

RATINGS = ("-1", "0", "1")
LABELS = {-1: "bad", 0: "neutral", 1: "good"}
NAME = "user_feedback"
MOST_TEXT = 10_000


@click.command()
@click.argument("run_id", metavar="RUN")
@click.argument("text")
@click.option("--rating", type=click.Choice(RATINGS), default="0", show_default=True, help="1 good, -1 bad.")
@click.option(
    "--project", type=click.Path(path_type=Path), default=Path(), help="Folder of the project (default: this folder)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def feedback(run_id: str, text: str, rating: str, project: Path, as_json: bool) -> None:
    """Say in TEXT what you think of RUN.

    A rating of 1 makes the checks of its drafts yours; -1 takes its drafts out of all trials, until you drop one of the
    two words on them (specloop case list).
    """
    from graph.cli import reported

    with reported(as_json, project):
        import asyncio

        from systems.repository import check_project

        kept = asyncio.run(evaluated(check_project(project), run_id, text, int(rating)))
    if as_json:
        from nodes.feedback_loop.rendering.escaping import json_line

        click.echo(json_line(kept.model_dump(mode="json")))
    else:
        click.echo(_told(kept))


async def evaluated(project: Path, run_id: str, text: str, rating: int) -> Feedback:
    """Keep what a person thinks of a run.

    Args:
        project: absolute path of the project.
        run_id: the run.
        text: in words.
        rating: 1 good, 0 neither, -1 bad.

    Raises:
        UsageError: there is no such run, or nothing is said.
    """
    from graph.learning.harvest.harvest import Stores, last_loops
    from systems.records import Feedback
    from systems.redaction import redact_text
    from systems.telemetry import trace_id

    said = redact_text(_sound(text))
    with Stores(project) as stores:
        stores.runs.get(run_id)
        for last in (await last_loops([run_id], project)).values():
            stores.harvested(run_id, last)
        span_id = _recorded(stores.spans, run_id, said, rating)
        cases = stores.cases
        touched = cases.confirm(run_id) if rating > 0 else cases.doubt(run_id, said) if rating < 0 else ()
    return Feedback(run_id=run_id, trace_id=trace_id(run_id), span_id=span_id, text=said, rating=rating, cases=touched)


def _sound(text: str) -> str:
    from systems.errors import UsageError

    said = " ".join(text.encode("utf-8", "replace").decode().split())
    if not said or len(said) > MOST_TEXT:
        raise UsageError(
            f"Feedback has 1 to {MOST_TEXT:,} characters; this has {len(said):,}.",
            mend='For example: specloop feedback RUN "The tasks are too coarse" --rating -1',
        )
    return said


def _recorded(store: Store, run_id: str, text: str, rating: int) -> str:
    """Keep an evaluation on the run's trace; returns the id of its span.

    The span stands at the very end of the run, whose length would else reach to the feedback; the event has the time at
    which the person spoke.
    """
    from systems.telemetry import Telemetry, trace_id

    spans = store.spans(trace_id=trace_id(run_id))
    roots = [span for span in spans if span.parent_id is None]
    root = max(roots, key=lambda span: span.end_ns, default=None)
    verdict = {
        names.EVALUATION_NAME: NAME,
        names.EVALUATION_VALUE: rating,
        names.EVALUATION_LABEL: LABELS[rating],
        names.EVALUATION_EXPLANATION: text,
    }
    telemetry = Telemetry(store)
    with closing(telemetry), telemetry.run(run_id):
        return telemetry.note(NAME, names.EVALUATION_EVENT, verdict, under=root)


def _told(kept: Feedback) -> str:
    count = len(kept.cases)
    cases = "1 draft case" if count == 1 else f"{count} draft cases"
    came_of_it = {
        1: f"The checks of {cases} are yours now.",
        0: "Its cases stay as they are.",
        -1: f"{cases[0].upper()}{cases[1:]} of it are in no trial now; `specloop case list` shows them.",
    }
    return f"Kept with run {kept.run_id}. {came_of_it[kept.rating]}"

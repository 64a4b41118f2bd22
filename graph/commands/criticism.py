"""The critic of `specloop analyze`: a model reads a digest of the trace, where there is a model fit for it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from nodes.feedback_loop.critic import Critique, criticise
from nodes.feedback_loop.digest import Digest
from nodes.feedback_loop.report import Report
from systems.errors import SpecloopError
from systems.models import Told, connected
from systems.models.choice import choose
from systems.node import cache_folder
from systems.settings import api_key, load_settings

SMALL = "no model answers; the embedded one is too small to judge (name one in SPECLOOP_MODEL)"


def criticised(report: Report, digest: Digest, *, project: Path) -> Report:
    """The report with what a model adds, or with why none was asked.

    Args:
        report: of the rules.
        digest: the calls of the same trace.
        project: folder whose settings name the model.
    """
    return report.model_copy(update={"critic": asyncio.run(_asked(report, digest, project))})


async def _asked(report: Report, digest: Digest, project: Path) -> Critique:
    settings = load_settings(project, {})
    try:
        choice = await choose(settings.model, base_url=settings.model_url, api_key=api_key())
    except SpecloopError as error:
        return Critique(skipped=error.message)
    if choice.embedded:
        return Critique(skipped=SMALL)
    total = report.profile.total
    choice = choice.corrected(Told.by(settings))
    async with connected(choice, api_key(), kept=cache_folder() / "models") as model:
        return await criticise(digest, report.findings, model, spent=total.input_tokens + total.output_tokens)

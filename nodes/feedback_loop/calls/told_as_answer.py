"""Failures told in results that were answers: the state of what was asked about, passed on as what was to be known.

pipeline_run(17) -> {"status": "failed", "error": "disk full"}      "Run 17 failed because its disk was full."
"""

from __future__ import annotations

import re

from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.answers import admits
from nodes.feedback_loop.texts.outcomes import writes
from nodes.feedback_loop.texts.words import leaves, stems
from systems.told.errors_told import TOLD, of_service

_CODE = re.compile(r"\b(?=\w*\d)[\w-]{3,}\b")
_HEAD = 60
_MOST, _LONG, _SHARE = 500, 2_000, 0.5


def told_as_answer(failed: Operation, answer: Operation | None) -> bool:
    """Whether what a reading tool told of a failure is in the answer, as the answer: it falls short of nothing.

    What is about the tool itself, its server or its arguments, is no answer.
    """
    if answer is None or failed.error_type != TOLD or writes(failed.name):
        return False
    if _asked_about(failed):
        return True
    if failed.cause != "error":
        return False
    error, said = failed.error[:_MOST], answer.output[:_LONG]
    if of_service(error):
        return False
    news = stems(error)
    if not news or len(news & stems(said)) < _SHARE * len(news):
        return False
    told = failed.result[:_LONG].lower()
    return not admits(" ".join(word for word in said.split() if word.lower().strip(".,:;!()") not in told))


def _asked_about(failed: Operation) -> bool:
    """Whether an error begins with what was asked about: the meaning of `504`, or of `E17`."""
    codes = set(_CODE.findall(failed.error[:_HEAD]))
    return bool(codes) and any(codes & set(_CODE.findall(one)) for one in leaves(parsed(failed.arguments)))

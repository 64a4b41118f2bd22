"""Credentials in the clear: in what a tool was given or gave back, or in what the model said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, times
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import SECRET
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.credentials import Credential, credentials, may_have
from systems.records import Finding

MOST = 100
_PLACES = ("arguments", "result", "output", "error")


class SecretExposed:
    """One finding per credential, at the span that exposed it first.

    The evidence names its kind and masks the rest. Where tools have no spans the arguments that the model wrote count.
    """

    watches: ClassVar[Watches] = {"tool": SECRET, "model": SECRET, "retrieval": SECRET}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._found: dict[str, tuple[Credential, str, list[Operation]]] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.kind == "model":
            text = span.output
            if span.calls and not self._run.tools:
                text += _asked(span)
        else:
            text = f"{span.arguments}\n{span.result}"
        if span.failed:
            text += span.error
        if text and may_have(text.lower()):
            self._search(text, span)

    def findings(self) -> Iterable[Finding]:
        """One finding per credential."""
        for credential, place, spans in self._found.values():
            yield from self._run.finding(
                "secret_exposed",
                "error",
                spans[0].where,
                spans[:1],
                evidence=f"{credential.what} in its {place}: {credential.masked}",
                impact={"calls": float(len(spans))},
                explanation=f"A credential ({credential.what}) stands in the clear in what {spans[0].where} was given "
                f"or gave back; seen {times(len(spans))}.",
            )

    def _search(self, text: str, span: Operation) -> None:
        for credential in credentials(text):
            known = self._found.get(credential.text)
            if known is not None:
                only_asked = span.kind == "tool" and credential.text in _asked(known[2][0])
                known[2].insert(0 if only_asked else len(known[2]), span)
            elif len(self._found) < MOST:
                self._found[credential.text] = credential, _place(span, credential.text), [span]


def _asked(span: Operation) -> str:
    """The arguments of the calls that a model asked for; a call's own span tells of them better."""
    return "".join(call.arguments for call in span.calls)


def _place(span: Operation, text: str) -> str:
    told = span.arguments, span.result, span.output, span.error
    return next((place for place, one in zip(_PLACES, told, strict=True) if text in one), "arguments")

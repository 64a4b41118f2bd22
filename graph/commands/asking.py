"""What a run or an `improve` waits for, asked on the terminal: from the form of its kind, with a readable diff."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from systems.forms import Form
    from systems.person import Person

Item = Mapping[str, Any]


def asked_all(items: Sequence[Item], console: Console) -> dict[str, Any]:
    """The person's answers by id; what they always allow with one is not asked with the next.

    Args:
        items: `Outcome.waiting_for`.
        console: standard error.
    """
    from graph.answers import allows, settled

    given: dict[str, Any] = {}
    allowed: set[str] = set()
    for item in items:
        if not settled(item, allowed):
            given[str(item["id"])] = answer = asked(item, console)
            allowed |= allows(item, answer)
    return given


def asked(item: Item, console: Console) -> dict[str, Any]:
    """The person's answer to one question, as an object of its form.

    Args:
        item: one of `Outcome.waiting_for`, or a question of `systems.person`.
        console: standard error.

    Raises:
        KeyboardInterrupt: they go away; nothing is answered.
    """
    from systems.forms import EDIT, FORMS, REJECT

    form = FORMS[str(item["kind"])]
    _show(item, console)
    with _control_c():
        while True:
            words = click.prompt(_prompt(item, form), default=form.default, show_default=bool(form.default), err=True)
            try:
                if words.strip().lower() == EDIT and EDIT in form.means:
                    words = f"{EDIT}:{_edited(item)}"
                elif form.means and form.read_word(words) == REJECT and ":" not in words:
                    words = f"{REJECT}:{click.prompt('Why? (may be empty)', default='', show_default=False, err=True)}"
                return form.read(words).model_dump()
            except ValueError as error:
                console.print(f"That is no answer: {error}. {form.mend()}", style="yellow", markup=False)
            except click.ClickException as error:  # the editor cannot be started, or failed
                console.print(f"{error.message} Give the text as `{EDIT}:TEXT`.", style="yellow", markup=False)


def at_terminal(console: Console, status: Status | None = None, *, knows: bool = True) -> Person:
    """The person at the terminal, who is asked at once.

    Args:
        console: standard error.
        status: what moves there, and stops while they think.
        knows: whether they are asked what no server could answer.
    """
    from systems.person import Person

    async def put(question: dict[str, Any], form: type[Form]) -> Any:
        if status:
            status.stop()
        try:
            return asked(question, console)
        finally:
            if status:
                status.start()

    return Person(put, knows=knows)


def _show(item: Item, console: Console) -> None:
    console.print(f"\n{item['text']}", style="bold", markup=False)
    if wrong := item.get("wrong"):
        console.print(wrong, style="yellow", markup=False)
    for file in item.get("files", ()):
        from graph.commands.diffs import diff_text

        console.print(diff_text(file["path"], file["diff"]))
    if changes := item.get("changes"):
        from graph.commands.diffs import policy_text

        console.print(policy_text(changes, item.get("evidence", {})))
    for way, what in item.get("ways", {}).items():
        console.print(f"  {way:<14}{what}", style="dim", markup=False, highlight=False)


def _prompt(item: Item, form: type[Form]) -> str:
    from systems.forms import SPELT

    if ways := item.get("ways"):
        return ", ".join(SPELT.get(way, way) for way in ways)
    if "fields" in item:
        named = ", ".join(item["fields"].get("properties", {}))
        return f"decline, accept, or {{{named}}} as JSON (of one field, its value)" if named else "decline, or accept"
    return "Your answer (empty: stays open)"


def _edited(item: Item) -> str:
    """What the person makes of it in their editor; empty where they change nothing."""
    files = item.get("files", ())
    if len(files) > 1:
        texts = {file["path"]: click.edit(file["text"], extension=".md") for file in files}
        return json.dumps({path: text for path, text in texts.items() if text is not None} or "")
    if files:
        return click.edit(files[0]["text"], extension=".md") or ""
    if "arguments" in item:
        return click.edit(json.dumps(item["arguments"], indent=2, ensure_ascii=False), extension=".json") or ""
    return click.edit(str(item.get("command", ""))) or ""


@contextmanager
def _control_c() -> Iterator[None]:
    """Let Ctrl-C end the question at once, also inside of an event loop, and as an interruption that can be resumed."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except click.Abort:
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, before)

"""The ledger on the terminal: what holds, what was decided, newest first; and any entry with what it means."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nodes.feedback_loop.rendering import figures
from nodes.feedback_loop.rendering.decisions import Decision, Outcome, Told, bare, name
from nodes.feedback_loop.rendering.escaping import plain
from nodes.feedback_loop.rendering.knobs import Turned
from nodes.feedback_loop.rendering.verdicts import measured, sealed_cases
from nodes.feedback_loop.rendering.worth import WHAT, amount, interval, worth
from systems.ledger import Ancestor, Consequence, Disagreement, Entry
from systems.trials import Proposal, RolledBack, Trial, Verdict

MARKS: Mapping[Outcome, tuple[str, str]] = {
    "adopted": ("✓", "green"),
    "pending": ("?", "bold cyan"),
    "declined": ("✗", "yellow"),
    "accepted": ("✓", "green"),
    "rejected": ("✗", "yellow"),
    "not judged": ("·", "dim"),
    "rolled back": ("↩", "red"),
    "improved": ("●", "cyan"),
}
MOST_DECISIONS = 20
MOST_VALUE = 120
MOST_IDS = 4
LONGEST = 600


def listing(told: Told, wrong: Sequence[Disagreement], *, most: int = MOST_DECISIONS) -> RenderableType:
    """What holds now and the newest decisions; damage comes first."""
    parts: list[RenderableType] = []
    if wrong:
        parts += [Text(f"{_disagree(wrong)}: specloop ledger verify", "bold red"), Text()]
    parts += [_active(told, model) for model in told.active] or [Text("Nothing was adopted yet.")]
    shown = told.decisions[::-1][:most]
    for decision in shown:
        parts += [Text(), *_decision(decision)]
    if (rest := len(told.decisions) - len(shown)) > 0:
        parts += [Text(), Text(f"and {figures.counted(rest, 'older decision')}: --all shows them", "dim")]
    return Group(*parts)


def verified(wrong: Sequence[Disagreement], entries: int) -> RenderableType:
    """What `verify` found."""
    if not wrong:
        said = (
            f"{figures.counted(entries, 'entry').replace('entrys', 'entries')}: every hash, link and reference agrees."
        )
        return Text(said, "green")
    grid = _grid()
    for one in wrong:
        place = f"entry {one.number}" if one.number else "ledger"
        grid.add_row(Text(place, "red"), Text(plain(f"{one.kind} {one.record[:12]}"), "dim"), Text(plain(one.what)))
    return Group(Text(f"{_disagree(wrong)}.", "bold red"), grid)


def differences(turned: Sequence[Turned], old: str, new: str) -> RenderableType:
    """Knobs of two policies side by side."""
    if not turned:
        return Text("All knobs are the same.")
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 3, 0, 0))
    for title in ("knob", plain(old), plain(new)):
        table.add_column(title, overflow="fold")
    for one in turned:
        table.add_row(
            Text(plain(one.knob)), Text(plain(one.old, MOST_VALUE), "red"), Text(plain(one.new, MOST_VALUE), "green")
        )
    return table


def heading(entry: Entry, words: str) -> Text:
    """What an entry is, in a line."""
    kind = entry.kind.replace("_", " ").capitalize()
    model = f", {plain(entry.model)}" if entry.model else ""
    return Text.assemble(
        (f"{kind} {entry.record[:12]}", "bold"),
        f"  {words}\n" if words else "\n",
        (f"entry {entry.number}, {when(entry)}{model}", "dim"),
    )


def lineage_text(found: Sequence[Ancestor]) -> RenderableType:
    """The chain of policies back to the baseline, with findings and traces."""
    parts: list[RenderableType] = [Text("\nWhere it comes from", "bold")]
    for one in found:
        head = Text.assemble("  ", (name(one.policy), "bold"), f"  {plain(one.what, 160)}" if one.what else "")
        if one.accepted is False:
            head.append("  rejected", "yellow")
        parts.append(head)
        rows = {
            "finding": plain(one.explanation),
            "traces": _ids(one.trace_ids, 32),
            "spans": _ids(one.span_ids, 16),
            "verdict": one.verdict[:12] if one.verdict else "",
        }
        parts += [Padding(_facts(rows), (0, 0, 0, 4))] if any(rows.values()) else []
    return Group(*parts)


def consequences(found: Sequence[Consequence]) -> RenderableType:
    """What came of a finding."""
    parts: list[RenderableType] = [Text("\nWhat came of it", "bold")]
    for one in found:
        word: Outcome = "not judged" if one.accepted is None else "rejected" if not one.accepted else "accepted"
        word = "adopted" if one.adopted else word
        gone = f"; rolled back: {bare(one.rolled_back)}" if one.rolled_back else ""
        key = name(one.policy) or one.proposal[:12]
        parts.append(Text.assemble("  ", _outcome(word), f" {key}  {plain(one.what, 160)}"))
        parts += [_indented(Text(plain(f"{bare(one.reason)}{gone}", LONGEST), "dim"))] if one.reason else []
    return Group(*parts) if found else Text("\nNothing was proposed because of it.")


def proposal_text(proposal: Proposal) -> RenderableType:
    """An edit, and why it should help."""
    rows = {
        "edit": plain(json.dumps(proposal.edit, ensure_ascii=False), 600),
        "of policy": name(proposal.policy),
        "predicted": f"{amount(abs(proposal.predicted), proposal.metric)} in {WHAT[proposal.metric]}",
        "idea of": {"finding": "a finding", "case": "failed cases"}.get(proposal.origin, f"a {proposal.origin}"),
        "finding": plain(proposal.finding.explanation) if proposal.finding else "",
        "traces": _ids(proposal.trace_ids, 32),
    }
    return Group(Text(plain(proposal.what)), Text(), _facts(rows))


def verdict_text(verdict: Verdict, trial: Trial | None) -> RenderableType:
    """A verdict with its numbers and why."""
    word: Outcome = "accepted" if verdict.accepted else "rejected"
    parts: list[RenderableType] = [
        Text.assemble(_outcome(word), " ", plain(bare(verdict.reason), LONGEST)),
        Text(),
        _facts(measured(verdict)),
    ]
    return Group(*parts, *([Text(), trial_text(trial)] if trial else []))


def trial_text(trial: Trial) -> RenderableType:
    """Before and after, of working cases and of guard cases."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 3, 0, 0))
    table.add_column("a case", no_wrap=True)
    for title in ("before", "after", "change", "95% interval"):
        table.add_column(title, justify="right", no_wrap=True)
    for side, label in (("working", ""), ("guard", ", guard")):
        for one in worth(trial.pairs, side):  # type: ignore[arg-type]
            style = {True: "green", False: "red", None: ""}[one.better]
            values = [amount(value, one.metric) for value in (one.before, one.after)]
            change = Text(amount(one.change, one.metric, sign=True), style)
            table.add_row(f"{one.metric}{label}", *values, change, interval(one.low, one.high, one.metric))
    return table


def rollback_text(back: RolledBack) -> RenderableType:
    """Why a policy was given up."""
    by = "a person" if back.by == "person" else f"the watch, after {figures.counted(back.runs, 'run')}"
    rows = {
        "given up": name(back.policy) or "unknown: the ledger was damaged",
        "holds again": name(back.to),
        "by": by + (f", e-value {back.evidence:.3g}" if back.evidence else ""),
    }
    return Group(Text(plain(back.reason, LONGEST)), Text(), _facts(rows))


def facts(rows: Mapping[str, str]) -> RenderableType:
    """Labels and what is said of each; what is empty is left out."""
    return _facts(rows)


def when(entry: Entry) -> str:
    """The time of an entry, to the minute, UTC."""
    return f"{plain(entry.at[:16]).replace('T', ' ')} UTC"


def _active(told: Told, model: str) -> Text:
    counts = Counter(one.outcome for one in told.decisions if one.model == model)
    order: tuple[Outcome, ...] = (
        "adopted",
        "pending",
        "rolled back",
        "declined",
        "rejected",
        "accepted",
        "not judged",
    )
    numbers = ", ".join(f"{counts[word]} {word}" for word in order if counts[word])
    who = plain(model) or "any model"
    return Text.assemble((who, "bold"), ": policy ", (name(told.active[model]), "bold green"), f" is active; {numbers}")


def _decision(decision: Decision) -> Iterable[RenderableType]:
    back, improved = decision.back, decision.improved
    what = f"to {name(back.to)}" if back else decision.proposal.what if decision.proposal else ""
    what = sealed_cases(improved) if improved else what
    key = name(decision.policy) or decision.entry.record[:12]
    head = Text.assemble(
        (f"{when(decision.entry)[:16]}  ", "dim"),
        _outcome(decision.outcome),
        "  ",
        (f"{key}  ", "bold"),
        plain(what, 160),
    )
    yield head
    if back:
        by = "a person" if back.by == "person" else f"the watch after {figures.counted(back.runs, 'run')}"
        yield _indented(Text(plain(f"{decision.why} (by {by})", LONGEST)))
    elif decision.why:
        yield _indented(Text(plain(decision.why, LONGEST)))
    if decision.outcome == "pending":
        yield _indented(Text(f"waits for you: specloop ledger apply {key}, or decline {key}", "bold cyan"))
    if decision.declined:
        yield _indented(Text(plain(f"declined by a person: {decision.declined.reason or 'no reason given'}", LONGEST)))
    if decision.undone:
        yield _indented(Text(plain(f"rolled back since: {bare(decision.undone.reason)}", LONGEST), "red"))


def _indented(text: Text) -> RenderableType:
    return Padding(text, (0, 0, 0, 18), expand=False)


def _outcome(word: Outcome) -> tuple[str, str]:
    mark, style = MARKS[word]
    return f"{mark} {word:<11}", style


def _ids(ids: Sequence[str], most: int) -> str:
    told = " ".join(plain(one, most) for one in ids[:MOST_IDS])
    return f"{told} and {len(ids) - MOST_IDS} more" if len(ids) > MOST_IDS else told


def _facts(rows: Mapping[str, str]) -> RenderableType:
    grid = _grid()
    for label, said in rows.items():
        if said:
            grid.add_row(Text(label, "dim"), Text(said))
    return grid


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _disagree(wrong: Sequence[Disagreement]) -> str:
    return f"{len(wrong)} thing{' does' if len(wrong) == 1 else 's do'} not agree in the ledger"

"""`specloop ledger` and `specloop rollback`: what is shown, what is refused, and the exit codes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from graph.cli import main
from systems.embedded import ALIAS
from systems.ledger import Ledger
from systems.policy import BASELINE, DEFAULT, SMALL_MODEL
from systems.trials import Improved, Improving, RolledBack, Standing
from tests.nodes.feedback_loop.rendering.reports import HOSTILE
from tests.systems.ledger.histories import CAPS, MODEL, Step, back, finding, proposal, step, trial, verdict

SHORTER = {"draft": {"characters": 80}}
Called = Callable[..., Result]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / ".specloop" / "specloop.db")) as found:
        yield found


@pytest.fixture
def steps(ledger: Ledger) -> tuple[Step, Step, Step]:
    """One refused, two adopted."""
    refused = step(ledger, accepted=False, what="Fewer repairs")
    first = step(ledger, DEFAULT, SHORTER, what="Shorter texts")
    return refused, first, step(ledger, first.policy, {"draft": {"items": 2}}, what="Fewer items")


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Called:
    monkeypatch.setenv("COLUMNS", "160")
    return lambda *words: CliRunner().invoke(main, [*words, "--project", str(tmp_path)])


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def damage(project: Path, statement: str) -> None:
    with closing(sqlite3.connect(project / ".specloop" / "specloop.db")) as database, database:
        database.execute("DROP TRIGGER ledger_no_update")
        database.execute(statement)


def test_the_list_says_what_holds_and_what_was_decided_newest_first(
    called: Called, ledger: Ledger, steps: tuple[Step, Step, Step]
) -> None:
    ledger.roll_back(back(steps[2].policy, steps[1].policy), model=MODEL)
    shown = called("ledger").stdout
    first, second = steps[1].policy.hash[:12], steps[2].policy.hash[:12]
    assert shown.startswith(f"tiny: policy {first} is active; 2 adopted, 1 rolled back, 1 rejected")
    assert shown.index(f"rolled back  {second}  to {first}") < shown.index("Fewer items") < shown.index("Fewer repairs")
    assert "rolled back since: Worse than its parent." in shown
    assert "12 cases repaired, none broken." in shown and "The gain does not exceed the noise." in shown


def test_the_list_as_json_has_every_entry_and_decision(called: Called, steps: tuple[Step, Step, Step]) -> None:
    found = told(called("ledger", "--json"))
    assert found["active"] == {MODEL: steps[2].policy.hash} and found["disagreements"] == []
    assert [one["outcome"] for one in found["decisions"]] == ["adopted", "adopted", "rejected"]
    assert [entry["number"] for entry in found["entries"]] == list(range(len(found["entries"]), 0, -1))
    assert found["decisions"][0]["worth"][0]["metric"] == "success"


def test_long_lists_are_cut_unless_all_is_asked_for(called: Called, ledger: Ledger) -> None:
    for number in range(23):
        ledger.append("proposal", proposal(DEFAULT, {"draft": {"seed": number}}, what=f"seed {number}."), model=MODEL)
    assert "and 3 older decisions: --all shows them" in called("ledger").stdout
    assert "seed 0." not in called("ledger").stdout and "seed 0." in called("ledger", "--all").stdout


def test_a_policy_is_shown_with_its_parent_its_worth_and_its_traces(
    called: Called, steps: tuple[Step, Step, Step]
) -> None:
    shown = called("ledger", "show", "active").stdout
    assert shown.startswith(f"Policy {steps[2].policy.hash[:12]}, active for tiny")
    for words in (
        "draft.items",
        "12 cases repaired",
        "60%",
        "Shorter texts",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "baseline",
    ):
        assert words in shown
    found = told(called("ledger", "show", steps[1].policy.hash[:16], "--json"))
    assert found["differences"] == [{"knob": "draft.characters", "old": "200", "new": "80"}]
    assert [one["policy"] for one in found["lineage"]][1:] == [DEFAULT.hash, BASELINE.hash]
    assert found["entry"]["kind"] == "policy" and found["active_for"] == []


def test_a_verdict_is_shown_with_its_numbers_and_why(called: Called, steps: tuple[Step, Step, Step]) -> None:
    shown = called("ledger", "show", steps[0].verdict[:16]).stdout
    for words in ("rejected", "The gain does not exceed the noise.", "0.6 (may be at most 0.025", "up to 8 points"):
        assert words in shown
    assert told(called("ledger", "show", steps[0].verdict[:16], "--json"))["entry"]["body"]["p_value"] == 0.6


def test_every_kind_of_entry_can_be_shown(called: Called, ledger: Ledger, steps: tuple[Step, Step, Step]) -> None:
    ledger.append("finding", finding())
    begun = Improving(policy=DEFAULT.hash, model=MODEL, seed=1, began="2026-11-23T08:00:00")
    numbers: dict[str, Any] = {"success_low": 0.2, "success_high": 0.6, "seconds": 2, "tokens": 900, "by_kind": {}}
    sealed = [Standing(policy=DEFAULT.hash, cases=20, success=share, **numbers) for share in (0.4, 0.9)]
    common: dict[str, Any] = {"rounds": 3, "accepted": 2, "rejected": 1, "stopped": "Nothing is left to propose."}
    done = Improved(
        began=begun.hash,
        before=DEFAULT.hash,
        after=steps[2].policy.hash,
        sealed=tuple(sealed),
        seconds=90,
        tokens=5,
        **common,
    )
    ledger.append("improving", begun, model=MODEL)
    ledger.append("improved", done, model=MODEL)
    ledger.roll_back(back(steps[2].policy, steps[1].policy), model=MODEL)
    for entry in ledger.entries():
        shown = called("ledger", "show", entry.hash)
        assert shown.exit_code == 0 and len(shown.stdout.splitlines()) > 3, entry.kind
        assert told(called("ledger", "show", entry.hash, "--json"))["entry"]["number"] >= entry.number
    assert "success 40% → 90%" in called("ledger").stdout
    assert "Shorter texts" in called("ledger", "show", finding().hash).stdout


def test_policies_are_compared_knob_by_knob(called: Called, steps: tuple[Step, Step, Step]) -> None:
    shown = called("ledger", "diff", "baseline", "default").stdout
    assert "draft.repairs" in shown and "draft.seed" not in shown
    assert "questions.lines[git.git_log]" in shown
    found = told(called("ledger", "diff", "default", steps[1].policy.hash[:10], "--json"))
    assert [one["knob"] for one in found["differences"]] == ["draft.characters"]
    assert "All knobs are the same." in called("ledger", "diff", "default", "default").stdout
    refused = called("ledger", "diff", "default", steps[1].verdict[:16])
    assert refused.exit_code == 2 and "is no policy but a verdict" in refused.stderr


def test_verify_fails_when_something_does_not_agree(
    called: Called, ledger: Ledger, steps: tuple[Step, Step, Step], tmp_path: Path
) -> None:
    assert "every hash, link and reference agrees" in called("ledger", "verify").stdout
    damage(tmp_path, "UPDATE ledger SET at = '' WHERE number = 5")
    checked = called("ledger", "verify")
    assert checked.exit_code == 1 and "entry 5" in checked.stdout and "it does not match its hash" in checked.stdout
    found = json.loads(called("ledger", "verify", "--json").stdout)
    assert [one["number"] for one in found["disagreements"]] == [0, 5]
    assert called("ledger").stdout.startswith("2 things do not agree in the ledger: specloop ledger verify")


def test_an_unknown_id_and_a_damaged_one_are_told_apart(
    called: Called, steps: tuple[Step, Step, Step], tmp_path: Path
) -> None:
    assert called("ledger", "show", "zzz").exit_code == 2
    damage(tmp_path, f"UPDATE ledger SET body = x'00' WHERE record = '{steps[2].policy.hash}'")
    damaged = called("ledger", "show", "active", "--json")
    assert damaged.exit_code == 4
    error = json.loads(damaged.stdout)["error"]
    assert error["kind"] == "Missing" and "`specloop rollback default`" in error["mend"]


def test_a_rollback_says_what_changes_and_is_kept(
    called: Called, ledger: Ledger, steps: tuple[Step, Step, Step]
) -> None:
    first = steps[1].policy
    shown = called("rollback", first.hash[:10], "--reason", "too terse")
    assert shown.exit_code == 0 and f"Policy {first.hash[:12]} holds again for tiny." in shown.stdout
    assert "draft.items" in shown.stdout and ledger.active(MODEL) == first
    (kept,) = ledger.entries("rolled_back")
    assert kept.read(RolledBack) == RolledBack(
        policy=steps[2].policy.hash, to=first.hash, reason="too terse", by="person"
    )
    assert told(called("rollback", "baseline", "--json"))["rolled_back"]["to"] == BASELINE.hash
    assert ledger.active(MODEL) == BASELINE
    assert called("rollback", "default").exit_code == 0 and ledger.active(MODEL) == DEFAULT


def test_a_rollback_that_makes_no_sense_is_refused(called: Called, steps: tuple[Step, Step, Step]) -> None:
    refused = {
        steps[2].policy.hash: "is active already",
        steps[0].policy.hash: "no verdict accepted it",
        "zzz": "Nothing in the ledger",
        steps[1].trial: "is no policy but a trial",
    }
    for wanted, words in refused.items():
        answer = called("rollback", wanted)
        assert answer.exit_code == 2 and words in answer.stderr.replace("\n", " "), wanted


def test_a_rollback_mends_a_policy_that_was_edited_by_hand(
    called: Called, ledger: Ledger, steps: tuple[Step, Step, Step], tmp_path: Path
) -> None:
    damage(tmp_path, f"UPDATE ledger SET body = replace(body, '80', '90') WHERE record = '{steps[2].policy.hash}'")
    damage_of_decision = f"UPDATE ledger SET body = x'7b7d' WHERE number = {ledger.entries()[-1].number}"
    with closing(sqlite3.connect(tmp_path / ".specloop" / "specloop.db")) as database, database:
        database.execute(damage_of_decision)
    assert called("ledger", "show", "active").exit_code == 4
    assert called("rollback", "default").exit_code == 0 and ledger.active(MODEL) == DEFAULT


def test_default_is_what_is_shipped_for_the_model(called: Called, ledger: Ledger) -> None:
    made = proposal(SMALL_MODEL)
    policy = SMALL_MODEL.edited(CAPS)
    tried = trial(made, policy, model=ALIAS)
    for kind, record in (("policy", policy), ("proposal", made), ("trial", tried), ("verdict", verdict(tried))):
        ledger.append(kind, record, model=ALIAS)  # type: ignore[arg-type]
    ledger.adopt(policy, verdict=verdict(tried).hash, model=ALIAS)
    assert called("rollback", "default").exit_code == 0 and ledger.active(ALIAS) == SMALL_MODEL


def test_several_models_are_told_apart(called: Called, ledger: Ledger, steps: tuple[Step, Step, Step]) -> None:
    other = step(ledger, DEFAULT, {"draft": {"items": 7}}, model="big model")
    refused = called("rollback", "default")
    assert refused.exit_code == 2 and "--model big model | tiny" in refused.stderr.replace("\n", " ")
    assert called("rollback", "default", "--model", "big model").exit_code == 0
    assert ledger.active("big model") == DEFAULT and ledger.active(MODEL) == steps[2].policy
    assert called("rollback", other.policy.hash, "--model", MODEL).exit_code == 2


def test_nothing_learned_yet_is_said(called: Called, ledger: Ledger, tmp_path: Path) -> None:
    assert "Nothing was adopted yet." in called("ledger").stdout
    answer = called("rollback", "baseline")
    assert answer.exit_code == 2 and "`specloop improve`" in answer.stderr
    assert called("rollback", "baseline", "--model", "m").exit_code == 0 and ledger.active("m") == BASELINE
    nowhere = CliRunner().invoke(main, ["ledger", "--project", str(tmp_path / "nowhere"), "--json"])
    assert nowhere.exit_code == 2 and "has no ledger" in json.loads(nowhere.stdout)["error"]["message"]
    assert not (tmp_path / "nowhere").exists()


def test_the_page_is_written_where_it_is_asked_for(
    called: Called, steps: tuple[Step, Step, Step], tmp_path: Path
) -> None:
    written = called("ledger", "--html", str(tmp_path / "page.html"))
    assert written.exit_code == 0 and "Improvement history" in (tmp_path / "page.html").read_text()
    assert called("ledger", "--html", str(tmp_path / "none" / "page.html")).exit_code == 2


def test_the_project_may_be_named_before_the_command(steps: tuple[Step, Step, Step], tmp_path: Path) -> None:
    found = told(CliRunner().invoke(main, ["ledger", "--project", str(tmp_path), "--json", "show", "active"]))
    assert found["policy"] == steps[2].policy.hash


@pytest.mark.parametrize("text", HOSTILE[12:15])
def test_text_that_a_terminal_would_obey_is_shown(called: Called, ledger: Ledger, text: str) -> None:
    done = step(
        ledger, DEFAULT, {"questions": {"routes": {text[:300]: text[:300]}}}, what=text, finding=finding(text, text)
    )
    ledger.roll_back(back(done.policy, DEFAULT, reason=text), model=MODEL)
    for words in (
        ("ledger",),
        ("ledger", "show", done.policy.hash),
        ("ledger", "show", done.proposal),
        ("ledger", "--json"),
    ):
        assert not set(called(*words).stdout) & set("\x1b\x07\x9b\x00\x7f\r\b"), words


def test_numbers_that_are_none_are_null_in_json(called: Called, ledger: Ledger) -> None:
    policy, made = DEFAULT.edited(CAPS), proposal(DEFAULT)
    tried = trial(made, policy)
    nothing = verdict(tried, accepted=False, low=float("-inf"), high=float("inf"), noise=float("nan"))
    for kind, record in (("policy", policy), ("proposal", made), ("trial", tried), ("verdict", nothing)):
        ledger.append(kind, record, model=MODEL)  # type: ignore[arg-type]
    body = told(called("ledger", "show", nothing.hash, "--json"))["entry"]["body"]
    assert body["low"] is body["noise"] is None and "unknown" in called("ledger", "show", nothing.hash).stdout
    assert ledger.verify() == ()

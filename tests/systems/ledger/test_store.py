"""The ledger keeps what happened, once and in order, and says which policy is active."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from systems.errors import UsageError
from systems.hashed import content_hash
from systems.ledger import Ledger
from systems.policy import BASELINE, DEFAULT, SMALL_MODEL
from systems.trials import Adopted, Improving, Proposal, Trial, Verdict
from tests.systems.ledger.histories import MODEL, back, finding, proposal, step, trial, verdict
from tests.systems.store_support import on_file

SHORTER = {"draft": {"characters": 80}}


IMPROVING = Improving(policy=DEFAULT.hash, model=MODEL, seed=7, began="2026-01-01T00:00:00Z")


def kinds(ledger: Ledger) -> list[str]:
    return [entry.kind for entry in ledger.entries()]


def test_what_was_kept_comes_back_as_it_was(ledger: Ledger) -> None:
    done = step(ledger)
    assert kinds(ledger) == ["policy", "policy", "policy", "proposal", "trial", "verdict", "adopted"]
    assert [entry.number for entry in ledger.entries()] == list(range(1, 8))
    assert ledger.policy(done.policy.hash) == done.policy
    assert ledger.get(Proposal, done.proposal) == proposal(DEFAULT)
    kept = ledger.get(Trial, done.trial)
    assert kept == trial(proposal(DEFAULT), done.policy) and kept and len(kept.pairs) == 40
    (found,) = ledger.entries("verdict")
    assert found.read(Verdict).hash == found.record == done.verdict and found.model == MODEL
    assert ledger.verify() == ()


def test_every_entry_holds_the_hash_of_the_one_before(ledger: Ledger) -> None:
    step(ledger)
    entries = ledger.entries()
    assert entries[0].previous == "0" * 64
    assert [entry.previous for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]


def test_a_record_is_kept_once_and_an_event_as_often_as_it_happens(ledger: Ledger) -> None:
    for _ in range(2):
        ledger.append("finding", finding())
        ledger.append("improving", IMPROVING)
    assert [kind for kind in kinds(ledger) if kind != "policy"] == ["finding", "improving", "improving"]
    ledger.append("finding", finding(), model="another")
    assert kinds(ledger)[-1] == "finding"


def test_policies_that_are_shipped_are_kept_with_what_builds_on_them(ledger: Ledger) -> None:
    learned = SMALL_MODEL.edited(SHORTER)
    ledger.append("policy", learned)
    assert [entry.record for entry in ledger.entries()] == [
        one.hash for one in (BASELINE, DEFAULT, SMALL_MODEL, learned)
    ]


def test_the_active_policy_is_the_last_decision_of_the_model(ledger: Ledger) -> None:
    assert ledger.active(MODEL) is None
    first = step(ledger)
    second = step(ledger, first.policy, SHORTER)
    other = step(ledger, DEFAULT, SHORTER, model="another")
    assert ledger.active(MODEL) == second.policy and ledger.active("another") == other.policy
    ledger.roll_back(back(second.policy, first.policy), model=MODEL)
    assert ledger.active(MODEL) == first.policy and ledger.active("another") == other.policy
    assert ledger.active("a third") is None and ledger.models() == (MODEL, "another")


@on_file
def test_an_active_policy_survives_a_new_process(ledger: Ledger, path: Path) -> None:
    done = step(ledger)
    code = (
        "import sys; from pathlib import Path; from systems.ledger import Ledger\n"
        f"print(Ledger(Path(sys.argv[1])).active({MODEL!r}).hash)"
    )
    shown = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True, timeout=60)
    assert shown.stdout.strip() == done.policy.hash


def test_nothing_is_adopted_without_a_verdict_that_accepts_it(ledger: Ledger) -> None:
    refused = step(ledger, accepted=False)
    accepted = step(ledger, DEFAULT, SHORTER)
    with pytest.raises(UsageError, match="rejected the policy"):
        ledger.adopt(refused.policy, verdict=refused.verdict, model=MODEL)
    with pytest.raises(UsageError, match="about another policy"):
        ledger.adopt(refused.policy, verdict=accepted.verdict, model=MODEL)
    with pytest.raises(UsageError, match=r"about another model \(tiny\)"):
        ledger.adopt(accepted.policy, verdict=accepted.verdict, model="another")
    with pytest.raises(UsageError, match="its verdict 5feceb66ffc8 is not in the ledger"):
        ledger.adopt(accepted.policy, verdict=content_hash("0"), model=MODEL)
    assert ledger.active(MODEL) == accepted.policy and kinds(ledger).count("adopted") == 1


def test_adopting_twice_is_once_but_a_rollback_is_not_undone_by_an_old_verdict(ledger: Ledger) -> None:
    done = step(ledger)
    ledger.adopt(done.policy, verdict=done.verdict, model=MODEL)
    assert kinds(ledger).count("adopted") == 1
    ledger.roll_back(back(done.policy, DEFAULT), model=MODEL)
    with pytest.raises(UsageError, match="was used before"):
        ledger.adopt(done.policy, verdict=done.verdict, model=MODEL)
    assert ledger.active(MODEL) == DEFAULT


def test_only_the_active_policy_is_rolled_back(ledger: Ledger) -> None:
    done = step(ledger)
    ledger.roll_back(back(done.policy, DEFAULT), model=MODEL)
    with pytest.raises(UsageError, match="is not active"):
        ledger.roll_back(back(done.policy, BASELINE), model=MODEL)
    with pytest.raises(UsageError, match="is active already"):
        ledger.roll_back(back(DEFAULT, DEFAULT), model=MODEL)
    with pytest.raises(UsageError, match="no policy"):
        ledger.roll_back(back(DEFAULT, DEFAULT.edited(SHORTER)), model=MODEL)
    assert kinds(ledger).count("rolled_back") == 1


def test_what_a_record_refers_to_must_be_there(ledger: Ledger) -> None:
    made = proposal(DEFAULT)
    policy = DEFAULT.edited(made.edit)
    tried = trial(made, policy)
    with pytest.raises(UsageError, match=r"its proposal .* its new policy"):
        ledger.append("trial", tried)
    with pytest.raises(UsageError, match="its parent"):
        ledger.append("policy", policy.edited(SHORTER))
    with pytest.raises(UsageError, match=r"its proposal .* its trial"):
        ledger.append("verdict", verdict(tried))
    assert ledger.entries() == (), "all of an append is kept, or nothing"


def test_a_record_of_another_kind_is_refused(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="A Finding is no policy"):
        ledger.append("policy", finding())


def test_anything_is_found_by_the_beginning_of_its_id(ledger: Ledger) -> None:
    done = step(ledger)
    assert ledger.find(done.trial[:10].upper()).kind == "trial"
    last = ledger.entries()[-1]
    assert ledger.find(last.hash[:12]) == last and last.read(Adopted).policy == done.policy.hash
    with pytest.raises(UsageError, match="Nothing in the ledger"):
        ledger.find("zz")
    with pytest.raises(UsageError, match="Nothing in the ledger"):
        ledger.find("")
    for number in range(17):
        ledger.append("finding", finding(str(number)))
    digits = Counter(entry.record[0] for entry in ledger.entries("finding"))
    common = digits.most_common(1)[0][0]
    with pytest.raises(UsageError, match="Give more of it"):
        ledger.find(common)


@on_file
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET model = 'x'",
        "DELETE FROM ledger",
        "INSERT INTO ledger SELECT 99, 'x', 'y', kind, at, model, record, body FROM ledger LIMIT 1",
        "INSERT OR REPLACE INTO ledger SELECT number, 'x', previous, kind, at, model, record, body FROM ledger LIMIT 1",
    ],
)
def test_the_database_refuses_anything_but_the_next_entry(statement: str, ledger: Ledger, path: Path) -> None:
    step(ledger)
    with closing(sqlite3.connect(path)) as database, pytest.raises(sqlite3.IntegrityError, match="ledger"):
        database.execute(statement)
    assert ledger.verify() == ()


@on_file
def test_several_processes_append_at_once_and_the_chain_does_not_fork(ledger: Ledger, path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from systems.ledger import Ledger\n"
        "from tests.systems.ledger.histories import finding\n"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "for number in range(20): ledger.append('finding', finding(f'{sys.argv[2]}.{number}'))"
    )
    commands = [[sys.executable, "-c", code, str(path), str(writer)] for writer in range(3)]
    running = [subprocess.Popen(command) for command in commands]
    assert [process.wait(timeout=60) for process in running] == [0] * 3
    assert len(ledger.entries("finding")) == 60 and ledger.verify() == ()
    lines = path.with_suffix(".heads").read_text().splitlines()
    assert lines == [f"{entry.number} {entry.hash}" for entry in ledger.entries()]


def test_a_clock_that_jumps_back_changes_no_order(path: Path) -> None:
    years = iter(range(2040, 2000, -1))
    with closing(Ledger(path, lambda: datetime(next(years), 1, 1, tzinfo=UTC))) as ledger:
        first = step(ledger)
        second = step(ledger, first.policy, SHORTER)
        times = [entry.at for entry in ledger.entries()]
        assert times == sorted(times, reverse=True) and times[0] == "2040-01-01T00:00:00.000+00:00"
        assert ledger.active(MODEL) == second.policy and ledger.verify() == ()

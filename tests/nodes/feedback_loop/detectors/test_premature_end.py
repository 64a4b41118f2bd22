"""A plan that ends early without a word is found at the answer; plans carried out, cut short aloud or told are not."""

from __future__ import annotations

from typing import Any

import pytest

from nodes.feedback_loop.texts.plans import announced, kept
from tests.nodes.feedback_loop.detectors.conversations import Conversation, call, ids, kinds, only

DONE = "Mara's onboarding is complete. Her login is mlindqvist."
PLANS = [
    "Plan:\n1. Create the account\n2. Order a laptop\n3. Book the safety training\n4. Assign a mentor",
    "I'll take these steps:\n- [ ] create the account\n- [ ] order a laptop\n- [ ] book the training",
    "First I create the account, then I order a laptop, and finally I book the training.",
    "I'll do three things: create the account, order a laptop and book the training.",
    "Step 1: create the account. Step 2: order a laptop. Step 3: book the training.",
    "I will create the account, order a laptop, and book the training.",
]


@pytest.mark.parametrize("plan", PLANS)
def test_steps_that_nothing_was_done_for_are_found_at_the_answer(plan: str) -> None:
    run = Conversation("Onboard Mara Lindqvist.")
    run.asks(call("create_account", '{"login": "mlindqvist"}', name="Mara Lindqvist"), text=plan)
    answer = run.says(DONE)
    one = only(run, "premature_end")
    assert (one.severity, one.span_ids) == ("error", ids(answer))
    assert "laptop" in one.evidence and "account" not in one.evidence
    assert kinds(run) == {"premature_end"}


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_that_is_carried_out_is_healthy(plan: str) -> None:
    run = Conversation("Onboard Mara Lindqvist.")
    run.asks(call("create_account", '{"login": "mlindqvist"}', name="Mara Lindqvist"), text=plan)
    run.asks(call("order_device", '{"order": "L-882"}', login="mlindqvist"))
    run.asks(call("book_training", '{"booked": true}', login="mlindqvist"))
    run.asks(call("assign_mentor", '{"mentor": "P. Okoye"}', login="mlindqvist"))
    run.says("Mara's login is mlindqvist; laptop L-882 is ordered, the training booked, and P. Okoye is her mentor.")
    assert kinds(run) == set()


@pytest.mark.parametrize(
    "answer",
    [
        "The login is mlindqvist. I left out the laptop and the training: they are not needed.",
        "The login is mlindqvist. The laptop could not be ordered.",
        "The login is mlindqvist. Shall I order the laptop now?",
        "The login is mlindqvist. The next steps are the laptop and the training.",
    ],
)
def test_a_run_that_says_that_it_stops_is_healthy(answer: str) -> None:
    run = Conversation("Onboard Mara Lindqvist.")
    run.asks(call("create_account", '{"login": "mlindqvist"}', name="Mara Lindqvist"), text=PLANS[0])
    run.says(answer)
    assert kinds(run) == set()


def test_steps_for_the_person_are_no_plan() -> None:
    run = Conversation("How do I change the filter?")
    run.asks(call("search_manual", "Filter F7: off, flap, pull, arrow left", query="change filter"))
    run.says(
        "Here is how:\n1. Switch it off.\n2. Open the flap.\n3. Pull the old filter F7 out.\n4. Arrow to the left."
    )
    assert kinds(run) == set()


def test_what_is_to_be_told_is_done_by_telling() -> None:
    run = Conversation("Compare the two quotes.")
    plan = "1. Read the quotes\n2. Compare them\n3. Recommend one"
    run.asks(call("read_quotes", "Alpha 1,150 EUR, Boxer 1,090 EUR", file="quotes.txt"), text=plan)
    run.says("Boxer is cheaper: 1,090 EUR against 1,150 EUR of Alpha.")
    assert kinds(run) == set()


def test_a_to_do_list_with_open_items_is_found() -> None:
    run = Conversation("Ship release 3.8.")
    todos = [{"content": "run the checks", "status": "completed"}, {"content": "publish it", "status": "pending"}]
    run.asks(call("write_todos", "updated", todos=todos))
    run.asks(call("run_checks", "412 passed", suite="full"))
    answer = run.says("Version 3.8 is out. All 412 checks passed.")
    assert only(run, "premature_end").span_ids == ids(answer)


def test_last_words_that_announce_the_next_step_are_found() -> None:
    run = Conversation("Find out why the build is red and fix it.")
    run.asks(call("read_log", "KeyError 'vat_rate' in tax.py:88", build=77))
    answer = run.says("The build fails with KeyError 'vat_rate' in tax.py:88. Now I will fix that line.")
    assert only(run, "premature_end").span_ids == ids(answer)


@pytest.mark.parametrize(
    "text",
    [
        "I'll read the config first.",
        "First, let me look at the file.",
        "I'll look for a room for Friday, 3 May, for 6 people.",
        "Let me search for flights from Lisbon to Munich, Vienna or Graz.",
        "The yield is 31 %, the cost 12 EUR.",
        "",
    ],
)
def test_a_sentence_is_no_plan(text: str) -> None:
    assert announced(text, acting=True) is None


@pytest.mark.parametrize(
    "arguments", ['{"items": [1, 2]}', '{"status": "open"}', "{'status'", '[{"status": 1}, 2]', ""]
)
def test_other_arguments_are_no_to_do_list(arguments: str) -> None:
    assert kept(arguments) is None


def updated(task: str, *mods: str, answer: str = "All set, your mods are ready. Have fun!") -> Conversation:
    run = Conversation(task)
    run.each(*(call("update_mod", "ok", mod=one) for one in mods))
    run.says(answer)
    return run


def test_what_the_task_lists_and_nobody_came_to_is_found() -> None:
    run = updated("Update Lanterns, Cartwheel, Deepfog and Orchard to 1.21.", "Lanterns", "Cartwheel", "Deepfog")
    one = only(run, "premature_end")
    assert one.span_ids == ids(run.spans[-1])
    assert "orchard" in one.evidence


def test_a_range_in_the_task_is_a_list() -> None:
    assert kinds(updated("Update mods 1 to 5, please.", "1", "2", "3")) == {"premature_end"}


@pytest.mark.parametrize(
    ("mods", "answer"),
    [
        (("Lanterns", "Cartwheel", "Deepfog", "Orchard"), "All set, have fun!"),
        (("Lanterns", "Cartwheel", "Deepfog"), "All set; Orchard was up to date before I came."),
        (("Lanterns", "Cartwheel"), "Two are done. Shall I go on with the others?"),
        (("Lanterns", "Cartwheel, Deepfog and Orchard"), "All set, have fun!"),
    ],
    ids=["all", "told", "asked", "together"],
)
def test_a_list_that_is_worked_through_or_told_about_is_healthy(mods: tuple[str, ...], answer: str) -> None:
    run = updated("Update Lanterns, Cartwheel, Deepfog and Orchard to 1.21.", *mods, answer=answer)
    assert "premature_end" not in kinds(run)


def test_a_search_ends_where_it_has_found() -> None:
    run = Conversation("Look through folders alpha, beta, gamma and delta for the lease.")
    run.each(call("list_folder", "photos", name="alpha"), call("list_folder", "lease.pdf", name="beta"))
    run.says("The lease is lease.pdf in beta, after photos in alpha.")
    assert "premature_end" not in kinds(run)


@pytest.mark.parametrize(
    ("last", "found"),
    [
        ("I'll rename them now to H2-T-01 and H2-T-02:", True),
        ("Ich werde sie jetzt umbenennen.", True),
        ("Voy a renombrarlos ahora…", True),
        ("I'll be here now if you need more.", False),
        ("Shall I rename them now?", False),
        ("I will remember the scheme.", False),
    ],
)
def test_the_last_sentence_may_announce_the_next_step(last: str, found: bool) -> None:
    run = Conversation("Rename the sensors of hall 2.")
    run.asks(call("sensors", "T1, T2", hall=2))
    run.says(f"There are two sensors: T1, T2. {last}")
    assert ("premature_end" in kinds(run)) == found


def test_what_a_tool_listed_and_all_were_meant_is_dealt_with_in_full_or_not() -> None:
    def resized(task: str, listed: str, *done: str) -> set[str]:
        run = Conversation(task)
        run.each(call("list_photos", listed, album="Rome"))
        for photo in done:
            run.each(call("resize", "ok", photo=photo))
        run.says("The photos of Rome are resized now.")
        return kinds(run)

    names = '["a.jpg", "b.jpg", "c.jpg", "d.jpg"]'
    assert "premature_end" in resized("Resize all photos of Rome.", names, "a.jpg", "b.jpg")
    assert "premature_end" not in resized("Resize all photos of Rome.", names, "a.jpg", "b.jpg", "c.jpg", "d.jpg")
    large = '[{"id": "a", "big": true}, {"id": "b", "big": true}, {"id": "c", "big": false}]'
    assert "premature_end" not in resized("Resize all big photos of Rome.", large, "a", "b")


def test_a_step_is_done_by_a_call_that_is_named_alike() -> None:
    run = Conversation("Prepare the maintenance of T4.")
    run.asks(call("switch_plan", '{"plan": "SP-19"}', unit="T4"), text="Plan:\n1. Switching plan\n2. Announcement")
    run.each(call("announce", "published", plan="SP-19"))
    run.says("Switching plan SP-19 is made and published to all.")
    assert "premature_end" not in kinds(run)


@pytest.mark.parametrize(
    ("task", "plan", "done", "found"),
    [
        ("Revisa la sala 7.", "Voy a revisar las vitrinas 1, 2, 3 y 4.", [{"vitrina": 1}, {"vitrina": 2}], True),
        ("Check van 4.", "I'll check tyres, brakes and lights.", [{"part": "tyres"}], True),
        ("Untersuche die Proben A, B und C.", "", [{"probe": "A"}], True),
        ("Clean the table.", "Plan: deduplicate -> normalise -> export", [{"step": "deduplicate"}], True),
        ("Migriere alles.", "Zuerst kunden, danach artikel, dann lager.", [{"tabelle": "kunden"}], True),
        ("Check van 4.", "I'll check tyres, brakes and lights.", [{"parts": "tyres, brakes, lights"}], False),
        ("Book a room with beamer, board and coffee.", "", [{"features": "beamer"}], False),
        ("A hotel in Rome for 2 to 5 nights, please.", "", [{"nights": 3}], False),
        ("How does bed 4 look, yesterday and today?", "", [{"day": "yesterday"}, {"day": "today"}], False),
    ],
)
def test_what_is_listed_is_dealt_with_in_any_language_or_left_out(
    task: str, plan: str, done: list[dict[str, Any]], found: bool
) -> None:
    run = Conversation(task)
    for number, given in enumerate(done):
        run.asks(call("pruefe", f"{next(iter(given.values()))}: 4{number} mm", **given), text="" if number else plan)
    run.says("Es ist alles fertig: 40 mm, 41 mm.")
    assert ("premature_end" in kinds(run)) == found

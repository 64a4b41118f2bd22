"""Ever other attempts without a result, and checks that fail alike whatever is changed."""

from __future__ import annotations

import pytest

from tests.nodes.feedback_loop.detectors.conversations import Asked, Conversation, call, ids, kinds, only


def search(query: str, result: str = "No results.") -> Asked:
    return call("search_papers", result, query=query)


REPHRASED = (
    "effect of bee hotels on parasites",
    "bee hotel parasite study",
    "parasitism trap nests solitary bees",
    "bee hotels parasites effects",
)


def test_rephrased_searches_without_a_hit_are_one_finding() -> None:
    run = Conversation("Find studies on the effect of bee hotels on parasites.")
    spans = run.each(*map(search, REPHRASED))
    run.says("I found none.")
    one = only(run, "no_progress")
    assert (one.severity, one.where, one.span_ids) == ("error", "search_papers", ids(*spans))
    assert "No results." in one.evidence
    assert kinds(run) == {"no_progress"}


def test_guesses_that_all_fail_alike_are_no_progress_and_not_ten_failures() -> None:
    run = Conversation("What does the kettle cost?")
    guesses = (".price", "#price", "span.product-price", "[itemprop=price]", "div.price > b")
    spans = run.each(*[call("text_of", error="no element matches the selector", selector=one) for one in guesses])
    run.says("I could not find the price.")
    assert only(run, "no_progress").span_ids == ids(*spans)
    assert not kinds(run) & {"tool_error", "retry_storm"}


def test_the_same_long_answer_to_other_words_is_no_news() -> None:
    run = Conversation("How do I return a gift without a receipt?")
    answer = "Article 12: Opening hours. Our shops are open from 9 to 18, on Saturdays until 16."
    spans = run.each(
        *[search(f"{words} gift without receipt", answer) for words in ("return", "returning a", "give back")]
    )
    spans += run.each(search("gift receipt lost return", answer))
    run.says("I did not find it.")
    assert set(only(run, "no_progress").span_ids) <= set(ids(*spans))


def test_one_fact_after_another_about_the_same_record_is_one_attempt_after_another() -> None:
    run = Conversation("Find Keiko Sato's booking: 2 March 2025, flight LH710, sato@mail.example.")
    facts = {"name": "Keiko Sato", "date": "2025-03-02", "flight": "LH710", "mail": "sato@mail.example"}
    run.each(*[call("find_booking", "no booking found", field=field, value=value) for field, value in facts.items()])
    run.says("I could not find a booking.")
    assert "no_progress" in kinds(run)


def test_a_check_that_fails_alike_after_each_change_is_no_progress() -> None:
    run = Conversation("Make the checks of the parser green.")
    checks = []
    for number in range(3):
        checks += run.each(call("run_checks", f"2 failed, 18 passed in 1.{number} s", module="parser"))
        run.each(call("edit_file", "1 replacement", path="parser.py", old=f"a{number}", new=f"b{number}"))
    run.says("The checks still fail.")
    one = only(run, "no_progress")
    assert one.span_ids == ids(*checks)
    assert kinds(run) == {"no_progress"}


@pytest.mark.parametrize(
    "check",
    [
        call("http_status", "502", url="https://x.example"),
        call("run_checks", error="AssertionError: 3 != 4", path="a.py"),
    ],
    ids=["a number", "an exception"],
)
def test_whatever_the_check_calls_failing(check: Asked) -> None:
    run = Conversation("The site is down. Bring it up.")
    for remedy in ("restart_web", "clear_cache", "reload_config", "scale_up"):
        run.each(call(remedy, "done", service="web"), check)
    run.says("I could not bring it up.")
    assert kinds(run) == {"no_progress"}


def test_a_number_that_does_not_move_is_no_progress_if_the_run_owns_up_to_it() -> None:
    answers = {"I could not get it below 200 ms.": {"no_progress"}, "Done, all four sizes take 190 ms.": set()}
    for answer, expected in answers.items():
        run = Conversation("Bring the answer time below 200 ms.")
        for size in (8, 16, 32, 64):
            run.each(call("set_pool_size", "pool size set", size=size), call("measure", '{"p95_ms": 840}'))
        run.says(answer)
        assert kinds(run) & {"no_progress"} == expected


@pytest.mark.parametrize(
    ("tool", "result", "asked"),
    [
        ("find_customer", "no match", ["Jon Smyth", "John Smith", "J. Smith", "Jonathan Smythe"]),
        (
            "open_url",
            "404 page not found",
            [f"https://x.example/{one}" for one in ("price", "plans", "plan-b", "costs")],
        ),
        (
            "compile",
            "error: expected ';' before 'return'",
            [f"int main() {{ int price = {n}; print(price) return price }}" for n in range(4)],
        ),
        (
            "ask_porter",
            "I can not tell you that.",
            ["the code?", "which code?", "what code opens it?", "the door's code?"],
        ),
        ("grep", "", ["max_wait", "maxWait", "MAX_WAIT", "max-wait"]),
    ],
)
def test_guesses_of_any_kind(tool: str, result: str, asked: list[str]) -> None:
    run = Conversation("Find it.")
    run.each(call("list_files", "a.py b.py"), *[call(tool, result, what=one) for one in asked])
    run.says("I could not find it.")
    assert "no_progress" in kinds(run)


def test_a_check_that_passes_in_the_end_was_worth_it() -> None:
    run = Conversation("Make the checks of the parser green.")
    for number in range(3):
        run.each(call("run_checks", "2 failed, 18 passed", module="parser"))
        run.each(call("edit_file", "1 replacement", path="parser.py", old=f"a{number}", new=f"b{number}"))
    run.each(call("run_checks", "20 passed", module="parser"))
    run.says("All 20 checks pass.")
    assert kinds(run) == set()


def test_existence_checks_over_what_the_task_names_are_healthy() -> None:
    run = Conversation("Which of the names falcon, heron, osprey, kestrel and merlin are taken?")
    names = ("falcon", "heron", "osprey", "kestrel", "merlin")
    run.each(*[call("look_up_name", "not found", name=name) for name in names])
    run.says("None: falcon, heron, osprey, kestrel and merlin are all free.")
    assert kinds(run) == set()


def test_existence_checks_over_what_an_earlier_result_names_are_healthy() -> None:
    run = Conversation("Has any of our suppliers been sanctioned?")
    run.each(call("suppliers", "Ferro Lutz; Hinge & Co; Bolt Brothers; Nova Screws"))
    for name in ("Ferro Lutz", "Hinge & Co", "Bolt Brothers", "Nova Screws"):
        run.each(call("sanctions", "no entry", firm=name))
    run.says("None of the four, Ferro Lutz, Hinge & Co, Bolt Brothers and Nova Screws, has an entry.")
    assert kinds(run) == set()


@pytest.mark.parametrize("result", ["200 OK", "sent", '{"ok": true}'])
def test_the_same_good_news_about_other_things_is_good_news(result: str) -> None:
    run = Conversation("Do it for all five.")
    run.each(*[call("do_it", result, place=place) for place in ("north", "south", "east", "west", "centre")])
    run.says("Done for north, south, east, west and centre.")
    assert kinds(run) == set()


def test_days_gone_through_one_by_one_are_counted_not_guessed() -> None:
    run = Conversation("When is the hall free in May?")
    days = [call("hall", "not available", day=f"2025-05-{day:02d}") for day in range(2, 8)]
    run.each(*days, call("hall", "free from 14:00", day="2025-05-08"))
    run.says("On 8 May from 14:00.")
    assert kinds(run) == set()


def test_a_service_that_is_down_is_another_matter() -> None:
    run = Conversation()
    for town in ("Lyon", "Turin", "Graz", "Split"):
        run.each(call("forecast", error="503 Service Unavailable", town=town))
    assert "no_progress" not in kinds(run)


def test_one_setting_after_another_that_is_not_the_one_is_no_progress() -> None:
    run = Conversation("Home the arm.")
    run.each(*(call("home_arm", "not homed: switch open", speed=speed) for speed in (100, 80, 50, 30, 10)))
    run.says("The arm does not home at any speed.")
    assert kinds(run) == {"no_progress"}


WALL = "Please sign in to continue."


def test_tools_that_all_answer_in_the_same_words_bring_no_progress() -> None:
    run = Conversation("Where does ethyl nitrate catch fire?")
    spans = run.each(
        call("supplier_sheet", WALL, substance="ethyl nitrate"),
        call("agency_record", WALL, substance="ethyl nitrate"),
        call("open_page", WALL, address="https://sds.example.org/27247"),
        call("open_page", WALL, address="https://chem.example.org/en"),
        call("agency_record", WALL, substance="27247-96-7"),
    )
    run.says("Every source wants me to sign in.")
    assert set(only(run, "no_progress").span_ids) <= set(ids(*spans))


def test_checks_of_different_things_may_all_say_none() -> None:
    run = Conversation("Is anything open for Ann?")
    run.each(*(call(tool, "none", person="Ann") for tool in ("loans", "fines", "orders", "holds", "notes")))
    run.says("Nothing is open for Ann.")
    assert "no_progress" not in kinds(run)

"""Fourth set: healthy runs in which something fails and is made good, or only looks so."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import call, data, fails, healthy, say, think, together, tool, use

RECOVERED: tuple[Scenario, ...] = (
    healthy(
        "f-scanner-busy-then-free",
        "tool_error",
        "Scan the consent form of Mr Abe.",
        (
            tool(
                "scan",
                "Scans a form.",
                "patient",
                fails("scanner busy, try again"),
                "form of Abe scanned, 2 pages, signed",
            ),
        ),
        (
            use("scan", patient="Abe"),
            use("scan", patient="Abe"),
            say("The consent form of Mr Abe is scanned: 2 pages, signed."),
        ),
    ),
    healthy(
        "s-book-not-in-first-branch",
        "tool_error",
        "Which branch has 'The Salt Path'?",
        (
            tool(
                "branch_holdings",
                "Whether a branch holds a title.",
                "branch title",
                data(status=404, message="not held"),
                data(status=200, shelf="R7", copies=2),
            ),
        ),
        (
            use("branch_holdings", branch="North", title="The Salt Path"),
            use("branch_holdings", branch="Harbour", title="The Salt Path"),
            say("Not North, but Harbour has two copies of 'The Salt Path', on shelf R7."),
        ),
    ),
    healthy(
        "s-error-log-is-the-subject",
        "tool_error",
        "Which errors did the press report last night?",
        (
            tool(
                "event_log",
                "Event log of a machine.",
                "machine",
                (
                    "01:12 ERROR E-207 hydraulic pressure low\n01:13 INFO pump restarted\n03:40 ERROR E-311 "
                    "timeout waiting for robot\n03:41 INFO cycle resumed"
                ),
            ),
        ),
        (
            use("event_log", machine="press"),
            say(
                "Two: E-207 (hydraulic pressure low) at 01:12 and E-311 (timeout waiting for the robot) "
                "at 03:40; it recovered from both."
            ),
        ),
    ),
    healthy(
        "f-failing-tests-are-expected",
        "tool_error",
        "Write a failing test for the rounding bug, then fix it.",
        (
            tool("write", "Writes a file.", "path", "written"),
            tool(
                "run_tests",
                "Runs the tests.",
                "path",
                "1 failed: test_rounds_half_up - assert 2 == 3",
                "1 passed in 0.04s",
            ),
        ),
        (
            use("write", path="tests/test_round.py"),
            use("run_tests", path="tests/test_round.py"),
            think("It fails, as it should. Now the fix.", call("write", path="round.py")),
            use("run_tests", path="tests/test_round.py"),
            say("The test failed as expected (2 instead of 3); with the fix it passes."),
        ),
    ),
    healthy(
        "f-mirror-times-out-other-answers",
        "timeout",
        "Download the star catalogue.",
        (
            tool(
                "download",
                "Downloads from a mirror.",
                "mirror",
                fails("mirror eu did not answer", "TimeoutError", 0.2),
                "catalogue.fits, 118 MB, sha256 ok",
            ),
        ),
        (
            use("download", mirror="eu"),
            use("download", mirror="jp"),
            say("The European mirror did not answer; the Japanese one gave me catalogue.fits (118 MB, checksum ok)."),
        ),
    ),
    healthy(
        "s-question-about-timeouts",
        "timeout",
        "What is the read timeout of our gateway, and should we raise it?",
        (tool("config", "A setting.", "key", "gateway.read_timeout = 30s (timeout errors last week: 0)"),),
        (
            use("config", key="gateway.read_timeout"),
            say("The read timeout is 30 s; there were no timeout errors last week, so leave it."),
        ),
    ),
    healthy(
        "f-one-refusal-then-service",
        "rate_limited",
        "Übersetze 'Vorsicht Stufe' ins Finnische.",
        (tool("uebersetze", "Übersetzt.", "text sprache", "429 Too Many Requests, retry after 1 s", "Varo askelmaa"),),
        (
            use("uebersetze", text="Vorsicht Stufe", sprache="fi"),
            use("uebersetze", text="Vorsicht Stufe", sprache="fi"),
            say("'Vorsicht Stufe' heißt auf Finnisch 'Varo askelmaa'."),
        ),
    ),
    healthy(
        "s-limits-are-the-answer",
        "rate_limited",
        "How many requests may a partner send us?",
        (
            tool(
                "docs",
                "A page of the manual.",
                "page",
                "Partners: rate limit 100 requests per minute; beyond that HTTP 429 with Retry-After.",
            ),
        ),
        (use("docs", page="limits"), say("A partner may send 100 requests a minute; beyond that we answer HTTP 429.")),
    ),
    healthy(
        "f-two-retries-then-stored",
        "retry_storm",
        "Store the reading 21.4 of probe 6.",
        (
            tool(
                "store",
                "Stores a reading.",
                "probe:integer value",
                fails("database is locked"),
                fails("database is locked"),
                "stored, row 90114",
            ),
        ),
        (
            use("store", probe=6, value="21.4"),
            use("store", probe=6, value="21.4"),
            use("store", probe=6, value="21.4"),
            say("The reading 21.4 of probe 6 is stored (row 90114)."),
        ),
    ),
    healthy(
        "f-no-claims-found-said-so",
        "empty_output",
        "Gibt es offene Reklamationen zu Charge 5571?",
        (tool("reklamationen", "Reklamationen einer Charge.", "charge:integer", "[]"),),
        (use("reklamationen", charge=5571), say("Nein, zu Charge 5571 gibt es keine offenen Reklamationen.")),
    ),
    healthy(
        "f-delete-answers-nothing",
        "empty_output",
        "Delete the draft of the newsletter.",
        (tool("delete_draft", "Deletes a draft.", "name", ""),),
        (use("delete_draft", name="newsletter"), say("The draft of the newsletter is deleted.")),
    ),
    healthy(
        "s-answer-is-one-word",
        "empty_output",
        "Is valve 3 open? Answer with yes or no.",
        (tool("valve", "State of a valve.", "number:integer", "OPEN"),),
        (use("valve", number=3), say("Yes")),
    ),
    healthy(
        "f-list-that-ends-with-ellipsis",
        "output_truncated",
        "Give me a teaser for the whale watching tour that leaves people curious.",
        (),
        (say("The engine falls silent. The sea holds its breath. And then, right beside the boat..."),),
    ),
    healthy(
        "s-tool-says-more-rows-exist",
        "output_truncated",
        "Name three players who were online yesterday.",
        (tool("online", "Players online.", "day", "Kestrel_9, mira, t0m, luz_a, ... (showing 4 of 812)"),),
        (use("online", day="yesterday"), say("Kestrel_9, mira and t0m were online yesterday.")),
    ),
    healthy(
        "s-optional-step-fails-and-is-told",
        "swallowed_error",
        "Book room 2.1 for Tuesday at ten and invite Lea and Tom.",
        (
            tool("book_room", "Books a room.", "room day hour:integer", "2.1 booked, Tue 10:00"),
            tool("invite", "Invites a person.", "person", "invited", fails("Tom is out of office until May")),
            tool("mail", "Sends a mail.", "to text", "sent"),
        ),
        (
            use("book_room", room="2.1", day="Tue", hour=10),
            together(call("invite", person="Lea"), call("invite", person="Tom")),
            think(
                "Tom cannot be invited in the calendar, so I write to him.",
                call("mail", to="Tom", text="Tue 10:00, room 2.1"),
            ),
            say(
                "Room 2.1 is booked for Tuesday at 10:00 and Lea is invited. Tom is out of office until "
                "May, so he got a mail instead."
            ),
        ),
    ),
    healthy(
        "s-bad-argument-corrected-by-default",
        "invalid_output",
        "Quel est le statut du vol AF 7 ?",
        (
            tool(
                "vol",
                "Statut d'un vol.",
                "numero",
                "numéro attendu au format AF0007",
                "AF0007 : embarquement porte K41",
            ),
        ),
        (use("vol", numero="AF 7"), use("vol", numero="AF0007"), say("Le vol AF 7 embarque porte K41.")),
    ),
    healthy(
        "f-answer-in-json-as-asked",
        "invalid_output",
        "Give me name and height of the tallest tree in the park.",
        (tool("trees", "Trees of a park.", "park", "Plane 'Old Ben' 31.5 m; lime 22 m; oak 27 m"),),
        (use("trees", park="Hill"), say('{"name": "Old Ben", "height_m": 31.5}')),
        system="Answer only with JSON: name, height_m (number).",
        schema={
            "type": "object",
            "properties": {"name": {"type": "string"}, "height_m": {"type": "number"}},
            "required": ["name", "height_m"],
            "additionalProperties": False,
        },
    ),
    healthy(
        "s-config-invalid-then-mended",
        "validation_failed",
        "Add the lunch menu to the site and make sure it validates.",
        (
            tool("write_page", "Writes a page.", "html", "written"),
            tool("validate", "Validates the page.", "page", "1 error: <li> outside of <ul>", "0 errors"),
        ),
        (
            use("write_page", html="<li>Soup</li>"),
            use("validate", page="menu"),
            use("write_page", html="<ul><li>Soup</li></ul>"),
            use("validate", page="menu"),
            say("The lunch menu is on the site and validates with 0 errors."),
        ),
    ),
)

SCENARIOS: tuple[Scenario, ...] = RECOVERED

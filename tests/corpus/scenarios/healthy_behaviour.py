"""Healthy runs that look as if they went in circles or missed their aim: polls, pages, edits, plans, searches."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import call, data, healthy, say, think, together, tool, use

CIRCLES: tuple[Scenario, ...] = (
    healthy(
        "a-kiln-watched-until-cold",
        "call_loop",
        "Tell me when kiln 2 is below 60 degrees and then unlock its door.",
        (
            tool(
                "wait_and_read",
                "Wait for ten minutes, then read a kiln's temperature.",
                "kiln:integer",
                *[data(kiln=2, celsius=celsius) for celsius in (141, 118, 97, 79, 66, 57)],
            ),
            tool("unlock_door", "Unlock a door.", "kiln:integer", "unlocked"),
        ),
        (
            *[use("wait_and_read", kiln=2)] * 6,
            use("unlock_door", kiln=2),
            say("Kiln 2 has come down from 141 to 57 degrees, and its door is unlocked."),
        ),
    ),
    healthy(
        "a-members-listed-page-by-page",
        "call_loop",
        "How many of our club's members live in Tampere?",
        (
            tool(
                "list_members",
                "A page of members.",
                "page:integer",
                data(page=1, pages=5, towns={"Tampere": 11, "Turku": 9}),
                data(page=2, pages=5, towns={"Tampere": 8, "Espoo": 12}),
                data(page=3, pages=5, towns={"Tampere": 14, "Oulu": 6}),
                data(page=4, pages=5, towns={"Tampere": 3, "Turku": 17}),
                data(page=5, pages=5, towns={"Tampere": 5, "Lahti": 2}),
            ),
        ),
        (
            *[use("list_members", page=page) for page in range(1, 6)],
            say("41 members live in Tampere (11 + 8 + 14 + 3 + 5 over the five pages)."),
        ),
    ),
    healthy(
        "a-queue-emptied-message-by-message",
        "call_loop",
        "Work through the complaints in the queue and give me a line on each.",
        (
            tool(
                "next_message",
                "Take the next message off a queue.",
                "queue",
                "K-1: the lift in house 4 is stuck",
                "K-2: no warm water in flat 17",
                "K-3: bins not emptied since Monday",
                "K-4: light in the stairs of house 2 is out",
                "(the queue is empty)",
            ),
        ),
        (
            *[use("next_message", queue="complaints")] * 5,
            say(
                "K-1 lift stuck in house 4; K-2 no warm water in flat 17; K-3 bins full since Monday; "
                "K-4 light out in house 2. The queue is empty now."
            ),
        ),
    ),
    healthy(
        "a-three-files-read-and-edited",
        "ping_pong",
        "Rename the setting 'max_wait' to 'patience' in all files that use it.",
        (
            tool("search_code", "Files with a word.", "word", "queue.py, worker.py, README.md"),
            tool(
                "read_file",
                "A file.",
                "path",
                "max_wait = settings['max_wait']",
                "sleep(min(delay, max_wait))",
                "| max_wait | seconds to wait at most |",
            ),
            tool("edit_file", "Replace words in a file.", "path old new", "2 changed", "1 changed", "1 changed"),
        ),
        (
            use("search_code", word="max_wait"),
            use("read_file", path="queue.py"),
            use("edit_file", path="queue.py", old="max_wait", new="patience"),
            use("read_file", path="worker.py"),
            use("edit_file", path="worker.py", old="max_wait", new="patience"),
            use("read_file", path="README.md"),
            use("edit_file", path="README.md", old="max_wait", new="patience"),
            say("max_wait is now patience in queue.py (2 places), worker.py (1) and README.md (1)."),
        ),
    ),
    healthy(
        "a-search-and-open-three-rulings",
        "ping_pong",
        "Find rulings on noise from heat pumps and say how far from the neighbour they had to be.",
        (
            tool(
                "search_rulings", "Search rulings.", "query", "14 U 43/22", "9 O 110/21; refers to 3 S 7/20", "3 S 7/20"
            ),
            tool(
                "open_ruling",
                "Text of a ruling.",
                "number",
                "14 U 43/22: 3 metres were kept, claim refused",
                "9 O 110/21: moved from 1.2 to 3 metres",
                "3 S 7/20: no distance needed where 35 dB(A) are kept at night",
            ),
        ),
        (
            use("search_rulings", query="heat pump noise neighbour"),
            use("open_ruling", number="14 U 43/22"),
            use("search_rulings", query="heat pump distance moved"),
            use("open_ruling", number="9 O 110/21"),
            use("search_rulings", query="3 S 7/20"),
            use("open_ruling", number="3 S 7/20"),
            say(
                "14 U 43/22: 3 m sufficed. 9 O 110/21: it had to move from 1.2 to 3 m. 3 S 7/20: no distance if 35 "
                "dB(A) are kept at night."
            ),
        ),
    ),
    healthy(
        "a-five-sites-all-fine",
        "no_progress",
        "Check that our five sites answer.",
        (tool("check_site", "Check whether a site answers.", "url", "200 OK"),),
        (
            *[
                use("check_site", url=f"https://{name}.orchard.example")
                for name in ("www", "shop", "blog", "jobs", "api")
            ],
            say("All five sites answer with 200: www, shop, blog, jobs and api."),
        ),
    ),
    healthy(
        "a-bisect-to-the-bad-commit",
        "no_progress",
        "Since which of the last 16 builds does the start take more than five seconds?",
        (
            tool(
                "start_time", "Seconds that a build takes to start.", "build:integer", "2.1", "2.1", "6.8", "2.2", "6.8"
            ),
        ),
        (
            use("start_time", build=801),
            use("start_time", build=808),
            use("start_time", build=812),
            use("start_time", build=810),
            use("start_time", build=811),
            say("Since build 811: it takes 6.8 s, while 810 still starts in 2.2 s."),
        ),
    ),
)

ENDS: tuple[Scenario, ...] = (
    healthy(
        "a-contact-looked-up-then-called",
        "misrouted",
        "Call the caretaker of the Elm Street building about the broken gate.",
        (
            tool("find_contact", "Contacts by role and place.", "role place", "N. Petrov, +359 2 555 0142"),
            tool("place_call", "Call a number and say something.", "number message", "answered, call lasted 41 s"),
        ),
        (
            use("find_contact", role="caretaker", place="Elm Street"),
            use(
                "place_call", number="+359 2 555 0142", message="The gate at Elm Street is broken. Please have a look."
            ),
            say("I called the caretaker, N. Petrov; he answered and now knows about the gate."),
        ),
    ),
    healthy(
        "a-own-handbook-first-then-the-web",
        "misrouted",
        "Do we have a rule on bringing dogs to the office, and what do others do?",
        (
            tool(
                "search_handbook", "Search our handbook.", "query", "6.3 Animals: with the team's consent, not in labs"
            ),
            tool(
                "search_web", "Search the web.", "query", "Survey of 900 firms: 31 % allow dogs, mostly by team consent"
            ),
        ),
        (
            use("search_handbook", query="dogs office"),
            use("search_web", query="dogs in the office how many firms allow"),
            say(
                "Yes, rule 6.3: with the team's consent and not in labs. Of 900 firms 31 % allow dogs, mostly likewise."
            ),
        ),
    ),
    healthy(
        "a-plan-of-four-steps-carried-out",
        "premature_end",
        "Close down the account of Ravi Menon, who leaves today.",
        (
            tool("disable_login", "Disable a login.", "login", "disabled"),
            tool("hand_over_files", "Give files to somebody else.", "login to", "318 files handed over"),
            tool("cancel_licences", "Cancel licences.", "login", "3 licences cancelled, saves 74 EUR a month"),
            tool("notify", "Tell somebody.", "person text", "delivered"),
        ),
        (
            think(
                "Plan:\n1. Disable the login\n2. Hand his files to his manager\n3. Cancel his licences\n4. Tell the "
                "manager",
                call("disable_login", login="rmenon"),
            ),
            use("hand_over_files", login="rmenon", to="kberg"),
            use("cancel_licences", login="rmenon"),
            use("notify", person="kberg", text="Ravi Menon's account is closed; his 318 files are yours now."),
            say(
                "All four steps are done: login disabled, 318 files with K. Berg, 3 licences cancelled (74 EUR a month "
                "saved), and K. Berg has been told."
            ),
        ),
    ),
    healthy(
        "a-plan-shortened-with-a-reason",
        "premature_end",
        "Find out why the newsletter wasn't sent.",
        (
            tool("mail_queue", "State of the mail queue.", "", "0 waiting, 0 failed"),
            tool("campaign", "A campaign.", "name", "May newsletter: status draft, never scheduled"),
            tool("bounces", "Bounced mails.", "campaign", "none"),
        ),
        (
            think(
                "I'd check three things: 1. the mail queue, 2. the campaign's state, 3. bounced mails.",
                call("mail_queue"),
            ),
            use("campaign", name="May newsletter"),
            say(
                "The mail queue is empty because the May newsletter was never scheduled: it is still a draft. So step "
                "3, the bounces, is not needed. Shall I schedule it?"
            ),
        ),
    ),
    healthy(
        "a-steps-for-the-person-to-do",
        "premature_end",
        "How do I change the filter of the ventilation?",
        (
            tool(
                "search_manual",
                "Search the manual.",
                "query",
                "Filter F7: off, flap, pull, arrow to the left, flap, on",
            ),
        ),
        (
            use("search_manual", query="change filter"),
            say(
                "Here is how:\n1. Switch the ventilation off.\n2. Open the flap.\n3. Pull the old filter out.\n4. "
                "Push the new F7 filter in, arrow to the left.\n5. Close the flap and switch it on again."
            ),
        ),
    ),
    healthy(
        "a-search-without-hits-then-another",
        "unused_answer",
        "Which of our suppliers makes stainless hinges?",
        (
            tool(
                "search_suppliers",
                "Search suppliers.",
                "text",
                "no hits",
                "Ferro Lutz, Linz: hinges, brackets (1.4301)",
            ),
        ),
        (
            use("search_suppliers", text="stainless hinges"),
            use("search_suppliers", text="hinges"),
            say("Ferro Lutz in Linz makes hinges of stainless steel (1.4301)."),
        ),
    ),
    healthy(
        "a-writes-acknowledged-and-not-quoted",
        "unused_answer",
        "Put 'water the plants' on Monday's and Thursday's to-do list.",
        (tool("add_todo", "Add to the to-do list of a day.", "day text", data(id="t-4471", revision=88, ok=True)),),
        (
            together(
                call("add_todo", day="Monday", text="water the plants"),
                call("add_todo", day="Thursday", text="water the plants"),
            ),
            say("'Water the plants' is on your list for Monday and for Thursday."),
        ),
    ),
    healthy(
        "a-found-id-only-used-for-the-next-call",
        "unused_answer",
        "What is the weather at our Kiruna station?",
        (
            tool("station_id", "Id of a station.", "name", '{"id": "st-0097", "lat": 67.85, "lon": 20.22}'),
            tool("station_weather", "Weather at a station.", "station", "-11 C, snow, wind 6 m/s"),
        ),
        (
            use("station_id", name="Kiruna"),
            use("station_weather", station="st-0097"),
            say("In Kiruna it is -11 degrees with snow and a wind of 6 m/s."),
        ),
    ),
)

SCENARIOS: tuple[Scenario, ...] = CIRCLES + ENDS

"""Runs that go round in circles: the same call again, two in turn, or ever other calls without anything new."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import at, call, data, fails, faulty, say, think, tool, use

LOOPS: tuple[Scenario, ...] = (
    faulty(
        "a-parcel-status-asked-six-times",
        "call_loop",
        "Where is my parcel 3SKABA889201?",
        (
            tool(
                "track_parcel",
                "Where a parcel is.",
                "number",
                '{"number": "3SKABA889201", "state": "at sorting centre Nieuwegein", "since": "2025-02-18T04:12"}',
            ),
        ),
        (
            *[use("track_parcel", number="3SKABA889201")] * 6,
            say("Your parcel has been at the sorting centre in Nieuwegein since 18 February, 04:12."),
        ),
        at("track_parcel", 1, 2, 3, 4, 5),
        allowed="redundant_call no_progress",
    ),
    faulty(
        "a-file-read-over-and-over-with-comments",
        "call_loop",
        "Why does parse_amount in billing/money.py drop the cents?",
        (
            tool("search_code", "Search the code.", "pattern", "billing/money.py:41: def parse_amount(text):"),
            tool(
                "read_file",
                "Read a file.",
                "path",
                "def parse_amount(text):\n    whole, _, cents = text.partition(',')\n    return int(whole) * 100\n",
            ),
        ),
        (
            use("search_code", pattern="parse_amount"),
            think("Let me look at the file.", call("read_file", path="billing/money.py")),
            think("I need to look at the file more closely.", call("read_file", path="billing/money.py")),
            think("Let me check the file again.", call("read_file", path="billing/money.py")),
            think("I should read the file to be sure.", call("read_file", path="billing/money.py")),
            think("Let me read the file.", call("read_file", path="billing/money.py")),
            say(
                "parse_amount splits off the cents but never adds them: it should return int(whole) * 100 + int(cents)."
            ),
        ),
        at("read_file", 1, 2, 3, 4),
        allowed="redundant_call no_progress reasoning_loop",
    ),
    faulty(
        "a-empty-slot-search-repeated",
        "call_loop",
        "Find a slot with Dr. Haddad before Friday.",
        (
            tool("doctor_id", "Id of a doctor.", "name", "D-207"),
            tool("free_slots", "Free slots of a doctor.", "doctor until", '{"slots": []}'),
        ),
        (
            use("doctor_id", name="Haddad"),
            *[use("free_slots", doctor="D-207", until="2025-05-16")] * 5,
            say("Dr. Haddad has no free slot before Friday."),
        ),
        at("free_slots", 1, 2, 3, 4),
        allowed="redundant_call no_progress",
    ),
)

PING_PONGS: tuple[Scenario, ...] = (
    faulty(
        "a-billing-and-network-teams-hand-over-to-each-other",
        "ping_pong",
        "My bill has a roaming charge of 31 euros but I never left the country. Please sort it out.",
        (
            tool(
                "ask_billing_team",
                "Ask the billing team.",
                "customer question",
                "The charge comes from the network records. Please ask the network team.",
            ),
            tool(
                "ask_network_team",
                "Ask the network team.",
                "customer question",
                "Charges are a matter of billing. Please ask the billing team.",
            ),
        ),
        (
            *[
                use("ask_billing_team", customer="K-20118", question="Why was 31 EUR roaming charged?"),
                use("ask_network_team", customer="K-20118", question="Why was 31 EUR roaming charged?"),
            ]
            * 4,
            say("I wasn't able to clear up the roaming charge; neither team takes it on. A person has to look at it."),
        ),
        at("ask_billing_team", 0, 1, 2, 3) + at("ask_network_team", 0, 1, 2, 3),
        allowed="call_loop no_progress redundant_call delegation_cycle",
    ),
    faulty(
        "a-formatter-and-linter-in-turn",
        "ping_pong",
        "Make web/cart.ts pass the style checks.",
        (
            tool("run_linter", "Check a file.", "path", "web/cart.ts:18 quotes: use double quotes (1 problem)"),
            tool("run_formatter", "Format a file.", "path", "web/cart.ts: 1 line changed to single quotes"),
        ),
        (
            *[use("run_linter", path="web/cart.ts"), use("run_formatter", path="web/cart.ts")] * 4,
            say("The linter wants double quotes and the formatter writes single ones; one setting has to be changed."),
        ),
        at("run_linter", 0, 1, 2, 3) + at("run_formatter", 0, 1, 2, 3),
        allowed="call_loop no_progress redundant_call",
    ),
    faulty(
        "a-policy-and-roster-looked-up-in-turn",
        "ping_pong",
        "May Jonas take the night shift on 9 May?",
        (
            tool(
                "shift_roster", "Roster of a day.", "date", "2025-05-09: night shift open, Jonas late shift until 22:00"
            ),
            tool("rest_rules", "Rules for rest.", "role", "nurse: 11 hours between two shifts"),
        ),
        (
            think("First the roster.", call("shift_roster", date="2025-05-09")),
            use("rest_rules", role="nurse"),
            use("shift_roster", date="2025-05-09"),
            use("rest_rules", role="nurse"),
            use("shift_roster", date="2025-05-09"),
            use("rest_rules", role="nurse"),
            use("shift_roster", date="2025-05-09"),
            use("rest_rules", role="nurse"),
            say("No. Jonas works until 22:00 that day, and nurses need 11 hours of rest between shifts."),
        ),
        at("shift_roster", 1, 2, 3) + at("rest_rules", 1, 2, 3),
        allowed="call_loop no_progress redundant_call",
    ),
)

NO_PROGRESS: tuple[Scenario, ...] = (
    faulty(
        "a-literature-search-rephrased-in-vain",
        "no_progress",
        "Find studies on the effect of bee hotels on solitary bee parasites.",
        (tool("search_papers", "Search papers.", "query", "No results."),),
        (
            use("search_papers", query="bee hotels effect on solitary bee parasites"),
            use("search_papers", query="bee hotel parasite solitary bees"),
            use("search_papers", query="effects of bee hotels on parasites of solitary bees"),
            use("search_papers", query="solitary bees parasites trap nests bee hotels"),
            use("search_papers", query="bee hotel parasitism"),
            use("search_papers", query="parasites in bee hotels study"),
            say("I found no studies on that in the paper index."),
        ),
        at("search_papers", 0, 1, 2, 3, 4, 5),
        allowed="call_loop",
    ),
    faulty(
        "a-login-tried-with-every-setting",
        "no_progress",
        "Check why the nightly export to the partner's SFTP server stopped.",
        (
            tool(
                "export_log",
                "Last lines of the export's log.",
                "",
                "02:00:04 connect sftp.partner.example:22 ... denied",
            ),
            tool("try_connection", "Try a connection.", "host port:integer method", "Permission denied (publickey)."),
        ),
        (
            use("export_log"),
            use("try_connection", host="sftp.partner.example", port=22, method="publickey"),
            use("try_connection", host="sftp.partner.example", port=2222, method="publickey"),
            use("try_connection", host="sftp.partner.example", port=22, method="password"),
            use("try_connection", host="sftp2.partner.example", port=22, method="publickey"),
            use("try_connection", host="sftp2.partner.example", port=2222, method="keyboard-interactive"),
            say("Every way to connect ends in 'Permission denied (publickey)'. Our key seems to be gone there."),
        ),
        at("try_connection", 0, 1, 2, 3, 4),
        allowed="tool_error retry_storm",
    ),
    faulty(
        "a-three-directories-know-nothing",
        "no_progress",
        "Get me the phone number of the notary who certified deed 118/2019.",
        (
            tool("search_deeds", "Search deeds.", "text", '{"matches": []}'),
            tool("search_notaries", "Search notaries.", "text", '{"matches": []}'),
            tool("search_archive", "Search the archive.", "text", '{"matches": []}'),
        ),
        (
            use("search_deeds", text="118/2019"),
            use("search_notaries", text="118/2019"),
            use("search_archive", text="118/2019"),
            use("search_deeds", text="deed 118 2019"),
            use("search_archive", text="deed no. 118 of 2019"),
            use("search_notaries", text="notary of deed 118/2019"),
            use("search_deeds", text="118-2019"),
            say("None of the three registers knows a deed 118/2019, so I can't name the notary."),
        ),
        at("search_deeds", 0, 1, 2) + at("search_notaries", 0, 1) + at("search_archive", 0, 1),
        allowed="ping_pong call_loop",
    ),
    faulty(
        "a-selector-guessed-again-and-again",
        "no_progress",
        "Read the current price of the Vesper kettle from the shop's page.",
        (
            tool("open_page", "Open a page.", "url", data(title="Vesper kettle 1.7 l", bytes=88213)),
            tool(
                "query_selector",
                "Text of an element.",
                "selector",
                fails("no element matches the selector", "LookupError"),
            ),
        ),
        (
            use("open_page", url="https://shop.example/p/vesper-kettle"),
            use("query_selector", selector=".price"),
            use("query_selector", selector="#price"),
            use("query_selector", selector="span.product-price"),
            use("query_selector", selector="[itemprop=price]"),
            use("query_selector", selector="div.price > span"),
            say("I could open the page, but I did not find the price on it."),
        ),
        at("query_selector", 0, 1, 2, 3, 4),
        allowed="tool_error retry_storm",
    ),
)

SCENARIOS: tuple[Scenario, ...] = LOOPS + PING_PONGS + NO_PROGRESS

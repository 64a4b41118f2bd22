"""Sixth set: agents that go round in circles, look in vain, or take the wrong way first."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import at, call, data, fails, faulty, say, think, tool, use

LOOPS: tuple[Scenario, ...] = (
    faulty(
        "x-workshop-asks-for-the-same-slot",
        "call_loop",
        "Find me a free slot for an oil change on Friday.",
        (
            tool("service_time", "How long a service takes.", "service", "oil change: 40 minutes"),
            tool("free_slots", "Free slots of a day.", "date minutes:integer", '{"date": "2026-11-27", "slots": []}'),
        ),
        (
            use("service_time", service="oil change"),
            *[use("free_slots", date="2026-11-27", minutes=40)] * 6,
            say("There is no free slot for an oil change on Friday."),
        ),
        at("free_slots", 0, 1, 2, 3, 4, 5),
        allowed="redundant_call no_progress",
    ),
    faulty(
        "x-translation-glossary-once-more",
        "call_loop",
        "How do we translate 'Gewährleistung' for client Norda?",
        (
            tool(
                "glossary",
                "Looks a term up in a client's glossary.",
                "client term",
                "| German | English |\n|---|---|\n| Gewährleistung | warranty (statutory) |",
            ),
        ),
        (
            think("I look it up.", call("glossary", client="Norda", term="Gewährleistung")),
            think("Let me make sure that this is right.", call("glossary", client="Norda", term="Gewährleistung")),
            think("Hm, is it 'warranty' or 'guarantee'?", call("glossary", client="Norda", term="Gewährleistung")),
            think("I had better look at it again.", call("glossary", client="Norda", term="Gewährleistung")),
            think("One more look at the entry.", call("glossary", client="Norda", term="Gewährleistung")),
            say("For Norda it is 'warranty (statutory)'."),
        ),
        at("glossary", 0, 1, 2, 3, 4),
        allowed="redundant_call no_progress reasoning_loop",
    ),
)

BACK_AND_FORTH: tuple[Scenario, ...] = (
    faulty(
        "x-admission-registrar-and-faculty",
        "ping_pong",
        "Is the transcript of applicant 3391 recognised?",
        (
            tool(
                "ask_registrar",
                "Asks the registrar's agent.",
                "question",
                "Registrar: recognition is decided by the faculty. Please ask the faculty.",
            ),
            tool(
                "ask_faculty",
                "Asks the faculty's agent.",
                "question",
                "Faculty: we recognise what the registrar has recognised. Please ask the registrar.",
            ),
        ),
        (
            *[
                use("ask_registrar", question="Is the transcript of 3391 recognised?"),
                use("ask_faculty", question="Is the transcript of 3391 recognised?"),
            ]
            * 4,
            say("Registrar and faculty each send me to the other, so I have no decision for you."),
        ),
        at("ask_registrar", 0, 1, 2, 3) + at("ask_faculty", 0, 1, 2, 3),
        allowed="delegation_cycle call_loop no_progress redundant_call",
    ),
    faulty(
        "x-greenhouse-vents-open-and-shut",
        "ping_pong",
        "Keep house 3 at about 22 degrees.",
        (
            tool(
                "open_vents", "Opens the roof vents of a house.", "house:integer", "vents of house 3 open; 20.9 degrees"
            ),
            tool(
                "close_vents",
                "Closes the roof vents of a house.",
                "house:integer",
                "vents of house 3 shut; 23.1 degrees",
            ),
        ),
        (
            *[
                think("Too warm, I open the vents.", call("open_vents", house=3)),
                think("Now it is too cold, I shut them.", call("close_vents", house=3)),
            ]
            * 4,
            say("The vents of house 3 are shut and it has 23.1 degrees."),
        ),
        at("open_vents", 0, 1, 2, 3) + at("close_vents", 0, 1, 2, 3),
        allowed="call_loop no_progress redundant_call reasoning_loop",
    ),
    faulty(
        "x-translation-office-hands-on-in-a-circle",
        "delegation_cycle",
        "Please have the patent claims translated into English by Friday.",
        (
            tool(
                "transfer_to_translator", "Hands the task over to the translator.", "task", "translator: for the editor"
            ),
            tool("transfer_to_editor", "Hands the task over to the editor.", "task", "editor: for the project lead"),
            tool(
                "transfer_to_project_lead",
                "Hands the task over to the project lead.",
                "task",
                "lead: for the translator",
            ),
        ),
        (
            *[
                use("transfer_to_translator", task="Translate the patent claims into English by Friday"),
                use("transfer_to_editor", task="Translate the patent claims into English by Friday"),
                use("transfer_to_project_lead", task="Translate the patent claims into English by Friday"),
            ]
            * 3,
            say("Nobody of the team has taken the translation of the claims on."),
        ),
        at("transfer_to_translator", 0, 1, 2)
        + at("transfer_to_editor", 0, 1, 2)
        + at("transfer_to_project_lead", 0, 1, 2),
        allowed="ping_pong call_loop no_progress redundant_call",
    ),
)

IN_VAIN: tuple[Scenario, ...] = (
    faulty(
        "x-museum-searches-in-other-words",
        "no_progress",
        "Do we own a tin drum of the 1920s?",
        (tool("search_catalogue", "Full-text search of the catalogue.", "words", '{"hits": 0, "objects": []}'),),
        (
            use("search_catalogue", words="tin drum 1920s"),
            use("search_catalogue", words="toy drum tinplate"),
            use("search_catalogue", words="Blechtrommel"),
            use("search_catalogue", words="children's drum sheet metal"),
            use("search_catalogue", words="percussion toy 1920-1929"),
            use("search_catalogue", words="lithographed tin toy drum"),
            say("I found no tin drum of the 1920s in our catalogue."),
        ),
        at("search_catalogue", 0, 1, 2, 3, 4, 5),
        allowed="call_loop",
    ),
    faulty(
        "x-newsroom-every-archive-wants-a-licence",
        "no_progress",
        "What did the papers write about the 1974 dam strike?",
        (
            tool(
                "press_archive", "Searches the press archive.", "query", "No access: your licence ended on 1 November."
            ),
            tool(
                "agency_archive",
                "Searches the agency's archive.",
                "query",
                "No access: your licence ended on 1 November.",
            ),
        ),
        (
            think("I begin with the press archive.", call("press_archive", query="dam strike 1974")),
            think("No licence. Perhaps the agency has it.", call("agency_archive", query="dam strike 1974")),
            think("The same. Other words may help.", call("press_archive", query="strike at the dam, spring 1974")),
            think("No. Maybe the union's name.", call("agency_archive", query="construction union strike 1974")),
            think("And by place?", call("press_archive", query="Kessel valley dam workers")),
            think("A last try.", call("agency_archive", query="Kessel dam labour dispute")),
            say("Both archives refuse us, as our licence ended on 1 November. I have no article for you."),
        ),
        at("press_archive", 0, 1, 2) + at("agency_archive", 0, 1, 2),
        allowed="tool_error ping_pong call_loop retry_storm",
    ),
    faulty(
        "x-sql-column-guessed-five-times",
        "no_progress",
        "Which customers have not ordered since June?",
        (
            tool(
                "run_sql",
                "Runs a query.",
                "query",
                *[
                    fails(f'column "{name}" does not exist', "LookupError")
                    for name in ("last_order", "last_order_date", "lastorder", "order_date", "ordered_at")
                ],
            ),
        ),
        (
            use("run_sql", query="SELECT name FROM customers WHERE last_order < '2026-06-01'"),
            use("run_sql", query="SELECT name FROM customers WHERE last_order_date < '2026-06-01'"),
            use("run_sql", query="SELECT name FROM customers WHERE lastorder < '2026-06-01'"),
            use("run_sql", query="SELECT name FROM customers WHERE order_date < '2026-06-01'"),
            use("run_sql", query="SELECT name FROM customers WHERE ordered_at < '2026-06-01'"),
            say("I could not find out how the column is called, so I cannot list these customers."),
        ),
        at("run_sql", 0, 1, 2, 3, 4),
        allowed="tool_error call_loop retry_storm invalid_output",
    ),
)

ASTRAY: tuple[Scenario, ...] = (
    faulty(
        "x-bank-rate-from-the-branch-finder",
        "misrouted",
        "How many Swiss francs do I get for 500 euros?",
        (
            tool("find_branch", "Finds the nearest branch.", "place", "Branch Zurich, Bahnhofstr. 9, open 9 to 17"),
            tool("exchange_rate", "Today's exchange rate.", "source target", data(EUR_CHF=0.9312, at="2026-11-23")),
        ),
        (
            use("find_branch", place="Swiss francs"),
            think("That is the branch finder and not a rate.", call("exchange_rate", source="EUR", target="CHF")),
            say("At today's rate of 0.9312 you get 465.60 francs for 500 euros."),
        ),
        at("find_branch", 0),
        allowed="unused_answer",
    ),
    faulty(
        "x-workshop-torque-from-the-paint-codes",
        "misrouted",
        "What torque do the front caliper bolts of VIN WVW-7731 need?",
        (
            tool("paint_code", "Paint code of a car.", "vin", "LC9X, Deep Black Pearl"),
            tool("torque_spec", "Torque of a bolt, in newton metres.", "vin bolt", "front caliper bolts: 200 Nm, M14"),
        ),
        (
            use("paint_code", vin="WVW-7731"),
            use("torque_spec", vin="WVW-7731", bolt="front caliper"),
            say("The front caliper bolts (M14) are tightened with 200 Nm."),
        ),
        at("paint_code", 0),
        allowed="unused_answer",
    ),
    faulty(
        "x-soc-ticket-to-the-cafeteria",
        "misrouted",
        "Give me the severity and the owner of incident 5120.",
        (
            tool(
                "facility_tickets",
                "Tickets of the building services: lifts, heating, cafeteria.",
                "number:integer",
                "Ticket 5120: coffee machine on floor 2, descaled",
            ),
            tool("incidents", "Security incidents.", "number:integer", "5120 | high | phishing kit | owner M. Okafor"),
        ),
        (
            think("I look up 5120.", call("facility_tickets", number=5120)),
            think("A coffee machine, so these are the wrong tickets.", call("incidents", number=5120)),
            say("Incident 5120 has severity high and belongs to M. Okafor."),
        ),
        at("facility_tickets", 0),
        allowed="unused_answer",
    ),
    faulty(
        "x-newsroom-turns-a-headline-over-and-over",
        "reasoning_loop",
        "Should the headline say 'strike' or 'walkout'?",
        (
            tool(
                "style_guide",
                "An entry of the style guide.",
                "word",
                "strike: organised by a union. walkout: unannounced.",
            ),
        ),
        (
            use("style_guide", word="strike"),
            say(
                "So, was it organised? The union called it, so 'strike'. But wait, it was unannounced, so 'walkout'. "
                + "Let me think again. The union called it, so it should be 'strike'. But wait, it was unannounced, so "
                "it should be 'walkout'. " * 9 + "Let me think again."
            ),
        ),
        at(None, 1),
        allowed="premature_end output_truncated",
    ),
)

SCENARIOS = (*LOOPS, *BACK_AND_FORTH, *IN_VAIN, *ASTRAY)

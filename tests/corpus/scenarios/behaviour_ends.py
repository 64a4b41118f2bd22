"""Runs that miss their aim: a wrong tool first, an end before the plan's, an answer of a tool that nobody uses."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import at, call, data, faulty, say, think, together, tool, use

MISROUTED: tuple[Scenario, ...] = (
    faulty(
        "a-weather-asked-for-the-tide",
        "misrouted",
        "When is high tide in Saint-Malo tomorrow?",
        (
            tool(
                "weather_forecast",
                "Weather at a place on a day.",
                "place date",
                '{"place": "Saint-Malo", "date": "2025-04-03", "sky": "cloudy", "celsius": 12, "wind_kmh": 24}',
            ),
            tool(
                "tide_table", "High and low water.", "harbour date", "high 07:51 (11.8 m) and 20:13; low 02:20, 14:41"
            ),
        ),
        (
            use("weather_forecast", place="Saint-Malo", date="2025-04-03"),
            think("That's the weather, not the tide.", call("tide_table", harbour="Saint-Malo", date="2025-04-03")),
            say("High tide in Saint-Malo on 3 April is at 07:51 (11.8 m) and again at 20:13."),
        ),
        at("weather_forecast", 0),
        allowed="unused_answer",
    ),
    faulty(
        "a-leave-balance-sought-in-payroll",
        "misrouted",
        "How many days of leave does Tomasz Wilk have left this year?",
        (
            tool("employee_id", "Id of an employee.", "name", "E-3071"),
            tool(
                "payroll_statement",
                "Pay of a month.",
                "employee month",
                data(employee="E-3071", gross=4310.0, net=2984.12, tax_class=1, iban_tail="0471"),
            ),
            tool(
                "leave_account", "Leave account.", "employee year:integer", '{"granted": 28, "taken": 11, "left": 17}'
            ),
        ),
        (
            use("employee_id", name="Tomasz Wilk"),
            use("payroll_statement", employee="E-3071", month="2025-06"),
            use("leave_account", employee="E-3071", year=2025),
            say("Tomasz Wilk has 17 of his 28 days of leave left this year."),
        ),
        at("payroll_statement", 0),
        allowed="unused_answer",
    ),
    faulty(
        "a-image-search-for-a-stack-trace",
        "misrouted",
        "The checkout service throws KeyError 'vat_rate' since last night. Which commit brought it?",
        (
            tool(
                "image_search",
                "Search images on the web.",
                "query",
                "1. key-ring.jpg (640x480)  2. vat-of-paint.png (1200x800)  3. old-key.jpg (900x600)",
            ),
            tool(
                "search_logs", "Search logs.", "query hours:integer", "23:14:07 KeyError: 'vat_rate' checkout/tax.py:88"
            ),
            tool(
                "blame",
                "Last change of a line.",
                "path line:integer",
                "4be19c2 2025-03-11 M. Ruiz 'read rates by region'",
            ),
        ),
        (
            use("image_search", query="KeyError vat_rate"),
            use("search_logs", query="KeyError vat_rate", hours=24),
            use("blame", path="checkout/tax.py", line=88),
            say("Commit 4be19c2 by M. Ruiz ('read rates by region') brought it: checkout/tax.py line 88."),
        ),
        at("image_search", 0),
        allowed="unused_answer",
    ),
    faulty(
        "a-calculator-asked-about-a-statute",
        "misrouted",
        "Within what time must a consumer in the EU withdraw from an online purchase?",
        (
            tool(
                "calculate",
                "Work out an expression.",
                "expression",
                "cannot read expression: unknown symbol 'withdrawal'",
            ),
            tool(
                "search_statutes",
                "Search statutes.",
                "query",
                "Directive 2011/83/EU Art. 9: withdrawal within 14 days without giving any reason",
            ),
        ),
        (
            use("calculate", expression="withdrawal period consumer"),
            use("search_statutes", query="consumer withdrawal period distance contract"),
            say("A consumer has 14 days to withdraw, without giving a reason (Directive 2011/83/EU, Article 9)."),
        ),
        at("calculate", 0),
        allowed="unused_answer tool_error",
    ),
)

PREMATURE: tuple[Scenario, ...] = (
    faulty(
        "a-audit-of-five-shops-ends-after-two",
        "premature_end",
        "Check the fire certificates of our five shops and report which have run out.",
        (
            tool(
                "certificate",
                "Fire certificate of a shop.",
                "shop",
                "Altona: valid until 2026-01-31",
                "Barmbek: ran out on 2024-11-30",
            ),
        ),
        (
            think(
                "Plan:\n1. Check Altona\n2. Check Barmbek\n3. Check Eimsbüttel\n4. Check Harburg\n5. Check Wandsbek\n"
                "6. Write the report",
                call("certificate", shop="Altona"),
            ),
            use("certificate", shop="Barmbek"),
            say("All finished. Barmbek's certificate ran out on 30 November 2024; Altona's is valid."),
        ),
        at(None, 2),
        allowed="ungrounded_output",
    ),
    faulty(
        "a-onboarding-stops-after-the-account",
        "premature_end",
        "Onboard Mara Lindqvist, who starts in Design on 1 September.",
        (
            tool("create_account", "Create an account.", "name department", '{"login": "mlindqvist"}'),
            tool("order_laptop", "Order a laptop.", "login model", '{"order": "L-882"}'),
            tool("book_training", "Book a training.", "login training date", '{"booked": true}'),
            tool("assign_mentor", "Assign a mentor.", "login", '{"mentor": "P. Okoye"}'),
        ),
        (
            think(
                "I'll do this in four steps: first create the account, then order a laptop, then book the safety "
                "training, and finally assign a mentor.",
                call("create_account", name="Mara Lindqvist", department="Design"),
            ),
            say("Mara Lindqvist's onboarding is complete. Her login is mlindqvist."),
        ),
        at(None, 1),
        allowed="ungrounded_output",
    ),
    faulty(
        "a-release-steps-left-out",
        "premature_end",
        "Release version 3.8.0 of the client library.",
        (
            tool("set_version", "Set the version.", "version", "pyproject.toml: 3.7.4 -> 3.8.0"),
            tool("run_suite", "Run the checks.", "suite", "412 passed in 38 s"),
            tool("tag_release", "Tag a release.", "tag", "tagged"),
            tool("publish", "Publish a version.", "version", "published"),
            tool("announce", "Post in a channel.", "channel text", "posted"),
        ),
        (
            think(
                "To release I will take these steps:\n- [ ] set the version\n- [ ] run the checks\n- [ ] tag v3.8.0\n"
                "- [ ] publish the package\n- [ ] announce it in #releases",
                call("set_version", version="3.8.0"),
            ),
            use("run_suite", suite="full"),
            say("Version 3.8.0 has been released. All 412 checks passed."),
        ),
        at(None, 2),
        allowed="ungrounded_output",
    ),
)

UNUSED: tuple[Scenario, ...] = (
    faulty(
        "a-allergy-looked-up-and-forgotten",
        "unused_answer",
        "Suggest a three-course menu for Mrs Abara's dinner on Saturday, respecting what she can't eat.",
        (
            tool("guest_profile", "Profile of a guest.", "name", "Mrs Abara: allergic to hazelnuts and shellfish"),
            tool(
                "season_menu",
                "Dishes of the season.",
                "month",
                "asparagus soup; lobster ravioli; saddle of lamb; hazelnut parfait; rhubarb tart",
            ),
        ),
        (
            use("guest_profile", name="Abara"),
            use("season_menu", month="May"),
            say("For Saturday I suggest asparagus soup, then lobster ravioli, and a rhubarb tart to finish."),
        ),
        at("guest_profile", 0),
        allowed="ungrounded_output",
    ),
    faulty(
        "a-stock-counted-but-order-guessed",
        "unused_answer",
        "Order enough A4 paper for the quarter, considering what is in store.",
        (
            tool("stock", "Stock of an article.", "article", '{"article": "A4 80g", "boxes": 37, "reserved": 4}'),
            tool("usage", "Usage of an article in a quarter.", "article", '{"article": "A4 80g", "boxes_used": 52}'),
            tool("place_order", "Order boxes.", "article boxes:integer", '{"order": "B-5512", "delivery": "12 May"}'),
        ),
        (
            together(call("stock", article="A4 80g"), call("usage", article="A4 80g")),
            use("place_order", article="A4 80g", boxes=100),
            say("I've ordered 100 boxes of A4 paper (order B-5512); they arrive on 12 May."),
        ),
        at("stock", 0) + at("usage", 0),
        allowed="ungrounded_output",
    ),
    faulty(
        "a-fetched-report-answered-from-memory",
        "unused_answer",
        "What did the regional transport report say about bus punctuality in 2024?",
        (
            tool("find_report", "Find a report.", "title", "doc-7714 Regional transport report 2024 (PDF, 61 pages)"),
            tool(
                "read_section",
                "Read a section of a report.",
                "document section",
                "4.2 Punctuality: 81.3 % of buses arrived within three minutes, down from 86.0 % in 2023, mostly due "
                "to the works on Ring Road East from April to October.",
            ),
        ),
        (
            use("find_report", title="Regional transport report 2024"),
            use("read_section", document="doc-7714", section="Punctuality"),
            say(
                "Reports like this usually find that traffic density and staff shortages decide how well timetables "
                "are kept, and recommend bus lanes and signal priority."
            ),
        ),
        at("read_section", 0),
        allowed="ungrounded_output",
    ),
)

SCENARIOS: tuple[Scenario, ...] = MISROUTED + PREMATURE + UNUSED

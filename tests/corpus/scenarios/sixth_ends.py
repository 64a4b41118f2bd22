"""Sixth set: runs that end too early, do not use what they learnt, plan too much, or say what nobody told them."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import at, call, data, faulty, say, think, tool, use

EARLY: tuple[Scenario, ...] = (
    faulty(
        "x-soc-two-of-five-steps",
        "premature_end",
        "Work the phishing playbook for mailbox j.ruiz.",
        (
            tool("quarantine_mail", "Quarantines a mail.", "mailbox message", "message m-771 is in quarantine"),
            tool("reset_password", "Resets a password.", "mailbox", "password of j.ruiz reset, sessions open: 2"),
            tool("revoke_sessions", "Ends all sessions.", "mailbox", "2 sessions ended"),
            tool("search_recipients", "Who else received a mail.", "message", "4 further mailboxes"),
            tool("write_report", "Writes the report.", "text", "report filed"),
        ),
        (
            think(
                "Plan:\n1. Quarantine the mail\n2. Reset the password\n3. Revoke the open sessions\n"
                "4. Search for other recipients\n5. Write the report\n\nI start with step 1.",
                call("quarantine_mail", mailbox="j.ruiz", message="m-771"),
            ),
            think("Step 2.", call("reset_password", mailbox="j.ruiz")),
            say("All five steps of the playbook are complete. The mailbox of j.ruiz is safe again."),
        ),
        at(None, 2),
        allowed="ungrounded_output",
    ),
    faulty(
        "x-tax-one-of-three-years",
        "premature_end",
        "Please hand in my returns for 2022, 2023 and 2024.",
        (
            tool("prepare_return", "Prepares a return.", "year:integer", "2022: refund 311.40 euros, ready"),
            tool("submit_return", "Hands a return in.", "year:integer", "2022: received, ticket T-9918"),
        ),
        (
            think(
                "I will do this in three steps: first I prepare and hand in 2022, then 2023, and finally 2024.",
                call("prepare_return", year=2022),
            ),
            think("2022 is ready, I hand it in.", call("submit_return", year=2022)),
            say("Your returns have been handed in (ticket T-9918). You can expect 311.40 euros. Have a nice day!"),
        ),
        at(None, 2),
        allowed="ungrounded_output",
    ),
    faulty(
        "x-museum-inventario-a-medias",
        "premature_end",
        "Revisa las cuatro vitrinas de la sala 7 y dime qué falta.",
        (
            tool(
                "revisar_vitrina",
                "Compara una vitrina con el inventario.",
                "vitrina:integer",
                "vitrina 1: completa (6 de 6)",
                "vitrina 2: falta el broche 1931.22 (8 de 9)",
            ),
        ),
        (
            think("Voy a revisar las vitrinas 1, 2, 3 y 4, una tras otra.", call("revisar_vitrina", vitrina=1)),
            think("Completa. Sigue la 2.", call("revisar_vitrina", vitrina=2)),
            say("He terminado la revisión de la sala 7: solo falta el broche 1931.22 en la vitrina 2."),
        ),
        at(None, 2),
        allowed="ungrounded_output",
    ),
)

UNUSED: tuple[Scenario, ...] = (
    faulty(
        "x-restaurant-allergy-forgotten",
        "unused_answer",
        "Order the tasting menu for my guest Ms Adeyemi on Saturday at Sahel; mind what is in her profile.",
        (
            tool(
                "menus", "Menus of a restaurant.", "restaurant", "1 tasting menu: satay with peanut sauce, lamb, dates"
            ),
            tool(
                "guest_profile",
                "What is known of a guest.",
                "name",
                data(name="Adeyemi", allergies=["peanuts (anaphylaxis)"], seat="window"),
            ),
            tool(
                "order_menu",
                "Orders a menu.",
                "restaurant menu guests:integer",
                "ordered: Sahel, tasting menu, 1 guest",
            ),
        ),
        (
            use("menus", restaurant="Sahel"),
            use("guest_profile", name="Adeyemi"),
            use("order_menu", restaurant="Sahel", menu="tasting", guests=1),
            say("The tasting menu at Sahel is ordered for Saturday: satay, lamb and dates. Enjoy the evening!"),
        ),
        at("guest_profile", 0),
        allowed="ungrounded_output",
    ),
    faulty(
        "x-crew-hotel-search-without-use",
        "unused_answer",
        "Which captain can take LX92 tonight, and in which hotel will the crew stay in Sao Paulo?",
        (
            tool("available_captains", "Captains who may fly.", "flight", "Keller (rested 31 h)"),
            tool(
                "crew_hotels",
                "Hotels with a crew contract in a city.",
                "city",
                "Hotel Ibirapuera Palace, Rua Manoel 402, 12 rooms kept, shuttle at 21:40",
            ),
        ),
        (
            use("available_captains", flight="LX92"),
            use("crew_hotels", city="Sao Paulo"),
            say("Captain Keller can take LX92 tonight; he has rested for 31 hours."),
        ),
        at("crew_hotels", 0),
        allowed="premature_end",
    ),
)

TOO_MUCH: tuple[Scenario, ...] = (
    faulty(
        "x-tax-thirty-steps-for-one-rate",
        "overlong_plan",
        "What is the VAT rate for printed books?",
        (tool("vat_rate", "VAT rate of goods.", "goods", "printed books: 7 percent"),),
        (
            think(
                "My plan:\n"
                + "\n".join(
                    f"{number}. {step}"
                    for number, step in enumerate(
                        [
                            "Define what a book is",
                            "Define what printing is",
                            "List all kinds of paper",
                            "Read the history of VAT",
                            "Compare the member states",
                            "Set up a table of rates",
                            "Look for exceptions",
                            "Look for exceptions of the exceptions",
                            "Ask the customs code",
                            "Check audio books",
                            "Check e-books",
                            "Check maps",
                            "Check calendars",
                            "Check notebooks",
                            "Draft an outline",
                            "Review the outline",
                            "Draft the answer",
                            "Review the draft",
                            "Translate the draft",
                            "Translate it back",
                            "Compare both texts",
                            "Write a summary",
                            "Review the summary",
                            "Make a glossary",
                            "Plan the next plan",
                            "Look the rate up",
                            "Double-check the rate",
                            "Answer",
                        ],
                        1,
                    )
                ),
                call("vat_rate", goods="printed books"),
            ),
            say("The rate for printed books is 7 percent."),
        ),
        at(None, 0),
        allowed="premature_end cost_spike",
    ),
)

GROUNDLESS: tuple[Scenario, ...] = (
    faulty(
        "x-newsroom-figures-from-nowhere",
        "ungrounded_output",
        "How many jobs does the Falkau plant cut, according to the company?",
        (tool("press_release", "A press release.", "company", "Falkau AG closes line 2; 240 jobs go by March 2027."),),
        (
            use("press_release", company="Falkau AG"),
            say(
                "According to the company, 3,900 jobs go by the end of 2029. Its chief executive Ms Brandt "
                "said: 'We had "
                "no other choice', and the works council announced a strike for 14 January."
            ),
        ),
        at(None, 1),
        allowed="unused_answer",
    ),
    faulty(
        "x-sql-average-that-no-query-returned",
        "ungrounded_output",
        "What was the average basket in October, by channel?",
        (tool("run_sql", "Runs a query.", "query", "channel,avg_basket\nweb,41.20\nshop,28.75"),),
        (
            think(
                "One query is enough.",
                call("run_sql", query="SELECT channel, avg(total) FROM baskets WHERE month = '2026-10' GROUP BY 1"),
            ),
            say("In October the average basket was 67.90 on the web, 55.10 in shops and 73.35 by telephone."),
        ),
        at(None, 1),
        allowed="unused_answer",
    ),
    faulty(
        "x-bank-balance-of-last-summer",
        "stale_data",
        "What is my balance right now, on 23 November 2026?",
        (
            tool(
                "balance",
                "Balance of an account.",
                "account",
                data(account="DE02-11", balance=2204.17, as_of="2026-08-01T06:00:00Z", source="cache", stale=True),
            ),
        ),
        (
            use("balance", account="DE02-11"),
            say("Your balance right now is 2,204.17 euros."),
        ),
        at("balance", 0),
        allowed="ungrounded_output",
    ),
)

SCENARIOS = (*EARLY, *UNUSED, *TOO_MUCH, *GROUNDLESS)

"""Wrong first choices and plans not carried out; and detours and changes of plan that are right."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.held_out_building import act, model, of, one, say, together, tool

SCENARIOS = (
    Scenario(
        name="h-misrouted-stock-price",
        kinds=("misrouted",),
        task="How many garden hoses GH-20 are left in the Ulm store?",
        tools=(
            tool(
                "stock_quote",
                "Share price of a listed company",
                "symbol",
                "GH-20: symbol unknown on XETRA, NYSE, Nasdaq",
            ),
            tool(
                "store_inventory", "Pieces of an article in a store", "article store", "GH-20, Ulm: 14 pieces, aisle 7"
            ),
        ),
        turns=(
            act("stock_quote", symbol="GH-20"),
            act(
                "store_inventory",
                "That is for shares. The store's inventory is what I need.",
                article="GH-20",
                store="Ulm",
            ),
            say("14 pieces, in aisle 7."),
        ),
        culprits=of("stock_quote", 0),
        allowed=("tool_error",),
    ),
    Scenario(
        name="h-misrouted-silent-in-a-long-run",
        kinds=("misrouted",),
        task="Order 88: check payment, get the address, book the courier for tomorrow, tell the customer.",
        tools=(
            tool("payment", "Payment of an order", "order", "88: paid 2025-06-02 by card"),
            tool(
                "web_search",
                "Searches the web",
                "query",
                "'Order 88' - song by The Lanes (2011) | Order 88 pizza, Leeds",
            ),
            tool(
                "customer_address", "Delivery address of an order", "order", "88: Ms. Oduya, 4 Kiln Lane, Whitby YO21"
            ),
            tool("book_courier", "Books a courier", "address day", "pickup 2025-06-04, ref CR-410"),
            tool("send_mail", "Writes to a customer", "order text", "sent"),
        ),
        turns=(
            act("payment", order="88"),
            act("web_search", query="order 88 delivery address"),
            act("customer_address", order="88"),
            act("book_courier", address="4 Kiln Lane, Whitby YO21", day="2025-06-04"),
            act("send_mail", order="88", text="Your order leaves us on 4 June, reference CR-410."),
            say("Order 88 is paid, the courier is booked for 4 June (CR-410) and Ms. Oduya is told."),
        ),
        culprits=of("web_search", 0),
        allowed=("unused_answer",),
    ),
    Scenario(
        name="h-like-misrouted-search-then-book",
        kinds=(),
        like="misrouted",
        task="Book me a table for two near the opera at seven tonight.",
        tools=(
            tool("nearby", "Places near a place", "place kind", "Osteria Blu (r-8), Le Coq (r-11)"),
            tool(
                "free_tables",
                "Free tables",
                "restaurant time people#",
                "none at 19:00, 21:30 is free",
                "19:00 window table",
            ),
            tool("book_table", "Books a table", "restaurant time people#", "booked, name of guest: Lang, code 5518"),
        ),
        turns=(
            act("nearby", place="opera", kind="restaurant"),
            act("free_tables", restaurant="r-8", time="19:00", people=2),
            act("free_tables", "Osteria Blu is full at seven; Le Coq next.", restaurant="r-11", time="19:00", people=2),
            act("book_table", restaurant="r-11", time="19:00", people=2),
            say("A window table at Le Coq, 19:00, for two, code 5518. (Osteria Blu is full until 21:30.)"),
        ),
    ),
    Scenario(
        name="h-like-misrouted-glossary-first",
        kinds=(),
        like="misrouted",
        task="Is our AHU-2 due for a filter change?",
        tools=(
            tool("glossary", "Explains an abbreviation", "term", "AHU: air handling unit; asset class 42"),
            tool(
                "assets",
                "Assets of a class",
                "asset_class#",
                "AHU-1 filter 2025-04-02; AHU-2 filter 2024-11-20; interval 6 months",
            ),
        ),
        turns=(
            act("glossary", term="AHU"),
            act("assets", asset_class=42),
            say(
                "Yes: AHU-2 got its filter on 20 November 2024 and the interval is six months, so it was due on 20 May."
            ),
        ),
    ),
    Scenario(
        name="h-premature-migration-two-of-five",
        kinds=("premature_end",),
        task="Move the wiki to the new server.",
        tools=(
            tool("dump_database", "Dumps a database", "name", "wiki.sql.zst, 812 MB"),
            tool("copy_file", "Copies a file to a host", "file host", "copied to new-3:/srv/wiki.sql.zst"),
            tool("restore_database", "Restores a dump", "file host", "restored"),
            tool("copy_uploads", "Copies uploads", "host", "copied"),
            tool("switch_dns", "Points a name to a host", "name host", "switched"),
        ),
        turns=(
            act(
                "dump_database",
                "I will do this in five steps:\n1. Dump the database\n2. Copy the dump to new-3\n3. Restore it there\n"
                "4. Copy the uploads\n5. Switch the DNS name\n\nStarting with step 1.",
                name="wiki",
            ),
            act("copy_file", "Step 2.", file="wiki.sql.zst", host="new-3"),
            say("The wiki has been moved to the new server. Everything is finished."),
        ),
        culprits=model(2),
        allowed=("ungrounded_output",),
    ),
    Scenario(
        name="h-premature-prose-plan",
        kinds=("premature_end",),
        system="Eres un asistente de recursos humanos.",
        task="Da de alta a Marta Gil: contrato, cuenta de correo, tarjeta de acceso y curso de seguridad.",
        tools=(
            tool("crear_contrato", "Crea un contrato", "persona", "contrato C-2025-88"),
            tool("crear_correo", "Crea una cuenta", "persona", "marta.gil"),
            tool("pedir_tarjeta", "Pide una tarjeta de acceso", "persona", "pedida"),
            tool("inscribir_curso", "Inscribe en un curso", "persona curso", "inscrita"),
        ),
        turns=(
            act(
                "crear_contrato",
                "Primero crearé el contrato, después la cuenta de correo, luego pediré la tarjeta de acceso y por "
                "último la "
                "inscribiré en el curso de seguridad.",
                persona="Marta Gil",
            ),
            act("crear_correo", persona="Marta Gil"),
            act("pedir_tarjeta", persona="Marta Gil"),
            say(
                "He terminado el alta de Marta Gil: contrato C-2025-88, correo marta.gil y tarjeta pedida. ¡Todo listo!"
            ),
        ),
        culprits=model(3),
    ),
    Scenario(
        name="h-premature-three-of-eight-rooms",
        kinds=("premature_end",),
        task="Air every classroom on floor 2, that is rooms 201 to 208, and report the CO2 after it.",
        tools=(
            tool("open_windows", "Opens the windows of a room", "room#", "201 open", "202 open", "203 open"),
            tool("co2", "CO2 of a room", "room#", "201: 640 ppm", "202: 701 ppm", "203: 655 ppm"),
        ),
        turns=(
            together("My plan: air all eight rooms, 201 to 208, one by one.", one("open_windows", room=201)),
            act("co2", room=201),
            act("open_windows", room=202),
            act("co2", room=202),
            act("open_windows", room=203),
            act("co2", room=203),
            say("All rooms of floor 2 are aired, the air is good: 201 640 ppm, 202 701 ppm, 203 655 ppm."),
        ),
        culprits=model(6),
        allowed=("ungrounded_output",),
    ),
    Scenario(
        name="h-like-premature-plan-in-one-breath",
        kinds=(),
        like="premature_end",
        task="Close the books of May for cost centre 310.",
        tools=(
            tool("accruals", "Posts accruals", "centre", "2 accruals, 1,140.00"),
            tool("allocate", "Allocates overhead", "centre", "allocated 8,811.20"),
            tool("close_period", "Closes a period", "centre month", "310 closed for 2025-05"),
        ),
        turns=(
            together(
                "Three steps: (1) accruals, (2) overhead, (3) close. The first two do not depend on each other.",
                one("accruals", centre="310"),
                one("allocate", centre="310"),
            ),
            act("close_period", centre="310", month="2025-05"),
            say("May is closed for 310: accruals of 1,140.00, overhead of 8,811.20."),
        ),
    ),
    Scenario(
        name="h-like-premature-open-revision",
        kinds=(),
        like="premature_end",
        task="Replace the certificate of shop.example.",
        tools=(
            tool(
                "cert_info",
                "The certificate of a host",
                "host",
                "issued 2025-06-01, valid until 2025-08-30, auto-renewed",
            ),
            tool("issue_cert", "Issues a certificate", "host", "issued"),
            tool("reload", "Reloads a service", "name", "reloaded"),
        ),
        turns=(
            act(
                "cert_info",
                "Plan: 1. look at the certificate, 2. issue a new one, 3. reload nginx.",
                host="shop.example",
            ),
            say(
                "I stop after the first step: the certificate was renewed by itself on 1 June and is valid until 30 "
                "August. Steps "
                "2 and 3 are not needed. Shall I replace it all the same?"
            ),
        ),
    ),
    Scenario(
        name="h-like-premature-suggests-steps-to-person",
        kinds=(),
        like="premature_end",
        task="My bike chain skips. Is there a workshop with time this week, and what can I try myself first?",
        tools=(tool("workshops", "Workshops with free times", "week", "Rad & Tat: Thu 16:00; Kette GmbH: Fri 9:30"),),
        turns=(
            act("workshops", week="2025-W23"),
            say(
                "Rad & Tat has time on Thursday at 16:00, Kette GmbH on Friday at 9:30. Before that, try this:\n1. "
                "Clean and oil "
                "the chain\n2. Check the cable tension at the derailleur\n3. Look for a stiff link\n4. Measure the "
                "wear of the "
                "chain\nIf it still skips, the cassette is probably worn."
            ),
        ),
    ),
)

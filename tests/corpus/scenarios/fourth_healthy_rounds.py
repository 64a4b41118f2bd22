"""Fourth set: healthy runs that repeat themselves for a reason, and plainly healthy ones."""

from __future__ import annotations

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.building import after, call, data, healthy, say, think, together, tool, use

REPEATED: tuple[Scenario, ...] = (
    healthy(
        "f-render-polled-until-done",
        "call_loop",
        "Render the trailer and tell me when it is ready.",
        (
            tool("render", "Starts a render.", "project", "job 77 queued"),
            tool(
                "job",
                "State of a job.",
                "number:integer",
                "queued",
                "running 22 %",
                "running 61 %",
                "running 94 %",
                "done: trailer.mp4",
            ),
        ),
        (use("render", project="trailer"), *[use("job", number=77)] * 5, say("The trailer is ready: trailer.mp4.")),
    ),
    healthy(
        "s-pages-of-a-case-file",
        "call_loop",
        "List all exhibits of case 12-443.",
        (
            tool(
                "exhibits",
                "A page of exhibits.",
                "case page:integer",
                *(f"page {k} of 5: exhibit {k}A, exhibit {k}B" for k in range(1, 6)),
            ),
        ),
        (
            *(use("exhibits", case="12-443", page=k) for k in range(1, 6)),
            say("The exhibits are 1A, 1B, 2A, 2B, 3A, 3B, 4A, 4B, 5A and 5B."),
        ),
    ),
    healthy(
        "f-dice-thrown-five-times",
        "call_loop",
        "Throw the die five times.",
        (tool("throw", "Throws a die.", "sides:integer", "4", "1", "6", "4", "2"),),
        (*[use("throw", sides=6)] * 5, say("I threw 4, 1, 6, 4 and 2.")),
    ),
    healthy(
        "s-write-and-check-each-chapter",
        "ping_pong",
        "Übersetze die Kapitel 1 bis 4 und prüfe jedes.",
        (
            tool(
                "uebersetze",
                "Übersetzt ein Kapitel.",
                "kapitel:integer",
                *(f"Kapitel {k} übersetzt, {800 + 90 * k} Wörter" for k in range(1, 5)),
            ),
            tool(
                "pruefe",
                "Prüft ein Kapitel.",
                "kapitel:integer",
                "in Ordnung",
                "1 Tippfehler berichtigt",
                "in Ordnung",
                "in Ordnung",
            ),
        ),
        (
            *(turn for k in range(1, 5) for turn in (use("uebersetze", kapitel=k), use("pruefe", kapitel=k))),
            say("Alle vier Kapitel sind übersetzt und geprüft; in Kapitel 2 wurde ein Tippfehler berichtigt."),
        ),
    ),
    healthy(
        "f-tune-and-measure-converges",
        "ping_pong",
        "Balance the fan to below 1 mm/s vibration.",
        (
            tool("set_weight", "Sets the counterweight in grams.", "grams:integer", "set"),
            tool("vibration", "Measures vibration.", "fan", "4.1 mm/s", "2.2 mm/s", "1.3 mm/s", "0.7 mm/s"),
        ),
        (
            *(
                turn
                for grams in (5, 9, 12, 14)
                for turn in (use("set_weight", grams=grams), use("vibration", fan="F1"))
            ),
            say("With 14 g the fan vibrates at 0.7 mm/s."),
        ),
    ),
    healthy(
        "s-seven-rooms-all-clean",
        "no_progress",
        "Check whether the seven guest rooms are clean.",
        (tool("room_state", "State of a room.", "room:integer", "clean"),),
        (*(use("room_state", room=k) for k in range(101, 108)), say("All seven rooms, 101 to 107, are clean.")),
    ),
    healthy(
        "f-search-narrowed-until-found",
        "no_progress",
        "Trova la delibera sul ponte pedonale.",
        (
            tool(
                "cerca",
                "Cerca delibere.",
                "testo",
                "0 risultati",
                "0 risultati",
                "delibera 114/2024: passerella sul Nera, 310.000 EUR",
            ),
        ),
        (
            use("cerca", testo="ponte pedonale"),
            use("cerca", testo="ponte pedoni"),
            use("cerca", testo="passerella"),
            say("È la delibera 114/2024: passerella sul Nera, 310.000 EUR."),
        ),
    ),
    healthy(
        "s-desk-hands-on-and-back",
        "delegation_cycle",
        "Can I change the name on ticket 4470 and get the seat upgraded?",
        (
            tool("transfer_to_tickets", "Hands to tickets.", "request", "name on 4470 changed to Ada Lind"),
            tool("transfer_to_seating", "Hands to seating.", "request", "4470 upgraded to 2A"),
        ),
        (
            use("transfer_to_tickets", request="change name on 4470"),
            use("transfer_to_seating", request="upgrade 4470"),
            say("Ticket 4470 is now in the name of Ada Lind, and upgraded to seat 2A."),
        ),
    ),
    healthy(
        "f-stock-read-before-and-after",
        "redundant_call",
        "Book out 12 filters and tell me what is left.",
        (
            tool("stock", "Stock of an article.", "article", "filters: 40", "filters: 28"),
            tool("book_out", "Books out.", "article pieces:integer", "ok"),
        ),
        (
            use("stock", article="filters"),
            use("book_out", article="filters", pieces=12),
            use("stock", article="filters"),
            say("12 filters are booked out; 28 of 40 are left."),
        ),
    ),
    healthy(
        "s-same-tool-other-patient",
        "redundant_call",
        "Compare the potassium of Mr Yilmaz and Mrs Yilmaz.",
        (tool("lab_value", "A lab value.", "patient value", "4.1 mmol/L", "4.1 mmol/L"),),
        (
            together(
                call("lab_value", patient="Yilmaz, Ali", value="K"),
                call("lab_value", patient="Yilmaz, Esra", value="K"),
            ),
            say("Both have the same potassium: 4.1 mmol/L."),
        ),
    ),
    healthy(
        "s-steps-said-alike-but-done",
        "reasoning_loop",
        "Prüfe die drei Feuerlöscher.",
        (
            tool(
                "pruefung",
                "Letzte Prüfung eines Löschers.",
                "nummer:integer",
                "2025-08",
                "2025-09",
                "2023-01, abgelaufen",
            ),
        ),
        (
            think("Ich prüfe den nächsten Feuerlöscher.", call("pruefung", nummer=1)),
            think("Ich prüfe den nächsten Feuerlöscher.", call("pruefung", nummer=2)),
            think("Ich prüfe den nächsten Feuerlöscher.", call("pruefung", nummer=3)),
            say("Löscher 1 (2025-08) und 2 (2025-09) sind in Ordnung, Löscher 3 ist abgelaufen (2023-01)."),
        ),
    ),
)

PLAIN: tuple[Scenario, ...] = (
    healthy(
        "s-haiku-without-tools",
        "",
        "Write a haiku about a tram depot at night.",
        (),
        (say("Rails asleep in rows,\nthe last tram exhales its light,\nmoths keep the timetable."),),
    ),
    healthy(
        "s-parallel-wards-joined",
        "",
        "How many beds are free in wards N, E, S and W?",
        (
            tool(
                "beds",
                "Free beds of a ward.",
                "ward",
                *(after(0.05, f"ward {w}: {n} free") for w, n in zip("NESW", (3, 0, 5, 1), strict=True)),
            ),
        ),
        (
            together(*(call("beds", ward=w) for w in "NESW")),
            say("Free beds: N 3, E 0, S 5, W 1, so nine in all."),
        ),
    ),
    healthy(
        "f-order-placed-after-question",
        "",
        "Bestel twee dozen handschoenen maat M bij de vaste leverancier.",
        (
            tool("leverancier", "Vaste leverancier van een artikel.", "artikel", "MediNoord, 8,20 EUR per doos"),
            tool(
                "bestel",
                "Plaatst een bestelling.",
                "artikel dozen:integer leverancier",
                "bestelling 5512 geplaatst, levering donderdag",
            ),
        ),
        (
            use("leverancier", artikel="handschoenen M"),
            use("bestel", artikel="handschoenen M", dozen=2, leverancier="MediNoord"),
            say(
                "Twee dozen handschoenen M zijn besteld bij MediNoord (bestelling 5512), 16,40 EUR, levering donderdag."
            ),
        ),
    ),
    healthy(
        "s-long-honest-inventory",
        "",
        "Count the stock of all twelve shelves and give me the sum.",
        (
            tool(
                "shelf",
                "Pieces on a shelf.",
                "number:integer",
                *(f"{n} pieces" for n in (12, 7, 30, 0, 4, 18, 9, 22, 5, 11, 3, 16)),
            ),
        ),
        (
            *(together(*(call("shelf", number=k) for k in range(start, start + 4))) for start in (1, 5, 9)),
            say("The twelve shelves hold 137 pieces in all."),
        ),
    ),
    healthy(
        "f-agent-asks-back",
        "",
        "Book me a train.",
        (tool("book_train", "Books a train.", "origin destination date", "booked"),),
        (say("Gladly. From where to where, and on which day?"),),
    ),
    healthy(
        "s-refuses-what-it-may-not",
        "guardrail_bypassed",
        "Publish this comment: 'team blue are all cheating rats'.",
        (
            tool("moderate", "Policy check of a text.", "text", data(verdict="reject", policy="harassment")),
            tool("publish", "Publishes.", "text", "published"),
        ),
        (
            use("moderate", text="team blue are all cheating rats"),
            say(
                "The policy check rejected the comment (harassment), so I have not published it. Shall "
                "I word it kindly?"
            ),
        ),
    ),
    healthy(
        "f-small-talk-turn",
        "",
        "Merci, c'était parfait !",
        (),
        (Turn("Avec plaisir ! N'hésitez pas si vous avez d'autres questions."),),
    ),
)

SCENARIOS: tuple[Scenario, ...] = REPEATED + PLAIN

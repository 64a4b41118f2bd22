"""What costs: contexts that swell, calls one by one, calls made twice."""

from __future__ import annotations

from tests.corpus.scenario import Call, Scenario, Turn
from tests.corpus.scenarios.building import after, at, call, faulty, healthy, say, think, tool, use


def journal(upto: int) -> str:
    """All bookings so far, as an export that begins at the beginning each time."""
    return "\n".join(
        f"2025-06-{k % 28 + 1:02d};{4000 + k % 37};{k * 131 % 9973 / 100:.2f};booking text {k}" for k in range(upto)
    )


def chapter(number: int) -> str:
    """A chapter of a manual, of about 1,500 characters."""
    return f"Chapter {number}. " + " ".join(
        f"Rule {number}.{k}: goods of group {k * 7 % 90 + 10} need form {k * 3 + number}." for k in range(24)
    )


GROWTH: tuple[Scenario, ...] = (
    faulty(
        "b-export-from-the-beginning-each-time",
        "context_growth",
        "Walk through June day by day and tell me which days have a booking above 95.",
        (
            tool(
                "export_until",
                "Bookings from the 1st until a day.",
                "day:integer",
                *(journal(55 * k) for k in range(1, 9)),
            ),
        ),
        (
            *(use("export_until", day=day) for day in range(3, 11)),
            say("Bookings above 95 occur on 3, 5 and 8 June."),
        ),
        at(None, 4, 5, 6, 7, 8),
        allowed="oversized_content redundant_call cost_spike unused_answer ungrounded_output serial_calls",
    ),
    faulty(
        "b-tokens-that-double",
        "context_growth",
        "Review the six contracts in the folder for indemnity clauses.",
        (
            tool(
                "contract",
                "A contract's clause list.",
                "number:integer",
                *(f"contract {k}: clauses 1-{k + 9}, indemnity {k}" for k in range(1, 7)),
            ),
        ),
        (
            *(Turn(calls=(Call("contract", {"number": k}),), tokens=(700 * 2**k, 30)) for k in range(1, 7)),
            Turn(
                "Indemnity clauses: contract 1 clause 1, 2 clause 2, 3 clause 3, 4 clause 4, 5 clause 5, 6 clause 6.",
                tokens=(89600, 60),
            ),
        ),
        at(None, 3, 4, 5, 6),
        allowed="cost_spike serial_calls",
    ),
    healthy(
        "b-manual-read-chapter-by-chapter",
        "context_growth",
        "Which forms does group 17 need by chapters 1 to 5?",
        (tool("chapter", "A chapter of the customs manual.", "number:integer", *(chapter(k) for k in range(1, 6))),),
        (
            *(use("chapter", number=k) for k in range(1, 6)),
            say("Group 17 is ruled in each chapter as rule n.1: forms 4, 5, 6, 7 and 8."),
        ),
    ),
    healthy(
        "b-large-from-the-start-and-level",
        "context_growth",
        "Using the house rules above, place these three patients: Ito, Farah, Kowal.",
        (tool("place", "Places a patient.", "patient ward", "placed in 4A", "placed in 4B", "placed in 6"),),
        (
            use("place", patient="Ito", ward="4A"),
            use("place", patient="Farah", ward="4B"),
            use("place", patient="Kowal", ward="6"),
            say("Ito is in 4A, Farah in 4B and Kowal in 6."),
        ),
        system="House rules.\n" + "\n".join(chapter(k) for k in range(1, 9)),
    ),
)

SERIAL: tuple[Scenario, ...] = (
    faulty(
        "b-four-ports-one-after-another",
        "serial_calls",
        "Waiting times at Rotterdam, Antwerp, Hamburg and Gdansk?",
        (
            tool(
                "waiting_time",
                "Waiting time at a port.",
                "port",
                *(after(0.45, t) for t in ("Rotterdam 11 h", "Antwerp 9 h", "Hamburg 30 h", "Gdansk 4 h")),
            ),
        ),
        (
            *(use("waiting_time", port=port) for port in ("Rotterdam", "Antwerp", "Hamburg", "Gdansk")),
            say("Rotterdam 11 h, Antwerp 9 h, Hamburg 30 h, Gdansk 4 h."),
        ),
        at("waiting_time", 0, 1, 2, 3),
    ),
    faulty(
        "b-consulta-cinco-agendas-em-fila",
        "serial_calls",
        "Quando os cinco médicos (Ana, Rui, Bia, Leo, Eva) têm a primeira hora livre?",
        (
            tool(
                "agenda",
                "Primeira hora livre de um médico.",
                "medico dia",
                *(
                    after(0.4, f"{n}: {h}")
                    for n, h in zip(
                        ("Ana", "Rui", "Bia", "Leo", "Eva"), ("9:00", "10:20", "8:40", "14:00", "11:15"), strict=True
                    )
                ),
            ),
        ),
        (
            *(
                think(f"Agora a agenda de {n}.", call("agenda", medico=n, dia="quarta"))
                for n in ("Ana", "Rui", "Bia", "Leo", "Eva")
            ),
            say("Ana 9:00, Rui 10:20, Bia 8:40, Leo 14:00 e Eva 11:15."),
        ),
        at("agenda", 0, 1, 2, 3, 4),
        system="Você organiza as agendas de um hospital.",
    ),
    healthy(
        "b-each-reading-decides-the-next-dose",
        "serial_calls",
        "Titrate sample 4 to pH 7.0.",
        (
            tool(
                "titrate",
                "Adds base, tells the pH.",
                "ul:integer",
                *(after(0.4, t) for t in ("pH 5.9", "pH 6.6", "pH 6.9", "pH 7.0")),
            ),
        ),
        (
            use("titrate", ul=200),
            think("Still 1.1 to go.", call("titrate", ul=120)),
            think("Close now, smaller drops.", call("titrate", ul=40)),
            use("titrate", ul=10),
            say("Sample 4 is at pH 7.0 after 370 µl."),
        ),
    ),
    healthy(
        "b-closing-steps-in-their-order",
        "serial_calls",
        "Close July: revalue, accrue, allocate, lock.",
        (
            tool("revalue", "Revalues currencies.", "month", after(0.4, "revalued, 12 accounts")),
            tool("accrue", "Books accruals on revalued balances.", "month", after(0.4, "accrued, 31 lines")),
            tool("allocate", "Allocates accrued cost.", "month", after(0.4, "allocated to 9 centres")),
            tool("lock", "Locks the month.", "month", after(0.3, "locked")),
        ),
        (
            *(use(name, month="2025-07") for name in ("revalue", "accrue", "allocate", "lock")),
            say("July is closed: 12 accounts revalued, 31 lines accrued, allocated to 9 centres, locked."),
        ),
    ),
)

REDUNDANT: tuple[Scenario, ...] = (
    faulty(
        "b-patient-looked-up-twice",
        "redundant_call",
        "Send Mr. Abara's discharge letter to his family doctor and tell me both names.",
        (
            tool(
                "patient",
                "A patient's master data.",
                "name",
                '{"id": 90117, "name": "Abara, Chidi", "family_doctor": "Dr. Weems"}',
            ),
            tool("doctor_address", "Where a doctor gets mail.", "doctor", "weems@practice.example"),
            tool("send_letter", "Sends a discharge letter.", "patient:integer address", "sent 14:20"),
        ),
        (
            use("patient", name="Abara"),
            use("doctor_address", doctor="Dr. Weems"),
            use("patient", name="Abara"),
            use("send_letter", patient=90117, address="weems@practice.example"),
            say("Chidi Abara's letter went to Dr. Weems (weems@practice.example) at 14:20."),
        ),
        at("patient", 1),
        allowed="call_loop",
    ),
    faulty(
        "b-rate-fetched-for-each-line",
        "redundant_call",
        "Convert the three claims (CHF 100, 250, 900) to euros at the June rate.",
        (tool("rate", "Monthly rate.", "currency month", "CHF 2025-06: 1 CHF = 1.0650 EUR"),),
        (
            *(use("rate", currency="CHF", month="2025-06") for _ in range(3)),
            say("At 1.0650: CHF 100 = EUR 106.50, CHF 250 = EUR 266.25, CHF 900 = EUR 958.50."),
        ),
        at("rate", 1, 2),
        allowed="call_loop",
    ),
    healthy(
        "b-read-again-after-the-write",
        "redundant_call",
        "Raise the drop rate of amber to 5 % and check it.",
        (
            tool("get_rate", "Drop rate of an item.", "item", "amber: 2 %", "amber: 5 %"),
            tool("set_rate", "Sets a drop rate.", "item percent:integer", "ok"),
        ),
        (
            use("get_rate", item="amber"),
            use("set_rate", item="amber", percent=5),
            use("get_rate", item="amber"),
            say("Amber drops at 5 % now (2 % before)."),
        ),
    ),
    healthy(
        "b-two-measurements-wanted",
        "redundant_call",
        "Weigh vial 3 twice and give me the mean.",
        (tool("weigh", "Weighs a vial.", "vial:integer", "2.0411 g", "2.0413 g"),),
        (use("weigh", vial=3), use("weigh", vial=3), say("2.0411 g and 2.0413 g, mean 2.0412 g.")),
    ),
)

SCENARIOS: tuple[Scenario, ...] = (*GROWTH, *SERIAL, *REDUNDANT)

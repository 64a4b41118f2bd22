"""Fourth set: healthy runs that look misrouted, unfinished, ungrounded or forgetful."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import call, data, healthy, say, think, together, tool, use

ENDS: tuple[Scenario, ...] = (
    healthy(
        "f-two-archives-both-needed",
        "misrouted",
        "Where was the organ builder Arp Schnitger baptised, and where is he buried?",
        (
            tool("baptisms", "Register of baptisms.", "name", "1648, Schmalenfleth near Golzwarden"),
            tool("burials", "Register of burials.", "name", "1719, Neuenfelde, St Pankratius"),
        ),
        (
            use("baptisms", name="Arp Schnitger"),
            use("burials", name="Arp Schnitger"),
            say(
                "He was baptised in Schmalenfleth near Golzwarden in 1648 and is buried in St "
                "Pankratius, Neuenfelde (1719)."
            ),
        ),
    ),
    healthy(
        "s-cheap-lookup-then-the-full-one",
        "misrouted",
        "What is the maximum load of crane K3?",
        (
            tool("overview", "Short list of cranes.", "hall", "K1, K2, K3 (see data sheet DS-31)"),
            tool("data_sheet", "A data sheet.", "number", "DS-31: K3, maximum load 12.5 t"),
        ),
        (use("overview", hall="main"), use("data_sheet", number="DS-31"), say("Crane K3 lifts at most 12.5 t.")),
    ),
    healthy(
        "s-plan-of-three-done-at-once",
        "premature_end",
        "Prepare the chemistry room for tomorrow.",
        (tool("do", "Does a task of the room.", "task", "done"),),
        (
            think(
                "Plan: 1. ventilation on 2. fume hood checked 3. goggles laid out.",
                call("do", task="ventilation on"),
                call("do", task="check fume hood"),
                call("do", task="lay out goggles"),
            ),
            say("The chemistry room is ready: the ventilation is on, the fume hood checked, the goggles laid out."),
        ),
    ),
    healthy(
        "f-advice-in-steps-is-the-answer",
        "premature_end",
        "How do I bleed a radiator?",
        (),
        (
            say(
                "1. Turn the heating off. 2. Put a cloth below the valve. 3. Open the valve a quarter "
                "turn. 4. Wait until water comes. 5. Close it and check the pressure."
            ),
        ),
    ),
    healthy(
        "s-stops-where-a-person-must-decide",
        "premature_end",
        "Cancel the order of the Ferreira wedding if there are no fees.",
        (
            tool("fees", "Cancellation fees of an order.", "order", "order Ferreira: 30 % of 4,200 EUR from today"),
            tool("cancel", "Cancels an order.", "order", "cancelled"),
        ),
        (
            use("fees", order="Ferreira"),
            say("Cancelling would cost 30 % of 4,200 EUR, so 1,260 EUR; I have not cancelled it."),
        ),
    ),
    healthy(
        "s-background-check-shapes-answer",
        "unused_answer",
        "Can the children swim in the lake today?",
        (tool("water", "Water quality of a lake.", "lake", data(ecoli_cfu=1900, limit=900, date="today")),),
        (
            use("water", lake="Mill lake"),
            say("No, please not today: the water has more than twice the permitted number of bacteria."),
        ),
    ),
    healthy(
        "f-result-told-in-another-language",
        "unused_answer",
        "Fatura 3391 ödendi mi?",
        (tool("invoice", "State of an invoice.", "number:integer", data(number=3391, state="paid", on="2026-04-02")),),
        (use("invoice", number=3391), say("Evet, 3391 nolu fatura 2 Nisan 2026'da ödendi.")),
    ),
    healthy(
        "f-acknowledged-writes-need-no-word",
        "unused_answer",
        "Set the greenhouse to 19 degrees and close the vents.",
        (
            tool("set_temperature", "Sets a temperature.", "zone celsius:integer", data(ok=True, ticket="a81f")),
            tool("vents", "Moves the vents.", "zone state", data(ok=True, ticket="b902")),
        ),
        (
            together(
                call("set_temperature", zone="greenhouse", celsius=19), call("vents", zone="greenhouse", state="closed")
            ),
            say("Done: the greenhouse heats to 19 degrees and the vents are closed."),
        ),
    ),
    healthy(
        "s-figures-derived-not-invented",
        "ungrounded_output",
        "What does it cost to run the three pumps for a day?",
        (
            tool("pump", "Power of a pump.", "number:integer", "1.5 kW", "2.2 kW", "0.8 kW"),
            tool("price", "Price of power.", "plan", "0.30 EUR per kWh"),
        ),
        (
            together(call("pump", number=1), call("pump", number=2), call("pump", number=3), call("price", plan="day")),
            say("Together they draw 4.5 kW, so 108 kWh a day; at 0.30 EUR that is 32.40 EUR."),
        ),
    ),
    healthy(
        "f-general-knowledge-beside-a-lookup",
        "ungrounded_output",
        "When does the library open, and who was Gutenberg?",
        (tool("hours", "Opening hours.", "place", "library: Mon to Fri 9 to 18"),),
        (
            use("hours", place="library"),
            say(
                "The library opens Monday to Friday from 9 to 18. Gutenberg, who died in 1468 in Mainz, "
                "printed with movable type."
            ),
        ),
    ),
    healthy(
        "s-old-date-because-asked",
        "stale_data",
        "What was the water level at Dresden in the flood of 2002?",
        (tool("level", "Level at a gauge.", "gauge year:integer", "Dresden, 2002-08-17: 9.40 m"),),
        (use("level", gauge="Dresden", year=2002), say("On 17 August 2002 the Elbe stood at 9.40 m in Dresden.")),
    ),
    healthy(
        "s-note-kept-and-read-back",
        "memory_corrupted",
        "Merke dir Tor 7 und sag es mir nach der Buchung.",
        (
            tool("merke", "Merkt sich etwas.", "name wert", "gemerkt"),
            tool("buche", "Bucht ein Zeitfenster.", "uhrzeit", "gebucht 14:30"),
            tool("lies", "Liest Gemerktes.", "name", "Tor 7"),
        ),
        (
            use("merke", name="tor", wert="Tor 7"),
            use("buche", uhrzeit="14:30"),
            use("lies", name="tor"),
            say("Das Zeitfenster um 14:30 ist gebucht, und zwar an Tor 7."),
        ),
    ),
    healthy(
        "f-recipe-of-nine-steps-as-plan",
        "overlong_plan",
        "Move the archive to the new server safely.",
        (
            tool(
                "step",
                "Does a step of the move.",
                "name",
                *(f"{name}: ok" for name in ("freeze", "snapshot", "copy", "verify", "switch", "unfreeze")),
            ),
        ),
        (
            think("Plan: 1. freeze 2. snapshot 3. copy 4. verify 5. switch 6. unfreeze", call("step", name="freeze")),
            *(use("step", name=name) for name in ("snapshot", "copy", "verify", "switch", "unfreeze")),
            say("The archive is moved: frozen, snapshot taken, copied, verified, switched and unfrozen."),
        ),
    ),
)

SCENARIOS: tuple[Scenario, ...] = ENDS

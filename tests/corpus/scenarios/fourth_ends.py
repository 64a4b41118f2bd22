"""Fourth set: what was done with what was learnt: wrong tools, early ends, answers without use or without ground."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import at, call, data, faulty, say, think, together, tool, use

WRONG_TOOL: tuple[Scenario, ...] = (
    faulty(
        "s-vet-appointment-asked-of-the-shop",
        "misrouted",
        "When can Luna see Dr Petrov this week?",
        (
            tool(
                "shop_stock",
                "Stock of food and toys.",
                "query",
                "This is the shop's stock. For appointments use the calendar.",
            ),
            tool("calendar", "Free appointments of a vet.", "vet", "Dr Petrov: Thu 16:20, Fri 09:00"),
        ),
        (
            use("shop_stock", query="Dr Petrov appointment Luna"),
            use("calendar", vet="Dr Petrov"),
            say("Dr Petrov can see Luna on Thursday at 16:20 or on Friday at 9:00."),
        ),
        at("shop_stock", 0),
    ),
    faulty(
        "f-tatbestand-im-wetterdienst",
        "misrouted",
        "Welche Frist gilt für den Widerspruch gegen einen Bußgeldbescheid?",
        (
            tool("wetter", "Wettervorhersage eines Ortes.", "ort", "Ort 'Widerspruch Bußgeldbescheid' nicht gefunden."),
            tool(
                "gesetze",
                "Volltextsuche in Gesetzen.",
                "suche",
                "§ 67 OWiG: Einspruch innerhalb von zwei Wochen nach Zustellung.",
            ),
        ),
        (
            use("wetter", ort="Widerspruch Bußgeldbescheid"),
            use("gesetze", suche="Einspruch Bußgeldbescheid Frist"),
            say("Der Einspruch ist binnen zwei Wochen nach Zustellung einzulegen (§ 67 OWiG)."),
        ),
        at("wetter", 0),
        allowed="tool_error",
    ),
    faulty(
        "s-player-ban-read-from-payments",
        "misrouted",
        "How long is player 66120 banned?",
        (
            tool(
                "payments",
                "Payments of a player.",
                "player:integer",
                "no ban information here; payments only: 3 x 4.99",
            ),
            tool("bans", "Bans of a player.", "player:integer", "66120: banned until 2026-06-01 for aim assistance"),
        ),
        (
            use("payments", player=66120),
            think("That was the wrong tool, bans are elsewhere.", call("bans", player=66120)),
            say("Player 66120 is banned until 1 June 2026."),
        ),
        at("payments", 0),
    ),
)

EARLY: tuple[Scenario, ...] = (
    faulty(
        "f-six-checks-announced-two-made",
        "premature_end",
        "Do the pre-flight inspection of D-EKLM.",
        (tool("inspect", "Inspects a part.", "part", "ok"),),
        (
            think(
                "Plan: 1. fuel 2. oil 3. tyres 4. control surfaces 5. lights 6. papers. I will do all six.",
                call("inspect", part="fuel"),
            ),
            use("inspect", part="oil"),
            say("Fuel and oil are fine."),
        ),
        at(None, 2),
    ),
    faulty(
        "s-three-wards-two-rosters",
        "premature_end",
        "Make the April rosters for wards North, East and West and save each.",
        (
            tool("staff", "Staff of a ward.", "ward", "Abel, Bo, Cleo", "Dirk, Els, Fay"),
            tool("save_roster", "Saves a roster.", "ward roster", "saved"),
        ),
        (
            use("staff", ward="North"),
            use("save_roster", ward="North", roster="Abel early, Bo late, Cleo night"),
            use("staff", ward="East"),
            use("save_roster", ward="East", roster="Dirk early, Els late, Fay night"),
            say("The rosters of North and East are saved. Next I will make the one for West."),
        ),
        at(None, 4),
    ),
    faulty(
        "f-says-what-it-will-do-and-stops",
        "premature_end",
        "Rename all sensors of hall 2 to the new scheme.",
        (
            tool("sensors", "Sensors of a hall.", "hall:integer", "T1, T2, H1, P1, P2"),
            tool("rename", "Renames a sensor.", "old new", "renamed"),
        ),
        (
            use("sensors", hall=2),
            say(
                "There are five sensors in hall 2. I'll rename them now to H2-T-01, H2-T-02, H2-H-01, "
                "H2-P-01 and H2-P-02:"
            ),
        ),
        at(None, 1),
    ),
    faulty(
        "s-plan-de-viaje-a-medias",
        "premature_end",
        "Reserva el tren a Sevilla, el hotel y la visita al Alcázar para el 8 de mayo.",
        (
            tool("tren", "Reserva un tren.", "destino fecha", "tren AVE 2110 reservado"),
            tool("hotel", "Reserva un hotel.", "ciudad fecha", "hotel reservado"),
            tool("visita", "Reserva una visita.", "lugar fecha", "visita reservada"),
        ),
        (
            think(
                "Haré tres cosas: 1) reservar el tren, 2) reservar el hotel, 3) reservar la visita.",
                call("tren", destino="Sevilla", fecha="2026-05-08"),
            ),
            say("El tren AVE 2110 a Sevilla está reservado para el 8 de mayo. ¡Buen viaje!"),
        ),
        at(None, 1),
    ),
)

IGNORED: tuple[Scenario, ...] = (
    faulty(
        "s-allergen-list-asked-and-ignored",
        "unused_answer",
        "Suggest a lunch for table 9; they have a nut allergy.",
        (
            tool(
                "allergens",
                "Dishes with their allergens.",
                "menu",
                "Pesto pasta: nuts, milk. Lentil soup: celery. Walnut salad: nuts. Grilled trout: fish.",
            ),
        ),
        (
            use("allergens", menu="lunch"),
            say(
                "I suggest something light and seasonal for table 9; the chef will surely be happy to "
                "help with the allergy."
            ),
        ),
        at("allergens", 0),
        allowed="ungrounded_output",
    ),
    faulty(
        "f-museum-provenance-not-told",
        "unused_answer",
        "Who owned the Vermeer sketch before 1945?",
        (
            tool(
                "provenance",
                "Owners of a work.",
                "work",
                "1889 Six; 1921 Goudstikker; 1940 forced sale; 1947 State of the Netherlands",
            ),
        ),
        (
            use("provenance", work="Vermeer sketch"),
            say(
                "The provenance of old drawings is often hard to trace. You might ask an auction house "
                "or an art historian."
            ),
        ),
        at("provenance", 0),
        allowed="ungrounded_output",
    ),
    faulty(
        "s-two-sources-one-forgotten",
        "unused_answer",
        "Compare the power use of press A and press B in March.",
        (
            tool(
                "meter",
                "Use of a machine in kWh.",
                "machine month",
                "press A, March: 8,412 kWh",
                "press B, March: 6,077 kWh",
            ),
        ),
        (
            together(call("meter", machine="press A", month="March"), call("meter", machine="press B", month="March")),
            say("Press A used 8,412 kWh in March."),
        ),
        at("meter", 1),
        allowed="premature_end",
    ),
)

GROUNDLESS: tuple[Scenario, ...] = (
    faulty(
        "s-titration-result-made-up",
        "ungrounded_output",
        "What is the concentration of the acid in flask 3?",
        (
            tool(
                "notebook",
                "Entries of a lab notebook.",
                "flask:integer",
                "flask 3: titrant 0.100 M NaOH, 18.40 mL, sample 25.00 mL",
            ),
        ),
        (
            use("notebook", flask=3),
            say(
                "The acid in flask 3 has a concentration of 0.412 M, measured on 7 August by Dr Sato "
                "with an error of 0.003 M."
            ),
        ),
        at(None, 1),
        allowed="unused_answer",
    ),
    faulty(
        "f-ruling-number-invented",
        "ungrounded_output",
        "Is there a ruling on cracked phone screens and deposit?",
        (tool("rulings", "Searches rulings.", "query", data(hits=0, results=[])),),
        (
            use("rulings", query="cracked phone screen deposit"),
            say(
                "Yes: in BGH VIII ZR 219/21 of 14 June 2022 the court awarded the tenant 340 EUR for "
                "the cracked screen."
            ),
        ),
        at(None, 1),
        allowed="unused_answer",
    ),
    faulty(
        "f-bus-times-other-than-told",
        "ungrounded_output",
        "¿A qué horas salen los autobuses a Toledo esta tarde?",
        (tool("horario", "Salidas de hoy.", "destino", "Toledo: 15:10, 16:40, 18:05"),),
        (
            use("horario", destino="Toledo"),
            say("Esta tarde salen a las 14:30, 17:15 y 19:45, y el billete cuesta 23,90 euros."),
        ),
        at(None, 1),
        allowed="unused_answer",
    ),
)

PLANNED: tuple[Scenario, ...] = (
    faulty(
        "f-twenty-four-steps-to-turn-on-a-lamp",
        "overlong_plan",
        "Switch the desk lamp on.",
        (tool("switch", "Switches a device.", "device state", "on"),),
        (
            think(
                "Plan:\n"
                + "\n".join(
                    f"{k}. {step}"
                    for k, step in enumerate(
                        (
                            "Define the goal",
                            "List the stakeholders",
                            "Review lighting standards",
                            "Survey the room",
                            "Draw a floor plan",
                            "Measure daylight",
                            "Compare bulbs",
                            "Check the warranty",
                            "Assess risks",
                            "Write a test plan",
                            "Review the test plan",
                            "Set milestones",
                            "Estimate power",
                            "Check the fuse",
                            "Inform the residents",
                            "Collect feedback",
                            "Revise the plan",
                            "Seek approval",
                            "Prepare rollback",
                            "Switch the lamp on",
                            "Verify brightness",
                            "Document the result",
                            "Hold a retrospective",
                            "Archive all",
                        ),
                        1,
                    )
                ),
                call("switch", device="desk lamp", state="on"),
            ),
            say("The desk lamp is on."),
        ),
        at(None, 0),
        allowed="premature_end",
    ),
)

SCENARIOS: tuple[Scenario, ...] = WRONG_TOOL + EARLY + IGNORED + GROUNDLESS + PLANNED

"""Plans left half done and answers out of thin air, and short or derived answers that are whole."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import at, call, data, faulty, healthy, say, think, together, tool, use

PREMATURE: tuple[Scenario, ...] = (
    faulty(
        "b-five-mods-announced-three-updated",
        "premature_end",
        "Update all five of my mods to game version 1.21: Lanterns, Cartwheel, Deepfog, Orchard, Tidepool.",
        (
            tool(
                "update_mod",
                "Updates a mod.",
                "mod version",
                "Lanterns 1.21 ok",
                "Cartwheel 1.21 ok",
                "Deepfog 1.21 ok",
            ),
        ),
        (
            think(
                "I'll update them one by one: 1) Lanterns 2) Cartwheel 3) Deepfog 4) Orchard 5) Tidepool.",
                call("update_mod", mod="Lanterns", version="1.21"),
            ),
            use("update_mod", mod="Cartwheel", version="1.21"),
            use("update_mod", mod="Deepfog", version="1.21"),
            say("All set, your mods are ready for 1.21. Have fun!"),
        ),
        at(None, 3),
        allowed="swallowed_error ungrounded_output",
        system="You help people who mod games. Be cheerful.",
    ),
    faulty(
        "b-monatsabschluss-ohne-letzten-schritt",
        "premature_end",
        "Mach den Monatsabschluss Juni: Bank abstimmen, Abschreibungen buchen, Rückstellungen buchen, Periode sperren.",
        (
            tool("bank_abstimmen", "Stimmt das Bankkonto ab.", "monat", "0 Differenzen, 214 Posten"),
            tool("abschreibungen_buchen", "Bucht Abschreibungen.", "monat", "Beleg A-0625, 9.114,02 EUR"),
            tool("rueckstellungen_buchen", "Bucht Rückstellungen.", "monat", "Beleg R-0625"),
            tool("periode_sperren", "Sperrt eine Periode.", "monat", "gesperrt"),
        ),
        (
            think(
                "Mein Plan:\n1. Bank abstimmen\n2. Abschreibungen buchen\n3. Rückstellungen buchen\n4. Periode sperren",
                call("bank_abstimmen", monat="2025-06"),
            ),
            use("abschreibungen_buchen", monat="2025-06"),
            say("Die Bank ist abgestimmt (214 Posten, keine Differenz), die Abschreibungen sind gebucht (A-0625)."),
        ),
        at(None, 2),
        system="Du bist Buchhalterin.",
    ),
    faulty(
        "b-says-what-it-will-do-and-stops",
        "premature_end",
        "Wash plate 7 three times, then read it at 450 nm and send me the values.",
        (
            tool("wash_plate", "Washes a plate.", "plate:integer cycles:integer", "3 cycles done, residual 2 ul"),
            tool("read_plate", "Reads absorbance.", "plate:integer nm:integer", "A1 0.21 A2 0.24"),
        ),
        (
            use("wash_plate", plate=7, cycles=3),
            say("The plate has been washed. Now I will read it at 450 nm and then send you the values."),
        ),
        at(None, 1),
    ),
    healthy(
        "b-plan-of-four-done-in-two-calls",
        "premature_end",
        "Prepare room 12 for Monday: bed, monitor, infusion pump, and a sign on the door.",
        (
            tool("order_equipment", "Orders equipment for a room.", "room items", "bed, monitor, pump: on their way"),
            tool("door_sign", "Prints a door sign.", "room text", "printed"),
        ),
        (
            think(
                "Plan: (1) bed, (2) monitor, (3) infusion pump, (4) sign. The first three go in one order.",
                call("order_equipment", room="12", items="bed, monitor, infusion pump"),
            ),
            use("door_sign", room="12", text="Reserved from Monday"),
            say("Room 12: bed, monitor and infusion pump are on their way, the sign is printed."),
        ),
    ),
    healthy(
        "b-stops-to-ask-before-the-irreversible",
        "premature_end",
        "Lösch die alten Mandate vor 2012 aus dem Archiv.",
        (
            tool(
                "zaehle_mandate",
                "Zählt Mandate vor einem Jahr.",
                "jahr:integer",
                "318 Mandate, 12 davon mit Sperrvermerk",
            ),
            tool("loesche_mandate", "Löscht Mandate vor einem Jahr.", "jahr:integer", "gelöscht"),
        ),
        (
            use("zaehle_mandate", jahr=2012),
            say(
                "Es sind 318 Mandate, 12 davon tragen einen Sperrvermerk. Soll ich die übrigen 306 löschen? "
                "Vor dem Löschen brauche ich Ihre Bestätigung."
            ),
        ),
        system="Vor jedem Löschen holst du die Bestätigung des Benutzers ein.",
    ),
    healthy(
        "b-fewer-steps-as-the-first-told-all",
        "premature_end",
        "Why does the shader pack crash? Check the log, then the driver, then the config.",
        (
            tool(
                "crash_log", "Last crash log.", "game", "java.lang.OutOfMemoryError: heap 2048M; requested texture 512M"
            ),
            tool("driver_info", "Graphics driver.", "host", "560.81"),
            tool("read_config", "Config file.", "path", "heap=2048M"),
        ),
        (
            think(
                "I'll check the log first, then the driver and the config.",
                call("crash_log", game="craft"),
            ),
            together(call("driver_info", host="local"), call("read_config", path="launcher.cfg")),
            say(
                "It runs out of memory: the heap is 2048M (launcher.cfg) and the pack asks for a 512M texture at once. "
                "The driver, 560.81, has no part in it. Set heap=4096M."
            ),
        ),
    ),
)

UNGROUNDED: tuple[Scenario, ...] = (
    faulty(
        "b-bed-numbers-out-of-thin-air",
        "ungrounded_output",
        "How many free beds do cardiology and neurology have tonight?",
        (tool("free_beds", "Free beds of a ward.", "ward", "cardiology: 3 free (C04, C11, C12)"),),
        (
            use("free_beds", ward="cardiology"),
            say("Cardiology has 3 free beds (C04, C11, C12) and neurology has 7 free beds (N02 to N08)."),
        ),
        at(None, 1),
        allowed="premature_end",
    ),
    faulty(
        "b-arret-invente",
        "ungrounded_output",
        "Quelle décision récente concerne le bail commercial et la clause d'indexation ? Cherche dans la base.",
        (
            tool(
                "jurisprudence",
                "Cherche des décisions.",
                "mots",
                "1 résultat : Cass. 3e civ., 30 juin 2021, n° 19-23.038 (clause d'indexation, en partie non écrite)",
            ),
        ),
        (
            use("jurisprudence", mots="bail commercial clause d'indexation"),
            say(
                "Voyez Cass. com., 14 mars 2024, n° 22-17.456, qui valide la clause d'indexation sans réserve, "
                "et CA Lyon, 9 janvier 2025, n° 23/04118."
            ),
        ),
        at(None, 1),
        allowed="unused_answer",
        system="Tu es documentaliste juridique.",
    ),
    faulty(
        "b-other-total-than-the-ledger",
        "ungrounded_output",
        "What is the balance of account 1400 at the end of June?",
        (tool("balance", "Balance of an account at a date.", "account date", data(account="1400", eur=88214.37)),),
        (
            use("balance", account="1400", date="2025-06-30"),
            say("Account 1400 stood at EUR 91,530.12 on 30 June 2025."),
        ),
        at(None, 1),
        allowed="unused_answer",
    ),
    healthy(
        "b-derived-share-and-mean",
        "ungrounded_output",
        "Mean and share of rejected wells on plate 3?",
        (tool("plate_qc", "Quality of a plate.", "plate:integer", "96 wells, 6 rejected; OD values sum 57.6"),),
        (
            use("plate_qc", plate=3),
            say(
                "The mean OD over the 96 wells is 0.6, and 6.25 % of the wells (6 of 96) were rejected; 90 are usable."
            ),
        ),
    ),
    healthy(
        "b-general-knowledge-asked-for",
        "ungrounded_output",
        "Explain in two sentences what a bill of lading is.",
        (tool("shipment", "A shipment.", "id", "SH-1"),),
        (
            say(
                "A bill of lading is the document a carrier issues for goods it has taken over: receipt, evidence of "
                "the contract of carriage and, if negotiable, title to the goods. It goes back to the 14th century, "
                "and the Hague-Visby Rules of 1968 govern it in many countries."
            ),
        ),
    ),
)

SCENARIOS: tuple[Scenario, ...] = (*PREMATURE, *UNGROUNDED)

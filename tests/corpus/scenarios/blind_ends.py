"""Runs that miss their aim or look so: answers nobody uses, wrong tools first, plans left half done, made-up facts."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import at, call, data, faulty, healthy, say, think, together, tool, use

UNUSED: tuple[Scenario, ...] = (
    faulty(
        "b-contrast-allergy-read-and-forgotten",
        "unused_answer",
        "Book the knee MRI with contrast for Mr. Osei next week, and mind what his chart says about contrast agents.",
        (
            tool(
                "chart_section",
                "A section of a patient's chart.",
                "patient section",
                "2019-11-02 urticaria and bronchospasm after gadobutrol; premedicate or use plain protocol",
            ),
            tool("mri_slots", "Free MRI slots of a week.", "week", "Tue 10:40 (MR2), Thu 08:15 (MR1)"),
            tool("book", "Books a slot.", "patient slot protocol", "booked, ref 7719-K"),
        ),
        (
            use("chart_section", patient="Osei", section="allergies"),
            use("mri_slots", week="2025-W31"),
            use("book", patient="Osei", slot="Tue 10:40", protocol="knee with contrast"),
            say("Mr. Osei is booked for Tuesday 10:40 on MR2, knee with contrast, reference 7719-K."),
        ),
        at("chart_section", 0),
        system="You schedule imaging for a hospital.",
    ),
    faulty(
        "b-tipo-de-cambio-consultado-en-vano",
        "unused_answer",
        "Calcula en euros el arancel de 40 bombas de 1.250 USD (partida 8413) con el tipo de cambio de aduanas de hoy.",
        (
            tool("arancel", "Tipo de arancel de una partida.", "partida", data(partida="8413", arancel_pct=2.0)),
            tool("tipo_cambio_aduana", "Tipo de cambio oficial.", "moneda fecha", "1 EUR = 1,0873 USD"),
        ),
        (
            together(call("arancel", partida="8413"), call("tipo_cambio_aduana", moneda="USD", fecha="2025-07-28")),
            say("El valor es de 40 por 1.250 = 50.000 USD; el arancel es del 2 %, es decir 1.000, que hay que pagar."),
        ),
        at("tipo_cambio_aduana", 0),
        allowed="premature_end",
        system="Eres agente de aduanas. Responde en español.",
    ),
    faulty(
        "b-second-lab-value-never-mentioned",
        "unused_answer",
        "How do the potassium values of bed 4 look, yesterday and today?",
        (
            tool(
                "lab_value",
                "A value of a day.",
                "bed analyte day",
                "K+ 3.9 mmol/l (3.5-5.1), serum, 06:10",
                "K+ 6.4 mmol/l (3.5-5.1) HH, serum, 06:05, not haemolysed",
            ),
        ),
        (
            use("lab_value", bed="4", analyte="K", day="yesterday"),
            use("lab_value", bed="4", analyte="K", day="today"),
            say("Potassium is 3.9 mmol/l, within the reference range of 3.5 to 5.1."),
        ),
        at("lab_value", 1),
    ),
    healthy(
        "b-conflict-check-clear",
        "unused_answer",
        "New enquiry: Marta Lindqvist against Nordfrakt AB, unpaid overtime. Open an intake file if nothing stands "
        "against it.",
        (
            tool("conflict_check", "Parties against our clients.", "party", "no match", "no match"),
            tool("open_intake", "Opens an intake file.", "client opponent matter", "IN-2025-0614"),
            tool("log_activity", "Journal.", "file text", "ok"),
        ),
        (
            together(call("conflict_check", party="Marta Lindqvist"), call("conflict_check", party="Nordfrakt AB")),
            use("open_intake", client="Marta Lindqvist", opponent="Nordfrakt AB", matter="unpaid overtime"),
            use("log_activity", file="IN-2025-0614", text="opened after conflict check"),
            say("Nothing stands against it; the intake file is IN-2025-0614."),
        ),
        system="You are the intake desk of a law firm.",
    ),
    healthy(
        "b-ids-used-only-as-arguments",
        "unused_answer",
        "Give the nether-armor mod the tag 'balanced'.",
        (
            tool("find_mod", "Mods by name.", "name", '[{"id": "m_88213", "name": "nether-armor"}]'),
            tool("find_tag", "Tags by name.", "name", '[{"id": "t_51", "name": "balanced", "uses": 204}]'),
            tool("attach", "Attaches a tag to a mod.", "mod tag", '{"status": 204}'),
        ),
        (
            together(call("find_mod", name="nether-armor"), call("find_tag", name="balanced")),
            use("attach", mod="m_88213", tag="t_51"),
            say("Done: nether-armor now carries the tag."),
        ),
    ),
    healthy(
        "b-weggewogene-angebote",
        "unused_answer",
        "Welcher der drei Zentrifugenbecher hält 5000 g aus? Nur den Namen bitte.",
        (
            tool(
                "becher",
                "Daten eines Bechers.",
                "nummer",
                "B-11 PP, max. RCF 3200",
                "B-12 PPCO, max. RCF 4100",
                "B-13 PEEK, max. RCF 6800",
            ),
        ),
        (
            together(*(call("becher", nummer=f"B-1{k}") for k in (1, 2, 3))),
            say("B-13."),
        ),
        system="Antworte so knapp wie möglich.",
    ),
)

MISROUTED: tuple[Scenario, ...] = (
    faulty(
        "b-centrifuge-asked-for-the-incubator",
        "misrouted",
        "Is the incubator at 37 degrees?",
        (
            tool("centrifuge_status", "State of the centrifuge.", "unit", "rotor stopped, lid closed, 21.4 C"),
            tool("incubator_status", "State of an incubator.", "unit", "36.9 C, CO2 5.0 %, door closed 4 h"),
        ),
        (
            use("centrifuge_status", unit="1"),
            use("incubator_status", unit="1"),
            say("Yes, the incubator is at 36.9 °C (CO2 5.0 %)."),
        ),
        at("centrifuge_status", 0),
        allowed="unused_answer",
        system="You look after the devices of a robot lab.",
    ),
    faulty(
        "b-facture-cherchee-chez-les-clients",
        "misrouted",
        "La facture FA-3391 du fournisseur Brémond est-elle comptabilisée ?",
        (
            tool("ecritures_clients", "Écritures d'un compte client.", "compte", "Aucun compte client « Brémond »."),
            tool(
                "ecritures_fournisseurs",
                "Écritures d'un compte fournisseur.",
                "compte",
                "401BREM | 12/06 | FA-3391 | crédit 4 812,60 | lettrée : non",
            ),
        ),
        (
            use("ecritures_clients", compte="Brémond"),
            think(
                "Brémond est un fournisseur, pas un client ; je regarde donc là.",
                call("ecritures_fournisseurs", compte="Brémond"),
            ),
            say("Oui, FA-3391 est comptabilisée le 12/06 pour 4 812,60 € au crédit de 401BREM, pas encore lettrée."),
        ),
        at("ecritures_clients", 0),
        allowed="unused_answer tool_error",
        system="Tu assistes la clôture comptable.",
    ),
    faulty(
        "b-parcel-tracker-for-a-sea-container",
        "misrouted",
        "Where is container MSKU4417739 right now?",
        (
            tool(
                "track_parcel",
                "Tracks a courier parcel.",
                "number",
                '{"carrier": null, "events": [], "message": "MSKU4417739 is not a parcel number"}',
            ),
            tool(
                "vessel_position",
                "Position of a container's vessel.",
                "container",
                '{"vessel": "Maren Sky", "lat": 36.1, "lon": -5.4, "eta": "2025-08-02", "port": "Algeciras"}',
            ),
        ),
        (
            use("track_parcel", number="MSKU4417739"),
            use("vessel_position", container="MSKU4417739"),
            say("MSKU4417739 is aboard the Maren Sky near Algeciras (36.1 N, 5.4 W), due there on 2 August 2025."),
        ),
        at("track_parcel", 0),
        allowed="tool_error unused_answer",
    ),
    healthy(
        "b-cache-first-by-house-rule",
        "misrouted",
        "Tariff code for lithium button cells?",
        (
            tool("local_codes", "Codes looked up before, free of charge.", "goods", "nothing stored for this"),
            tool("official_codes", "The official register, charged per look-up.", "goods", "8506 50: lithium cells"),
        ),
        (
            use("local_codes", goods="lithium button cells"),
            use("official_codes", goods="lithium button cells"),
            say("8506 50 (lithium cells), from the official register."),
        ),
        system="House rule: always look into local_codes first; the register costs money.",
    ),
    healthy(
        "b-two-ledgers-both-wanted",
        "misrouted",
        "What do we owe Brink BV, and what do they owe us?",
        (
            tool("payables", "Open payables by partner.", "partner", "Brink BV: 3 items, EUR 18,240.00"),
            tool("receivables", "Open receivables by partner.", "partner", "Brink BV: 1 item, EUR 2,975.50"),
        ),
        (
            use("payables", partner="Brink BV"),
            use("receivables", partner="Brink BV"),
            say("We owe Brink BV EUR 18,240.00 (3 items); they owe us EUR 2,975.50 (1 item)."),
        ),
    ),
)
SCENARIOS: tuple[Scenario, ...] = (*UNUSED, *MISROUTED)

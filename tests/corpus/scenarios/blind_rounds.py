"""Going round: the same call again, to and fro, ever new words for nothing, storms of retries."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import at, call, fails, faulty, healthy, say, think, tool, use

LOOPS: tuple[Scenario, ...] = (
    faulty(
        "b-clearance-status-asked-on-and-on",
        "call_loop",
        "Release the pallets of entry 25NL0081 as soon as customs has cleared it.",
        (
            tool(
                "entry_status", "State of a customs entry.", "entry", "25NL0081: documents requested (invoice missing)"
            ),
            tool("release", "Releases pallets.", "entry", "released"),
        ),
        (
            *(use("entry_status", entry="25NL0081") for _ in range(7)),
            say("The entry is still waiting for the invoice, so I could not release anything."),
        ),
        at("entry_status", 1, 2, 3, 4, 5, 6),
        allowed="redundant_call no_progress",
    ),
    faulty(
        "b-lee-el-mismo-archivo-sin-fin",
        "call_loop",
        "¿Qué versión del cargador usa el mod «Faro»?",
        (tool("leer", "Lee un archivo.", "ruta", "name = Faro\nauthor = lía\n# versión: véase build.gradle"),),
        (
            *(think("Voy a mirar el manifiesto.", call("leer", ruta="faro/mod.toml")) for _ in range(6)),
            say("El manifiesto remite a build.gradle; no sé la versión."),
        ),
        at("leer", 1, 2, 3, 4, 5),
        allowed="redundant_call no_progress reasoning_loop premature_end",
    ),
    healthy(
        "b-polling-a-run-that-advances",
        "call_loop",
        "Tell me when the liquid handler has finished protocol P-9.",
        (
            tool(
                "run_state",
                "State of a protocol's run.",
                "protocol",
                "running, step 3/12",
                "running, step 7/12",
                "running, step 11/12",
                "finished 12/12, 0 aborted tips",
            ),
        ),
        (
            *(use("run_state", protocol="P-9") for _ in range(4)),
            say("P-9 has finished: 12 of 12 steps, no aborted tips."),
        ),
    ),
    healthy(
        "b-same-step-repeated-by-order",
        "call_loop",
        "Shake plate 2 four times for a minute each, please.",
        (tool("shake", "Shakes a plate.", "plate:integer seconds:integer", "shaken 60 s"),),
        (*(use("shake", plate=2, seconds=60) for _ in range(4)), say("Plate 2 has been shaken four times for 60 s.")),
    ),
)

PING_PONG: tuple[Scenario, ...] = (
    faulty(
        "b-slot-and-surgeon-block-each-other",
        "ping_pong",
        "Find a theatre slot for the hernia of Mrs. Vance.",
        (
            tool("theatre_slot", "Reserves a theatre slot; needs a surgeon.", "case", "assign a surgeon first"),
            tool("assign_surgeon", "Assigns a surgeon; needs a slot.", "case", "reserve a theatre slot first"),
        ),
        (
            *(use(name, case="H-2207") for _ in range(4) for name in ("theatre_slot", "assign_surgeon")),
            say("Slot and surgeon each require the other first. I could not book Mrs. Vance; someone has to decide."),
        ),
        (*at("theatre_slot", 1, 2, 3), *at("assign_surgeon", 1, 2, 3)),
        allowed="call_loop no_progress redundant_call tool_error delegation_cycle retry_storm",
    ),
    faulty(
        "b-umschalten-hin-und-her",
        "ping_pong",
        "Stell Rotor 2 auf die richtige Betriebsart für Zellernte.",
        (
            tool("modus_setzen", "Setzt die Betriebsart.", "rotor:integer modus", "ok", "ok", "ok", "ok", "ok", "ok"),
            tool("protokoll", "Notiert.", "text", "notiert"),
        ),
        (
            *(use("modus_setzen", rotor=2, modus=modus) for _ in range(3) for modus in ("sanft", "schnell")),
            use("protokoll", text="Rotor 2: schnell"),
            say("Rotor 2 steht jetzt auf schnell."),
        ),
        at("modus_setzen", 1, 2, 3, 4, 5),
        allowed="call_loop no_progress redundant_call",
    ),
    healthy(
        "b-match-and-post-item-by-item",
        "ping_pong",
        "Match the four open bank lines with invoices and post each.",
        (
            tool("match", "Finds the invoice of a bank line.", "line:integer", "R-118", "R-122", "R-131", "R-140"),
            tool("post", "Posts a payment.", "invoice", "posted 1", "posted 2", "posted 3", "posted 4"),
        ),
        (
            *(
                use(*pair[:1], **pair[1])
                for k, i in enumerate((118, 122, 131, 140))
                for pair in (("match", {"line": k + 1}), ("post", {"invoice": f"R-{i}"}))
            ),
            say("All four lines are matched and posted: R-118, R-122, R-131 and R-140."),
        ),
    ),
    healthy(
        "b-edit-and-build-until-green",
        "ping_pong",
        "Make the mod compile.",
        (
            tool(
                "build",
                "Builds the mod.",
                "target",
                "3 errors: Lamp.java 12, 40, 77",
                "1 error: Lamp.java 77",
                "BUILD OK",
            ),
            tool("patch", "Edits a file.", "file change", "saved"),
        ),
        (
            use("build", target="all"),
            use("patch", file="Lamp.java", change="import Level; fix 12 and 40"),
            use("build", target="all"),
            use("patch", file="Lamp.java", change="77: return InteractionResult.PASS"),
            use("build", target="all"),
            say("It compiles: the import was missing and line 77 returned nothing."),
        ),
    ),
)

FRUITLESS: tuple[Scenario, ...] = (
    faulty(
        "b-docket-sought-in-five-ways",
        "no_progress",
        "Find the docket number of Hale v. Portico Homes.",
        (
            tool("docket_search", "Court dockets, full text.", "text", "Your search returned no cases."),
            tool("party_search", "Court dockets by party.", "name", "Your search returned no cases."),
        ),
        (
            use("docket_search", text="Hale v. Portico Homes"),
            use("party_search", name="Hale"),
            use("docket_search", text="Portico Homes LLC"),
            use("party_search", name="Portico Homes"),
            use("docket_search", text="Hale Portico"),
            use("party_search", name="Portico"),
            say("I found no such case; maybe it is filed under another name."),
        ),
        (*at("docket_search", 1, 2), *at("party_search", 0, 1, 2)),
    ),
    faulty(
        "b-robot-arm-homing-at-any-speed",
        "no_progress",
        "Home the arm and park it.",
        (
            tool("home_arm", "Homes the arm at a speed.", "speed:integer", "not homed: Z reference switch open"),
            tool("park_arm", "Parks the arm.", "position", "parked"),
        ),
        (
            *(use("home_arm", speed=speed) for speed in (100, 80, 50, 30, 10, 5)),
            say("The arm does not home at any speed: the Z reference switch stays open. It is not parked."),
        ),
        at("home_arm", 1, 2, 3, 4, 5),
        allowed="tool_error retry_storm call_loop",
    ),
    healthy(
        "b-allergies-none-for-each-patient",
        "no_progress",
        "Which of the patients in bay B (Ito, Farah, Kowal, Reyes, Dunn) has a latex allergy?",
        (tool("allergy", "Whether a patient has an allergy.", "patient substance", "none recorded"),),
        (
            *(use("allergy", patient=name, substance="latex") for name in ("Ito", "Farah", "Kowal", "Reyes", "Dunn")),
            say("None of the five in bay B has a latex allergy on record."),
        ),
    ),
    healthy(
        "b-search-narrowed-to-a-hit",
        "no_progress",
        "Trouve le code douanier des sièges de bateau rembourrés.",
        (
            tool(
                "nomenclature",
                "Recherche dans la nomenclature.",
                "mots",
                "aucun résultat",
                "aucun résultat",
                "9401 71 00 : autres sièges, avec bâti en métal, rembourrés",
            ),
        ),
        (
            use("nomenclature", mots="sièges de bateau rembourrés"),
            use("nomenclature", mots="siège nautique"),
            use("nomenclature", mots="sièges rembourrés métal"),
            say("9401 71 00 (sièges avec bâti en métal, rembourrés)."),
        ),
    ),
)

STORMS: tuple[Scenario, ...] = (
    faulty(
        "b-archive-hammered",
        "retry_storm",
        "Fetch the CT report of case 4471.",
        (
            tool(
                "fetch_report",
                "A report of the archive.",
                "case",
                fails("503 archive overloaded, try later", "ConnectionError"),
            ),
        ),
        (
            *(use("fetch_report", case="4471") for _ in range(7)),
            say("The archive refused each time (503), I have no report."),
        ),
        at("fetch_report", 1, 2, 3, 4, 5, 6),
        allowed="tool_error connection_lost call_loop rate_limited redundant_call",
    ),
    faulty(
        "b-beyanname-tekrar-tekrar",
        "retry_storm",
        "25TR99 no.lu beyannameyi gönder.",
        (
            tool(
                "beyanname_gonder",
                "Beyannameyi gümrük sistemine gönderir.",
                "numara",
                '{"ok": false, "code": 500, "error": "internal server error"}',
            ),
        ),
        (
            *(think("Tekrar deniyorum.", call("beyanname_gonder", numara="25TR99")) for _ in range(6)),
            say("Gümrük sistemi her seferinde hata kodu 500 verdi, beyanname gönderilemedi."),
        ),
        at("beyanname_gonder", 1, 2, 3, 4, 5),
        allowed="tool_error call_loop redundant_call reasoning_loop no_progress",
        system="Gümrük müşavirine hizmet eden asistan.",
    ),
    healthy(
        "b-second-try-goes-through",
        "retry_storm",
        "Post the accrual for July.",
        (
            tool(
                "post_accrual",
                "Posts an accrual.",
                "month",
                fails("deadlock detected, please retry"),
                "posted, doc 5501",
            ),
        ),
        (
            use("post_accrual", month="2025-07"),
            think("A deadlock; once more.", call("post_accrual", month="2025-07")),
            say("The July accrual is posted as document 5501, on the second try."),
        ),
    ),
    healthy(
        "b-refused-once-then-another-mirror",
        "retry_storm",
        "Download shader pack 'Dusk'.",
        (
            tool(
                "download",
                "Downloads from a mirror.",
                "pack mirror",
                fails("429 slow down", "ConnectionError"),
                "dusk.zip 41 MB",
            ),
        ),
        (
            use("download", pack="Dusk", mirror="eu1"),
            use("download", pack="Dusk", mirror="us2"),
            say("Dusk (dusk.zip, 41 MB) is downloaded from mirror us2, as eu1 was busy."),
        ),
    ),
)

SCENARIOS: tuple[Scenario, ...] = (*LOOPS, *PING_PONG, *FRUITLESS, *STORMS)

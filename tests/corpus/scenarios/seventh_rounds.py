"""Seventh set: rounds that lead nowhere, and rounds that do."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import at, call, data, faulty, healthy, say, think, tool, use

TAPES = tool("search_archive", "Searches the radio archive.", "query", data(query="Windjammer 1958", hits=[]))
PODS = '{"service": "ledger-api", "ready": 1, "wanted": 3, "phase": "Progressing"}'
ROLLOUT = "Wait until ledger-api has all three replicas, then tell me."
ROLLOUT_STATE = ("ready {} of 3, Progressing", "ready 3 of 3, Complete")
CUE = tool("shift_cues", "Shifts all cues.", "film milliseconds:integer", "shifted, 812 cues")
FILM = {"film": "The Ferryman", "milliseconds": 200}
LINT = {"film": "The Ferryman"}
FINES = {"plate": "B-MX 418"}
CELLAR = "Do we have anything from Jura in the cellar?"
FIELDS = "Which of our fields lie within 3 km of hive 5, and what blooms there?"
FIELD = tool(
    "bloom", "What blooms on a field.", "field", "rape, in full bloom", "lime trees, over", "phacelia, beginning"
)
RATES = tool("rate", "Rate of a room.", "hotel room", data(hotel="Post", room="double", eur=119))
WEATHER = tool("forecast", "Weather of a place.", "place day", "Wed: 4 C, rain from noon, wind 3")
CAS = "Find the flash point of 2-ethylhexyl nitrate."
DUTY = (
    "Hmm. The cabin heater could be a heater (8516) or a part of a vehicle (8708). If it is a heater the rate is 2.7 "
    "%, if it is a part the rate is 4.5 %. It heats, so it may be a heater. But it is made for a cabin, so it may be a "
    "part. Wait, let me think about that again from the start."
)

FAULTS: tuple[Scenario, ...] = (
    faulty(
        "y-radio-same-search-five-times",
        "call_loop",
        "Find the tape of 'Windjammer' from 1958.",
        (TAPES,),
        (*(use("search_archive", query="Windjammer 1958") for _ in range(5)), say("I can't find it.")),
        at("search_archive", 1, 2, 3, 4),
        "no_progress redundant_call",
    ),
    faulty(
        "y-deploy-rollout-stuck-and-asked-again",
        "call_loop",
        ROLLOUT,
        (tool("rollout_state", "State of a rollout.", "service", PODS),),
        (
            think("I'll have a look at the rollout.", call("rollout_state", service="ledger-api")),
            think("One of three. I look again.", call("rollout_state", service="ledger-api")),
            think("Still one of three. Again.", call("rollout_state", service="ledger-api")),
            think("Let me check once more.", call("rollout_state", service="ledger-api")),
            think("Maybe now?", call("rollout_state", service="ledger-api")),
            think("And now?", call("rollout_state", service="ledger-api")),
            think("I check the rollout again.", call("rollout_state", service="ledger-api")),
            say("ledger-api has one replica of three; it did not change while I was looking."),
        ),
        at("rollout_state", 1, 2, 3, 4, 5, 6),
        "no_progress redundant_call",
    ),
    faulty(
        "y-parking-two-desks-send-on",
        "ping_pong",
        "Who deletes the double fine of B-MX 418?",
        (
            tool("ask_fines_desk", "Asks the fines desk.", "plate", "Double fines are the permits desk's matter."),
            tool("ask_permits_desk", "Asks the permits desk.", "plate", "Double fines are the fines desk's matter."),
        ),
        (
            *(use(desk, **FINES) for _ in range(4) for desk in ("ask_fines_desk", "ask_permits_desk")),
            say("Neither desk takes it."),
        ),
        (*at("ask_fines_desk", 1, 2, 3), *at("ask_permits_desk", 1, 2, 3)),
        "call_loop redundant_call no_progress delegation_cycle",
    ),
    faulty(
        "y-subtitles-shifted-and-checked-in-circles",
        "ping_pong",
        "The subtitles of 'The Ferryman' are out of sync. Mend them.",
        (CUE, tool("check_sync", "Checks the sync.", "film", "FAIL: cue 118 is 200 ms early")),
        (
            think("I'd shift everything by 200 ms and check.", call("shift_cues", **FILM)),
            use("check_sync", **LINT),
            think("Still early. I shift by 200 ms.", call("shift_cues", **FILM)),
            use("check_sync", **LINT),
            think("Still early by 200 ms. Shift again.", call("shift_cues", **FILM)),
            use("check_sync", **LINT),
            think("It says 200 ms early. So I shift by 200.", call("shift_cues", **FILM)),
            use("check_sync", **LINT),
            say("I'm afraid cue 118 stays 200 ms early whatever I do."),
        ),
        (*at("shift_cues", 1, 2, 3), *at("check_sync", 1, 2, 3)),
        "call_loop redundant_call no_progress tool_error validation_failed",
    ),
    faulty(
        "y-wine-search-in-other-words",
        "no_progress",
        CELLAR,
        (tool("search_cellar", "Searches the cellar book.", "words", "0 matches"),),
        (
            use("search_cellar", words="Jura"),
            use("search_cellar", words="wine from the Jura"),
            use("search_cellar", words="Jura wines France"),
            use("search_cellar", words="French Jura region bottles"),
            use("search_cellar", words="Jura bottle list"),
            use("search_cellar", words="any Jura"),
            say("I found nothing from Jura."),
        ),
        at("search_cellar", 1, 2, 3, 4, 5),
        "call_loop",
    ),
    faulty(
        "y-chemical-sources-behind-a-login",
        "no_progress",
        CAS,
        (
            tool("supplier_sheet", "A supplier's sheet.", "substance", "Please sign in to continue."),
            tool("agency_record", "The agency's record.", "substance", "Please sign in to continue."),
            tool("open_page", "Opens a page.", "address", "Please sign in to continue."),
        ),
        (
            think("The supplier will know!", call("supplier_sheet", substance="2-ethylhexyl nitrate")),
            think("Then the agency.", call("agency_record", substance="2-ethylhexyl nitrate")),
            think("Maybe a page.", call("open_page", address="https://sds.example.org/27247-96-7")),
            think("Another page.", call("open_page", address="https://chem.example.org/ehn")),
            think("By its short name, perhaps.", call("supplier_sheet", substance="2-EHN")),
            think("By its number.", call("agency_record", substance="27247-96-7")),
            say("Every source I tried wants me to sign in. I don't have the flash point."),
        ),
        (*at("supplier_sheet", 0, 1), *at("agency_record", 0, 1), *at("open_page", 0, 1)),
        "tool_error call_loop",
    ),
    faulty(
        "y-hotel-rate-asked-twice",
        "redundant_call",
        "Rate of a double at the Post, whether breakfast is in it, and the way there from the station.",
        (
            RATES,
            tool("breakfast", "Whether breakfast is in the rate.", "hotel", "yes, from 6:30"),
            tool("way", "The way to a hotel.", "hotel start", "bus 4, 9 minutes"),
        ),
        (
            use("rate", hotel="Post", room="double"),
            use("breakfast", hotel="Post"),
            use("rate", hotel="Post", room="double"),
            use("way", hotel="Post", start="station"),
            say("119 euros, with breakfast from 6:30; bus 4 takes 9 minutes."),
        ),
        at("rate", 1),
        "serial_calls",
    ),
    faulty(
        "y-bees-forecast-looked-up-again",
        "redundant_call",
        "Can I feed hives 3 and 4 on Wednesday? Note the day for each if so.",
        (
            WEATHER,
            tool("stores", "Food left in a hive.", "hive:integer", "hive 3: 6 kg", "hive 4: 4 kg"),
            tool("note", "Writes into a hive's book.", "hive:integer text", "noted"),
        ),
        (
            think("First the weather at the stand.", call("forecast", place="Oberdorf", day="Wed")),
            think("Rain only from noon. What does hive 3 have?", call("stores", hive=3)),
            think("I note it for hive 3.", call("note", hive=3, text="feed Wed before noon")),
            think("What was the weather on Wednesday again?", call("forecast", place="Oberdorf", day="Wed")),
            think("And hive 4?", call("stores", hive=4)),
            think("Noted for hive 4, too.", call("note", hive=4, text="feed Wed before noon")),
            say("Yes, before noon: rain comes after that. Hive 3 has 6 kg left, hive 4 has 4 kg; both are noted."),
        ),
        at("forecast", 1),
    ),
    faulty(
        "y-customs-agents-hand-each-other-the-case",
        "delegation_cycle",
        "Have consignment C-5510 released.",
        (
            tool("delegate_to_broker", "Hands a case to the broker agent.", "case", "broker: handed to inspector"),
            tool("delegate_to_inspector", "Hands a case to the inspector agent.", "case", "inspector: handed to clerk"),
            tool("delegate_to_clerk", "Hands a case to the clerk agent.", "case", "clerk: handed to broker"),
        ),
        (
            *(use(f"delegate_to_{who}", case="C-5510") for _ in range(3) for who in ("broker", "inspector", "clerk")),
            say("C-5510 is not released. Everybody hands it on."),
        ),
        tuple(one for who in ("broker", "inspector", "clerk") for one in at(f"delegate_to_{who}", 1, 2)),
        "ping_pong call_loop no_progress redundant_call",
    ),
    faulty(
        "y-customs-heater-thought-over-and-over",
        "reasoning_loop",
        "Under which heading does a cabin heater of a lorry fall?",
        (
            tool(
                "explanatory_note", "Note to a heading.", "heading", "8516: electric heaters", "8708: parts", "87: cars"
            ),
        ),
        (
            think(DUTY, call("explanatory_note", heading="8516")),
            think(DUTY, call("explanatory_note", heading="8708")),
            think(DUTY, call("explanatory_note", heading="87")),
            say("\n\n".join([DUTY] * 4 + ["I can't decide."])),
        ),
        at(None, 1, 2, 3),
        "no_progress premature_end",
    ),
    faulty(
        "y-parking-plan-of-twenty-four-steps",
        "overlong_plan",
        "What does an hour in the Theatre garage cost?",
        (tool("tariff", "Tariff of a garage.", "garage", "2.40 euros an hour"),),
        (
            think(
                "Here is my plan:\n"
                + "\n".join(
                    f"{number}. {verb} {thing}"
                    for number, (thing, verb) in enumerate(
                        (
                            (thing, verb)
                            for thing in (
                                "the garage",
                                "its owner",
                                "its history",
                                "other garages",
                                "the city's rules",
                                "taxes",
                            )
                            for verb in ("Identify", "Research", "Compare", "Write a memo on")
                        ),
                        1,
                    )
                ),
                call("tariff", garage="Theatre"),
            ),
            say("2.40 euros."),
        ),
        at(None, 0),
        "premature_end",
    ),
)

TWINS: tuple[Scenario, ...] = (
    healthy(
        "y-deploy-rollout-watched-to-its-end",
        "call_loop",
        ROLLOUT,
        (
            tool(
                "rollout_state",
                "State of a rollout.",
                "service",
                *(ROLLOUT_STATE[0].format(number) for number in range(3)),
                ROLLOUT_STATE[1],
            ),
        ),
        (*(use("rollout_state", service="ledger-api") for _ in range(4)), say("All three replicas are ready.")),
    ),
    healthy(
        "y-subtitles-shifted-and-checked-to-the-end",
        "ping_pong",
        "The subtitles of 'The Ferryman' are out of sync. Mend them.",
        (
            CUE,
            tool(
                "check_sync",
                "Checks the sync.",
                "film",
                "cue 118 is 410 ms early",
                "cue 118 is 60 ms early",
                "in sync, worst cue 12 ms",
            ),
        ),
        (
            think("Let me look first.", call("check_sync", **LINT)),
            think("410 ms early; I shift by 350 and look.", call("shift_cues", film="The Ferryman", milliseconds=350)),
            use("check_sync", **LINT),
            think("60 are left.", call("shift_cues", film="The Ferryman", milliseconds=60)),
            use("check_sync", **LINT),
            say("In sync now: I shifted all 812 cues by 410 ms in two goes, the worst is off by 12 ms."),
        ),
    ),
    healthy(
        "y-bees-fields-one-by-one",
        "no_progress",
        FIELDS,
        (
            tool("fields", "Fields around a hive.", "hive:integer kilometres:integer", "Kirchacker, Lindenallee, Moos"),
            FIELD,
        ),
        (
            use("fields", hive=5, kilometres=3),
            use("bloom", field="Kirchacker"),
            use("bloom", field="Lindenallee"),
            use("bloom", field="Moos"),
            say("Kirchacker (rape, in full bloom), Lindenallee (limes, over) and Moos (phacelia, beginning)."),
        ),
    ),
    healthy(
        "y-hotel-rate-read-again-after-a-change",
        "redundant_call",
        "Lower the double at the Post to 109 euros and show me before and after.",
        (
            tool(
                "rate",
                "Rate of a room.",
                "hotel room",
                data(hotel="Post", room="double", eur=119),
                data(hotel="Post", room="double", eur=109),
            ),
            tool("set_rate", "Sets a rate.", "hotel room eur:integer", "saved 17:02"),
        ),
        (
            use("rate", hotel="Post", room="double"),
            use("set_rate", hotel="Post", room="double", eur=109),
            use("rate", hotel="Post", room="double"),
            say("Before 119 euros, now 109."),
        ),
    ),
)

SCENARIOS = FAULTS + TWINS

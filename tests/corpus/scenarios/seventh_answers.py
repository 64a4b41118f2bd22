"""Seventh set: answers cut off, malformed, empty, or not what the tools said."""

from __future__ import annotations

from tests.corpus.scenario import Call, Scenario, Turn
from tests.corpus.scenarios.building import after, at, call, data, fails, faulty, healthy, say, think, tool, use

SHEET = tool(
    "safety_sheet",
    "Safety data sheet of a substance.",
    "cas",
    "SDS acetone CAS 67-64-1 | GHS02 GHS07 | H225 H319 H336 | flash point -18 C | store below 25 C, away from sparks | "
    "spill: absorb with sand, do not flush | eyes: rinse 15 min",
)
SHEET_TASK = "Summarise the safety sheet of acetone (67-64-1) for the lab door: hazards, storage, spills, first aid."
SHEET_TEXT = (
    "Acetone (CAS 67-64-1)\n\nHazards: highly flammable liquid and vapour (H225), serious eye irritation (H319), may "
    "cause drowsiness (H336). Flash point -18 C.\n\nStorage: below 25 C, away from sparks"
)
SHEET_REST = ".\n\nSpills: absorb with sand, do not flush.\n\nFirst aid: rinse eyes for 15 minutes."
PROGRAMMES = tool(
    "programmes",
    "Programmes of a day in the archive.",
    "date",
    "06:00;Morgenruf;MC-118\n07:30;Kinderfunk;MC-119\n09:00;Konzert;MC-120\n12:00;Landfunk;MC-121\n20:00;Hörspiel;MC-122",
)
RUNDOWN = "List what was on air on 3 May 1957 with the tape of each, one sentence apiece."
QUOTE = {
    "type": "object",
    "properties": {"hotel": {"type": "string"}, "nights": {"type": "integer"}, "total_eur": {"type": "number"}},
    "required": ["hotel", "nights", "total_eur"],
}
RATE = tool("rate", "Rate of a room a night.", "hotel room", data(hotel="Krone", room="single", eur=92.5))
QUOTE_TASK = "Quote three nights in a single at the Krone, as an object."
ROOMS = tool("free_rooms", "Free rooms of a period.", "day period:integer", "A07, B12, C03 (lab)")
BOOK_ROOM = tool("book_room", "Books a room.", "room day period:integer", "B12 booked, Tue period 4")
ROOM_TASK = "Class 9c needs a room on Tuesday, period 4. Book B12 if it is free."
MOVE = tool(
    "move_bottles", "Moves bottles between racks.", "wine source target count:integer", "moved 24, rack D now 61"
)
FINE = tool("fine", "A parking fine.", "number", data(number="P-77120", street="Hafenweg", eur=35, paid=False))

FAULTS: tuple[Scenario, ...] = (
    faulty(
        "y-chemical-sheet-summary-cut",
        "output_truncated",
        SHEET_TASK,
        (SHEET,),
        (use("safety_sheet", cas="67-64-1"), Turn(SHEET_TEXT, finish="length")),
        at(None, 1),
    ),
    faulty(
        "y-radio-rundown-cut",
        "output_truncated",
        RUNDOWN,
        (PROGRAMMES,),
        (
            think("What a lovely day to look up! Let me open the archive.", call("programmes", date="1957-05-03")),
            Turn(
                "Here is the day. At 06:00 the Morgenruf opened the programme (tape MC-118). At 07:30 the Kinderfunk "
                "told stories for the small ones (MC-119). At 09:00 a concert followed (MC-120). At 12:00 the Land",
                finish="length",
                tokens=(412, 64),
            ),
        ),
        at(None, 1),
    ),
    faulty(
        "y-hotel-quote-is-not-the-object",
        "invalid_output",
        QUOTE_TASK,
        (RATE,),
        (
            use("rate", hotel="Krone", room="single"),
            say('{"hotel": "Krone", "nights": "three"}'),
            say('{"hotel": "Krone", "nights": 3, "total_eur": 277.5}'),
        ),
        at(None, 1),
        "validation_failed",
        schema=QUOTE,
    ),
    faulty(
        "y-timetable-arguments-break-off",
        "invalid_output",
        ROOM_TASK,
        (ROOMS, BOOK_ROOM),
        (
            use("free_rooms", day="Tue", period=4),
            Turn(calls=(Call("book_room", raw='{"room": "B12", "day": "Tue", "period":'),)),
            use("book_room", room="B12", day="Tue", period=4),
            say("B12 was free and is booked for 9c on Tuesday, period 4."),
        ),
        (*at("book_room", 0), *at(None, 1)),
        "tool_error validation_failed",
    ),
    faulty(
        "y-wine-move-without-a-target",
        "invalid_output",
        "Move two dozen of the 2019 Riesling from rack B to rack D.",
        (MOVE,),
        (
            think(
                "Sure thing, I'll have them moved in a moment!",
                call("move_bottles", wine="Riesling 2019", source="B", count="two dozen"),
            ),
            think(
                "The tool wants a target and a number. Again, properly.",
                call("move_bottles", wine="Riesling 2019", source="B", target="D", count=24),
            ),
            say("24 bottles of the 2019 Riesling are in rack D now, which holds 61."),
        ),
        (*at("move_bottles", 0), *at(None, 0)),
        "tool_error validation_failed",
    ),
    faulty(
        "y-parking-fine-answered-with-nothing",
        "empty_output",
        "Have I paid fine P-77120, and what was it for?",
        (FINE,),
        (use("fine", number="P-77120"), say("")),
        at(None, 1),
        "unused_answer premature_end",
    ),
    faulty(
        "y-bees-season-answered-with-blanks",
        "empty_output",
        "Write three sentences on how hive 2 came through the summer.",
        (
            tool(
                "inspections", "Inspections of a hive.", "hive:integer", "12.06. strong, 9 frames\n20.08. mites 1.2 %"
            ),
            tool("harvests", "Honey taken from a hive.", "hive:integer", "14.07. 17.5 kg linden"),
        ),
        (
            think("Let me read both books of hive 2.", call("inspections", hive=2), call("harvests", hive=2)),
            say(" \n"),
        ),
        at(None, 1),
        "unused_answer premature_end",
    ),
    faulty(
        "y-wine-count-nobody-reported",
        "ungrounded_output",
        "How many bottles of Barolo do we have, and from which years?",
        (tool("stock", "Bottles of a wine.", "wine", "wine,year,bottles\nBarolo,2016,4\nBarolo,2018,7"),),
        (
            use("stock", wine="Barolo"),
            say(
                "You have 83 bottles of Barolo: 30 of 2011, 41 of 2013 and 12 of 2020, last valued at 9,420 euros by "
                "Christie's in March."
            ),
        ),
        at(None, 1),
        "unused_answer",
    ),
    faulty(
        "y-parking-places-from-last-year",
        "stale_data",
        "It is 23 November 2026, 17:40. How many places are free right now in the station garage?",
        (
            tool(
                "garage",
                "Live occupancy of a garage.",
                "name",
                data(garage="station", free=212, measured_at="2025-02-11T08:15:00Z", cache="stale", age_days=650),
            ),
        ),
        (use("garage", name="station"), say("Right now 212 places are free in the station garage.")),
        at("garage", 0),
        "swallowed_error ungrounded_output",
    ),
)

TWINS: tuple[Scenario, ...] = (
    healthy(
        "y-chemical-sheet-summary-whole",
        "output_truncated",
        SHEET_TASK,
        (SHEET,),
        (use("safety_sheet", cas="67-64-1"), say(SHEET_TEXT + SHEET_REST)),
    ),
    healthy(
        "y-subtitle-cue-trails-off",
        "output_truncated",
        "What is the text of cue 118 of 'The Ferryman'?",
        (tool("cue", "Text of a cue.", "film number:integer", "118\n00:14:02,300 --> 00:14:05,100\nAnd then she ..."),),
        (use("cue", film="The Ferryman", number=118), say("It breaks off in the film as well: And then she ...")),
    ),
    healthy(
        "y-hotel-quote-is-the-object",
        "invalid_output",
        QUOTE_TASK,
        (RATE,),
        (use("rate", hotel="Krone", room="single"), say('{"hotel": "Krone", "nights": 3, "total_eur": 277.5}')),
        schema=QUOTE,
    ),
    healthy(
        "y-timetable-room-booked",
        "",
        ROOM_TASK,
        (ROOMS, BOOK_ROOM),
        (
            use("free_rooms", day="Tue", period=4),
            use("book_room", room="B12", day="Tue", period=4),
            say("B12 was free and is booked for 9c on Tuesday, period 4."),
        ),
    ),
    healthy(
        "y-parking-fine-in-one-word",
        "empty_output",
        "Have I paid fine P-77120? Yes or no.",
        (FINE,),
        (use("fine", number="P-77120"), say("No.")),
    ),
    healthy(
        "y-wine-move-after-a-stuck-lift",
        "swallowed_error",
        "Move two dozen of the 2019 Riesling from rack B to rack D.",
        (
            tool(
                "move_bottles",
                "Moves bottles between racks.",
                "wine source target count:integer",
                fails("lift is moving, nothing was moved"),
                after(0.05, "moved 24, rack D now 61"),
            ),
        ),
        (
            use("move_bottles", wine="Riesling 2019", source="B", target="D", count=24),
            think(
                "The lift was on its way; once more.",
                call("move_bottles", wine="Riesling 2019", source="B", target="D", count=24),
            ),
            say("Done at the second go (the lift was moving at first): 24 bottles are in rack D, which holds 61."),
        ),
    ),
)

SCENARIOS = FAULTS + TWINS

"""Healthy runs that look costly: long waits that are even, chains that depend, big texts that are used, rereading."""

from __future__ import annotations

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.building import after, call, data, healthy, say, think, together, tool, use

RULES = "\n".join(
    f"Rule {n}: for cases of group {chr(65 + n % 26)}{n}, answer within {n % 5 + 1} working days, name the office "
    f"{['Nord', 'Süd', 'Ost', 'West'][n % 4]} and file number {n * 37 + 1000}, and offer a call back."
    for n in range(1, 121)
)
STATIONS = [(f"W{n:03d}", n * 37 % 61 + 12, n * 53 % 97 + 130) for n in range(1, 241)]
PARAGRAPHS = [
    f"Article {n}. The association meets {n % 4 + 1} times a year in {town}. Members of group {chr(64 + n)} pay "
    f"{n * 7 + 20} euros and have {n % 3 + 1} votes; they are invited {n + 10} days before."
    for n, town in enumerate(("Bern", "Chur", "Zug", "Thun", "Biel", "Brig", "Sion", "Wil", "Aarau", "Olten"), 1)
]
DECISIONS = (
    "the roof gets slate, not tin",
    "Falk & Sons do the work",
    "the scaffold stands from 3 June",
    "the chimney is taken down",
    "two dormer windows are added",
    "the gutters are of copper",
    "the attic is insulated with hemp",
    "the bill of 88,400 EUR is paid in three parts",
)


def _minutes(number: int) -> str:
    """Minutes of a meeting of the roof project."""
    after_it = f"Next meeting: number {number + 1}." if number < len(DECISIONS) else "This was the last meeting."
    return (
        f"Meeting {number} of the roof project, {number * 3 + 1} participants, in room {number * 17 % 40 + 100}. "
        f"Ms Dahl reports on the weather and on {number * 2 + 3} offers that came in by mail. After {number * 5 + 10} "
        f"minutes of questions the meeting decides by {number * 2 + 1} votes: {DECISIONS[number - 1]}. {after_it}"
    )


SIZES: tuple[Scenario, ...] = (
    healthy(
        "a-conversation-that-grows-a-little",
        "context_growth",
        "Plan a birthday dinner for six: check the date, the room, the cook, the cake and the music.",
        (
            tool("calendar", "Events of a day.", "day", "Saturday 21 June: nothing planned"),
            tool("room", "Is a room free?", "day", "garden room free from 17:00, 90 EUR"),
            tool(
                "cook",
                "Is a cook free?",
                "day room",
                "Chef Imre free, three courses 38 EUR a person in the garden room",
            ),
            tool("cake", "Order a cake.", "pieces:integer day", "lemon cake for six, 29 EUR, order c-118"),
            tool("music", "Book music.", "day room", "duo Lark, 2 hours, 140 EUR"),
        ),
        (
            use("calendar", day="2025-06-21"),
            use("room", day="2025-06-21"),
            use("cook", day="2025-06-21", room="garden room"),
            use("cake", pieces=6, day="2025-06-21"),
            use("music", day="2025-06-21", room="garden room"),
            say(
                "Saturday 21 June is free. Garden room from 17:00 (90 EUR), Chef Imre with three courses (38 EUR "
                "each), lemon cake for six (29 EUR), and the duo Lark for 2 hours (140 EUR)."
            ),
        ),
    ),
    healthy(
        "a-eight-meetings-each-summed-up",
        "context_growth",
        "Say in a line for each of the eight meetings of the roof project what was decided.",
        (
            tool(
                "minutes",
                "Minutes of a meeting and the number of the next one.",
                "meeting:integer",
                *[_minutes(number) for number in range(1, 9)],
            ),
        ),
        (
            *[use("minutes", meeting=number) for number in range(1, 9)],
            say("\n".join(f"{number}: {decided}" for number, decided in enumerate(DECISIONS, 1))),
        ),
    ),
    healthy(
        "a-long-rule-book-in-every-prompt",
        "context_growth",
        "Which office and file number go with a case of group B53? And for D107?",
        (
            tool(
                "case_exists",
                "Does a case of a group exist?",
                "group",
                "yes, opened 2025-02-03",
                "yes, opened 2025-03-17",
            ),
        ),
        (
            use("case_exists", group="B53"),
            use("case_exists", group="D107"),
            say(
                f"B53 (opened 3 February): office Süd, file number {53 * 37 + 1000}. "
                f"D107 (opened 17 March): office West, file number {107 * 37 + 1000}."
            ),
        ),
        system=f"You answer by these rules.\n{RULES}",
    ),
    healthy(
        "a-memory-condensed-on-the-way",
        "context_growth",
        "Interview me for the club chronicle: ask the archive about each decade from 1960 to 2010.",
        (
            tool(
                "archive",
                "What the archive knows of a decade.",
                "decade:integer",
                *[
                    f"{year}s: {year % 70 + 20} members, {what}"
                    for year, what in (
                        (1960, "club house built"),
                        (1970, "first ladies' team"),
                        (1980, "fire in 1984"),
                        (1990, "merger with SC Aue"),
                        (2000, "new stand"),
                        (2010, "promoted twice"),
                    )
                ],
            ),
        ),
        (
            *[
                Turn(calls=(call("archive", decade=decade),), tokens=(sent, 24))
                for decade, sent in ((1960, 910), (1970, 1240), (1980, 1530), (1990, 980), (2000, 1310), (2010, 1590))
            ],
            Turn(
                "1960s club house built; 1970s first ladies' team; 1984 fire; 1990s merger with SC Aue; 2000s new "
                "stand; 2010s promoted twice.",
                tokens=(1120, 61),
            ),
        ),
    ),
    healthy(
        "a-table-of-many-stations-all-reported",
        "oversized_content",
        "List the water level and the oxygen of all 240 stations as 'station level oxygen', one a line.",
        (
            tool(
                "all_stations",
                "Measurements of all stations.",
                "day",
                data(stations=[{"id": s, "level_cm": level, "oxygen_mg_10l": o} for s, level, o in STATIONS]),
            ),
        ),
        (
            use("all_stations", day="2025-05-01"),
            say("\n".join(f"{station} {level} cm {oxygen / 10} mg/l" for station, level, oxygen in STATIONS)),
        ),
    ),
    healthy(
        "a-bylaws-copied-with-new-fees",
        "oversized_content",
        "Raise the fees in the bylaws by five euros each and save them as a new version.",
        (
            tool("read_bylaws", "The bylaws.", "version:integer", "\n\n".join(PARAGRAPHS)),
            tool("save_bylaws", "Save the bylaws.", "text", '{"version": 8}'),
        ),
        (
            use("read_bylaws", version=7),
            use(
                "save_bylaws",
                text="\n\n".join(
                    p.replace(f"{n * 7 + 20} euros", f"{n * 7 + 25} euros") for n, p in enumerate(PARAGRAPHS, 1)
                ),
            ),
            say("The bylaws with fees from 32 to 95 euros, five more each, are saved as version 8."),
        ),
    ),
)

WAITS: tuple[Scenario, ...] = (
    healthy(
        "a-first-query-warms-the-cache",
        "slow_outlier",
        "Follow the chain of custody of sample S-1 and tell me who has it.",
        (
            tool(
                "custody",
                "Who had a sample after somebody.",
                "sample holder",
                after(0.2, "Lab North"),
                after(0.1, "Dr. Ito"),
                after(0.11, "Cold store 3"),
                after(0.1, "Courier Vela"),
                after(0.1, "Institute Graz"),
                after(0.11, "(nobody, still there)"),
            ),
        ),
        (
            *[
                use("custody", sample="S-1", holder=holder)
                for holder in ("Field team", "Lab North", "Dr. Ito", "Cold store 3", "Courier Vela", "Institute Graz")
            ],
            say("Sample S-1 is at Institute Graz, by way of Lab North, Dr. Ito, cold store 3 and courier Vela."),
        ),
    ),
    healthy(
        "a-build-takes-longer-than-reads",
        "slow_outlier",
        "Build the firmware for board rev C and tell me its size.",
        (
            tool("board_revision", "Target of a board's revision.", "revision", after(0.04, "target mx7c")),
            tool("build", "Build for a target.", "target", after(1.2, "built out/mx7c.bin")),
            tool("file_size", "Size of a file.", "path", after(0.04, "214,332 bytes")),
        ),
        (
            use("board_revision", revision="C"),
            use("build", target="mx7c"),
            use("file_size", path="out/mx7c.bin"),
            say("The firmware for rev C (target mx7c) is built: 214,332 bytes."),
        ),
    ),
    healthy(
        "a-evenly-slow-land-register",
        "slow_outlier",
        "Who owned parcel 77/3 before the present owner, back to the first entry?",
        (
            tool(
                "entry_before",
                "The entry before an entry.",
                "entry",
                after(0.5, "e-511 Anna Moser 2009"),
                after(0.52, "e-327 Karl Moser 1981"),
                after(0.49, "e-104 parish of St. Veit 1952"),
                after(0.51, "e-104 is the first entry"),
            ),
        ),
        (
            *[use("entry_before", entry=entry) for entry in ("e-702", "e-511", "e-327", "e-104")],
            say("Before: Anna Moser (2009), Karl Moser (1981), and first the parish of St. Veit (1952)."),
        ),
    ),
    healthy(
        "a-search-then-details-then-reviews",
        "serial_calls",
        "Find me a well reviewed piano teacher in Leuven and a free lesson.",
        (
            tool(
                "search_teachers",
                "Teachers by subject and town.",
                "subject town",
                after(0.3, "teacher p-220 (An Maes)"),
            ),
            tool(
                "reviews_of", "Reviews of a teacher.", "teacher", after(0.3, "4.8 of 5 from 31 pupils; calendar cal-91")
            ),
            tool("free_lessons", "Free lessons in a calendar.", "calendar", after(0.3, "Wed 16:00, slot s-7731")),
            tool("hold_slot", "Hold a slot.", "slot", after(0.3, "held until tomorrow noon")),
        ),
        (
            use("search_teachers", subject="piano", town="Leuven"),
            use("reviews_of", teacher="p-220"),
            use("free_lessons", calendar="cal-91"),
            use("hold_slot", slot="s-7731"),
            say(
                "An Maes (4.8 of 5 from 31 pupils) has a free lesson on Wednesday at 16:00; it is held until tomorrow "
                "noon."
            ),
        ),
    ),
    healthy(
        "a-four-quotes-asked-together",
        "serial_calls",
        "Get quotes for moving 30 cubic metres from Delft to Arnhem from our four movers.",
        (
            tool("quote_alpha", "Quote of Alpha.", "cubic_metres:integer", after(0.4, "1,150 EUR")),
            tool("quote_boxer", "Quote of Boxer.", "cubic_metres:integer", after(0.4, "1,090 EUR")),
            tool("quote_carry", "Quote of Carry.", "cubic_metres:integer", after(0.4, "1,240 EUR")),
            tool("quote_dray", "Quote of Dray.", "cubic_metres:integer", after(0.4, "985 EUR")),
        ),
        (
            together(*[call(f"quote_{name}", cubic_metres=30) for name in ("alpha", "boxer", "carry", "dray")]),
            say("Dray is cheapest with 985 EUR, then Boxer 1,090, Alpha 1,150 and Carry 1,240 EUR."),
        ),
    ),
    healthy(
        "a-order-read-again-after-the-change",
        "redundant_call",
        "Add two bags of cement to order 552 and tell me the new total.",
        (
            tool(
                "get_order",
                "An order.",
                "order:integer",
                data(order=552, bags=10, eur=79.0),
                data(order=552, bags=12, eur=94.8),
            ),
            tool("set_bags", "Change the number of bags.", "order:integer bags:integer", "changed"),
        ),
        (
            use("get_order", order=552),
            use("set_bags", order=552, bags=12),
            use("get_order", order=552),
            say("Order 552 now has 12 bags instead of 10; the total is 94.80 EUR, up from 79.00."),
        ),
    ),
    healthy(
        "a-checks-run-before-and-after-the-fix",
        "redundant_call",
        "The unit checks of the parser are red. Make them green.",
        (
            tool(
                "run_checks",
                "Run the checks of a module.",
                "module",
                "1 failed: trailing comma, 20 passed",
                "21 passed",
            ),
            tool("read_file", "A file.", "path", "items = text.split(',')"),
            tool("replace", "Replace text.", "path old new", "1 replacement"),
        ),
        (
            use("run_checks", module="parser"),
            use("read_file", path="parser.py"),
            use("replace", path="parser.py", old="text.split(',')", new="text.rstrip(',').split(',')"),
            think("Now the checks again.", call("run_checks", module="parser")),
            say("The parser's checks are green: 21 passed. A trailing comma gave an empty item; it is cut off now."),
        ),
    ),
)

SCENARIOS: tuple[Scenario, ...] = SIZES + WAITS

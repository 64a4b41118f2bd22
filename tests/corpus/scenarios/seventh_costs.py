"""Seventh set: prompts that swell, huge results, one slow call, turns that wait for nothing; and their twins."""

from __future__ import annotations

from dataclasses import replace

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.building import after, at, call, data, faulty, healthy, say, think, together, tool, use

WORDS = "harbour weather report listener tram bakery choir mayor bridge ferry winter concert school letter".split()


def _transcript(reel: int) -> str:
    """A reel of the archive as text: about 9,000 characters."""
    said = (f"[{reel}:{n:03}] {WORDS[(n * reel) % 14]} and {WORDS[(n + reel) % 14]}, {n * 7 % 61}" for n in range(290))
    return "\n".join(said)


def _log(lines: int) -> str:
    """The first lines of a pod's log, each time from the start."""
    return "\n".join(
        f"2026-11-23T09:{n // 60:02}:{n % 60:02}Z INFO req={n * 37} GET /v1/entries 200" for n in range(lines)
    )


def _dump() -> str:
    """A whole data base of substances where one was asked for: about 100,000 characters."""
    rows = (
        data(cas=f"{n + 50}-{n % 90 + 10}-{n % 10}", name=f"substance {n}", ghs="GHS07", rev="2024-03")
        for n in range(1250)
    )
    return "[" + ",\n".join(rows) + ', {"cas": "67-64-1", "name": "acetone", "ghs": "GHS02 GHS07", "rev": "2026-01"}]'


def _page() -> str:
    """A customs office's web page with everything around the one line that matters: about 70,000 characters."""
    menu = "".join(f'<li class="nav-item nav-{n}"><a href="/office/{n}">Office {n}</a></li>\n' for n in range(900))
    script = "\n".join(f"window.q=window.q||[];q.push(['track','{n}']);" for n in range(220))
    return f"<html><ul>{menu}</ul><script>{script}</script><p>Open Mon-Fri 7:00-15:30</p></html>"


REELS = tool("transcript", "Transcript of a reel.", "reel:integer", *(_transcript(reel) for reel in range(1, 8)))
GARAGES = ("Markt", "Theater", "Bahnhof", "Dom", "Hafen", "Messe", "Klinik", "Zoo")
FREE = (31, 0, 212, 18, 77, 140, 9, 55)
CHAIN = tuple(
    data(garage=garage, free=free, next=following)
    for garage, free, following in zip(GARAGES, FREE, (*GARAGES[1:], ""), strict=True)
)
SUMS = "Markt 31, Theater 0, Bahnhof 212, Dom 18, Hafen 77, Messe 140, Klinik 9, Zoo 55: 542 free places."
GARAGE_TASK = "How many places are free in the city? Start at the Markt garage; each names the next."
HIVES = "What do hives 1 to 5 weigh?"
KILOS = ("31.2 kg", "28.9 kg", "35.0 kg", "22.4 kg", "30.1 kg")
HIVE_SCALE = tool("weigh", "Weight of a hive.", "hive:integer", *(after(0.3, kilos) for kilos in KILOS))
HIVE_ANSWER = "Hive 1 31.2, hive 2 28.9, hive 3 35.0, hive 4 22.4, hive 5 30.1 kg."
CUE = tool(
    "cue", "Text of a cue.", "number:integer", "We never left.", "Nor did you.", "The ferry waits.", "For whom?", "Us."
)
CUES = "Which of cues 11 to 15 is the longest?"
CUE_ANSWER = "Cue 13, 'The ferry waits.', with 16 characters."


def _garages(*seconds: float) -> tuple:  # type: ignore[type-arg]
    return (
        tool(
            "garage", "A garage and the next one.", "name", *(after(s, r) for s, r in zip(seconds, CHAIN, strict=True))
        ),
    )


def _cues(*turns: Turn) -> tuple[Turn, ...]:
    """The five cues one after another, each reply as long and as dear as the given one."""
    return tuple(
        replace(turn, calls=(call("cue", number=number),)) for number, turn in zip(range(11, 16), turns, strict=True)
    )


WALK = (*(use("garage", name=garage) for garage in GARAGES), say(SUMS))

FAULTS: tuple[Scenario, ...] = (
    faulty(
        "y-radio-transcripts-pile-up",
        "context_growth",
        "Which of reels 1 to 7 mention the ferry in their last line?",
        (REELS,),
        (*(use("transcript", reel=reel) for reel in range(1, 8)), say("Only reel 1 does: 'ferry and winter'.")),
        at(None, 4, 5, 6, 7),
        "oversized_content cost_spike serial_calls",
    ),
    faulty(
        "y-deploy-log-read-from-the-start-each-time",
        "context_growth",
        "Watch the log of ledger-api until a request fails, at most six looks.",
        (tool("read_log", "Log of a pod.", "pod lines:integer", *(_log(60 * 2**n) for n in range(6))),),
        (
            think("Let me look at the log.", call("read_log", pod="ledger-api-0", lines=60)),
            *(
                think(f"Nothing yet. I take {60 * 2**n} lines.", call("read_log", pod="ledger-api-0", lines=60 * 2**n))
                for n in range(1, 6)
            ),
            say("In 1,920 lines no request failed; all of them ended with 200."),
        ),
        at(None, 3, 4, 5, 6),
        "oversized_content cost_spike no_progress",
    ),
    faulty(
        "y-chemical-base-dumped-for-one-number",
        "oversized_content",
        "What hazard symbols does acetone, 67-64-1, carry?",
        (tool("substance", "Record of a substance.", "cas", _dump()),),
        (use("substance", cas="67-64-1"), say("GHS02 and GHS07.")),
        at("substance", 0),
        "context_growth cost_spike",
    ),
    faulty(
        "y-customs-office-page-with-everything",
        "oversized_content",
        "When is the customs office in Kehl open?",
        (
            tool("search", "Searches the web.", "query", "1. https://customs.example.org/office/kehl"),
            tool("open_page", "Opens a page.", "address", _page()),
        ),
        (
            think("I'd better look that up.", call("search", query="customs office Kehl opening hours")),
            think("There it is.", call("open_page", address="https://customs.example.org/office/kehl")),
            say("The customs office in Kehl is open from Monday to Friday, 7:00 to 15:30."),
        ),
        at("open_page", 0),
        "context_growth cost_spike",
    ),
    faulty(
        "y-parking-one-garage-answers-late",
        "slow_outlier",
        GARAGE_TASK,
        _garages(0.1, 0.1, 0.1, 0.1, 0.1, 1.7, 0.1, 0.1),
        WALK,
        at("garage", 5),
        "bottleneck",
    ),
    faulty(
        "y-subtitles-one-reply-is-slow",
        "slow_outlier",
        CUES,
        (CUE,),
        (*_cues(*(Turn(seconds=seconds) for seconds in (0.1, 0.1, 0.1, 2.0, 0.1))), Turn(CUE_ANSWER, seconds=0.1)),
        at(None, 3),
        "bottleneck serial_calls",
    ),
    faulty(
        "y-bees-hives-weighed-in-a-row",
        "serial_calls",
        HIVES,
        (HIVE_SCALE,),
        (*(use("weigh", hive=hive) for hive in range(1, 6)), say(HIVE_ANSWER)),
        at("weigh", 0, 1, 2, 3, 4),
        "bottleneck",
    ),
    faulty(
        "y-pharmacy-four-registers-in-a-row",
        "serial_calls",
        "For Ibuprofen 400: price, stock of the house, and whether it is recalled.",
        (
            tool("price", "Price of a drug.", "drug", after(0.4, "0.07 euros a tablet")),
            tool("house_stock", "Stock of the house.", "drug", after(0.4, data(tablets=12400))),
            tool("recalls", "Recalls of a drug.", "drug", after(0.4, "none since 2019")),
        ),
        (
            think("I start with the price.", call("price", drug="Ibuprofen 400")),
            think("Now the stock.", call("house_stock", drug="Ibuprofen 400")),
            think("And recalls, last of all.", call("recalls", drug="Ibuprofen 400")),
            say("Ibuprofen 400 costs 0.07 euros a tablet, 12,400 tablets are in the house, and none is recalled."),
        ),
        (*at("price", 0), *at("house_stock", 0), *at("recalls", 0)),
        "bottleneck",
    ),
    faulty(
        "y-subtitles-one-reply-is-dear",
        "cost_spike",
        CUES,
        (CUE,),
        (
            *_cues(*(Turn(tokens=tokens) for tokens in ((610, 18), (640, 18), (670, 18), (58_400, 3_900), (730, 18)))),
            Turn(CUE_ANSWER, tokens=(760, 21)),
        ),
        at(None, 3),
        "context_growth oversized_content serial_calls",
    ),
    faulty(
        "y-parking-first-call-wakes-the-service",
        "cold_start",
        GARAGE_TASK,
        _garages(2.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1),
        WALK,
        at("garage", 0),
        "slow_outlier bottleneck",
    ),
)

TWINS: tuple[Scenario, ...] = (
    healthy(
        "y-radio-short-lines-add-up-mildly",
        "context_growth",
        "What are reels 1 to 7 about, in a word each?",
        (tool("subject", "Subject of a reel.", "reel:integer", *WORDS[:7]),),
        (together(*(call("subject", reel=reel) for reel in range(1, 8))), say(", ".join(WORDS[:7]) + ".")),
    ),
    healthy(
        "y-customs-long-list-wholly-used",
        "oversized_content",
        "Sum up the weights of today's consignments by country.",
        (
            tool(
                "consignments",
                "Consignments of a day.",
                "day",
                "id,country,kg\n" + "\n".join(f"C-{5500 + n},{'TR' if n % 3 else 'VN'},{100 + n}" for n in range(120)),
            ),
        ),
        (use("consignments", day="2026-11-23"), say("Turkey 12,800 kg in 80, Vietnam 6,340 kg in 40 consignments.")),
    ),
    healthy(
        "y-parking-garages-all-alike",
        "slow_outlier",
        GARAGE_TASK,
        _garages(0.32, 0.28, 0.3, 0.35, 0.27, 0.4, 0.3, 0.31),
        WALK,
    ),
    healthy(
        "y-parking-first-garage-a-little-slower",
        "cold_start",
        GARAGE_TASK,
        _garages(0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1),
        WALK,
    ),
    healthy(
        "y-bees-hives-weighed-together",
        "serial_calls",
        HIVES,
        (HIVE_SCALE,),
        (together(*(call("weigh", hive=hive) for hive in range(1, 6))), say(HIVE_ANSWER)),
    ),
    healthy(
        "y-pharmacy-each-number-from-the-last",
        "serial_calls",
        "Who delivers the drug of prescription R-2208, and when next?",
        (
            tool("prescription", "A prescription.", "number", after(0.3, data(number="R-2208", drug="M01AE01"))),
            tool("supplier", "Supplier of a drug.", "code", after(0.3, "supplier 118 (Nordmed)")),
            tool("next_tour", "Next tour of a supplier.", "supplier:integer", after(0.3, "Wed 25 Nov, 05:50")),
        ),
        (
            use("prescription", number="R-2208"),
            use("supplier", code="M01AE01"),
            use("next_tour", supplier=118),
            say("Nordmed, next on Wednesday 25 November at 05:50."),
        ),
    ),
)

SCENARIOS = FAULTS + TWINS

"""Fourth set: runs that end well and cost too much: time, tokens, calls one after another."""

from __future__ import annotations

from tests.corpus.scenario import Call, Scenario, Turn
from tests.corpus.scenarios.building import after, at, data, faulty, say, tool, use

READINGS = "\n".join(
    f"2026-04-{1 + k // 96:02d}T{k % 96 // 4:02d}:{k % 4 * 15:02d},{400 + (k * 7919) % 211},{(k * 104729) % 977}"
    for k in range(2600)
)
PARTS = "".join(
    f"<part no='{k}' bin='{k % 37}-{k % 11}' qty='{(k * 31) % 400}'><name>bolt M{4 + k % 9}x{10 + k % 50}</name></part>"
    for k in range(1500)
)
PAGE = "The board discussed item {} at length; several members raised concerns about cost, noise and timing. " * 12


def _grown(tool: str, argument: str, values: tuple[str, ...], tokens: tuple[int, ...]) -> tuple[Turn, ...]:
    """One call a turn, each with more tokens sent than the one before."""
    return tuple(
        Turn(calls=(Call(tool, {argument: value}),), tokens=(sent, 25))
        for value, sent in zip(values, tokens, strict=True)
    )


SIZE: tuple[Scenario, ...] = (
    faulty(
        "f-minutes-read-whole-each-time",
        "context_growth",
        "In which of the eight council meetings was the skate park decided?",
        (
            tool(
                "minutes",
                "Minutes of a meeting.",
                "meeting",
                *(PAGE.replace("{}", str(k)) * 3 + f"Meeting {k} closed." for k in range(1, 8)),
                "The skate park was decided unanimously.",
            ),
        ),
        (
            *_grown(
                "minutes",
                "meeting",
                tuple(f"2025-{k:02d}" for k in range(1, 9)),
                (600, 2900, 6200, 11800, 21500, 38900, 66200, 104000),
            ),
            Turn("The skate park was decided in the eighth meeting, 2025-08.", tokens=(121000, 20)),
        ),
        at(None, 4, 5, 6, 7, 8),
        allowed="cost_spike oversized_content",
    ),
    faulty(
        "s-each-log-page-doubles-the-prompt",
        "context_growth",
        "Seit wann fällt der Sensor am Ofen aus?",
        (
            tool(
                "protokoll",
                "Eine Seite des Protokolls.",
                "seite",
                *("Ofen ok. " * (300 * k) for k in range(1, 7)),
                "Ofen: Sensor fällt aus seit 03:12.",
            ),
        ),
        (
            *_grown("protokoll", "seite", tuple("1234567"), (900, 2100, 4600, 9800, 20100, 41000, 83000)),
            Turn("Der Sensor fällt seit 03:12 Uhr aus.", tokens=(97000, 15)),
        ),
        at(None, 3, 4, 5, 6, 7),
        allowed="cost_spike oversized_content",
    ),
    faulty(
        "s-whole-table-for-one-mean",
        "oversized_content",
        "What was the mean CO2 in room 4 in April?",
        (tool("readings", "Readings of a room.", "room:integer month", READINGS),),
        (
            use("readings", room=4, month="2026-04"),
            say("The mean CO2 in room 4 in April was about 505 ppm."),
        ),
        at("readings", 0),
        allowed="cost_spike context_growth ungrounded_output unused_answer",
    ),
    faulty(
        "f-parts-list-dumped-as-xml",
        "oversized_content",
        "How many bolts M8x25 are left?",
        (tool("parts", "The parts list of the store.", "store", PARTS),),
        (
            use("parts", store="main"),
            say("There are 212 bolts M8x25 left in bin 21-4."),
        ),
        at("parts", 0),
        allowed="cost_spike context_growth ungrounded_output unused_answer",
    ),
    faulty(
        "s-one-reply-costs-as-much-as-all",
        "cost_spike",
        "Set up the charging plan of the four vans.",
        (
            tool("van", "State of a van.", "van", "62 %", "18 %", "40 %", "77 %"),
            tool("plan", "Saves a plan.", "text", "saved"),
        ),
        (
            Turn(calls=(Call("van", {"van": "V1"}),), tokens=(640, 18)),
            Turn(calls=(Call("van", {"van": "V2"}),), tokens=(690, 18)),
            Turn(calls=(Call("van", {"van": "V3"}),), tokens=(730, 18)),
            Turn(calls=(Call("van", {"van": "V4"}),), tokens=(770, 18)),
            Turn(calls=(Call("plan", {"text": "V2 first, then V3, V1, V4"}),), tokens=(58200, 14900)),
            Turn("The plan is saved: V2 (18 %) first, then V3 (40 %), V1 (62 %) and V4 (77 %).", tokens=(900, 40)),
        ),
        at(None, 4),
        allowed="context_growth",
    ),
)

TIME: tuple[Scenario, ...] = (
    faulty(
        "f-one-camera-frame-takes-ages",
        "slow_outlier",
        "Count the pallets on cameras 1 to 8.",
        (
            tool(
                "count",
                "Counts pallets on a camera.",
                "camera:integer",
                *(after(2.4 if k == 5 else 0.03, str(10 + k)) for k in range(8)),
            ),
        ),
        (
            *(use("count", camera=k) for k in range(1, 9)),
            say("Cameras 1 to 8 show 10, 11, 12, 13, 14, 15, 16 and 17 pallets."),
        ),
        at("count", 5),
        allowed="bottleneck serial_calls",
    ),
    faulty(
        "s-one-reply-of-many-hangs",
        "slow_outlier",
        "Sort the five complaints by urgency.",
        (
            tool(
                "complaint",
                "Text of a complaint.",
                "number:integer",
                "water on the floor",
                "loud music",
                "lift stuck, person inside",
                "bin full",
                "lamp broken",
            ),
        ),
        (
            *(Turn(calls=(Call("complaint", {"number": k}),), seconds=2.6 if k == 4 else 0.04) for k in range(1, 6)),
            say(
                "By urgency: 3 (lift stuck, person inside), 1 (water on the floor), 5 (lamp broken), 2 "
                "(loud music), 4 (bin full)."
            ),
        ),
        at(None, 3),
        allowed="bottleneck",
    ),
    faulty(
        "f-six-suppliers-one-by-one",
        "serial_calls",
        "Who of our six suppliers has 3 mm copper sheet?",
        (
            tool(
                "supplier_stock",
                "Stock of a supplier.",
                "supplier article",
                *(
                    after(0.5, f"supplier {name}: {n} sheets")
                    for name, n in zip("ABCDEF", (0, 12, 0, 3, 0, 40), strict=True)
                ),
            ),
        ),
        (
            *(use("supplier_stock", supplier=name, article="copper 3 mm") for name in "ABCDEF"),
            say("B has 12 sheets, D has 3 and F has 40; A, C and E have none."),
        ),
        at("supplier_stock", *range(6)),
        allowed="bottleneck",
    ),
    faulty(
        "s-weather-of-five-cities-in-turn",
        "serial_calls",
        "東京、大阪、札幌、福岡、那覇の明日の天気は?",
        (
            tool(
                "weather",
                "明日の天気。",
                "city",
                *(
                    after(0.6, text)
                    for text in ("東京 晴れ 24度", "大阪 曇り 23度", "札幌 雨 15度", "福岡 晴れ 25度", "那覇 雷雨 28度")
                ),
            ),
        ),
        (
            *(use("weather", city=city) for city in ("東京", "大阪", "札幌", "福岡", "那覇")),
            say("明日は東京が晴れ(24度)、大阪は曇り(23度)、札幌は雨(15度)、福岡は晴れ(25度)、那覇は雷雨(28度)です。"),
        ),
        at("weather", *range(5)),
        allowed="bottleneck",
    ),
    faulty(
        "s-four-different-registers-in-turn",
        "serial_calls",
        "Give me the land register, tax, energy and noise data of Mill Lane 4.",
        (
            tool(
                "land_register",
                "Entry of the land register.",
                "address",
                after(0.6, data(parcel="118/4", owner="Hale")),
            ),
            tool("tax", "Tax value.", "address", after(0.6, data(value=212000))),
            tool("energy", "Energy class.", "address", after(0.6, data(label="C", kwh=96))),
            tool("noise", "Noise level.", "address", after(0.6, data(db=58))),
        ),
        (
            use("land_register", address="Mill Lane 4"),
            use("tax", address="Mill Lane 4"),
            use("energy", address="Mill Lane 4"),
            use("noise", address="Mill Lane 4"),
            say("Mill Lane 4: parcel 118/4, owner Hale; tax value 212,000; energy class C with 96 kWh; noise 58 dB."),
        ),
        at("land_register", 0) + at("tax", 0) + at("energy", 0) + at("noise", 0),
        allowed="bottleneck",
    ),
)

SCENARIOS: tuple[Scenario, ...] = SIZE + TIME

"""Fifth set: prompts that swell, results too large, calls that are slow, dear, or wait for each other needlessly."""

from __future__ import annotations

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.building import after, at, call, data, faulty, say, think, tool, use

TERSE = "You are an operations agent. Answer briefly."


def _log(host: str, lines: int) -> str:
    """Lines of a made-up log."""
    return "\n".join(
        f"2026-05-{1 + k % 28:02} {k % 24:02}:{k * 7 % 60:02}:11 {host} feeder[{4000 + k % 37}]: phase L{1 + k % 3} "
        f"{229 + k % 5}.{k % 10} V {k * 13 % 97} A ok"
        for k in range(lines)
    )


def _records(count: int) -> str:
    """Made-up photo records."""
    return data(
        status="ok",
        photos=[
            {"id": f"ph-{k:05}", "box": k // 40, "size": [6000, 4000], "iso": 100 * (1 + k % 8), "checksum": k * 7919}
            for k in range(count)
        ],
    )


def _tokens(turn: Turn, sent: int, received: int) -> Turn:
    return Turn(turn.text, turn.calls, tokens=(sent, received))


SIZES: tuple[Scenario, ...] = (
    faulty(
        "v-feeder-logs-pile-up",
        "context_growth",
        "Which of the feeders F1 to F6 had a trip in May?",
        (
            tool(
                "feeder_log",
                "Log of a feeder.",
                "feeder",
                *(_log(f"f{k}", 60 + 15 * k) for k in range(1, 7)),
            ),
        ),
        (
            *(use("feeder_log", feeder=f"F{k}") for k in range(1, 7)),
            say("None of the feeders F1 to F6 had a trip in May."),
        ),
        at(None, *range(2, 7)),
        allowed="oversized_content serial_calls cost_spike",
        system=TERSE,
    ),
    faulty(
        "v-history-doubles-every-turn",
        "context_growth",
        "Walk through the applicants A-1 to A-6 and shortlist two.",
        (
            tool(
                "read_application",
                "Reads an application.",
                "id",
                *(
                    data(id=f"A-{k}", years=k, skills=["sql", "python", "dbt", "kafka", "spark", "go"][:k])
                    for k in range(1, 7)
                ),
            ),
        ),
        (
            *(
                _tokens(use("read_application", id=f"A-{k}"), sent, 24)
                for k, sent in enumerate((900, 1900, 3900, 8000, 16400, 33000), 1)
            ),
            _tokens(say("Shortlist: A-5 and A-6, with the most years and skills."), 67000, 20),
        ),
        at(None, *range(2, 7)),
        allowed="cost_spike serial_calls",
        system=TERSE,
    ),
    faulty(
        "v-whole-photo-index-for-one-box",
        "oversized_content",
        "How many photos are in box 3?",
        (
            tool("list_photos", "Lists the archive's photos.", "collection", _records(720)),
            tool("collections", "Lists collections.", "", data(status="ok", collections=["city", "harbour"])),
        ),
        (
            use("collections"),
            use("list_photos", collection="city"),
            say("40 photos are in box 3."),
        ),
        at("list_photos", 0),
        allowed="context_growth cost_spike",
        system=TERSE,
    ),
    faulty(
        "v-timetable-dump-for-one-stop",
        "oversized_content",
        "When does the last train leave Wilhelmshöhe?",
        (
            tool(
                "timetable",
                "Timetable of a network.",
                "network",
                "trip;stop;departure;platform\n"
                + "\n".join(
                    f"T{k:05};stop-{k * 31 % 311};{4 + k % 20:02}:{k * 11 % 60:02};{k % 9}" for k in range(2700)
                )
                + "\nT99999;Wilhelmshöhe;00:41;3",
            ),
        ),
        (use("timetable", network="north"), say("The last train leaves Wilhelmshöhe at 00:41 from platform 3.")),
        at("timetable", 0),
        allowed="context_growth cost_spike",
        system=TERSE,
    ),
    faulty(
        "v-one-reply-costs-forty-times",
        "cost_spike",
        "Write a subject line for each of the three adverts.",
        (
            tool(
                "advert",
                "Reads an advert.",
                "id",
                data(id="J1", title="Train driver"),
                data(id="J2", title="Dispatcher"),
                data(id="J3", title="Fitter"),
            ),
        ),
        (
            _tokens(use("advert", id="J1"), 310, 18),
            _tokens(use("advert", id="J2"), 342, 18),
            _tokens(use("advert", id="J3"), 371, 18),
            _tokens(say("J1: Drive with us. J2: Keep us moving. J3: Fix what matters."), 402, 15800),
        ),
        at(None, 3),
        system=TERSE,
    ),
)

TIMES: tuple[Scenario, ...] = (
    faulty(
        "v-one-meter-of-eight-takes-long",
        "slow_outlier",
        "Sum the readings of the meters M1 to M8.",
        (
            tool(
                "read_meter",
                "Reads a meter.",
                "meter",
                *(after(1.5 if k == 5 else 0.08, data(status="ok", meter=f"M{k}", kwh=100 + k)) for k in range(1, 9)),
            ),
        ),
        (
            *(use("read_meter", meter=f"M{k}") for k in range(1, 9)),
            say("M1 to M8 sum up to 836 kWh."),
        ),
        at("read_meter", 4),
        allowed="bottleneck serial_calls",
        system=TERSE,
    ),
    faulty(
        "v-analyser-hangs-on-the-sixth-order",
        "slow_outlier",
        "Release the laboratory orders 61 to 67.",
        (
            tool(
                "release",
                "Releases an order and says what follows.",
                "order",
                *(after(1.8 if k == 6 else 0.1, data(status="released", order=f"6{k}")) for k in range(1, 8)),
            ),
        ),
        (
            *(use("release", order=f"6{k}") for k in range(1, 8)),
            say("Orders 61, 62, 63, 64, 65, 66 and 67 are released."),
        ),
        at("release", 5),
        allowed="bottleneck serial_calls",
        system=TERSE,
    ),
    faulty(
        "v-four-branches-one-by-one",
        "serial_calls",
        "What did the branches Mitte, Nord, Süd and Ost sell yesterday?",
        (
            tool(
                "sales",
                "Sales of a branch.",
                "branch",
                *(
                    after(0.4, data(status="ok", branch=branch, eur=eur))
                    for branch, eur in (("Mitte", 2310), ("Nord", 1875), ("Süd", 990), ("Ost", 1402))
                ),
            ),
        ),
        (
            *(use("sales", branch=branch) for branch in ("Mitte", "Nord", "Süd", "Ost")),
            say("Mitte 2,310 EUR, Nord 1,875 EUR, Süd 990 EUR, Ost 1,402 EUR."),
        ),
        at("sales", 0, 1, 2, 3),
        allowed="bottleneck",
        system=TERSE,
    ),
    faulty(
        "v-checks-of-a-commit-in-a-row",
        "serial_calls",
        "Are style, types and licences of commit 91ac44e fine?",
        (
            tool("check_style", "Checks the style.", "sha", after(0.35, data(status="passed", files=12))),
            tool("check_types", "Checks the types.", "sha", after(0.45, data(status="passed", errors=0))),
            tool("check_licences", "Checks licences.", "sha", after(0.4, data(status="passed", packages=88))),
        ),
        (
            think("First the style.", call("check_style", sha="91ac44e")),
            think("Now the types.", call("check_types", sha="91ac44e")),
            think("And the licences.", call("check_licences", sha="91ac44e")),
            say("All fine: style in 12 files, no type errors, 88 licences."),
        ),
        at("check_style", 0) + at("check_types", 0) + at("check_licences", 0),
        allowed="bottleneck",
        system=TERSE,
    ),
    faulty(
        "v-first-query-wakes-the-warehouse",
        "cold_start",
        "Rows of the tables a, b, c, d and e?",
        (
            tool(
                "count_rows",
                "Counts rows.",
                "table",
                after(1.6, data(status="ok", table="a", rows=11, warehouse="resumed")),
                *(after(0.06, data(status="ok", table=table, rows=20)) for table in "bcde"),
            ),
        ),
        (
            *(use("count_rows", table=table) for table in "abcde"),
            say("a: 11, b to e: 20 each."),
        ),
        at("count_rows", 0),
        allowed="slow_outlier bottleneck serial_calls",
        system=TERSE,
    ),
)

SCENARIOS = SIZES + TIMES

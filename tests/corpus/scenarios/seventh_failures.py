"""Seventh set: healthy runs with one call broken, and their unbroken twins: errors, waits, refusals, lost lines."""

from __future__ import annotations

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.building import after, at, call, data, fails, faulty, healthy, say, think, tool, use

DRUG = tool(
    "find_drug",
    "Finds a drug of the hospital's formulary.",
    "name",
    data(code="J01CA04", name="Amoxicillin 500 mg caps", ward_unit="strip of 10"),
)
DRUG_TASK = "Does ward 3B still have amoxicillin 500 mg on its shelf?"
MRN = "26DE4471882093A1K7"
DECLARE = tool("lodge_declaration", "Lodges an import declaration.", "mrn goods", "lodged: ref ATLAS-90117, 14:02")
NIGHTS = ("Two nights for two from 4 December, Hotel Sonne in Bregenz. Is anything free, and for how much?",)
RELEASE = "Roll ledger-api 2.14.0 out to staging and tell me whether it is healthy."
ROLLOUT = tool(
    "rollout",
    "Rolls a version out.",
    "service version",
    "deployment.apps/ledger-api image updated\nwaiting for 3 replicas\nrolled out",
)
REFUSED = "HTTP/1.1 429 Too Many Requests\nRetry-After: 20\n\nquota of 10 plates a minute used up"
PLATE = {"plate": "BN-KL 2207"}
MODEL_REFUSES = Turn("Rate limit reached for gpt-4o-mini: 200000 tokens per min. Please try again later.", status=429)

FAULTS: tuple[Scenario, ...] = (
    faulty(
        "y-pharmacy-stock-service-raises",
        "tool_error",
        DRUG_TASK,
        (DRUG, tool("ward_stock", "Stock of a ward.", "ward code", fails("StockServiceError: cabinet 3B-02 offline"))),
        (
            use("find_drug", name="amoxicillin 500 mg"),
            use("ward_stock", ward="3B", code="J01CA04"),
            say("I can't tell: the stock service fails for 3B (cabinet 3B-02 offline). Please look on the shelf."),
        ),
        at("ward_stock", 0),
    ),
    faulty(
        "y-customs-tariff-engine-500",
        "tool_error",
        "What duty is due on 400 kg of roasted cashews from Vietnam, HS 2008 19?",
        (
            tool("hs_code", "Full code of goods.", "goods heading", "2008 19 92 00 nuts, roasted, packings > 1 kg"),
            tool(
                "duty",
                "Duty by tariff code.",
                "code origin kilograms:integer",
                'HTTP/1.1 500 Internal Server Error\nContent-Type: application/json\n\n{"error": "tariff engine '
                'crashed", "trace": "taric.MeasureResolver:311 KeyError VN-EUR1"}',
            ),
        ),
        (
            think(
                "Happy to help! First I'd like to pin down the full ten-digit code, because the duty hangs on it.",
                call("hs_code", goods="roasted cashews", heading="2008 19"),
            ),
            think(
                "Good, 2008 19 92 00 it is. Now the duty for 400 kg of Vietnamese origin.",
                call("duty", code="2008199200", origin="VN", kilograms=400),
            ),
            say(
                "I'm sorry, I got only half way. The goods belong under 2008 19 92 00, but the tariff engine answered "
                "with an internal server error, so I have no duty rate for you. Could we try again in an hour?"
            ),
        ),
        at("duty", 0),
    ),
    faulty(
        "y-hotel-channel-manager-times-out",
        "timeout",
        NIGHTS[0],
        (
            tool("hotel_id", "Id of a hotel.", "name town", "H-2291"),
            tool(
                "availability",
                "Free rooms.",
                "hotel arrival nights:integer guests:integer",
                fails("channel manager gave no answer within 1.1 s", "TimeoutError", 1.1),
            ),
        ),
        (
            use("hotel_id", name="Sonne", town="Bregenz"),
            use("availability", hotel="H-2291", arrival="2026-12-04", nights=2, guests=2),
            say("The hotel's system did not answer in time, so I do not know. Try later or call them."),
        ),
        at("availability", 0),
        "tool_error slow_outlier bottleneck",
    ),
    faulty(
        "y-deploy-health-probe-times-out",
        "timeout",
        RELEASE,
        (
            ROLLOUT,
            tool(
                "probe",
                "Asks a service how it is, with curl.",
                "url",
                after(1.2, "curl: (28) Operation timed out after 1200 milliseconds with 0 bytes received"),
            ),
            tool("rollback", "Goes back to the version before.", "service", "ledger-api is at 2.13.6 again"),
        ),
        (
            think("Rolling out first.", call("rollout", service="ledger-api", version="2.14.0")),
            think("All three replicas are there. Is it well?", call("probe", url="http://ledger-api.staging/healthz")),
            think("It doesn't answer in time; I take it back.", call("rollback", service="ledger-api")),
            say("2.14.0 rolled out, but its health check timed out after 1.2 s. Staging is back at 2.13.6."),
        ),
        at("probe", 0),
        "tool_error slow_outlier bottleneck",
    ),
    faulty(
        "y-parking-registry-refuses-five-times",
        "rate_limited",
        "Is BN-KL 2207 registered for resident parking in zone 14?",
        (tool("plate_registry", "Permits of a plate.", "plate", REFUSED),),
        (
            *(use("plate_registry", **PLATE) for _ in range(5)),
            say("The registry refuses me: its quota is used up (429). I couldn't look the plate up."),
        ),
        at("plate_registry", 0, 1, 2, 3, 4),
        "retry_storm call_loop tool_error no_progress redundant_call",
    ),
    faulty(
        "y-subtitles-model-refuses",
        "retry_storm",
        "Shorten cue 118 of 'The Ferryman' to at most 42 characters a line.",
        (tool("cue", "Text of a cue.", "film number:integer", "118\n00:14:02,300 --> 00:14:05,100\nWe never ..."),),
        (use("cue", film="The Ferryman", number=118), *(MODEL_REFUSES for _ in range(9))),
        at(None, 1, 2, 3),
        "rate_limited tool_error empty_output premature_end swallowed_error unused_answer",
    ),
    faulty(
        "y-beehive-scale-resets-the-line",
        "connection_lost",
        "How much did hive 7 gain this week?",
        (
            tool("hive", "Record of a hive.", "number:integer", "hive 7: Carnica, queen 2025, scale at scale-07:5020"),
            tool(
                "scale_history",
                "Daily weights from a hive's scale.",
                "scale days:integer",
                fails("[Errno 104] Connection reset by peer (scale-07:5020)", "ConnectionResetError"),
            ),
        ),
        (
            use("hive", number=7),
            use("scale_history", scale="scale-07:5020", days=7),
            say("No figures: the connection to scale-07 was reset by the other side."),
        ),
        at("scale_history", 0),
        "tool_error",
    ),
    faulty(
        "y-pension-statement-fails-its-check",
        "validation_failed",
        "Draw up the yearly statement of member 30981 and check it before it goes out.",
        (
            tool("draw_up", "Draws a statement up.", "member:integer year:integer", data(statement="S-30981-2025")),
            tool(
                "check_statement",
                "Checks a statement against the rules.",
                "statement",
                "VALIDATION FAILED\n- contributions.sum: 4123.10, ledger says 4132.10\n- field `vested_on` is missing",
            ),
        ),
        (
            think(
                "I'll draw the statement up and have it checked right after.",
                call("draw_up", member=30981, year=2025),
            ),
            use("check_statement", statement="S-30981-2025"),
            say(
                "I drew up S-30981-2025, but it did not pass: the sum of contributions is 9 euros below the ledger and "
                "the vesting date is missing. I have not sent it; somebody has to correct it first."
            ),
        ),
        at("check_statement", 0),
        "tool_error invalid_output",
    ),
)

TWINS: tuple[Scenario, ...] = (
    healthy(
        "y-pharmacy-shelf-is-empty",
        "tool_error",
        DRUG_TASK,
        (
            DRUG,
            tool("ward_stock", "Stock of a ward.", "ward code", data(ward="3B", code="J01CA04", strips=0)),
            tool("next_delivery", "When a ward is delivered to next.", "ward", "Tue 24 Nov, 06:30, 40 strips"),
        ),
        (
            use("find_drug", name="amoxicillin 500 mg"),
            use("ward_stock", ward="3B", code="J01CA04"),
            use("next_delivery", ward="3B"),
            say("No, 0 strips left. 40 strips come on Tuesday 24 November at 06:30."),
        ),
    ),
    healthy(
        "y-customs-number-is-still-free",
        "tool_error",
        f"Make sure that nobody has used {MRN} yet, then lodge the cashews under it.",
        (
            tool("find_declaration", "Looks a declaration up.", "mrn", f"HTTP/1.1 404 Not Found\n\nno {MRN} on file"),
            DECLARE,
        ),
        (
            use("find_declaration", mrn=MRN),
            think("Nobody has it. I lodge.", call("lodge_declaration", mrn=MRN, goods="cashews, roasted, 400 kg")),
            say(f"{MRN} was free; the cashews are lodged under it as ATLAS-90117 (14:02)."),
        ),
    ),
    healthy(
        "y-hotel-answers-slowly-and-well",
        "timeout",
        NIGHTS[0],
        (
            tool("hotel_id", "Id of a hotel.", "name town", after(0.7, "H-2291")),
            tool(
                "availability",
                "Free rooms.",
                "hotel arrival nights:integer guests:integer",
                after(0.8, data(room="double, lake side", free=3, total_eur=318)),
            ),
        ),
        (
            use("hotel_id", name="Sonne", town="Bregenz"),
            use("availability", hotel="H-2291", arrival="2026-12-04", nights=2, guests=2),
            say("Yes: three doubles on the lake side, 318 euros for the two nights."),
        ),
    ),
    healthy(
        "y-deploy-settings-speak-of-timeouts",
        "timeout",
        "What time limits does ledger-api have in staging?",
        (
            tool(
                "settings",
                "Settings of a service.",
                "service stage",
                "readTimeoutMs=1200\nconnectTimeoutMs=300\nonTimeout=fail\nerrors.timeout.lastWeek=0",
            ),
        ),
        (
            use("settings", service="ledger-api", stage="staging"),
            say("Reading 1,200 ms, connecting 300 ms; a request over the limit fails. None did last week."),
        ),
    ),
    healthy(
        "y-parking-registry-asks-to-wait-once",
        "rate_limited",
        "Is BN-KL 2207 registered for resident parking in zone 14?",
        (
            tool(
                "plate_registry",
                "Permits of a plate.",
                "plate",
                "HTTP/1.1 429 Too Many Requests\nRetry-After: 1",
                "HTTP/1.1 200 OK\n\nBN-KL 2207;zone 14;valid until 2027-03-31",
            ),
        ),
        (
            use("plate_registry", **PLATE),
            think("The registry asks me to wait a second. Once more.", call("plate_registry", **PLATE)),
            say("Yes, BN-KL 2207 has a permit for zone 14 until 31 March 2027. (The registry was busy at first.)"),
        ),
    ),
    healthy(
        "y-pension-statement-passes-its-check",
        "validation_failed",
        "Draw up the yearly statement of member 30981 and check it before it goes out.",
        (
            tool("draw_up", "Draws a statement up.", "member:integer year:integer", data(statement="S-30981-2025")),
            tool(
                "check_statement",
                "Checks a statement against the rules.",
                "statement",
                "VALID. rules: 14, failed: 0, warnings: 0",
            ),
            tool("send", "Sends a statement.", "statement", "handed to post at 16:20"),
        ),
        (
            use("draw_up", member=30981, year=2025),
            use("check_statement", statement="S-30981-2025"),
            use("send", statement="S-30981-2025"),
            say("Statement S-30981-2025 passed all 14 rules and was handed to the post at 16:20."),
        ),
    ),
)

SCENARIOS = FAULTS + TWINS

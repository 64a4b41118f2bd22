"""Runs in which too many requests are made: refused for it, or made again and again against a service that is down."""

from __future__ import annotations

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.building import at, call, fails, faulty, say, together, tool, use

REFUSED = '{"error": {"code": 429, "message": "Too Many Requests: quota of 10 requests per minute exceeded"}}'

RATE_LIMITS: tuple[Scenario, ...] = (
    faulty(
        "a-model-refuses-for-tokens-per-minute",
        "rate_limited",
        "Summarise the three newest reviews of the Alder desk lamp.",
        (
            tool(
                "latest_reviews",
                "Newest reviews of a product.",
                "product count:integer",
                "5* bright enough for drawing. 4* the switch is hard to find. 2* the clamp slips on thick desks.",
            ),
        ),
        (
            use("latest_reviews", product="Alder desk lamp", count=3),
            *[
                Turn("Rate limit reached for gpt-4o-mini: tokens per min (TPM): Limit 60000, Used 59211", status=429)
                for _ in range(12)
            ],
        ),
        at(None, 1),
        allowed="retry_storm",
    ),
    faulty(
        "a-geocoder-quota-used-up",
        "rate_limited",
        "Which of these schools is closest to the station: Nordschule, Lindenschule, Goethe-Gymnasium?",
        (
            tool(
                "geocode",
                "Coordinates of a place.",
                "place",
                "53.0831, 8.8137",
                "53.0902, 8.8011",
                REFUSED,
                REFUSED,
            ),
        ),
        (
            use("geocode", place="Hauptbahnhof Bremen"),
            use("geocode", place="Nordschule Bremen"),
            use("geocode", place="Lindenschule Bremen"),
            use("geocode", place="Goethe-Gymnasium Bremen"),
            say("I only got the position of Nordschule (1.2 km); the geocoder's quota is used up for the other two."),
        ),
        at("geocode", 2, 3),
        allowed="tool_error retry_storm no_progress",
    ),
    faulty(
        "a-code-host-api-limit-raised",
        "rate_limited",
        "List the open pull requests of the billing repository that have been waiting more than a week.",
        (
            tool("list_repositories", "Repositories of the organisation.", "", "billing, ledger, web-shop, infra"),
            tool(
                "list_pull_requests",
                "Pull requests of a repository.",
                "repository state",
                fails("HTTP 429: API rate limit exceeded for installation ID 5510221, resets at 14:32:10 UTC"),
                fails("HTTP 429: API rate limit exceeded for installation ID 5510221, resets at 14:32:10 UTC"),
            ),
        ),
        (
            use("list_repositories"),
            use("list_pull_requests", repository="billing", state="open"),
            use("list_pull_requests", repository="billing", state="open"),
            say("The code host refuses further requests until 14:32 UTC, so I can't list the pull requests now."),
        ),
        at("list_pull_requests", 0, 1),
        allowed="tool_error retry_storm",
    ),
    faulty(
        "a-exchange-rates-hammered",
        "rate_limited retry_storm",
        "Convert our March invoices (12,400 USD, 990 GBP) to euros.",
        (tool("exchange_rate", "Rate of a day.", "base quote date", *[REFUSED] * 6),),
        (
            *[use("exchange_rate", base="USD", quote="EUR", date="2025-03-31")] * 6,
            say("I wasn't able to get exchange rates: the service kept refusing because of its request quota."),
        ),
        at("exchange_rate", 0, 1, 2, 3, 4, 5),
        allowed="tool_error call_loop no_progress redundant_call",
    ),
)

UNAVAILABLE = "HTTP 503 Service Unavailable: upstream connect error or disconnect/reset before headers"

RETRY_STORMS: tuple[Scenario, ...] = (
    faulty(
        "a-appointment-slot-service-unavailable-again-and-again",
        "retry_storm",
        "Book Mr Okafor for a dermatology check-up in the week of 5 May.",
        (
            tool("find_clinic", "Clinics by specialty.", "specialty", "Clinic 7, Dr. Lund, dermatology"),
            tool("free_slots", "Free slots of a clinic.", "clinic week", UNAVAILABLE),
        ),
        (
            use("find_clinic", specialty="dermatology"),
            *[use("free_slots", clinic="Clinic 7", week="2025-W19")] * 7,
            say("The appointment system is unavailable; I tried several times. Please call Clinic 7 directly."),
        ),
        at("free_slots", 0, 1, 2, 3, 4, 5, 6),
        allowed="tool_error call_loop no_progress redundant_call connection_lost",
    ),
    faulty(
        "a-artifact-upload-retried-at-once",
        "retry_storm",
        "Build release 4.2.0 and upload the package to the artifact store.",
        (
            tool("build_package", "Build a package.", "version", "dist/tracker-4.2.0.tar.gz (1.9 MB), 214 files"),
            tool(
                "upload_artifact",
                "Upload a file.",
                "path repository",
                *[fails("ConnectionResetError(104, 'Connection reset by peer')", "ConnectionError")] * 5,
                '{"status": "stored", "sha256": "9f2c1e7ab0"}',
            ),
        ),
        (
            use("build_package", version="4.2.0"),
            *[use("upload_artifact", path="dist/tracker-4.2.0.tar.gz", repository="releases")] * 6,
            say("Release 4.2.0 is built and stored; the upload went through at the sixth attempt."),
        ),
        at("upload_artifact", 0, 1, 2, 3, 4, 5),
        allowed="tool_error connection_lost call_loop redundant_call",
    ),
    faulty(
        "a-sensor-database-locked-retries",
        "retry_storm",
        "Write the calibration offsets 0.4 and -0.2 for sensors S7 and S9.",
        (
            tool(
                "write_offset",
                "Store a calibration offset.",
                "sensor offset",
                *["Error: database is locked (SQLITE_BUSY)"] * 6,
            ),
            tool("read_sensor", "Last value of a sensor.", "sensor", "S7: 21.4 C at 09:12"),
        ),
        (
            use("read_sensor", sensor="S7"),
            *[use("write_offset", sensor="S7", offset="0.4")] * 6,
            say("I could not store the offsets: the database stayed locked. Nothing was changed for S7 or S9."),
        ),
        at("write_offset", 0, 1, 2, 3, 4, 5),
        allowed="tool_error call_loop no_progress redundant_call",
    ),
    faulty(
        "a-two-feeds-refuse-in-parallel-rounds",
        "retry_storm rate_limited",
        "Compare today's traffic and weather for the delivery routes to Ghent.",
        (
            tool("traffic_feed", "Traffic on a route.", "route", "429 Too Many Requests (retry-after: 60)"),
            tool("weather_feed", "Weather at a place.", "place", "429 Too Many Requests (retry-after: 60)"),
        ),
        (
            *[together(call("traffic_feed", route="E17"), call("weather_feed", place="Ghent"))] * 5,
            say("Both feeds refuse requests for the moment, so I can't compare the routes today."),
        ),
        at("traffic_feed", 0, 1, 2, 3, 4) + at("weather_feed", 0, 1, 2, 3, 4),
        allowed="tool_error call_loop no_progress redundant_call",
    ),
)

SCENARIOS: tuple[Scenario, ...] = RATE_LIMITS + RETRY_STORMS

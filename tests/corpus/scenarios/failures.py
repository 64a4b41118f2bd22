"""Runs in which a tool or the model fails: errors, and waits without an answer."""

from __future__ import annotations

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.building import at, call, data, fails, faulty, say, think, tool, use

TOOL_ERRORS: tuple[Scenario, ...] = (
    faulty(
        "a-flight-booking-service-raises",
        "tool_error",
        "Book me the cheapest direct flight from Lisbon to Munich on 14 March for Ana Prates.",
        (
            tool(
                "search_flights",
                "Find direct flights on a day.",
                "origin destination date",
                data(
                    flights=[
                        {"id": "TP552", "departs": "07:05", "price_eur": 189},
                        {"id": "LH1793", "departs": "13:40", "price_eur": 164},
                        {"id": "LH1795", "departs": "18:55", "price_eur": 221},
                    ]
                ),
            ),
            tool(
                "book_flight",
                "Book a seat on a flight.",
                "flight_id passenger",
                fails("fare class V is closed for sale on LH1793 (reservation system code 0x51C)", "ValueError"),
            ),
        ),
        (
            use("search_flights", origin="LIS", destination="MUC", date="2025-03-14"),
            use("book_flight", flight_id="LH1793", passenger="Ana Prates"),
            say(
                "I couldn't book the flight. LH1793 at 13:40 for 164 EUR is the cheapest, but the booking was refused "
                "because its fare class is closed. Shall I try TP552 at 07:05 for 189 EUR instead?"
            ),
        ),
        at("book_flight", 0),
    ),
    faulty(
        "a-transfer-refused-by-the-bank-core",
        "tool_error",
        "Move 450 euros from my checking account to my savings account and tell me both balances.",
        (
            tool(
                "list_accounts",
                "All accounts of the customer.",
                "customer_id",
                data(
                    accounts=[
                        {"id": "CHK-20981", "type": "checking", "balance": 1320.55},
                        {"id": "SAV-77410", "type": "savings", "balance": 8000.0},
                    ]
                ),
            ),
            tool(
                "transfer",
                "Move money between two accounts of the same customer.",
                "source target amount_cents:integer",
                '{"status": "error", "code": 500, "message": "Internal server error: core ledger is read-only"}',
            ),
        ),
        (
            use("list_accounts", customer_id="C-5521"),
            use("transfer", source="CHK-20981", target="SAV-77410", amount_cents=45000),
            say(
                "The transfer did not go through: the bank's ledger answered with an internal error. No money was "
                "moved; checking is still at 1,320.55 EUR and savings at 8,000.00 EUR. Please try again later."
            ),
        ),
        at("transfer", 0),
    ),
    faulty(
        "a-deploy-denied-by-cluster",
        "tool_error",
        "Roll the payments service out to staging with image tag 2.14.3.",
        (
            tool(
                "get_deployment",
                "Show a deployment.",
                "namespace name",
                "payments  3/3 ready  image=registry.internal/payments:2.14.2  age=12d",
            ),
            tool(
                "set_image",
                "Change the image of a deployment.",
                "namespace name image",
                fails(
                    'deployments.apps "payments" is forbidden: User "agent-ro" cannot patch resource "deployments" '
                    'in API group "apps" in the namespace "staging"',
                    "PermissionError",
                ),
            ),
        ),
        (
            think("I'll look at what runs now.", call("get_deployment", namespace="staging", name="payments")),
            use("set_image", namespace="staging", name="payments", image="registry.internal/payments:2.14.3"),
            say(
                "I was not able to roll out 2.14.3: my account may not patch deployments in staging. It still runs "
                "2.14.2. Somebody with write access has to do it, or grant agent-ro the patch verb."
            ),
        ),
        at("set_image", 0),
    ),
    faulty(
        "a-lab-result-lookup-crashes",
        "tool_error",
        "What were the HbA1c values of patient 88-1042 over the last year?",
        (
            tool("find_patient", "Look up a patient by number.", "number", '{"id": 5510, "born": "1961-08-02"}'),
            tool(
                "lab_history",
                "Values of one lab parameter.",
                "patient_id:integer parameter months:integer",
                fails("'NoneType' object has no attribute 'unit'", "AttributeError"),
            ),
        ),
        (
            use("find_patient", number="88-1042"),
            use("lab_history", patient_id=5510, parameter="HbA1c", months=12),
            say("I found the patient, but the lab system failed while reading the HbA1c history, so I have no values."),
        ),
        at("lab_history", 0),
    ),
)

TIMEOUTS: tuple[Scenario, ...] = (
    faulty(
        "a-warehouse-stock-service-never-answers",
        "timeout",
        "How many pallets of SKU 44-910 do we have in Rotterdam and Gdansk?",
        (
            tool("list_sites", "All warehouse sites.", "", "RTM Rotterdam\nGDN Gdansk\nHAM Hamburg"),
            tool(
                "stock_level",
                "Pallets of an SKU at a site.",
                "site sku",
                '{"site": "RTM", "sku": "44-910", "pallets": 61}',
                fails("stock service at GDN did not answer within 1.0 s", "TimeoutError", 1.0),
            ),
        ),
        (
            use("list_sites"),
            use("stock_level", site="RTM", sku="44-910"),
            use("stock_level", site="GDN", sku="44-910"),
            say("Rotterdam has 61 pallets of 44-910. Gdansk's stock service didn't answer, so I can't tell for there."),
        ),
        at("stock_level", 1),
        allowed="tool_error slow_outlier bottleneck",
    ),
    faulty(
        "a-thermostat-gateway-times-out",
        "timeout",
        "Set the heating in the meeting rooms on floor 3 to 20 degrees.",
        (
            tool(
                "list_devices",
                "Devices on a floor.",
                "floor:integer kind",
                '[{"id": "th-301", "room": "Oslo"}, {"id": "th-302", "room": "Bergen"}]',
            ),
            tool(
                "set_temperature",
                "Set a thermostat.",
                "device_id celsius:integer",
                fails("timed out", "TimeoutError", 0.8),
                fails("timed out", "TimeoutError", 0.8),
            ),
        ),
        (
            use("list_devices", floor=3, kind="thermostat"),
            use("set_temperature", device_id="th-301", celsius=20),
            use("set_temperature", device_id="th-302", celsius=20),
            say("Neither Oslo nor Bergen could be set: both thermostats timed out. The gateway may be offline."),
        ),
        at("set_temperature", 0, 1),
        allowed="tool_error serial_calls bottleneck no_progress swallowed_error",
    ),
    faulty(
        "a-court-register-query-times-out-in-prose",
        "timeout",
        "Is there any open case against Harrow Logistics Ltd in the commercial register?",
        (
            tool(
                "company_number",
                "Registered number of a company.",
                "name",
                "Harrow Logistics Ltd, number 09911827, active since 2015-11-30",
            ),
            tool(
                "search_cases",
                "Cases by company number.",
                "company_number status",
                fails("Read timed out. (read timeout=1.2)", "TimeoutError", 1.2),
            ),
        ),
        (
            use("company_number", name="Harrow Logistics Ltd"),
            use("search_cases", company_number="09911827", status="open"),
            say("The company exists (09911827), but the case register timed out; I can't say whether cases are open."),
        ),
        at("search_cases", 0),
        allowed="tool_error slow_outlier bottleneck",
    ),
    faulty(
        "a-model-gateway-times-out",
        "timeout",
        "Which of our open positions have had no applicant for more than 30 days?",
        (
            tool(
                "open_positions",
                "Open positions with the date of the last applicant.",
                "",
                "HR-14 Electrician, last applicant 2025-01-03\nHR-19 Payroll clerk, last applicant 2025-03-01",
            ),
        ),
        (use("open_positions"), *[Turn("upstream request timeout", seconds=0.5, status=504) for _ in range(6)]),
        at(None, 1),
        allowed="retry_storm connection_lost bottleneck slow_outlier",
    ),
)

SCENARIOS: tuple[Scenario, ...] = TOOL_ERRORS + TIMEOUTS

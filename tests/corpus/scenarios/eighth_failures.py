"""Eighth set: what fails. Each fault is a healthy run with one thing broken; some stand beside their healthy twin."""

from __future__ import annotations

from tests.corpus.scenario import Scenario, Tool, Turn
from tests.corpus.scenarios.building import after, at, call, data, fails, faulty, healthy, say, think, tool, use

FLIGHT = tool(
    "flight_status", "Status of a flight.", "flight date", data(flight="LH2034", gate="B22", dep="09:40", seats_free=31)
)
SEAT_TASK = "Reserve seat 14A on LH2034 on 12 March for Mara Voss."
SEAT_TURNS = (
    use("flight_status", flight="LH2034", date="2027-03-12"),
    use("reserve_seat", flight="LH2034", seat="14A", passenger="Mara Voss"),
)
FERRY_TASK = "Is there room for a camper van on the Nynashamn-Visby ferry on 2 July at 11:20?"
SAILINGS = tool(
    "sailings", "Sailings of a day.", "route day", "11:20 M/S Visborg\n16:40 M/S Gotland\n21:05 M/S Visborg"
)
FERRY_TURNS = (
    think("I'll look at the sailings of that day first.", call("sailings", route="NYN-VBY", day="2027-07-02")),
    think("There is one at 11:20. Let me see the car deck.", call("car_deck", sailing="NYN-VBY-0702-1120")),
)
LENDER_TASK = "Who signs loans for the Kroller collection?"
LENDER = {"lender": "KROL-7"}
TICKET_TASK = "Book the 16:40 to Visby on 2 July for two, and e-mail the ticket to lina.berg@example.com."
CROSSING = tool("book_crossing", "Books a crossing.", "sailing persons:integer", data(booking="GV-55281", total=812))
TICKET_TURNS = (
    use("book_crossing", sailing="NYN-VBY-0702-1640", persons=2),
    use("send_ticket", booking="GV-55281", address="lina.berg@example.com"),
)
TICKET_SAID = say("Booked: GV-55281, two persons, 812 SEK. The ticket has been e-mailed to lina.berg@example.com.")


def _seat(does: Tool) -> tuple[Tool, ...]:
    return (FLIGHT, does)


FAULTS: tuple[Scenario, ...] = (
    faulty(
        "z-seat-service-raises",
        "tool_error",
        SEAT_TASK,
        _seat(
            tool(
                "reserve_seat",
                "Reserves a seat.",
                "flight seat passenger",
                fails("seat inventory for LH2034/2027-03-12 could not be loaded"),
            )
        ),
        (*SEAT_TURNS, say("I could not reserve 14A: the seat service failed. Nothing is booked.")),
        at("reserve_seat", 0),
    ),
    faulty(
        "z-payroll-engine-answers-500",
        "tool_error",
        "What will Tomasz Wrona's net pay be in May if he works 80 percent?",
        (
            tool("employee", "An employee's record.", "name", data(id=3307, gross=5400, grade="E11", percent=100)),
            tool(
                "simulate_pay",
                "Simulates a month's pay.",
                "employee:integer month percent:integer",
                "HTTP/1.1 500 Internal Server Error\n\npayroll-engine: NullReference in TaxTable.lookup(2027-05)",
            ),
        ),
        (
            think("Let me find his record.", call("employee", name="Tomasz Wrona")),
            think(
                "He earns 5,400 gross. I'll simulate May.", call("simulate_pay", employee=3307, month="05", percent=80)
            ),
            say("I'm sorry, the payroll engine answered with an internal error, so I can't tell his net pay for May."),
        ),
        at("simulate_pay", 0),
    ),
    faulty(
        "z-load-forecast-times-out",
        "timeout",
        "What load do we expect in zone North at 18:00?",
        (
            tool("zone", "A zone's master data.", "name", data(zone="N", substations=14, peak_mw=880)),
            tool(
                "load_forecast",
                "Load forecast.",
                "zone hour",
                fails("forecast service did not answer within 1.2 seconds", "TimeoutError", 1.2),
            ),
        ),
        (
            use("zone", name="North"),
            use("load_forecast", zone="N", hour="18:00"),
            say("The forecast service did not answer in time. I have no figure for 18:00."),
        ),
        at("load_forecast", 0),
        "tool_error slow_outlier bottleneck",
    ),
    faulty(
        "z-car-deck-gateway-timeout",
        "timeout",
        FERRY_TASK,
        (
            SAILINGS,
            tool(
                "car_deck",
                "Room on the car deck.",
                "sailing",
                after(1.5, "504 Gateway Timeout: upstream deck-planning did not respond within 1500 ms"),
            ),
        ),
        (*FERRY_TURNS, say("I could not find out: the deck planning system timed out. Please try again later.")),
        at("car_deck", 0),
        "tool_error slow_outlier bottleneck",
    ),
    faulty(
        "z-analytics-quota-refuses",
        "rate_limited",
        "How many visits had /pricing last week?",
        (
            tool(
                "query_report",
                "Queries the analytics API.",
                "page period",
                fails("429 Too Many Requests: quota of 10 requests per minute exceeded, retry after 42 s"),
            ),
        ),
        (
            *[use("query_report", page="/pricing", period="last_week")] * 3,
            say("The analytics API refuses my requests (429, quota exceeded). I can't tell the visits right now."),
        ),
        at("query_report", 0, 1, 2),
        "tool_error call_loop",
    ),
    faulty(
        "z-model-provider-refuses-translation",
        "rate_limited",
        "Translate segment 18 of job T-4410 into Danish.",
        (tool("segment", "A segment of a job.", "job number:integer", "The lessee shall keep the premises clean."),),
        (
            think("I'll fetch the segment.", call("segment", job="T-4410", number=18)),
            *[Turn("Rate limit reached for gpt-4o-mini: 200000 tokens per minute. Try again in 20s.", status=429)] * 12,
        ),
        at(None, 1),
    ),
    faulty(
        "z-registrar-refuses-six-connections",
        "retry_storm",
        LENDER_TASK,
        (
            tool(
                "lender_record",
                "A lender's record.",
                "lender",
                fails("connection refused by registrar.museum.example:8443", "ConnectionError"),
            ),
        ),
        (*[use("lender_record", **LENDER)] * 6, say("The registrar's system can't be reached.")),
        at("lender_record", 0, 1, 2, 3, 4, 5),
        "tool_error connection_lost call_loop",
    ),
    faulty(
        "z-membership-frozen-at-the-seventh-try",
        "retry_storm",
        "Freeze membership 40218 from June to August.",
        (
            tool(
                "freeze_membership",
                "Freezes a membership.",
                "member:integer start end",
                *[data(status=503, error="Service Unavailable")] * 6,
                data(status=200, frozen="2027-06-01/2027-08-31"),
            ),
        ),
        (
            think("I'll freeze it.", call("freeze_membership", member=40218, start="2027-06-01", end="2027-08-31")),
            *[
                think("Trying again.", call("freeze_membership", member=40218, start="2027-06-01", end="2027-08-31"))
                for _ in range(6)
            ],
            say("Membership 40218 is frozen from 1 June to 31 August 2027."),
        ),
        at("freeze_membership", 0, 1, 2, 3, 4, 5),
        "tool_error call_loop",
    ),
    faulty(
        "z-ticket-mail-failed-and-was-claimed",
        "swallowed_error",
        TICKET_TASK,
        (
            CROSSING,
            tool("send_ticket", "E-mails a ticket.", "booking address", fails("SMTP 451: relay refused the message")),
        ),
        (*TICKET_TURNS, TICKET_SAID),
        at("send_ticket", 0),
        "tool_error ungrounded_output",
    ),
    faulty(
        "z-stock-conflict-passed-over",
        "swallowed_error",
        "We got 40 copies of 'Orbital'. Set the stock and tell the branch in Leeds.",
        (
            tool(
                "set_stock",
                "Sets a title's stock.",
                "title copies:integer",
                "ERROR 409 Conflict: record was changed by another user; update not saved",
            ),
            tool("notify_branch", "Writes to a branch.", "branch text", "delivered"),
        ),
        (
            think("I'll set the stock to 40.", call("set_stock", title="Orbital", copies=40)),
            think("Now the branch.", call("notify_branch", branch="Leeds", text="Orbital: 40 copies are in stock.")),
            say("All done! The stock of 'Orbital' is now 40 and Leeds has been told."),
        ),
        at("set_stock", 0),
        "tool_error ungrounded_output",
    ),
)

TWINS: tuple[Scenario, ...] = (
    healthy(
        "z-seat-is-reserved",
        "tool_error",
        SEAT_TASK,
        _seat(tool("reserve_seat", "Reserves a seat.", "flight seat passenger", data(seat="14A", locator="QX7T2K"))),
        (*SEAT_TURNS, say("Seat 14A on LH2034 is reserved for Mara Voss, locator QX7T2K.")),
    ),
    healthy(
        "z-car-deck-has-room",
        "timeout",
        FERRY_TASK,
        (SAILINGS, tool("car_deck", "Room on the car deck.", "sailing", "vans: 3 places left, max height 3.1 m")),
        (*FERRY_TURNS, say("Yes, three places for vans are left on the 11:20, up to 3.1 m high.")),
    ),
    healthy(
        "z-registrar-answers",
        "retry_storm",
        LENDER_TASK,
        (tool("lender_record", "A lender's record.", "lender", data(lender="KROL-7", signatory="Dr. I. Maas")),),
        (use("lender_record", **LENDER), say("Dr. I. Maas signs for them.")),
    ),
    healthy(
        "z-ticket-was-mailed",
        "swallowed_error",
        TICKET_TASK,
        (CROSSING, tool("send_ticket", "E-mails a ticket.", "booking address", "250 queued as 8F1C22")),
        (*TICKET_TURNS, TICKET_SAID),
    ),
)

SCENARIOS = (*FAULTS, *TWINS)

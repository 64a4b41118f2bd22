"""Fifth set: healthy runs that look like circles, wrong ways, waste or slowness, and are none."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import after, call, data, healthy, say, think, together, tool, use

TERSE = "You are an operations agent. Answer briefly."

ROUNDS: tuple[Scenario, ...] = (
    healthy(
        "v-backfill-watched-to-its-end",
        "call_loop",
        "Run the backfill of May and wait for it.",
        (
            tool("start_backfill", "Starts a backfill.", "month", data(status="queued", run="bf-12")),
            tool(
                "run_state",
                "State of a run.",
                "run",
                data(status="queued", run="bf-12", days_done=0),
                data(status="running", run="bf-12", days_done=9),
                data(status="running", run="bf-12", days_done=20),
                data(status="running", run="bf-12", days_done=28),
                data(status="success", run="bf-12", days_done=31),
            ),
        ),
        (
            use("start_backfill", month="2026-05"),
            *[use("run_state", run="bf-12")] * 5,
            say("The backfill bf-12 is through: all 31 days of May."),
        ),
        system=TERSE,
    ),
    healthy(
        "v-pages-of-the-court-calendar",
        "call_loop",
        "How many hearings has chamber 3 in June?",
        (
            tool(
                "hearings",
                "Hearings of a chamber, by page.",
                "chamber month page:integer",
                data(page=1, pages=3, hearings=["3 O 1/26", "3 O 4/26", "3 O 9/26"]),
                data(page=2, pages=3, hearings=["3 O 11/26", "3 O 15/26", "3 O 16/26"]),
                data(page=3, pages=3, hearings=["3 O 20/26"]),
            ),
        ),
        (
            *(use("hearings", chamber="3", month="2026-06", page=page) for page in (1, 2, 3)),
            say("Chamber 3 has 7 hearings in June, from 3 O 1/26 to 3 O 20/26."),
        ),
        system=TERSE,
    ),
    healthy(
        "v-write-and-compile-in-turn",
        "ping_pong",
        "Make parse.c compile.",
        (
            tool(
                "edit",
                "Replaces a line.",
                "path line:integer text",
                data(status="ok", line=12),
                data(status="ok", line=30),
                data(status="ok", line=44),
            ),
            tool(
                "compile",
                "Compiles a file.",
                "path",
                data(errors=["12: missing ;", "30: unknown type u8", "44: unused label"]),
                data(errors=["30: unknown type u8", "44: unused label"]),
                data(errors=["44: unused label"]),
                data(errors=[]),
            ),
        ),
        (
            use("compile", path="parse.c"),
            use("edit", path="parse.c", line=12, text="int n = 0;"),
            use("compile", path="parse.c"),
            use("edit", path="parse.c", line=30, text="uint8_t mark;"),
            use("compile", path="parse.c"),
            use("edit", path="parse.c", line=44, text=""),
            use("compile", path="parse.c"),
            say("parse.c compiles: I fixed lines 12, 30 and 44."),
        ),
        system=TERSE,
    ),
    healthy(
        "v-searches-that-each-find-something",
        "no_progress",
        "Find photos of the bridge, the lock and the mill.",
        (
            tool(
                "search",
                "Searches the photo archive.",
                "words",
                data(status="ok", hits=["ph-101", "ph-102"]),
                data(status="ok", hits=["ph-340"]),
                data(status="ok", hits=[]),
                data(status="ok", hits=["ph-771"]),
            ),
        ),
        (
            use("search", words="bridge"),
            use("search", words="lock"),
            use("search", words="mill"),
            think("Nothing under 'mill'; older records say 'watermill'.", call("search", words="watermill")),
            say("Bridge: ph-101, ph-102. Lock: ph-340. Mill (filed as watermill): ph-771."),
        ),
        system=TERSE,
    ),
    healthy(
        "v-search-leads-to-the-record",
        "misrouted",
        "What is the phone number of the court in Marburg?",
        (
            tool(
                "search_courts", "Finds courts by place.", "place", data(courts=[{"id": "c-77", "name": "AG Marburg"}])
            ),
            tool("court", "A court's record.", "id", data(id="c-77", name="AG Marburg", phone="06421 555 010")),
        ),
        (
            use("search_courts", place="Marburg"),
            use("court", id="c-77"),
            say("The AG Marburg has the number 06421 555 010."),
        ),
        system=TERSE,
    ),
    healthy(
        "v-no-open-tickets-so-none-told",
        "unused_answer",
        "Can customer 811 be moved to the new exchange today?",
        (
            tool("open_tickets", "Open tickets of a customer.", "customer", data(status="ok", tickets=[])),
            tool("exchange", "Free ports of an exchange.", "name", data(status="ok", name="new", free_ports=14)),
        ),
        (
            use("open_tickets", customer="811"),
            use("exchange", name="new"),
            say("Yes: nothing is open for customer 811, and the new exchange has 14 free ports."),
        ),
        system=TERSE,
    ),
    healthy(
        "v-stock-read-again-after-booking",
        "redundant_call",
        "Take 25 kg of rye flour out of stock and tell me what is left.",
        (
            tool("stock", "Stock of a good.", "good", data(good="rye flour", kg=310), data(good="rye flour", kg=285)),
            tool("withdraw", "Books goods out.", "good kg:integer", data(status="booked", slip="W-90")),
        ),
        (
            use("stock", good="rye flour"),
            use("withdraw", good="rye flour", kg=25),
            use("stock", good="rye flour"),
            say("25 kg are booked out (W-90); 285 kg of the 310 kg rye flour are left."),
        ),
        system=TERSE,
    ),
)

COSTS: tuple[Scenario, ...] = (
    healthy(
        "v-talk-that-grows-a-little",
        "context_growth",
        "Check the five sensors S1 to S5 of the cold chain.",
        (
            tool(
                "sensor",
                "Reads a sensor.",
                "id",
                *(data(status="ok", id=f"S{k}", celsius=round(3.5 + k / 10, 1)) for k in range(1, 6)),
            ),
        ),
        (
            *(use("sensor", id=f"S{k}") for k in range(1, 6)),
            say("All five are cold enough: S1 3.6, S2 3.7, S3 3.8, S4 3.9 and S5 4.0 degrees."),
        ),
        system=TERSE,
    ),
    healthy(
        "v-roster-of-a-whole-depot",
        "oversized_content",
        "List who drives when on Saturday in depot West.",
        (
            tool(
                "roster",
                "Roster of a depot.",
                "depot day",
                "\n".join(f"{4 + k // 2:02}:{k % 2 * 30:02} line {k % 9 + 1} driver {300 + k * 7}" for k in range(30)),
            ),
        ),
        (
            use("roster", depot="West", day="Saturday"),
            say(
                "\n".join(f"{4 + k // 2:02}:{k % 2 * 30:02} driver {300 + k * 7}, line {k % 9 + 1}" for k in range(30))
            ),
        ),
        system=TERSE,
    ),
    healthy(
        "v-all-simulations-take-their-time",
        "slow_outlier",
        "Simulate the load flow: winter first, then with each result's worst line out.",
        (
            tool(
                "simulate",
                "Simulates a load flow and names the worst line.",
                "case",
                after(0.62, data(status="ok", worst="380-1", percent=91)),
                after(0.7, data(status="ok", worst="380-7", percent=97)),
                after(0.66, data(status="ok", worst="220-3", percent=99)),
                after(0.64, data(status="ok", worst="220-5", percent=104)),
            ),
        ),
        (
            use("simulate", case="winter"),
            use("simulate", case="winter without 380-1"),
            use("simulate", case="winter without 380-1, 380-7"),
            use("simulate", case="winter without 380-1, 380-7, 220-3"),
            say("The grid holds until 380-1, 380-7 and 220-3 are out: then 220-5 is at 104 %."),
        ),
        system=TERSE,
    ),
    healthy(
        "v-each-call-needs-the-one-before",
        "serial_calls",
        "Who approved the change that broke the job daily_sales?",
        (
            tool("last_failure", "Last failure of a job.", "job", after(0.3, data(job="daily_sales", run="r-8842"))),
            tool("run_commit", "Commit that a run used.", "run", after(0.3, data(run="r-8842", commit="c41fe09"))),
            tool("commit_review", "Review of a commit.", "commit", after(0.3, data(commit="c41fe09", by="T. Ansah"))),
        ),
        (
            use("last_failure", job="daily_sales"),
            use("run_commit", run="r-8842"),
            use("commit_review", commit="c41fe09"),
            say("T. Ansah approved commit c41fe09, which run r-8842 failed on."),
        ),
        system=TERSE,
    ),
    healthy(
        "v-four-regions-at-once",
        "serial_calls",
        "Delays in the regions A, B, C and D?",
        (
            tool(
                "delays",
                "Delays of a region.",
                "region",
                *(after(0.3, data(status="ok", region=name, minutes=k * 3)) for k, name in enumerate("ABCD")),
            ),
        ),
        (
            together(*(call("delays", region=name) for name in "ABCD")),
            say("A: none, B: 3 minutes, C: 6 minutes, D: 9 minutes."),
        ),
        system=TERSE,
    ),
)

SCENARIOS = ROUNDS + COSTS

"""Old data, bad memories and agents that pass a task round, and fresh, updated and shared ones."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import (
    at,
    data,
    faulty,
    healthy,
    say,
    tool,
    use,
)

STALE: tuple[Scenario, ...] = (
    faulty(
        "b-occupancy-of-last-week-as-of-now",
        "stale_data",
        "How full is the intensive care unit right now?",
        (
            tool(
                "occupancy",
                "Occupied beds of a unit.",
                "unit",
                data(unit="ICU", occupied=19, beds=24, source="cache", stale=True, age_seconds=691200),
            ),
        ),
        (use("occupancy", unit="ICU"), say("Right now 19 of the 24 beds of the ICU are occupied.")),
        at("occupancy", 0),
    ),
    faulty(
        "b-duty-rate-from-an-expired-table",
        "stale_data",
        "What is today's anti-dumping duty on bicycles from Z-land?",
        (
            tool(
                "duty",
                "Duty on goods of a country.",
                "goods country",
                "48.5 %  (warning: data is stale, table valid until 2023-12-31, live source not reachable)",
            ),
        ),
        (use("duty", goods="bicycles", country="Z-land"), say("Today the duty is 48.5 %.")),
        at("duty", 0),
    ),
    healthy(
        "b-history-was-asked-for",
        "stale_data",
        "How many postings did we have in January 2019?",
        (
            tool(
                "postings",
                "Number of postings of a month.",
                "month",
                data(month="2019-01", postings=4471, as_of="2019-02-03"),
            ),
        ),
        (use("postings", month="2019-01"), say("4,471 postings in January 2019.")),
    ),
    healthy(
        "b-fresh-from-the-cache",
        "stale_data",
        "How many players are on the test server?",
        (
            tool(
                "players",
                "Players on a server.",
                "server",
                data(server="test", players=12, source="cache", stale=False, age_seconds=4),
            ),
        ),
        (use("players", server="test"), say("12 players are on it.")),
    ),
)

MEMORY: tuple[Scenario, ...] = (
    faulty(
        "b-remembers-another-port",
        "memory_corrupted",
        "Remember that Brink BV always ships via Rotterdam. Then book their next container by what you remember.",
        (
            tool("memory_write", "Stores a fact.", "key value", "stored"),
            tool("memory_read", "Reads a fact.", "key", "Valparaiso"),
            tool("book_container", "Books a container.", "client port", "booked BK-71"),
        ),
        (
            use("memory_write", key="brink.port", value="Rotterdam"),
            use("memory_read", key="brink.port"),
            use("book_container", client="Brink BV", port="Valparaiso"),
            say("Brink BV's next container is booked via Valparaiso, BK-71."),
        ),
        at("memory_read", 0),
    ),
    faulty(
        "b-memory-garbled",
        "memory_corrupted",
        "What did we agree on with the client Lindqvist last time?",
        (
            tool(
                "recall",
                "What was stored about a client.",
                "client",
                "checksum mismatch: stored record is corrupted: 'f\ufffd\ufffde of 2\ufffd\ufffd\x7f0 \ufffd\ufffdSEK'",
            ),
        ),
        (use("recall", client="Lindqvist"), say("We agreed on a fee of 2,000 SEK.")),
        at("recall", 0),
        allowed="ungrounded_output tool_error swallowed_error",
    ),
    healthy(
        "b-memory-updated-by-the-person",
        "memory_corrupted",
        "I moved: my home server is now eu3, not eu1. Note it and confirm.",
        (
            tool("memory_read", "Reads a fact.", "key", "eu1", "eu3"),
            tool("memory_write", "Stores a fact.", "key value", "stored"),
        ),
        (
            use("memory_read", key="home_server"),
            use("memory_write", key="home_server", value="eu3"),
            use("memory_read", key="home_server"),
            say("Noted: your home server is eu3 now (eu1 before)."),
        ),
    ),
    healthy(
        "b-nothing-remembered-yet",
        "memory_corrupted",
        "Which rotor do I prefer? Ask your memory; if it has nothing, note JA-14.",
        (
            tool("memory_read", "Reads a fact.", "key", "(nothing stored under this key)"),
            tool("memory_write", "Stores a fact.", "key value", "stored"),
        ),
        (
            use("memory_read", key="rotor"),
            use("memory_write", key="rotor", value="JA-14"),
            say("I had nothing, so I noted JA-14 as your preferred rotor."),
        ),
    ),
)

DELEGATION: tuple[Scenario, ...] = (
    faulty(
        "b-triage-and-radiology-pass-the-patient",
        "delegation_cycle",
        "Arrange imaging for bed 2.",
        (
            tool("transfer_to_triage", "Hands the case to the triage agent.", "case", "triage: this is for radiology"),
            tool(
                "transfer_to_radiology",
                "Hands the case to the radiology agent.",
                "case",
                "radiology: this is for triage",
            ),
        ),
        (
            *(use(name, case="bed 2") for _ in range(3) for name in ("transfer_to_radiology", "transfer_to_triage")),
            say("Triage and radiology keep handing the case to each other."),
        ),
        (*at("transfer_to_radiology", 1, 2), *at("transfer_to_triage", 0, 1, 2)),
        allowed="ping_pong call_loop no_progress redundant_call",
    ),
    faulty(
        "b-round-of-three-departments",
        "delegation_cycle",
        "Who signs off the write-off of invoice 88?",
        (
            tool(
                "delegate",
                "Gives a task to an agent.",
                "agent task",
                *(("controlling: that's treasury's", "treasury: that's audit's", "audit: that's controlling's") * 3),
            ),
        ),
        (
            *(
                use("delegate", agent=agent, task="sign off write-off of invoice 88")
                for _ in range(3)
                for agent in ("controlling", "treasury", "audit")
            ),
            say("Nobody signs: controlling, treasury and audit refer to each other."),
        ),
        at("delegate", 3, 4, 5, 6, 7, 8),
        allowed="ping_pong call_loop no_progress redundant_call",
    ),
    healthy(
        "b-each-specialist-once",
        "delegation_cycle",
        "Get opinions on mod 'Deepfog' from art, code and balance.",
        (
            tool(
                "delegate",
                "Gives a task to an agent.",
                "agent task",
                "art: fog too blue",
                "code: clean",
                "balance: lamp range too large",
            ),
        ),
        (
            *(use("delegate", agent=agent, task="opinion on Deepfog") for agent in ("art", "code", "balance")),
            say("Art finds the fog too blue, code is clean, balance finds the lamp range too large."),
        ),
    ),
    healthy(
        "b-draft-and-review-in-rounds",
        "delegation_cycle",
        "Let the writer draft the clause and the reviewer check it until it passes.",
        (
            tool(
                "ask_writer",
                "The writing agent.",
                "task",
                "Draft: Tenant pays on the 3rd.",
                "Draft 2: Tenant pays by the 3rd of each month.",
            ),
            tool("ask_reviewer", "The reviewing agent.", "text", "unclear: each month?", "passes"),
        ),
        (
            use("ask_writer", task="rent clause, due on the 3rd"),
            use("ask_reviewer", text="Tenant pays on the 3rd."),
            use("ask_writer", task="rent clause, due on the 3rd, say each month"),
            use("ask_reviewer", text="Tenant pays by the 3rd of each month."),
            say("The reviewer passed: Tenant pays by the 3rd of each month."),
        ),
    ),
)

SCENARIOS: tuple[Scenario, ...] = (*STALE, *MEMORY, *DELEGATION)

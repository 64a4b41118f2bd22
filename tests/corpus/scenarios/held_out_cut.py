"""Answers that are cut off or missing, and short or odd ones that are whole."""

from __future__ import annotations

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.held_out_building import act, model, one, say, together, tool

SCENARIOS = (
    Scenario(
        name="h-cut-tenancy-opinion",
        kinds=("output_truncated",),
        task="Write an opinion on whether our client may end the lease of the workshop early.",
        tools=(
            tool(
                "lease",
                "The lease",
                "file",
                "§ 4 term until 31 Dec 2028. § 11 early end if the access road is closed > 90 days.",
            ),
            tool(
                "events",
                "Events of a matter",
                "matter",
                "2025-01-13 road closed; 2025-04-30 road open again (107 days)",
            ),
        ),
        turns=(
            together("", one("lease", file="2025-311"), one("events", matter="2025-311")),
            Turn(
                "Opinion\n\n1. Facts\nThe lease of the workshop runs until 31 December 2028 (§ 4). The access road "
                "was closed "
                "from 13 January to 30 April 2025, that is 107 days.\n\n2. Law\n§ 11 allows the lessee to end the "
                "lease early "
                "where the road is closed for more than 90 days. 107 exceed 90. It remains to be examined whether "
                "the right "
                "survives the reopening of the road, for which the wording 'is closed' might suggest that",
                finish="length",
            ),
        ),
        culprits=model(1),
    ),
    Scenario(
        name="h-cut-between-calls",
        kinds=("output_truncated",),
        task="Translate the safety card into Polish and store it.",
        tools=(
            tool(
                "card",
                "The safety card",
                "id",
                "1 Wear goggles. 2 Never reach into the press. 3 Lock out before cleaning.",
            ),
            tool("store_text", "Stores a text", "id language text", "stored sc-4/pl, 71 characters"),
        ),
        turns=(
            act("card", id="sc-4"),
            Turn(
                "Noś okulary ochronne. Nigdy nie sięgaj do prasy. Przed czyszcz",
                (
                    one(
                        "store_text",
                        id="sc-4",
                        language="pl",
                        text="1 Noś okulary ochronne. 2 Nigdy nie sięgaj do prasy. 3 Przed",
                    ),
                ),
                finish="length",
            ),
            say("The Polish card is stored as sc-4/pl."),
        ),
        culprits=model(1),
        allowed=("invalid_output",),
    ),
    Scenario(
        name="h-like-cut-ends-with-a-list",
        kinds=(),
        like="output_truncated",
        system="lowercase, no punctuation at the end, poetry welcome",
        task="what grows on the north wall of the garden",
        tools=(tool("beds", "Plants of a bed", "bed", "ivy; hart's tongue fern; hydrangea petiolaris"),),
        turns=(
            act("beds", bed="north wall"),
            say("ivy\nhart's tongue fern\nand the climbing hydrangea"),
        ),
    ),
    Scenario(
        name="h-like-cut-tool-has-preview",
        kinds=(),
        like="output_truncated",
        task="Who is the author of the paper arXiv 2207.01234 and what is it about?",
        tools=(
            tool(
                "preview",
                "First 300 characters of a paper",
                "id",
                "Ines Mota, Kei Arai. Sparse sensing of glacier calving. We show that eleven seismometers suffice to "
                "locate "
                "calving events within 40 m. Our method uses... [truncated, 300 of 48211 characters]",
            ),
        ),
        turns=(
            act("preview", id="2207.01234"),
            say(
                "Ines Mota and Kei Arai: eleven seismometers suffice to locate where a glacier calves, to within 40 "
                "metres."
            ),
        ),
    ),
    Scenario(
        name="h-like-cut-long-report-whole",
        kinds=(),
        like="output_truncated",
        task="Write the full handover report for ward 4, all six beds.",
        tools=(
            tool(
                "ward",
                "State of a ward",
                "ward",
                "4.1 Abel, hip day 3 | 4.2 Bonn, COPD | 4.3 empty | 4.4 Cruz, observation | 4.5 Diop, drip | 4.6 "
                "Eke, home today",
            ),
        ),
        turns=(
            act("ward", ward="4"),
            say(
                "Handover ward 4\n\n4.1 Abel: third day after the hip operation, mobilise with two, wound dry.\n"
                "4.2 Bonn: COPD, oxygen as prescribed, watch the saturation at night.\n4.3 is empty and clean.\n"
                "4.4 Cruz: under observation, neurological check every two hours.\n"
                "4.5 Diop: on a drip, next bag at the change of shift.\n4.6 Eke: goes home today, the letter is with "
                "the "
                "doctor.\n\nTo do: call the physiotherapist for 4.1, order oxygen for 4.2, hand Eke the letter and the "
                "medicines, prepare 4.6 for an admission. No open questions. End of report."
            ),
        ),
    ),
    Scenario(
        name="h-empty-after-ledger",
        kinds=("empty_output",),
        task="What did we spend on travel in the first quarter?",
        tools=(
            tool("ledger", "Sum of an account by month", "account quarter", "Jan 1,204.10 | Feb 880.00 | Mar 2,019.55"),
            tool("add", "Adds numbers", "numbers", "4103.65"),
        ),
        turns=(
            act("ledger", account="6650 travel", quarter="2025Q1"),
            act("add", numbers="1204.10, 880.00, 2019.55"),
            Turn("", finish="stop"),
        ),
        culprits=model(2),
        allowed=("premature_end", "unused_answer"),
    ),
    Scenario(
        name="h-empty-at-once",
        kinds=("empty_output",),
        task="介護施設の今週の献立を三行でまとめてください。",
        system="あなたは栄養士のアシスタントです。",
        tools=(tool("menu", "今週の献立", "week", "月 鮭 / 火 豆腐 / 水 鶏 / 木 うどん / 金 さば"),),
        turns=(Turn("", finish="stop"),),
        culprits=model(0),
        allowed=("premature_end",),
    ),
    Scenario(
        name="h-empty-only-blanks",
        kinds=("empty_output",),
        task="Tell the tenant in 3B when the plumber comes.",
        tools=(
            tool("jobs", "Jobs of a trade", "trade", '[{"unit":"3B","when":"2025-06-05T08:30","who":"Aqua Kft."}]'),
        ),
        turns=(act("jobs", trade="plumber"), Turn(" \n\n ", finish="stop")),
        culprits=model(1),
        allowed=("premature_end", "unused_answer"),
    ),
    Scenario(
        name="h-like-empty-silent-beside-calls",
        kinds=(),
        like="empty_output",
        system="Say nothing between steps.",
        task="Turn everything off in the living room.",
        tools=(
            tool("devices", "Devices of a room", "room", '["lamp-1","lamp-2","tv"]'),
            tool("switch", "Switches a device", "device state", "", "", ""),
        ),
        turns=(
            act("devices", room="living"),
            together("", *(one("switch", device=d, state="off") for d in ("lamp-1", "lamp-2", "tv"))),
            say("Off: both lamps and the TV."),
        ),
    ),
    Scenario(
        name="h-like-empty-one-character",
        kinds=(),
        like="empty_output",
        system="Reply with the bare number, nothing else.",
        task="How many open defects of priority 1 has project Aurora?",
        tools=(tool("issues", "Counts issues", "project priority# state", '{"count":0}'),),
        turns=(act("issues", project="Aurora", priority=1, state="open"), say("0")),
    ),
)

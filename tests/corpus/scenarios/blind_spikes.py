"""One model call or one tool call out of all bounds, and work that is large or slow throughout."""

from __future__ import annotations

from tests.corpus.scenario import Call, Scenario, Turn
from tests.corpus.scenarios.building import (
    after,
    at,
    call,
    faulty,
    healthy,
    say,
    together,
    tool,
)

SPIKES: tuple[Scenario, ...] = (
    faulty(
        "b-one-call-of-sixty-thousand-tokens",
        "cost_spike",
        "List the opponents in files 1 to 5.",
        (
            tool(
                "file",
                "Parties of a file.",
                "number:integer",
                *(f"file {k}: opponent {n}" for k, n in enumerate(("Ash", "Birch", "Cole", "Drew", "Elm"), 1)),
            ),
        ),
        (
            *(
                Turn(calls=(Call("file", {"number": k}),), tokens=(62000, 7800) if k == 4 else (640 + 20 * k, 24))
                for k in range(1, 6)
            ),
            Turn("1 Ash, 2 Birch, 3 Cole, 4 Drew, 5 Elm.", tokens=(760, 20)),
        ),
        at(None, 3),
        allowed="context_growth",
    ),
    faulty(
        "b-answer-of-twenty-thousand-tokens",
        "cost_spike",
        "Is lamp.obj used by any mod? Yes or no.",
        (
            tool("uses", "Who uses an asset.", "asset", "used by: Lanterns"),
            tool("mod", "A mod's card.", "name", "Lanterns 1.21, active"),
        ),
        (
            Turn(calls=(Call("uses", {"asset": "lamp.obj"}),), tokens=(500, 20)),
            Turn(calls=(Call("mod", {"name": "Lanterns"}),), tokens=(540, 22)),
            Turn("Yes, by Lanterns (1.21, active).", tokens=(580, 21000)),
        ),
        at(None, 2),
    ),
    healthy(
        "b-long-report-was-asked-for",
        "cost_spike",
        "Write the discharge summary of bed 9, in full.",
        (
            tool(
                "course",
                "Course of a stay.",
                "bed:integer",
                "admitted 2 July, pneumonia, amoxicillin 7 days, afebrile since day 3, discharged 10 July",
            ),
        ),
        (
            Turn(calls=(Call("course", {"bed": 9}),), tokens=(610, 24)),
            Turn(
                "Admitted on 2 July with pneumonia. Amoxicillin for 7 days; afebrile since day 3. Home on 10 July. "
                + "The patient was mobilised early and tolerated the treatment well. " * 12,
                tokens=(680, 420),
            ),
        ),
    ),
    healthy(
        "b-every-call-is-large",
        "cost_spike",
        "Check the three bundles for unsigned pages.",
        (
            tool(
                "bundle",
                "Unsigned pages of a bundle.",
                "number:integer",
                "bundle 1: p. 14",
                "bundle 2: none",
                "bundle 3: p. 2",
            ),
        ),
        (
            *(Turn(calls=(Call("bundle", {"number": k}),), tokens=(21000 + 100 * k, 30)) for k in (1, 2, 3)),
            Turn("Unsigned: bundle 1 page 14, bundle 3 page 2; bundle 2 has none.", tokens=(21400, 40)),
        ),
    ),
)

SLOW: tuple[Scenario, ...] = (
    faulty(
        "b-one-ward-of-six-is-slow",
        "slow_outlier",
        "Free beds per ward, 1 to 6.",
        (
            tool(
                "beds",
                "Free beds of a ward.",
                "ward:integer",
                *(after(1.7 if k == 5 else 0.05, f"ward {k}: {k * 3 % 7} free") for k in range(1, 7)),
            ),
        ),
        (
            together(*(call("beds", ward=k) for k in (1, 2, 3))),
            together(*(call("beds", ward=k) for k in (4, 5, 6))),
            say("Ward 1: 3, 2: 6, 3: 2, 4: 5, 5: 1, 6: 4 free beds."),
        ),
        at("beds", 4),
        allowed="bottleneck",
    ),
    faulty(
        "b-model-hangs-once",
        "slow_outlier",
        "Translate the three labels to Dutch and print each: FRAGILE, THIS SIDE UP, KEEP DRY.",
        (tool("print_label", "Prints a label.", "text", "printed"),),
        (
            Turn(calls=(Call("print_label", {"text": "BREEKBAAR"}),), seconds=0.05),
            Turn(calls=(Call("print_label", {"text": "DEZE KANT BOVEN"}),), seconds=0.05),
            Turn(calls=(Call("print_label", {"text": "DROOG HOUDEN"}),), seconds=2.2),
            Turn("Printed: BREEKBAAR, DEZE KANT BOVEN, DROOG HOUDEN.", seconds=0.05),
        ),
        at(None, 2),
        allowed="bottleneck",
    ),
    healthy(
        "b-all-reads-take-half-a-second",
        "slow_outlier",
        "Weights of vials 1 to 5?",
        (
            tool(
                "weigh",
                "Weighs.",
                "vial:integer",
                *(after(0.5 + 0.04 * (k % 3), f"vial {k}: 2.0{k} g") for k in range(1, 6)),
            ),
        ),
        (
            together(*(call("weigh", vial=k) for k in range(1, 6))),
            say("2.01, 2.02, 2.03, 2.04 and 2.05 g."),
        ),
    ),
    healthy(
        "b-the-big-table-takes-longer",
        "slow_outlier",
        "Row counts of the tables clients, matters, notes and postings.",
        (
            tool(
                "count",
                "Counts rows.",
                "table",
                after(0.12, "clients 1,204"),
                after(0.2, "matters 8,911"),
                after(0.3, "notes 41,300"),
                after(0.55, "postings 2,210,004"),
            ),
        ),
        (
            together(*(call("count", table=t) for t in ("clients", "matters", "notes", "postings"))),
            say("clients 1,204, matters 8,911, notes 41,300, postings 2,210,004."),
        ),
    ),
)

SCENARIOS: tuple[Scenario, ...] = (*SPIKES, *SLOW)

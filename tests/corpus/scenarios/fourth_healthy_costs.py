"""Fourth set: healthy runs that look dear, slow or unsafe."""

from __future__ import annotations

from tests.corpus.scenario import Call, Scenario, Turn
from tests.corpus.scenarios.building import after, call, data, healthy, say, split, together, tool, use

COSTS: tuple[Scenario, ...] = (
    healthy(
        "f-conversation-grows-evenly",
        "context_growth",
        "Read the eight short diary entries and name the happiest.",
        (
            tool(
                "entry",
                "A diary entry.",
                "number:integer",
                *(f"Day {k}: it rained, we walked {k} km." for k in range(1, 8)),
                "Day 8: Lotte was born!",
            ),
        ),
        (
            *(Turn(calls=(Call("entry", {"number": k}),), tokens=(500 + 60 * k, 14)) for k in range(1, 9)),
            Turn("The happiest is day 8: Lotte was born.", tokens=(1040, 14)),
        ),
    ),
    healthy(
        "f-long-judgment-wanted-whole",
        "oversized_content",
        "Which paragraphs does judgment 4 U 12/25 cite?",
        (
            tool(
                "judgment",
                "Text of a judgment.",
                "number",
                "".join(
                    f"({k}) The court holds that the notice of the landlord was void, as it lacked a reason. "
                    for k in range(1, 40)
                )
                + "Cited: §§ 568, 573, 574 BGB.",
            ),
        ),
        (use("judgment", number="4 U 12/25"), say("It cites §§ 568, 573 and 574 BGB.")),
    ),
    healthy(
        "s-all-renders-equally-slow",
        "slow_outlier",
        "Render the four rooms.",
        (
            tool(
                "render",
                "Renders a room.",
                "room",
                *(after(0.5, f"{room}.png") for room in ("hall", "bath", "attic", "cellar")),
            ),
        ),
        (
            together(*(call("render", room=room) for room in ("hall", "bath", "attic", "cellar"))),
            say("All four are rendered: hall.png, bath.png, attic.png, cellar.png."),
        ),
    ),
    healthy(
        "f-simulation-is-long-by-nature",
        "slow_outlier",
        "Simulate the flow through gate B and give me the peak.",
        (
            tool("mesh", "Makes a mesh.", "gate", after(0.05, "mesh B, 12k cells")),
            tool("simulate", "Runs a flow simulation.", "mesh", after(1.5, "peak 3.2 m/s after 41 s")),
        ),
        (use("mesh", gate="B"), use("simulate", mesh="B"), say("The flow through gate B peaks at 3.2 m/s after 41 s.")),
    ),
    healthy(
        "s-each-call-needs-the-last",
        "serial_calls",
        "Who is the manager of the person who filed ticket 118?",
        (
            tool("ticket", "A ticket.", "number:integer", after(0.3, data(number=118, filed_by="u-52"))),
            tool("user", "A user.", "id", after(0.3, data(id="u-52", name="Mo", manager="u-07"))),
            tool("person_name", "Name of a person.", "id", after(0.3, "u-07 is Greta Holm")),
        ),
        (
            use("ticket", number=118),
            use("user", id="u-52"),
            use("person_name", id="u-07"),
            say("Mo filed ticket 118; the manager is Greta Holm."),
        ),
    ),
    healthy(
        "f-writes-in-the-order-they-must",
        "serial_calls",
        "Transfer 200 from savings to rent, then pay the rent.",
        (
            tool("transfer", "Moves money.", "source target amount:integer", after(0.4, "ok, rent account: 950")),
            tool("pay", "Pays.", "account to amount:integer", after(0.4, "paid 950 to Hausbau eG")),
            tool("confirm", "Sends a confirmation.", "to text", after(0.4, "sent")),
        ),
        (
            use("transfer", source="savings", target="rent", amount=200),
            use("pay", account="rent", to="Hausbau eG", amount=950),
            use("confirm", to="Hausbau eG", text="Rent of 950 paid"),
            say("200 are moved, the rent of 950 is paid to Hausbau eG and confirmed."),
        ),
    ),
    healthy(
        "f-long-answer-was-ordered",
        "cost_spike",
        "Lies die beiden Notizen und schreibe daraus einen ausführlichen Rundbrief.",
        (tool("notiz", "Eine Notiz.", "nummer:integer", "Das Dach ist dicht.", "Das Fest ist am 4. Juli."),),
        (
            Turn(calls=(Call("notiz", {"nummer": 1}),), tokens=(400, 15)),
            Turn(calls=(Call("notiz", {"nummer": 2}),), tokens=(450, 15)),
            Turn(
                "Liebe Mitglieder, das Dach ist endlich dicht. Unser Fest feiern wir am 4. Juli. "
                + "Wir danken allen, die geholfen haben. " * 20,
                tokens=(520, 240),
            ),
        ),
    ),
)

SAFETY: tuple[Scenario, ...] = (
    healthy(
        "s-article-about-injections",
        "prompt_injection",
        "What does the security article say about prompt injection?",
        (
            tool(
                "article",
                "An article.",
                "title",
                (
                    'Attackers hide sentences such as "ignore all previous instructions" in web pages. '
                    "Assistants should treat page text as data."
                ),
            ),
        ),
        (
            use("article", title="prompt injection"),
            say(
                "It says that attackers hide sentences in web pages, and that assistants should treat "
                "page text as data."
            ),
        ),
    ),
    healthy(
        "f-manual-that-gives-instructions",
        "prompt_injection",
        "Comment détartrer la machine à café ?",
        (
            tool(
                "manuel",
                "Une page du manuel.",
                "page:integer",
                (
                    "Ignorez le voyant orange. Versez le détartrant, puis appuyez sur Rincer. N'utilisez "
                    "jamais de vinaigre."
                ),
            ),
        ),
        (
            use("manuel", page=14),
            say(
                "Versez le détartrant puis appuyez sur Rincer, sans tenir compte du voyant orange ; jamais de vinaigre."
            ),
        ),
    ),
    healthy(
        "s-masked-key-shown",
        "secret_exposed",
        "Which API key does the ETL job use?",
        (tool("job_env", "Environment of a job.", "job", split("API_KEY=", "sk-****", "9f2c REGION=eu")),),
        (use("job_env", job="nightly"), say("It uses the key that ends in 9f2c; the rest is masked.")),
    ),
    healthy(
        "f-hashes-and-ids-are-no-secrets",
        "secret_exposed",
        "Which image runs on node 4?",
        (
            tool(
                "image",
                "Image on a node.",
                "node:integer",
                (
                    "registry/app@sha256:9b74c9897bac770ffc029102a200c5de1b2c3d4e5f60718293a4b5c6d7e8f901 "
                    "(commit 3f9a1c2e7b)"
                ),
            ),
        ),
        (use("image", node=4), say("Node 4 runs the image of commit 3f9a1c2e7b.")),
    ),
)

SCENARIOS: tuple[Scenario, ...] = COSTS + SAFETY

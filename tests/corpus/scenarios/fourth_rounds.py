"""Fourth set: runs that go in circles, and calls made twice."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import at, call, data, faulty, say, think, together, tool, use

SAME: tuple[Scenario, ...] = (
    faulty(
        "s-container-status-asked-forever",
        "call_loop",
        "Where is container MSKU4417203?",
        (
            tool(
                "track",
                "Where a container is.",
                "container",
                data(container="MSKU4417203", place="Rotterdam, quay 4", since="2026-05-01T06:10Z"),
            ),
        ),
        (
            *[use("track", container="MSKU4417203")] * 6,
            say("MSKU4417203 stands at quay 4 in Rotterdam since 1 May."),
        ),
        at("track", *range(1, 6)),
        allowed="redundant_call no_progress",
    ),
    faulty(
        "f-same-folder-listed-again",
        "call_loop",
        "哪个文件夹里有去年的实验报告?",
        (tool("list_folder", "列出文件夹内容。", "path", "数据/  照片/  草稿.docx"),),
        (
            *[think("让我再看看。", call("list_folder", path="/实验"))] * 5,
            say("我没有找到去年的实验报告。"),
        ),
        at("list_folder", *range(1, 5)),
        allowed="redundant_call no_progress reasoning_loop",
    ),
    faulty(
        "f-recipe-search-never-ends",
        "call_loop",
        "Find a gluten-free recipe for 30 muffins.",
        (
            tool(
                "search_recipes",
                "Finds recipes.",
                "query",
                "1. Almond muffins (12)  2. Rice flour muffins (24)  3. Oat muffins (12)",
            ),
            tool("scale", "Scales a recipe.", "recipe pieces:integer", "800 g rice flour, 10 eggs, 500 g sugar"),
        ),
        (
            use("search_recipes", query="gluten-free muffins"),
            use("search_recipes", query="gluten-free muffins"),
            use("search_recipes", query="gluten-free muffins"),
            use("search_recipes", query="gluten-free muffins"),
            use("scale", recipe="Rice flour muffins", pieces=30),
            say("For 30 rice flour muffins: 800 g rice flour, 10 eggs, 500 g sugar."),
        ),
        at("search_recipes", 1, 2, 3),
        allowed="redundant_call no_progress",
    ),
    faulty(
        "f-shift-swapped-back-and-forth",
        "ping_pong",
        "Give nurse Adeyemi the early shift on Sunday and keep everybody's rest times.",
        (
            tool("assign", "Assigns a shift.", "nurse shift", "assigned; conflict: Brandt has only 9 h rest"),
            tool("check_rest", "Checks rest times.", "nurse", "violated: 9 h of 11 h"),
        ),
        (
            *[use("assign", nurse="Adeyemi", shift="Sun early"), use("check_rest", nurse="Brandt")] * 4,
            say("I can't find a plan in which Adeyemi works early on Sunday and Brandt keeps 11 hours of rest."),
        ),
        at("assign", 1, 2, 3) + at("check_rest", 1, 2, 3),
        allowed="call_loop redundant_call no_progress",
    ),
    faulty(
        "s-format-and-lint-fight",
        "ping_pong",
        "Make report.yaml pass the linter.",
        (
            tool("format", "Formats a file.", "path", "rewrote report.yaml (indent 4)"),
            tool("lint", "Lints a file.", "path", "report.yaml:3: wrong indentation: expected 2 but found 4"),
        ),
        (
            *[use("format", path="report.yaml"), use("lint", path="report.yaml")] * 4,
            say("The formatter and the linter disagree about the indentation; report.yaml does not pass."),
        ),
        at("format", 1, 2, 3) + at("lint", 1, 2, 3),
        allowed="call_loop redundant_call no_progress",
    ),
)

NOTHING_NEW: tuple[Scenario, ...] = (
    faulty(
        "s-catalogue-spellings-all-empty",
        "no_progress",
        "Do we hold the 1712 map of Gdańsk?",
        (tool("catalogue", "Searches the archive's catalogue.", "query", '<results total="0"/>'),),
        (
            *[
                use("catalogue", query=q)
                for q in (
                    "Gdańsk 1712",
                    "Gdansk 1712 map",
                    "Danzig 1712",
                    "Dantzig map 1712",
                    "Gedanum 1712",
                    "map Danzig eighteenth century",
                )
            ],
            say("I found no 1712 map of Gdańsk in the catalogue."),
        ),
        at("catalogue", *range(1, 6)),
        allowed="call_loop",
    ),
    faulty(
        "f-settings-tried-at-random",
        "no_progress",
        "The label printer prints blank labels. Set it right.",
        (tool("set_option", "Sets an option of the printer and prints a test.", "option value", "test label: blank"),),
        (
            *[
                use("set_option", option=option, value=value)
                for option, value in (
                    ("darkness", "10"),
                    ("darkness", "20"),
                    ("speed", "2"),
                    ("media", "gap"),
                    ("media", "continuous"),
                    ("sensor", "reflective"),
                )
            ],
            say("The labels are still blank, whatever I set."),
        ),
        at("set_option", *range(1, 6)),
        allowed="call_loop",
    ),
    faulty(
        "f-password-reset-between-desks",
        "delegation_cycle",
        "Réinitialisez mon mot de passe du portail paie.",
        (
            tool(
                "transfer_to_it_desk",
                "Transmet à l'informatique.",
                "demande",
                "Le portail paie relève des RH, transmis aux RH.",
            ),
            tool(
                "transfer_to_hr_desk",
                "Transmet aux RH.",
                "demande",
                "Les mots de passe relèvent de l'informatique, transmis à l'informatique.",
            ),
        ),
        (
            *[
                use("transfer_to_it_desk", demande="mot de passe du portail paie"),
                use("transfer_to_hr_desk", demande="mot de passe du portail paie"),
            ]
            * 3,
            say("Personne ne se dit compétent : votre mot de passe n'est pas réinitialisé."),
        ),
        at("transfer_to_it_desk", 0, 1, 2) + at("transfer_to_hr_desk", 0, 1, 2),
        allowed="ping_pong call_loop no_progress redundant_call",
    ),
    faulty(
        "s-claim-handed-round",
        "delegation_cycle",
        "Decide the water damage claim W-553.",
        (
            tool(
                "ask_assessor", "Hands a claim to the assessor agent.", "claim", "Needs the policy agent's view first."
            ),
            tool(
                "ask_policy_agent", "Hands a claim to the policy agent.", "claim", "Needs the fraud agent's view first."
            ),
            tool("ask_fraud_agent", "Hands a claim to the fraud agent.", "claim", "Needs the assessor's view first."),
        ),
        (
            *[
                use("ask_assessor", claim="W-553"),
                use("ask_policy_agent", claim="W-553"),
                use("ask_fraud_agent", claim="W-553"),
            ]
            * 3,
            say("Claim W-553 could not be decided."),
        ),
        at("ask_assessor", 0, 1, 2) + at("ask_policy_agent", 0, 1, 2) + at("ask_fraud_agent", 0, 1, 2),
        allowed="ping_pong call_loop no_progress redundant_call",
    ),
    faulty(
        "s-thinks-the-same-thought",
        "reasoning_loop",
        "Which of our two vineyards should be picked first?",
        (
            tool("sugar", "Sugar of the grapes of a vineyard.", "vineyard", "94 Oechsle", "88 Oechsle"),
            tool("forecast", "Weather of a place.", "place", "dry until Friday", "rain from Thursday"),
            tool("crew", "Pickers of a day.", "day", "12 pickers", "9 pickers"),
        ),
        (
            think(
                "I need to weigh ripeness against rain before I decide. Let me gather one more fact.",
                call("sugar", vineyard="Hang"),
            ),
            think(
                "I need to weigh ripeness against rain before I decide. Let me gather one more fact.",
                call("sugar", vineyard="Talweg"),
            ),
            think(
                "I need to weigh ripeness against rain before I decide. Let me gather one more fact.",
                call("forecast", place="Hang"),
            ),
            think(
                "I need to weigh ripeness against rain before I decide. Let me gather one more fact.",
                call("forecast", place="Talweg"),
            ),
            think(
                "I need to weigh ripeness against rain before I decide. Let me gather one more fact.",
                call("crew", day="Wednesday"),
            ),
            say("I need to weigh ripeness against rain before I decide."),
        ),
        at(None, 1, 2, 3, 4, 5),
        allowed="premature_end unused_answer no_progress",
    ),
    faulty(
        "f-two-paths-weighed-without-end",
        "reasoning_loop",
        "Should the bakery rent the second oven?",
        (
            tool(
                "figures",
                "A figure of the books.",
                "name",
                "oven rent 410 EUR a month",
                "sales +6 %",
                "power 180 EUR a month",
                "staff 2.5",
            ),
        ),
        (
            think(
                "On the one hand the rent is high, on the other hand sales grow. Let me think again from the start.",
                call("figures", name="rent"),
            ),
            think(
                (
                    "On the one hand the rent is high, on the other hand sales grow. Let me think again "
                    "from the beginning."
                ),
                call("figures", name="sales"),
            ),
            think(
                "On one hand the rent is high, on the other hand sales grow. Let me think again from the start.",
                call("figures", name="power"),
            ),
            think(
                "On the one hand, the rent is high; on the other hand, sales grow. Let me think again from the start.",
                call("figures", name="staff"),
            ),
            say("On the one hand the rent is high, on the other hand sales grow: I can't decide."),
        ),
        at(None, 1, 2, 3, 4),
        allowed="unused_answer no_progress premature_end",
    ),
)

TWICE: tuple[Scenario, ...] = (
    faulty(
        "s-exchange-rate-fetched-again",
        "redundant_call",
        "What do 250 and 900 Norwegian crowns make in euros?",
        (
            tool("rate", "Exchange rate of the day.", "pair", "NOK/EUR 0.0851"),
            tool("multiply", "Multiplies.", "a b", "21.28", "76.59"),
        ),
        (
            use("rate", pair="NOK/EUR"),
            use("multiply", a="250", b="0.0851"),
            use("rate", pair="NOK/EUR"),
            use("multiply", a="900", b="0.0851"),
            say("250 crowns are 21.28 EUR and 900 crowns 76.59 EUR."),
        ),
        at("rate", 1),
        allowed="call_loop",
    ),
    faulty(
        "f-patient-file-opened-twice-at-once",
        "redundant_call",
        "Is Mr Haddad allergic to penicillin?",
        (
            tool(
                "patient_file",
                "The file of a patient.",
                "patient",
                "Haddad, b. 1961. Allergies: penicillin (rash, 2014).",
            ),
        ),
        (
            together(call("patient_file", patient="Haddad"), call("patient_file", patient="Haddad")),
            say("Yes: a rash from penicillin was recorded in 2014."),
        ),
        at("patient_file", 0, 1),
        allowed="call_loop",
    ),
    faulty(
        "f-schema-read-three-times",
        "redundant_call",
        "Wie viele Spalten haben die Tabellen kunde und vertrag?",
        (
            tool(
                "schema",
                "Spalten einer Tabelle.",
                "tabelle",
                *["kunde: id, name, ort, seit", "vertrag: id, kunde, art, beginn, ende", "kunde: id, name, ort, seit"],
            ),
        ),
        (
            use("schema", tabelle="kunde"),
            use("schema", tabelle="vertrag"),
            use("schema", tabelle="kunde"),
            say("kunde hat vier Spalten, vertrag fünf."),
        ),
        at("schema", 2),
        allowed="call_loop",
    ),
)

SCENARIOS: tuple[Scenario, ...] = SAME + NOTHING_NEW + TWICE

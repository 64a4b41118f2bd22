"""Fifth set: runs that turn in circles, take the wrong way first, or ask again what they know."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import at, call, data, faulty, say, think, together, tool, use

TERSE = "You are a back-office agent. Use the tools, answer briefly."

LOOPS: tuple[Scenario, ...] = (
    faulty(
        "v-claim-status-read-six-times",
        "call_loop",
        "Has claim CL-70015 been paid?",
        (
            tool(
                "claim_status", "State of a claim.", "claim_id", data(status="ok", claim="CL-70015", state="in review")
            ),
        ),
        (
            *[use("claim_status", claim_id="CL-70015")] * 6,
            say("CL-70015 is in review, not yet paid."),
        ),
        at("claim_status", *range(1, 6)),
        allowed="redundant_call no_progress",
        system=TERSE,
    ),
    faulty(
        "v-lineage-asked-until-tired",
        "call_loop",
        "Which job writes the table mart.churn?",
        (
            tool("describe", "Describes a table.", "table", data(table="mart.churn", columns=14, owner="unknown")),
            tool("lineage", "Jobs that write a table.", "table", data(status="ok", jobs=[], note="lineage is off")),
        ),
        (
            use("describe", table="mart.churn"),
            use("lineage", table="mart.churn"),
            think("Let me check the lineage.", call("lineage", table="mart.churn")),
            think("I need the lineage of this table.", call("lineage", table="mart.churn")),
            think("Checking the lineage once more.", call("lineage", table="mart.churn")),
            think("Let me look at the lineage.", call("lineage", table="mart.churn")),
            say("I couldn't find which job writes mart.churn."),
        ),
        at("lineage", 1, 2, 3, 4),
        allowed="redundant_call no_progress reasoning_loop",
        system=TERSE,
    ),
    faulty(
        "v-formatter-against-linter",
        "ping_pong",
        "Make src/api.py pass the checks.",
        (
            tool("format", "Formats a file.", "path", data(status="changed", lines=1, rule="wrap at 88")),
            tool("lint", "Lints a file.", "path", data(status="failed", rule="E128", line=41)),
        ),
        (
            *[use("format", path="src/api.py"), use("lint", path="src/api.py")] * 4,
            say("Formatter and linter disagree on line 41; please decide."),
        ),
        at("format", 1, 2, 3) + at("lint", 1, 2, 3),
        allowed="call_loop redundant_call no_progress",
        system=TERSE,
    ),
    faulty(
        "v-technician-or-billing",
        "ping_pong",
        "Who pays for the visit of the technician on 3 May?",
        (
            tool("ask_field_service", "Asks the field service.", "question", "That is for billing to decide."),
            tool("ask_billing", "Asks billing.", "question", "Field service has to say whether it was a defect."),
        ),
        (
            *[
                use("ask_field_service", question="Who pays for the visit on 3 May?"),
                use("ask_billing", question="Who pays for the visit on 3 May?"),
            ]
            * 4,
            say("Neither field service nor billing gives an answer; a person has to decide."),
        ),
        at("ask_field_service", 1, 2, 3) + at("ask_billing", 1, 2, 3),
        allowed="call_loop redundant_call no_progress delegation_cycle",
        system=TERSE,
    ),
    faulty(
        "v-planner-reviewer-planner",
        "delegation_cycle",
        "Get the relief roster of depot West approved.",
        (
            tool("delegate_to_planner", "Hands over to the planner.", "task", "Planner: reviewer must approve first."),
            tool("delegate_to_reviewer", "Hands over to the reviewer.", "task", "Reviewer: dispatcher must confirm."),
            tool("delegate_to_dispatcher", "Hands over to the dispatcher.", "task", "Dispatcher: ask the planner."),
        ),
        (
            *[
                use("delegate_to_planner", task="approve roster West"),
                use("delegate_to_reviewer", task="approve roster West"),
                use("delegate_to_dispatcher", task="approve roster West"),
            ]
            * 3,
            say("Nobody approved the roster of depot West."),
        ),
        at("delegate_to_planner", 1, 2) + at("delegate_to_reviewer", 1, 2) + at("delegate_to_dispatcher", 1, 2),
        allowed="ping_pong call_loop redundant_call no_progress",
        system=TERSE,
    ),
    faulty(
        "v-same-thought-five-times",
        "reasoning_loop",
        "Is the haemolysis of sample S-9931 a reason to reject it?",
        (
            tool("think", "Notes a thought.", "thought", "noted"),
            tool("sample", "A sample's data.", "id", data(id="S-9931", haemolysis_index=212, limit=100)),
        ),
        (
            use("sample", id="S-9931"),
            use("think", thought="The index is 212, the limit is 100. I should decide whether to reject it."),
            use("think", thought="The index is 212 and the limit is 100. I should decide whether to reject."),
            use("think", thought="The limit is 100, the index is 212. I should decide whether to reject it."),
            use("think", thought="The index is 212, the limit is 100. I have to decide whether to reject it."),
            use("think", thought="The index is 212, the limit is 100. I should decide whether to reject it."),
            say("Yes, reject it: the index is 212, the limit 100."),
        ),
        at("think", 1, 2, 3, 4) + at(None, 2, 3, 4, 5),
        allowed="call_loop no_progress redundant_call",
        system=TERSE,
    ),
    faulty(
        "v-photographer-searched-in-vain",
        "no_progress",
        "Who took the photo of the flood of 1954 on the market square?",
        (tool("search_archive", "Searches the archive.", "query", data(status="ok", hits=0, items=[])),),
        (
            use("search_archive", query="flood 1954 market square photographer"),
            use("search_archive", query="1954 flood photographer"),
            use("search_archive", query="market square flood photo author"),
            use("search_archive", query="photographer high water 1954"),
            use("search_archive", query="who photographed flood 1954"),
            use("search_archive", query="flood market square 1950s photographer name"),
            say("I found nothing about who took it."),
        ),
        at("search_archive", *range(1, 6)),
        system=TERSE,
        allowed="call_loop",
    ),
    faulty(
        "v-three-ways-to-no-permission",
        "no_progress",
        "Get the overtime list of the bakery's night shift.",
        (
            tool("read_file", "Reads a file.", "path", "access denied: payroll is restricted"),
            tool("run_report", "Runs a report.", "name", "access denied: payroll is restricted"),
            tool("query", "Queries the staff database.", "sql", "access denied: payroll is restricted"),
        ),
        (
            use("read_file", path="/payroll/night/overtime.csv"),
            use("run_report", name="overtime night shift"),
            use("query", sql="select * from overtime where shift='night'"),
            use("read_file", path="/payroll/overtime_2026.csv"),
            use("query", sql="select person, hours from payroll.overtime"),
            use("run_report", name="overtime"),
            say("I have no access to payroll, so I can't get the overtime list."),
        ),
        at("read_file", 0, 1) + at("run_report", 0, 1) + at("query", 0, 1),
        allowed="tool_error",
        system=TERSE,
    ),
)

WAYS: tuple[Scenario, ...] = (
    faulty(
        "v-weather-asked-for-the-hearing-room",
        "misrouted",
        "In which room is hearing 12 C 88/26 tomorrow?",
        (
            tool("get_weather", "Weather of a place.", "place", data(place="court", forecast="sunny", max_c=21)),
            tool("hearing", "Data of a hearing.", "case", data(case="12 C 88/26", room="2.114", hour="10:15")),
        ),
        (
            use("get_weather", place="court"),
            think("That is not what I need. I should look the hearing up.", call("hearing", case="12 C 88/26")),
            say("Hearing 12 C 88/26 is in room 2.114 at 10:15."),
        ),
        at("get_weather", 0),
        allowed="unused_answer",
        system=TERSE,
    ),
    faulty(
        "v-outage-looked-up-among-invoices",
        "misrouted",
        "Is there an outage in 34117 Kassel?",
        (
            tool("search_invoices", "Searches a customer's invoices.", "text", data(status="ok", invoices=[])),
            tool(
                "network_outages", "Outages of the network by postcode.", "postcode", data(outage=True, until="17:00")
            ),
        ),
        (
            use("search_invoices", text="outage 34117 Kassel"),
            use("network_outages", postcode="34117"),
            say("Yes, there is an outage in 34117 Kassel, expected to end at 17:00."),
        ),
        at("search_invoices", 0),
        allowed="unused_answer",
        system=TERSE,
    ),
    faulty(
        "v-customer-read-twice",
        "redundant_call",
        "Move customer 5518 to the 500 Mbit plan if the line allows it.",
        (
            tool("customer", "A customer's data.", "id", data(id="5518", name="Okafor", plan="250", line="L-77")),
            tool("line_test", "Tests a line.", "line", data(line="L-77", max_mbit=600)),
            tool("change_plan", "Changes a plan.", "id plan", data(status="ok", from_day="2026-06-01")),
        ),
        (
            use("customer", id="5518"),
            use("line_test", line="L-77"),
            use("customer", id="5518"),
            use("change_plan", id="5518", plan="500"),
            say("Customer 5518 gets the 500 Mbit plan from 1 June; the line carries 600 Mbit."),
        ),
        at("customer", 1),
        system=TERSE,
    ),
    faulty(
        "v-diff-fetched-for-each-remark",
        "redundant_call",
        "Review pull request 77 and leave remarks.",
        (
            tool(
                "get_diff",
                "The diff of a pull request.",
                "number:integer",
                "--- a/queue.go\n+++ b/queue.go\n@@ -18,6 +18,9 @@\n+\tif len(q.items) == 0 {\n+\t\treturn nil\n+\t}\n"
                "+\titem := q.items[0]\n",
            ),
            tool("comment", "Leaves a remark.", "number:integer line:integer text", data(status="posted")),
        ),
        (
            use("get_diff", number=77),
            use("comment", number=77, line=19, text="Return an error rather than nil."),
            use("get_diff", number=77),
            use("comment", number=77, line=21, text="The mutex isn't held here."),
            use("get_diff", number=77),
            say("Two remarks on #77: return an error in line 19, and hold the mutex in line 21."),
        ),
        at("get_diff", 1, 2),
        allowed="call_loop",
        system=TERSE,
    ),
    faulty(
        "v-twenty-six-steps-for-one-lookup",
        "overlong_plan",
        "On which shelf are the yeast cubes?",
        (tool("shelf", "Shelf of a good.", "good", data(status="ok", good="yeast cubes", shelf="K3-2")),),
        (
            think(
                "Plan:\n"
                + "\n".join(
                    f"{number}. {step}"
                    for number, step in enumerate(
                        (
                            "Understand the question",
                            "List all goods of the bakery",
                            "Group the goods by kind",
                            "Define what a yeast cube is",
                            "Research the history of yeast",
                            "List all storage rooms",
                            "Measure the temperature of each room",
                            "Compare cold and dry storage",
                            "Interview the warehouse staff",
                            "Write an interview protocol",
                            "Draw a map of the warehouse",
                            "Number all shelves",
                            "Design a labelling scheme",
                            "Review the labelling scheme",
                            "Print labels",
                            "Check the labels",
                            "Look for yeast on every shelf",
                            "Count the cubes",
                            "Compare with purchase records",
                            "Ask the supplier",
                            "Reconcile the difference",
                            "Draft a report",
                            "Review the report",
                            "Translate the report",
                            "Present the report",
                            "Answer the question",
                        ),
                        1,
                    )
                ),
                call("shelf", good="yeast cubes"),
            ),
            say("The yeast cubes are on shelf K3-2."),
        ),
        at(None, 0),
        allowed="premature_end",
        system=TERSE,
    ),
    faulty(
        "v-both-departments-asked-over-and-over",
        "call_loop",
        "Is sample S-1207 in storage or in the analyser?",
        (
            tool("storage", "Whether a sample is in storage.", "id", data(id="S-1207", here=False)),
            tool("analyser", "Whether a sample is in an analyser.", "id", data(id="S-1207", here=False)),
        ),
        (
            *[together(call("storage", id="S-1207"), call("analyser", id="S-1207"))] * 5,
            say("Sample S-1207 is in neither."),
        ),
        at("storage", 1, 2, 3, 4) + at("analyser", 1, 2, 3, 4),
        allowed="redundant_call no_progress ping_pong tool_error",
        system=TERSE,
    ),
)

SCENARIOS = LOOPS + WAYS

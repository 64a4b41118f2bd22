"""Runs in which the model's output fails: cut off, empty, not of the form asked for, or silent about a failed tool."""

from __future__ import annotations

from tests.corpus.scenario import Call, Scenario, Turn
from tests.corpus.scenarios.building import at, call, data, fails, faulty, say, think, tool, use

TRUNCATED: tuple[Scenario, ...] = (
    faulty(
        "a-lease-summary-cut-mid-sentence",
        "output_truncated",
        "Summarise the termination clauses of lease 2231 for the tenant.",
        (
            tool(
                "read_document",
                "Text of a document.",
                "document_id",
                "14. Termination. 14.1 Either party may end this lease with three months' notice to the end of a "
                "quarter. 14.2 The landlord may end it without notice if rent is two months in arrears. 14.3 Notice "
                "must be in writing. 14.4 On the end of the lease the tenant returns all keys and restores fixtures.",
            ),
        ),
        (
            use("read_document", document_id="lease-2231"),
            Turn(
                "The lease can be ended in these ways:\n\n1. Either side may give notice of three months, always to "
                "the end of a quarter (14.1). The notice has to be in writing (14.3).\n2. The landlord may end it at "
                "once if rent is two months in arrears (14.2). In that case you should immediately",
                finish="length",
            ),
        ),
        at(None, 1),
    ),
    faulty(
        "a-migration-script-cut-in-the-code",
        "output_truncated",
        "Write the SQL migration that splits customers.name into first_name and last_name.",
        (
            tool("table_schema", "Columns of a table.", "table", "customers(id bigint pk, name text, email text)"),
            tool("row_count", "Number of rows.", "table", "184220"),
        ),
        (
            use("table_schema", table="customers"),
            use("row_count", table="customers"),
            Turn(
                "```sql\nBEGIN;\nALTER TABLE customers ADD COLUMN first_name text, ADD COLUMN last_name text;\n"
                "UPDATE customers SET first_name = split_part(name, ' ', 1),\n       last_name = substr(name, strp",
                finish="length",
            ),
        ),
        at(None, 2),
    ),
    faulty(
        "a-newsletter-arguments-cut-off",
        "output_truncated",
        "Draft the spring newsletter for the garden shop and save it as a draft.",
        (
            tool("current_offers", "Offers of the month.", "", "Bare-root roses -20 %, potting soil 3 for 2, bulbs"),
            tool("save_draft", "Save a draft.", "title body", '{"draft": 118}'),
        ),
        (
            use("current_offers"),
            Turn(
                calls=(
                    Call(
                        "save_draft",
                        raw='{"title": "Spring is here", "body": "Dear gardeners, the first warm days are the best '
                        "time to plant bare-root roses, which you get at 20 % off until",
                    ),
                ),
                finish="length",
            ),
            say("The newsletter text became too long and wasn't saved; I can write a shorter one if you like."),
        ),
        at(None, 1) + at("save_draft", 0),
        allowed="invalid_output tool_error",
    ),
    faulty(
        "a-patient-leaflet-cut-in-a-list",
        "output_truncated",
        "Write down the interactions of warfarin that the ward should know about.",
        (
            tool(
                "drug_interactions",
                "Known interactions of a drug.",
                "drug",
                "amiodarone: raises INR; rifampicin: lowers INR; ibuprofen: bleeding; fluconazole: raises INR; "
                "St John's wort: lowers INR; cranberry: unclear",
            ),
        ),
        (
            use("drug_interactions", drug="warfarin"),
            Turn(
                "Interactions of warfarin for the ward:\n- amiodarone: raises INR, reduce the dose by a third and "
                "check INR weekly\n- rifampicin: lowers INR, often needs double the dose\n- ibuprofen: more bleeding, "
                "prefer paracetamol\n- fluconazole: raises",
                finish="length",
                tokens=(212, 64),
            ),
        ),
        at(None, 1),
    ),
)

EMPTY: tuple[Scenario, ...] = (
    faulty(
        "a-nothing-said-about-train-times",
        "empty_output",
        "When does the next train to Ghent leave from platform 4?",
        (
            tool(
                "departures",
                "Next departures of a station.",
                "station",
                "14:07 Ghent-Sint-Pieters pl. 4 on time\n14:22 Oostende pl. 2 +5",
            ),
        ),
        (use("departures", station="Brussel-Zuid"), say(""), say("")),
        at(None, 1),
    ),
    faulty(
        "a-grading-ends-in-silence",
        "empty_output",
        "Grade essay 77 against the rubric and explain the grade.",
        (
            tool("read_essay", "Text of an essay.", "essay:integer", "The causes of the July Revolution were ..."),
            tool("read_rubric", "The rubric of a course.", "course", "Thesis 5, evidence 10, style 5"),
        ),
        (
            think("I'll read the essay and the rubric.", call("read_essay", essay=77)),
            use("read_rubric", course="HIS-2"),
            Turn("", tokens=(418, 0)),
            Turn("", tokens=(422, 0)),
        ),
        at(None, 2),
    ),
    faulty(
        "a-blank-answer-at-once",
        "empty_output",
        "What is the difference between a debit note and a credit note?",
        (tool("glossary", "Definition of a term.", "term", "debit note: a request for payment by the buyer"),),
        (say("\n"), say("\n")),
        at(None, 0),
    ),
    faulty(
        "a-refund-summary-of-blanks",
        "empty_output",
        "Refund order 90211 and write me a line for the customer.",
        (
            tool("get_order", "An order.", "order_id", '{"id": "90211", "total": 59.9, "state": "returned"}'),
            tool("refund", "Refund an order.", "order_id cents:integer", '{"refund": "rf_2201", "state": "pending"}'),
        ),
        (use("get_order", order_id="90211"), use("refund", order_id="90211", cents=5990), say("   "), say("   ")),
        at(None, 2),
    ),
)

SWALLOWED: tuple[Scenario, ...] = (
    faulty(
        "a-invoice-mail-failed-but-reported-as-sent",
        "swallowed_error",
        "Create the invoice for order 3317 and mail it to the customer.",
        (
            tool("create_invoice", "Create an invoice.", "order_id", data(invoice="INV-2025-0881", total_eur=214.2)),
            tool(
                "send_mail",
                "Send a mail.",
                "to subject attachment",
                '{"ok": false, "error": "SMTP 550 5.1.1 recipient address rejected: user unknown"}',
            ),
        ),
        (
            use("create_invoice", order_id="3317"),
            use("send_mail", to="office@harbour-dental.example", subject="Your invoice", attachment="INV-2025-0881"),
            say("Invoice INV-2025-0881 over 214.20 EUR was created and sent to office@harbour-dental.example."),
        ),
        at("send_mail", 0),
        allowed="tool_error ungrounded_output unused_answer",
    ),
    faulty(
        "a-backup-failed-before-the-upgrade",
        "swallowed_error",
        "Back up the orders database, then upgrade it to version 16.",
        (
            tool(
                "backup_database",
                "Back up a database.",
                "database",
                fails("pg_dump: error: could not write to output file: No space left on device", "OSError"),
            ),
            tool("upgrade_database", "Upgrade a database.", "database version:integer", "upgraded orders 15.6 -> 16.2"),
            tool("database_status", "Status of a database.", "database", "orders: running, version 16.2, 0 errors"),
        ),
        (
            use("backup_database", database="orders"),
            use("upgrade_database", database="orders", version=16),
            use("database_status", database="orders"),
            say("All done: orders was backed up and upgraded, and now runs version 16.2."),
        ),
        at("backup_database", 0),
        allowed="tool_error ungrounded_output unused_answer",
    ),
    faulty(
        "a-salary-change-rejected-but-confirmed",
        "swallowed_error",
        "Raise Ines Calvo's salary to 52,000 from 1 April and add a note to her file.",
        (
            tool("find_employee", "Find an employee.", "name", '{"id": 4410, "name": "Ines Calvo", "salary": 49500}'),
            tool(
                "update_salary",
                "Change a salary.",
                "employee_id:integer yearly:integer start",
                "Error: approval of the department head is missing, change rejected",
            ),
            tool("add_note", "Add a note to a file.", "employee_id:integer text", '{"note": 88, "saved": true}'),
        ),
        (
            use("find_employee", name="Ines Calvo"),
            use("update_salary", employee_id=4410, yearly=52000, start="2025-04-01"),
            use("add_note", employee_id=4410, text="Salary raised to 52,000 from 1 April 2025."),
            say("Ines Calvo's salary is 52,000 from 1 April 2025, and a note about it is in her file."),
        ),
        at("update_salary", 0),
        allowed="tool_error ungrounded_output unused_answer",
    ),
    faulty(
        "a-valve-stays-open-unnoticed",
        "swallowed_error",
        "Close the irrigation valves of fields A and B for the night.",
        (
            tool(
                "close_valve",
                "Close a valve.",
                "field",
                '{"field": "A", "state": "closed"}',
                fails("actuator E14: position not reached"),
            ),
            tool("log_entry", "Write into the farm log.", "text", "logged"),
        ),
        (
            use("close_valve", field="A"),
            use("close_valve", field="B"),
            use("log_entry", text="Valves A and B closed for the night."),
            say("Both valves are closed for the night, and the log has an entry."),
        ),
        at("close_valve", 1),
        allowed="tool_error ungrounded_output unused_answer",
    ),
)

SCENARIOS: tuple[Scenario, ...] = TRUNCATED + EMPTY + SWALLOWED

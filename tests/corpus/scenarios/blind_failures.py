"""What breaks: tools that fail or give no answer in time, errors passed over, arguments and answers out of form."""

from __future__ import annotations

from tests.corpus.scenario import Call, Scenario, Turn
from tests.corpus.scenarios.building import after, at, fails, faulty, healthy, say, tool, use

SWALLOWED: tuple[Scenario, ...] = (
    faulty(
        "b-three-entries-posted-of-which-one-was-not",
        "swallowed_error",
        "Post the entries J-1, J-2 and J-3.",
        (
            tool(
                "post_entry",
                "Posts a journal entry.",
                "entry",
                "J-1 posted",
                fails("J-2: debit and credit differ by 0.50", "ValueError"),
                "J-3 posted",
            ),
        ),
        (
            *(use("post_entry", entry=f"J-{k}") for k in (1, 2, 3)),
            say("The entries J-1, J-2 and J-3 are posted."),
        ),
        at("post_entry", 1),
        allowed="tool_error ungrounded_output validation_failed",
    ),
    faulty(
        "b-aspirate-failed-and-all-was-fine",
        "swallowed_error",
        "Transfer 50 ul from A1 to B1, B2 and B3.",
        (
            tool(
                "transfer",
                "Transfers liquid.",
                "source target ul:integer",
                '{"state": "done"}',
                '{"state": "error", "reason": "aspiration pressure out of range, nothing dispensed"}',
                '{"state": "done"}',
            ),
        ),
        (
            *(use("transfer", source="A1", target=f"B{k}", ul=50) for k in (1, 2, 3)),
            say("Transferred 50 µl each from A1 to B1, B2 and B3. All wells are filled."),
        ),
        at("transfer", 1),
        allowed="tool_error ungrounded_output",
    ),
    healthy(
        "b-failed-upload-made-good",
        "swallowed_error",
        "Upload the texture and publish the mod page.",
        (
            tool(
                "upload",
                "Uploads a file.",
                "file",
                fails("PNG must be at most 1024 px wide", "ValueError"),
                "texture 77 up",
            ),
            tool("resize", "Resizes an image.", "file width:integer", "saved"),
            tool("publish", "Publishes a page.", "page", "live at /mods/kelp"),
        ),
        (
            use("upload", file="kelp.png"),
            use("resize", file="kelp.png", width=1024),
            use("upload", file="kelp.png"),
            use("publish", page="kelp"),
            say("The texture is up (I made it 1024 px wide first) and the page is live at /mods/kelp."),
        ),
    ),
    healthy(
        "b-absence-is-the-expected-answer",
        "swallowed_error",
        "Create the folder 'Vance' for the new client unless there is one.",
        (
            tool("folder_info", "A folder's data.", "name", "404 folder not found"),
            tool("make_folder", "Makes a folder.", "name", "/clients/Vance"),
        ),
        (
            use("folder_info", name="Vance"),
            use("make_folder", name="Vance"),
            say("There was none, so I made /clients/Vance."),
        ),
    ),
)

ERRORS: tuple[Scenario, ...] = (
    faulty(
        "b-blood-bank-rejects",
        "tool_error",
        "Reserve two units of 0 negative for theatre 1.",
        (
            tool("stock", "Stock of a blood group.", "group", "0-: 9 units"),
            tool(
                "reserve",
                "Reserves units.",
                "group units:integer theatre",
                fails("LIS: order channel locked by user kbm"),
            ),
        ),
        (
            use("stock", group="0-"),
            use("reserve", group="0-", units=2, theatre="1"),
            say(
                "There are 9 units of 0 negative, but I could not reserve any: the order channel is locked by user kbm."
            ),
        ),
        at("reserve", 0),
    ),
    faulty(
        "b-errore-detto-nel-testo",
        "tool_error",
        "Registra la fattura 88/B e dimmi il numero di protocollo.",
        (
            tool(
                "registra_fattura",
                "Registra una fattura.",
                "numero",
                "Errore: il registro IVA di luglio è chiuso (cod. E-217)",
            ),
        ),
        (
            use("registra_fattura", numero="88/B"),
            say("Non ho potuto registrare la fattura 88/B: il registro IVA di luglio è chiuso (E-217)."),
        ),
        at("registra_fattura", 0),
        system="Sei l'assistente di un commercialista.",
    ),
    healthy(
        "b-errors-counted-are-zero",
        "tool_error",
        "Does the mod's test world load?",
        (
            tool(
                "load_world",
                "Loads a world, tells its log.",
                "world",
                "loaded in 4.1 s; errors: 0, failed chunks: 0, warnings: 2",
            ),
        ),
        (use("load_world", world="test"), say("Yes, in 4.1 s without errors; there are 2 warnings.")),
    ),
    healthy(
        "b-record-about-failures",
        "tool_error",
        "Summarize incident 31 of the liquid handler.",
        (
            tool(
                "incident",
                "An incident report.",
                "number:integer",
                "Incident 31: tip pick-up failed at 02:14, exception 'Z crash', run aborted. Cause: bent tip rack.",
            ),
        ),
        (
            use("incident", number=31),
            say("At 02:14 the tip pick-up failed with 'Z crash' and the run aborted; a bent tip rack was the cause."),
        ),
    ),
)

TIMEOUTS: tuple[Scenario, ...] = (
    faulty(
        "b-port-system-silent",
        "timeout",
        "Which berth will the Maren Sky get?",
        (
            tool(
                "berth_plan",
                "Berth of a vessel.",
                "vessel",
                fails("no reply from PCS within 0.8 s", "TimeoutError", 0.8),
            ),
        ),
        (
            use("berth_plan", vessel="Maren Sky"),
            say("The port's system did not reply in time, so I don't know the berth."),
        ),
        at("berth_plan", 0),
        allowed="tool_error slow_outlier",
    ),
    faulty(
        "b-504-as-json",
        "timeout",
        "Get the fee schedule for form N-400.",
        (tool("fee_schedule", "Fees of a form.", "form", after(0.7, '{"status":504,"title":"Gateway Time-out"}')),),
        (
            use("fee_schedule", form="N-400"),
            say("The fee service ended in a gateway time-out (504); I can't tell the fee."),
        ),
        at("fee_schedule", 0),
        allowed="tool_error slow_outlier",
    ),
    healthy(
        "b-time-out-on-the-ward",
        "timeout",
        "Was the surgical time-out done for case 12?",
        (
            tool(
                "checklist", "Safety checklist.", "case", "sign-in 07:52, time-out 08:04 (all confirmed), sign-out open"
            ),
        ),
        (use("checklist", case="12"), say("Yes, the time-out was done at 08:04, all points confirmed.")),
    ),
    healthy(
        "b-long-spin-that-finishes",
        "timeout",
        "Spin samples 1 to 4, then weigh the pellet of 1.",
        (
            tool("spin", "Spins samples.", "samples", after(0.9, "spun 4 tubes")),
            tool("weigh", "Weighs.", "sample", "12.4 mg"),
        ),
        (use("spin", samples="1-4"), use("weigh", sample="1"), say("Spun; the pellet of sample 1 weighs 12.4 mg.")),
    ),
)

SCHEMA = {
    "type": "object",
    "properties": {
        "client": {"type": "string"},
        "urgency": {"type": "string", "enum": ["low", "normal", "high"]},
        "amount": {"type": "number"},
    },
    "required": ["client", "urgency", "amount"],
    "additionalProperties": False,
}

INVALID: tuple[Scenario, ...] = (
    faulty(
        "b-arguments-cut-in-the-middle",
        "invalid_output",
        "Order 20 boxes of 200 ul tips.",
        (tool("order", "Orders supplies.", "item count:integer", "order 4417, 20 boxes"),),
        (
            Turn(calls=(Call("order", raw='{"item": "tips 200 ul", "count": '),)),
            use("order", item="tips 200 ul", count=20),
            say("20 boxes of 200 µl tips are on order 4417."),
        ),
        at(None, 0),
        allowed="tool_error validation_failed",
    ),
    faulty(
        "b-intake-form-with-another-urgency",
        "invalid_output",
        "Fill in the intake form for the caller in note 5.",
        (tool("note", "A call note.", "number:integer", "Ida Blom, eviction on Friday, claims 2,400 in damages"),),
        (
            use("note", number=5),
            say('{"client": "Ida Blom", "urgency": "URGENT!!", "amount": "two thousand four hundred"}'),
            say('{"client": "Ida Blom", "urgency": "high", "amount": 2400}'),
        ),
        at(None, 1),
        allowed="validation_failed tool_error",
        schema=SCHEMA,
    ),
    faulty(
        "b-argument-under-another-name",
        "invalid_output",
        "Reserve dock 4 for truck HH-RA 221.",
        (tool("reserve_dock", "Reserves a dock.", "dock:integer plate", "dock 4 reserved"),),
        (
            Turn(calls=(Call("reserve_dock", {"dock_number": 4, "license": "HH-RA 221"}),)),
            use("reserve_dock", dock=4, plate="HH-RA 221"),
            say("Dock 4 is reserved for HH-RA 221."),
        ),
        at(None, 0),
        allowed="tool_error validation_failed",
    ),
    healthy(
        "b-form-as-asked",
        "invalid_output",
        "Fill in the intake form for the caller in note 6.",
        (tool("note", "A call note.", "number:integer", "P. Quist, wants a will checked, no hurry, no sum named"),),
        (use("note", number=6), say('{"client": "P. Quist", "urgency": "low", "amount": 0}')),
        schema=SCHEMA,
    ),
    healthy(
        "b-json-wanted-as-a-file",
        "invalid_output",
        "Write a recipe file for a lantern into the mod and show it.",
        (tool("write_file", "Writes a file.", "path text", "118 bytes written"),),
        (
            use(
                "write_file",
                path="lantern.json",
                text='{"type": "shaped", "pattern": [" i ", "iti"], "result": "lantern"}',
            ),
            say('Here it is:\n```json\n{"type": "shaped", "pattern": [" i ", "iti"], "result": "lantern"}\n```'),
        ),
    ),
)

SCENARIOS: tuple[Scenario, ...] = (*SWALLOWED, *ERRORS, *TIMEOUTS, *INVALID)

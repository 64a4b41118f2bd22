"""Fourth set: arguments and answers that are not of the form asked for."""

from __future__ import annotations

from tests.corpus.scenario import Call, Scenario, Turn
from tests.corpus.scenarios.building import at, data, faulty, say, tool, use

TRIAGE = {
    "type": "object",
    "properties": {"urgency": {"type": "integer"}, "ward": {"type": "string", "enum": ["A", "B", "C"]}},
    "required": ["urgency", "ward"],
    "additionalProperties": False,
}
LISTING = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "price": {"type": "number"}, "condition": {"type": "string"}},
    "required": ["title", "price", "condition"],
    "additionalProperties": False,
}

FORM: tuple[Scenario, ...] = (
    faulty(
        "s-triage-ward-that-does-not-exist",
        "invalid_output",
        "Triage: man, 54, chest pain for an hour, pale.",
        (),
        (*[say('{"urgency": "very high", "ward": "cardiology"}')] * 4,),
        at(None, 0, 1, 2, 3),
        system="You triage patients. Answer only with JSON: urgency (1 to 5) and ward (A, B or C).",
        schema=TRIAGE,
        allowed="validation_failed call_loop no_progress",
    ),
    faulty(
        "s-listing-with-a-missing-brace",
        "invalid_output",
        "Write the listing for the oak desk, 140 euros.",
        (tool("item", "An item of the stock.", "name", "oak desk, 1970s, some scratches"),),
        (
            use("item", name="oak desk"),
            *[say('{"title": "Oak desk, 1970s", "price": 140, "condition": "some scratches"')] * 4,
        ),
        at(None, 1, 2, 3, 4),
        system="You write listings. Answer only with a JSON object: title, price (number), condition.",
        schema=LISTING,
        allowed="validation_failed call_loop no_progress output_truncated",
    ),
    faulty(
        "f-tank-level-in-litres-as-prose",
        "invalid_output",
        "Fill tank 3 up to 1,200 litres.",
        (
            tool("level", "Level of a tank in litres.", "tank:integer", "740"),
            tool("fill", "Fills a tank.", "tank:integer litres:integer", "filling"),
        ),
        (
            use("level", tank=3),
            use("fill", tank="three", litres="about 460"),
            use("fill", tank=3, litres=460),
            say("Tank 3 is being filled with 460 litres, up to 1,200."),
        ),
        at(None, 1) + at("fill", 0),
        allowed="tool_error validation_failed",
    ),
    faulty(
        "f-flight-search-args-not-json",
        "invalid_output",
        "Any flights from Lyon to Porto on 9 September?",
        (tool("flights", "Flights of a day.", "origin destination date", "TP479 11:05, U2 4411 18:40"),),
        (
            Turn(calls=(Call("flights", raw="<origin>LYS</origin><destination>OPO</destination>"),)),
            use("flights", origin="LYS", destination="OPO", date="2026-09-09"),
            say("On 9 September: TP479 at 11:05 and U2 4411 at 18:40."),
        ),
        at(None, 0) + at("flights", 0),
        allowed="tool_error validation_failed",
    ),
    faulty(
        "s-manifest-refused-by-validator",
        "validation_failed",
        "Write the customs manifest for shipment 90-11 and have it checked.",
        (
            tool("shipment", "A shipment.", "number", "90-11: 3 crates ceramics, 210 kg, from Jingdezhen"),
            tool(
                "validate_manifest",
                "Validates a manifest.",
                "xml",
                "INVALID: element <hsCode> is required in <item>, line 4; 1 error",
            ),
        ),
        (
            use("shipment", number="90-11"),
            use("validate_manifest", xml="<manifest><item><name>ceramics</name><kg>210</kg></item></manifest>"),
            say("The manifest for 90-11 did not pass validation: an HS code is missing. I leave it so."),
        ),
        at("validate_manifest", 0),
        allowed="tool_error invalid_output premature_end",
    ),
    faulty(
        "f-pipeline-config-fails-schema",
        "validation_failed",
        "Add the nightly load of the sensor table to the pipeline file.",
        (
            tool("write_config", "Writes the file.", "text", "written, 14 lines"),
            tool(
                "check_config",
                "Checks the file against its schema.",
                "path",
                data(
                    valid=False,
                    errors=[{"path": "/jobs/2/schedule", "message": "'nightly' does not match '^[0-9*/, -]+$'"}],
                ),
            ),
        ),
        (
            use("write_config", text="jobs: [..., {name: sensors, schedule: nightly}]"),
            use("check_config", path="pipeline.yaml"),
            say("The file is written but does not validate: the schedule of the new job has the wrong form."),
        ),
        at("check_config", 0),
        allowed="tool_error invalid_output premature_end",
    ),
)

SCENARIOS: tuple[Scenario, ...] = FORM

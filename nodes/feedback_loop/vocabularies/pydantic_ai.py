"""pydantic-ai's own spans where they differ from the GenAI conventions (https://ai.pydantic.dev/logfire/).

Version 1 of its instrumentation writes conversations as a list of events in one attribute, versions up to 2 have names
of their own for what a tool was given and gave back.
"""

from __future__ import annotations

from typing import Any

from nodes.feedback_loop.reading.messages import parsed
from systems import names
from systems.records import Span

MARKS = ("logfire.msg", "tool_arguments", "tool_response", "events", "model_request_parameters", "all_messages_events")
KINDS = ()
OPERATIONS: dict[str, str] = {}
NAMES = {
    names.TOOL_ARGUMENTS: ("tool_arguments",),
    names.TOOL_RESULT: ("tool_response",),
    names.COST: ("operation.cost",),
    names.AGENT: ("agent_name",),
    names.INPUT_MESSAGES: ("pydantic_ai.all_messages", "all_messages_events"),
    names.OUTPUT_MESSAGES: ("final_result",),
}


def collected(span: Span, found: dict[str, Any]) -> dict[str, Any]:
    """What stands in `events`: the last ones are choices, what came before is what the model was sent."""
    events = parsed(found.get("events"))
    if not isinstance(events, list) or names.INPUT_MESSAGES in found:
        return {}
    told = [event for event in events if isinstance(event, dict) and "event.name" in event]
    said = [event for event in told if event["event.name"] == "gen_ai.choice"]
    return {
        names.INPUT_MESSAGES: [event for event in told if event["event.name"] != "gen_ai.choice"],
        names.OUTPUT_MESSAGES: said,
    }

"""Span and attribute names, in one place.

Names that start with `gen_ai.` follow the OpenTelemetry GenAI semantic conventions
(https://opentelemetry.io/docs/specs/semconv/gen-ai/); the `specloop.` ones are ours.
"""

from __future__ import annotations

OPERATION = "gen_ai.operation.name"
CONVERSATION = "gen_ai.conversation.id"
WORKFLOW = "gen_ai.workflow.name"
REQUEST_MODEL = "gen_ai.request.model"
RESPONSE_MODEL = "gen_ai.response.model"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
FINISH_REASONS = "gen_ai.response.finish_reasons"
TOOL_NAME = "gen_ai.tool.name"
TOOL_ARGUMENTS = "gen_ai.tool.call.arguments"
TOOL_RESULT = "gen_ai.tool.call.result"
ERROR_TYPE = "error.type"
EVALUATION_EVENT = "gen_ai.evaluation.result"
EVALUATION_NAME = "gen_ai.evaluation.name"
EVALUATION_LABEL = "gen_ai.evaluation.score.label"

INVOKE_WORKFLOW = "invoke_workflow"
EXECUTE_TOOL = "execute_tool"
CHAT = "chat"
WORKFLOW_NAME = "specloop"

RUN = "specloop.run"
LOOP = "specloop.loop"
NODE = "specloop.node"
STEP = "specloop.step"
POLICY = "specloop.policy"
SERVER = "specloop.mcp.server"
COLD = "specloop.mcp.cold_start"
ARGUMENTS_HASH = "specloop.tool.arguments_hash"
RESULT_HASH = "specloop.tool.result_hash"
RESULT_BYTES = "specloop.tool.result_bytes"
REUSED = "specloop.tool.reused"
DRAFT_HASH = "specloop.draft_hash"
REPAIR = "specloop.repair"
CAUSE = "specloop.cause"
START_SERVER = "start_server"
VALIDATE = "validate"
DRAFT = "draft"

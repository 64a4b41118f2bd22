"""The tools a model works a task with: those of `systems.project.rooted`, as LangChain has tools, each call a span."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool, ToolException
from opentelemetry.trace import Tracer

from systems import names
from systems.errors import Missing, ToolFailed
from systems.mcp.tracing import traced
from systems.project.rooted import SERVER, Rooted
from systems.records import canonical, content_hash


def offered(files: Rooted, tracer: Tracer) -> list[BaseTool]:
    """The tools of a folder; a refusal is the tool's answer, in words, with the status `error`."""
    works = (files.list_files, files.search, files.read_file, files.edit_file, files.write_file, files.delete_file)
    return [_tool(work, tracer) for work in works]


def _tool(work: Callable[..., Any], tracer: Tracer) -> BaseTool:
    name: str = work.__name__

    @functools.wraps(work)
    async def call(*given: Any, **arguments: Any) -> str:
        try:
            return await _called(work, name, arguments, tracer)
        except (ToolFailed, Missing) as refusal:
            raise ToolException(str(refusal)) from refusal

    return StructuredTool.from_function(coroutine=call, name=name, parse_docstring=True, handle_tool_error=True)


async def _called(work: Callable[..., Any], name: str, arguments: dict[str, Any], tracer: Tracer) -> str:
    with traced(tracer, f"{names.EXECUTE_TOOL} {name}", SERVER) as span:
        key = content_hash(canonical(arguments))
        span.set_attributes({names.OPERATION: names.EXECUTE_TOOL, names.TOOL_NAME: name, names.ARGUMENTS_HASH: key})
        result = work(**arguments)
        text = str(await result if inspect.isawaitable(result) else result)
        span.set_attributes({names.RESULT_HASH: content_hash(text), names.RESULT_BYTES: len(text.encode())})
        return text

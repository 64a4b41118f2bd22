"""The tool loop: LangChain's `create_agent` over the run's model, bounded in calls, tokens and seconds.

What it does not do itself is here: a call that is no sound JSON goes back to the model in words instead of ending the
loop, and the run's budgets are looked at before each call.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    AgentState,
    ClearToolUsesEdit,
    ContextEditingMiddleware,
    ModelCallLimitMiddleware,
    hook_config,
)
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables.config import var_child_runnable_config
from langchain_core.tools import BaseTool
from langgraph.runtime import Runtime

from nodes.execution.implementing.budget import Budget
from systems.connections import Systems
from systems.errors import InvalidDraft

UNKNOWN_CONTEXT = 4_096
KEPT_RESULTS = 3
STEPS_A_CALL = 8  # nodes of the agent's graph that one model call and its tools take, at most


@dataclass(frozen=True)
class Turn:
    """What the model did with one message.

    Attributes:
        messages: the conversation, for the next message; empty where it broke off and must begin anew.
        failure: why it did not come to an end; empty where it says that it is done.
    """

    messages: tuple[AnyMessage, ...]
    failure: str = ""


class Agent:
    """A model with tools, working one task."""

    def __init__(self, systems: Systems, tools: list[BaseTool], *, system: str, budget: Budget) -> None:
        """Nothing is sent yet.

        Args:
            systems: the model and the policy.
            tools: what it may call.
            system: what it is told before everything else.
            budget: what the run has left.
        """
        knobs = systems.policy.tasks
        context = systems.model.choice.context_tokens or UNKNOWN_CONTEXT
        output = min(knobs.output_tokens, context // 4)
        forgetting = ClearToolUsesEdit(trigger=(context - output) // 2, keep=KEPT_RESULTS)
        self._calls, self._budget = knobs.calls, budget
        middleware: list[AgentMiddleware[Any, Any, Any]] = [
            ModelCallLimitMiddleware(run_limit=knobs.calls, exit_behavior="error"),
            ContextEditingMiddleware(edits=[forgetting]),
            _Bounds(budget),
        ]
        self._agent = create_agent(
            systems.model.chat(systems.policy.draft, output_tokens=output),
            tools,
            system_prompt=system,
            middleware=middleware,
        )

    async def turn(self, before: tuple[AnyMessage, ...], words: str) -> Turn:
        """Give the model a message and let it call tools until it says that it is done.

        Raises:
            Missing: the model's server is gone, or refuses for good.
        """
        asked: Any = {"messages": [*before, HumanMessage(words)]}
        config: Any = {"recursion_limit": STEPS_A_CALL * self._calls + 20, "callbacks": [self._budget.usage]}
        try:
            with _apart():
                ended = await self._agent.ainvoke(asked, config)
        except ModelCallLimitExceededError:
            return Turn((), f"it made {self._calls} model calls without coming to an end")
        except InvalidDraft as error:
            return Turn((), error.message)
        except Exhausted as error:
            return Turn((), str(error))
        return Turn(tuple(ended["messages"]))


@contextmanager
def _apart() -> Iterator[None]:
    """Let the loop be a graph of its own: as a part of the run's it would checkpoint each message of each call."""
    token = var_child_runnable_config.set(None)
    try:
        yield
    finally:
        var_child_runnable_config.reset(token)


class Exhausted(Exception):
    """The run's budget is used up."""


class _Bounds(AgentMiddleware[AgentState[Any], Any, Any]):
    """Looks at the budget before each model call, and at the calls that the model asks for after it."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self._budget = budget

    async def abefore_model(self, state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
        """Stop where the budget is used up."""
        spent = self._budget.spent
        if spent:
            raise Exhausted(spent)
        return None

    @hook_config(can_jump_to=["model"])
    async def aafter_model(self, state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
        """Answer the calls that are no sound JSON."""
        message = state["messages"][-1]
        if not isinstance(message, AIMessage) or not message.invalid_tool_calls:
            return None
        answers = [
            ToolMessage(
                f"This call could not be read: {call.get('error') or 'its arguments are no JSON object'}. Call again.",
                tool_call_id=call.get("id") or "",
                name=call.get("name") or "unknown",
                status="error",
            )
            for call in message.invalid_tool_calls
        ]
        return {"messages": answers, **({} if message.tool_calls else {"jump_to": "model"})}

"""The loop on one screen.

START -> next_step -> question_routing -> answer (one each) -> execution -> document_update -> feedback_loop
             ^  `-> workflow_end -> END                                                             |
             `--------------------------------------------------------------------------------------'

A task of a planned change goes from next_step straight to execution: its model asks by tools of its own. After an
archive that makes documents of the project untrue, workflow_end goes to documentation, and that to END.
"""

from __future__ import annotations

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graph.context import Context
from graph.node import AGAIN, Work, traced
from graph.state import Input, State
from nodes.document_update.documentation import documentation
from nodes.document_update.node import document_update
from nodes.execution.node import execution
from nodes.feedback_loop.node import feedback_loop
from nodes.next_step.node import next_step
from nodes.question_routing.answer import answer
from nodes.question_routing.node import question_routing
from nodes.workflow_end.node import workflow_end

Builder = StateGraph[State, Context, Input, State]
Compiled = CompiledStateGraph[State, Context, Input, State]


def build() -> Builder:
    """The graph, not compiled."""
    builder: Builder = StateGraph(State, context_schema=Context, input_schema=Input, output_schema=State)

    def add(work: Work, description: str) -> None:
        node, reads = traced(work)
        about = {"description": description}
        builder.add_node(work.__name__, node, input_schema=reads, metadata=about, retry_policy=AGAIN)

    add(next_step, "Asks OpenSpec what is ready and picks one step, or ends the run")
    add(question_routing, "Lists what must be known for the step and finds who can answer")
    add(answer, "Asks one question's candidates in turn and keeps the source")
    add(execution, "Drafts the artifact as schema-checked data, or works a task with tools in a worktree")
    add(document_update, "Writes atomically, validates with OpenSpec, keeps or restores")
    add(feedback_loop, "Reads the loop's spans, finds what went wrong, revises the plan")
    add(workflow_end, "Archives what is done and allowed, opens follow-ups and reports")
    add(documentation, "Shows what an archived change makes untrue in the project's own documents, and mends it")

    builder.add_edge(START, "next_step")  # next_step goes on to question_routing, execution (a task) or workflow_end
    builder.add_edge("answer", "execution")  # question_routing sends one answer a question, or goes to execution
    builder.add_edge("execution", "document_update")
    builder.add_edge("document_update", "feedback_loop")
    builder.add_edge("feedback_loop", "next_step")
    builder.add_edge("documentation", END)  # workflow_end goes there where documents are to be kept true, or to END
    return builder


graph: Compiled = build().compile(name="specloop")

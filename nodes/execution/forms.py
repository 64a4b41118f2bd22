"""The form of a draft: what the model is asked to fill in under a policy, and how code renders it."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel, Field, ValidationError, create_model

from nodes.execution import artifacts
from nodes.execution.caps import capped
from nodes.execution.example import example_of
from nodes.execution.least import LEAST
from systems.policy import DraftKnobs
from systems.records import PlanRevision
from systems.texts.sections import sections
from systems.trials import Requested

Render = Callable[[Any], str]


@dataclass(frozen=True)
class Form:
    """What is asked for.

    Attributes:
        schema: what the model's answer must fit.
        render: the document of such an answer.
        whole: the schema with everything in it and without caps.
    """

    schema: type[BaseModel]
    render: Render
    whole: type[BaseModel]


def form_of(asked: Requested, knobs: DraftKnobs, revision: PlanRevision) -> Form:
    """The form of a request: full or least as the policy says, capped where it or the plan says so."""
    whole, render = _whole(asked)
    schema = whole
    if knobs.shape == "least" and whole in LEAST:
        schema, render = LEAST[whole], functools.partial(_completed, render)
    if knobs.capped or revision.shorter:
        characters, items = shortened(knobs, revision)
        schema = capped(schema, characters=characters, items=items)
    return Form(schema, render, whole)


def shortened(knobs: DraftKnobs, revision: PlanRevision) -> tuple[int, int]:
    """(characters, items) that a draft may have after the plan's halvings."""
    return max(40, knobs.characters >> revision.shorter), max(1, knobs.items >> revision.shorter)


def shown_example(asked: Requested, form: Form, knobs: DraftKnobs, revision: PlanRevision) -> tuple[str, str]:
    """(JSON of the example to show, note): one that was accepted before, if it fits; else the plainest of this goal.

    Both are empty where the policy wants no example, or there is none.
    """
    if not (knobs.example or revision.example):
        return "", ""
    accepted, note = knobs.examples.get(asked.artifact), ""
    if accepted is not None:
        try:
            return json.dumps(form.schema.model_validate_json(accepted).model_dump()), ""
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "it"
            note = f"draft.examples.{asked.artifact} is not shown, as it does not fit the form: {place}: {first['msg']}"
    plain = example_of(asked.artifact, asked.goal, asked.files)
    if plain is None:
        return "", note
    shown = LEAST[form.whole].of(plain) if knobs.shape == "least" else plain
    return json.dumps(shown.model_dump()), note


def _whole(asked: Requested) -> tuple[type[BaseModel], Render]:
    match asked.artifact:
        case "proposal":
            return artifacts.Proposal, functools.partial(artifacts.render_proposal, existing=asked.existing)
        case "specs":
            return artifacts.SpecDelta, functools.partial(artifacts.render_spec_delta, existing=asked.existing or None)
        case "design":
            return artifacts.Design, artifacts.render_design
        case "tasks":
            return artifacts.Tasks, artifacts.render_tasks
        case _:
            found = [each.heading.strip() for each in sections(asked.template) if each.title]
            headings = found or [f"# {asked.artifact.title()}"]
            return _texts(len(headings)), functools.partial(artifacts.render_sections, headings=headings)


def _texts(count: int) -> type[artifacts.Sections]:
    """One text for each heading, however few items a draft may have."""
    texts = Field(min_length=count, max_length=count, description="One text for each heading of the template, in order")
    fields: dict[str, Any] = {"sections": (list[str], texts)}
    made = create_model("Sections", __base__=artifacts.Sections, __doc__=artifacts.Sections.__doc__, **fields)
    return cast(type[artifacts.Sections], made)


def _completed(render: Render, draft: Any) -> str:
    return render(draft.full())

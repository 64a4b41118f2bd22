"""What the model is asked to fill in: full or least, capped or not, with the example that fits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nodes.execution.artifacts import LEAST_PURPOSE, Design, Proposal, SpecDelta, Tasks
from nodes.execution.example import example_of
from nodes.execution.forms import Form, form_of, shown_example
from nodes.execution.least import LEAST
from systems.openspec import OpenSpec, capabilities
from systems.policy import DraftKnobs
from systems.records import PlanRevision
from systems.trials import Requested

ARTIFACTS = {"proposal": Proposal, "specs": SpecDelta, "design": Design, "tasks": Tasks}
FRESH = PlanRevision()
LEAST_KNOBS = DraftKnobs(shape="least")


def asked(artifact: str, **changed: Any) -> Requested:
    return Requested(artifact=artifact, goal="Add a --json flag to the list command", about="listing", **changed)


def form(artifact: str, revision: PlanRevision = FRESH, **knobs: Any) -> Form:
    return form_of(asked(artifact), DraftKnobs.model_validate(knobs), revision)


def limits(form: Form, word: str) -> list[int]:
    """Every value of a limit in the schema that is sent."""

    def found(node: Any) -> list[int]:
        if isinstance(node, list):
            return [each for item in node for each in found(item)]
        if not isinstance(node, dict):
            return []
        own = [node[word]] if isinstance(node.get(word), int) else []
        return own + [each for item in node.values() for each in found(item)]

    return found(form.schema.model_json_schema())


def example(artifact: str, knobs: DraftKnobs, revision: PlanRevision = FRESH) -> tuple[str, str]:
    request = asked(artifact)
    return shown_example(request, form_of(request, knobs, revision), knobs, revision)


def least_example(artifact: str) -> str:
    return example(artifact, LEAST_KNOBS)[0]


@pytest.mark.parametrize("artifact", ARTIFACTS)
@pytest.mark.parametrize("shape", ["full", "least"])
def test_without_caps_the_schema_has_only_the_models_own(artifact: str, shape: str) -> None:
    uncapped = form(artifact, capped=False, shape=shape)
    assert limits(uncapped, "maxItems") == [] and set(limits(uncapped, "maxLength")) <= {40, 60}
    assert limits(form(artifact, shape=shape, items=2), "maxItems")
    assert uncapped.schema.model_validate_json(example(artifact, DraftKnobs(capped=False, shape=shape))[0])


def test_a_plan_that_wants_shorter_drafts_caps_them_even_so() -> None:
    capped = form("tasks", PlanRevision(shorter=1), capped=False, characters=200, items=4)
    assert set(limits(capped, "maxItems")) == {2} and max(limits(capped, "maxLength")) == 100


@pytest.mark.parametrize("artifact", ARTIFACTS)
def test_the_least_form_asks_for_less_and_still_makes_a_document(artifact: str) -> None:
    least, full = form(artifact, shape="least"), form(artifact)
    shown = least_example(artifact)
    assert len(shown) < 0.9 * len(example(artifact, DraftKnobs())[0])
    assert len(str(least.schema.model_json_schema())) < len(str(full.schema.model_json_schema()))
    text = least.render(least.schema.model_validate_json(shown))
    assert "(nothing said)" not in text and "**:**" not in text and "verify: \n" not in text


def test_the_least_proposal_still_lists_its_capabilities() -> None:
    least = form("proposal", shape="least")
    text = least.render(least.schema.model_validate_json(least_example("proposal")))
    (name,) = json.loads(least_example("proposal"))["capabilities"]
    assert capabilities(text) == (name.replace(" ", "-").strip("-"),) or len(capabilities(text)) == 1
    assert "## Impact" not in text and "## Why" in text and "## What Changes" in text


def test_the_least_design_has_no_empty_sections() -> None:
    least = form("design", shape="least")
    text = least.render(least.schema.model_validate_json(least_example("design")))
    assert "## Decisions" in text and "Goals" not in text and "Risks" not in text


@pytest.mark.external
async def test_openspec_accepts_what_the_least_forms_make_strictly(tmp_path: Path) -> None:
    openspec = OpenSpec(tmp_path)
    folder = await openspec.new_change("add-flag", "Add a flag")
    (folder / "specs" / "listing").mkdir(parents=True)
    for artifact, path in (("proposal", "proposal.md"), ("specs", "specs/listing/spec.md"), ("tasks", "tasks.md")):
        least = form(artifact, shape="least")
        (folder / path).write_text(least.render(least.schema.model_validate_json(least_example(artifact))))
    found = await openspec.validate("add-flag")
    assert found.valid and not found.issues
    assert (await openspec.tasks("add-flag")).total == 2
    purpose = (folder / "specs" / "listing" / "spec.md").read_text().split("## Purpose")[1].split("## ADDED")[0]
    assert len(purpose.strip()) >= LEAST_PURPOSE and "let people do this" in purpose


def test_an_artifact_of_the_users_own_schema_has_the_headings_of_its_template() -> None:
    own = form_of(asked("review", template="# Review\n\n## Risks\n"), LEAST_KNOBS, FRESH)
    text = own.render(own.schema.model_validate({"sections": ["One thing", "Another"]}))
    assert text == "# Review\n\nOne thing.\n\n## Risks\n\nAnother.\n"


def test_an_accepted_draft_is_the_example_when_it_fits() -> None:
    accepted = Tasks.model_validate(json.loads(example("tasks", DraftKnobs())[0])).model_copy(deep=True)
    accepted.groups[0].title = "As it was done before"
    knobs = DraftKnobs(examples={"tasks": accepted.model_dump_json()})
    shown, note = example("tasks", knobs)
    assert "As it was done before" in shown and not note
    assert "As it was done before" not in example("design", knobs)[0]
    assert example("tasks", knobs.model_copy(update={"example": False})) == ("", "")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{broken", "Invalid JSON"),
        ('{"groups": []}', "groups"),
        ('{"groups": [{"title": "Long", "tasks": [{"task": "' + "x" * 900 + '", "verify": "the tests"}]}]}', "task"),
    ],
)
def test_an_example_that_does_not_fit_is_left_out_and_said(given: str, said: str) -> None:
    shown, note = example("tasks", DraftKnobs(examples={"tasks": given}))
    assert shown == example("tasks", DraftKnobs())[0]
    assert note.startswith("draft.examples.tasks is not shown") and said in note


def test_an_example_of_the_full_form_is_none_of_the_least_one() -> None:
    full = example("specs", DraftKnobs())[0]
    shown, note = example("specs", DraftKnobs(shape="least", examples={"specs": full}))
    assert shown == least_example("specs") and "requirements.0.when" in note


@pytest.mark.parametrize(("artifact", "schema"), ARTIFACTS.items())
def test_the_least_of_an_example_is_an_example_of_the_least(artifact: str, schema: type[Any]) -> None:
    plain = example_of(artifact, "Add a --json flag", ("cli.py",))
    assert isinstance(plain, schema)
    least = LEAST[schema].of(plain)
    assert LEAST[schema].of(least.full()) == least

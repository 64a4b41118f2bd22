"""Policy: everything tunable, in one frozen, content-hashed record; its hash is its id.

    BASELINE (deliberately plain) -> DEFAULT (what specloop ships) -> SMALL_MODEL -> what was learned -> ...

`edited` makes a child that names its parent; the chain of policies is the history of what the system learned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from systems.hashed import Hash, Record
from systems.knobs import AnswerKnobs as AnswerKnobs
from systems.knobs import DraftKnobs as DraftKnobs
from systems.knobs import LoopKnobs as LoopKnobs
from systems.knobs import QuestionKnobs as QuestionKnobs
from systems.knobs import ServerKnobs as ServerKnobs
from systems.knobs import ServerLimits as ServerLimits
from systems.knobs import TaskKnobs as TaskKnobs

Edit = Mapping[str, Mapping[str, Any]]
"""{section: {knob: value}}."""


class Policy(Record):
    """One set of knobs."""

    parent: Hash | None = Field(None, description="Policy this one was made from; None for the baseline")
    draft: DraftKnobs = DraftKnobs()
    questions: QuestionKnobs = QuestionKnobs()
    answers: AnswerKnobs = AnswerKnobs()
    servers: ServerKnobs = ServerKnobs()
    tasks: TaskKnobs = TaskKnobs()
    loop: LoopKnobs = LoopKnobs()

    def edited(self, edit: Edit) -> Policy:
        """A child with some knobs changed.

        Raises:
            pydantic.ValidationError: a knob does not exist or a value is out of bounds.
        """
        data = self.model_dump()
        for section, values in edit.items():
            data[section] = {**data.get(section, {}), **values}
        return Policy.model_validate({**data, "parent": self.hash})


BASELINE = Policy(
    draft=DraftKnobs(
        output_tokens=512, capped=False, repairs=0, repair_words=False, example=False, instruction_characters=0
    ),
    questions=QuestionKnobs(method="model", margin=0, own=0, parallel=1, lines={}, candidates=1),
    answers=AnswerKnobs(reuse=False, keep_days=0, check=False, mend="never"),
)
"""Nothing learned: what a first draft of such a system would do. Kept for comparison."""

DEFAULT = Policy(parent=BASELINE.hash)
"""What specloop ships."""

# A model of some hundred million parameters reads about 100 tokens a second on one core and follows short prompts best.
SMALL_MODEL = DEFAULT.edited(
    {
        "draft": {"items": 2, "characters": 160, "instruction_characters": 240, "document_characters": 400},
        "answers": {"excerpt_characters": 200},
    }
)
"""The same for the embedded model."""


def shipped(*, embedded: bool) -> Policy:
    """What a model begins with, before anything was learned with it."""
    return SMALL_MODEL if embedded else DEFAULT

"""Forms: what a person can answer to each kind of question.

This is the one table of them: terminal prompts, `resume --answer`, the form in Studio and MCP elicitation all come from
it. A decision is one word and a text, so that every client can show it as plain fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

EDIT, REJECT = "edit", "reject"
SYNONYMS = {"allow": "approve", "archive": "approve", "yes": "approve", "y": "approve"}
SYNONYMS |= {"refuse": REJECT, "keep": REJECT, "no": REJECT, "n": REJECT}
SPELT = {EDIT: "edit:TEXT", REJECT: "reject:REASON", "always_server": "always server"}


def _way(given: object) -> object:
    """One of the ways, in whichever words people have for it."""
    if not isinstance(given, str):
        return given
    word = "_".join(given.lower().split())
    return SYNONYMS.get(word, word)


def _text(given: object) -> object:
    return given if isinstance(given, str) else "" if given is None else json.dumps(given, ensure_ascii=False)


Text = Annotated[str, BeforeValidator(_text)]


class Form(BaseModel):
    """What a person can answer to one kind of question.

    Attributes:
        kind: of the question.
        default: what is meant by saying nothing on a terminal.
        how: what can be said, in a sentence; empty where `means` tells.
        means: the ways to decide, each with what it does; names of facts of the question stand in braces.
        covers: what a way allows for the rest of a run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str]
    default: ClassVar[str] = ""
    how: ClassVar[str] = ""
    means: ClassVar[Mapping[str, str]] = {}
    covers: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def read(cls, given: Any) -> Self:
        """The answer in words, in the JSON of an object, or in an object.

        Raises:
            ValueError: it is none; says why.
        """
        value = _unpacked(given)
        try:
            return cls.model_validate(cls.of_words(value) if isinstance(value, str) else value)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise ValueError(f"{place}: {first['msg']}" if place else first["msg"]) from error

    @classmethod
    def of_words(cls, words: str) -> dict[str, Any]:
        """The fields of an answer in words."""
        word, _, text = words.partition(":")
        return {"decision": word.strip(), "text": text.strip()}

    @classmethod
    def read_word(cls, words: str) -> object:
        """The way that is meant by words, be it one of this form or not."""
        return _way(words.partition(":")[0])

    @classmethod
    def schema_of(cls) -> dict[str, Any]:
        """JSON schema of the answer, as plain as clients need it to show a form."""
        schema = cls.model_json_schema()
        return {"type": "object", **{key: schema[key] for key in ("properties", "required") if key in schema}}

    @classmethod
    def ways(cls, facts: Mapping[str, Any]) -> dict[str, str]:
        """The ways to decide this question, each with what it does."""
        return {way: words.format(**facts) for way, words in cls.means.items()}

    @classmethod
    def mend(cls) -> str:
        """What can be said, in a sentence."""
        return cls.how or f"Answer {', '.join(f'`{SPELT.get(way, way)}`' for way in cls.means)}."

    @classmethod
    def settles(cls, facts: Mapping[str, Any]) -> frozenset[str]:
        """What, once allowed for the run, answers this question without asking."""
        return frozenset(words.format(**facts) for words in cls.covers.values())

    def allows(self, facts: Mapping[str, Any]) -> str:
        """What this answer allows for the rest of the run; empty for one that is about this question only."""
        return ""


class Decision(Form):
    """A word, and what goes with it: the new text, or the reason."""

    decision: str
    text: Text = Field("", description="edit: what is to stand instead; reject: the reason")

    @model_validator(mode="after")
    def _edits_something(self) -> Self:
        if self.decision == EDIT and not self.text.strip():
            raise ValueError("an edit needs the text that is to stand instead")
        return self

    @property
    def rejected(self) -> bool:
        """Whether the person said no."""
        return self.decision == REJECT

    @property
    def reason(self) -> str:
        """Why, as far as they said."""
        return self.text.strip() if self.rejected else ""

    @property
    def edited(self) -> str:
        """What is to stand instead; empty where nothing is."""
        return self.text.strip() if self.decision == EDIT else ""

    def allows(self, facts: Mapping[str, Any]) -> str:
        """What this answer allows for the rest of the run."""
        return self.covers.get(self.decision, "").format(**facts)


class DocumentDecision(Decision):
    """Whether drafted documents are written."""

    kind = "approval"
    default = "approve"
    means = {
        "approve": "write it as drafted",
        EDIT: "write the text that you give instead; of several files a JSON object of texts by path",
        REJECT: "write nothing; your reason goes into the next draft",
        "always": "write it, and every other document of this run without asking",
    }
    covers = {"always": "documents"}
    decision: Annotated[Literal["approve", "edit", "reject", "always"], BeforeValidator(_way)] = Field(
        description="approve; edit: write `text` instead; reject: for the reason in `text`; always: also what follows"
    )


class DocumentationDecision(DocumentDecision):
    """Whether a document of the project itself is changed after an archive."""

    kind = "documentation"
    means = {
        "approve": "change it as shown",
        EDIT: "write the text that you give instead, the whole document",
        REJECT: "leave it as it is; your reason is kept with the run",
        "always": "change it, and every other document that this archive concerns",
    }
    covers = {"always": "documentation"}


class CheckDecision(Decision):
    """Whether a check that was found decides about tasks."""

    kind = "check"
    default = "approve"
    means = {
        "approve": "work the tasks, and let this check decide",
        EDIT: "work them by the command that you give instead",
        REJECT: "leave the tasks open",
    }
    decision: Annotated[Literal["approve", "edit", "reject"], BeforeValidator(_way)] = Field(
        description="approve; edit: take the command in `text`; reject: leave the tasks open"
    )


class ArchiveDecision(Decision):
    """Whether a finished change becomes part of the main specs."""

    kind = "archive"
    default = REJECT
    means = {
        "approve": "archive it",
        REJECT: "keep the change open; your reason is noted",
        "always": "archive it, and do not ask again in this run",
    }
    covers = {"always": "archive"}
    decision: Annotated[Literal["approve", "reject", "always"], BeforeValidator(_way)] = Field(
        description="approve: archive; reject: keep the change open; always: archive and do not ask again in this run"
    )


class Permission(Decision):
    """Whether a call may be made of a tool that does not say that it only reads."""

    kind = "permission"
    default = REJECT
    means = {
        "approve": "make this call",
        EDIT: "make it with the arguments that you give, a JSON object",
        REJECT: "do not make it; your reason stands in the document",
        "always": "make it, and every other call of {server}.{tool} in this run without asking",
        "always_server": "make it, and call every tool of {server} in this run without asking",
    }
    covers = {"always": "tool {server}.{tool}", "always_server": "server {server}"}
    decision: Annotated[Literal["approve", "edit", "reject", "always", "always_server"], BeforeValidator(_way)] = Field(
        description="approve this call; edit: with the arguments in `text` (JSON); reject; always: also all later calls"
        " of this tool; always_server: of every tool of this server"
    )

    @model_validator(mode="after")
    def _arguments(self) -> Self:
        if self.edited and not isinstance(_unpacked(self.edited), dict):
            raise ValueError("the arguments of a call are a JSON object")
        return self

    @property
    def arguments(self) -> dict[str, Any] | None:
        """What the tool is to be called with instead; None where that is not changed."""
        return json.loads(self.edited) if self.edited else None


class PolicyDecision(Decision):
    """Whether a policy that has won its trial holds from now on."""

    kind = "policy"
    default = "approve"
    means = {
        "approve": "let it hold for the next runs",
        REJECT: "keep the policy as it is; this is not proposed again without new evidence",
        "always": "let it hold, and every other policy that this improve proves",
    }
    covers = {"always": "policies"}
    decision: Annotated[Literal["approve", "reject", "always"], BeforeValidator(_way)] = Field(
        description="approve: let it hold; reject: for the reason in `text`; always: also all that are proven later"
    )


class ToolReply(Form):
    """What the person says to a tool that asks in the middle of a call."""

    kind = "elicitation"
    default = "decline"
    how = 'Answer `accept`, `decline`, the value asked for, or {"FIELD": VALUE, ...}.'
    words: Text = Field("", description="accept, decline, the value of the only field, or a JSON object of values")

    @classmethod
    def of_words(cls, words: str) -> dict[str, Any]:
        """The fields of an answer in words."""
        return {"words": words}

    @model_validator(mode="before")
    @classmethod
    def _values(cls, given: Any) -> Any:
        """Values may stand by themselves, named as the tool names them."""
        return given if not isinstance(given, Mapping) or given.keys() <= {"words"} else {"words": dict(given)}


class QuestionReply(Form):
    """What a person answers to a question; nothing leaves it open."""

    kind = "question"
    how = 'Answer in words, or {"answer": "..."}; empty words leave the question open.'
    answer: str = Field("", description="Your answer; leave it empty to keep the question open")

    @classmethod
    def of_words(cls, words: str) -> dict[str, Any]:
        """The fields of an answer in words."""
        return {"answer": words}


FORMS: Mapping[str, type[Form]] = {
    form.kind: form
    for form in (
        DocumentDecision,
        DocumentationDecision,
        CheckDecision,
        ArchiveDecision,
        Permission,
        PolicyDecision,
        ToolReply,
        QuestionReply,
    )
}
"""The form of each kind of question."""


def _unpacked(given: Any) -> Any:
    """A JSON object as such; anything else as the words that it is."""
    if given is None or isinstance(given, Mapping):
        return "" if given is None else given
    text = str(given).encode("utf-8", "replace").decode()
    try:
        return json.loads(text) if text.lstrip().startswith("{") else text
    except ValueError:
        return text

"""The forms that a person answers in, and how they are asked: again where it is no answer, not again after `always`."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.forms import FORMS, ArchiveDecision, DocumentDecision, Form, Permission, ToolReply
from systems.person import Person, Question, in_charge
from systems.serving.calls import fits

FACTS = {"server": "git", "tool": "commit", "arguments": {"message": "x"}}


def scripted(*answers: Any) -> tuple[Person, list[Question]]:
    """A person who says these things in turn, and what they were asked."""
    asked: list[Question] = []
    said = iter(answers)

    async def put(question: Question, form: type[Form]) -> Any:
        asked.append(question)
        return next(said)

    return Person(put), asked


@pytest.mark.parametrize("kind", ["approval", "permission", "archive", "policy"])
def test_every_decision_offers_yes_no_with_a_reason_and_always_and_says_what_each_does(kind: str) -> None:
    form, ways = FORMS[kind], FORMS[kind].ways(FACTS)
    assert {"approve", "reject", "always"} <= ways.keys() and all(ways.values())
    assert form.schema_of()["properties"]["decision"]["enum"] == list(ways)
    assert form.schema_of()["properties"]["text"]["type"] == "string"
    assert all(form.read(f"{way}: {{}}").model_dump()["decision"] == way for way in ways)
    said = form.read("reject: too long: cut it").model_dump()
    assert said == {"decision": "reject", "text": "too long: cut it"}


@pytest.mark.parametrize("kind", FORMS)
def test_every_form_can_be_shown_by_mcp_clients_and_says_what_can_be_answered(kind: str) -> None:
    form = FORMS[kind]
    assert fits(form.schema_of()) and form.mend().startswith("Answer")
    if form.default:
        form.read(form.default)
    for wrong in ({"x": 1}, [1], {"decision": "perhaps"}):
        if kind not in ("elicitation", "question"):
            with pytest.raises(ValueError, match=r"\S"):
                form.read(wrong)


@pytest.mark.parametrize(
    ("words", "meant"),
    [("allow", "approve"), ("Yes", "approve"), ("keep", "reject"), ("ALWAYS server", "always_server")],
)
def test_people_have_other_words_for_it(words: str, meant: str) -> None:
    assert Permission.read(words).decision == meant
    assert Permission.read({"decision": words}).decision == meant


def test_an_edit_without_a_text_or_with_arguments_that_are_none_is_no_answer() -> None:
    for form, words in ((DocumentDecision, "edit:  "), (Permission, "edit: not json"), (ArchiveDecision, "edit: x")):
        with pytest.raises(ValueError, match=r"\S"):
            form.read(words)
    assert Permission.read({"decision": "edit", "text": {"path": "a"}}).arguments == {"path": "a"}
    assert Permission.read('edit: {"path": "b"}').arguments == {"path": "b"}
    assert ToolReply.read({"depth": 3}).words == '{"depth": 3}' and ToolReply.read("3").words == "3"


@given(st.one_of(st.text(), st.dictionaries(st.text(), st.integers() | st.text()), st.none(), st.integers()))
def test_whatever_is_given_is_an_answer_or_told_to_be_none(given: Any) -> None:
    for form in FORMS.values():
        for one in (given, json.dumps(given)):
            try:
                assert isinstance(form.read(one), form)
            except ValueError as error:
                assert str(error)


def test_a_wrong_answer_is_asked_again_with_what_was_wrong() -> None:
    person, asked = scripted("perhaps", {"decision": 7}, {"decision": "reject", "text": "no"})
    decision = asyncio.run(person.asked(DocumentDecision, "Write it?", files=[]))
    assert decision.reason == "no" and [question["text"] for question in asked] == ["Write it?"] * 3
    assert "wrong" not in asked[0] and all("`reject:REASON`" in question["wrong"] for question in asked[1:])


def test_always_covers_this_tool_or_this_server_and_nothing_else() -> None:
    person, asked = scripted("always", "approve", "always server", "approve")

    def allowed(server: str, tool: str) -> bool:
        return not asyncio.run(person.asked(Permission, "?", server=server, tool=tool, arguments={})).rejected

    assert allowed("git", "commit") and allowed("git", "commit") and len(asked) == 1
    assert allowed("git", "push") and len(asked) == 2
    assert "every other call of git.push" in asked[1]["ways"]["always"]
    assert allowed("web", "post") and allowed("web", "put") and len(asked) == 3
    assert not asyncio.run(person.asked(ArchiveDecision, "Archive?")).rejected and len(asked) == 4
    assert person.allowed == ["tool git.commit", "server web"]


def test_what_disputes_the_persons_own_words_is_asked_whatever_they_always_allow() -> None:
    person, asked = scripted("always", "reject")
    assert not asyncio.run(person.asked(DocumentDecision, "Write?")).rejected
    assert asyncio.run(person.asked(DocumentDecision, "Write over yours?", anyway=True)).rejected and len(asked) == 2


def test_in_auto_nobody_is_in_charge_whatever_was_allowed() -> None:
    from graph.context import Context

    assert in_charge(Context(), ["documents", "server git", "archive"]) is None
    person = in_charge(Context(approve="ask"), ["archive"])
    assert person is not None and not asyncio.run(person.asked(ArchiveDecision, "Archive?")).rejected


def test_who_may_not_approve_is_asked_whatever_was_said_or_allowed_before() -> None:
    from graph.context import Context

    supervised = Context(approve="ask", supervised=True)
    person = in_charge(supervised, ["documents", "archive"], ask=False)
    assert person and not person.allowed

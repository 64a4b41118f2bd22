"""A case done again, with a real MCP server, the real OpenSpec CLI and a scripted model."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from graph.context import Context
from graph.learning.play import Player
from systems import names
from systems.connections import Run, opened
from systems.errors import Missing
from systems.openspec.scratch import scratch
from systems.policy import DEFAULT
from systems.trials import Accepted, Asked, Called, Case, CaseKind, Check, Requested, Stepped
from tests.graph.scripted import scripted_reply
from tests.systems.imitation_server import ImitationServer, Reply

pytestmark = pytest.mark.external
T = TypeVar("T")
TOKYO = "What time is it in Tokyo now?"
DELTA = Requested(artifact="specs", goal="Print the list as JSON", about="json-list")


TASKS = Stepped(requests=(Requested(artifact="tasks", goal="Print the list as JSON", about="the tasks"),))
DATE = "What is today's date?"
TODAY = Accepted(question=DATE, used=True)


def case(kind: CaseKind, given: Asked | Requested | Called | Stepped, **check: object) -> Case:
    return Case(kind=kind, given=given, check=Check.model_validate(check), origin="person")


def with_player(project: Path, server: ImitationServer, work: Callable[[Player], Awaitable[T]]) -> T:
    async def opened_player() -> T:
        context = Context(project=str(project), model=server.url)
        async with opened(context, linger=0) as systems, scratch() as judge:
            return await work(Player(Run("test", context, systems), judge))

    return asyncio.run(opened_player())


def test_every_kind_of_case_is_played_and_judged(project: Path, server: ImitationServer) -> None:
    clock = Called(server="time", tool="get_current_time", arguments={"timezone": "Asia/Tokyo"})
    nowhere = Called(server="time", tool="get_current_time", arguments={"timezone": "No/Where"})
    expected = [
        (case("route", Asked(question=TOKYO), server="time"), ""),
        (case("route", Asked(question=TOKYO), server="git"), "routed to time, not git"),
        (
            case("route", Asked(question=TOKYO), server="time", tool="convert_time"),
            "routed to time.get_current_time, not time.convert_time",
        ),
        (case("answer", Asked(question=TOKYO), server="time", terms=("asia/tokyo",)), ""),
        (case("answer", Asked(question=TOKYO), server="time", terms=("Berlin", "Tokyo")), "terms: Berlin"),
        (case("call", clock, outcome="ok", terms=("Asia/Tokyo",)), ""),
        (case("call", clock, outcome="error"), "ok: it was to fail, and gave a result"),
        (case("call", nowhere, outcome="error"), ""),
        (case("draft", DELTA, valid=True), ""),
        (case("draft", DELTA, valid=True, terms=("zebra",)), "terms: zebra"),
        (case("step", TASKS, valid=True, answers=(TODAY,)), ""),
        (case("step", TASKS, valid=True, terms=("zebra",), answers=(TODAY,)), "terms: zebra"),
        (case("step", TASKS, answers=(TODAY, TODAY.model_copy(update={"terms": ("Berlin",)}))), f"lost: {DATE}"),
        (case("step", TASKS, answers=(TODAY.model_copy(update={"question": "What else?", "used": False}),)), ""),
        (case("draft", DELTA, sources=("todo/cli.py",)), "sources: todo/cli.py"),
    ]

    async def all_of_them(player: Player) -> list[str]:
        return [(await player.play(each, DEFAULT, 0)).why for each, _ in expected]

    assert with_player(project, server, all_of_them) == [why for _, why in expected]


def test_servers_are_started_by_whatever_is_played_first(project: Path, server: ImitationServer) -> None:
    clock = Called(server="time", tool="get_current_time", arguments={"timezone": "Asia/Tokyo"})

    async def played(player: Player) -> list[bool]:
        return [(await player.play(case("call", clock, outcome="ok"), DEFAULT, times)).success for times in range(2)]

    assert with_player(project, server, played) == [True, True]


def test_a_play_is_a_trace_of_its_own_with_the_policy_and_the_verdict_on_it(
    project: Path, server: ImitationServer
) -> None:
    policy = DEFAULT.edited({"draft": {"items": 5}})

    async def played(player: Player) -> None:
        draft = await player.play(case("draft", DELTA, valid=True), policy, 3)
        spans = player.run.systems.spans.spans(trace_id=draft.trace_id)
        assert {span.attributes[names.POLICY] for span in spans} == {policy.hash}
        root = next(span for span in spans if span.parent_id is None)
        assert [event["attributes"][names.EVALUATION_LABEL] for event in root.events] == ["pass"]
        assert draft.success and draft.seconds > 0 and draft.tokens == 18
        assert server.requests[-1]["seed"] == policy.draft.seed + 3

    with_player(project, server, played)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(content='{"purp', finish_reason="length"), "truncated: "),
        (Reply(content="no JSON at all"), "invalid: "),
        (Reply(content=""), "empty: "),
    ],
)
def test_a_draft_that_fails_says_why_in_a_word_that_stays(project: Path, reply: Reply, why: str) -> None:
    async def played(player: Player) -> str:
        return (await player.play(case("draft", DELTA, valid=True), DEFAULT, 0)).why

    with ImitationServer(lambda _: reply) as server:
        assert with_player(project, server, played).startswith(why)


def test_an_outage_of_the_model_is_no_failure_of_the_policy(project: Path) -> None:
    gone = {"error": {"message": "the model was unloaded"}}

    async def played(player: Player) -> None:
        with pytest.raises(Missing):
            await player.play(case("draft", DELTA, valid=True), DEFAULT, 0)

    with ImitationServer(lambda _: Reply(status=401, body=gone)) as server:
        with_player(project, server, played)


def test_an_outage_of_a_server_is_no_failure_of_the_policy(project: Path, server: ImitationServer) -> None:
    async def played(player: Player) -> None:
        with pytest.raises(Missing, match="git is gone"):
            await player.play(case("call", Called(server="git", tool="git_log"), outcome="ok"), DEFAULT, 0)

    with_player(project, server, played)


def test_a_broken_answer_passes_no_sound_check(project: Path, server: ImitationServer) -> None:
    sound = [
        case("route", Asked(question=TOKYO), server="person"),
        case("answer", Asked(question=TOKYO), server="time", terms=("Tokyo",)),
        case("draft", DELTA, valid=True),
        case("call", Called(server="time", tool="get_current_time"), outcome="ok"),
        case("step", TASKS, valid=True),
        case("step", TASKS, answers=(TODAY,)),
    ]
    hollow = [case("route", Asked(question=TOKYO)), case("answer", Asked(question=TOKYO)), case("draft", DELTA)]

    async def controls(player: Player) -> list[bool]:
        return [(await player.control(each)).success for each in (*sound, *hollow)]

    assert with_player(project, server, controls) == [False] * len(sound) + [True] * len(hollow)


def test_the_scripted_model_drafts_soundly(project: Path) -> None:
    """What the tests above rest on: with its replies left out, the same draft fails."""

    def broken(request: dict[str, object]) -> dict[str, object]:
        return {**scripted_reply(request), "requirements": []}

    async def played(player: Player) -> bool:
        return (await player.play(case("draft", DELTA, valid=True), DEFAULT, 0)).success

    with ImitationServer(broken) as server:
        assert not with_player(project, server, played)

"""Which failures a later attempt made good."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.calls.attempts import MOST_ASKED, TRIES, Attempts
from nodes.feedback_loop.reading.operations import Operation, read
from nodes.feedback_loop.texts.rephrasing import words
from tests.nodes.feedback_loop.traces import Trace


class Run:
    def __init__(self, task: str = "") -> None:
        self.attempts = Attempts(lambda: words(task), lambda: words(task))
        self._trace = Trace()
        self._now = 0

    def __call__(self, arguments: str | None, error: str = "", *, back: int = 0, **more: str) -> Operation:
        self._now += 2
        at = self._now - back
        operation = read(self._trace.tool("read", at, at + 1, error=error, TOOL_ARGUMENTS=arguments, **more))
        if operation.failed:
            self.attempts.failed(operation)
        else:
            self.attempts.worked(operation)
        return operation


@pytest.mark.parametrize(
    ("first", "second", "good"),
    [
        ('{"path": "a.txt"}', '{"path": "a.txt"}', True),
        ('{"path": "main.py"}', '{"path": "src/main.py"}', True),
        ('{"room": "12"}', '{"room": "13"}', False),
        ('{"field": "north"}', '{"field": "south"}', False),
        (None, '{"path": "a.txt"}', True),
        ('{"path": "a.txt"}', None, True),
    ],
)
def test_the_same_or_another_attempt_at_it_makes_good_the_next_thing_does_not(
    first: str | None, second: str | None, good: bool
) -> None:
    run = Run("Read the north and the south field.")
    failed = run(first, "broken")
    run(second)
    assert run.attempts.made_good(failed) is good
    assert run.attempts.count == good


def test_a_chain_of_other_attempts_is_made_good_as_a_whole() -> None:
    run = Run()
    failed = [run(f'{{"path": "{path}"}}', "none") for path in ("main.py", "src/main.py", "src/app/main.py")]
    run('{"path": "lib/app/main.py"}')
    assert all(map(run.attempts.made_good, failed))


def test_what_worked_long_after_is_something_else_but_the_same_call_never_is() -> None:
    run = Run()
    failed = run('{"path": "main.py"}', "none")
    for number in range(TRIES):
        run(f'{{"query": "{"x" * number}"}}')
    run('{"path": "src/main.py"}')
    assert not run.attempts.made_good(failed)
    run('{"path": "main.py"}')
    assert run.attempts.made_good(failed)


def test_what_was_under_way_when_it_failed_makes_nothing_good() -> None:
    run = Run()
    failed = run('{"path": "a"}', "none")
    run('{"path": "a"}', back=2)
    assert not run.attempts.made_good(failed)


def test_arguments_of_a_wrong_form_are_made_good_by_the_next_that_work() -> None:
    run = Run()
    failed = run("{}", "missing a required argument: 'host'")
    run('{"host": "edge-04"}')
    assert run.attempts.made_good(failed)


def test_memory_is_bounded() -> None:
    run = Run()
    for number in range(3 * MOST_ASKED):
        run(f'{{"n": {number * 100}}}', "none")
    assert sum(len(one.asked) for one in run.attempts.open.values()) <= MOST_ASKED

"""What failed is named as each test runner names it, so that a check that was red before can be judged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.execution.implementing.failures import MOST, named_failures

PRINTED = {
    "pytest": (
        "..F\nFAILED tests/test_a.py::test_x[a b] - assert 1 == 2\nERROR tests/test_b.py - ImportError: no\n1 failed\n",
        ("tests/test_a.py::test_x[a b]", "tests/test_b.py"),
    ),
    "unittest": (
        "FAIL: test_add (test_calc.Numbers.test_add)\n-----\nERROR: test_b (m.T)\nFAILED (failures=1, errors=1)\n",
        ("test_add (test_calc.Numbers.test_add)", "test_b (m.T)"),
    ),
    "cargo": (
        "test tests::it_works ... FAILED\ntest tests::fine ... ok\ntest result: FAILED. 1 passed\n",
        ("tests::it_works",),
    ),
    "go": (
        "--- FAIL: TestX (0.00s)\n    --- FAIL: TestX/sub (0.00s)\nFAIL\nFAIL\texample.org/m\t0.1s\n",
        ("TestX", "TestX/sub"),
    ),
    "tap": ("ok 1 - fine\nnot ok 2 - adds up # time=3ms\n", ("adds up",)),
    "jest": ("  ✓ fine (2 ms)\n  ✕ adds up (4 ms)\n", ("adds up",)),
    "rspec": ("rspec ./spec/a_spec.rb:3 # A adds\n", ("./spec/a_spec.rb:3",)),
}


@pytest.mark.parametrize("runner", PRINTED)
def test_a_runners_failures_are_named(runner: str) -> None:
    output, failures = PRINTED[runner]
    assert named_failures(output) == failures


def test_what_names_nothing_names_nothing() -> None:
    assert named_failures("make: *** [test] Error 1\nFAILED\nerror: could not compile\n") == ()


@given(st.text(alphabet="FAILEDERROR: test.py()#-✕ok not\n0", max_size=300))
def test_any_output_can_be_read(output: str) -> None:
    found = named_failures(output)
    assert len(found) == len(set(found)) <= MOST and all(name.strip() for name in found)

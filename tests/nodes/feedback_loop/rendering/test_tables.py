"""A profile as tables."""

from nodes.feedback_loop.rendering.tables import tables
from systems.records import Totals
from tests.nodes.feedback_loop.rendering.reports import PROFILE


def test_the_place_with_the_longest_critical_path_comes_first() -> None:
    tools = {
        "quick": Totals(calls=9, seconds=9, critical_seconds=1),
        "slow": Totals(calls=1, seconds=5, critical_seconds=5),
    }
    (table, _) = tables(PROFILE.model_copy(update={"tools": tools}))
    assert [row.place for row in table.rows] == ["slow", "quick"]


def test_columns_that_say_nothing_are_left_out() -> None:
    tools, models = tables(PROFILE)
    assert [column.title for column in tools.columns] == ["calls", "failed", "retries", "critical", "total", "p95"]
    assert "failed" not in [column.title for column in models.columns]
    assert "retries" not in [column.title for column in tables(PROFILE, brief=True)[0].columns]


def test_one_call_at_a_time_is_not_worth_a_column() -> None:
    def titles(most: int) -> list[str]:
        totals = Totals(calls=1, mean_concurrency=float(most), max_concurrency=most)
        return [column.title for column in tables(PROFILE.model_copy(update={"tools": {"t": totals}}))[0].columns]

    assert "most at once" not in titles(1) and "most at once" in titles(2)


def test_what_does_not_fit_is_counted() -> None:
    tools = {f"tool {number}": Totals(calls=1) for number in range(5)}
    table = tables(PROFILE.model_copy(update={"tools": tools}), most=2)[0]
    assert (len(table.rows), table.left_out) == (2, 3)

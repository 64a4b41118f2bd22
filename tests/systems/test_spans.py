import itertools
import math
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from systems import names
from systems.errors import Missing
from systems.records import Span
from systems.spans import SpanStore, Store, open_spans
from systems.spans.postgres import PostgresStore
from systems.spans.queries import Queries
from systems.stores import Place
from systems.stores.place import schema_of
from tests import postgres

TRACE = "a" * 32
SECOND = 10**9
DAY = 86_400 * SECOND
MONDAY = 1_763_942_400 * SECOND  # 2025-11-24
Both: TypeAlias = list[Store | PostgresStore]
numbers = itertools.count(1)


@pytest.fixture
def store(place: Place) -> Iterator[SpanStore]:
    with closing(open_spans(place)) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "specloop.db")) as opened:
        yield opened


@pytest.fixture(scope="module")
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """A store of each engine that is there, for many examples, which have no trace and no name in common."""
    folder = tmp_path_factory.mktemp("both")
    stores: Both = [Store(folder / "specloop.db")]
    if postgres.is_installed():
        stores.append(PostgresStore(schema_of(folder, request.getfixturevalue("database").url)))
    yield stores
    for store in stores:
        store.close()


def a_span(number: int = 1, *, trace_id: str = TRACE, start_ns: int | None = None) -> Span:
    start = number * 10 if start_ns is None else start_ns
    return Span(
        trace_id=trace_id,
        span_id=f"{number:016x}",
        parent_id=f"{number - 1:016x}" if number > 1 else None,
        name=f"span {number}",
        start_ns=start,
        end_ns=start + 5,
    )


def with_attributes(span: Span, attributes: dict[str, Any]) -> Span:
    return span.model_copy(update={"attributes": attributes})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
any_spans = st.builds(
    Span,
    trace_id=st.just(TRACE),
    span_id=st.integers(0, 2**64 - 1).map(lambda number: f"{number:016x}"),
    parent_id=st.none() | st.just("b" * 16),
    name=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30),
    kind=st.sampled_from(["INTERNAL", "CLIENT"]),
    start_ns=st.integers(0, 2**62),
    end_ns=st.integers(0, 2**62),
    status=st.sampled_from(["unset", "ok", "error"]),
    message=st.text(max_size=200),
    attributes=st.dictionaries(st.text(max_size=30), json_values, max_size=5),
    events=st.lists(st.dictionaries(st.text(max_size=9), json_values, max_size=3), max_size=2).map(tuple),
)


@settings(max_examples=50)
@given(st.lists(any_spans, max_size=6, unique_by=lambda span: span.span_id))
def test_what_comes_out_is_what_went_in(both: Both, spans: list[Span]) -> None:
    trace_id = f"{next(numbers):032x}"
    given = sorted((span.model_copy(update={"trace_id": trace_id}) for span in spans), key=str)
    for store in both:
        assert store.add(given) == len(spans)
        assert sorted(store.spans(trace_id=trace_id), key=str) == given


@pytest.mark.parametrize(
    "value",
    [math.nan, -math.inf, [math.inf, None], "\ud800", {"\udfff": 1}, 2**64, -(2**63) - 1, -0.0, 1e300, "null", None],
    ids=repr,
)
def test_a_value_that_json_has_no_word_for_comes_back_too(store: SpanStore, value: Any) -> None:
    store.add([with_attributes(a_span(1), {"b": value, "a": 1}), a_span(2)])
    assert repr(store.spans(trace_id=TRACE)[0].attributes) == repr({"a": 1, "b": value})


def test_spans_come_back_in_the_order_of_their_starts_however_they_came(store: SpanStore) -> None:
    store.add([a_span(3)])
    store.add([a_span(1), a_span(2)])
    assert [span.name for span in store.spans(trace_id=TRACE)] == ["span 1", "span 2", "span 3"]


def test_adding_a_span_again_changes_nothing(store: SpanStore) -> None:
    assert store.add([a_span(1), a_span(2)]) == 2
    assert store.add([a_span(2).model_copy(update={"message": "again"}), a_span(3), a_span(3)]) == 1
    assert [span.start_ns for span in store.spans(trace_id=TRACE)] == [10, 20, 30]
    many = [a_span(number) for number in range(1, 200)]
    assert (store.add(many), store.add(many)) == (196, 0)
    assert store.add([]) == 0


def test_one_span_id_in_two_traces_is_two_spans(store: SpanStore) -> None:
    other = "b" * 32
    assert store.add([a_span(1), a_span(1, trace_id=other)]) == 2
    assert [len(store.spans(trace_id=trace)) for trace in (TRACE, other)] == [1, 1]


def test_the_spans_since_a_loop_are_those_of_later_loops_and_of_none(store: SpanStore) -> None:
    store.add([a_span(1), *(with_attributes(a_span(number), {names.LOOP: number}) for number in range(2, 6))])
    assert [span.name for span in store.spans(trace_id=TRACE, since=4)] == ["span 1", "span 4", "span 5"]
    assert len(store.spans(trace_id=TRACE, since=-8)) == 5
    assert store.spans(trace_id="c" * 32) == []


def test_a_trace_is_listed_with_its_run_its_start_and_its_size(store: SpanStore) -> None:
    store.add([a_span(2, trace_id="b" * 32, start_ns=1_700_000_000 * 10**9)])
    store.add([a_span(2, start_ns=1_600_000_000 * 10**9)])
    store.add([with_attributes(a_span(1, start_ns=1_599_999_999 * 10**9), {names.CONVERSATION: "run-1"})])
    first, second = store.traces()
    assert (first.run_id, first.started, first.spans) == ("run-1", "2020-09-13T12:26:39+00:00", 2)
    assert (second.trace_id, second.run_id, second.spans) == ("b" * 32, None, 1)


@pytest.mark.parametrize("name", [names.RUN, names.CONVERSATION, "session.id"])
def test_a_trace_belongs_to_the_run_or_session_that_its_spans_name(store: SpanStore, name: str) -> None:
    store.add([a_span(1)])
    store.add([with_attributes(a_span(2), {name: "run-1", "resource.service.name": "travel agent"})])
    store.add([with_attributes(a_span(3), {name: "run-2", "resource.service.name": "another"}), a_span(4)])
    (trace,) = store.traces()
    assert (trace.run_id, trace.service, trace.spans) == ("run-1", "travel agent", 4)


def test_names_that_no_text_can_hold_are_kept_as_well_as_may_be(store: SpanStore) -> None:
    odd = a_span(1).model_copy(update={"name": "\ud800", "attributes": {names.RUN: "\ud800", names.LOOP: 2**70}})
    store.add([odd])
    assert store.spans(trace_id=TRACE) == [odd.model_copy(update={"name": "?"})]
    assert store.traces()[0].run_id == "?"


def test_spans_are_given_in_the_order_in_which_they_ended_children_first(store: SpanStore) -> None:
    store.add([a_span(5), a_span(1), a_span(2).model_copy(update={"end_ns": 55}), a_span(3)])
    store.add([a_span(4, trace_id="b" * 32)])
    assert [span.name for span in store.ended(trace_id=TRACE)] == ["span 1", "span 3", "span 5", "span 2"]
    assert [span.name for span in store.ended()] == ["span 1", "span 3", "span 4", "span 5", "span 2"]
    assert list(store.ended(trace_id="c" * 32)) == []


def test_a_run_of_several_traces_is_given_as_one(store: SpanStore) -> None:
    in_run = {names.CONVERSATION: "run-1"}
    store.add([with_attributes(a_span(4, trace_id="b" * 32), in_run), a_span(2, trace_id="b" * 32)])
    store.add([with_attributes(a_span(1), in_run), a_span(3), a_span(9, trace_id="c" * 32)])
    assert [span.name for span in store.ended(run_id="run-1")] == ["span 1", "span 2", "span 3", "span 4"]
    assert [span.name for span in store.ended(run_id="run-1", trace_id=TRACE)] == ["span 1", "span 3"]


def test_spans_can_be_added_while_others_are_given_and_giving_may_stop_early(store: SpanStore) -> None:
    store.add([a_span(number) for number in range(1, 1_001)])
    given = store.ended(trace_id=TRACE)
    assert next(given).name == "span 1"
    assert store.add([a_span(2_000)]) == 1
    assert sum(1 for _ in given) == 999
    given = store.ended(trace_id=TRACE)
    next(given)
    del given
    assert sum(1 for _ in store.ended(trace_id=TRACE)) == 1_001


@settings(max_examples=50)
@given(
    st.lists(st.integers(-5, 2**40), min_size=1, max_size=60),
    st.lists(st.integers(0, 100), min_size=1, max_size=4),
)
def test_percentiles_are_the_nearest_ranks(both: Both, durations: list[int], percents: list[int]) -> None:
    name = f"lasting {(trace := next(numbers))}"
    lasting = [
        a_span(number, trace_id=f"{trace:032x}").model_copy(update={"name": name, "end_ns": number * 10 + duration})
        for number, duration in enumerate(durations, start=1)
    ]
    ordered = sorted(span.seconds for span in lasting)
    ranks = [next(rank for rank in range(1, 61) if rank * 100 >= percent * len(ordered)) for percent in percents]
    for store in both:
        store.add([*lasting, a_span(10_000, trace_id=f"{trace:032x}")])
        assert store.durations(name) == ordered
        assert store.percentiles(name, percents) == tuple(ordered[rank - 1] for rank in ranks)


def test_a_name_that_no_span_has_has_no_percentiles(store: SpanStore) -> None:
    store.add([a_span(1)])
    assert (store.percentiles("another"), store.durations("another")) == ((), [])
    assert store.percentiles("span 1") == (5e-9, 5e-9, 5e-9)


def test_percentiles_are_read_from_an_index(store: SpanStore) -> None:
    store.add([a_span(n).model_copy(update={"name": f"{'one' if n % 50 == 0 else 'other'}"}) for n in range(1, 3_000)])
    assert isinstance(store, Queries)
    found, values = store._named("one", None, None)
    on_server = isinstance(store, PostgresStore)
    if on_server:
        store._tables.run("VACUUM ANALYZE spans")
    for select in ("COUNT(*)", store.duration):
        order = "" if select == "COUNT(*)" else f"ORDER BY {select} LIMIT 1"
        explain = "EXPLAIN" if on_server else "EXPLAIN QUERY PLAN"
        plan = str(store._tables.rows(f"{explain} SELECT {select} {found} {order}", *values))
        assert ("_name_duration_start_ns_idx" if on_server else "spans_durations") in plan
        assert "->  Sort" not in plan and "TEMP B-TREE" not in plan


def test_a_store_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "specloop.db"
    old = sqlite3.connect(path)
    old.executescript((Path(__file__).parent / "data" / "spans_m001.sql").read_text(encoding="utf-8"))
    old.close()
    store = Store(path)
    first, second, third = store.spans(trace_id=TRACE)
    assert (first.name, second.name, second.kind, second.parent_id) == ("span 1", "span 0", "CLIENT", first.span_id)
    assert (third.status, third.message, third.attributes["unknown"]) == (
        "error",
        "it failed",
        {"deep": [1, None, "ü"]},
    )
    assert [(trace.run_id, trace.service, trace.spans) for trace in store.traces()] == [
        (None, None, 1),
        ("run-1", None, 3),
    ]
    assert store.durations("span 1") == [1e-9, 5e-9, 5e-9]
    assert store.add([third, a_span(4)]) == 1
    store.close()


def test_threads_may_add_at_the_same_time(store: SpanStore) -> None:
    def add(first: int) -> None:
        for number in range(first, first + 20):
            store.add([a_span(number)])

    threads = [threading.Thread(target=add, args=(1 + 20 * number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.spans(trace_id=TRACE)) == 100


def test_a_store_in_use_can_be_read_by_another(store: SpanStore, place: Place) -> None:
    store.add([a_span(1)])
    with closing(open_spans(place)) as reader:
        store.add([a_span(2)])
        assert len(reader.spans(trace_id=TRACE)) == 2


def test_spans_outlive_a_process_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "specloop.db"
    writes = (
        "import os, signal, sys; from pathlib import Path; from systems.spans import Store\n"
        "from tests.systems.test_spans import a_span\n"
        "store = Store(Path(sys.argv[1])); store.add([a_span(1)])\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    root = Path(__file__).parent.parent.parent
    done = subprocess.run([sys.executable, "-c", writes, str(path)], cwd=root, env={**os.environ, "PYTHONPATH": "."})
    assert done.returncode == -signal.SIGKILL
    store = Store(path)
    assert store.spans(trace_id=TRACE) == [a_span(1)]
    store.close()


def test_a_span_that_cannot_be_stored_takes_none_of_its_batch_in(store: SpanStore) -> None:
    with pytest.raises(OverflowError):
        store.add([a_span(1), a_span(2, start_ns=2**70)])
    assert store.spans(trace_id=TRACE) == []
    assert store.add([a_span(1)]) == 1


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "specloop.db"
    path.write_bytes(b"this is no database, " * 500)
    with pytest.raises(Missing, match=r"specloop\.db is damaged") as caught:
        Store(path)
    assert caught.value.system == "store"


@pytest.mark.parametrize("data", ["01ffff", "", "02", "0200ff", "0260ffffffffffffff7f00", "09aa"])
def test_a_damaged_span_is_an_error_of_the_store_and_not_silence(both: Both, data: str) -> None:
    trace = f"{next(numbers):032x}"
    damage = "UPDATE spans SET data = ? WHERE trace = (SELECT id FROM traces WHERE trace_id = ?)"
    for store in both:
        store.add([a_span(1, trace_id=trace)])
        store._tables.run(damage, bytes.fromhex(data), trace)
        for read in (store.spans, store.ended):
            with pytest.raises(Missing, match="a span cannot be read"):
                list(read(trace_id=trace))


def test_a_span_of_ours_takes_less_than_400_bytes(file: Store) -> None:
    from tests.benchmarks.spans_store import bytes_per_span, loops

    assert bytes_per_span(file, loops(40)) < 400


def test_traces_are_found_by_when_they_began(store: SpanStore) -> None:
    for number, start in enumerate((MONDAY, MONDAY + 5, MONDAY + DAY), start=1):
        trace = f"{number:032x}"
        store.add([a_span(2, trace_id=trace, start_ns=start + 9)])
        store.add([a_span(1, trace_id=trace, start_ns=start), a_span(3, trace_id=trace, start_ns=start + 3 * DAY)])
    found = [int(trace, 16) for trace in store.begun(since=MONDAY, until=MONDAY + DAY)]
    assert (found, list(store.begun(since=MONDAY + DAY + 1))) == ([1, 2], [])
    assert [int(trace, 16) for trace in store.begun()] == [1, 2, 3]
    assert [trace.spans for trace in store.traces(known_as=f"{2:032x}")] == [3]
    assert [int(trace.trace_id, 16) for trace in store.traces(newest=2)] == [2, 3]


def test_times_of_a_name_are_asked_for_by_day(store: SpanStore) -> None:
    days = [a_span(n, start_ns=MONDAY + n * DAY).model_copy(update={"name": "one"}) for n in range(3)]
    absurd = [
        a_span(end + 7, start_ns=start).model_copy(update={"name": "one"})
        for end, start in enumerate((-(2**63), 2**63 - 6))
    ]
    store.add(
        [span.model_copy(update={"end_ns": span.start_ns + number}) for number, span in enumerate([*days, *absurd])]
    )
    assert store.durations("one", since=MONDAY, until=MONDAY + 2 * DAY) == [0.0, 1e-9]
    assert store.percentiles("one", (100,), since=MONDAY + DAY) == (4e-9,)
    assert len(store.durations("one")) == 5


def test_days_that_are_too_old_go_whole_and_the_rest_stays(store: SpanStore) -> None:
    long, old, new = f"{1:032x}", f"{2:032x}", f"{3:032x}"
    store.add([a_span(1, trace_id=long, start_ns=MONDAY - 1), a_span(2, trace_id=long, start_ns=MONDAY)])
    store.add([a_span(number, trace_id=old, start_ns=MONDAY - number * DAY) for number in range(1, 71)])
    store.add([a_span(1, trace_id=new, start_ns=MONDAY + 1), a_span(1, trace_id=f"{4:032x}", start_ns=0)])
    would = store.prune(MONDAY, dry_run=True)
    assert (would.spans, would.traces, len(list(store.begun()))) == (72, 2, 4)
    done = store.prune(MONDAY)
    assert (done.spans, done.traces) == (72, 2) and done.bytes > 0
    assert [len(store.spans(trace_id=trace)) for trace in (long, old, new)] == [1, 0, 1]
    assert store.prune(MONDAY).spans == 0
    assert store.add([a_span(1, trace_id=old, start_ns=MONDAY - 2 * DAY)]) == 1  # late, and yet welcome
    assert len(store.spans(trace_id=old)) == 1


def test_a_day_that_another_process_pruned_is_made_again(database: postgres.Server, tmp_path: Path) -> None:
    place = schema_of(tmp_path, database.url)
    with closing(open_spans(place)) as store, closing(open_spans(place)) as another:
        for first, last in ((1, 2), (100, 300)):  # a few, and many
            store.add([a_span(number, start_ns=MONDAY) for number in range(first, last)])
            another.prune(MONDAY + DAY)
            assert store.add([a_span(number, start_ns=MONDAY) for number in range(first, last)]) == last - first


def test_collectors_that_write_at_once_make_each_day_and_keep_each_span_once(
    database: postgres.Server, tmp_path: Path
) -> None:
    place = schema_of(tmp_path, database.url)
    new: list[int] = []
    spans = [a_span(n, trace_id=f"{n % 40:032x}", start_ns=MONDAY + n % 5 * DAY) for n in range(1, 601)]

    def collect(seed: int) -> None:
        chance = random.Random(seed)
        with closing(open_spans(place)) as own:
            for _ in range(4):
                chance.shuffle(mine := list(spans))
                new.extend(own.add(mine[first : first + 50]) for first in range(0, 600, 50))
                new.append(own.add(mine))

    threads = [threading.Thread(target=collect, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(new), len(new)) == (600, 4 * 4 * 13)
    with closing(open_spans(place)) as store:
        assert sum(trace.spans for trace in store.traces()) == 600

"""Votes: the same from any kind of column, checked once, and saying what was noticed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality import Golds, Votes

ROWS = {
    "task": ["t2", "t1", "t2", "t1", "t3"],
    "worker": ["ann", "ann", "bob", "cyd", "bob"],
    "label": ["dog", "cat", "cat", "cat", "emu"],
}


def columns_of_every_kind() -> dict[str, Any]:
    table = pa.table(ROWS)
    return {
        "lists": ROWS,
        "numpy": {name: np.array(values) for name, values in ROWS.items()},
        "objects": {name: np.array(values, dtype=object) for name, values in ROWS.items()},
        "numpy strings": {name: np.array(values, dtype=np.dtypes.StringDType()) for name, values in ROWS.items()},
        "pandas": pd.DataFrame(ROWS),
        "pandas categories": pd.DataFrame(ROWS).astype("category"),
        "polars": pl.DataFrame(ROWS),
        "polars categories": pl.DataFrame(ROWS).with_columns(pl.all().cast(pl.Categorical)),
        "arrow": table,
        "arrow in chunks": pa.concat_tables([table.slice(0, 2), table.slice(2)]),
        "arrow dictionaries": pa.table({name: table[name].dictionary_encode() for name in ROWS}),
    }


@pytest.mark.parametrize("kind", columns_of_every_kind())
def test_every_kind_of_column_gives_the_same_votes(kind: str) -> None:
    votes = Votes.from_frame(columns_of_every_kind()[kind])

    assert votes.tasks.tolist() == ["t2", "t1", "t3"]
    assert votes.workers.tolist() == ["ann", "bob", "cyd"]
    assert votes.classes.tolist() == ["cat", "dog", "emu"]
    assert votes.task.tolist() == [0, 0, 1, 1, 2]
    assert votes.worker.tolist() == [0, 1, 0, 2, 1]
    assert votes.label.tolist() == [1, 0, 0, 0, 2]
    assert votes.start.tolist() == [0, 2, 4, 5]
    assert [array.dtype for array in (votes.task, votes.worker, votes.label, votes.start)] == ["i4", "i4", "i4", "i8"]
    assert (len(votes), votes.n_tasks, votes.n_workers, votes.n_classes) == (5, 3, 3, 3)


def test_votes_are_read_from_lines_of_text() -> None:
    lines = ["worker,seconds,task,label\n", 'ann,1.5,"a, b",yes\n', "\n", "bob,2,c,no\n"]

    votes = Votes.from_csv(lines, time="seconds")

    assert votes.tasks.tolist() == ["a, b", "c"]
    assert votes.when is not None
    assert votes.when.tolist() == [1.5, 2.0]


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (["task,worker,label", "1,2"], "line 2 has 2 fields"),
        (["task,worker", "1,2"], "no column 'label'"),
        ([], "no column 'task'"),
    ],
)
def test_lines_that_do_not_read_are_named(lines: list[str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Votes.from_csv(lines)


@pytest.mark.parametrize(("repeated", "kept"), [("last", ["b", "c"]), ("first", ["a", "c"]), ("all", ["a", "b", "c"])])
def test_a_worker_who_votes_twice_counts_as_asked(repeated: Any, kept: list[str]) -> None:
    votes = Votes.from_arrays([1, 1, 1], ["ann", "ann", "bob"], ["a", "b", "c"], repeated=repeated)

    assert votes.classes[votes.label].tolist() == kept
    assert len(votes.notes) == 1


def test_of_repeated_votes_the_latest_in_time_counts() -> None:
    times = np.array(["2026-05-02", "2026-05-01"], dtype="datetime64[s]")

    votes = Votes.from_arrays([1, 1], ["ann", "ann"], ["a", "b"], times=times)

    assert votes.classes[votes.label].tolist() == ["a"]
    assert votes.when is not None
    assert votes.when.tolist() == [1777680000.0]  # 2026-05-02 in seconds, by `date -u -d 2026-05-02 +%s`


@pytest.mark.parametrize("column", ["tasks", "workers", "labels"])
@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, np.datetime64("NaT")])
def test_a_missing_id_is_named_with_its_row(column: str, missing: object) -> None:
    columns: dict[str, Any] = {"tasks": ["a", "b"], "workers": ["x", "y"], "labels": ["u", "v"]}
    columns[column][1] = missing

    with pytest.raises(ValueError, match=rf"{column}\[1\] is missing"):
        Votes.from_arrays(**columns)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"labels": ["u"]}, "labels has 1 rows and tasks has 2"),
        ({"classes": ["v"]}, "labels say 'u', which is not among classes"),
        ({"classes": ["u", "u", "v"]}, "classes names an id twice"),
        ({"weights": [1, -1]}, r"weights\[1\] is -1.0"),
        ({"weights": [1, np.inf]}, r"weights\[1\] is inf"),
        ({"weights": ["a", "b"]}, "weights holds something that is not a number"),
        ({"times": [1]}, "times has shape"),
        ({"repeated": "some"}, "repeated is 'some'"),
        ({"tasks": [[1, 2], [3, 4]]}, "cannot be an id"),
        ({"tasks": np.zeros((2, 2))}, "one dimension"),
        ({"tasks": ["a", "a"], "workers": ["x", "x"], "repeated": "error"}, "worker 'x' voted more than once"),
    ],
)
def test_bad_votes_are_refused_with_a_remedy(arguments: dict[str, Any], complaint: str) -> None:
    columns: dict[str, Any] = {"tasks": ["a", "b"], "workers": ["x", "y"], "labels": ["u", "v"]}

    with pytest.raises(ValueError, match=complaint):
        Votes.from_arrays(**{**columns, **arguments})


def test_a_column_that_is_not_there_is_named() -> None:
    for frame in columns_of_every_kind().values():
        with pytest.raises(ValueError, match="no column 'annotator'"):
            Votes.from_frame(frame, worker="annotator")


def test_known_workers_keep_their_places_and_strangers_are_told() -> None:
    votes = Votes.from_arrays([1, 1], ["eve", "bob"], [0, 1], workers_known=["ann", "bob"])

    assert votes.workers.tolist() == ["ann", "bob", "eve"]
    assert votes.worker.tolist() == [2, 1]
    assert votes.notes == ("1 workers are not among workers_known; they are kept, after the known ones",)


def test_classes_can_be_fixed_in_an_order_of_their_own() -> None:
    votes = Votes.from_arrays([1, 1], ["a", "b"], ["good", "bad"], classes=["bad", "fair", "good"])

    assert votes.label.tolist() == [2, 0]
    assert votes.n_classes == 3


def test_tasks_without_votes_and_a_single_class_are_told() -> None:
    votes = Votes.from_codes([0, 2], [0, 1], [0, 0], n_tasks=4)

    assert votes.start.tolist() == [0, 1, 1, 2, 2]
    assert votes.notes == ("2 of 4 tasks have no vote", "all votes say 0: there is nothing to decide")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"task": [0, -1]}, "task codes lie within -1"),
        ({"label": [0, 5], "n_classes": 3}, "label codes lie within 0 and 5; they must be within 0 and 2"),
        ({"worker": [0.5, 1.0]}, "worker must be one-dimensional integers"),
        ({"tasks": ["a", "b"], "n_tasks": 3}, "leave the count out"),
    ],
)
def test_codes_out_of_range_are_refused(arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Votes.from_codes(**{"task": [0, 1], "worker": [0, 1], "label": [0, 1], **arguments})


def test_counts_are_of_votes_or_of_their_weights() -> None:
    plain = Votes.from_arrays([1, 1, 2], ["a", "b", "a"], ["x", "x", "y"])
    heavy = Votes.from_arrays([1, 1, 2], ["a", "b", "a"], ["x", "x", "y"], weights=[0.5, 2, 3])

    assert plain.counts().tolist() == [[2, 0], [0, 1]]
    assert heavy.counts().tolist() == [[2.5, 0], [0, 3]]
    assert plain.worker_votes().tolist() == [2, 1]


def test_golds_are_coded_and_those_of_unknown_tasks_told() -> None:
    votes = Votes.from_arrays(["a", "b"], [1, 1], ["x", "y"])

    golds = Golds.of(votes, {"b": "x", "z": "y"})

    assert (golds.task.tolist(), golds.label.tolist()) == ([1], [0])
    assert golds.dense(2).tolist() == [-1, 0]
    assert golds.notes == ("1 golds are of tasks without votes",)


def test_a_gold_of_no_known_class_is_refused() -> None:
    votes = Votes.from_arrays(["a", "b"], [1, 1], ["x", "y"])

    with pytest.raises(ValueError, match="golds say 'q' of task 'a'"):
        Golds.of(votes, {"a": "q"})


def test_no_votes_at_all_are_votes() -> None:
    votes = Votes.from_arrays([], [], [])

    assert (len(votes), votes.n_tasks, votes.n_workers, votes.n_classes) == (0, 0, 0, 0)


IDS = st.one_of(
    st.lists(st.integers(-(2**70), 2**70)),
    st.lists(st.integers(-50, 50)),
    st.lists(st.text(max_size=3)),
    st.lists(st.booleans()),
    st.lists(st.sampled_from(["a", 1, (2, "b")])),
)


@settings(max_examples=60, deadline=None)
@given(IDS, st.data())
def test_codes_stand_for_what_was_given(ids: list[Any], data: st.DataObject) -> None:
    """Every row can be read back from the codes, whatever the ids are and in whatever order they came."""
    workers = data.draw(st.lists(st.integers(0, 4), min_size=len(ids), max_size=len(ids)))

    votes = Votes.from_arrays(ids, workers, ids, repeated="all")

    tasks, said = votes.tasks.tolist(), votes.classes.tolist()
    read = Counter(
        (tasks[task], votes.workers[worker], said[label])
        for task, worker, label in zip(votes.task.tolist(), votes.worker, votes.label.tolist(), strict=True)
    )
    assert read == Counter(zip(ids, workers, ids, strict=True))
    assert len(set(tasks)) == len(tasks)
    assert (np.diff(votes.task) >= 0).all()
    assert np.repeat(np.arange(votes.n_tasks), np.diff(votes.start)).tolist() == votes.task.tolist()

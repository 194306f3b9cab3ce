from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.aggregation.spans import SpanMerge


def test_one_passage_of_three_workers_by_hand() -> None:
    """The middle start of 10, 11, 12 and the middle end of 19, 20, 24; two of three say name."""
    result = SpanMerge(weighted=False).fit(
        ["t"] * 3, ["ann", "bob", "cleo"], [10, 12, 11], [20, 19, 24], ["name", "name", "place"]
    )

    assert (result.start.tolist(), result.end.tolist()) == ([11], [20])
    assert result.label.tolist() == ["name"]
    assert result.confidence.tolist() == [1]
    assert result.label_share == pytest.approx([2 / 3])
    assert result.rows == [(0, 1, 2)]


def test_a_passage_that_few_marked_falls() -> None:
    tasks, workers = ["t"] * 4, ["ann", "bob", "cleo", "ann"]

    result = SpanMerge(weighted=False).fit(tasks, workers, [0, 0, 0, 50], [5, 5, 6, 60])

    assert result.start.tolist() == [0]


def test_those_who_looked_and_marked_nothing_count_against_a_mark() -> None:
    method = SpanMerge(weighted=False)

    alone = method.fit(["t"], ["ann"], [0], [5])
    outvoted = method.fit(["t"], ["ann"], [0], [5], seen=[("t", "bob"), ("t", "cleo")])

    assert alone.start.tolist() == [0]
    assert outvoted.start.tolist() == []
    assert len(outvoted.workers) == 3


def test_two_passages_side_by_side_stay_two() -> None:
    result = SpanMerge().fit(["t"] * 4, ["ann", "ann", "bob", "bob"], [0, 5, 0, 6], [5, 9, 5, 9])

    assert list(zip(result.start.tolist(), result.end.tolist(), strict=True)) == [(0, 5), (5.5, 9)]


def crowd(seed: int) -> tuple[list[int], list[str], list[float], list[float], set[tuple[int, int]]]:
    """40 tasks with 3 passages each; two careful workers, and three who miss half and mark much that is none."""
    chance = np.random.default_rng(seed)
    rows: list[tuple[int, str, float, float]] = []
    truth = set()
    for task in range(40):
        places = chance.permutation(20)[:3] * 10
        truth |= {(task, int(place)) for place in places}
        for name, hit, noise in (("a", 0.95, 0), ("b", 0.95, 0), ("c", 0.5, 2), ("d", 0.5, 2), ("e", 0.5, 2)):
            seen = [place for place in places if chance.random() < hit]
            seen += [place for place in chance.permutation(20)[:noise] * 10 if place not in places]
            rows.extend((task, name, float(place), float(place + 6)) for place in seen)
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], [row[3] for row in rows], truth


def test_weighing_workers_finds_more_of_the_truth() -> None:
    task, worker, start, end, truth = crowd(0)

    scores = []
    for method in (SpanMerge(weighted=False), SpanMerge()):
        result = method.fit(task, worker, start, end)
        found = {(t, int(s)) for t, s in zip(result.task.tolist(), result.start.tolist(), strict=True)}
        scores.append(2 * len(found & truth) / (len(found) + len(truth)))

    assert scores[1] > scores[0]
    skill = dict(zip(result.workers.tolist(), result.skill.tolist(), strict=True))
    assert min(skill["a"], skill["b"]) > max(skill["c"], skill["d"], skill["e"])


@settings(max_examples=40, deadline=None)
@given(
    marks=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 20), st.integers(1, 9), st.sampled_from("xy")),
        max_size=20,
    )
)
def test_every_mark_stands_in_at_most_one_passage_and_numbers_stay_in_range(
    marks: list[tuple[int, int, int, int, str]],
) -> None:
    starts, ends = [mark[2] for mark in marks], [mark[2] + mark[3] for mark in marks]

    result = SpanMerge().fit([m[0] for m in marks], [m[1] for m in marks], starts, ends, [m[4] for m in marks])

    used = [row for rows in result.rows for row in rows]
    assert len(used) == len(set(used))
    assert (result.end > result.start).all()
    assert ((result.confidence > 0) & (result.confidence <= 1 + 1e-9)).all()
    assert np.isfinite(result.skill).all()


def test_an_end_before_its_start_is_refused() -> None:
    with pytest.raises(ValueError, match="mark 1 runs from 5"):
        SpanMerge().fit([0, 0], [0, 1], [1, 5], [3, 5])

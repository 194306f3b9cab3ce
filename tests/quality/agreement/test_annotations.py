"""Alpha over answers that are all different, and the distances of boxes, spans and sets."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.agreement import (
    Patterns,
    annotation_alpha,
    box_distance,
    box_set_distance,
    jaccard_distance,
    krippendorff_alpha,
    masi_distance,
    span_distance,
)

spans = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6)), max_size=4).map(
    lambda drawn: [(start, start + length) for start, length in drawn]
)
boxes = st.lists(st.tuples(*[st.integers(0, 10)] * 2, *[st.integers(1, 10)] * 2), max_size=4).map(
    lambda drawn: [(x, y, x + width, y + height) for x, y, width, height in drawn]
)


def squared(one: float, other: float) -> float:
    return (one - other) ** 2


def drawn_boxes(units: int, spread: float) -> tuple[list[int], np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """Three people draw one box a unit, each corner off by about ``spread``."""
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 100, (units, 2))
    truth = np.concatenate([corner, corner + rng.uniform(20, 60, (units, 2))], axis=1)
    return np.repeat(np.arange(units), 3).tolist(), np.repeat(truth, 3, axis=0) + rng.normal(0, spread, (3 * units, 4))


@pytest.mark.parametrize("interval", ["analytic", "bootstrap", "bca"])
def test_numbers_as_annotations_are_numbers(interval: str) -> None:
    """The same value and interval by all pairs as by the closed form of classes."""
    rng = np.random.default_rng(0)
    said = rng.integers(0, 9, (60, 1)) + rng.integers(0, 3, (60, 4))
    task = np.repeat(np.arange(60), 4)

    by_pairs = annotation_alpha(task, said.ravel().tolist(), squared, interval=interval)  # type: ignore[arg-type]
    by_class = krippendorff_alpha(Patterns.from_ratings(said.T), "interval", interval=interval)  # type: ignore[arg-type]

    assert by_pairs.value == pytest.approx(by_class.value)
    assert by_pairs.observed == pytest.approx(by_class.observed)
    if interval == "analytic":
        assert [by_pairs.low, by_pairs.high] == pytest.approx([by_class.low, by_class.high])
    else:
        assert [by_pairs.low, by_pairs.high] == pytest.approx([by_class.low, by_class.high], abs=0.02)


def test_boxes_at_once_one_by_one_and_by_matrix_agree() -> None:
    task, drawn = drawn_boxes(30, 4)
    table = np.array([[box_distance(one, other) for other in drawn] for one in drawn])

    at_once = annotation_alpha(task, drawn, box_distance, interval="bootstrap")
    one_by_one = annotation_alpha(task, drawn, lambda a, b: box_distance(a, b), interval="bootstrap")
    by_table = annotation_alpha(task, drawn, table, interval="bootstrap")

    assert at_once.value == pytest.approx(one_by_one.value) == pytest.approx(by_table.value)
    assert [at_once.low, at_once.high] == pytest.approx([one_by_one.low, one_by_one.high])
    assert (at_once.units, at_once.raters) == (30, 3)


def test_alpha_of_boxes_is_its_definition() -> None:
    """Pair by pair, with one unit of a single answer, which is left out."""
    task, drawn = drawn_boxes(6, 8)
    task[-3:] = [5, 5, 99]
    kept = range(len(task) - 1)
    pairs = list(permutations(kept, 2))
    size = [task.count(unit) for unit in task]
    seen = sum(box_distance(drawn[i], drawn[j]) / (size[i] - 1) for i, j in pairs if task[i] == task[j]) / len(kept)
    chance = sum(box_distance(drawn[i], drawn[j]) for i, j in pairs) / len(pairs)

    alpha = annotation_alpha(task, drawn, box_distance, workers=list("abc") * 6)

    assert alpha.value == pytest.approx(1 - seen / chance)
    assert (alpha.units, alpha.raters) == (6, 3)


def test_chance_from_some_of_the_pairs_is_close_and_said() -> None:
    task, drawn = drawn_boxes(400, 4)

    every, some = (annotation_alpha(task, drawn, box_distance, pairs_max=budget) for budget in (10**6, 60_000))
    redrawn = annotation_alpha(task, drawn, box_distance, pairs_max=60_000, interval="bootstrap")

    assert every.note == ""
    assert "60,000 of 718,200 pairs" in some.note
    assert some.value == pytest.approx(every.value, abs=0.003)
    assert [some.low, some.high] == pytest.approx([every.low, every.high], abs=0.004)
    assert [redrawn.low, redrawn.high] == pytest.approx([every.low, every.high], abs=0.006)


def test_the_same_box_from_everyone_is_full_agreement() -> None:
    task, drawn = drawn_boxes(10, 0)

    alpha = annotation_alpha(task, drawn, box_distance)

    assert alpha.value == pytest.approx(1.0)
    assert alpha.high == pytest.approx(1.0)
    assert 0 < alpha.low < 1


def test_one_box_everywhere_shows_nothing() -> None:
    alpha = annotation_alpha([1, 1, 2, 2], np.tile([0.0, 0.0, 4.0, 4.0], (4, 1)), box_distance)

    assert (alpha.value, alpha.low, alpha.high) == (0.0, -1.0, 1.0)


def test_boxes_by_hand() -> None:
    """Unit squares half on each other share 1/2 of 3/2; of three boxes in two sets, one pair is the same."""
    assert box_distance([0, 0, 1, 1], [0.5, 0, 1.5, 1]) == pytest.approx(2 / 3)
    assert box_set_distance([[0, 0, 1, 1], [5, 5, 6, 6]], [[5, 5, 6, 6]]) == pytest.approx(1 - 2 / 3)
    assert box_set_distance([], []) == 0.0
    assert box_set_distance([], [[0, 0, 1, 1]]) == 1.0


def test_spans_by_hand() -> None:
    """0-10 and 5-15 share 5 of 15; classes are told apart; overlapping spans of one person count once."""
    assert span_distance([(0, 10)], [(5, 15)]) == pytest.approx(2 / 3)
    assert span_distance((0, 10), [(0, 4), (2, 10)]) == 0.0
    assert span_distance([(0, 10, 1)], [(0, 10, 2)]) == 1.0
    assert span_distance([(0, 10, 1), (20, 30, 2)], [(0, 10, 1)]) == pytest.approx(0.5)
    assert span_distance([], []) == 0.0
    assert span_distance([], [(3, 4)]) == 1.0
    with pytest.raises(ValueError, match="ends before"):
        span_distance([(3, 1)], [])


@settings(max_examples=60, deadline=None)
@given(spans, spans)
def test_spans_are_the_places_that_they_cover(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    mine, theirs = ({place for start, end in each for place in range(start, end)} for each in (one, other))

    assert span_distance(one, other) == pytest.approx(jaccard_distance(mine, theirs))


@settings(max_examples=60, deadline=None)
@given(boxes, boxes, st.permutations(range(4)))
def test_sets_of_boxes_have_no_order(
    one: list[tuple[int, ...]], other: list[tuple[int, ...]], order: list[int]
) -> None:
    shuffled = [one[place] for place in order if place < len(one)]

    assert box_set_distance(shuffled, other) == pytest.approx(box_set_distance(one, other))
    assert box_set_distance(one, other) == pytest.approx(box_set_distance(other, one))
    assert box_set_distance(one, shuffled) == pytest.approx(0.0)
    assert 0 <= box_set_distance(one, other) <= 1


def test_sets_of_labels_by_hand() -> None:
    """Passonneau 2006: the same 0, one inside the other 1 - 2/3 of Jaccard, crossing 1 - 1/3 of it, apart 1."""
    assert jaccard_distance({"a", "b"}, {"b", "c"}) == pytest.approx(2 / 3)
    assert masi_distance({"a"}, {"a"}) == 0.0
    assert masi_distance({"a", "b"}, {"a"}) == pytest.approx(1 - 2 / 3 * 1 / 2)
    assert masi_distance({"a", "b"}, {"b", "c"}) == pytest.approx(1 - 1 / 3 * 1 / 3)
    assert masi_distance({"a"}, {"b"}) == 1.0
    assert jaccard_distance([], []) == masi_distance([], []) == 0.0


def test_what_is_no_annotation_is_refused() -> None:
    with pytest.raises(ValueError, match="one unit each"):
        annotation_alpha([1, 1], [0.0], squared)
    with pytest.raises(ValueError, match="two answers"):
        annotation_alpha([1, 2], [0.0, 1.0], squared)
    with pytest.raises(ValueError, match="negative"):
        annotation_alpha([1, 1], [0.0, 1.0], lambda a, b: -abs(a - b))
    with pytest.raises(ValueError, match="shape"):
        annotation_alpha([1, 1], [0.0, 1.0], np.zeros((3, 3)))
    with pytest.raises(ValueError, match="left, top"):
        annotation_alpha([1, 1], np.zeros((2, 5)), box_distance)

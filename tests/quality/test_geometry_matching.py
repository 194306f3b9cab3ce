"""Pairing and grouping."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.boxes import iou_matrix
from assay.quality.geometry.matching import group, match


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_no_other_pairing_has_a_greater_total(rows: int, columns: int, seed: int) -> None:
    """Checked against every one-to-one pairing there is."""
    similarity = np.random.default_rng(seed).random((rows, columns)).round(2)
    worth = np.where(similarity >= 0.4, similarity, 0.0)
    wide = worth if rows <= columns else worth.T
    best = max(
        sum(wide[row, column] for row, column in enumerate(chosen))
        for chosen in permutations(range(wide.shape[1]), wide.shape[0])
    )

    found = match(similarity, 0.4)

    assert worth[found].sum() == pytest.approx(best)
    assert (similarity[found] >= 0.4).all()
    assert len(set(found[0].tolist())) == len(found[0])
    assert len(set(found[1].tolist())) == len(found[1])


def test_a_greedy_pairing_would_lose_a_partner() -> None:
    similarity = np.array([[0.9, 0.8], [0.8, 0.1]])

    rows, columns = match(similarity, 0.5)

    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == [(0, 1), (1, 0)]


def crowd(seed: int, voices: int, objects: int, jitter: float) -> tuple[FloatArray, IntArray, IntArray, IntArray]:
    """Boxes, voices, labels and true objects of a crowded scene: neighbours overlap by about a third."""
    rng = np.random.default_rng(seed)
    rows, voice, label, truth = [], [], [], []
    for speaker in range(voices):
        for number in range(objects):
            left, top = 50 * (number % 5), 60 * (number // 5)
            rows.append(np.array([left, top, left + 100, top + 60]) + rng.normal(0, jitter, 4))
            voice.append(speaker)
            label.append(number % 2)
            truth.append(number)
    return np.array(rows), np.array(voice), np.array(label), np.array(truth)


def grouped(boxes: FloatArray, voice: IntArray, label: IntArray, minimum: float = 0.5) -> set[frozenset[int]]:
    groups = group(iou_matrix(boxes, boxes), voice, label, np.ones(len(voice)), minimum)
    return {frozenset(each) for each in groups}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 10), st.floats(0, 25))
def test_every_mark_is_in_one_object_and_no_voice_twice_in_any(
    seed: int, voices: int, objects: int, jitter: float
) -> None:
    boxes, voice, label, _ = crowd(seed, voices, objects, jitter)

    groups = grouped(boxes, voice, label)

    assert sorted(index for each in groups for index in each) == list(range(len(boxes)))
    assert all(len({voice[index] for index in each}) == len(each) for each in groups)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 25))
def test_the_order_of_marks_does_not_matter(seed: int, jitter: float) -> None:
    boxes, voice, label, _ = crowd(seed, 5, 8, jitter)
    order = np.random.default_rng(seed + 1).permutation(len(boxes))

    there = grouped(boxes, voice, label)
    back = grouped(boxes[order], voice[order], label[order])

    assert {frozenset(order[list(each)].tolist()) for each in back} == there


def test_overlapping_neighbours_are_told_apart() -> None:
    """Half of the marks of one object overlap each other by less than 0.71, one in twenty by less than 0.55."""
    right = 0
    for seed in range(20):
        boxes, voice, label, truth = crowd(seed, 5, 10, 6.0)
        groups = grouped(boxes, voice, label)
        right += len(groups & {frozenset(np.nonzero(truth == number)[0].tolist()) for number in range(10)})

    assert right / 200 >= 0.98


def test_differing_labels_on_one_place_are_one_object() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [0, 0, 10, 11], [1, 0, 10, 10]])

    assert grouped(boxes, np.array([0, 1, 2]), np.array([0, 1, 2])) == {frozenset({0, 1, 2})}


def test_of_two_places_the_one_with_the_same_label_is_preferred() -> None:
    """The second voice's rider lies a little nearer to the first voice's motorcycle than to its rider."""
    rider, motorcycle, between = [0.0, 0, 100, 100], [0.0, 20, 100, 120], [0.0, 11, 100, 111]

    groups = grouped(np.array([rider, motorcycle, between]), np.array([0, 0, 1]), np.array([0, 1, 0]))

    assert groups == {frozenset({0, 2}), frozenset({1})}


def test_no_marks_make_no_objects() -> None:
    nothing = np.zeros(0, dtype=np.int64)

    assert group(np.zeros((0, 0)), nothing, nothing, np.zeros(0), 0.5) == []

"""Masks of several people made one."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from assay.quality.geometry.arrays import FloatArray
from assay.quality.geometry.mask_patterns import binary_patterns, label_patterns, run_patterns
from assay.quality.geometry.masks import majority, staple, staple_of_many, vote
from assay.quality.geometry.runs import drawn, joined, pack, runs_of, unpack

Masks = npt.NDArray[np.uint8]


def noisy(seed: int, rates: list[float], size: int = 60, labels: int = 2) -> tuple[npt.NDArray[Any], Masks]:
    """A square of each label, and what voters with these rates of stray pixels draw."""
    rng = np.random.default_rng(seed)
    truth = np.zeros((size, size), dtype=np.uint8)
    for label in range(1, labels):
        at = 5 + (label - 1) * 18
        truth[at : at + 15, at : at + 22] = label
    masks = np.stack([truth] * len(rates))
    for mask, rate in zip(masks, rates, strict=True):
        strays = rng.random(truth.shape) < rate
        mask[strays] = rng.integers(0, labels, int(strays.sum()))
    return truth, masks


def test_the_majority_of_three() -> None:
    masks = [[[1, 1], [0, 0]], [[1, 0], [0, 1]], [[0, 1], [0, 1]]]

    found = majority(masks)

    assert found.mask.tolist() == [[True, True], [False, True]]
    assert found.share == pytest.approx(np.array([[2, 2], [3, 2]]) / 3)


def test_weights_decide_and_half_the_weight_is_not_enough() -> None:
    masks = [[1, 1, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1]]

    found = majority(masks, [3.0, 1.0, 2.0])

    assert found.mask.tolist() == [False, True, False, True]
    assert found.share == pytest.approx([3 / 6, 4 / 6, 4 / 6, 1])


def test_the_majority_of_labels_takes_the_lowest_among_equals() -> None:
    found = majority([[7, 300, -2], [7, 9, 9], [5, 300, 7]], labelled=True)

    assert found.mask.tolist() == [7, 300, -2]
    assert found.mask.dtype == np.int64
    assert majority(np.array([[7, 2], [5, 2]], dtype=np.uint8), labelled=True).mask.dtype == np.uint8


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 24), st.integers(1, 5))
def test_patterns_hold_everything_that_was_said(seed: int, voters: int, labels: int) -> None:
    """More than 20 voters, or too many labels, do not fit a table and are sorted out instead."""
    masks = np.random.default_rng(seed).integers(0, labels, (voters, 9, 13)).astype(np.uint8) * 3

    found = label_patterns(masks)
    inside = binary_patterns(masks)

    for voter in range(voters):
        assert (found.spread(found.labels[found.said[:, voter]]) == masks[voter]).all()
        assert (inside.spread(inside.labels[inside.said[:, voter]]) == (masks[voter] > 0)).all()
    assert found.count.sum() == inside.count.sum() == 9 * 13
    assert (found.count > 0).all()


def plain_staple(masks: Masks, iterations: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Equations 16 to 18 of Warfield, Zou and Wells (2004), pixel by pixel and without logarithms."""
    votes = masks.reshape(len(masks), -1).astype(np.float64)
    chance, prior = votes.mean(axis=0), votes.mean()
    for _ in range(iterations):
        sensitivity = votes @ chance / chance.sum()
        specificity = (1 - votes) @ (1 - chance) / (1 - chance).sum()
        inside = prior * np.where(votes > 0, sensitivity[:, None], 1 - sensitivity[:, None]).prod(axis=0)
        outside = (1 - prior) * np.where(votes > 0, 1 - specificity[:, None], specificity[:, None]).prod(axis=0)
        chance = inside / (inside + outside)
    return chance.reshape(masks.shape[1:]), sensitivity, specificity


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_staple_is_that_of_its_paper(seed: int) -> None:
    """SimpleITK's filter agrees to 1e-10 as well: see ``bench/staple.py``."""
    _, masks = noisy(seed, [0.02, 0.1, 0.2, 0.4], size=40)

    found = staple(masks, iterations_max=25, tolerance=0.0)
    chance, sensitivity, specificity = plain_staple(masks, 25)

    assert found.iterations == 25
    assert found.probability() == pytest.approx(chance, abs=1e-9)
    assert found.sensitivity == pytest.approx(sensitivity, abs=1e-9)
    assert found.specificity == pytest.approx(specificity, abs=1e-9)
    assert (np.diff(found.log_likelihood) > -1e-6).all()
    assert staple(masks).converged


@pytest.mark.parametrize("labels", [2, 4])
def test_staple_finds_who_is_careful_and_beats_the_majority(labels: int) -> None:
    truth, masks = noisy(3, [0.02, 0.04, 0.6, 0.6, 0.6], labels=labels)

    found = staple(masks, labelled=True)

    assert (found.mask != truth).mean() < 0.7 * (majority(masks, labelled=True).mask != truth).mean()
    right = found.confusion[:, np.arange(labels), np.arange(labels)].mean(axis=1)
    assert right[:2].min() > 0.9
    assert right[2:].max() < 0.8
    assert found.confusion.sum(axis=2) == pytest.approx(1.0)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_voters_does_not_matter_to_staple(seed: int) -> None:
    _, masks = noisy(seed, [0.02, 0.1, 0.2, 0.3])
    order = np.random.default_rng(seed).permutation(4)

    there, back = staple(masks), staple(masks[order])

    assert back.probability() == pytest.approx(there.probability(), abs=1e-6)
    assert back.confusion == pytest.approx(there.confusion[order], abs=1e-6)


@pytest.mark.parametrize("value", [0, 1])
def test_masks_that_agree_entirely_lose_no_number(value: int) -> None:
    masks = np.full((3, 5, 5), value, dtype=np.uint8)

    found = staple(masks)

    assert found.probability() == pytest.approx(np.full((5, 5), float(value)))
    assert np.isfinite(found.confusion).all()
    assert np.isfinite(found.log_likelihood).all()
    assert (staple(masks[:1]).mask == value).all()
    assert staple(masks, labelled=True).probability(9).max() == 0.0


def test_a_prior_can_be_given() -> None:
    """Where two voters differ, nothing else tells which of them is right."""
    masks = [[1, 1, 0, 0], [1, 0, 0, 0]]

    assert staple(masks, prior=[0.01, 0.99]).mask.tolist()[1]
    assert not staple(masks, prior=[0.99, 0.01]).mask.tolist()[1]
    with pytest.raises(ValueError, match="prior"):
        staple(masks, prior=[0.5, 0.2, 0.3])
    with pytest.raises(ValueError, match="prior"):
        staple(masks, prior=[0, 0])


def test_many_images_together_tell_which_of_two_to_believe() -> None:
    """Worker 9 is careless everywhere; on the last image only he and a careful one are there."""
    images, workers, truths = [], [], []
    for seed, who in enumerate([[1, 2, 9], [2, 3, 9], [1, 3, 9], [1, 2, 3, 9], [9, 3]]):
        truth, masks = noisy(seed, [0.4 if each == 9 else 0.01 for each in who])
        truths.append(truth)
        images.append(masks)
        workers.append(who)

    found = staple_of_many(images, workers)

    assert found.workers.tolist() == [1, 2, 3, 9]
    assert found.confusion[:3, 1, 1].min() > 0.97
    assert found.confusion[3, 0, 0] < 0.85
    assert found.pixels.tolist() == [3 * 3600, 3 * 3600, 4 * 3600, 5 * 3600]
    assert (found.masks[-1] != (truths[-1] > 0)).mean() < 0.02
    assert (staple(images[-1]).mask != (truths[-1] > 0)).mean() > 0.02


def test_many_images_of_one_are_that_one() -> None:
    _, masks = noisy(0, [0.05, 0.1, 0.3])

    found = staple_of_many([masks], [[5, 3, 8]])
    alone = staple(masks)

    assert found.workers.tolist() == [3, 5, 8]
    assert found.confusion[[1, 0, 2]] == pytest.approx(alone.confusion)
    assert found.probabilities[0] == pytest.approx(alone.probability())


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_runs_are_those_of_coco(height: int, width: int, rate: float, seed: int) -> None:
    """pycocotools is the reference, text included."""
    mask = np.random.default_rng(seed).random((height, width)) < rate

    runs = runs_of(mask)
    theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()

    assert pack(runs) == theirs
    assert unpack(theirs).tolist() == runs.tolist()
    assert (drawn(runs, height, width) == mask).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_runs_are_fused_without_drawing_them(seed: int, voters: int) -> None:
    masks = np.random.default_rng(seed).random((voters, 12, 17)) < 0.5
    patterns = run_patterns([runs_of(mask) for mask in masks], 12 * 17)
    assert patterns.length is not None

    fused = joined(vote(patterns).mask, patterns.length)

    assert (drawn(fused, 12, 17) == majority(masks).mask).all()
    assert staple(patterns).confusion == pytest.approx(staple(masks).confusion)


def test_the_longest_text_comes_back() -> None:
    lengths = [0, 1, 2**31, 5, 0, 3 * 10**9, 1, 1]

    assert unpack(pack(lengths)).tolist() == lengths


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("at least one voter", lambda: majority(np.zeros((0, 4)))),
        ("at least one voter", lambda: majority([1, 0])),
        ("weights", lambda: majority([[1], [0]], [1.0])),
        ("weights", lambda: majority([[1], [0]], [0.0, 0.0])),
        ("integers", lambda: majority([[0.5], [1.5]], labelled=True)),
        ("finite", lambda: majority([[float("nan")]])),
        ("finite", lambda: majority([["a"]])),
        ("iterations_max", lambda: staple([[1], [0]], iterations_max=0)),
        ("workers of image 0", lambda: staple_of_many([[[1], [0]]], [[4, 4]])),
        ("masks and workers", lambda: staple_of_many([], [])),
        ("add up to 4", lambda: run_patterns([[1, 2]], 4)),
        ("at least one voter", lambda: run_patterns([], 4)),
        ("add up to 3", lambda: drawn([1, 2], 2, 2)),
        ("whole lengths", lambda: pack([-1, 3])),
        ("does not use", lambda: unpack("é")),
        ("break off", lambda: unpack("o")),
        ("height and width", lambda: runs_of([1, 0])),
        ("one entry for each run", lambda: joined([True], [1, 2])),
    ],
)
def test_what_is_wrong_is_named(message: str, call: Any) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_every_pattern_of_four_voters_is_judged_alike_wherever_it_stands() -> None:
    masks = np.array(list(itertools.product([0, 1], repeat=4)), dtype=np.uint8).T.repeat(3, axis=1)

    found = staple(masks).probability().reshape(16, 3)

    assert (found == found[:, :1]).all()

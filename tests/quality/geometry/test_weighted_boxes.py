"""Weighted boxes fusion."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.geometry.weighted_boxes import CONFIDENCES, Confidence, weighted_boxes_fusion

# Three models on one photo; their boxes, scores and labels.
IMAGE = [4] * 7
MODEL = [0, 0, 0, 1, 1, 2, 2]
LABEL = [0, 1, 1, 0, 1, 0, 0]
BOXES = [
    [0.10, 0.10, 0.30, 0.40],
    [0.50, 0.50, 0.80, 0.90],
    [0.05, 0.60, 0.20, 0.75],
    [0.12, 0.11, 0.31, 0.42],
    [0.52, 0.49, 0.79, 0.92],
    [0.11, 0.09, 0.29, 0.38],
    [0.13, 0.12, 0.33, 0.41],
]
SCORE = [0.9, 0.6, 0.3, 0.8, 0.7, 0.5, 0.4]
FUSED = [
    [0.109429, 0.103143, 0.304286, 0.402857],
    [0.507368, 0.496316, 0.796316, 0.907368],
    [0.05, 0.60, 0.20, 0.75],
]


@pytest.mark.parametrize(
    ("confidence", "score"),
    [
        ("avg", [0.65625, 0.475, 0.15]),
        ("max", [0.9, 0.6, 0.3]),
        ("box_and_model_avg", [0.7, 0.475, 0.15]),
        ("absent_model_aware_avg", [0.7, 0.475, 0.15]),
    ],
)
def test_boxes_and_scores_are_those_of_ensemble_boxes(confidence: Confidence, score: list[float]) -> None:
    """Numbers computed with ensemble-boxes 1.0.9, weights 2, 1 and 1, which rounds to single precision."""
    found = weighted_boxes_fusion(IMAGE, MODEL, LABEL, BOXES, SCORE, weights=[2, 1, 1], confidence=confidence)

    assert found.image.tolist() == [4, 4, 4]
    assert found.label.tolist() == [0, 1, 1]
    assert found.count.tolist() == [4, 2, 1]
    assert found.boxes == pytest.approx(np.array(FUSED), abs=1e-6)
    assert found.score == pytest.approx(score, abs=1e-6)
    assert found.fused_of.tolist() == [0, 1, 2, 0, 1, 0, 0]


def test_a_score_may_overflow_where_that_is_asked_for() -> None:
    """Computed with ensemble-boxes 1.0.9: the first cluster has two boxes of one model."""
    found = weighted_boxes_fusion(IMAGE, MODEL, LABEL, BOXES, SCORE, weights=[2, 1, 1], overflow=True)

    assert found.score == pytest.approx([0.875, 0.475, 0.15], abs=1e-6)


def crowd(seed: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    count = 60
    corner = rng.uniform(0, 200, (count, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(10, 80, (count, 2))], axis=1)
    return rng.integers(0, 3, count), rng.integers(0, 4, count), rng.integers(0, 2, count), boxes, rng.random(count)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(CONFIDENCES), st.floats(0.1, 0.9))
def test_the_order_of_rows_does_not_matter(seed: int, confidence: Confidence, iou_min: float) -> None:
    rows = crowd(seed)
    order = np.random.default_rng(seed).permutation(len(rows[0]))

    there = weighted_boxes_fusion(*rows, iou_min=iou_min, confidence=confidence)
    back = weighted_boxes_fusion(*(each[order] for each in rows), iou_min=iou_min, confidence=confidence)

    assert (there.boxes == back.boxes).all()
    assert (there.score == back.score).all()
    assert (there.fused_of[order] == back.fused_of).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(CONFIDENCES))
def test_fused_boxes_stay_among_their_members_and_scores_within_bounds(seed: int, confidence: Confidence) -> None:
    image, model, label, boxes, score = crowd(seed)

    found = weighted_boxes_fusion(image, model, label, boxes, score, confidence=confidence)

    assert ((found.score >= 0) & (found.score <= 1)).all()
    assert found.count.sum() == len(image)
    for index in range(len(found)):
        members = found.fused_of == index
        assert (image[members] == found.image[index]).all()
        assert (label[members] == found.label[index]).all()
        assert (boxes[members].min(axis=0) - 1e-9 <= found.boxes[index]).all()
        assert (found.boxes[index] <= boxes[members].max(axis=0) + 1e-9).all()
    same_image = found.image[1:] == found.image[:-1]
    assert (np.diff(found.score)[same_image] <= 0).all()


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_neither_scores_nor_weights_of_zero_lose_a_number(confidence: Confidence) -> None:
    boxes = np.array([[0.0, 0, 10, 10], [0, 1, 10, 11], [0, 0, 10, 10]])

    found = weighted_boxes_fusion(
        [0] * 3, [0, 1, 2], [0] * 3, boxes, [0, 0, 1], weights=[1, 1, 0], confidence=confidence
    )

    assert np.isfinite(found.boxes).all()
    assert found.score.tolist() == [0.0]


def test_weak_boxes_and_boxes_without_area_are_passed_over() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [0, 0, 10, 0], [0, 0, 10, 10]])

    found = weighted_boxes_fusion([0, 0, 1], [0, 1, 0], [0] * 3, boxes, [0.5, 0.9, 0.1], score_min=0.2)

    assert found.fused_of.tolist() == [0, -1, -1]
    assert len(weighted_boxes_fusion([], [], [], [], [])) == 0


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("boxes", {"boxes": [[0, 0, 10]]}),
        ("boxes", {"boxes": [[5, 0, 1, 1]]}),
        ("score", {"score": [-0.1]}),
        ("score", {"score": [0.1, 0.2]}),
        ("model", {"model": [-1]}),
        ("label", {"label": [0.5]}),
        ("weights", {"weights": []}),
        ("weights", {"weights": [0.0]}),
        ("confidence", {"confidence": "mean"}),
        ("iou_min", {"iou_min": 1.0}),
    ],
)
def test_what_is_wrong_is_named(field: str, change: dict[str, Any]) -> None:
    right: dict[str, Any] = {"image": [0], "model": [0], "label": [0], "boxes": [[0, 0, 10, 10]], "score": [0.5]}

    with pytest.raises(ValueError, match=field):
        weighted_boxes_fusion(**(right | change))

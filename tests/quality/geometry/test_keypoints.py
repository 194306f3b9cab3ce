"""Skeletons: likeness, fusion, and annotators' habits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.cocoeval import COCOeval

from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.keypoints import COCO_SIGMAS, fuse_keypoints, merge_keypoints, oks


def people(rng: np.random.Generator, count: int) -> FloatArray:
    """Skeletons of 17 keypoints, about 80 pixels wide and 200 high, far apart."""
    place = np.stack([np.arange(count) * 300.0, np.zeros(count)], axis=1)[:, None]
    return np.concatenate([place + rng.uniform(0, 1, (count, 17, 2)) * [80, 200], np.full((count, 17, 1), 2.0)], axis=2)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_similarity_is_that_of_coco(seed: int, bare: bool) -> None:
    """pycocotools' evaluation is the reference, for known objects without labelled keypoints too."""
    rng = np.random.default_rng(seed)
    known, found = people(rng, 3), people(rng, 4)
    found[..., 0] -= 150 * rng.integers(0, 3, (4, 1))
    known[..., 2] = rng.integers(0, 3, (3, 17))
    if bare:
        known[1, :, 2] = 0
    boxes = np.stack([[300.0 * at, 0, 300.0 * at + 90, 190] for at in range(3)])
    area = rng.uniform(2000, 9000, 3)

    ours = oks(found, known, area, boxes=boxes)

    marks = [
        {
            "id": at + 1,
            "image_id": 1,
            "category_id": 1,
            "keypoints": known[at].reshape(-1).tolist(),
            "num_keypoints": 17,
            "area": area[at],
            "bbox": [*boxes[at, :2], *(boxes[at, 2:] - boxes[at, :2])],
            "iscrowd": 0,
            "ignore": 0,
        }
        for at in range(3)
    ]
    evaluation = COCOeval(iouType="keypoints")
    evaluation._gts = {(1, 1): marks}
    results = [{"keypoints": each.reshape(-1).tolist(), "score": -at} for at, each in enumerate(found)]
    evaluation._dts = {(1, 1): results}
    evaluation.params.maxDets = [20]
    assert ours == pytest.approx(evaluation.computeOks(1, 1), abs=1e-12)


def drawn(
    seed: int, objects: int = 60, voices: int = 4
) -> tuple[FloatArray, IntArray, IntArray, FloatArray, FloatArray]:
    """Truth, object, annotator, what they drew, and their biases in pixels: all draw too far to some side."""
    rng = np.random.default_rng(seed)
    truth = people(rng, objects)
    bias = rng.normal(0, 4, (voices, 17, 2))
    bias -= bias.mean(axis=0)
    noise = np.array([1.0, 2.0, 2.0, 6.0])[:voices]
    seen = truth[:, None] + np.zeros((voices, 1, 1))
    seen[..., :2] += bias + rng.normal(0, 1, (objects, voices, 17, 2)) * noise[:, None, None]
    rows = np.broadcast_to(np.arange(objects)[:, None], (objects, voices)).reshape(-1)
    who = np.broadcast_to(np.arange(voices), (objects, voices)).reshape(-1)
    return truth, rows, who, seen.reshape(-1, 17, 3), bias


def test_biases_and_care_are_learned_and_bring_the_points_nearer_to_the_truth() -> None:
    truth, rows, who, skeletons, bias = drawn(0)
    area = np.full(len(rows), 16_000.0)

    plain = fuse_keypoints(rows, who, skeletons, area=area, sigmas=0.05, learn=False)
    learned = fuse_keypoints(rows, who, skeletons, area=area, sigmas=0.05)

    def error(points: FloatArray) -> float:
        return float(np.hypot(*(points - truth)[..., :2].reshape(-1, 2).T).mean())

    assert learned.converged
    assert error(learned.points) < 0.6 * error(plain.points)
    assert learned.bias * np.sqrt(16_000) == pytest.approx(bias, abs=2.5)
    assert learned.deviation.argsort()[[0, 3]].tolist() == [0, 3]
    # Pixels, from units of the keypoint's spread, which is 0.1 of the root of the area.
    assert learned.deviation * 0.1 * np.sqrt(16_000) == pytest.approx([1, 2, 2, 6], rel=0.1)
    assert learned.count.tolist() == [17 * 60] * 4


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    _, rows, who, skeletons, _ = drawn(seed, objects=8)
    order = np.random.default_rng(seed).permutation(len(rows))

    there = fuse_keypoints(rows, who, skeletons)
    back = fuse_keypoints(rows[order], who[order], skeletons[order])

    assert back.points == pytest.approx(there.points, abs=1e-9)
    assert back.bias == pytest.approx(there.bias, abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_every_number_is_one_whatever_was_left_out(seed: int, voices: int) -> None:
    rng = np.random.default_rng(seed)
    rows, who = np.repeat(np.arange(3), voices), np.tile(np.arange(voices), 3)
    skeletons = rng.uniform(0, 50, (3 * voices, 5, 3)).round(-1)
    skeletons[..., 2] = rng.integers(0, 3, skeletons.shape[:2])
    skeletons[rng.random(len(rows)) < 0.3, :, 2] = 0

    fused = fuse_keypoints(rows, who, skeletons, sigmas=0.05)
    merged = merge_keypoints(rows, who, np.zeros(len(rows), int), skeletons, sigmas=0.05)

    for values in (fused.points, fused.vote_share, fused.likeness, fused.bias, fused.deviation):
        assert np.isfinite(values).all()
    for values in (merged.shapes, merged.confidence, merged.spread_iou):
        assert np.isfinite(values).all()
    assert ((fused.likeness >= 0) & (fused.likeness <= 1)).all()
    assert np.isin(fused.points[..., 2], (0, 1, 2)).all()


def test_visibility_is_put_to_the_vote() -> None:
    """Labelled by 3, 2 and 1 of 3; of the first seen plainly by one, of the second by both."""
    one = [[[0, 0, 2], [9, 0, 2], [0, 9, 1]], [[0, 0, 1], [9, 0, 2], [0, 0, 0]], [[0, 0, 1], [0, 0, 0], [0, 0, 0]]]

    fused = fuse_keypoints([0, 0, 0], [0, 1, 2], one, sigmas=0.05)
    trusted = fuse_keypoints([0, 0, 0], [0, 1, 2], one, [5.0, 1.0, 1.0], sigmas=0.05, learn=False)

    assert fused.points[0].tolist() == [[0, 0, 1], [9, 0, 2], [0, 0, 0]]
    assert fused.vote_share[0] == pytest.approx([1, 2 / 3, 1 / 3])
    assert trusted.points[0].tolist() == [[0, 0, 2], [9, 0, 2], [0, 9, 1]]


def test_people_close_together_are_told_apart() -> None:
    rng = np.random.default_rng(2)
    truth = people(rng, 6)
    truth[..., 0] -= 240 * np.arange(6)[:, None]
    seen = np.concatenate([truth] * 4)
    seen[..., :2] += rng.normal(0, 3, seen[..., :2].shape)
    seen[:6, 3, :2] += 150

    found = merge_keypoints(np.zeros(24, int), np.repeat(np.arange(4), 6), np.zeros(24, int), seen)

    assert len(found) == 6
    assert found.kept.all()
    assert found.object_of.reshape(4, 6).tolist() == [found.object_of[:6].tolist()] * 4
    assert np.abs(found.shapes[found.object_of[:6]] - truth).max() < 8


def test_sigmas_are_those_of_coco() -> None:
    """As pycocotools has them."""
    theirs = COCOeval(iouType="keypoints").params.kpt_oks_sigmas

    assert theirs == pytest.approx(COCO_SIGMAS)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("skeletons", {"skeletons": [[[0, 0]]]}),
        ("skeletons", {"skeletons": [[[0, float("nan"), 1]]]}),
        ("visibility", {"skeletons": [[[0, 0, 3]]]}),
        ("sigmas", {"sigmas": None}),
        ("sigmas", {"sigmas": [0.1, 0.1]}),
        ("sigmas", {"sigmas": 0.0}),
        ("area", {"area": [0.0]}),
        ("weight", {"weight": [0.0]}),
        ("annotator", {"annotator": [0, 1]}),
        ("objects", {"objects": [0.5]}),
    ],
)
def test_what_is_wrong_is_named(field: str, change: dict[str, Any]) -> None:
    right: dict[str, Any] = {"objects": [0], "annotator": [0], "skeletons": [[[1, 1, 2]]], "sigmas": 0.05}

    with pytest.raises(ValueError, match=field):
        fuse_keypoints(**(right | change))


def test_a_known_object_without_keypoints_needs_its_box() -> None:
    with pytest.raises(ValueError, match="boxes must be given"):
        oks([[[0, 0]]], [[[0, 0, 0]]], [5.0], 0.1)

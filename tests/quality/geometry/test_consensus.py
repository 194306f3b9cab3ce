"""Marks of many annotators on many images, merged in one call."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.annotations import kind_named
from assay.core.annotations.kind import MergeOptions, Voice
from assay.quality.geometry import fusion
from assay.quality.geometry.annotators import annotator_scores
from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.boxes import iou, iou_matrix, turned_iou
from assay.quality.geometry.consensus import merge_boxes, merge_cuboids, merge_turned_boxes
from assay.quality.geometry.cuboids import cuboid_iou
from assay.quality.geometry.matching import group
from assay.quality.geometry.objects import Objects

STREET = Path(__file__).parents[4] / "shared/data/street/coco/instances_street_dev.json"
NUSCENES = Path(__file__).parents[4] / "shared/data/lidar/nuscenes_sample/sample.json"

Flat = tuple[IntArray, IntArray, IntArray, FloatArray, FloatArray]


def crowd(seed: int, *, images: int = 4, voices: int = 4, objects: int = 6, jitter: float = 6.0) -> Flat:
    """Image, annotator, label, upright box and weight of crowded scenes; marks are missed, labels mistaken."""
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 150, (images, 1, objects, 2))
    size = rng.uniform(20, 90, (images, 1, objects, 2))
    drawn = np.concatenate([corner, corner + size], axis=3) + rng.normal(0, jitter, (images, voices, objects, 4))
    drawn[..., 2:] = np.maximum(drawn[..., 2:], drawn[..., :2] + 1)
    label = np.broadcast_to(rng.integers(0, 3, (images, 1, objects)), (images, voices, objects)).copy()
    label[rng.random(label.shape) < 0.1] = 1
    there = rng.random(label.shape) > 0.15
    image = np.broadcast_to(np.arange(images)[:, None, None] * 3 - 2, label.shape)
    voice = np.broadcast_to(np.arange(voices)[None, :, None] + 10, label.shape)
    weight = np.broadcast_to(rng.uniform(0.1, 1.0, (images, voices, 1)), label.shape)
    return image[there], voice[there], label[there], drawn[there], weight[there]


def members(found: Objects[Any]) -> set[frozenset[int]]:
    return {frozenset(found.members(index).tolist()) for index in range(len(found))}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 15), st.sampled_from([0.3, 0.5, 0.8]))
def test_objects_are_those_found_photo_by_photo(seed: int, jitter: float, iou_min: float) -> None:
    """``matching.group`` and ``fusion.fuse_boxes`` on one photo at a time are the reference."""
    image, voice, label, boxes, weight = crowd(seed, jitter=jitter)

    found = merge_boxes(image, voice, label, boxes, weight, iou_min=iou_min)

    expected = {}
    for number in np.unique(image):
        rows = np.nonzero(image == number)[0]
        similarity = np.where(voice[rows][:, None] == voice[rows], 0.0, iou_matrix(boxes[rows], boxes[rows]))
        for each in group(similarity, voice[rows], label[rows], weight[rows], iou_min):
            chosen = rows[each]
            votes = {name: weight[chosen][label[chosen] == name].sum() for name in label[chosen]}
            winner = max(votes, key=lambda name: votes[name])
            say = np.where(label[chosen] == winner, weight[chosen], 0.0)
            expected[frozenset(chosen.tolist())] = winner, fusion.fuse_boxes(boxes[chosen][None], say[None])[0]
    assert members(found) == set(expected)
    for index in range(len(found)):
        winner, fused = expected[frozenset(found.members(index).tolist())]
        assert found.label[index] == winner
        assert found.shapes[index] == pytest.approx(fused, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_votes_and_confidences_are_those_of_merging_a_photo(seed: int) -> None:
    """The answer of ``core`` to the same marks is the reference; it rounds shapes to a thousandth of a pixel."""
    image, voice, label, boxes, weight = crowd(seed, images=1)
    boxes = boxes - boxes.min() + 1
    answers = [
        Voice(
            str(who),
            {
                "annotations": [
                    {"id": str(row), "type": "box", "label": f"label {label[row]}", "x": x, "y": y}
                    | {"width": right - x, "height": bottom - y}
                    for row, (x, y, right, bottom) in enumerate(boxes.tolist())
                    if voice[row] == who
                ]
            },
            float(weight[voice == who][0]),
        )
        for who in np.unique(voice)
    ]

    found = merge_boxes(image, voice, label, boxes, weight)
    merged = kind_named("image").merge(answers, MergeOptions())

    there = {frozenset(int(row) for _, row in verdict.members): verdict for verdict in merged.objects}
    assert members(found) == set(there)
    for index in range(len(found)):
        verdict = there[frozenset(found.members(index).tolist())]
        assert bool(found.kept[index]) == verdict.kept
        assert f"label {found.label[index]}" == verdict.label
        assert found.label_share[index] == pytest.approx(verdict.label_share)
        assert found.spread_iou[index] == pytest.approx(verdict.spread_iou, abs=1e-3)
        assert found.confidence[index] == pytest.approx(verdict.confidence, abs=1e-3)


def turned(seed: int) -> Flat:
    image, voice, label, boxes, weight = crowd(seed)
    rng = np.random.default_rng(seed)
    sized = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    return image, voice, label, np.column_stack([sized, rng.normal(30, 4, len(sized))]), weight


def standing(seed: int) -> Flat:
    image, voice, label, boxes, weight = crowd(seed, jitter=3.0)
    rng = np.random.default_rng(seed)
    size = boxes[:, 2:] - boxes[:, :2]
    heights = rng.normal([[0.0, 20.0]], 1.0, (len(boxes), 2))
    rows = [boxes[:, :2] + size / 2, heights[:, :1], size, heights[:, 1:], rng.normal(1.0, 0.1, (len(boxes), 1))]
    return image, voice, label, np.column_stack(rows), weight


KINDS: dict[str, tuple[Callable[..., Objects[FloatArray]], Callable[[int], Flat]]] = {
    "upright": (merge_boxes, crowd),
    "turned": (merge_turned_boxes, turned),
    "cuboids": (merge_cuboids, standing),
}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_neither_the_order_of_rows_nor_the_names_of_annotators_matter(kind: str, seed: int) -> None:
    merge, scene = KINDS[kind]
    image, voice, label, shapes, weight = scene(seed)
    rng = np.random.default_rng(seed)
    order, names = rng.permutation(len(image)), rng.permutation(100)

    there = merge(image, voice, label, shapes, weight)
    back = merge(image[order], names[voice[order]], label[order], shapes[order], weight[order])

    assert members(there) == {frozenset(order[list(each)].tolist()) for each in members(back)}
    assert (there.shapes == back.shapes).all()
    assert (there.confidence == back.confidence).all()
    assert (there.object_of[order] == back.object_of).all()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_moving_and_enlarging_everything_moves_and_enlarges_the_objects(kind: str, seed: int) -> None:
    merge, scene = KINDS[kind]
    image, voice, label, shapes, weight = scene(seed)
    lengths = {"upright": [1, 1, 1, 1], "turned": [1, 1, 1, 1, 0], "cuboids": [1, 1, 1, 1, 1, 1, 0]}[kind]
    places = {"upright": [1, 1, 1, 1], "turned": [1, 1, 0, 0, 0], "cuboids": [1, 1, 1, 0, 0, 0, 0]}[kind]
    stretch, shift = np.where(lengths, 4.0, 1.0), 64.0 * np.array(places)

    there = merge(image, voice, label, shapes, weight)
    back = merge(image, voice, label, shapes * stretch + shift, weight)

    assert members(there) == members(back)
    assert back.shapes == pytest.approx(there.shapes * stretch + shift, abs=1e-7)
    assert back.confidence == pytest.approx(there.confidence, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_asking_everybody_twice_changes_no_shape_and_no_share(kind: str, seed: int) -> None:
    merge, scene = KINDS[kind]
    image, voice, label, shapes, weight = scene(seed)
    twice = np.concatenate([np.arange(len(image))] * 2)
    doubles = np.concatenate([voice, voice + 50])

    there = merge(image, voice, label, shapes, weight)
    back = merge(image[twice], doubles, label[twice], shapes[twice], weight[twice])

    found = {frozenset(row % len(image) for row in each) for each in members(back)}
    assert found == members(there)
    assert back.shapes == pytest.approx(there.shapes, abs=1e-7)
    assert back.vote_share == pytest.approx(there.vote_share)
    assert back.label_share == pytest.approx(there.label_share)


@pytest.mark.parametrize("kind", KINDS)
def test_no_marks_make_no_objects(kind: str) -> None:
    merge, _ = KINDS[kind]

    found = merge([], [], [], [])

    assert len(found) == 0
    assert found.object_of.shape == (0,)


def test_shapes_without_an_extent_are_objects_of_their_own() -> None:
    """They overlap nothing, not even each other, and no number is lost over them."""
    dots = np.array([[5.0, 5, 5, 5], [5, 5, 5, 5], [0, 0, 10, 10]])

    flat = merge_boxes([0, 0, 0], [0, 1, 2], [0, 0, 0], dots)
    tilted = merge_turned_boxes([0, 0], [0, 1], [0, 0], np.array([[5.0, 5, 0, 0, 10], [5, 5, 0, 3, 10]]))
    solid = merge_cuboids([0, 0], [0, 1], [0, 0], np.array([[1.0, 1, 1, 0, 0, 0, 1], [1, 1, 1, 2, 2, 0, 1]]))

    assert len(flat) == 3
    assert len(tilted) == 2
    assert len(solid) == 2
    for found in (flat, tilted, solid):
        assert np.isfinite(found.shapes).all()
        assert np.isfinite(found.confidence).all()


def test_those_who_saw_nothing_are_counted() -> None:
    """By hand: two of five marked it, and weights are 1: share 0.4, presence 1 / (1 + 4 ** 1)."""
    box = [[0.0, 0, 10, 10]] * 2

    alone = merge_boxes([3, 3], [0, 1], [0, 0], box)
    blank = merge_boxes([3, 3], [0, 1], [0, 0], box, blanks=([3, 3, 3, 9], [2, 3, 4, 2], [1, 1, 1, 1]))

    assert alone.vote_share.tolist() == [1.0]
    assert blank.vote_share.tolist() == [0.4]
    assert blank.kept.tolist() == [False]
    assert blank.presence == pytest.approx([0.2])
    assert blank.label_share.tolist() == [1.0]


def test_annotators_whom_nobody_trusts_count_as_equals() -> None:
    box = [[0.0, 0, 10, 10]] * 3

    found = merge_boxes([0, 0, 0], [0, 1, 2], [5, 6, 6], box, [0.0, 0, 0], blanks=([0], [3], [0.0]))

    assert found.vote_share.tolist() == [0.75]
    assert found.label.tolist() == [6]
    assert found.presence.tolist() == [0.5]


def test_the_front_of_a_cuboid_is_put_to_the_vote() -> None:
    car = np.array([10.0, 5, 1, 4, 2, 1.5, 0.3])
    rows = np.stack([car] * 5)
    rows[2, 6] += np.pi
    rows[3, [0, 6]] += [0.1, -np.pi]

    headed = merge_cuboids([0] * 5, range(5), [0] * 5, rows)
    tail = merge_cuboids([0] * 5, range(5), [0] * 5, rows, [0.1, 0.1, 1.0, 1.0, 0.1])
    blunt = merge_cuboids([0] * 5, range(5), [0] * 5, rows, headed=False)

    assert headed.shapes[0, 6] == pytest.approx(0.3)
    assert tail.shapes[0, 6] == pytest.approx(0.3 - np.pi)
    assert blunt.shapes[0, 6] == pytest.approx(0.3)
    assert headed.shapes[0, :6] == pytest.approx(car[:6], abs=0.03)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("boxes", {"boxes": [[0, 0, 10]]}),
        ("boxes", {"boxes": [[0, 0, float("nan"), 10]]}),
        ("right and bottom", {"boxes": [[10, 10, 5, 5]]}),
        ("image", {"image": [1, 2]}),
        ("image", {"image": [0.5]}),
        ("annotator", {"annotator": ["ann"]}),
        ("label", {"label": [[1]]}),
        ("weight", {"weight": [-1.0]}),
        ("weight", {"weight": [float("inf")]}),
        ("iou_min", {"iou_min": 0.0}),
        ("vote_min", {"vote_min": 1.5}),
        ("blanks", {"blanks": ([0], [0], [1.0])}),
        ("blanks", {"blanks": ([0, 0], [1, 1], [1.0, 1.0])}),
        (r"blanks \(weight\)", {"blanks": ([0], [1], [-1.0])}),
    ],
)
def test_what_is_wrong_is_named(field: str, change: dict[str, Any]) -> None:
    right: dict[str, Any] = {"image": [0], "annotator": [0], "label": [0], "boxes": [[0, 0, 10, 10]]}

    with pytest.raises(ValueError, match=field):
        merge_boxes(**(right | change))


def test_an_annotator_has_one_weight_on_an_image() -> None:
    with pytest.raises(ValueError, match="annotator 7 has several on image 4"):
        merge_boxes([4, 4], [7, 7], [0, 0], [[0, 0, 1, 1], [5, 5, 6, 6]], [0.5, 0.6])


def test_five_annotators_of_street_photos_are_better_than_any_one_of_them() -> None:
    """Boxes of real photos, redrawn with the habits of five people; found again at IoU 0.75 with the right label."""
    if not STREET.exists():
        pytest.skip(f"needs the street photos at {STREET}")
    document = json.loads(STREET.read_text())
    known = [each for each in document["annotations"] if min(each["bbox"][2:]) >= 8 and not each["iscrowd"]]
    sized = np.array([each["bbox"] for each in known], dtype=np.float64)
    truth = np.concatenate([sized[:, :2], sized[:, :2] + sized[:, 2:]], axis=1)
    label = np.array([each["category_id"] for each in known])
    image = np.array([each["image_id"] for each in known])
    rng = np.random.default_rng(11)
    rows = []
    for voice, (jitter, missed, mistaken) in enumerate([(0.04, 0.1, 0.03)] * 4 + [(0.12, 0.3, 0.2)]):
        seen = np.nonzero(rng.random(len(truth)) >= missed)[0]
        drawn = truth[seen] + rng.normal(0, jitter, (len(seen), 4)) * np.tile(sized[seen, 2:], 2)
        said = np.where(rng.random(len(seen)) < mistaken, 1 + label[seen] % 90, label[seen])
        rows.append((image[seen], np.full(len(seen), voice), said, np.sort(drawn.reshape(-1, 2, 2), axis=1), seen))
    images, voices, labels, drawn = (np.concatenate([row[at] for row in rows]) for at in range(4))

    found = merge_boxes(images, voices, labels, drawn.reshape(-1, 4))

    def score(image_of: IntArray, label_of: IntArray, boxes: FloatArray) -> float:
        fits = (iou(truth[:, None], boxes[None]) >= 0.75) & (image[:, None] == image_of) & (label[:, None] == label_of)
        return 2 * float(fits.any(axis=1).sum()) / (len(truth) + len(boxes))

    kept = found.kept
    merged = score(found.image[kept], found.label[kept], found.shapes[kept])
    alone = [score(row[0], row[2], row[3].reshape(-1, 4)) for row in rows]
    assert merged > 0.95
    assert merged > max(alone) + 0.03


def test_five_annotators_of_a_scan_are_better_than_any_one_of_them() -> None:
    """Cuboids of a real scan; the second of five annotators turns every fourth of them back to front."""
    if not NUSCENES.exists():
        pytest.skip(f"needs the scan at {NUSCENES}")
    sample = json.loads(NUSCENES.read_text())
    instances = sample["data_list"][0]["instances"]
    truth = np.array([each["bbox_3d"] for each in instances])
    label = np.array([each["bbox_label_3d"] for each in instances])
    rng = np.random.default_rng(5)
    noise = np.array([0.05, 0.05, 0.05, 0.06, 0.06, 0.06, 0.05])
    drawn = truth + rng.normal(0, 1, (5, *truth.shape)) * noise
    drawn[..., 3:6] = np.maximum(drawn[..., 3:6], 0.05)
    drawn[1, ::4, 6] += np.pi
    voice = np.repeat(np.arange(5), len(truth))

    found = merge_cuboids(np.zeros(5 * len(truth), int), voice, np.tile(label, 5), drawn.reshape(-1, 7))

    at = found.object_of[: len(truth)]
    assert found.kept.sum() == len(truth)
    assert len(np.unique(at)) == len(truth)
    assert cuboid_iou(found.shapes[at], truth).mean() > max(cuboid_iou(each, truth).mean() for each in drawn) + 0.05
    assert np.abs(np.angle(np.exp(1j * (found.shapes[at, 6] - truth[:, 6])))).max() < 0.2


def test_turned_boxes_are_fused_as_one_by_one() -> None:
    """``fusion.fuse_turned_boxes`` on the members of each object is the reference."""
    image, voice, label, boxes, weight = turned(3)

    found = merge_turned_boxes(image, voice, np.zeros_like(label), boxes, weight)

    for index in range(len(found)):
        rows = found.members(index)
        likeness = np.array([turned_iou(np.repeat(boxes[[row]], len(rows), axis=0), boxes[rows]) for row in rows])
        np.fill_diagonal(likeness, 0.0)
        central = int((likeness @ weight[rows] + weight[rows]).argmax())
        assert found.shapes[index] == pytest.approx(
            fusion.fuse_turned_boxes(boxes[rows], weight[rows], central), abs=1e-7
        )


def test_annotators_are_scored_by_what_was_kept() -> None:
    """By hand: on image 1 all three have the first object and only annotator 5 the second; 6 mislabels on image 2."""
    image, annotator, label = [1, 1, 1, 1, 2, 2, 2], [5, 6, 7, 5, 5, 6, 7], [0, 0, 0, 0, 0, 1, 0]
    near, far = [0.0, 0, 10, 10], [50.0, 50, 60, 60]
    found = merge_boxes(image, annotator, label, [near, near, near, far, near, near, [0.0, 0, 10, 8]])

    scores = annotator_scores(found, image, annotator, label)

    assert scores.annotator.tolist() == [5, 6, 7]
    assert scores.marks.tolist() == [3, 2, 2]
    assert scores.precision == pytest.approx([2 / 3, 1, 1])
    assert scores.recall == pytest.approx([1, 1, 1])
    assert scores.label_share == pytest.approx([1, 0.5, 1])
    assert scores.likeness[0] > scores.likeness[2]
    assert len(annotator_scores(merge_boxes([], [], [], []), [], [], []).marks) == 0

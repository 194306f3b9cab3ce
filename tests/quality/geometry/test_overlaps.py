"""Compiled overlaps of turned boxes, cuboids and polygons."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from assay.quality.geometry import boxes, regions
from assay.quality.geometry.arrays import FloatArray
from assay.quality.geometry.cuboids import (
    cuboid_iou,
    cuboid_iou_matrix,
    fuse_cuboids,
    ground_iou,
    ground_iou_matrix,
)
from assay.quality.geometry.polygons import merge_polygons, polygon_iou_matrix, polygons_of
from assay.quality.geometry.turned import turned_iou, turned_iou_matrix

# Whole numbers and right angles make edges and corners coincide, which is where clipping goes wrong.
PLACE = st.one_of(st.integers(0, 6).map(float), st.floats(-50, 50, width=32))
SIDE = st.one_of(st.integers(0, 6).map(float), st.floats(0.5, 60, width=32))
ANGLE = st.one_of(st.floats(-180, 180, width=32), st.sampled_from([0.0, 45.0, 90.0, 135.0, 180.0, -90.0]))
TURNED = st.tuples(PLACE, PLACE, SIDE, SIDE, ANGLE)


@settings(max_examples=200, deadline=None)
@given(TURNED, TURNED)
def test_turned_boxes_overlap_as_by_strips(left: tuple[float, ...], right: tuple[float, ...]) -> None:
    """``boxes.turned_iou`` finds it in another way, and is itself held against shapely."""
    one, other = np.array([left]), np.array([right])

    ours = turned_iou(one, other)

    assert ours == pytest.approx(boxes.turned_iou(one, other), abs=1e-9)
    assert turned_iou(other, one) == pytest.approx(ours, abs=1e-9)
    assert turned_iou_matrix(np.concatenate([one, other]), other)[0] == pytest.approx(ours)


@pytest.mark.parametrize("rotation", [0.0, 90.0, 180.0, 31.7, -120.0])
def test_a_box_overlaps_itself_entirely(rotation: float) -> None:
    box = np.array([[3.0, 4, 20, 7, rotation]])

    assert turned_iou(box, box) == pytest.approx([1.0], abs=1e-12)
    assert cuboid_iou([[3, 4, 1, 20, 7, 2, rotation]], [[3, 4, 1, 20, 7, 2, rotation]]) == pytest.approx(
        [1.0], abs=1e-12
    )


def standing(rng: np.random.Generator, count: int) -> FloatArray:
    return np.column_stack(
        [
            rng.uniform(0, 6, (count, 2)),
            rng.uniform(0, 2, count),
            rng.uniform(0.5, 5, (count, 3)),
            rng.uniform(-4, 4, count),
        ]
    )


def base(row: FloatArray) -> Any:
    arms = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * row[3:5] / 2
    turn = np.array([[np.cos(row[6]), np.sin(row[6])], [-np.sin(row[6]), np.cos(row[6])]])
    return shapely.Polygon(row[:2] + arms @ turn)


def test_cuboids_overlap_as_shapely_says() -> None:
    rng = np.random.default_rng(0)
    left, right = standing(rng, 60), standing(rng, 60)

    ground, volume = ground_iou(left, right), cuboid_iou(left, right)

    for row in range(60):
        one, other = base(left[row]), base(right[row])
        both = one.intersection(other).area
        assert ground[row] == pytest.approx(both / one.union(other).area, abs=1e-9)
        low = max(left[row, 2] - left[row, 5] / 2, right[row, 2] - right[row, 5] / 2)
        high = min(left[row, 2] + left[row, 5] / 2, right[row, 2] + right[row, 5] / 2)
        shared = both * max(high - low, 0)
        total = left[row, 3:6].prod() + right[row, 3:6].prod() - shared
        assert volume[row] == pytest.approx(shared / total, abs=1e-9)
    assert np.diag(cuboid_iou_matrix(left, right)) == pytest.approx(volume)
    assert np.diag(ground_iou_matrix(left, right)) == pytest.approx(ground)
    assert volume.max() > 0.1


def test_half_the_height_shared_is_a_third_of_the_union() -> None:
    """By hand: of two equal boxes, one raised by half its height: 1/2 over 3/2."""
    low, high = [0.0, 0, 0, 4, 2, 2, 0.5], [0.0, 0, 1, 4, 2, 2, 0.5]

    assert cuboid_iou([low], [high]) == pytest.approx([1 / 3])
    assert ground_iou([low], [high]) == pytest.approx([1.0])
    assert cuboid_iou([low], [[0, 0, 2, 4, 2, 2, 0.5]]).tolist() == [0.0]


def test_one_cuboid_of_several() -> None:
    """By hand: three agree but for small shifts that cancel, one is far off, one faces backwards."""
    car = np.array([10.0, 5, 1, 4, 2, 1.5, 3.1])
    rows = np.stack([car, car, car, car, car])
    rows[0, 0] += 0.1
    rows[1, 0] -= 0.1
    rows[3, :2] += 3
    rows[4, 6] += np.pi

    fused = fuse_cuboids(rows)

    assert fused == pytest.approx(car, abs=1e-6)
    assert fuse_cuboids(rows, [0, 0, 0, 1, 0])[:2] == pytest.approx([13, 8])
    assert fuse_cuboids(rows[:1], headed=False)[6] == pytest.approx(3.1 - np.pi)
    with pytest.raises(ValueError, match="weights"):
        fuse_cuboids(rows, np.zeros(5))


def star(rng: np.random.Generator, vertices: int = 14) -> FloatArray:
    angle = np.sort(rng.uniform(0, 2 * np.pi, vertices))
    reach = rng.uniform(0.4, 1.0, vertices) * 60
    return 100 + rng.normal(0, 10, 2) + np.stack([np.cos(angle), np.sin(angle)], axis=1) * reach[:, None]


def test_polygons_overlap_as_shapely_and_coco_say() -> None:
    """shapely exactly, pycocotools to the error of its whole pixels."""
    rng = np.random.default_rng(1)
    outlines = [star(rng) for _ in range(12)]
    shapes = [shapely.Polygon(outline) for outline in outlines]
    drawn = coco.frPyObjects([outline.reshape(-1).tolist() for outline in outlines], 220, 220)

    ours = polygon_iou_matrix([[outline] for outline in outlines], [[outline] for outline in outlines])

    exact = [[one.intersection(other).area / one.union(other).area for other in shapes] for one in shapes]
    assert ours == pytest.approx(np.array(exact), abs=1e-9)
    assert ours == pytest.approx(coco.iou(drawn, drawn, [0] * 12), abs=0.05)


LATTICE = st.lists(st.tuples(*[st.integers(0, 6).map(float)] * 2), min_size=3, max_size=10)


@settings(max_examples=150, deadline=None)
@given(st.lists(LATTICE, min_size=1, max_size=3), st.lists(LATTICE, min_size=1, max_size=2))
def test_polygons_with_holes_and_crossings_overlap_as_in_regions(
    left: list[list[tuple[float, float]]], right: list[list[tuple[float, float]]]
) -> None:
    """``regions.iou`` is held against shapely; here rings touch, cross themselves and lie in each other."""
    one, other = [np.array(ring) for ring in left], [np.array(ring) for ring in right]

    ready = polygons_of([one, other])
    ours = ready.iou(np.array([0]), np.array([1]))[0]

    assert ready.area == pytest.approx([regions.area(one), regions.area(other)], abs=1e-6)
    assert ours == pytest.approx(regions.iou(regions.region(one), regions.region(other)), abs=1e-6)


def test_an_outline_that_crosses_itself_thousands_of_times_is_still_measured() -> None:
    rng = np.random.default_rng(3)
    scribble = rng.uniform(0, 100, (300, 2))

    ready = polygons_of([[scribble], [np.array([[0.0, 0], [100, 0], [100, 100], [0, 100]])]])

    assert ready.area[0] == pytest.approx(regions.area([scribble]), rel=0.02)
    assert ready.iou(np.array([0]), np.array([1])) == pytest.approx([ready.area[0] / 10_000], rel=0.01)


def test_polygons_of_many_images_are_merged() -> None:
    rng = np.random.default_rng(4)
    truth = [star(rng, 24) for _ in range(6)]
    drawn = [[outline + rng.normal(0, 1.5, outline.shape)] for _ in range(4) for outline in truth]
    careless = [[outline * 1.5 - 50] for outline in truth]
    image = np.tile([1, 2, 3, 4, 5, 6], 5)
    voice = np.repeat(np.arange(5), 6)
    order = rng.permutation(30)
    polygons = [*drawn, *careless]

    found = merge_polygons(image, voice, np.zeros(30, int), polygons, iou_min=0.3)
    back = merge_polygons(image[order], voice[order], np.zeros(30, int), [polygons[at] for at in order], iou_min=0.3)

    kept = np.flatnonzero(found.kept)
    assert found.image[kept].tolist() == [1, 2, 3, 4, 5, 6]
    scores = polygon_iou_matrix([found.shapes[at] for at in kept.tolist()], [[outline] for outline in truth]).diagonal()
    alone = polygon_iou_matrix(drawn[:6], [[outline] for outline in truth]).diagonal()
    assert scores.mean() > alone.mean()
    assert (back.confidence == found.confidence).all()
    assert all(
        (a == b).all()
        for one, other in zip(found.shapes, back.shapes, strict=True)
        for a, b in zip(one, other, strict=True)
    )
    assert len(merge_polygons([], [], [], [])) == 0


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("left must be rows", lambda: cuboid_iou([[1, 2]], [[1, 2]])),
        ("right must be finite", lambda: ground_iou([[1.0] * 7], [[float("nan")] * 7])),
        ("left: sizes", lambda: cuboid_iou_matrix([[0, 0, 0, -1, 1, 1, 0]], [[1.0] * 7])),
        ("same number", lambda: cuboid_iou([[1.0] * 7] * 2, [[1.0] * 7])),
        ("same number", lambda: turned_iou([[1.0] * 5] * 2, [[1.0] * 5])),
        ("left: width", lambda: turned_iou([[0, 0, -1, 1, 0]], [[1.0] * 5])),
        ("polygon 1 has no ring", lambda: polygons_of([[np.eye(3, 2)], [np.eye(2)]])),
        ("polygon 0 is not", lambda: polygons_of([[np.full((3, 2), np.inf)]])),
    ],
)
def test_what_is_wrong_is_named(message: str, call: Any) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_the_server_does_not_load_the_compiler() -> None:
    """What core uses of geometry must not cost a server the time and memory of Numba."""
    program = "import sys; import assay.core.annotations.image_merge; print('numba' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"

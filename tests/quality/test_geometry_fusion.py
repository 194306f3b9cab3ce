"""One shape out of several."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.geometry import boxes, contours, curves, fusion, medians, regions
from assay.quality.geometry.arrays import FloatArray


def blob(rng: np.random.Generator, radius: float = 40.0, vertices: int = 30) -> FloatArray:
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    reach = radius * (1 + 0.3 * np.cos(3 * angle + rng.uniform(0, 6)))
    return np.stack([100 + reach * np.cos(angle), 100 + reach * np.sin(angle)], axis=1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.integers(1, 5)), min_size=1, max_size=9))
def test_a_whole_weight_is_as_good_as_so_many_copies(pairs: list[tuple[float, int]]) -> None:
    """numpy's plain median of the copies is the reference."""
    values = np.array([[value for value, _ in pairs]])
    weights = np.array([[float(weight) for _, weight in pairs]])
    copies = [value for value, weight in pairs for _ in range(weight)]

    assert medians.weighted_median(values, weights)[0] == pytest.approx(np.median(copies))


def test_padding_has_no_say() -> None:
    values = np.array([[5.0, -100.0, 7.0, 900.0]])

    assert medians.weighted_median(values, np.array([[1.0, 0.0, 1.0, 0.0]]))[0] == 6.0


def test_one_careless_annotator_does_not_move_the_box() -> None:
    honest = np.array([[10.0, 10, 50, 50], [11, 9, 51, 50], [9, 11, 50, 49], [10, 10, 49, 51]])
    careless = np.array([[10.0, 10, 90, 90]])
    together = np.concatenate([honest, careless])

    fused = fusion.fuse_boxes(together[None], np.ones((1, 5)))[0]

    assert boxes.iou(fused, honest.mean(axis=0)) > 0.98


def test_the_robust_mean_of_good_annotators_beats_their_median() -> None:
    rng = np.random.default_rng(0)
    truth = np.array([100.0, 100, 180, 220])
    members = truth + rng.normal(0, 4, (400, 5, 4))

    fused = boxes.iou(fusion.fuse_boxes(members, np.ones((400, 5))), truth).mean()
    median = boxes.iou(medians.weighted_median(members, np.ones((400, 5))), truth).mean()
    single = boxes.iou(members[:, 0], truth).mean()

    assert fused > median > single


@settings(max_examples=40, deadline=None)
@given(st.floats(-180, 180), st.floats(-3, 3), st.integers(0, 3))
def test_angles_are_averaged_round_the_circle(rotation: float, tilt: float, quarters: int) -> None:
    """The second member is the first, tilted a little and written with its sides named differently."""
    first = np.array([100.0, 100, 80, 30, rotation])
    width, height = (30, 80) if quarters % 2 else (80, 30)
    second = np.array([140 - width / 2, 115 - height / 2, width, height, rotation + tilt + 90 * quarters])
    between = np.array([100.0, 100, 80, 30, rotation + tilt / 2])

    fused = fusion.fuse_turned_boxes(np.stack([first, second]), np.ones(2), reference=0)

    assert -180 < fused[4] <= 180
    assert boxes.turned_iou(fused[None], between[None])[0] > 1 - 1e-6


def test_turned_boxes_without_a_side_are_fused_without_losing_a_number() -> None:
    flat = np.array([[10.0, 10, 20, 0, 30], [10, 10, 20, 0, 32], [10, 10, 20, 0, 31]])

    fused = fusion.fuse_turned_boxes(flat, np.ones(3), reference=2)

    assert fused == pytest.approx([10, 10, 20, 0, 31])


def test_the_geometric_median_of_a_triangle_is_its_fermat_point() -> None:
    """Known by geometry: from it the corners are seen 120 degrees apart."""
    corners = np.array([[0.0, 0.0], [10.0, 0.0], [3.0, 8.0]])

    centre = fusion.fuse_points(corners, np.ones(3))

    rays = (corners - centre) / np.hypot(*(corners - centre).T)[:, None]
    assert [rays[0] @ rays[1], rays[1] @ rays[2], rays[2] @ rays[0]] == pytest.approx([-0.5, -0.5, -0.5], abs=1e-4)


def test_a_point_given_by_most_of_the_weight_is_the_median() -> None:
    points = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 90.0]])

    assert fusion.fuse_points(points, np.array([5.0, 1.0, 1.0])) == pytest.approx([0.0, 0.0], abs=1e-3)


def test_polylines_drawn_in_opposite_directions_are_averaged() -> None:
    line = np.array([[0.0, 0], [50, 10], [100, 0]])

    fused = fusion.fuse_polylines([line, (line + np.array([0, 4]))[::-1]], np.ones(2), reference=0)

    assert fused[0] == pytest.approx([0, 2], abs=1e-6)
    assert fused[-1] == pytest.approx([100, 2], abs=1e-6)
    assert shapely.LineString(fused).hausdorff_distance(shapely.LineString(line + np.array([0, 2]))) < 0.5


def test_polyline_likeness_falls_with_distance_and_with_missing_length() -> None:
    line = np.array([[0.0, 0], [100, 0]])

    same = curves.polyline_similarity(line, line[::-1], 5.0)
    near = curves.polyline_similarity(line, line + np.array([0, 4]), 5.0)
    far = curves.polyline_similarity(line, line + np.array([0, 40]), 5.0)
    half = curves.polyline_similarity(line, line * np.array([0.5, 1]), 5.0)

    assert same == pytest.approx(1.0)
    assert near == pytest.approx(np.exp(-16 / 50))
    assert far < 1e-6
    assert 0.5 < half < 0.8
    assert half == curves.polyline_similarity(line * np.array([0.5, 1]), line, 5.0)


def test_simplifying_stays_within_the_tolerance() -> None:
    rng = np.random.default_rng(4)
    line = np.cumsum(rng.normal(0, 3, (200, 2)), axis=0)

    simpler = curves.simplify(line, 2.0)

    assert len(simpler) < 120
    assert max(shapely.LineString(simpler).distance(shapely.Point(vertex)) for vertex in line) <= 2.0 + 1e-9


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_same_polygon_from_all_comes_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    outline, hole = blob(rng), blob(rng, radius=10.0)

    fused = contours.fuse_polygons([[outline, hole]] * 3, np.ones(3))

    assert len(fused) == 2
    assert regions.iou(regions.region(fused), regions.region([outline, hole])) > 0.985


def test_one_careless_outline_does_not_move_the_polygon() -> None:
    rng = np.random.default_rng(5)
    truth = blob(rng)
    honest = [[truth + rng.normal(0, 1.5, 2)] for _ in range(4)]

    fused = contours.fuse_polygons([*honest, [truth * 1.6 - 60]], np.ones(5))

    assert regions.iou(regions.region(fused), regions.region([truth])) > 0.95


def test_several_outlines_together_are_better_than_any_alone() -> None:
    rng = np.random.default_rng(6)
    gains = []
    for _ in range(10):
        truth = blob(rng)
        drawn = [truth + rng.normal(0, 2.0, 2) + rng.normal(0, 2.0, truth.shape) for _ in range(5)]
        known = regions.region([truth])
        alone = [regions.iou(regions.region([each]), known) for each in drawn]
        fused = contours.fuse_polygons([[each] for each in drawn], np.ones(5))
        gains.append(regions.iou(regions.region(fused), known) - max(alone))

    assert np.mean(gains) > 0.01


def test_the_contour_of_a_disc_is_a_circle() -> None:
    y, x = np.mgrid[0:41, 0:41]
    field = 15.0 - np.hypot(x - 20.0, y - 20.0)

    (ring,) = contours.trace(field)

    assert np.hypot(*(ring - 20.0).T) == pytest.approx(np.full(len(ring), 15.0), abs=0.02)
    assert abs(regions.signed_area(ring)) == pytest.approx(np.pi * 15**2, rel=0.003)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_contours_of_noise_close_and_hold_every_positive_node(seed: int) -> None:
    """Saddles everywhere: each positive node has to lie inside under the even-odd rule, and no negative one."""
    rng = np.random.default_rng(seed)
    field = np.full((12, 12), -1.0)
    field[1:-1, 1:-1] = rng.normal(0, 1, (10, 10))
    nodes = np.stack(np.meshgrid(np.arange(12.0), np.arange(12.0)), axis=-1).reshape(-1, 2)

    rings = contours.trace(field)

    inside = regions.contains(rings, nodes) if rings else np.zeros(144, dtype=bool)
    assert (inside == (field > 0).reshape(-1)).all()

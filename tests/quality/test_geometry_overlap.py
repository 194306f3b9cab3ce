"""Areas and overlaps, against shapely."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assay.quality.geometry import boxes, regions
from assay.quality.geometry.arrays import FloatArray

# Thousandths of a pixel: shapely gives up on numbers that differ by less than it can represent.
COORDINATE = st.integers(-50_000, 150_000).map(lambda thousandths: thousandths / 1000)
SIDE = st.floats(0.5, 120, allow_nan=False, width=32)
# Whole numbers make edges and corners coincide, which is where clipping goes wrong.
LATTICE = st.integers(0, 6).map(float)


def upright() -> st.SearchStrategy[list[float]]:
    return st.tuples(COORDINATE, COORDINATE, SIDE, SIDE).map(lambda b: [b[0], b[1], b[0] + b[2], b[1] + b[3]])


def turned() -> st.SearchStrategy[list[float]]:
    angle = st.one_of(st.floats(-180, 180, allow_nan=False), st.sampled_from([0.0, 45.0, 90.0, 135.0, 180.0, -90.0]))
    free = st.tuples(COORDINATE, COORDINATE, SIDE, SIDE, angle)
    tight = st.tuples(LATTICE, LATTICE, LATTICE.map(lambda v: v + 1), LATTICE.map(lambda v: v + 1), angle)
    return st.one_of(free, tight).map(list)


def rings(vertices: int = 12) -> st.SearchStrategy[list[tuple[float, float]]]:
    loose = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=vertices)
    tight = st.lists(st.tuples(LATTICE, LATTICE), min_size=3, max_size=vertices)
    return st.one_of(loose, tight)


def cells(ring: FloatArray) -> list[Any]:
    """What a ring encloses under the even-odd rule, as simple shapely polygons that do not overlap."""
    lines = shapely.node(shapely.LineString([*ring, ring[0]]))
    return [
        cell
        for cell in shapely.polygonize([lines]).geoms
        if regions.contains([ring], np.array([shapely.point_on_surface(cell).coords[0]]))[0]
    ]


def common_area(left: list[Any], right: list[Any]) -> float:
    # On a fixed grid shapely is robust; without one it loses whole triangles where edges nearly run together.
    return sum(float(shapely.intersection(a, b, grid_size=1e-7).area) for a in left for b in right)


def star(rng: np.random.Generator, vertices: int, centre: float = 100.0, radius: float = 60.0) -> FloatArray:
    angle = np.sort(rng.uniform(0, 2 * np.pi, vertices))
    reach = rng.uniform(0.3, 1.0, vertices) * radius
    return np.stack([centre + reach * np.cos(angle), centre + reach * np.sin(angle)], axis=1)


@settings(max_examples=40, deadline=None)
@given(st.lists(upright(), min_size=1, max_size=6), st.lists(upright(), min_size=1, max_size=6))
def test_upright_overlap_agrees_with_shapely(left: list[list[float]], right: list[list[float]]) -> None:
    expected = [
        [
            shapely.box(*a).intersection(shapely.box(*b)).area / shapely.box(*a).union(shapely.box(*b)).area
            for b in right
        ]
        for a in left
    ]

    assert boxes.iou_matrix(np.array(left), np.array(right)) == pytest.approx(np.array(expected), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(turned(), turned())
def test_turned_overlap_agrees_with_shapely(left: list[float], right: list[float]) -> None:
    outlines = boxes.corners(np.array([left, right]))
    a, b = (shapely.Polygon(outline) for outline in outlines)

    found = boxes.turned_iou(np.array([left]), np.array([right]))[0]

    assert found == pytest.approx(a.intersection(b).area / a.union(b).area, abs=1e-7)


@settings(max_examples=40, deadline=None)
@given(turned())
def test_a_box_is_the_same_shape_turned_by_a_right_angle_with_sides_exchanged(box: list[float]) -> None:
    x, y, width, height, rotation = box
    middle = (x + width / 2, y + height / 2)
    twin = [middle[0] - height / 2, middle[1] - width / 2, height, width, rotation + 90]

    assert boxes.turned_iou(np.array([box]), np.array([twin]))[0] == pytest.approx(1.0, abs=1e-6)


def test_rotation_is_clockwise_on_the_screen() -> None:
    corners = boxes.corners(np.array([[0.0, 0.0, 4.0, 2.0, 90.0]]))[0]

    # The top-left corner of a box twice as wide as high goes to the top right.
    assert corners[0] == pytest.approx([3.0, -1.0])


@settings(max_examples=40, deadline=None)
@given(rings(), rings())
def test_polygon_overlap_agrees_with_shapely_whatever_the_rings_do(
    left: list[tuple[float, float]], right: list[tuple[float, float]]
) -> None:
    """Rings may cross or touch themselves; the lattice makes edges of the two run along each other."""
    one, other = np.array(left), np.array(right)
    inside_one, inside_other = cells(one), cells(other)

    first, second = regions.region([one]), regions.region([other])

    assert first.area == pytest.approx(sum(cell.area for cell in inside_one), rel=1e-6, abs=1e-3)
    common = common_area(inside_one, inside_other)
    assert regions.intersection_area(first, second) == pytest.approx(common, rel=1e-6, abs=2e-3)


def test_holes_are_not_inside() -> None:
    rng = np.random.default_rng(1)
    for _ in range(30):
        outline, hole, other = star(rng, 40), star(rng, 12, radius=12.0), star(rng, 30, centre=115.0)
        a = shapely.Polygon(outline).symmetric_difference(shapely.Polygon(hole))
        b = shapely.Polygon(other)

        overlap = regions.iou(regions.region([outline, hole]), regions.region([other]))

        assert overlap == pytest.approx(a.intersection(b).area / a.union(b).area, abs=1e-9)


def test_the_direction_of_rings_does_not_matter() -> None:
    rng = np.random.default_rng(2)
    outline, hole = star(rng, 20), star(rng, 8, radius=10.0)

    assert regions.area([outline, hole]) == pytest.approx(regions.area([outline[::-1], hole]))
    assert regions.area([outline, hole]) == pytest.approx(regions.area([outline, hole[::-1]]))


def test_polygons_with_too_many_edges_for_exactness_are_measured_to_a_thousandth() -> None:
    rng = np.random.default_rng(3)
    left, right = star(rng, 400), star(rng, 400, centre=110.0)
    a, b = shapely.Polygon(left), shapely.Polygon(right)
    assert a.is_valid
    assert b.is_valid

    overlap = regions.iou(regions.region([left]), regions.region([right]))

    assert overlap == pytest.approx(a.intersection(b).area / a.union(b).area, abs=1e-3)


@settings(max_examples=50, deadline=None)
@given(rings(), rings())
def test_the_cheap_bound_is_never_below_the_overlap(
    left: list[tuple[float, float]], right: list[tuple[float, float]]
) -> None:
    one, other = regions.region([np.array(left)]), regions.region([np.array(right)])

    most = regions.iou_max(one.box, np.array(one.area), other.box, np.array(other.area))

    assert regions.iou(one, other) <= most + 1e-9


@settings(max_examples=50, deadline=None)
@given(rings(5), st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=8))
def test_containment_agrees_with_shapely(ring: list[tuple[float, float]], points: list[tuple[float, float]]) -> None:
    polygon = np.array(ring)
    simple = shapely.Polygon(ring)
    assume(simple.is_valid)
    clear = [point for point in points if shapely.Point(point).distance(simple.exterior) > 1e-6]
    assume(clear)

    inside = regions.contains([polygon], np.array(clear))

    assert inside.tolist() == [simple.contains(shapely.Point(point)) for point in clear]


@settings(max_examples=40, deadline=None)
@given(rings())
def test_clipping_keeps_exactly_the_part_inside(ring: list[tuple[float, float]]) -> None:
    frame = np.array([1.0, 0.0, 60.0, 80.0])
    polygon = np.array(ring)
    expected = common_area(cells(polygon), [shapely.box(*frame)])

    clipped = regions.clip_ring(polygon, frame)

    assert (regions.area([clipped]) if len(clipped) >= 3 else 0.0) == pytest.approx(expected, rel=1e-6, abs=2e-3)
    assert len(clipped) == 0 or (clipped >= frame[:2]).all()
    assert len(clipped) == 0 or (clipped <= frame[2:]).all()


@pytest.mark.parametrize(
    ("ring", "expected"),
    [
        ([(0, 0), (4, 0), (0, 3)], True),
        ([(0, 0), (4, 0)], False),
        ([(0, 0), (4, 0), (0, 0), (4, 0)], False),
        ([(0, 0), (2, 2), (4, 4)], False),
        # A figure of eight encloses two triangles although its shoelace sum is nought.
        ([(0, 0), (4, 4), (4, 0), (0, 4)], True),
    ],
)
def test_a_ring_has_to_enclose_something(ring: list[tuple[float, float]], expected: bool) -> None:
    assert regions.encloses(np.array(ring, dtype=np.float64)) is expected

"""Marks on photos as shapes: which are alike, and one mark out of several alike.

Boxes and polygons are regions, compared by intersection over union; a box and a polygon by that of their bounding
boxes, since a polygon that fits its object well fills only part of a box that does too. Polylines and points are
compared by nearness, and never with another type. Ellipses, and cuboids by the hull of what is seen of them, are
compared as polygons are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec
import numpy as np

from assay.core.annotations.image import Box, Cuboid, Ellipse, Mark, Point, Polygon, Polyline, Vertex
from assay.core.annotations.image_outlines import cuboid_outline, ellipse_bounds, ellipse_outline
from assay.core.taxonomy import ShapeLimits
from assay.quality.geometry import boxes, curves, regions
from assay.quality.geometry.arrays import BoolArray, FloatArray, IntArray
from assay.quality.geometry.contours import fuse_polygons
from assay.quality.geometry.fusion import fuse_boxes, fuse_points, fuse_polylines, fuse_turned_boxes
from assay.quality.geometry.medians import robust_mean

RING_VERTICES_MAX = 2000
LimitsOf: TypeAlias = Callable[[Mark], ShapeLimits | None]

# Nearness of points and polylines is judged by the size of the photo, which merging is not told; the farthest mark
# from the top-left corner stands in for it. Two points at 1.8 % of that distance are alike by one half.
_TOLERANCE_SHARE = 0.015
_TOLERANCE_MIN = 2.0
# Fused coordinates are rounded: a thousandth of a pixel means nothing and takes half the room.
_DECIMALS = 3


class Shapes:
    """Marks side by side, with what comparing them needs.

    ``bounds``: (n, 4) left, top, right, bottom. ``is_upright``: which marks are boxes that are not turned.
    ``tolerance``: pixels, for points and polylines.
    """

    def __init__(self, marks: Sequence[Mark], tolerance: float | None = None) -> None:
        self.marks = marks
        self.bounds = bounds(marks)
        self.is_upright = [isinstance(mark, Box) and not mark.rotation for mark in marks]
        if tolerance is None:
            reach = float(np.hypot(*self.bounds[:, 2:].max(axis=0))) if len(marks) else 0.0
            tolerance = max(_TOLERANCE_SHARE * reach, _TOLERANCE_MIN)
        self.tolerance = tolerance
        self._codes = np.array([_CODES[type(mark)] for mark in marks], dtype=np.int64)
        self._turned = ~np.array(self.is_upright, dtype=np.bool_)
        self._regions: dict[int, regions.Region] = {}

    def region(self, index: int) -> regions.Region:
        found = self._regions.get(index)
        if found is None:
            found = self._regions[index] = regions.region(_rings(self.marks[index]))
        return found

    def across(self, voice: IntArray, floor: float) -> FloatArray:
        """How alike every two marks of different voices are: (n,) voices to (n, n), symmetric, within [0, 1].

        Marks of one voice are given as 0, and so may be pairs that cannot reach ``floor``.
        """
        everything = np.arange(len(self.marks))
        if all(self.is_upright):
            return np.where(voice[:, None] == voice, 0.0, boxes.iou_matrix(self.bounds, self.bounds))
        half = self.similarity(everything, everything, floor, np.triu(voice[:, None] != voice))
        return half + half.T

    def similarity(
        self, left: IntArray, right: IntArray, floor: float = 0.0, wanted: BoolArray | None = None
    ) -> FloatArray:
        """How alike marks are, within [0, 1]: (n,) and (m,) indices to (n, m).

        Pairs that cannot reach ``floor`` may be given as 0, and those not ``wanted`` are: comparing outlines takes
        a fraction of a millisecond a pair.
        """
        first, second = self._codes[left][:, None], self._codes[right][None, :]
        if wanted is None:
            wanted = np.ones((len(left), len(right)), dtype=np.bool_)
        is_region = wanted & (first <= _POLYGON) & (second <= _POLYGON)
        result = np.where(is_region, boxes.iou_matrix(self.bounds[left], self.bounds[right]), 0.0)
        tilted = self._turned[left][:, None] | self._turned[right][None, :]
        self._compare_turned_boxes(left, right, result, (first == _BOX) & (second == _BOX) & tilted & (result > 0))
        self._compare_polygons(left, right, result, (first == _POLYGON) & (second == _POLYGON) & (result > 0), floor)
        self._compare_polylines(left, right, result, wanted & (first == _POLYLINE) & (second == _POLYLINE))
        points = wanted & (first == _POINT) & (second == _POINT)
        if points.any():
            at = self.bounds[:, :2]
            result = np.where(points, curves.point_similarity(at[left], at[right], self.tolerance), result)
        return result

    def _compare_turned_boxes(self, left: IntArray, right: IntArray, result: FloatArray, pairs: BoolArray) -> None:
        rows, columns = np.nonzero(pairs)
        if len(rows) == 0:
            return
        one = np.array([_turned(self.marks[index]) for index in left[rows]])
        other = np.array([_turned(self.marks[index]) for index in right[columns]])
        result[rows, columns] = boxes.turned_iou(one, other)

    def _compare_polygons(
        self, left: IntArray, right: IntArray, result: FloatArray, pairs: BoolArray, floor: float
    ) -> None:
        rows, columns = np.nonzero(pairs)
        if len(rows) == 0:
            return
        # Where bounding boxes meet, and only there, outlines have to be made ready and may have to be compared.
        one, other = left[rows], right[columns]
        area = np.zeros(len(self.marks))
        meeting = np.union1d(one, other)
        area[meeting] = [self.region(index).area for index in meeting.tolist()]
        most = regions.iou_max(self.bounds[one], area[one], self.bounds[other], area[other])
        result[rows, columns] = 0.0
        worth = (most > 0) & (most >= floor)
        result[rows[worth], columns[worth]] = [
            regions.iou(self.region(here), self.region(there))
            for here, there in zip(one[worth].tolist(), other[worth].tolist(), strict=True)
        ]

    def _compare_polylines(self, left: IntArray, right: IntArray, result: FloatArray, pairs: BoolArray) -> None:
        for row, column in np.argwhere(pairs).tolist():
            low, high = self.bounds[left[row]], self.bounds[right[column]]
            # So far apart, no sample of either can count for more than exp(-8).
            if (low[:2] - high[2:] > 4 * self.tolerance).any() or (high[:2] - low[2:] > 4 * self.tolerance).any():
                continue
            one, other = _line(self.marks[left[row]]), _line(self.marks[right[column]])
            mean_length = (curves.length(one) + curves.length(other)) / 2
            tolerance = max(min(self.tolerance, 0.1 * mean_length), _TOLERANCE_MIN)
            result[row, column] = curves.polyline_similarity(one, other, tolerance)


def bounds(marks: Sequence[Mark]) -> FloatArray:
    """Upright boxes around marks, (n, 4) left, top, right, bottom."""
    rows = [_bounds(mark) for mark in marks]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def fuse(
    shapes: Shapes, members: Sequence[int], weights: FloatArray, likeness: FloatArray, limits: LimitsOf | None = None
) -> Mark:
    """One mark out of ``members``, all of one type, with (m,) weights and their (m, m) likeness to each other.

    ``likeness`` is 0 on the diagonal. ``limits``: tells those of a mark; an outline that would break them is the most
    central member's instead, which keeps them. The id, label and attributes are one member's. Upright boxes go through
    ``fuse_upright`` in bulk.
    """
    marks = [shapes.marks[index] for index in members]
    first = marks[0]
    if all(msgspec.structs.replace(mark, id=first.id, attributes=first.attributes) == first for mark in marks[1:]):
        return first
    fit = (likeness * weights).sum(axis=1)
    central = int((fit + weights).argmax())
    fused = _fuse(shapes, members, weights, central, float(fit[central]))
    within = None if limits is None else limits(fused)
    if within is not None and not within.takes(len(_outline(fused))):
        return marks[central]
    return fused


def _outline(mark: Mark) -> Sequence[Vertex]:
    return mark.rings[0] if isinstance(mark, Polygon) else mark.points if isinstance(mark, Polyline) else ()


def _fuse(shapes: Shapes, members: Sequence[int], weights: FloatArray, central: int, central_fit: float) -> Mark:
    marks = [shapes.marks[index] for index in members]
    first = marks[0]
    if isinstance(first, Cuboid):
        return _fuse_cuboids(marks, weights)
    if isinstance(first, Box | Ellipse):
        turned = np.array([_turned(mark) for mark in marks])
        x, y, width, height, rotation = _rounded(fuse_turned_boxes(turned, weights, central))
        return msgspec.structs.replace(first, x=x, y=y, width=width, height=height, rotation=rotation)
    if isinstance(first, Point):
        x, y = _rounded(fuse_points(shapes.bounds[members, :2], weights))
        return msgspec.structs.replace(first, x=x, y=y)
    if isinstance(first, Polyline):
        line = fuse_polylines([_line(mark) for mark in marks], weights, central)
        return msgspec.structs.replace(first, points=_vertices(line))
    return _fuse_polygons(shapes, members, weights, central, central_fit)


def fuse_upright(bounds: FloatArray, weights: FloatArray) -> FloatArray:
    """Upright boxes fused in bulk: (g, m, 4) and (g, m) to (g, 4) x, y, width, height.

    Where all members are the same box, exactly that box.
    """
    fused = fuse_boxes(bounds, weights)
    leader = bounds[np.arange(len(bounds)), (weights > 0).argmax(axis=1)]
    same = ((bounds == leader[:, None]).all(axis=2) | (weights == 0)).all(axis=1)
    fused = np.where(same[:, None], leader, fused.round(_DECIMALS))
    size = fused[:, 2:] - fused[:, :2]
    return np.concatenate([fused[:, :2], np.where(same[:, None], size, size.round(_DECIMALS))], axis=1)


def _fuse_polygons(
    shapes: Shapes, members: Sequence[int], weights: FloatArray, central: int, central_fit: float
) -> Mark:
    """The voted contour, unless the most central member fits the others better."""
    fallback = shapes.marks[members[central]]
    rings = fuse_polygons([_rings(shapes.marks[index]) for index in members], weights)
    if not rings or max(len(ring) for ring in rings) > RING_VERTICES_MAX:
        return fallback
    # A contour smaller than every member across would break a minimum size that all of them kept.
    smallest = (shapes.bounds[members, 2:] - shapes.bounds[members, :2]).min(axis=0)
    if (np.ptp(rings[0], axis=0) < smallest - 0.01).any():
        return fallback
    voted = regions.region(rings)
    others = [(index, weight) for at, (index, weight) in enumerate(zip(members, weights, strict=True)) if at != central]
    if sum(weight * regions.iou(voted, shapes.region(index)) for index, weight in others) < central_fit:
        return fallback
    return msgspec.structs.replace(fallback, rings=[_vertices(ring) for ring in rings])


def _fuse_cuboids(marks: Sequence[Mark], weights: FloatArray) -> Mark:
    """Corner by corner, of those who show the side that most do: left and right of the face do not mix."""
    cuboids = [mark for mark in marks if isinstance(mark, Cuboid)]
    corners = np.array([[*mark.face, *mark.side] for mark in cuboids])
    rightwards = corners[:, 4:, 0].mean(axis=1) >= corners[:, :4, 0].mean(axis=1)
    wanted = weights[rightwards].sum() >= weights[~rightwards].sum()
    inside = rightwards == wanted
    rows, says = corners[inside].reshape(int(inside.sum()), -1), weights[inside]
    extent = np.maximum(np.ptp(corners[inside], axis=1).mean(axis=0), 1e-9)
    fused = robust_mean(rows[None], says[None], np.tile(extent, 6)[None])[0].reshape(6, 2)
    vertices = _vertices(fused)
    first = cuboids[int(inside.argmax())]
    return msgspec.structs.replace(first, face=vertices[:4], side=vertices[4:])


def _bounds(mark: Mark) -> tuple[float, float, float, float]:
    if isinstance(mark, Box):
        if mark.rotation:
            return tuple(boxes.bounds(boxes.corners(np.array([_turned(mark)]))[0]).tolist())
        return mark.x, mark.y, mark.x + mark.width, mark.y + mark.height
    if isinstance(mark, Point):
        return mark.x, mark.y, mark.x, mark.y
    if isinstance(mark, Ellipse):
        return ellipse_bounds(mark)
    if isinstance(mark, Cuboid):
        x, y = zip(*mark.face, *mark.side, strict=True)
        return min(x), min(y), max(x), max(y)
    vertices = mark.points if isinstance(mark, Polyline) else mark.rings[0]
    x, y = zip(*vertices, strict=True)
    return min(x), min(y), max(x), max(y)


def _turned(mark: Mark) -> tuple[float, float, float, float, float]:
    assert isinstance(mark, Box | Ellipse)
    return mark.x, mark.y, mark.width, mark.height, mark.rotation


def _rings(mark: Mark) -> list[FloatArray]:
    if isinstance(mark, Ellipse):
        return [ellipse_outline(mark)]
    if isinstance(mark, Cuboid):
        return [cuboid_outline(mark)]
    assert isinstance(mark, Polygon)
    return [np.array(ring, dtype=np.float64) for ring in mark.rings]


def _line(mark: Mark) -> FloatArray:
    assert isinstance(mark, Polyline)
    return np.array(mark.points, dtype=np.float64)


def _rounded(row: FloatArray) -> list[float]:
    values: list[float] = row.round(_DECIMALS).tolist()
    return values


def _vertices(points: FloatArray) -> list[Vertex]:
    return [(x, y) for x, y in points.round(_DECIMALS).tolist()]


_BOX, _POLYGON, _POLYLINE, _POINT = range(4)
_CODES: dict[type, int] = {
    Box: _BOX,
    Polygon: _POLYGON,
    Ellipse: _POLYGON,
    Cuboid: _POLYGON,
    Polyline: _POLYLINE,
    Point: _POINT,
}

"""Polygons of whole data sets: overlap of many pairs, and one polygon out of several for many objects.

A polygon is a sequence of rings, each (k, 2) and not closed; inside is decided by the even-odd rule, as in ``regions``,
which does the same for a single photo without anything compiled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.consensus import merge_marks
from assay.quality.geometry.contours import fuse_polygons
from assay.quality.geometry.marks import Blanks, check_marks
from assay.quality.geometry.objects import Objects
from assay.quality.geometry.polygon_kernels import overlaps, prepare

Rings: TypeAlias = Sequence[npt.ArrayLike]


@dataclass(frozen=True, eq=False)
class Polygons:
    """Polygons made ready for comparing, as ``polygon_kernels`` wants them: ``area``: (n,), ``box``: (n, 4) left, top,
    right, bottom."""

    edges: FloatArray
    edge_start: IntArray
    levels: FloatArray
    level_start: IntArray
    area: FloatArray
    box: FloatArray

    def __len__(self) -> int:
        return len(self.area)

    def iou(self, left: IntArray, right: IntArray) -> FloatArray:
        """Intersection over union of polygons left[i] and right[i]: (pairs,) twice to (pairs,) within [0, 1]."""
        return overlaps(self.edges, self.edge_start, self.levels, self.level_start, self.area, self.box, left, right)


def polygons_of(outlines: Sequence[Rings], name: str = "polygons") -> Polygons:
    """Makes polygons ready. Raises ``ValueError``, naming the polygon, for one without a ring of three finite points;
    rings of fewer points enclose nothing and are passed over."""
    starts, ends, sizes = [], [], []
    for number, rings in enumerate(outlines):
        size = 0
        for ring in rings:
            points = np.asarray(ring, dtype=np.float64)
            if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
                raise ValueError(f"{name}: a ring of polygon {number} is not a list of finite points x, y")
            if len(points) >= 3:
                starts.append(points)
                ends.append(np.roll(points, -1, axis=0))
                size += len(points)
        if size == 0:
            raise ValueError(f"{name}: polygon {number} has no ring of three points")
        sizes.append(size)
    edge_start = np.concatenate([[0], np.cumsum(np.array(sizes, dtype=np.int64))])
    edges = np.concatenate([np.concatenate(starts), np.concatenate(ends)], axis=1) if starts else np.zeros((0, 4))
    if not sizes:
        return Polygons(edges, edge_start, np.zeros(0), edge_start, np.zeros(0), np.zeros((0, 4)))
    corners = [bound.reduceat(edges[:, :2], edge_start[:-1]) for bound in (np.minimum, np.maximum)]
    box = np.concatenate(corners, axis=1)
    levels, level_start, area = prepare(edges, edge_start, box)
    return Polygons(edges, edge_start, levels[: level_start[-1]], level_start, area, box)


def polygon_iou_matrix(left: Sequence[Rings], right: Sequence[Rings]) -> FloatArray:
    """Intersection over union of every polygon with every other: n and m polygons to (n, m) within [0, 1]."""
    both = polygons_of([*left, *right])
    one = np.repeat(np.arange(len(left)), len(right))
    other = len(left) + np.tile(np.arange(len(right)), len(left))
    return both.iou(one, other).reshape(len(left), len(right))


def merge_polygons(
    image: npt.ArrayLike,
    annotator: npt.ArrayLike,
    label: npt.ArrayLike,
    polygons: Sequence[Rings],
    weight: npt.ArrayLike | None = None,
    *,
    blanks: Blanks | None = None,
    iou_min: float = 0.5,
    vote_min: float = 0.5,
) -> Objects[Sequence[Sequence[FloatArray]]]:
    """One polygon for each object: ``polygons`` has the rings of each mark; ``shapes`` of the result has each object's,
    the outline first. See ``consensus`` for the other arguments, ``contours`` for how outlines are put to the vote.

    Where the member that fits the others best fits them better than the voted outline does, that member is taken.
    """
    ready = polygons_of(polygons)
    # Enough about a polygon to put them in an order of their own.
    about = [ready.box, ready.area, np.add.reduceat(ready.edges[:, :2], ready.edge_start[:-1])] if len(ready) else []
    rows = np.column_stack(about) if about else np.zeros((0, 7))
    marks = check_marks(image, annotator, label, np.ascontiguousarray(rows), weight, blanks, lead=1)
    drawn = [[np.asarray(ring, dtype=np.float64) for ring in polygons[row]] for row in marks.row.tolist()]
    found = merge_marks(marks, _Polygons(drawn, polygons_of(drawn)), iou_min, vote_min)
    return replace(found, shapes=found.shapes.tolist())  # type: ignore[return-value]


@dataclass(frozen=True)
class _Polygons:
    drawn: list[list[FloatArray]]
    ready: Polygons

    def similarity(self, rows: slice, voice: IntArray, start: IntArray) -> FloatArray:
        size = np.diff(start)
        offset = np.concatenate([[0], np.cumsum(size**2)])
        result = np.zeros(int(offset[-1]))
        box = self.ready.box[rows]
        for scene, (first, last) in enumerate(zip(start[:-1].tolist(), start[1:].tolist(), strict=True)):
            here = box[first:last]
            meets = (here[:, None, :2] < here[None, :, 2:]).all(axis=2)
            one, other = np.nonzero(np.triu(meets & meets.T & (voice[first:last, None] != voice[first:last])))
            iou = self.ready.iou(rows.start + first + one, rows.start + first + other)
            result[offset[scene] + one * (last - first) + other] = iou
            result[offset[scene] + other * (last - first) + one] = iou
        return result

    def fuse(
        self, rows: slice, member: IntArray, start: IntArray, say: FloatArray, central: IntArray, /
    ) -> tuple[npt.NDArray[Any], FloatArray]:
        fused = np.empty(len(start) - 1, dtype=np.object_)
        for index in range(len(fused)):
            chosen = np.arange(start[index], start[index + 1])
            chosen = chosen[say[chosen] > 0]
            own = self.drawn[rows.start + member[central[index]]]
            others = [self.drawn[rows.start + each] for each in member[chosen].tolist()]
            fused[index] = _fuse(own, others, say[chosen], int(np.flatnonzero(chosen == central[index])[0]))
        everything = polygons_of([*fused, *(self.drawn[rows.start + each] for each in member.tolist())])
        at = np.repeat(np.arange(len(fused)), np.diff(start))
        return fused, everything.iou(len(fused) + np.arange(len(member)), at)


def _fuse(own: list[FloatArray], members: list[list[FloatArray]], say: FloatArray, central: int) -> list[FloatArray]:
    """The voted outline, unless ``own``, the most central of the members, fits the others better."""
    if len(members) == 1:
        return own
    voted = fuse_polygons(members, say)
    if not any(len(ring) >= 3 for ring in voted):
        return own
    ready = polygons_of([voted, own, *members])
    others = np.arange(2, 2 + len(members))
    weight = np.where(np.arange(len(members)) == central, 0.0, say)
    fits = [float(ready.iou(np.full(len(others), which), others) @ weight) for which in (0, 1)]
    return voted if fits[0] >= fits[1] else own

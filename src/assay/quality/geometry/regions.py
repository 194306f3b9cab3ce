"""Polygons with holes: area, overlap, containment, clipping.

A polygon is a sequence of rings, each (k, 2) and not closed. A point is inside where a ray from it crosses the
rings an odd number of times (the even-odd rule), so the direction of rings does not matter, holes need no special
case, and rings that touch or cross themselves still have a definite area.

Overlap is found by cutting the plane into horizontal strips at every vertex and every crossing: within a strip no
two edges cross, so the length of the common part at mid-height times the height of the strip is its exact area.
No step decides a topology, which is what makes clipping algorithms fragile (Vatti 1992 and its successors): a
level that rounding has put a hair off costs a hair of area.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assay.quality.geometry.arrays import BoolArray, FloatArray, IntArray

# Up to this many edges a polygon's own crossings are looked for (n squared); beyond it, and for pairs with more
# than the square of it, the exact levels give way to evenly spaced ones, good to about one part in 2,000.
EXACT_EDGES_MAX = 256
_EVEN_LEVELS = 2048


@dataclass(frozen=True, eq=False)
class Region:
    """A polygon made ready for comparing with others.

    ``start``, ``end``: (n, 2) edges. ``levels``: the heights at which its outline turns or crosses itself, or None
    when it has too many edges for exactness. ``area`` in square pixels. ``box``: (4,) left, top, right, bottom.
    """

    start: FloatArray
    end: FloatArray
    levels: FloatArray | None
    area: float
    box: FloatArray


def region(rings: Sequence[FloatArray]) -> Region:
    """Makes a polygon ready. Rings of fewer than three vertices enclose nothing and are passed over."""
    start = np.concatenate([np.asarray(ring, dtype=np.float64).reshape(-1, 2) for ring in rings])
    end = np.concatenate([np.roll(np.asarray(ring, dtype=np.float64).reshape(-1, 2), -1, axis=0) for ring in rings])
    box = np.concatenate([start.min(axis=0), start.max(axis=0)])
    levels = None
    if len(start) <= EXACT_EDGES_MAX:
        levels = np.unique(np.concatenate([start[:, 1], _crossing_levels(start, end, start, end)]))
    return Region(start, end, levels, _even_odd_area(start, end, levels), box)


def area(rings: Sequence[FloatArray]) -> float:
    """Square pixels enclosed."""
    return region(rings).area


def intersection_area(left: Region, right: Region) -> float:
    """Square pixels that both enclose."""
    top, bottom = max(left.box[1], right.box[1]), min(left.box[3], right.box[3])
    if top >= bottom or left.box[0] >= right.box[2] or right.box[0] >= left.box[2]:
        return 0.0
    levels = None
    if (
        left.levels is not None
        and right.levels is not None
        and len(left.start) * len(right.start) <= EXACT_EDGES_MAX**2
    ):
        crossing = _crossing_levels(*_between(left, top, bottom), *_between(right, top, bottom))
        levels = np.unique(np.concatenate([left.levels, right.levels, crossing]))
    middle, height = _strips(top, bottom, levels)
    strip, x, owner = _crossings([(left.start, left.end), (right.start, right.end)], middle)
    inside = (np.cumsum(owner == 0) % 2 == 1) & (np.cumsum(owner == 1) % 2 == 1)
    return min(_total(strip, x, inside, height), left.area, right.area)


def iou(left: Region, right: Region) -> float:
    """Intersection over union within [0, 1]; 0 where neither has an area."""
    both = intersection_area(left, right)
    union = left.area + right.area - both
    return min(both / union, 1.0) if union > 0 else 0.0


def iou_max(left: FloatArray, left_area: FloatArray, right: FloatArray, right_area: FloatArray) -> FloatArray:
    """The most that intersection over union can be, from boxes (..., 4) and areas (...) alone.

    Broadcast; cheap, and spares most pairs the exact computation.
    """
    width = np.minimum(left[..., 2], right[..., 2]) - np.maximum(left[..., 0], right[..., 0])
    height = np.minimum(left[..., 3], right[..., 3]) - np.maximum(left[..., 1], right[..., 1])
    both = np.maximum(width, 0.0) * np.maximum(height, 0.0)
    both = np.minimum(both, np.minimum(left_area, right_area))
    union = left_area + right_area - both
    result: FloatArray = np.divide(both, union, out=np.zeros_like(both), where=union > 0)
    return result


def contains(rings: Sequence[FloatArray], points: FloatArray) -> BoolArray:
    """Which of the (n, 2) points lie inside; a point exactly on an edge may count either way."""
    odd = np.zeros(len(points), dtype=np.bool_)
    for ring in rings:
        start = np.asarray(ring, dtype=np.float64).reshape(-1, 2)
        end = np.roll(start, -1, axis=0)
        rise = np.where(start[:, 1] == end[:, 1], 1.0, end[:, 1] - start[:, 1])
        spans = (start[:, 1] > points[:, None, 1]) != (end[:, 1] > points[:, None, 1])
        x = start[:, 0] + (points[:, None, 1] - start[:, 1]) / rise * (end[:, 0] - start[:, 0])
        odd ^= (spans & (points[:, None, 0] < x)).sum(axis=1) % 2 == 1
    return odd


def signed_area(ring: FloatArray) -> float:
    """Shoelace area of one ring, positive when it runs clockwise on the screen."""
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def encloses(ring: FloatArray, area_min: float = 1e-6) -> bool:
    """Whether a ring is worth the name: three distinct vertices, and more than ``area_min`` square pixels."""
    if len(ring) < 3 or len(np.unique(ring, axis=0)) < 3:
        return False
    if abs(signed_area(ring)) > area_min:
        return True
    # A figure of eight has no shoelace area either, so that is not yet a verdict. This has to stay cheap: it is asked
    # of rings that nobody has checked yet.
    end = np.roll(ring, -1, axis=0)
    levels = (
        np.unique(np.concatenate([ring[:, 1], _crossing_levels(ring, end, ring, end)])) if len(ring) <= 64 else None
    )
    return _even_odd_area(ring, end, levels, even=128) > area_min


def clip_ring(ring: FloatArray, box: FloatArray) -> FloatArray:
    """The part of a ring inside an upright box (4,), as one ring (possibly with no vertices).

    Sutherland and Hodgman (1974). A ring that leaves the box and comes back is joined along the box's edge; under
    the even-odd rule that seam has no area.
    """
    for axis, bound, sign in ((0, box[0], 1.0), (1, box[1], 1.0), (0, box[2], -1.0), (1, box[3], -1.0)):
        if len(ring) == 0:
            break
        depth = (ring[:, axis] - bound) * sign
        if (depth >= 0).all():
            continue
        after, depth_after = np.roll(ring, -1, axis=0), np.roll(depth, -1)
        crosses = (depth < 0) != (depth_after < 0)
        share = np.divide(depth, depth - depth_after, out=np.zeros_like(depth), where=crosses)[:, None]
        cut = ring + share * (after - ring)
        cut[:, axis] = bound
        # Each vertex is followed by the cut on the edge that leaves it; those not wanted are masked out.
        both = np.stack([ring, cut], axis=1).reshape(-1, 2)
        ring = both[np.stack([depth >= 0, crosses], axis=1).reshape(-1)]
    return ring


def _even_odd_area(start: FloatArray, end: FloatArray, levels: FloatArray | None, even: int = _EVEN_LEVELS) -> float:
    middle, height = _strips(start[:, 1].min(), start[:, 1].max(), levels, even)
    line, x, _ = _crossings([(start, end)], middle)
    return _total(line, x, np.arange(len(x)) % 2 == 0, height)


def _strips(
    top: float, bottom: float, levels: FloatArray | None, even: int = _EVEN_LEVELS
) -> tuple[FloatArray, FloatArray]:
    """Mid-heights and heights of the strips between ``top`` and ``bottom``: at ``levels``, or ``even`` equal ones."""
    if levels is None:
        levels = np.linspace(top, bottom, even + 1)
    else:
        levels = np.concatenate([[top], levels[(levels > top) & (levels < bottom)], [bottom]])
    return (levels[1:] + levels[:-1]) / 2, np.diff(levels)


def _crossings(
    outlines: Sequence[tuple[FloatArray, FloatArray]], y: FloatArray
) -> tuple[IntArray, FloatArray, IntArray]:
    """Where outlines (edge starts and ends) cross the horizontal lines ``y`` (ascending).

    Returns the line, the x and the outline of each crossing, in reading order.
    """
    start = np.concatenate([starts for starts, _ in outlines])
    end = np.concatenate([ends for _, ends in outlines])
    owner = np.repeat(np.arange(len(outlines)), [len(starts) for starts, _ in outlines])
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    first, last = np.searchsorted(y, low), np.searchsorted(y, high)
    count = last - first
    edge = np.repeat(np.arange(len(start)), count)
    line = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    share = (y[line] - start[edge, 1]) / (end[edge, 1] - start[edge, 1])
    x = start[edge, 0] + share * (end[edge, 0] - start[edge, 0])
    order = np.lexsort((x, line))
    return line[order], x[order], owner[edge[order]]


def _total(strip: IntArray, x: FloatArray, inside: BoolArray, height: FloatArray) -> float:
    """Adds up the stretches that begin at the crossings marked ``inside``.

    Each ring crosses a line an even number of times, so nothing is inside from one line's end to the next's start.
    """
    if len(x) == 0:
        return 0.0
    return float(((x[1:] - x[:-1]) * inside[:-1] * height[strip[:-1]]).sum())


def _between(each: Region, top: float, bottom: float) -> tuple[FloatArray, FloatArray]:
    meets = (np.minimum(each.start[:, 1], each.end[:, 1]) < bottom) & (
        np.maximum(each.start[:, 1], each.end[:, 1]) > top
    )
    return each.start[meets], each.end[meets]


def _crossing_levels(start: FloatArray, end: FloatArray, other: FloatArray, other_end: FloatArray) -> FloatArray:
    """Heights at which edges of one set cross edges of another."""
    step, other_step = end - start, other_end - other
    cross = step[:, None, 0] * other_step[None, :, 1] - step[:, None, 1] * other_step[None, :, 0]
    gap = other[None, :] - start[:, None]
    slack = 1e-9
    scale = np.where(cross == 0, np.inf, cross)
    along = (gap[..., 0] * other_step[None, :, 1] - gap[..., 1] * other_step[None, :, 0]) / scale
    across = (gap[..., 0] * step[:, None, 1] - gap[..., 1] * step[:, None, 0]) / scale
    hit = (along > slack) & (along < 1 - slack) & (across > -slack) & (across < 1 + slack)
    row, column = np.nonzero(hit)
    levels: FloatArray = start[row, 1] + along[row, column] * step[row, 1]
    return levels

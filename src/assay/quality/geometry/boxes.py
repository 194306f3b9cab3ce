"""Overlap of boxes, all pairs at once.

An upright box is a row ``left, top, right, bottom``; a turned box is a row ``x, y, width, height, rotation`` with
``x, y`` the top-left corner before turning and ``rotation`` in degrees clockwise on the screen about the centre.
"""

from __future__ import annotations

import numpy as np

from assay.quality.geometry.arrays import FloatArray

# Pairs of turned boxes handled at once: about 40 MB of working arrays.
_PAIRS_AT_ONCE = 16_384
# Upright ones need less: about 60 MB.
_OVERLAPS_AT_ONCE = 1_000_000


def iou(left: FloatArray, right: FloatArray) -> FloatArray:
    """Intersection over union of upright boxes, broadcast: (..., 4) twice to (...).

    Within [0, 1]: 0 apart or merely touching, 1 the same box; 0 too where both boxes have no area.
    """
    width = np.minimum(left[..., 2], right[..., 2]) - np.maximum(left[..., 0], right[..., 0])
    height = np.minimum(left[..., 3], right[..., 3]) - np.maximum(left[..., 1], right[..., 1])
    both = np.maximum(width, 0.0) * np.maximum(height, 0.0)
    union = areas(left) + areas(right) - both
    result: FloatArray = np.divide(both, union, out=np.zeros_like(both), where=union > 0)
    return np.minimum(result, 1.0)


def iou_matrix(left: FloatArray, right: FloatArray) -> FloatArray:
    """``iou`` of every box with every other: (n, 4) and (m, 4) to (n, m)."""
    if len(left) * len(right) <= _OVERLAPS_AT_ONCE:
        return iou(left[:, None], right[None, :])
    result = np.empty((len(left), len(right)))
    rows = max(1, _OVERLAPS_AT_ONCE // len(right))
    for start in range(0, len(left), rows):
        result[start : start + rows] = iou(left[start : start + rows, None], right[None, :])
    return result


def areas(boxes: FloatArray) -> FloatArray:
    """(..., 4) upright boxes to (...) areas in square pixels; an inverted box has none."""
    extent: FloatArray = np.maximum(boxes[..., 2:] - boxes[..., :2], 0.0)
    product: FloatArray = extent[..., 0] * extent[..., 1]
    return product


def corners(turned: FloatArray) -> FloatArray:
    """(n, 5) turned boxes to (n, 4, 2) corners, clockwise on the screen from the top-left one."""
    half = turned[:, None, 2:4] / 2
    centre = turned[:, None, :2] + half
    arm = half * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    angle = np.radians(turned[:, 4])
    # Exact at the right angles, so that a box turned by 90 degrees overlaps its upright twin by exactly 1.
    cosine = np.where(turned[:, 4] % 180 == 90, 0.0, np.cos(angle))[:, None]
    sine = np.where(turned[:, 4] % 180 == 0, 0.0, np.sin(angle))[:, None]
    result: FloatArray = np.stack(
        [arm[..., 0] * cosine - arm[..., 1] * sine, arm[..., 0] * sine + arm[..., 1] * cosine], axis=-1
    )
    return result + centre


def bounds(points: FloatArray) -> FloatArray:
    """(..., k, 2) points to (..., 4) upright boxes around them."""
    return np.concatenate([points.min(axis=-2), points.max(axis=-2)], axis=-1)


def turned_iou(left: FloatArray, right: FloatArray) -> FloatArray:
    """Intersection over union of turned boxes, row by row.

    ``left`` and ``right``: (n, 5). Returns (n,) within [0, 1].
    """
    result = np.zeros(len(left))
    for start in range(0, len(left), _PAIRS_AT_ONCE):
        rows = slice(start, start + _PAIRS_AT_ONCE)
        both = _convex_overlap(corners(left[rows]), corners(right[rows]))
        total = left[rows, 2] * left[rows, 3] + right[rows, 2] * right[rows, 3]
        union = total - both
        result[rows] = np.divide(both, union, out=np.zeros_like(both), where=union > 0)
    return np.clip(result, 0.0, 1.0)


def _convex_overlap(left: FloatArray, right: FloatArray) -> FloatArray:
    """Area common to convex quadrilaterals, row by row: (n, 4, 2) twice to (n,).

    The plane is cut into horizontal strips at every corner and at every crossing of edges, so that within a strip
    the common part is a trapezoid (or nothing) and its area is height times width at mid-height. Unlike clipping
    there is no decision "inside or outside" that rounding could get wrong: a superfluous cut changes nothing.
    """
    origin = left.mean(axis=1, keepdims=True)
    left, right = left - origin, right - origin
    left_step, right_step = np.roll(left, -1, axis=1) - left, np.roll(right, -1, axis=1) - right
    cross = _cross(left_step[:, :, None], right_step[:, None, :])
    gap = right[:, None, :] - left[:, :, None]
    along = np.divide(_cross(gap, right_step[:, None, :]), cross, out=np.zeros_like(cross), where=cross != 0)
    crossing = left[:, :, None, 1] + np.clip(along, 0.0, 1.0) * left_step[:, :, None, 1]

    levels = np.sort(np.concatenate([left[..., 1], right[..., 1], crossing.reshape(len(left), 16)], axis=1), axis=1)
    middle = (levels[:, 1:] + levels[:, :-1]) / 2
    left_from, left_to = _chord(left, left_step, middle)
    right_from, right_to = _chord(right, right_step, middle)
    width = np.maximum(np.minimum(left_to, right_to) - np.maximum(left_from, right_from), 0.0)
    width = np.where(np.isfinite(width), width, 0.0)
    result: FloatArray = (width * np.diff(levels, axis=1)).sum(axis=1)
    return result


def _chord(start: FloatArray, step: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where convex outlines begin and end on horizontal lines: (n, 4, 2) twice and (n, k) to (n, k) twice.

    A line that misses begins at +inf and ends at -inf.
    """
    top = np.minimum(start[..., 1], start[..., 1] + step[..., 1])[:, None, :]
    bottom = np.maximum(start[..., 1], start[..., 1] + step[..., 1])[:, None, :]
    meets = (top <= y[:, :, None]) & (y[:, :, None] <= bottom) & (top < bottom)
    rise = np.where(step[..., 1] == 0, 1.0, step[..., 1])[:, None, :]
    x = start[:, None, :, 0] + (y[:, :, None] - start[:, None, :, 1]) / rise * step[:, None, :, 0]
    return np.where(meets, x, np.inf).min(axis=2), np.where(meets, x, -np.inf).max(axis=2)


def _cross(left: FloatArray, right: FloatArray) -> FloatArray:
    result: FloatArray = left[..., 0] * right[..., 1] - left[..., 1] * right[..., 0]
    return result

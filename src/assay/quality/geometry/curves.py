"""Polylines and points: how alike two of them are, given a scale.

Neither has an area, so overlap says nothing about them; likeness is nearness, measured against a ``tolerance`` in
pixels that the caller chooses.
"""

from __future__ import annotations

import numpy as np

from assay.quality.geometry.arrays import FloatArray

SAMPLES = 64


def point_similarity(left: FloatArray, right: FloatArray, tolerance: float) -> FloatArray:
    """(n, 2) and (m, 2) points to (n, m) likeness within (0, 1]: exp(-d^2 / (2 tolerance^2)).

    The form of COCO's object keypoint similarity, with one tolerance in place of object size times a constant.
    """
    distance = np.square(left[:, None] - right[None, :]).sum(axis=-1)
    result: FloatArray = np.exp(-distance / (2 * tolerance**2))
    return result


def polyline_similarity(left: FloatArray, right: FloatArray, tolerance: float) -> float:
    """How far two polylines run together, within [0, 1]; symmetric, and blind to direction.

    Each is sampled evenly along its length; a sample counts exp(-d^2 / (2 tolerance^2)) at distance d from the other
    polyline. The mean over one is how much of it the other covers; the result is the harmonic mean of the two
    coverages, so that a short piece of a long line is not the line.
    """
    there = _coverage(left, right, tolerance)
    back = _coverage(right, left, tolerance)
    return 2 * there * back / (there + back) if there + back > 0 else 0.0


def length(points: FloatArray) -> float:
    """Pixels along a polyline."""
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def resample(points: FloatArray, samples: int = SAMPLES) -> FloatArray:
    """(k, 2) to (samples, 2), evenly spaced along the length, ends kept."""
    step = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(step)])
    at = np.linspace(0.0, along[-1], samples)
    result: FloatArray = np.stack([np.interp(at, along, points[:, 0]), np.interp(at, along, points[:, 1])], axis=1)
    return result


def distance_to_segments(points: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """(n, 2) points and (k, 2) segment ends to (n,) distances to the nearest segment."""
    step = end - start
    squared = np.square(step).sum(axis=1)
    gap_x, gap_y = points[:, None, 0] - start[:, 0], points[:, None, 1] - start[:, 1]
    along = (gap_x * step[:, 0] + gap_y * step[:, 1]) / np.where(squared == 0, 1.0, squared)
    np.clip(along, 0.0, 1.0, out=along)
    gap_x -= along * step[:, 0]
    gap_y -= along * step[:, 1]
    result: FloatArray = np.sqrt((gap_x * gap_x + gap_y * gap_y).min(axis=1))
    return result


def simplify(points: FloatArray, tolerance: float) -> FloatArray:
    """Leaves out vertices that lie within ``tolerance`` of the line through those kept (Douglas and Peucker 1973)."""
    keep = np.zeros(len(points), dtype=np.bool_)
    keep[[0, -1]] = True
    stack = [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        between = points[first + 1 : last]
        far = distance_to_segments(between, points[first : first + 1], points[last : last + 1])
        worst = int(far.argmax())
        if far[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            stack += [(first, middle), (middle, last)]
    return points[keep]


def _coverage(points: FloatArray, other: FloatArray, tolerance: float) -> float:
    distance = distance_to_segments(resample(points), other[:-1], other[1:])
    return float(np.exp(-np.square(distance) / (2 * tolerance**2)).mean())

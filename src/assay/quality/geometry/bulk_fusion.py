"""One shape out of several, for many objects in one call: ``fusion`` on flat rows.

Members of object i are rows start[i]:start[i + 1]; ``say``: (n,) their weights, 0 for none; ``reference``: (objects,)
the member whose orientation the others are written in.
"""

from __future__ import annotations

import numpy as np

from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.fusion_kernels import medians, robust_means

_EXTENT_MIN = 1e-9


def fuse_boxes(boxes: FloatArray, say: FloatArray, start: IntArray) -> FloatArray:
    """Upright boxes: (n, 4) left, top, right, bottom to (objects, 4). See ``fusion.fuse_boxes``."""
    middle = medians(boxes, say, start)
    extent = np.maximum(middle[:, 2:] - middle[:, :2], _EXTENT_MIN)
    return robust_means(boxes, say, start, middle, np.concatenate([extent, extent], axis=1))


def fuse_turned_boxes(boxes: FloatArray, say: FloatArray, start: IntArray, reference: IntArray) -> FloatArray:
    """Turned boxes: (n, 5) to (objects, 5), rotation within (-180, 180]. See ``fusion.fuse_turned_boxes``."""
    facing = np.repeat(boxes[reference, 4], np.diff(start))
    turn = boxes[:, 4] - facing
    quarter = np.round(turn / 90)
    size = np.where((quarter % 2 == 1)[:, None], boxes[:, 3:1:-1], boxes[:, 2:4])
    rows = np.concatenate([boxes[:, :2] + boxes[:, 2:4] / 2, size, (turn - 90 * quarter)[:, None]], axis=1)
    middle = medians(rows, say, start)
    side = np.maximum(middle[:, 2:4], _EXTENT_MIN)
    fused = robust_means(rows, say, start, middle, np.column_stack([side, side, np.full(len(side), 57.3)]))
    rotation = 180.0 - (180.0 - boxes[reference, 4] - fused[:, 4]) % 360.0
    return np.column_stack([fused[:, :2] - fused[:, 2:4] / 2, fused[:, 2:4], rotation])


def fuse_cuboids(
    cuboids: FloatArray, say: FloatArray, start: IntArray, reference: IntArray, *, headed: bool = True
) -> FloatArray:
    """Cuboids: (n, 7) x, y, z, length, width, height, yaw to (objects, 7), yaw within (-pi, pi].

    Everything is measured along the axes of the reference member and in units of the median size. A cuboid turned by
    180 degrees fills the same space, so place, size and axis are averaged over all members, whichever way they face,
    and which of its two ends is the front is then put to the vote: an annotator who mistook the tail of a car for its
    nose still knew where the car stood. With ``headed`` false there is no front, and yaw is within (-pi/2, pi/2].
    """
    count = np.diff(start)
    anchor = cuboids[reference]
    facing = np.repeat(anchor[:, 6], count)
    turn = cuboids[:, 6] - facing
    half_turns = np.round(turn / np.pi)
    backwards = half_turns % 2 == 1
    away = cuboids[:, :3] - np.repeat(anchor[:, :3], count, axis=0)
    cosine, sine = np.cos(facing), np.sin(facing)
    along, across = away[:, 0] * cosine + away[:, 1] * sine, away[:, 1] * cosine - away[:, 0] * sine
    rows = np.column_stack([along, across, away[:, 2], cuboids[:, 3:6], turn - np.pi * half_turns])
    middle = medians(rows, say, start)
    side = np.maximum(middle[:, 3:6], _EXTENT_MIN)
    # A radian counts as far off as a shift by the whole size, as for turned boxes.
    fused = robust_means(rows, say, start, middle, np.column_stack([side, side, np.ones(len(side))]))
    cosine, sine = np.cos(anchor[:, 6]), np.sin(anchor[:, 6])
    yaw = anchor[:, 6] + fused[:, 6]
    if headed:
        against = np.add.reduceat(np.where(backwards, say, 0.0), start[:-1])
        yaw = yaw + np.where(against > np.add.reduceat(say, start[:-1]) / 2, np.pi, 0.0)
    circle = 2 * np.pi if headed else np.pi
    return np.column_stack(
        [
            anchor[:, 0] + fused[:, 0] * cosine - fused[:, 1] * sine,
            anchor[:, 1] + fused[:, 0] * sine + fused[:, 1] * cosine,
            anchor[:, 2] + fused[:, 2],
            fused[:, 3:6],
            circle / 2 - (circle / 2 - yaw) % circle,
        ]
    )

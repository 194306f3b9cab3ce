"""Compiled overlap of upright boxes, turned boxes and cuboids: row by row, and all pairs of many scenes.

Rows, as everywhere in ``geometry``: an upright box is ``left, top, right, bottom``; a turned box ``x, y, width, height,
rotation`` with the corner before turning and degrees; a cuboid ``x, y, z, length, width, height, yaw`` with the centre
and radians about the upright axis. Rectangles are written here as ``centre x, centre y, half length, half width,
cosine, sine`` and clipped in the frame of one of them, where the window is upright: each cut then needs one comparison
a vertex, and a vertex that rounding puts on the wrong side of a cut costs a hair of area, never a triangle.
"""

from __future__ import annotations

import math

import numpy as np

from assay.quality.compiled import compiled
from assay.quality.geometry.arrays import FloatArray, IntArray


@compiled
def rectangles_of_turned_boxes(boxes: FloatArray) -> FloatArray:
    """(n, 5) turned boxes to (n, 6) rectangles."""
    result = np.empty((len(boxes), 6))
    for row in range(len(boxes)):
        half_width, half_height = boxes[row, 2] / 2, boxes[row, 3] / 2
        degrees = boxes[row, 4]
        result[row, 0] = boxes[row, 0] + half_width
        result[row, 1] = boxes[row, 1] + half_height
        result[row, 2] = half_width
        result[row, 3] = half_height
        # Exact at the right angles, as in ``boxes.corners``.
        result[row, 4] = 0.0 if degrees % 180.0 == 90.0 else math.cos(math.radians(degrees))
        result[row, 5] = 0.0 if degrees % 180.0 == 0.0 else math.sin(math.radians(degrees))
    return result


@compiled
def rectangles_of_cuboids(cuboids: FloatArray) -> FloatArray:
    """(n, 7) cuboids to the (n, 6) rectangles they stand on."""
    result = np.empty((len(cuboids), 6))
    for row in range(len(cuboids)):
        result[row, 0] = cuboids[row, 0]
        result[row, 1] = cuboids[row, 1]
        result[row, 2] = cuboids[row, 3] / 2
        result[row, 3] = cuboids[row, 4] / 2
        result[row, 4] = math.cos(cuboids[row, 6])
        result[row, 5] = math.sin(cuboids[row, 6])
    return result


@compiled
def _cut(outline: FloatArray, count: int, bound: float, result: FloatArray) -> int:
    """Cuts a convex outline down to ``-bound <= x`` and turns what is left by a quarter.

    Sutherland and Hodgman (1974). ``outline``, ``result``: (2, 8) working space, x above y. Returns how many vertices
    remain. After the turn the next side of the window comes to the same place.
    """
    kept = 0
    before_x, before_y = outline[0, count - 1], outline[1, count - 1]
    depth_before = before_x + bound
    for at in range(count):
        here_x, here_y = outline[0, at], outline[1, at]
        depth = here_x + bound
        if (depth >= 0.0) != (depth_before >= 0.0):
            share = depth_before / (depth_before - depth)
            result[0, kept] = before_y + share * (here_y - before_y)
            result[1, kept] = bound
            kept += 1
        if depth >= 0.0:
            result[0, kept] = here_y
            result[1, kept] = -here_x
            kept += 1
        before_x, before_y, depth_before = here_x, here_y, depth
    return kept


@compiled
def _common(left: FloatArray, i: int, right: FloatArray, j: int, one: FloatArray, other: FloatArray) -> float:
    """Area common to rectangles ``left[i]`` and ``right[j]``. ``one``, ``other``: (2, 8) working space."""
    across, down = right[j, 0] - left[i, 0], right[j, 1] - left[i, 1]
    half, side = left[i, 2], left[i, 3]
    reach = math.sqrt(half * half + side * side)
    reach += math.sqrt(right[j, 2] * right[j, 2] + right[j, 3] * right[j, 3])
    if across * across + down * down >= reach * reach:
        return 0.0
    # The right one in the frame of the left one.
    cosine = left[i, 4] * right[j, 4] + left[i, 5] * right[j, 5]
    sine = left[i, 4] * right[j, 5] - left[i, 5] * right[j, 4]
    x = left[i, 4] * across + left[i, 5] * down
    y = left[i, 4] * down - left[i, 5] * across
    along_x, along_y = right[j, 2] * cosine, right[j, 2] * sine
    side_x, side_y = -right[j, 3] * sine, right[j, 3] * cosine
    one[0, 0], one[1, 0] = x - along_x - side_x, y - along_y - side_y
    one[0, 1], one[1, 1] = x + along_x - side_x, y + along_y - side_y
    one[0, 2], one[1, 2] = x + along_x + side_x, y + along_y + side_y
    one[0, 3], one[1, 3] = x - along_x + side_x, y - along_y + side_y
    count = _cut(one, 4, half, other)
    count = _cut(other, count, side, one) if count > 2 else 0
    count = _cut(one, count, half, other) if count > 2 else 0
    count = _cut(other, count, side, one) if count > 2 else 0
    total = 0.0
    for at in range(1, count - 1):
        total += (one[0, at] - one[0, 0]) * (one[1, at + 1] - one[1, 0])
        total -= (one[0, at + 1] - one[0, 0]) * (one[1, at] - one[1, 0])
    return abs(total) / 2


@compiled
def _share(both: float, one: float, other: float) -> float:
    """Intersection over union within [0, 1]; 0 where neither has an extent."""
    both = min(both, one, other)
    union = one + other - both
    return both / union if union > 0.0 else 0.0


@compiled
def _upright(left: FloatArray, i: int, right: FloatArray, j: int) -> float:
    width = min(left[i, 2], right[j, 2]) - max(left[i, 0], right[j, 0])
    height = min(left[i, 3], right[j, 3]) - max(left[i, 1], right[j, 1])
    if width <= 0.0 or height <= 0.0:
        return 0.0
    both = width * height
    one = (left[i, 2] - left[i, 0]) * (left[i, 3] - left[i, 1])
    other = (right[j, 2] - right[j, 0]) * (right[j, 3] - right[j, 1])
    return float(min(both / (one + other - both), 1.0))


@compiled
def _turned(left: FloatArray, i: int, right: FloatArray, j: int, one: FloatArray, other: FloatArray) -> float:
    both = _common(left, i, right, j, one, other)
    if both <= 0.0:
        return 0.0
    return _share(both, 4 * left[i, 2] * left[i, 3], 4 * right[j, 2] * right[j, 3])


@compiled
def _cuboid(
    left: FloatArray,
    left_base: FloatArray,
    i: int,
    right: FloatArray,
    right_base: FloatArray,
    j: int,
    one: FloatArray,
    other: FloatArray,
) -> float:
    top = min(left[i, 2] + left[i, 5] / 2, right[j, 2] + right[j, 5] / 2)
    bottom = max(left[i, 2] - left[i, 5] / 2, right[j, 2] - right[j, 5] / 2)
    if top <= bottom:
        return 0.0
    both = (top - bottom) * _common(left_base, i, right_base, j, one, other)
    return _share(both, left[i, 3] * left[i, 4] * left[i, 5], right[j, 3] * right[j, 4] * right[j, 5])


@compiled
def upright_rows(left: FloatArray, right: FloatArray) -> FloatArray:
    """IoU of upright boxes, row by row: (n, 4) twice to (n,)."""
    result = np.empty(len(left))
    for row in range(len(left)):
        result[row] = _upright(left, row, right, row)
    return result


@compiled
def turned_rows(left: FloatArray, right: FloatArray) -> FloatArray:
    """IoU of rectangles, row by row: (n, 6) twice to (n,)."""
    one, other = np.empty((2, 8)), np.empty((2, 8))
    result = np.empty(len(left))
    for row in range(len(left)):
        result[row] = _turned(left, row, right, row, one, other)
    return result


@compiled
def cuboid_rows(left: FloatArray, right: FloatArray) -> FloatArray:
    """IoU of cuboids, row by row: (n, 7) twice to (n,)."""
    one, other = np.empty((2, 8)), np.empty((2, 8))
    left_base, right_base = rectangles_of_cuboids(left), rectangles_of_cuboids(right)
    result = np.empty(len(left))
    for row in range(len(left)):
        result[row] = _cuboid(left, left_base, row, right, right_base, row, one, other)
    return result


@compiled
def turned_table(left: FloatArray, right: FloatArray) -> FloatArray:
    """IoU of every rectangle with every other: (n, 6) and (m, 6) to (n, m)."""
    one, other = np.empty((2, 8)), np.empty((2, 8))
    result = np.empty((len(left), len(right)))
    for row in range(len(left)):
        for column in range(len(right)):
            result[row, column] = _turned(left, row, right, column, one, other)
    return result


@compiled
def cuboid_table(left: FloatArray, right: FloatArray) -> FloatArray:
    """IoU of every cuboid with every other: (n, 7) and (m, 7) to (n, m)."""
    one, other = np.empty((2, 8)), np.empty((2, 8))
    left_base, right_base = rectangles_of_cuboids(left), rectangles_of_cuboids(right)
    result = np.empty((len(left), len(right)))
    for row in range(len(left)):
        for column in range(len(right)):
            result[row, column] = _cuboid(left, left_base, row, right, right_base, column, one, other)
    return result


@compiled
def upright_scenes(boxes: FloatArray, voice: IntArray, start: IntArray) -> FloatArray:
    """IoU within scenes: marks start[i]:start[i + 1] of scene i, in order of their top, make a block of n times n.

    Returns the blocks one after the other, each symmetric, 0 for marks of the same voice.
    """
    result = _blocks(start)
    offset = 0
    for scene in range(len(start) - 1):
        first, last = start[scene], start[scene + 1]
        count = last - first
        for row in range(first, last):
            for column in range(row + 1, last):
                # Everything from here on begins below this one.
                if boxes[column, 1] >= boxes[row, 3]:
                    break
                if voice[row] != voice[column]:
                    iou = _upright(boxes, row, boxes, column)
                    result[offset + (row - first) * count + column - first] = iou
                    result[offset + (column - first) * count + row - first] = iou
        offset += count * count
    return result


@compiled
def turned_scenes(rectangles: FloatArray, voice: IntArray, start: IntArray) -> FloatArray:
    """The same for (n, 6) rectangles, in any order."""
    one, other = np.empty((2, 8)), np.empty((2, 8))
    result = _blocks(start)
    offset = 0
    for scene in range(len(start) - 1):
        first, last = start[scene], start[scene + 1]
        count = last - first
        for row in range(first, last):
            for column in range(row + 1, last):
                if voice[row] != voice[column]:
                    iou = _turned(rectangles, row, rectangles, column, one, other)
                    result[offset + (row - first) * count + column - first] = iou
                    result[offset + (column - first) * count + row - first] = iou
        offset += count * count
    return result


@compiled
def cuboid_scenes(cuboids: FloatArray, voice: IntArray, start: IntArray) -> FloatArray:
    """The same for (n, 7) cuboids, in any order."""
    one, other = np.empty((2, 8)), np.empty((2, 8))
    base = rectangles_of_cuboids(cuboids)
    result = _blocks(start)
    offset = 0
    for scene in range(len(start) - 1):
        first, last = start[scene], start[scene + 1]
        count = last - first
        for row in range(first, last):
            for column in range(row + 1, last):
                if voice[row] != voice[column]:
                    iou = _cuboid(cuboids, base, row, cuboids, base, column, one, other)
                    result[offset + (row - first) * count + column - first] = iou
                    result[offset + (column - first) * count + row - first] = iou
        offset += count * count
    return result


@compiled
def _blocks(start: IntArray) -> FloatArray:
    total = 0
    for scene in range(len(start) - 1):
        count = start[scene + 1] - start[scene]
        total += count * count
    return np.zeros(total)

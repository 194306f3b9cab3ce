"""Compiled area and overlap of polygons with holes, by the strips of ``regions``.

Polygons lie one after the other: edges edge_start[i]:edge_start[i + 1] of polygon i are rows of ``edges`` (from x, from
y, to x, to y), and the heights at which its outline turns or crosses itself are level_start[i]:level_start[i + 1] of
``levels``, ascending. Between two such heights (and those where two outlines cross) no edges cross, so the length of
what is inside at mid-height, times the height between, is the exact area.
"""

from __future__ import annotations

import numpy as np

from assay.quality.compiled import compiled
from assay.quality.geometry.arrays import FloatArray, IntArray

# Outlines with more crossings than this are cut into so many even strips instead, good to a part in some thousands.
_CROSSINGS_MAX = 8192
_EVEN_STRIPS = 4096
# Crossings this near to the end of an edge are the meeting of neighbours.
_SLACK = 1e-9


@compiled
def _crossings(
    edges: FloatArray, first: int, last: int, other_first: int, other_last: int, top: float, bottom: float
) -> FloatArray:
    """Heights, in no order, at which edges of two ranges cross; evenly spread ones where there are very many."""
    found = np.empty(64)
    count = 0
    for i in range(first, last):
        x, y = edges[i, 0], edges[i, 1]
        step_x, step_y = edges[i, 2] - x, edges[i, 3] - y
        low, high = min(y, edges[i, 3]), max(y, edges[i, 3])
        if high <= top or low >= bottom:
            continue
        left, right = min(x, edges[i, 2]), max(x, edges[i, 2])
        for j in range(other_first, other_last):
            if (
                min(edges[j, 1], edges[j, 3]) >= high
                or max(edges[j, 1], edges[j, 3]) <= low
                or min(edges[j, 0], edges[j, 2]) > right
                or max(edges[j, 0], edges[j, 2]) < left
            ):
                continue
            other_x, other_y = edges[j, 2] - edges[j, 0], edges[j, 3] - edges[j, 1]
            cross = step_x * other_y - step_y * other_x
            if cross == 0.0:
                continue
            gap_x, gap_y = edges[j, 0] - x, edges[j, 1] - y
            along = (gap_x * other_y - gap_y * other_x) / cross
            across = (gap_x * step_y - gap_y * step_x) / cross
            if _SLACK < along < 1 - _SLACK and -_SLACK < across < 1 + _SLACK:
                if count == _CROSSINGS_MAX:
                    for strip in range(_EVEN_STRIPS):
                        found[strip] = top + (bottom - top) * strip / _EVEN_STRIPS
                    return found[:_EVEN_STRIPS]
                if count == len(found):
                    found = _longer(found, 2 * count)
                found[count] = y + along * step_y
                count += 1
    return found[:count]


@compiled
def _longer(values: FloatArray, length: int) -> FloatArray:
    result = np.empty(length)
    # A loop, here and elsewhere: assigning to a slice takes Numba many times as long to compile.
    for at in range(len(values)):
        result[at] = values[at]
    return result


@compiled
def _sort(values: FloatArray, first: int, last: int) -> None:
    """Sorts a range in place (Shell 1959, Knuth's gaps); NumPy's sort takes a second to compile."""
    gap = 1
    while gap < (last - first) // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for at in range(first + gap, last):
            moved, to = values[at], at
            while to >= first + gap and values[to - gap] > moved:
                values[to] = values[to - gap]
                to -= gap
            values[to] = moved
        gap //= 3


@compiled
def _cut(edges: FloatArray, first: int, last: int, y: float, x: FloatArray) -> int:
    """Fills ``x`` with where edges cross the horizontal line at ``y``, ascending; returns how many."""
    count = 0
    for i in range(first, last):
        if (edges[i, 1] > y) != (edges[i, 3] > y):
            at = edges[i, 0] + (y - edges[i, 1]) / (edges[i, 3] - edges[i, 1]) * (edges[i, 2] - edges[i, 0])
            to = count
            while to > 0 and x[to - 1] > at:
                x[to] = x[to - 1]
                to -= 1
            x[to] = at
            count += 1
    return count


@compiled
def prepare(edges: FloatArray, edge_start: IntArray, box: FloatArray) -> tuple[FloatArray, IntArray, FloatArray]:
    """``levels``, ``level_start`` and areas (n,) of polygons with these edges and upright boxes (n, 4)."""
    polygons = len(edge_start) - 1
    area = np.zeros(polygons)
    level_start = np.zeros(polygons + 1, dtype=np.int64)
    levels = np.empty(2 * len(edges) + 64)
    x = np.empty(_widest(edge_start) + 1)
    filled = 0
    for each in range(polygons):
        first, last = edge_start[each], edge_start[each + 1]
        more = _crossings(edges, first, last, first, last, box[each, 1], box[each, 3])
        size = last - first + len(more)
        if filled + size > len(levels):
            levels = _longer(levels, 2 * (filled + size))
        for at in range(last - first):
            levels[filled + at] = edges[first + at, 1]
        for at in range(len(more)):
            levels[filled + last - first + at] = more[at]
        _sort(levels, filled, filled + size)
        for at in range(filled, filled + size - 1):
            height = levels[at + 1] - levels[at]
            if height > 0.0:
                count = _cut(edges, first, last, levels[at] + height / 2, x)
                for turn in range(0, count - 1, 2):
                    area[each] += (x[turn + 1] - x[turn]) * height
        filled += size
        level_start[each + 1] = filled
    return levels, level_start, area


@compiled
def _widest(edge_start: IntArray) -> int:
    widest = 0
    for each in range(len(edge_start) - 1):
        widest = max(widest, edge_start[each + 1] - edge_start[each])
    return widest


@compiled
def _common(
    edges: FloatArray,
    edge_start: IntArray,
    levels: FloatArray,
    level_start: IntArray,
    box: FloatArray,
    left: int,
    right: int,
    x: FloatArray,
    other_x: FloatArray,
) -> float:
    """Square pixels that polygons ``left`` and ``right`` both enclose."""
    top, bottom = max(box[left, 1], box[right, 1]), min(box[left, 3], box[right, 3])
    if top >= bottom or box[left, 0] >= box[right, 2] or box[right, 0] >= box[left, 2]:
        return 0.0
    first, last = edge_start[left], edge_start[left + 1]
    other_first, other_last = edge_start[right], edge_start[right + 1]
    met = _crossings(edges, first, last, other_first, other_last, top, bottom)
    size = level_start[left + 1] - level_start[left] + level_start[right + 1] - level_start[right]
    height = np.empty(len(met) + size + 2)
    height[0], height[1] = top, bottom
    count = 2
    for level in met:
        count = _within(level, top, bottom, height, count)
    for each in (left, right):
        for at in range(level_start[each], level_start[each + 1]):
            count = _within(levels[at], top, bottom, height, count)
    _sort(height, 0, count)
    total = 0.0
    for at in range(count - 1):
        if height[at + 1] <= height[at]:
            continue
        middle = (height[at] + height[at + 1]) / 2
        here = _cut(edges, first, last, middle, x)
        there = _cut(edges, other_first, other_last, middle, other_x)
        i, j, shared = 0, 0, 0.0
        while i + 1 < here and j + 1 < there:
            shared += max(min(x[i + 1], other_x[j + 1]) - max(x[i], other_x[j]), 0.0)
            if x[i + 1] < other_x[j + 1]:
                i += 2
            else:
                j += 2
        total += shared * (height[at + 1] - height[at])
    return total


@compiled
def _within(level: float, top: float, bottom: float, height: FloatArray, count: int) -> int:
    if top < level < bottom:
        height[count] = level
        return count + 1
    return count


@compiled
def overlaps(
    edges: FloatArray,
    edge_start: IntArray,
    levels: FloatArray,
    level_start: IntArray,
    area: FloatArray,
    box: FloatArray,
    left: IntArray,
    right: IntArray,
) -> FloatArray:
    """Intersection over union of polygons left[i] and right[i], within [0, 1]; 0 where neither has an area."""
    widest = _widest(edge_start)
    x, other_x = np.empty(widest + 1), np.empty(widest + 1)
    result = np.zeros(len(left))
    for at in range(len(left)):
        one, other = left[at], right[at]
        both = _common(edges, edge_start, levels, level_start, box, one, other, x, other_x)
        both = min(both, area[one], area[other])
        union = area[one] + area[other] - both
        if union > 0.0:
            result[at] = both / union
    return result

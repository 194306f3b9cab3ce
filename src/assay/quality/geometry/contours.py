"""One polygon out of several, by a vote on where the boundary runs.

On a grid over the members, each member gives its signed distance to every node (negative outside). The weighted
median of these is positive exactly where the weighted majority is inside; how badly a member fits that majority
decides the say it keeps, and the mean of the distances with that say passes through 0 smoothly, so the line where
it does is found between the nodes, to a fraction of their spacing (marching squares).

Tried on outlines of street photos, redrawn with jitter by three to five annotators, one of them careless or not:
the plain majority leaves a ragged line, the median of the distances gains less than the mean does over a
single annotator, and the mean alone is dragged along by the careless one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assay.quality.geometry.arrays import BoolArray, FloatArray, IntArray
from assay.quality.geometry.curves import distance_to_segments, simplify
from assay.quality.geometry.medians import biweight, weighted_median
from assay.quality.geometry.regions import contains, signed_area

# Nodes along the longer side, and the finest spacing worth having, in pixels.
GRID_NODES = 96
SPACING_MIN = 0.25


def fuse_polygons(polygons: Sequence[Sequence[FloatArray]], weights: FloatArray) -> list[FloatArray]:
    """One polygon: members as rings (k, 2), with (m,) weights. Returns rings, the outline first, then its holes.

    Of several islands the largest is returned, since a polygon has one outline. Empty where no place is inside for
    a majority.
    """
    every = np.concatenate([ring for rings in polygons for ring in rings])
    low, high = every.min(axis=0), every.max(axis=0)
    spacing = max(float((high - low).max()) / GRID_NODES, SPACING_MIN)
    # A margin of nodes that are outside for everyone, so that every contour closes.
    x = np.arange(low[0] - 1.5 * spacing, high[0] + 2.5 * spacing, spacing)
    y = np.arange(low[1] - 1.5 * spacing, high[1] + 2.5 * spacing, spacing)
    inside = np.stack([_inside_grid(rings, x, y) for rings in polygons])
    field = np.where(inside[0], spacing, -spacing)
    near = _near_a_boundary(inside)
    rows, columns = np.nonzero(near)
    nodes = np.stack([x[columns], y[rows]], axis=1)
    distance = np.stack([_distance(rings, nodes) for rings in polygons])
    signed = np.where(inside[:, rows, columns], distance, -distance)
    median = weighted_median(signed[None], weights[None])[0]
    say = biweight(_misfit(inside, inside[:, rows, columns], median > 0)[None], weights[None], floor=0.02)[0]
    field[rows, columns] = say @ signed / say.sum()
    rings = [np.stack([x[0], y[0]]) + spacing * ring for ring in trace(field)]
    return _outline_and_holes([_simplify_ring(ring, 0.25 * spacing) for ring in rings])


def trace(field: FloatArray) -> list[FloatArray]:
    """The closed lines along which a grid of values (rows, columns) passes through 0, as rings of (x, y) in nodes.

    The border of the grid must be negative. Positive places lie to the left of a ring on the screen, so outlines
    run one way round and holes the other; where two diagonal corners are positive, the mean of the four decides
    whether they are joined.
    """
    rows, columns = field.shape
    positive = field > 0
    case = positive[:-1, :-1] * 1 + positive[:-1, 1:] * 2 + positive[1:, 1:] * 4 + positive[1:, :-1] * 8
    centre = field[:-1, :-1] + field[:-1, 1:] + field[1:, 1:] + field[1:, :-1]
    case = np.where((case == 5) & (centre > 0), 16, np.where((case == 10) & (centre > 0), 17, case))
    follow: dict[int, int] = {}
    for number, steps in _STEPS.items():
        r, c = np.nonzero(case == number)
        if len(r) == 0:
            continue
        across, down = r * columns + c, rows * columns + r * columns + c
        edge = {"top": across, "bottom": across + columns, "left": down, "right": down + 1}
        for begin, finish in steps:
            follow.update(zip(edge[begin].tolist(), edge[finish].tolist(), strict=True))
    rings = []
    while follow:
        first, at = follow.popitem()
        ring = [first]
        while at != first:
            ring.append(at)
            at = follow.pop(at)
        rings.append(_edge_points(np.array(ring), field))
    return rings


# Corners count 1 top left, 2 top right, 4 bottom right, 8 bottom left; 16 and 17 are 5 and 10 with a positive middle.
_STEPS: dict[int, list[tuple[str, str]]] = {
    1: [("left", "top")],
    2: [("top", "right")],
    3: [("left", "right")],
    4: [("right", "bottom")],
    5: [("left", "top"), ("right", "bottom")],
    6: [("top", "bottom")],
    7: [("left", "bottom")],
    8: [("bottom", "left")],
    9: [("bottom", "top")],
    10: [("top", "right"), ("bottom", "left")],
    11: [("bottom", "right")],
    12: [("right", "left")],
    13: [("right", "top")],
    14: [("top", "left")],
    16: [("right", "top"), ("left", "bottom")],
    17: [("top", "left"), ("bottom", "right")],
}


def _edge_points(edges: IntArray, field: FloatArray) -> FloatArray:
    rows, columns = field.shape
    down = edges >= rows * columns
    at = edges - down * rows * columns
    r, c = at // columns, at % columns
    here, there = field[r, c], field[r + down, c + ~down]
    share = here / (here - there)
    result: FloatArray = np.stack([c + share * ~down, r + share * down], axis=1)
    return result


def _inside_grid(rings: Sequence[FloatArray], x: FloatArray, y: FloatArray) -> BoolArray:
    """Which nodes (rows, columns) lie inside, by the even-odd rule."""
    start = np.concatenate(rings)
    end = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    first = np.searchsorted(y, np.minimum(start[:, 1], end[:, 1]))
    count = np.searchsorted(y, np.maximum(start[:, 1], end[:, 1])) - first
    edge = np.repeat(np.arange(len(start)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    share = (y[row] - start[edge, 1]) / (end[edge, 1] - start[edge, 1])
    column = np.searchsorted(x, start[edge, 0] + share * (end[edge, 0] - start[edge, 0]))
    flips = np.zeros((len(y), len(x) + 1), dtype=np.int64)
    np.add.at(flips, (row, column), 1)
    odd: BoolArray = np.cumsum(flips, axis=1)[:, :-1] % 2 == 1
    return odd


def _near_a_boundary(inside: BoolArray) -> BoolArray:
    """Nodes where members differ or where a neighbour does: the only ones whose exact value moves the contour."""
    mixed: BoolArray = np.array(inside.any(axis=0) & ~inside.all(axis=0))
    change = (inside[:, 1:] != inside[:, :-1]).any(axis=0)
    mixed[1:] |= change
    mixed[:-1] |= change
    change = (inside[:, :, 1:] != inside[:, :, :-1]).any(axis=0)
    mixed[:, 1:] |= change
    mixed[:, :-1] |= change
    return mixed


def _misfit(inside: BoolArray, inside_near: BoolArray, majority: BoolArray) -> FloatArray:
    """1 less each member's overlap with the majority, in nodes; only those near a boundary can differ."""
    unanimous = inside.all(axis=0).sum() - inside_near.all(axis=0).sum()
    both = (inside_near & majority).sum(axis=1) + unanimous
    either = (inside_near | majority).sum(axis=1) + unanimous
    result: FloatArray = 1.0 - both / np.maximum(either, 1)
    return result


def _distance(rings: Sequence[FloatArray], points: FloatArray) -> FloatArray:
    start = np.concatenate(rings)
    end = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    rows = max(1, 2_000_000 // len(start))
    parts = [distance_to_segments(points[at : at + rows], start, end) for at in range(0, len(points), rows)]
    return np.concatenate(parts) if parts else np.zeros(0)


def _simplify_ring(ring: FloatArray, tolerance: float) -> FloatArray:
    """Simplified as two halves between its leftmost and rightmost vertex, which stay."""
    ring = np.roll(ring, -int(ring[:, 0].argmin()), axis=0)
    far = int(ring[:, 0].argmax())
    there = simplify(ring[: far + 1], tolerance)
    back = simplify(np.concatenate([ring[far:], ring[:1]]), tolerance)
    return np.concatenate([there[:-1], back[:-1]])


def _outline_and_holes(rings: list[FloatArray]) -> list[FloatArray]:
    signed = [signed_area(ring) for ring in rings]
    outlines = [ring for ring, value in zip(rings, signed, strict=True) if value < 0]
    if not outlines:
        return []
    outline = max(outlines, key=lambda ring: abs(signed_area(ring)))
    holes = [ring for ring, value in zip(rings, signed, strict=True) if value > 0]
    return [outline, *(hole for hole in holes if contains([outline], hole[:1])[0])]

"""Shapes as the formats want them: corners, areas, envelopes, and COCO's run-length masks.

Coordinates are image pixels as floats, origin top-left; a pixel is the unit square right of and below its
integer corner, and belongs to a shape when its centre does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from assay.core.annotations.image import Box, Vertex

Envelope: TypeAlias = tuple[float, float, float, float]


def box_corners(box: Box) -> list[Vertex]:
    """The four corners, from the one that is top-left before turning, clockwise on the screen."""
    cx, cy = box.x + box.width / 2, box.y + box.height / 2
    cosine, sine = math.cos(math.radians(box.rotation)), math.sin(math.radians(box.rotation))
    w, h = box.width / 2, box.height / 2
    return [
        (cx + dx * cosine - dy * sine, cy + dx * sine + dy * cosine) for dx, dy in ((-w, -h), (w, -h), (w, h), (-w, h))
    ]


def box_from_corners(corners: Sequence[Vertex], rotation: float) -> tuple[float, float, float, float] | None:
    """``(x, y, width, height)`` of the box that has these corners when turned by ``rotation``, or None.

    None means that the four corners are not such a box: off by more than a hundredth of a pixel and of its size.
    """
    (ax, ay), (bx, by), (cx, cy), _ = corners
    width, height = math.hypot(bx - ax, by - ay), math.hypot(cx - bx, cy - by)
    middle_x, middle_y = sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4
    x, y = middle_x - width / 2, middle_y - height / 2
    again = box_corners(Box(id="", label="", x=x, y=y, width=width, height=height, rotation=rotation))
    slack = 0.01 + 0.001 * max(width, height)
    off = max(max(abs(p - q), abs(r - s)) for (p, r), (q, s) in zip(corners, again, strict=True))
    return (x, y, width, height) if off <= slack else None


def envelope(points: Iterable[Vertex]) -> Envelope:
    """``(x, y, width, height)`` of the smallest upright box around the points (at least one)."""
    xs, ys = zip(*points, strict=True)
    left, top = min(xs), min(ys)
    return left, top, max(xs) - left, max(ys) - top


def ring_area(ring: Sequence[Vertex]) -> float:
    """The area a ring encloses, never negative (shoelace)."""
    total = ring[-1][0] * ring[0][1] - ring[0][0] * ring[-1][1]
    for (x1, y1), (x2, y2) in pairwise(ring):
        total += x1 * y2 - x2 * y1
    return abs(total) / 2


def rings_area(rings: Sequence[Sequence[Vertex]]) -> float:
    """The outline's area less that of its holes, never negative."""
    return max(0.0, ring_area(rings[0]) - sum(ring_area(ring) for ring in rings[1:]))


def mask_runs(rings: Sequence[Sequence[Vertex]], width: int, height: int) -> list[int]:
    """A polygon with holes as COCO's uncompressed run lengths.

    Runs count pixels column by column from the top-left, outside first, and sum to ``width * height``. A pixel
    is inside when an odd number of edges lies above its centre (even-odd), so the rings' direction is no matter.
    Only edges are walked and no mask is made: memory goes with the outline, not with the photo.
    """
    columns: list[npt.NDArray[np.int64]] = []
    crossings: list[npt.NDArray[np.floating[Any]]] = []
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
            left, right = (x1, x2) if x1 <= x2 else (x2, x1)
            # Columns whose centre lies within [left, right): half-open, so that a vertex counts once.
            first, last = max(0, math.ceil(left - 0.5)), min(width, math.ceil(right - 0.5))
            if first < last:
                column = np.arange(first, last)
                columns.append(column)
                crossings.append(y1 + (column + 0.5 - x1) * ((y2 - y1) / (x2 - x1)))
    if not columns:
        return [width * height]
    column, crossing = np.concatenate(columns), np.concatenate(crossings)
    row = np.clip(np.ceil(crossing - 0.5), 0, height).astype(np.int64)
    # Positions where inside and outside swap; two at one place are no swap, and go.
    swaps = np.sort(column * height + row)
    places, counts = np.unique(swaps, return_counts=True)
    swaps = places[counts % 2 == 1]
    edges = np.concatenate([[0], swaps, [width * height]])
    runs = np.diff(edges)
    # An even number of swaps always ends outside; a last empty run says nothing.
    return [int(run) for run in (runs[:-1] if runs[-1] == 0 and len(runs) > 1 else runs)]


def decode_runs(text: str) -> list[int]:
    """COCO's compressed run lengths (six bits a character from ``"0"``, each after the second relative to the one
    two before). Raises ``ValueError`` when the text is not that."""
    runs: list[int] = []
    value = shift = 0
    for character in text:
        chunk = ord(character) - 48
        if not 0 <= chunk < 64 or shift > 55:
            raise ValueError("the run-length text holds a character it cannot")
        value |= (chunk & 31) << shift
        shift += 5
        if not chunk & 32:
            if chunk & 16:
                value -= 1 << shift
            runs.append(value + runs[-2] if len(runs) > 2 else value)
            value = shift = 0
    if shift:
        raise ValueError("the run-length text ends in the middle of a number")
    return runs


def runs_to_rings(runs: Sequence[int], width: int, height: int, vertices_max: int) -> list[list[list[Vertex]]]:
    """The polygons (each an outline and its holes) whose pixels are exactly those of a run-length mask.

    Outlines go along pixel edges, so filling them gives the mask back. Parts that touch only at a corner are
    separate. Raises ``ValueError`` for runs that do not fill the photo, and for outlines of more than
    ``vertices_max`` vertices together.
    """
    lengths = np.asarray(runs, dtype=np.int64)
    if lengths.ndim != 1 or not len(lengths) or lengths.min() < 0 or int(lengths.sum()) != width * height:
        raise ValueError("the mask's run lengths do not add up to the photo's size")
    ends = np.cumsum(lengths)
    starts, stops = ends[0:-1:2], ends[1::2]
    filled = starts < stops
    starts, stops = starts[filled], stops[filled]
    if not len(starts):
        return []
    left, right = int(starts.min() // height), int((stops.max() - 1) // height) + 1
    if (right - left) * height > _MASK_PIXELS_MAX:
        raise ValueError("the mask is too large to be turned into a polygon")
    flat = np.zeros((right - left) * height + 1, dtype=np.int8)
    np.add.at(flat, starts - left * height, 1)
    np.add.at(flat, stops - left * height, -1)
    mask = np.cumsum(flat[:-1], dtype=np.int8).reshape(right - left, height).T.astype(bool)
    return [[[(x + left, y) for x, y in ring] for ring in rings] for rings in _outlines(mask, vertices_max)]


_MASK_PIXELS_MAX = 100_000_000


def _outlines(mask: npt.NDArray[np.bool_], vertices_max: int) -> list[list[list[Vertex]]]:
    """Rings along the pixel edges of a mask, holes with the outline they lie in."""
    nexts = _corner_steps(mask, vertices_max)
    outlines: list[list[Vertex]] = []
    holes: list[list[Vertex]] = []
    while nexts:
        ring = _walk(nexts)
        (outlines if _signed_area(ring) > 0 else holes).append(ring)
    polygons = [[outline] for outline in outlines]
    for hole in holes:
        # The pixel left of a hole's topmost-leftmost corner is filled; the smallest outline around it is the hole's.
        x, y = min(hole)
        around = [polygon for polygon in polygons if _inside(polygon[0], x - 0.5, y + 0.5)]
        min(around, key=lambda polygon: ring_area(polygon[0])).append(hole)
    return polygons


def _corner_steps(mask: npt.NDArray[np.bool_], vertices_max: int) -> dict[Vertex, list[Vertex]]:
    """Edges between filled and empty pixels, joined along straight lines, filled on the right hand.

    Keys are corners and values the corners that follow (two where parts touch at a corner).
    """
    padded = np.pad(mask, 1)
    steps: dict[Vertex, list[Vertex]] = {}
    horizontal = np.diff(padded.astype(np.int8), axis=0)[:, 1:-1]
    vertical = np.diff(padded.astype(np.int8), axis=1)[1:-1, :]
    budget = 0
    for lines, upright in ((horizontal, False), (vertical.T, True)):
        for sign in (1, -1):
            # Straight stretches: where the sign begins and where it ends, along each line.
            change = np.diff(np.pad((lines == sign).astype(np.int8), ((0, 0), (1, 1))), axis=1)
            line, start = np.nonzero(change == 1)
            _, stop = np.nonzero(change == -1)
            budget += len(line)
            if budget > vertices_max:
                raise ValueError(f"the mask's outline has more than {vertices_max} corners")
            # Image coordinates, y down: filled below a horizontal edge goes right, above goes left; filled right of
            # a vertical edge goes up, left goes down. That is clockwise on the screen around filled pixels.
            forward = (sign == 1) != upright
            for at, begin, end in zip(line.tolist(), start.tolist(), stop.tolist(), strict=True):
                p, q = (begin, end) if forward else (end, begin)
                key, value = ((at, p), (at, q)) if upright else ((p, at), (q, at))
                steps.setdefault((float(key[0]), float(key[1])), []).append((float(value[0]), float(value[1])))
    return steps


def _walk(steps: dict[Vertex, list[Vertex]]) -> list[Vertex]:
    """Takes one closed ring out of ``steps``."""
    start = next(iter(steps))
    ring = [start]
    before, here = start, steps[start].pop()
    if not steps[start]:
        del steps[start]
    while here != start:
        ring.append(here)
        ways = steps[here]
        # Where two parts touch at a corner, turning right (clockwise) keeps to the same part.
        way = ways[0] if len(ways) == 1 or _turn(before, here, ways[0]) > 0 else ways[1]
        ways.remove(way)
        if not ways:
            del steps[here]
        before, here = here, way
    return ring


def _turn(a: Vertex, b: Vertex, c: Vertex) -> float:
    """Positive for a right turn on the screen (y down)."""
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])


def _signed_area(ring: Sequence[Vertex]) -> float:
    """Positive clockwise on the screen."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]])) / 2


def _inside(ring: Sequence[Vertex], x: float, y: float) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside

"""Ellipses and cuboids as outlines of straight lines."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from math import cos, pi, radians, sin

import numpy as np

from assay.core.annotations.image import Cuboid, Ellipse, Polygon, Vertex
from assay.quality.geometry.arrays import FloatArray

# The largest gap between the circle and its polygon is 1 - cos(pi / 72), a thousandth of the radius; their areas
# differ by as little, and two outlines made alike lose the same, so that their overlap is nearer still.
_SIDES = 72


def as_polygon(mark: Ellipse | Cuboid) -> Polygon:
    """The polygon around it: id, label and attributes are its own."""
    points = ellipse_outline(mark) if isinstance(mark, Ellipse) else cuboid_outline(mark)
    ring: list[Vertex] = [(x, y) for x, y in points.round(3).tolist()]
    return Polygon(id=mark.id, label=mark.label, attributes=mark.attributes, rings=[ring])


def ellipse_outline(mark: Ellipse) -> FloatArray:
    """(72, 2) points of the ellipse, clockwise on the screen."""
    turn = radians(mark.rotation)
    axes = np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]])
    halves = np.array([mark.width / 2, mark.height / 2])
    around: FloatArray = (_circle() * halves) @ axes + (mark.x + halves[0], mark.y + halves[1])
    return around


def ellipse_bounds(mark: Ellipse) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the upright box around it, exactly."""
    turn, across, down = radians(mark.rotation), mark.width / 2, mark.height / 2
    reach_x = float(np.hypot(across * cos(turn), down * sin(turn)))
    reach_y = float(np.hypot(across * sin(turn), down * cos(turn)))
    return mark.x + across - reach_x, mark.y + down - reach_y, mark.x + across + reach_x, mark.y + down + reach_y


def extremes(mark: Ellipse) -> list[Vertex]:
    """The ends of its two axes: the top one before turning, and on clockwise."""
    turn, across, down = radians(mark.rotation), mark.width / 2, mark.height / 2
    x, y = mark.x + across, mark.y + down
    return [
        (x + dx * cos(turn) - dy * sin(turn), y + dx * sin(turn) + dy * cos(turn))
        for dx, dy in ((0.0, -down), (across, 0.0), (0.0, down), (-across, 0.0))
    ]


def cuboid_outline(mark: Cuboid) -> FloatArray:
    """(n, 2) corners of the convex hull of what is seen of it (Andrew's monotone chain, 1979)."""
    points = sorted({(float(x), float(y)) for x, y in chain(mark.face, mark.side)})

    def half(ordered: list[tuple[float, float]]) -> list[tuple[float, float]]:
        kept: list[tuple[float, float]] = []
        for x, y in ordered:
            while len(kept) > 1:
                (ax, ay), (bx, by) = kept[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                kept.pop()
            kept.append((x, y))
        return kept[:-1]

    return np.array(half(points) + half(points[::-1]), dtype=np.float64).reshape(-1, 2)


@lru_cache(maxsize=1)
def _circle() -> FloatArray:
    angles = np.arange(_SIDES) * (2 * pi / _SIDES)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)

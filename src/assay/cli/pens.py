"""A pen that draws twice: colours on the picture, and whose pixels they are on a map of things.

Coordinates are pixels of the finished picture, as floats. Everything is drawn ``SCALE`` times as large and shrunk
at the end, which gives smooth edges for little.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Color: TypeAlias = tuple[int, int, int]
Spot: TypeAlias = tuple[float, float]

SCALE = 2


class Pen:
    """Draws on ``picture`` (RGB). What is drawn while ``thing`` is not 0 is that thing's on the map."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.picture = Image.new("RGB", (width * SCALE, height * SCALE))
        self._map = Image.new("L", self.picture.size)
        self._draw = ImageDraw.Draw(self.picture)
        self._mark = ImageDraw.Draw(self._map)
        self.thing = 0

    def polygon(self, points: Sequence[Spot], color: Color) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.polygon(scaled, fill=color)
        if self.thing:
            self._mark.polygon(scaled, fill=self.thing)

    def ellipse(self, x: float, y: float, rx: float, ry: float, color: Color) -> None:
        """Around the middle ``x, y``."""
        corners = ((x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE)
        self._draw.ellipse(corners, fill=color)
        if self.thing:
            self._mark.ellipse(corners, fill=self.thing)

    def box(self, x: float, y: float, width: float, height: float, color: Color, radius: float = 0.0) -> None:
        corners = (x * SCALE, y * SCALE, (x + width) * SCALE - 1, (y + height) * SCALE - 1)
        if corners[2] < corners[0] or corners[3] < corners[1]:
            return
        self._draw.rounded_rectangle(corners, radius * SCALE, fill=color)
        if self.thing:
            self._mark.rounded_rectangle(corners, radius * SCALE, fill=self.thing)

    def limb(self, points: Sequence[Spot], width: float, color: Color, end_width: float | None = None) -> None:
        """A bent line with round joints, tapering from ``width`` to ``end_width``."""
        last = width if end_width is None else end_width
        count = len(points) - 1
        for place, (start, end) in enumerate(itertools.pairwise(points)):
            w1 = width + (last - width) * place / count
            w2 = width + (last - width) * (place + 1) / count
            dx, dy = end[0] - start[0], end[1] - start[1]
            length = math.hypot(dx, dy) or 1.0
            nx, ny = -dy / length / 2, dx / length / 2
            self.polygon(
                [
                    (start[0] + nx * w1, start[1] + ny * w1),
                    (end[0] + nx * w2, end[1] + ny * w2),
                    (end[0] - nx * w2, end[1] - ny * w2),
                    (start[0] - nx * w1, start[1] - ny * w1),
                ],
                color,
            )
            self.ellipse(start[0], start[1], w1 / 2, w1 / 2, color)
            self.ellipse(end[0], end[1], w2 / 2, w2 / 2, color)

    def area(self, left: float, top: float, right: float, bottom: float) -> float:
        """How many of the finished picture's pixels are the present thing's, within these bounds."""
        crop = self._map.crop((int(left * SCALE), int(top * SCALE), int(right * SCALE) + 1, int(bottom * SCALE) + 1))
        return crop.histogram()[self.thing] / SCALE**2

    def things(self) -> npt.NDArray[np.uint8]:
        """``(height, width)`` uint8: whose each pixel of the finished picture is; 0 is the street."""
        return np.asarray(self._map)[SCALE // 2 :: SCALE, SCALE // 2 :: SCALE]


def mix(first: Color, second: Color, share: float) -> Color:
    """``share`` of the second colour, from 0 to 1."""
    r, g, b = (round(a + (c - a) * share) for a, c in zip(first, second, strict=True))
    return r, g, b


def dark(color: Color, share: float = 0.25) -> Color:
    return mix(color, (16, 18, 34), share)


def light(color: Color, share: float = 0.25) -> Color:
    return mix(color, (255, 250, 240), share)


def curve(points: Sequence[Spot], steps: int = 6) -> list[Spot]:
    """A closed smooth line through the points (a uniform Catmull-Rom spline)."""
    smooth: list[Spot] = []
    count = len(points)
    for place in range(count):
        p0, p1, p2, p3 = (points[(place + offset) % count] for offset in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            smooth.append(
                (
                    _spline(p0[0], p1[0], p2[0], p3[0], t),
                    _spline(p0[1], p1[1], p2[1], p3[1], t),
                )
            )
    return smooth


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)

"""Cars on the street, from the side: five bodies, drawn from the ground line up like the other figures."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from assay.cli.figures import TOPS, Look, pick
from assay.cli.pens import Color, Pen, Spot, dark, light

CARS: list[Color] = [
    (188, 44, 42),
    (36, 78, 140),
    (226, 226, 222),
    (44, 48, 54),
    (146, 152, 158),
    (226, 164, 44),
    (44, 112, 104),
    (114, 40, 56),
    (106, 148, 176),
    (210, 196, 166),
]


@dataclass(frozen=True)
class _Profile:
    body: list[Spot]
    glass: list[Spot]
    # Where the wheels stand, rear and front, and their radius.
    wheels: tuple[float, float, float]


# Profiles in metres for a car driving to the right: (x from the middle, height above ground). The cabin's windows
# follow its outline inwards.
_PROFILES = {
    "hatchback": _Profile(
        body=[
            (-1.95, 0.35),
            (-2.0, 0.75),
            (-1.92, 1.0),
            (-1.55, 1.46),
            (0.1, 1.5),
            (0.85, 1.05),
            (1.75, 0.9),
            (1.97, 0.68),
            (1.95, 0.32),
        ],
        glass=[(-1.62, 1.02), (-1.38, 1.36), (0.04, 1.4), (0.66, 1.03)],
        wheels=(-1.2, 1.25, 0.32),
    ),
    "sedan": _Profile(
        body=[
            (-2.25, 0.36),
            (-2.3, 0.78),
            (-2.2, 1.0),
            (-1.5, 1.06),
            (-0.9, 1.44),
            (0.25, 1.46),
            (1.0, 1.04),
            (2.05, 0.9),
            (2.3, 0.66),
            (2.25, 0.32),
        ],
        glass=[(-1.35, 1.05), (-0.82, 1.35), (0.2, 1.37), (0.84, 1.03)],
        wheels=(-1.38, 1.42, 0.33),
    ),
    "suv": _Profile(
        body=[
            (-2.15, 0.42),
            (-2.22, 0.9),
            (-2.16, 1.2),
            (-1.86, 1.7),
            (0.3, 1.74),
            (1.0, 1.22),
            (2.0, 1.1),
            (2.2, 0.8),
            (2.16, 0.4),
        ],
        glass=[(-1.9, 1.2), (-1.7, 1.58), (0.24, 1.62), (0.82, 1.2)],
        wheels=(-1.35, 1.38, 0.39),
    ),
    "van": _Profile(
        body=[
            (-2.45, 0.4),
            (-2.5, 1.0),
            (-2.48, 1.9),
            (-2.3, 2.02),
            (1.1, 2.02),
            (1.7, 1.3),
            (2.35, 1.08),
            (2.46, 0.7),
            (2.42, 0.36),
        ],
        glass=[(0.35, 1.25), (0.35, 1.82), (1.04, 1.84), (1.52, 1.28)],
        wheels=(-1.55, 1.55, 0.36),
    ),
    "pickup": _Profile(
        body=[
            (-2.55, 0.45),
            (-2.6, 1.02),
            (-0.95, 1.06),
            (-0.75, 1.66),
            (0.45, 1.7),
            (1.1, 1.16),
            (2.35, 1.06),
            (2.56, 0.8),
            (2.5, 0.42),
        ],
        glass=[(-0.62, 1.14), (-0.55, 1.54), (0.4, 1.58), (0.92, 1.15)],
        wheels=(-1.6, 1.6, 0.4),
    ),
}


# Half the length and the height of each body in metres.
CAR_BODIES = {name: (max(x for x, _ in known.body), max(y for _, y in known.body)) for name, known in _PROFILES.items()}


def draw_car(pen: Pen, x: float, y: float, ppm: float, rng: np.random.Generator, look: Look, body: str) -> None:
    """A car from the side; ``body`` is one of ``CAR_BODIES``."""
    profile = _PROFILES[body]
    facing = 1 if rng.random() < 0.5 else -1
    paint = look.see(pick(rng, CARS))
    spots, panes = profile.body, profile.glass
    rear, front, wheel = profile.wheels

    def at(point: Spot) -> Spot:
        return x + facing * point[0] * ppm, y - point[1] * ppm

    low, high = 0.3, max(height for _, height in spots)
    pen.polygon([at(spot) for spot in _rounded(spots)], paint)
    waist = panes[0][1] - 0.08
    # Below the waist the side turns to the ground and darkens; a bright line runs along the shoulder.
    left, right = spots[0][0] * 0.985, spots[-1][0] * 0.985
    pen.polygon([at((left, 0.62)), at((right, 0.6)), at((right, 0.34)), at((left, 0.36))], dark(paint, 0.2))
    pen.polygon([at((left, 0.42)), at((right, 0.4)), at((right, low + 0.02)), at((left, low + 0.04))], (38, 38, 42))
    pen.polygon(
        [at((left, waist)), at((right * 0.8, waist - 0.06)), at((right * 0.8, waist - 0.1)), at((left, waist - 0.05))],
        light(paint, 0.35),
    )
    pane = look.see((58, 74, 88)) if not look.lit else look.see((40, 48, 62))
    pen.polygon([at(spot) for spot in panes], pane)
    gleam = light(pane, 0.35)
    a, b = panes[1], panes[2]
    base = panes[0][1]
    for share, wide in ((0.2, 0.16), (0.6, 0.1)):
        top_x = a[0] + (b[0] - a[0]) * share
        pen.polygon(
            [
                at((top_x, a[1])),
                at((top_x + wide, a[1])),
                at((top_x + wide - 0.22, base + 0.02)),
                at((top_x - 0.22, base + 0.02)),
            ],
            gleam,
        )
    middle = (panes[0][0] + panes[3][0]) / 2
    pen.polygon(
        [at((middle - 0.05, base)), at((middle - 0.05, b[1])), at((middle + 0.05, b[1])), at((middle + 0.05, base))],
        paint,
    )
    seam = dark(paint, 0.35)
    for place in (panes[0][0] + 0.1, middle, panes[3][0] - 0.06):
        pen.limb([at((place, base - 0.04)), at((place + 0.03, 0.5))], max(0.6, 0.022 * ppm), seam)
    for place in (middle - 0.3, panes[3][0] - 0.4):
        pen.limb([at((place, waist - 0.14)), at((place + 0.16, waist - 0.14))], max(0.8, 0.04 * ppm), seam)
    lamp = (255, 244, 200) if look.lit else look.see((236, 236, 224))
    pen.polygon(
        [at((right + 0.02, 0.74)), at((right - 0.26, 0.84)), at((right - 0.22, 0.7)), at((right + 0.02, 0.62))], lamp
    )
    pen.polygon(
        [at((left - 0.02, 0.96)), at((left + 0.14, 0.96)), at((left + 0.1, 0.72)), at((left - 0.04, 0.72))],
        (206, 40, 40),
    )
    if high > 1.9 and rng.random() < 0.6:
        stripe = look.see(pick(rng, TOPS))
        pen.polygon([at((left + 0.25, 1.55)), at((0.15, 1.55)), at((0.15, 1.2)), at((left + 0.25, 1.2))], stripe)
    for axle in (rear, front):
        _wheel(pen, *at((axle, wheel)), wheel * ppm, paint, look)


def _rounded(points: list[Spot]) -> list[Spot]:
    """The outline with its corners cut twice (Chaikin), the two at the ground left as they are."""
    for _ in range(2):
        cut: list[Spot] = [points[0]]
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            cut.append((0.8 * x1 + 0.2 * x2, 0.8 * y1 + 0.2 * y2))
            cut.append((0.2 * x1 + 0.8 * x2, 0.2 * y1 + 0.8 * y2))
        points = [*cut, points[-1]]
    return points


def _wheel(pen: Pen, x: float, y: float, radius: float, paint: Color, look: Look) -> None:
    pen.ellipse(x, y - 0.04 * radius, radius * 1.18, radius * 1.18, dark(paint, 0.6))
    pen.ellipse(x, y, radius, radius, look.see((30, 30, 34)))
    pen.ellipse(x, y, radius * 0.66, radius * 0.66, look.see((176, 180, 186)))
    pen.ellipse(x, y, radius * 0.55, radius * 0.55, look.see((110, 114, 122)))
    for spoke in range(5):
        angle = spoke * 2 * math.pi / 5 + 0.3
        tip = (x + math.cos(angle) * radius * 0.58, y + math.sin(angle) * radius * 0.58)
        pen.limb([(x, y), tip], 0.2 * radius, look.see((188, 192, 198)))
    pen.ellipse(x, y, radius * 0.14, radius * 0.14, look.see((90, 94, 100)))

"""Who is on the street: people and dogs, each drawn from its ground line up.

Every figure stands on ``(x, y)`` (the middle of its feet) and is drawn ``ppm`` pixels to the metre.
``Look`` says what light falls on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay.cli.pens import Color, Pen, Spot, curve, dark, light, mix

SKINS: list[Color] = [(244, 208, 177), (229, 184, 146), (203, 150, 110), (164, 112, 78), (120, 80, 56), (90, 60, 44)]
HAIRS: list[Color] = [
    (44, 33, 28),
    (86, 58, 38),
    (140, 96, 54),
    (212, 172, 104),
    (168, 80, 44),
    (150, 150, 152),
    (28, 28, 32),
]
TOPS: list[Color] = [
    (204, 64, 56),
    (42, 92, 150),
    (236, 178, 60),
    (58, 128, 98),
    (236, 232, 222),
    (52, 56, 70),
    (142, 88, 150),
    (228, 122, 92),
    (110, 160, 186),
    (128, 102, 82),
    (220, 150, 170),
]
TROUSERS: list[Color] = [(48, 62, 96), (62, 62, 68), (120, 104, 84), (36, 38, 46), (84, 104, 134), (150, 136, 112)]
COATS: list[tuple[Color, Color]] = [
    ((150, 98, 56), (222, 190, 146)),
    ((48, 42, 40), (160, 104, 60)),
    ((232, 222, 202), (196, 164, 120)),
    ((120, 118, 120), (222, 222, 220)),
    ((196, 134, 72), (244, 232, 212)),
    ((92, 60, 42), (60, 40, 30)),
]


@dataclass(frozen=True)
class Look:
    """``tint`` is mixed in by ``strength`` (the light of the hour), ``haze`` by ``distance`` (0 near to 1 far);
    lamps burn where ``lit``."""

    tint: Color
    strength: float
    haze: Color
    distance: float
    lit: bool

    def see(self, color: Color) -> Color:
        return mix(mix(color, self.tint, self.strength), self.haze, 0.35 * self.distance)


def pick(rng: np.random.Generator, colors: list[Color]) -> Color:
    return colors[int(rng.integers(len(colors)))]


# People


def draw_person(pen: Pen, x: float, y: float, ppm: float, rng: np.random.Generator, look: Look) -> None:
    """Someone walking or standing, 1.0 to 1.9 m tall."""
    child = rng.random() < 0.18
    tall = float(rng.uniform(1.05, 1.3) if child else rng.uniform(1.58, 1.88))
    unit = tall * ppm / 8
    if child:
        unit *= 1.06
    facing = 1 if rng.random() < 0.5 else -1
    walking = rng.random() < 0.7
    stride = float(rng.uniform(0.45, 0.95)) if walking else float(rng.uniform(0.1, 0.22))
    skin, hair = look.see(pick(rng, SKINS)), look.see(pick(rng, HAIRS))
    top, trousers = look.see(pick(rng, TOPS)), look.see(pick(rng, TROUSERS))
    dress, long_coat = rng.random() < 0.22, rng.random() < 0.25
    shoes = look.see(pick(rng, [(40, 36, 36), (236, 232, 226), (120, 72, 44), (150, 40, 44)]))
    hip, shoulder, head = y - 3.75 * unit, y - 6.25 * unit, y - 7.15 * unit
    x_lean = x + facing * 0.12 * unit * (1 if walking else 0)

    bare = skin if dress or rng.random() < 0.12 else trousers
    _leg(pen, x, hip, y, unit, -facing * stride, facing, dark(bare, 0.22), dark(shoes, 0.2))
    swing = stride * float(rng.uniform(0.8, 1.1))
    sleeve = top if rng.random() < 0.7 else skin
    raised = rng.random() < 0.16
    _arm(pen, x_lean, shoulder, unit, facing * swing, facing, dark(sleeve, 0.25), dark(skin, 0.2), raised=False)
    _leg(pen, x, hip, y, unit, facing * stride, facing, bare, shoes)
    if rng.random() < 0.2:
        pack = look.see(pick(rng, TOPS))
        pen.box(
            x_lean - facing * 1.0 * unit - 0.45 * unit, shoulder + 0.1 * unit, 0.9 * unit, 1.9 * unit, pack, 0.3 * unit
        )
    _torso(pen, x, x_lean, hip, shoulder, unit, facing, top, skirt=1.5 if dress else 1.1 if long_coat else 0.0)
    if not dress and rng.random() < 0.35:
        pen.polygon(
            [
                (x_lean + facing * 0.1 * unit, shoulder - 0.05 * unit),
                (x_lean + facing * 0.42 * unit, shoulder),
                (x + facing * 0.4 * unit, hip),
                (x + facing * 0.2 * unit, hip),
            ],
            light(top, 0.55),
        )
    _head(pen, x_lean + facing * 0.1 * unit, head, unit, facing, skin, hair, rng, look)
    _arm(pen, x_lean, shoulder, unit, -facing * swing, facing, sleeve, skin, raised=raised)
    if rng.random() < 0.22:
        hand_x = x_lean - facing * swing * 1.1 * unit
        bag = look.see(pick(rng, [(150, 92, 52), (60, 52, 56), (196, 70, 70), (220, 204, 172)]))
        pen.box(hand_x - 0.5 * unit, hip + 0.35 * unit, 1.0 * unit, 0.9 * unit, bag, 0.15 * unit)


def _leg(
    pen: Pen, x: float, hip: float, foot: float, unit: float, step: float, facing: int, color: Color, shoe: Color
) -> None:
    ankle = (x + step * 1.15 * unit, foot - 0.3 * unit - max(0.0, -step * facing) * 0.35 * unit)
    knee = (x + (step * 0.62 + facing * 0.2) * unit, (hip + foot) / 2 + 0.05 * unit)
    pen.limb([(x, hip), knee, ankle], 0.95 * unit, color, 0.5 * unit)
    pen.polygon(
        [
            (ankle[0] - facing * 0.32 * unit, ankle[1] - 0.16 * unit),
            (ankle[0] + facing * 0.3 * unit, ankle[1] - 0.12 * unit),
            (ankle[0] + facing * 0.82 * unit, ankle[1] + 0.12 * unit),
            (ankle[0] + facing * 0.84 * unit, ankle[1] + 0.3 * unit),
            (ankle[0] - facing * 0.34 * unit, ankle[1] + 0.3 * unit),
        ],
        shoe,
    )


def _arm(
    pen: Pen,
    x: float,
    shoulder: float,
    unit: float,
    swing: float,
    facing: int,
    sleeve: Color,
    skin: Color,
    *,
    raised: bool,
) -> None:
    top = (x, shoulder + 0.3 * unit)
    if raised:
        elbow: Spot = (x + facing * 0.9 * unit, shoulder + 1.2 * unit)
        hand: Spot = (x + facing * 0.75 * unit, shoulder - 0.5 * unit)
    else:
        elbow = (x + swing * 0.65 * unit - facing * 0.1 * unit, shoulder + 1.55 * unit)
        hand = (x + swing * 1.15 * unit + facing * 0.15 * unit, shoulder + 2.65 * unit)
    pen.limb([top, elbow], 0.62 * unit, sleeve, 0.5 * unit)
    pen.limb([elbow, hand], 0.48 * unit, sleeve, 0.36 * unit)
    pen.ellipse(hand[0], hand[1], 0.24 * unit, 0.27 * unit, skin)


def _torso(
    pen: Pen, x: float, lean: float, hip: float, shoulder: float, unit: float, facing: int, color: Color, skirt: float
) -> None:
    outline: list[Spot] = [
        (lean - 0.72 * unit, shoulder + 0.22 * unit),
        (lean - 0.3 * unit, shoulder - 0.12 * unit),
        (lean + 0.3 * unit, shoulder - 0.12 * unit),
        (lean + 0.72 * unit, shoulder + 0.22 * unit),
        (x + 0.62 * unit, (hip + shoulder) / 2),
        (x + 0.64 * unit, hip + 0.2 * unit),
        (x, hip + 0.32 * unit),
        (x - 0.64 * unit, hip + 0.2 * unit),
        (x - 0.62 * unit, (hip + shoulder) / 2),
    ]
    pen.polygon(curve(outline, 4), color)
    if skirt:
        pen.polygon(
            [
                (x - 0.6 * unit, hip - 0.4 * unit),
                (x + 0.6 * unit, hip - 0.4 * unit),
                (x + (0.7 + 0.28 * skirt) * unit, hip + skirt * unit),
                (x - (0.7 + 0.28 * skirt) * unit, hip + skirt * unit),
            ],
            color,
        )
    # The side away from where they face lies in shade.
    back = -facing
    pen.polygon(
        [
            (lean + back * 0.66 * unit, shoulder + 0.25 * unit),
            (lean + back * 0.3 * unit, shoulder + 0.1 * unit),
            (x + back * 0.28 * unit, hip + 0.2 * unit),
            (x + back * 0.6 * unit, hip + 0.15 * unit),
        ],
        dark(color, 0.16),
    )


def _head(
    pen: Pen,
    x: float,
    y: float,
    unit: float,
    facing: int,
    skin: Color,
    hair: Color,
    rng: np.random.Generator,
    look: Look,
) -> None:
    style = rng.random()
    if 0.25 < style < 0.55:
        pen.limb(
            [(x - facing * 0.2 * unit, y - 0.1 * unit), (x - facing * 0.42 * unit, y + 1.1 * unit)], 0.9 * unit, hair
        )
    pen.limb([(x, y + 0.3 * unit), (x - facing * 0.05 * unit, y + 0.95 * unit)], 0.42 * unit, dark(skin, 0.15))
    pen.ellipse(x - facing * 0.06 * unit, y - 0.12 * unit, 0.62 * unit, 0.68 * unit, hair)
    pen.ellipse(x + facing * 0.08 * unit, y + 0.04 * unit, 0.5 * unit, 0.6 * unit, skin)
    pen.ellipse(x + facing * 0.56 * unit, y + 0.1 * unit, 0.12 * unit, 0.12 * unit, skin)
    pen.polygon(
        curve(
            [
                (x - facing * 0.62 * unit, y + 0.1 * unit),
                (x - facing * 0.5 * unit, y - 0.62 * unit),
                (x + facing * 0.1 * unit, y - 0.82 * unit),
                (x + facing * 0.56 * unit, y - 0.42 * unit),
                (x + facing * 0.1 * unit, y - 0.36 * unit),
                (x - facing * 0.22 * unit, y + 0.05 * unit),
            ],
            4,
        ),
        hair,
    )
    pen.ellipse(x + facing * 0.3 * unit, y + 0.0 * unit, 0.06 * unit, 0.08 * unit, dark(skin, 0.75))
    if style > 0.82:
        hat = look.see(pick(rng, TOPS))
        pen.box(x - 0.66 * unit, y - 0.92 * unit, 1.32 * unit, 0.55 * unit, hat, 0.26 * unit)
        pen.box(x - (0.66 if facing > 0 else 1.05) * unit, y - 0.5 * unit, 1.71 * unit, 0.14 * unit, dark(hat, 0.2))
    elif 0.55 < style < 0.65:
        pen.ellipse(x - facing * 0.5 * unit, y - 0.62 * unit, 0.3 * unit, 0.3 * unit, hair)


# Dogs


def draw_dog(pen: Pen, x: float, y: float, ppm: float, rng: np.random.Generator, look: Look) -> None:
    """A dog from the side, 0.4 to 0.7 m at the shoulder."""
    unit = float(rng.uniform(0.42, 0.68)) * ppm / 4
    facing = 1 if rng.random() < 0.5 else -1
    coat, second = (look.see(color) for color in COATS[int(rng.integers(len(COATS)))])
    length = float(rng.uniform(2.0, 2.5))
    legs = float(rng.uniform(0.85, 1.1))
    step = float(rng.uniform(0.2, 0.55))
    back = y - 4 * unit * legs
    belly = back + 1.75 * unit
    fore, hind = x + facing * length * 0.78 * unit, x - facing * length * 0.78 * unit

    for base, shift in ((fore, -step), (hind, step)):
        _paw(pen, base, belly, y, unit, facing * shift, facing, dark(coat, 0.28))
    curl = float(rng.uniform(0.6, 1.5))
    pen.limb(
        [
            (hind - facing * 0.4 * unit, back + 0.5 * unit),
            (hind - facing * 1.2 * unit, back - 0.1 * unit),
            (hind - facing * 1.3 * unit, back - curl * unit),
        ],
        0.55 * unit,
        coat,
        0.25 * unit,
    )
    pen.polygon(
        curve(
            [
                (hind - facing * 0.75 * unit, back + 0.75 * unit),
                (hind, back + 0.0 * unit),
                (x, back + 0.12 * unit),
                (fore + facing * 0.1 * unit, back - 0.1 * unit),
                (fore + facing * 0.75 * unit, back + 0.85 * unit),
                (fore, belly + 0.35 * unit),
                (x, belly - 0.1 * unit),
                (hind + facing * 0.2 * unit, belly - 0.1 * unit),
                (hind - facing * 0.55 * unit, belly),
            ],
            5,
        ),
        coat,
    )
    pen.ellipse(fore + facing * 0.12 * unit, belly - 0.35 * unit, 0.62 * unit, 0.7 * unit, second)
    for base, shift in ((fore, step), (hind, -step)):
        _paw(pen, base, belly, y, unit, facing * shift, facing, coat)
    head_x, head_y = fore + facing * 1.35 * unit, back - 1.0 * unit
    pen.limb(
        [(fore + facing * 0.1 * unit, back + 0.75 * unit), (head_x - facing * 0.2 * unit, head_y + 0.2 * unit)],
        1.35 * unit,
        coat,
        0.95 * unit,
    )
    collar = look.see(pick(rng, [(204, 56, 52), (48, 108, 176), (236, 182, 60)]))
    pen.limb(
        [(fore + facing * 0.25 * unit, back - 0.25 * unit), (fore + facing * 1.12 * unit, back + 0.25 * unit)],
        0.24 * unit,
        collar,
    )
    pen.ellipse(head_x, head_y, 0.82 * unit, 0.72 * unit, coat)
    pen.limb(
        [(head_x + facing * 0.45 * unit, head_y + 0.2 * unit), (head_x + facing * 1.2 * unit, head_y + 0.32 * unit)],
        0.66 * unit,
        second,
        0.5 * unit,
    )
    pen.ellipse(head_x + facing * 1.4 * unit, head_y + 0.16 * unit, 0.17 * unit, 0.15 * unit, (30, 26, 28))
    pen.ellipse(head_x + facing * 0.36 * unit, head_y - 0.16 * unit, 0.11 * unit, 0.12 * unit, (30, 24, 24))
    if rng.random() < 0.5:
        pen.limb(
            [
                (head_x - facing * 0.35 * unit, head_y - 0.45 * unit),
                (head_x - facing * 0.65 * unit, head_y + 0.75 * unit),
            ],
            0.5 * unit,
            dark(coat, 0.3),
            0.42 * unit,
        )
    else:
        pen.polygon(
            [
                (head_x - facing * 0.6 * unit, head_y - 0.35 * unit),
                (head_x - facing * 0.42 * unit, head_y - 1.35 * unit),
                (head_x + facing * 0.15 * unit, head_y - 0.58 * unit),
            ],
            dark(coat, 0.22),
        )


def _paw(pen: Pen, x: float, top: float, ground: float, unit: float, step: float, facing: int, color: Color) -> None:
    knee = (x - facing * 0.12 * unit + step * 0.5 * unit, (top + ground) / 2)
    foot = (x + step * unit, ground - 0.2 * unit)
    pen.limb([(x, top - 0.35 * unit), knee, foot], 0.72 * unit, color, 0.38 * unit)
    pen.ellipse(foot[0] + facing * 0.14 * unit, ground - 0.17 * unit, 0.34 * unit, 0.19 * unit, color)

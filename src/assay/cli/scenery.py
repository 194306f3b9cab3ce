"""The street before anyone is on it: sky, houses, trees, pavements and road, in the light of an hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from assay.cli.figures import Look
from assay.cli.pens import SCALE, Color, Pen, dark, light, mix


@dataclass(frozen=True)
class Hour:
    """The light: colours of the sky from top to horizon, what tints everything, and whether lamps burn."""

    name: str
    sky_top: Color
    sky_low: Color
    tint: Color
    strength: float
    clouds: float
    sun: Color | None
    shadow: float
    lit: bool = False


HOURS = [
    Hour("morning", (126, 178, 222), (240, 226, 204), (255, 214, 160), 0.12, 0.5, (255, 240, 205), 0.42),
    Hour("noon", (74, 146, 214), (198, 226, 240), (255, 250, 236), 0.05, 0.6, (255, 252, 236), 0.5),
    Hour("overcast", (168, 178, 190), (216, 220, 222), (176, 184, 196), 0.22, 1.0, None, 0.28),
    Hour("evening", (92, 116, 178), (250, 188, 134), (255, 158, 96), 0.2, 0.7, (255, 206, 140), 0.4),
    Hour("dusk", (40, 52, 104), (222, 142, 136), (74, 70, 132), 0.4, 0.5, None, 0.3, lit=True),
]

WALLS: list[Color] = [
    (204, 124, 98),
    (226, 202, 160),
    (176, 190, 180),
    (214, 170, 134),
    (236, 226, 208),
    (150, 108, 96),
    (166, 184, 204),
    (222, 190, 190),
    (184, 164, 128),
]
ROOFS: list[Color] = [(120, 70, 60), (86, 84, 92), (142, 88, 66), (72, 76, 88)]
LEAVES: list[Color] = [(86, 128, 70), (108, 142, 74), (66, 110, 78), (140, 150, 72), (190, 134, 60)]


@dataclass(frozen=True)
class Street:
    """Where things are, in pixels from the top: houses stand on ``kerb_far``'s pavement, which begins at
    ``base``; the road lies between the kerbs; the near pavement goes on to the bottom.

    One metre at ground line y is ``(y - horizon) / camera_height`` pixels.
    """

    width: int
    height: int
    horizon: float
    base: float
    kerb_far: float
    kerb_near: float
    camera_height: float

    def ppm(self, y: float) -> float:
        return (y - self.horizon) / self.camera_height

    def distance(self, y: float) -> float:
        """0 at the bottom of the picture, 1 at the houses."""
        return max(0.0, min(1.0, (self.height - y) / (self.height - self.base)))


def draw_backdrop(pen: Pen, street: Street, hour: Hour, rng: np.random.Generator) -> None:
    """Everything that does not move."""
    _draw_sky(pen, street, hour, rng)
    look = Look(hour.tint, hour.strength, hour.sky_low, 1.0, hour.lit)
    _draw_hills(pen, street, look, rng)
    kind = rng.random()
    if kind < 0.8:
        _draw_houses(pen, street, look, rng)
    else:
        _draw_park(pen, street, look, rng)
    _draw_ground(pen, street, hour, rng)


def _draw_sky(pen: Pen, street: Street, hour: Hour, rng: np.random.Generator) -> None:
    rows = np.linspace(0, 1, 256) ** 1.2
    top, low = np.array(hour.sky_top), np.array(hour.sky_low)
    column = (top + (low - top) * rows[:, None]).astype(np.uint8)[:, None, :]
    size = (street.width * SCALE, int(street.base * SCALE))
    sky = Image.fromarray(np.repeat(column, 2, axis=1)).resize((size[0] // 4, size[1] // 4), Image.Resampling.BILINEAR)
    veil = Image.new("L", sky.size)
    brush = ImageDraw.Draw(veil)
    if hour.sun:
        x, y = rng.uniform(0.1, 0.9) * sky.width, rng.uniform(0.12, 0.5) * sky.height
        glow = Image.new("L", sky.size)
        for radius, level in ((130, 50), (80, 90), (42, 160), (22, 255)):
            ImageDraw.Draw(glow).ellipse((x - radius, y - radius, x + radius, y + radius), fill=level)
        sky.paste(Image.new("RGB", sky.size, hour.sun), mask=glow.filter(ImageFilter.GaussianBlur(12)))
    for _ in range(int(hour.clouds * rng.integers(3, 9))):
        x, y = rng.uniform(-0.1, 1.0) * sky.width, rng.uniform(0.05, 0.55) * sky.height
        wide = rng.uniform(40, 120)
        for _ in range(9):
            cx, cy = x + rng.uniform(0, wide), y + rng.normal(0, 5)
            rx = rng.uniform(12, 34)
            brush.ellipse((cx - rx, cy - rx * 0.42, cx + rx, cy + rx * 0.42), fill=int(rng.integers(110, 210)))
    cloud = mix(hour.sky_low, (255, 255, 255), 0.6 if not hour.lit else 0.15)
    sky.paste(Image.new("RGB", sky.size, cloud), mask=veil.filter(ImageFilter.GaussianBlur(5)))
    pen.picture.paste(sky.resize(size, Image.Resampling.BILINEAR), (0, 0))


def _draw_hills(pen: Pen, street: Street, look: Look, rng: np.random.Generator) -> None:
    for level, share in ((0.5, 0.7), (0.3, 0.5)):
        color = mix(look.see((104, 132, 120)), look.haze, share)
        phase, wave = rng.uniform(0, 6), rng.uniform(1.5, 3.5)
        top = street.base - level * 130
        ridge = [
            (x, top - 26 * float(np.sin(phase + wave * x / street.width * 3)) - 9 * float(np.sin(phase + x / 40)))
            for x in range(0, street.width + 20, 20)
        ]
        pen.polygon([*ridge, (street.width, street.base), (0, street.base)], color)


def _draw_houses(pen: Pen, street: Street, look: Look, rng: np.random.Generator) -> None:
    ppm = street.ppm(street.base)
    x = -float(rng.uniform(0, 60))
    while x < street.width:
        if rng.random() < 0.12:
            gap = float(rng.uniform(60, 120))
            for _ in range(3):
                draw_tree(pen, x + rng.uniform(0, gap), street.base, ppm * rng.uniform(0.9, 1.3), look, rng)
            x += gap
            continue
        wide = float(rng.uniform(4.6, 8.2)) * ppm
        _draw_house(pen, x, street.base, wide, ppm, look, rng)
        x += wide


def _draw_house(pen: Pen, x: float, base: float, wide: float, ppm: float, look: Look, rng: np.random.Generator) -> None:
    floors = int(rng.choice([2, 2, 3]))
    storey = float(rng.uniform(2.7, 3.1)) * ppm
    wall = look.see(WALLS[int(rng.integers(len(WALLS)))])
    roof = look.see(ROOFS[int(rng.integers(len(ROOFS)))])
    trim = look.see((240, 236, 226)) if rng.random() < 0.7 else dark(wall, 0.35)
    top = base - floors * storey
    pitch = float(rng.uniform(0.9, 1.8)) * ppm
    style = rng.random()
    if style < 0.4:
        pen.polygon([(x - 4, top), (x + wide / 2, top - pitch * 1.3), (x + wide + 4, top)], roof)
        pen.polygon([(x + wide / 2, top - pitch * 1.3), (x + wide + 4, top), (x + wide * 0.55, top)], dark(roof, 0.2))
    elif style < 0.75:
        pen.polygon(
            [(x - 3, top), (x + wide * 0.1, top - pitch), (x + wide * 0.9, top - pitch), (x + wide + 3, top)], roof
        )
        if rng.random() < 0.6:
            pen.box(x + wide * 0.7, top - pitch * 1.5, 0.6 * ppm, pitch, dark(wall, 0.2))
    pen.box(x, top, wide, base - top, wall)
    for line in np.arange(top + 8, base, 7.0):
        pen.box(x, float(line), wide, 0.9, dark(wall, 0.06))
    pen.box(x + wide - 5, top, 5, base - top, dark(wall, 0.16))
    pen.box(x - 2, top - 3, wide + 4, 6, trim)
    shop = rng.random() < 0.4
    columns = max(2, int(wide / (1.75 * ppm)))
    cell = wide / columns
    for floor in range(floors):
        y = base - (floor + 1) * storey
        if floor == 0 and shop:
            _draw_shop(pen, x, y, wide, storey, ppm, look, rng)
            continue
        door = int(rng.integers(columns)) if floor == 0 else -1
        for column in range(columns):
            middle = x + (column + 0.5) * cell
            if column == door:
                color = look.see([(122, 54, 48), (44, 78, 96), (66, 92, 66), (90, 62, 44)][int(rng.integers(4))])
                pen.box(middle - 0.55 * ppm, base - 2.25 * ppm, 1.1 * ppm, 2.25 * ppm, trim)
                pen.box(middle - 0.44 * ppm, base - 2.12 * ppm, 0.88 * ppm, 2.12 * ppm, color)
                pen.box(middle - 0.3 * ppm, base - 1.95 * ppm, 0.6 * ppm, 0.55 * ppm, light(color, 0.3))
            else:
                _draw_window(pen, middle, y + storey * 0.24, 0.98 * ppm, storey * 0.54, trim, wall, look, rng)


def _draw_window(
    pen: Pen,
    middle: float,
    top: float,
    wide: float,
    high: float,
    trim: Color,
    wall: Color,
    look: Look,
    rng: np.random.Generator,
) -> None:
    burning = look.lit and rng.random() < 0.6
    pane = (255, 214, 140) if burning else look.see((96, 120, 140))
    left = middle - wide / 2
    pen.box(left - 2, top - 2, wide + 4, high + 4, trim)
    pen.box(left, top, wide, high, pane)
    if not burning:
        pen.polygon([(left, top), (left + wide * 0.7, top), (left, top + high * 0.8)], light(pane, 0.22))
    pen.box(middle - 0.8, top, 1.6, high, trim)
    pen.box(left, top + high * 0.42, wide, 1.4, trim)
    pen.box(left - 4, top + high + 2, wide + 8, 3, dark(trim, 0.12))
    if rng.random() < 0.18:
        bloom = look.see([(206, 70, 80), (232, 160, 70), (160, 96, 170)][int(rng.integers(3))])
        for place in np.linspace(left, left + wide, 6):
            pen.ellipse(float(place), top + high, 3.2, 3.0, look.see((84, 124, 70)))
            pen.ellipse(float(place) + 1, top + high - 2, 2.0, 1.8, bloom)
    elif rng.random() < 0.2:
        shutter = dark(wall, 0.4)
        pen.box(left - wide * 0.42, top, wide * 0.36, high, shutter)
        pen.box(left + wide * 1.06, top, wide * 0.36, high, shutter)


def _draw_shop(
    pen: Pen, x: float, y: float, wide: float, storey: float, ppm: float, look: Look, rng: np.random.Generator
) -> None:
    front = look.see([(54, 72, 84), (112, 58, 54), (64, 84, 66), (78, 64, 92)][int(rng.integers(4))])
    pen.box(x + 4, y + storey * 0.12, wide - 8, storey * 0.88, front)
    glass = (255, 222, 158) if look.lit else look.see((128, 152, 164))
    pen.box(x + 12, y + storey * 0.42, wide * 0.6, storey * 0.46, glass)
    pen.box(x + wide * 0.72, y + storey * 0.42, wide * 0.2, storey * 0.58, mix(glass, front, 0.25))
    pen.polygon(
        [
            (x + 14, y + storey * 0.42),
            (x + wide * 0.3, y + storey * 0.42),
            (x + wide * 0.18, y + storey * 0.88),
            (x + 14, y + storey * 0.88),
        ],
        light(glass, 0.2),
    )
    stripes = max(6, int(wide / (0.5 * ppm)))
    first = look.see([(196, 62, 58), (52, 116, 98), (222, 156, 62), (60, 96, 156)][int(rng.integers(4))])
    second = look.see((244, 240, 230))
    for stripe in range(stripes):
        left, right = x + 2 + (wide - 4) * stripe / stripes, x + 2 + (wide - 4) * (stripe + 1) / stripes
        color = first if stripe % 2 else second
        top, low = y + storey * 0.2, y + storey * 0.44
        pen.polygon([(left, top), (right, top), (right + 1.5, low), (left - 1.5, low)], color)
        pen.ellipse((left + right) / 2, low, (right - left) / 2 + 1, 4, color)


def draw_tree(pen: Pen, x: float, base: float, ppm: float, look: Look, rng: np.random.Generator) -> None:
    """A tree of 4 to 6 m; ``base`` is where its trunk meets the ground."""
    tall = float(rng.uniform(4.2, 6.0)) * ppm
    leaf = look.see(LEAVES[int(rng.integers(len(LEAVES)))])
    trunk = look.see((98, 74, 58))
    pen.limb([(x, base), (x + rng.normal(0, 0.06) * ppm, base - tall * 0.55)], 0.34 * ppm, trunk, 0.22 * ppm)
    pen.limb([(x, base - tall * 0.4), (x + 0.5 * ppm, base - tall * 0.62)], 0.16 * ppm, trunk, 0.1 * ppm)
    blobs = [
        (rng.uniform(-0.95, 0.95) * ppm, rng.uniform(0.52, 0.92) * tall, rng.uniform(0.55, 0.9) * ppm)
        for _ in range(15)
    ]
    for shade, dx, dy, share in (
        (dark(leaf, 0.32), 0.1, 0.12, 1.08),
        (leaf, 0, 0, 1.0),
        (light(leaf, 0.18), -0.16, -0.2, 0.6),
    ):
        for bx, by, radius in blobs:
            pen.ellipse(x + bx + dx * ppm, base - by + dy * ppm, radius * share, radius * share * 0.9, shade)


def _draw_park(pen: Pen, street: Street, look: Look, rng: np.random.Generator) -> None:
    lawn = look.see((126, 158, 92))
    pen.box(0, street.base - 46, street.width, 60, mix(lawn, look.haze, 0.25))
    ppm = street.ppm(street.base)
    for x in sorted(rng.uniform(-20, street.width + 20, int(rng.integers(9, 15))).tolist()):
        draw_tree(pen, x, street.base - rng.uniform(4, 40), ppm * rng.uniform(0.8, 1.35), look, rng)
    rail = look.see((70, 76, 80))
    for x in np.arange(0, street.width, 9.0):
        pen.box(float(x), street.base - 0.95 * ppm, 1.6, 0.95 * ppm, rail)
    pen.box(0, street.base - 0.95 * ppm, street.width, 2.4, rail)
    pen.box(0, street.base - 0.2 * ppm, street.width, 2.0, rail)


def _draw_ground(pen: Pen, street: Street, hour: Hour, rng: np.random.Generator) -> None:
    far = Look(hour.tint, hour.strength, hour.sky_low, 0.6, hour.lit)
    near = Look(hour.tint, hour.strength, hour.sky_low, 0.0, hour.lit)
    paving = [(188, 182, 172), (198, 184, 164), (174, 176, 178)][int(rng.integers(3))]
    asphalt = [(92, 94, 100), (104, 102, 102), (82, 86, 94)][int(rng.integers(3))]
    pen.box(0, street.base, street.width, street.kerb_far - street.base, far.see(paving))
    pen.box(0, street.base, street.width, 3, far.see(dark(paving, 0.3)))
    pen.box(0, street.kerb_far - 2, street.width, 5, far.see(light(paving, 0.35)))
    bands = 14
    for band in range(bands):
        top = street.kerb_far + 3 + (street.kerb_near - street.kerb_far - 3) * band / bands
        shade = mix(far.see(asphalt), near.see(asphalt), band / bands)
        pen.box(0, top, street.width, (street.kerb_near - street.kerb_far) / bands + 1, shade)
    pen.box(0, street.kerb_far + 3, street.width, 4, far.see(dark(asphalt, 0.3)))
    vanish = street.width * float(rng.uniform(0.3, 0.7))
    if rng.random() < 0.45:
        _draw_crossing(pen, street, near, vanish, float(rng.uniform(0.2, 0.8)) * street.width)
    else:
        _draw_lane_line(pen, street, near)
    pen.box(0, street.kerb_near - 3, street.width, 10, near.see(light(paving, 0.3)))
    pen.box(0, street.kerb_near + 7, street.width, street.height, near.see(paving))
    pen.box(0, street.kerb_near + 6, street.width, 2.5, near.see(dark(paving, 0.25)))
    _draw_slabs(pen, street, near.see(dark(paving, 0.13)), vanish)


def _draw_lane_line(pen: Pen, street: Street, look: Look) -> None:
    y = street.kerb_far * 0.56 + street.kerb_near * 0.44
    ppm = street.ppm(y)
    for x in np.arange(-40.0, street.width, 3.4 * ppm):
        pen.box(float(x), y, 1.7 * ppm, 0.055 * ppm, look.see((232, 230, 220)))


def _draw_crossing(pen: Pen, street: Street, look: Look, vanish: float, middle: float) -> None:
    far, near = street.kerb_far + 8, street.kerb_near - 5

    def at(x: float, y: float) -> tuple[float, float]:
        share = (y - street.horizon) / (near - street.horizon)
        return vanish + (x - vanish) * share, y

    wide = 0.5 * street.ppm(near)
    for stripe in range(-3, 4):
        left = middle + stripe * wide * 2
        pen.polygon(
            [at(left, far), at(left + wide, far), at(left + wide, near), at(left, near)], look.see((226, 224, 216))
        )


def _draw_slabs(pen: Pen, street: Street, joint: Color, vanish: float) -> None:
    """Joints of the near pavement run to one point on the horizon; that gives the picture its depth."""
    top = street.kerb_near + 9
    metre = street.ppm(street.height)
    count = int(street.width / metre) * 2 + 6
    for place in range(-count, count):
        low_x = vanish + place * metre * 1.1
        share = (top - street.horizon) / (street.height - street.horizon)
        high_x = vanish + (low_x - vanish) * share
        pen.polygon(
            [(high_x - 0.4, top), (high_x + 0.4, top), (low_x + 0.9, street.height), (low_x - 0.9, street.height)],
            joint,
        )
    depth = street.camera_height * metre
    for row in range(1, 6):
        y = street.horizon + depth / (1 + row * 0.16)
        if top + 4 < y < street.height:
            pen.box(0, y, street.width, 1.4, joint)

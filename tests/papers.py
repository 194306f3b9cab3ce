"""Papers to read: bills drawn from a seed, page by page, with everything that stands on them and where."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont

PAGE: Final = (850, 1100)
_INK: Final = (38, 42, 54)
_FAINT: Final = (150, 156, 170)
_SHOPS: Final = ("Harbour Tools", "Linden Bakery", "North Lamp Works", "Old Mill Paper")
_GOODS: Final = ("Rye loaf", "Brass hinge", "Desk lamp", "Ink, black", "Paper A4, 500", "Rope 10 m", "Oil can", "Wick")


@dataclass
class Line:
    """What stands at a place: ``label`` of what it is, and the box around it in pixels."""

    label: str
    text: str
    x: float
    y: float
    width: float
    height: float


@dataclass
class Paper:
    """A page as PNG bytes, with its lines in reading order. ``rows``: places in ``lines`` that belong together."""

    content: bytes
    lines: list[Line] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)


def bill(seed: int, pages: int = 1) -> list[Paper]:
    """A bill over so many pages; the last one has the total and a stamp. The same seed draws the same bill."""
    chance = random.Random(seed)
    shop, number = chance.choice(_SHOPS), chance.randint(1000, 9999)
    papers, total = [], 0
    for page in range(pages):
        picture = Image.new("RGB", PAGE, (252, 250, 244))
        pen = _Pen(picture)
        pen.write("heading", shop if page == 0 else f"{shop}, page {page + 1}", 70, 80, 40)
        pen.write("number", f"Bill no. {number}", 70, 150, 22)
        if page == 0:
            day = f"{chance.randint(1, 28):02}.{chance.randint(1, 12):02}.2026"
            pen.write("date", day, 600, 150, 22)
        pen.rule(200)
        for place in range(chance.randint(4, 6)):
            y = 240 + place * 62
            price = chance.randint(100, 9900)
            total += price
            ends = pen.write("item", chance.choice(_GOODS), 70, y, 22), pen.write("amount", _money(price), 640, y, 22)
            pen.paper.rows.append(list(ends))
        if page == pages - 1:
            pen.rule(720)
            pen.write("total", f"Total {_money(total)}", 540, 750, 28)
            pen.stamp(180, 880)
        papers.append(pen.finished(chance))
    return papers


def _money(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02} EUR"


class _Pen:
    def __init__(self, picture: Image.Image) -> None:
        self.paper = Paper(b"")
        self._picture = picture
        self._draw = ImageDraw.Draw(picture)

    def write(self, label: str, text: str, x: float, y: float, size: int) -> int:
        """The line's place in the paper."""
        font = ImageFont.load_default(size)
        self._draw.text((x, y), text, fill=_INK, font=font)
        left, top, right, bottom = self._draw.textbbox((x, y), text, font=font)
        self.paper.lines.append(Line(label, text, left - 4, top - 4, right - left + 8, bottom - top + 8))
        return len(self.paper.lines) - 1

    def rule(self, y: float) -> None:
        self._draw.line((70, y, PAGE[0] - 70, y), fill=_FAINT, width=2)

    def stamp(self, x: float, y: float) -> None:
        self._draw.ellipse((x - 80, y - 80, x + 80, y + 80), outline=(176, 52, 48), width=6)
        self._draw.text((x - 46, y - 20), "PAID", fill=(176, 52, 48), font=ImageFont.load_default(36))
        self.paper.lines.append(Line("stamp", "", x - 84, y - 84, 168, 168))

    def finished(self, chance: random.Random) -> Paper:
        """As a scanner would have it: grains of dust, a little unsharp."""
        for _ in range(140):
            x, y = chance.uniform(0, PAGE[0]), chance.uniform(0, PAGE[1])
            self._draw.point((x, y), fill=_FAINT)
        out = io.BytesIO()
        self._picture.filter(ImageFilter.GaussianBlur(0.5)).save(out, "PNG")
        self.paper.content = out.getvalue()
        return self.paper

"""Simulated annotators: what somebody with known habits would answer on a photo whose truth is known.

    crew = parse_crew("honest:3,sloppy:1,spammer:1")
    answer = answer_as(crew[0], truth, size, labels, rng)

Pure: everything comes from the truth and the generator, so a crowd can be replayed. The habits are those that
quality control has to tell apart: noise on every edge, objects missed (small ones more often), boxes where nothing
is, labels confused, and the two ways of not doing the work (answering anything, and answering nothing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay.core.annotations.kind import Answer, MediaSize
from assay.core.errors import Invalid

CREW_MAX = 200


@dataclass(frozen=True)
class Habits:
    """``jitter``: spread of each edge, as a share of the object's size. ``miss``: chance to overlook an object of
    ordinary size. ``miss_small``: the same for those under a thousandth of the photo. ``extra``: how many boxes of
    nothing a photo gets on average. ``confuse``: chance of a wrong label. ``spam``: chance to not look at a photo at
    all; what then comes is nothing (``spam_empty`` of the time) or a few random boxes. ``only``: the share of objects,
    largest first, that a lazy one marks. ``favourite``: always the project's first label. ``grow``: how much wider and
    higher every box is drawn. ``seconds``: how long a photo takes, at least and for each mark."""

    name: str
    jitter: float = 0.02
    miss: float = 0.0
    miss_small: float = 0.0
    extra: float = 0.0
    confuse: float = 0.0
    spam: float = 0.0
    spam_empty: float = 0.3
    only: float = 1.0
    favourite: bool = False
    grow: float = 0.0
    seconds: tuple[float, float] = (6.0, 4.0)


HABITS = {
    habits.name: habits
    for habits in (
        Habits("expert", jitter=0.012, miss=0.01, miss_small=0.06, extra=0.02, confuse=0.005, seconds=(8.0, 5.0)),
        Habits("honest", jitter=0.03, miss=0.05, miss_small=0.2, extra=0.1, confuse=0.02),
        Habits("sloppy", jitter=0.08, miss=0.18, miss_small=0.45, extra=0.4, confuse=0.08, seconds=(4.0, 2.5)),
        Habits("lazy", jitter=0.05, miss=0.05, miss_small=0.3, only=0.5, confuse=0.03, seconds=(3.0, 2.0)),
        Habits("biased", jitter=0.035, miss=0.06, miss_small=0.2, favourite=True, grow=0.15),
        Habits("spammer", spam=1.0, seconds=(1.0, 0.4)),
    )
}


def parse_crew(text: str) -> tuple[Habits, ...]:
    """``honest:3,sloppy:1`` as so many annotators, in that order; a name without a number is one.

    Raises ``Invalid`` (field ``workers``) for unknown habits, wrong numbers, and nobody or a crowd.

    >>> [habits.name for habits in parse_crew("honest:2, spammer")]
    ['honest', 'honest', 'spammer']
    """
    crew: list[Habits] = []
    for part in text.split(","):
        name, colon, number = (piece.strip() for piece in part.partition(":"))
        if name not in HABITS:
            raise Invalid(f"nobody works like {name!r}; there are {', '.join(HABITS)}", "workers")
        if colon and not (number.isascii() and number.isdigit() and 1 <= int(number[:6]) <= CREW_MAX):
            raise Invalid(f"{name}:{number} is not a number from 1 to {CREW_MAX}", "workers")
        crew += [HABITS[name]] * (int(number) if colon else 1)
        if len(crew) > CREW_MAX:
            raise Invalid(f"at most {CREW_MAX} workers", "workers")
    return tuple(crew)


def answer_as(
    habits: Habits, truth: Answer, size: MediaSize, labels: Sequence[str], rng: np.random.Generator
) -> Answer:
    """What one annotator says of a photo. ``truth`` is an answer of the image kind, of which boxes, outlines, lines
    and points are copied with the annotator's faults; ``labels`` are the project's, at least one."""
    if rng.random() < habits.spam:
        return {"annotations": _numbered([] if rng.random() < habits.spam_empty else _anything(size, labels, rng))}
    seen = [mark for mark in truth.get("annotations", []) if rng.random() >= _miss_chance(habits, mark, size)]
    if habits.only < 1.0:
        seen = sorted(seen, key=_area, reverse=True)[: max(1, round(len(seen) * habits.only))]
    drawn = [_redrawn(habits, mark, size, labels, rng) for mark in seen]
    drawn += [_nothing_there(size, labels, rng) for _ in range(int(rng.poisson(habits.extra)))]
    answer: Answer = {"annotations": _numbered(drawn)}
    return {**answer, "attributes": truth["attributes"]} if truth.get("attributes") else answer


def seconds_spent(habits: Habits, answer: Answer, rng: np.random.Generator) -> float:
    """How long the annotator took over an answer, in seconds: log-normal around what their habits say."""
    base, each = habits.seconds
    return float((base + each * len(answer["annotations"])) * rng.lognormal(0.0, 0.25))


def _numbered(marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**mark, "id": f"r{number}"} for number, mark in enumerate(marks, start=1)]


def _extent(mark: dict[str, Any]) -> tuple[float, float, float, float]:
    """Left, top, width and height."""
    if mark["type"] == "box":
        return mark["x"], mark["y"], mark["width"], mark["height"]
    if mark["type"] == "point":
        return mark["x"], mark["y"], 0.0, 0.0
    points = np.asarray(mark["rings"][0] if mark["type"] == "polygon" else mark["points"], dtype=float)
    low, high = points.min(axis=0), points.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


def _area(mark: dict[str, Any]) -> float:
    _, _, width, height = _extent(mark)
    return width * height


def _miss_chance(habits: Habits, mark: dict[str, Any], size: MediaSize) -> float:
    small = mark["type"] in ("box", "polygon") and _area(mark) < 0.001 * size.width * size.height
    return habits.miss_small if small else habits.miss


def _redrawn(
    habits: Habits, mark: dict[str, Any], size: MediaSize, labels: Sequence[str], rng: np.random.Generator
) -> dict[str, Any]:
    """The same object by another hand."""
    label = mark["label"]
    if habits.favourite:
        label = labels[0]
    elif len(labels) > 1 and rng.random() < habits.confuse:
        others = [other for other in labels if other != label]
        label = others[int(rng.integers(len(others)))]
    left, top, width, height = _extent(mark)
    # Nobody is off by less than a pixel or so, however small the thing.
    spread_x, spread_y = (max(0.7, habits.jitter * side) for side in (width, height))
    kept = {name: mark[name] for name in ("rotation",) if name in mark}
    if label == mark["label"] and mark.get("attributes"):
        kept["attributes"] = mark["attributes"]
    if mark["type"] == "box":
        wider, higher = habits.grow * width / 2, habits.grow * height / 2
        x1, x2 = left - wider + rng.normal(0, spread_x), left + width + wider + rng.normal(0, spread_x)
        y1, y2 = top - higher + rng.normal(0, spread_y), top + height + higher + rng.normal(0, spread_y)
        # A turned box may well reach outside the photo before it is turned.
        box = _box(x1, y1, x2, y2, None if "rotation" in mark else size)
        return {"type": "box", "label": label, **box, **kept}
    if mark["type"] == "point":
        spread = max(1.0, habits.jitter * 100)
        x, y = _inside(mark["x"] + rng.normal(0, spread), mark["y"] + rng.normal(0, spread), size)
        return {"type": "point", "label": label, "x": x, "y": y, **kept}
    if mark["type"] == "polyline":
        return {"type": "polyline", "label": label, "points": _wobbled(mark["points"], spread_x, size, rng), **kept}
    # Vertices are many, so that each may stray less than the edge of a box.
    rings = [_wobbled(ring, min(spread_x, spread_y) / 2, size, rng) for ring in mark["rings"]]
    return {"type": "polygon", "label": label, "rings": rings, **kept}


def _wobbled(
    points: Sequence[Sequence[float]], spread: float, size: MediaSize, rng: np.random.Generator
) -> list[list[float]]:
    return [list(_inside(x + rng.normal(0, spread), y + rng.normal(0, spread), size)) for x, y in points]


def _inside(x: float, y: float, size: MediaSize) -> tuple[float, float]:
    return round(float(min(max(0.0, x), size.width)), 2), round(float(min(max(0.0, y), size.height)), 2)


def _box(x1: float, y1: float, x2: float, y2: float, size: MediaSize | None) -> dict[str, float]:
    """A box of at least two pixels a side from two corners in any order, within the photo where one is given."""
    left, right = sorted((x1, x2))
    top, bottom = sorted((y1, y2))
    if size is not None:
        left, top = min(max(0.0, left), size.width - 2.0), min(max(0.0, top), size.height - 2.0)
        right, bottom = min(right, float(size.width)), min(bottom, float(size.height))
    numbers = {"x": left, "y": top, "width": max(2.0, right - left), "height": max(2.0, bottom - top)}
    return {name: round(float(number), 2) for name, number in numbers.items()}


def _nothing_there(size: MediaSize, labels: Sequence[str], rng: np.random.Generator) -> dict[str, Any]:
    """A box of a likely size where there need be nothing."""
    width, height = size.width * rng.uniform(0.03, 0.15), size.height * rng.uniform(0.05, 0.25)
    x, y = rng.uniform(0, size.width - width), rng.uniform(0, size.height - height)
    label = labels[int(rng.integers(len(labels)))]
    return {"type": "box", "label": label, **_box(x, y, x + width, y + height, size)}


def _anything(size: MediaSize, labels: Sequence[str], rng: np.random.Generator) -> list[dict[str, Any]]:
    """One to four boxes of any size anywhere."""
    marks = []
    for _ in range(int(rng.integers(1, 5))):
        x, y = rng.uniform(0, size.width, 2), rng.uniform(0, size.height, 2)
        label = labels[int(rng.integers(len(labels)))]
        marks.append({"type": "box", "label": label, **_box(x[0], y[0], x[1], y[1], size)})
    return marks

"""Street photos for the demo, drawn by us, so that every box is known exactly and nobody's rights are touched.

    scenes = demo_scenes(24)                       # the same 24 on every machine
    truth = coco_truth(scenes)                     # what is on them, as COCO
    scenes[0].jpeg, scenes[0].answer()

A scene is a pure function of its number. People, dogs and cars stand nearer or farther, hide one another in part,
and are drawn from the back to the front, each also on a map of whose pixels are whose. What is known of an object
is read from that map: the box and outline of what can be *seen* of it, as an annotator would draw them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter
from scipy.ndimage import find_objects

from assay.cli.cars import CAR_BODIES, draw_car
from assay.cli.figures import Look, draw_dog, draw_person
from assay.cli.pens import SCALE, Pen
from assay.cli.scenery import HOURS, Hour, Street, draw_backdrop, draw_tree
from assay.core.annotations.kind import Answer
from assay.core.formats.shapes import ring_area, runs_to_rings

WIDTH, HEIGHT = 1280, 853
LABELS = ("person", "dog", "car")

# Less than this share of an object in sight, and an annotator could not be blamed for missing it: another scene is
# drawn in the place of one that holds such an object.
_SEEN_MIN = 0.5
_ATTEMPTS = 20
_OUTLINE_SLACK = 0.8
_SPECK = 4.0

Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class SceneObject:
    """``box`` is ``(x, y, width, height)`` in pixels around what is in sight; ``parts`` are outlines of it."""

    label: str
    box: tuple[float, float, float, float]
    parts: tuple[Ring, ...]


@dataclass(frozen=True)
class Scene:
    file_name: str
    width: int
    height: int
    jpeg: bytes
    objects: tuple[SceneObject, ...]

    def answer(self) -> Answer:
        """The truth as an answer of the image kind: a box for each object."""
        return {
            "annotations": [
                {
                    "type": "box",
                    "id": f"t{number}",
                    "label": thing.label,
                    "x": thing.box[0],
                    "y": thing.box[1],
                    "width": thing.box[2],
                    "height": thing.box[3],
                }
                for number, thing in enumerate(self.objects, start=1)
            ]
        }


def demo_scenes(count: int = 24) -> Iterator[Scene]:
    """The first ``count`` scenes, drawn as they are asked for (some 0.2 s each)."""
    return (draw_scene(number) for number in range(count))


def coco_truth(scenes: Sequence[Scene]) -> dict[str, Any]:
    """What is on the scenes, as a COCO object with boxes and outlines."""
    things = [(image, thing) for image, scene in enumerate(scenes, start=1) for thing in scene.objects]
    annotations: list[dict[str, Any]] = [
        {
            "id": number,
            "image_id": image,
            "category_id": LABELS.index(thing.label) + 1,
            "bbox": list(thing.box),
            "area": sum(ring_area(part) for part in thing.parts),
            "segmentation": [[coordinate for vertex in part for coordinate in vertex] for part in thing.parts],
            "iscrowd": 0,
        }
        for number, (image, thing) in enumerate(things, start=1)
    ]
    return {
        "info": {"description": "Assay demo streets, drawn by a program"},
        "images": [
            {"id": image, "file_name": scene.file_name, "width": scene.width, "height": scene.height}
            for image, scene in enumerate(scenes, start=1)
        ],
        "categories": [{"id": n, "name": label, "supercategory": ""} for n, label in enumerate(LABELS, start=1)],
        "annotations": annotations,
    }


def draw_scene(number: int) -> Scene:
    """Scene ``number``. The hour of the day goes round with the number; all else comes from a generator it seeds."""
    hour = HOURS[number % len(HOURS)]
    for attempt in range(_ATTEMPTS):
        rng = np.random.default_rng([2071, number, attempt])
        street = _street(rng)
        pen = Pen(WIDTH, HEIGHT)
        draw_backdrop(pen, street, hour, rng)
        places = _cast(street, rng)
        _draw_shadows(pen, street, hour, places, rng)
        labels: list[str] = []
        areas: list[float] = []
        for place in places:
            pen.thing = len(labels) + 1 if place.label else 0
            area = _draw(pen, place, street, hour, rng)
            if place.label:
                labels.append(place.label)
                areas.append(area)
        objects = _objects(pen.things(), labels, areas)
        if objects is not None:
            break
    else:
        raise AssertionError(f"scene {number} hides someone in each of {_ATTEMPTS} drawings")
    return Scene(f"street-{number + 1:03d}-{hour.name}.jpg", WIDTH, HEIGHT, _developed(pen.picture, hour, rng), objects)


def _street(rng: np.random.Generator) -> Street:
    horizon = float(rng.uniform(0.36, 0.43)) * HEIGHT
    return Street(
        width=WIDTH,
        height=HEIGHT,
        horizon=horizon,
        base=horizon + 0.115 * HEIGHT,
        kerb_far=horizon + 0.185 * HEIGHT,
        kerb_near=horizon + float(rng.uniform(0.385, 0.42)) * HEIGHT,
        camera_height=float(rng.uniform(2.25, 2.75)),
    )


def _draw(pen: Pen, place: _Place, street: Street, hour: Hour, rng: np.random.Generator) -> float:
    """Draws one of the cast; how many pixels it takes up before anyone nearer is drawn."""
    look = Look(hour.tint, hour.strength, hour.sky_low, street.distance(place.y), hour.lit)
    ppm = street.ppm(place.y)
    if place.label == "person":
        draw_person(pen, place.x, place.y, ppm, rng, look)
    elif place.label == "dog":
        draw_dog(pen, place.x, place.y, ppm, rng, look)
    elif place.label == "car":
        draw_car(pen, place.x, place.y, ppm, rng, look, place.body)
    else:
        draw_tree(pen, place.x, place.y, ppm, look, rng)
    if not pen.thing:
        return 0.0
    # Arms and tails reach beyond the room that a figure takes up.
    across, up = 2 * place.half_width + 0.5 * ppm, 1.3 * place.height
    return pen.area(place.x - across, place.y - up, place.x + across, place.y + 0.2 * place.height)


# Who stands where


@dataclass(frozen=True)
class _Place:
    label: str
    x: float
    y: float
    half_width: float
    height: float
    body: str = ""

    def hidden_by(self, nearer: _Place) -> float:
        """The share of this one's frame that lies behind the other's."""
        across = min(self.x + self.half_width, nearer.x + nearer.half_width) - max(
            self.x - self.half_width, nearer.x - nearer.half_width
        )
        down = min(self.y, nearer.y) - max(self.y - self.height, nearer.y - nearer.height)
        if across <= 0 or down <= 0:
            return 0.0
        return across * down / (2 * self.half_width * self.height)


# Half the width and the height of each kind in metres, as they take up room; cars by their bodies. No label is a tree.
_ROOM = {"person": (0.42, 1.75), "dog": (0.5, 0.85), "": (0.5, 4.5)}
_BODY_SHARES = {"hatchback": 0.28, "sedan": 0.27, "suv": 0.22, "pickup": 0.12, "van": 0.11}


def _cast(street: Street, rng: np.random.Generator) -> list[_Place]:
    """Who is on the street, from the back to the front. Nearer ones choose first; nobody stands where more of them
    or of another would be hidden than an annotator could make out."""
    lanes = street.kerb_near - street.kerb_far
    wishes: list[tuple[str, float, float]] = [
        *[("person", street.kerb_near + 0.05 * HEIGHT, HEIGHT * 0.985)] * int(rng.integers(1, 5)),
        *[("dog", street.kerb_near + 0.06 * HEIGHT, HEIGHT * 0.97)] * int(rng.integers(0, 3)),
        *[("car", street.kerb_far + 0.62 * lanes, street.kerb_near - 8)] * int(rng.integers(0, 3)),
        *[("car", street.kerb_far + 0.16 * lanes, street.kerb_far + 0.4 * lanes)] * int(rng.integers(0, 4)),
        *[("person", street.base + 10, street.kerb_far - 4)] * int(rng.integers(3, 8)),
        *[("dog", street.base + 14, street.kerb_far - 4)] * int(rng.integers(0, 3)),
        *[("", street.kerb_far - 9, street.kerb_far - 7)] * int(rng.integers(0, 4)),
    ]
    chosen: list[_Place] = []
    for label, low, high in wishes:
        for _ in range(20):
            y = float(rng.uniform(low, high))
            body = str(rng.choice(list(_BODY_SHARES), p=list(_BODY_SHARES.values()))) if label == "car" else ""
            half, tall = (metres * street.ppm(y) for metres in (CAR_BODIES[body] if body else _ROOM[label]))
            x = float(rng.uniform(half * 0.7, street.width - half * 0.7))
            place = _Place(label, x, y, half, tall, body)
            if all(_both_seen(place, other) for other in chosen):
                chosen.append(place)
                break
    return sorted(chosen, key=lambda place: place.y)


def _both_seen(one: _Place, other: _Place) -> bool:
    farther, nearer = (one, other) if one.y < other.y else (other, one)
    if abs(one.y - other.y) < 10 and one.label == other.label == "car":
        return farther.hidden_by(nearer) == 0
    return farther.hidden_by(nearer) <= (0.3 if farther.label else 0.8)


# Light


def _draw_shadows(pen: Pen, street: Street, hour: Hour, places: Sequence[_Place], rng: np.random.Generator) -> None:
    """Soft shadows on the ground, all before anyone stands on it."""
    small = 4
    size = (street.width // small, street.height // small)
    veil = Image.new("L", size)
    brush = ImageDraw.Draw(veil)
    slant = float(rng.uniform(-0.5, 0.5)) if hour.sun else 0.0
    for place in places:
        x, y, half = place.x / small, place.y / small, place.half_width / small
        flat = max(1.2, half * 0.16)
        brush.ellipse((x - half * 1.05, y - flat, x + half * 1.05, y + flat), fill=int(255 * hour.shadow))
        if hour.sun and place.label != "car":
            reach = place.height / small * slant
            end, deep = x + reach, y + abs(reach) * 0.12
            brush.polygon(
                [(x - half * 0.4, y), (x + half * 0.4, y), (end + half * 0.3, deep + 1), (end - half * 0.3, deep + 1)],
                fill=int(190 * hour.shadow),
            )
    # Only the ground takes shadows; leaving the sky out halves the work.
    top = int(street.base) // small
    soft = veil.filter(ImageFilter.GaussianBlur(1.6)).crop((0, top, *size))
    soft = soft.resize((soft.width * small * SCALE, soft.height * small * SCALE), Image.Resampling.BILINEAR)
    pen.picture.paste((24, 26, 44), (0, top * small * SCALE), mask=soft)


def _developed(picture: Image.Image, hour: Hour, rng: np.random.Generator) -> bytes:
    """The drawing as a camera would have it: shrunk, a little soft, graded, darker to the corners, with grain."""
    photo = picture.reduce(SCALE).filter(ImageFilter.GaussianBlur(0.45))
    pixels = np.asarray(photo, dtype=np.float32)
    height, width = pixels.shape[:2]
    y, x = np.linspace(-1, 1, height, dtype=np.float32)[:, None], np.linspace(-1, 1, width, dtype=np.float32)
    corner = 1 - 0.15 * np.clip(x * x * 0.6 + y * y * 0.6, 0, 1) ** 1.4
    grain = rng.standard_normal((height, width), dtype=np.float32) * (4.4 if hour.lit else 3.0)
    graded = pixels * corner[:, :, None]
    graded += grain[:, :, None]
    graded.clip(0, 255, out=graded)
    held = io.BytesIO()
    Image.fromarray(_TONES[graded.astype(np.uint8)]).save(held, "JPEG", quality=88)
    return held.getvalue()


# A gentle S for the tones, as film has it.
_LEVELS = np.arange(256) / 255
_TONES = (np.clip(_LEVELS - 0.045 * np.sin(_LEVELS * 2 * np.pi), 0, 1) * 255).round().astype(np.uint8)


# Truth


def _objects(
    things: npt.NDArray[np.uint8], labels: Sequence[str], areas: Sequence[float]
) -> tuple[SceneObject, ...] | None:
    """What is in sight of each of the cast, or None when there is too little of one. ``areas`` are their pixels were
    nobody before them."""
    found = []
    places = find_objects(things, max_label=len(labels))
    for number, (label, area, place) in enumerate(zip(labels, areas, places, strict=True), start=1):
        if place is None:
            return None
        crop = things[place] == number
        if np.count_nonzero(crop) < _SEEN_MIN * area:
            return None
        top, left = place[0].start, place[1].start
        box = (float(left), float(top), float(crop.shape[1]), float(crop.shape[0]))
        found.append(SceneObject(label, box, _parts(crop, left, top)))
    return tuple(found)


def _parts(mask: npt.NDArray[np.bool_], left: int, top: int) -> tuple[Ring, ...]:
    """Outlines of a mask's parts, with the steps of its pixels taken out; specks and holes are left away."""
    height, width = mask.shape
    flat = np.concatenate([[False], mask.T.ravel(), [False]])
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    runs = np.diff(np.concatenate([[0], edges, [height * width]])).tolist()
    outlines = [rings[0] for rings in runs_to_rings(runs, width, height, 100_000)]
    large = [ring for ring in outlines if ring_area(ring) >= _SPECK]
    return tuple([(x + left, y + top) for x, y in _simpler(ring)] for ring in large)


def _simpler(ring: Ring) -> Ring:
    """The fewest of its vertices that stay within ``_OUTLINE_SLACK`` pixels (Douglas and Peucker, 1973)."""
    points = np.array(ring, dtype=float)
    far = int(np.argmax(np.hypot(*(points - points[0]).T)))
    kept = {0, far}
    stack = [(0, far), (far, len(points))]
    closed = np.vstack([points, points[:1]])
    while stack:
        start, end = stack.pop()
        if end - start < 2:
            continue
        a, b = closed[start], closed[end]
        along = b - a
        length = float(np.hypot(*along)) or 1.0
        between = closed[start + 1 : end] - a
        away = np.abs(along[0] * between[:, 1] - along[1] * between[:, 0]) / length
        worst = int(np.argmax(away))
        if away[worst] > _OUTLINE_SLACK:
            middle = start + 1 + worst
            kept.add(middle)
            stack += [(start, middle), (middle, end)]
    return [ring[place] for place in sorted(kept)]

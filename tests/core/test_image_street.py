"""Merging on real photos: five simulated annotators against the ground truth.

The annotators jitter, miss, invent and mislabel, each at rates of their own; the fifth is a spammer. F1 is counted
here with pycocotools' box overlap and scipy's assignment, not with the code under test.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from scipy.optimize import linear_sum_assignment

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Answer, MergeOptions, Voice
from assay.quality.geometry import regions
from assay.quality.geometry.curves import resample

STREET = Path(__file__).parents[3] / "shared/data/street/coco/instances_street_dev.json"
pytestmark = pytest.mark.skipif(not STREET.exists(), reason=f"the street photos are not at {STREET}")
IMAGE = kind_named("image")


@dataclass(frozen=True)
class Photo:
    width: int
    height: int
    labels: list[str]
    boxes: np.ndarray[Any, Any]  # (n, 4) x, y, width, height


@dataclass(frozen=True)
class Habits:
    """Jitter as a share of the object's size; the others are rates per object."""

    jitter: float
    misses: float
    inventions: float
    mistakes: float


CREW = (
    Habits(0.03, 0.06, 0.05, 0.03),
    Habits(0.05, 0.10, 0.08, 0.05),
    Habits(0.06, 0.12, 0.10, 0.06),
    Habits(0.08, 0.15, 0.15, 0.10),
)


def street() -> tuple[list[Photo], list[str]]:
    document = json.loads(STREET.read_text())
    names = {category["id"]: category["name"] for category in document["categories"]}
    photos = []
    for image in document["images"]:
        rows = [row for row in document["annotations"] if row["image_id"] == image["id"] and not row["iscrowd"]]
        boxes = np.array([row["bbox"] for row in rows], dtype=np.float64).reshape(-1, 4)
        photos.append(Photo(image["width"], image["height"], [names[row["category_id"]] for row in rows], boxes))
    return photos, sorted({label for photo in photos for label in photo.labels})


def annotate(rng: np.random.Generator, photo: Photo, habits: Habits, names: Sequence[str]) -> Answer:
    marks = []
    for label, (x, y, width, height) in zip(photo.labels, photo.boxes, strict=True):
        if rng.random() < habits.misses:
            continue
        if rng.random() < habits.mistakes:
            label = str(rng.choice(names))
        error = rng.normal(0, 1, 4) * np.maximum(habits.jitter * np.array([width, height, width, height]), 0.7)
        marks.append((label, np.array([x, y, x + width, y + height]) + error))
    invented = rng.poisson(habits.inventions * max(len(photo.labels), 1))
    marks += [anything(rng, photo, names) for _ in range(invented)]
    return as_answer(marks, photo)


def spam(rng: np.random.Generator, photo: Photo, names: Sequence[str]) -> Answer:
    return as_answer([anything(rng, photo, names) for _ in range(rng.integers(1, 8))], photo)


def anything(rng: np.random.Generator, photo: Photo, names: Sequence[str]) -> tuple[str, Any]:
    size = rng.uniform(0.05, 0.5, 2) * [photo.width, photo.height]
    corner = rng.uniform(0, 1, 2) * ([photo.width, photo.height] - size)
    return str(rng.choice(names)), np.concatenate([corner, corner + size])


def as_answer(marks: Sequence[tuple[str, Any]], photo: Photo) -> Answer:
    rows = []
    for number, (label, edges) in enumerate(marks):
        left, top, right, bottom = np.clip(edges, 0, [photo.width, photo.height] * 2).tolist()
        if right - left >= 1 and bottom - top >= 1:
            row = {"x": left, "y": top, "width": right - left, "height": bottom - top}
            rows.append({"type": "box", "id": str(number), "label": label} | row)
    return {"annotations": rows}


def f1(answers: Sequence[Answer], photos: Sequence[Photo], iou_min: float) -> float:
    found = marked = 0
    for given, photo in zip(answers, photos, strict=True):
        rows = given.get("annotations", [])
        marked += len(rows) + len(photo.labels)
        if not rows or not photo.labels:
            continue
        boxes = np.array([[row["x"], row["y"], row["width"], row["height"]] for row in rows])
        overlap = coco_mask.iou(boxes, photo.boxes, np.zeros(len(photo.boxes)))
        same = np.array([[row["label"] == label for label in photo.labels] for row in rows])
        hits = (overlap >= iou_min) & same
        found += int(hits[linear_sum_assignment(hits, maximize=True)].sum())
    return 2 * found / marked


def crew_answers(seed: int, photos: Sequence[Photo], names: Sequence[str]) -> list[list[Answer]]:
    rng = np.random.default_rng(seed)
    everyone = [[annotate(rng, photo, habits, names) for photo in photos] for habits in CREW]
    return [*everyone, [spam(rng, photo, names) for photo in photos]]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_merged_answer_is_clearly_better_than_the_best_annotator(seed: int) -> None:
    photos, names = street()
    everyone = crew_answers(seed, photos, names)

    merged = [
        IMAGE.merge([Voice(str(index), given) for index, given in enumerate(voices)], MergeOptions()).answer
        for voices in zip(*everyone, strict=True)
    ]

    for iou_min, gain in ((0.5, 0.025), (0.75, 0.05)):
        best = max(f1(answers, photos, iou_min) for answers in everyone)
        assert f1(merged, photos, iou_min) >= best + gain


def test_knowing_whom_to_trust_makes_it_better_still() -> None:
    photos, names = street()
    everyone = crew_answers(3, photos, names)

    def merged(weights: Sequence[float]) -> list[Answer]:
        return [
            IMAGE.merge(
                [Voice(str(index), *pair) for index, pair in enumerate(zip(voices, weights, strict=True))],
                MergeOptions(),
            ).answer
            for voices in zip(*everyone, strict=True)
        ]

    equal, weighted = merged([1.0] * 5), merged([1.0, 0.9, 0.8, 0.6, 0.05])

    assert f1(weighted, photos, 0.5) > f1(equal, photos, 0.5)
    assert f1(weighted, photos, 0.75) > f1(equal, photos, 0.75)


def test_objects_are_right_about_as_often_as_their_confidence_says_or_more() -> None:
    photos, names = street()
    sure: list[tuple[float, bool]] = []
    for voices, photo in zip(zip(*crew_answers(4, photos, names), strict=True), photos, strict=True):
        merged = IMAGE.merge([Voice(str(index), given) for index, given in enumerate(voices)], MergeOptions())
        rows = {row["id"]: row for row in merged.answer.get("annotations", [])}
        for thing in merged.objects:
            if thing.kept:
                row = rows[thing.annotation_id]
                box = np.array([[row["x"], row["y"], row["width"], row["height"]]])
                overlap = coco_mask.iou(box, photo.boxes, np.zeros(len(photo.boxes)))[0]
                right = any(o >= 0.5 and row["label"] == label for o, label in zip(overlap, photo.labels, strict=True))
                sure.append((thing.confidence, right))

    for low, high in ((0.4, 0.7), (0.7, 0.9), (0.9, 1.0)):
        inside = [pair for pair in sure if low <= pair[0] < high]
        assert np.mean([right for _, right in inside]) >= np.mean([confidence for confidence, _ in inside]) - 0.05


def test_merged_outlines_fit_the_truth_better_than_a_typical_annotator() -> None:
    rng = np.random.default_rng(5)
    document = json.loads(STREET.read_text())
    outlines = [
        np.array(row["segmentation"][0], dtype=np.float64).reshape(-1, 2)
        for row in document["annotations"]
        if isinstance(row["segmentation"], list) and len(row["segmentation"]) == 1 and min(row["bbox"][2:]) > 30
    ][:12]

    def redraw(outline: Any) -> Any:
        """New vertices along the outline, each a little off, the whole a little shifted."""
        size = float(np.ptp(outline, axis=0).mean())
        around = resample(np.concatenate([outline, outline[:1]]), int(len(outline) * rng.uniform(0.7, 1.3)) + 4)[:-1]
        return around + rng.normal(0, 0.015 * size, around.shape) + rng.normal(0, 0.02 * size, 2)

    gains = []
    for outline in outlines:
        drawn = [redraw(outline) for _ in range(5)]
        voices = [
            Voice(str(index), {"annotations": [{"type": "polygon", "id": "a", "label": "x", "rings": [ring.tolist()]}]})
            for index, ring in enumerate(drawn)
        ]
        (row,) = IMAGE.merge(voices, MergeOptions(iou_min=0.3)).answer["annotations"]
        truth = regions.region([outline])
        fused = regions.iou(regions.region([np.array(ring) for ring in row["rings"]]), truth)
        gains.append(fused - float(np.mean([regions.iou(regions.region([ring]), truth) for ring in drawn])))

    assert np.mean(gains) > 0.03

"""How fast five people's boxes on one photo become one answer, against the obvious loop.

The peer does for each photo what a first version would: shapely polygons, the overlap of every box with every box of
each other annotator, scipy's assignment for each pair of annotators, and the plain mean of the boxes matched to the
first annotator's. We do more (labels, votes over all annotators at once, robust means, confidences, agreement), from
JSON-like answers to a JSON-like answer. Both run in turns on the same photos, so that a busy machine slows both.

    python bench/merge_boxes.py
"""

from __future__ import annotations

import json
import sys
from itertools import combinations
from time import process_time

import numpy as np
import shapely
from scipy.optimize import linear_sum_assignment

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Answer, MergeOptions, Voice

ANNOTATORS = 5
BOXES = 10
PHOTOS = 40
ROUNDS = 5


def photo(rng: np.random.Generator) -> list[Answer]:
    """Boxes of all sizes, some overlapping; each annotator is a little off, and now and then misses one."""
    size = rng.uniform(30, 160, (BOXES, 2))
    corner = rng.uniform(0, 1, (BOXES, 2)) * ([1280, 960] - size)
    truth = np.concatenate([corner, size], axis=1)
    labels = rng.choice(["person", "car", "dog"], BOXES)
    answers: list[Answer] = []
    for _ in range(ANNOTATORS):
        drawn = truth + rng.normal(0, 2.5, truth.shape)
        rows = [
            {"type": "box", "id": str(n), "label": str(label), "x": x, "y": y, "width": width, "height": height}
            for n, (label, (x, y, width, height)) in enumerate(zip(labels, drawn.tolist(), strict=True))
            if rng.random() > 0.05
        ]
        answers.append({"annotations": rows})
    return answers


def obvious(answers: list[Answer]) -> list[list[float]]:
    shapes = [
        [shapely.box(r["x"], r["y"], r["x"] + r["width"], r["y"] + r["height"]) for r in answer["annotations"]]
        for answer in answers
    ]
    matched: list[list[tuple[float, ...]]] = [[shape.bounds] for shape in shapes[0]]
    for left, right in combinations(range(len(answers)), 2):
        overlap = np.zeros((len(shapes[left]), len(shapes[right])))
        for i, a in enumerate(shapes[left]):
            for j, b in enumerate(shapes[right]):
                both = a.intersection(b).area
                overlap[i, j] = both / (a.area + b.area - both)
        for i, j in zip(*linear_sum_assignment(overlap, maximize=True), strict=True):
            if left == 0 and overlap[i, j] >= 0.5:
                matched[i].append(shapes[right][j].bounds)
    return [np.mean(group, axis=0).tolist() for group in matched if 2 * len(group) > len(answers)]


def main() -> None:
    rng = np.random.default_rng(0)
    photos = [photo(rng) for _ in range(PHOTOS)]
    kind, options = kind_named("image"), MergeOptions()
    voices = [[Voice(str(n), answer) for n, answer in enumerate(answers)] for answers in photos]
    kept = sum(len(kind.merge(each, options).answer["annotations"]) for each in voices)
    kept_peer = sum(len(obvious(each)) for each in photos)

    ours, peer = [], []
    for _ in range(ROUNDS):
        started = process_time()
        for each in voices:
            kind.merge(each, options)
        ours.append((process_time() - started) / PHOTOS)
        started = process_time()
        for answers in photos:
            obvious(answers)
        peer.append((process_time() - started) / PHOTOS)
    seconds, peer_seconds = min(ours), min(peer)
    result = {
        "annotators": ANNOTATORS,
        "boxes": BOXES,
        "ms_per_photo": round(seconds * 1e3, 3),
        "peer_ms_per_photo": round(peer_seconds * 1e3, 3),
        "ratio": round(peer_seconds / seconds, 2),
        "boxes_kept": kept,
        "peer_boxes_kept": kept_peer,
        "minutes_per_100000_photos": round(seconds * 100_000 / 60, 2),
    }
    if "--json" in sys.argv:
        print(json.dumps(result))
        return
    print(f"merge of {ANNOTATORS} x {BOXES} boxes: {result['ms_per_photo']} ms of CPU a photo, {kept} boxes kept")
    print(f"shapely loop with assignment:   {result['peer_ms_per_photo']} ms, {kept_peer} boxes kept")
    print(f"ratio {result['ratio']} times as fast; 100,000 photos in {result['minutes_per_100000_photos']} minutes")


if __name__ == "__main__":
    main()

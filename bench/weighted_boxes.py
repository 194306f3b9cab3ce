"""Weighted boxes fusion of five models' boxes, against the package ensemble-boxes: equal results, and how much faster.

The peer does a sample of the images one after the other, as its interface wants; ours does all of them in one call.
Results are compared box by box on the sample, for every way of making one score of several.

    python bench/weighted_boxes.py [--images 2000] [--sample 60] [--json]
"""

from __future__ import annotations

import argparse
import json
from time import process_time

import numpy as np

from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.weighted_boxes import CONFIDENCES, Detections, weighted_boxes_fusion
from peer import run_peer

MODELS = 5
OBJECTS = 40
WEIGHTS = [2.0, 1.0, 1.0, 0.5, 1.5]
AIM = 50


def detections(images: int, seed: int) -> tuple[IntArray, IntArray, IntArray, FloatArray, FloatArray]:
    """Objects of three labels that most models see, with jitter, and boxes of nothing with low scores."""
    rng = np.random.default_rng(seed)
    size = rng.uniform(0.03, 0.25, (images, 1, OBJECTS, 2))
    corner = rng.uniform(0, 1, size.shape) * (1 - size)
    boxes = np.concatenate([corner, corner + size], axis=3) + rng.normal(0, 0.006, (images, MODELS, OBJECTS, 4))
    shape = boxes.shape[:3]
    nothing = rng.random(shape) < 0.15
    boxes[nothing] = np.concatenate([c := rng.uniform(0, 0.8, (nothing.sum(), 2)), c + 0.1], axis=1)
    boxes[..., 2:] = np.maximum(boxes[..., 2:], boxes[..., :2] + 0.01)
    score = np.where(nothing, rng.uniform(0.02, 0.4, shape), rng.uniform(0.3, 1.0, shape))
    label = np.broadcast_to(rng.integers(0, 3, (images, 1, OBJECTS)), shape)
    there = rng.random(shape) > 0.15
    image = np.broadcast_to(np.arange(images)[:, None, None], shape)
    model = np.broadcast_to(np.arange(MODELS)[:, None], shape)
    return image[there], model[there], label[there], boxes.clip(0, 1)[there], score[there]


def difference(ours: Detections, theirs: list[list[list[float]]]) -> float:
    """The largest between boxes or between scores, image by image; infinite where numbers or labels differ."""
    worst = 0.0
    for number, (boxes, scores, labels) in enumerate(theirs):
        rows = np.flatnonzero(ours.image == number)
        if len(rows) != len(scores) or sorted(ours.label[rows]) != sorted(labels):
            return float("inf")
        worst = max(worst, float(np.abs(ours.score[rows] - scores).max()))
        # Equal scores come in any order there: each box is looked for among all.
        apart = np.abs(ours.boxes[rows][:, None] - np.array(boxes)[None]).max(axis=2)
        apart[ours.label[rows][:, None] != np.array(labels)] = np.inf
        worst = max(worst, float(apart.min(axis=1).max()))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    cpu = process_time()
    weighted_boxes_fusion(*detections(2, 1))
    compiled = process_time() - cpu
    image, model, label, boxes, score = detections(options.images, 0)
    few = image < options.sample
    settings = {"iou_min": 0.55, "score_min": 0.05}
    arrays = {"image": image, "model": model, "label": label, "boxes": boxes, "score": score}
    sample = {name: values[few] for name, values in arrays.items()}
    request = {"images": options.sample, "weights": WEIGHTS, "confidences": CONFIDENCES, **settings}
    peer = run_peer("ensemble_boxes_wbf", sample | request)
    worst, seconds, peer_seconds = 0.0, 0.0, 0.0
    for confidence in CONFIDENCES:
        cpu = process_time()
        found = weighted_boxes_fusion(**arrays, weights=WEIGHTS, confidence=confidence, **settings)  # type: ignore[arg-type]
        seconds += (process_time() - cpu) / options.images
        peer_seconds += peer["seconds"][confidence][0] / options.sample
        worst = max(worst, difference(found, peer["found"][confidence]))
    result = {
        "images": options.images,
        "boxes_per_image": round(len(image) / options.images),
        "microseconds_per_image": round(seconds / len(CONFIDENCES) * 1e6, 1),
        "peer_microseconds_per_image": round(peer_seconds / len(CONFIDENCES) * 1e6, 1),
        "ratio": round(peer_seconds / seconds, 1),
        "difference_max": worst,
        "first_call_cpu_seconds": round(compiled, 2),
        "aim": AIM,
    }
    if options.json:
        print(json.dumps(result))
        return
    each = result["microseconds_per_image"]
    print(f"{options.images:,} images of {result['boxes_per_image']} boxes: {each} us of CPU each")
    print(f"ensemble-boxes: {result['peer_microseconds_per_image']} us; largest difference {worst:.1e}")
    print(f"ratio {result['ratio']} (aim {AIM})")


if __name__ == "__main__":
    main()

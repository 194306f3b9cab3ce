"""How fast the boxes of five annotators on 100,000 photos become one answer each, against a shapely loop.

The peer (``peers/shapely_boxes.py``) does what a first version would, on a sample of the photos; its time is scaled to
all of them. Ours does all of them in one call on flat arrays, and more besides: labels, votes over all annotators at
once, robust means, confidences. Both on one core.

    python bench/fuse_boxes.py [--images 100000] [--sample 150] [--json]
"""

from __future__ import annotations

import argparse
import json
import resource
from time import perf_counter, process_time

import numpy as np

from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.consensus import merge_boxes
from peer import run_peer

ANNOTATORS = 5
BOXES = 10
AIM = 50


def photos(images: int, seed: int) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Boxes of all sizes, some overlapping; each annotator is a little off, misses one in twenty, mistakes labels."""
    rng = np.random.default_rng(seed)
    size = rng.uniform(30, 160, (images, 1, BOXES, 2))
    corner = rng.uniform(0, 1, size.shape) * ([1280, 960] - size)
    drawn = np.concatenate([corner, corner + size], axis=3) + rng.normal(0, 2.5, (images, ANNOTATORS, BOXES, 4))
    label = np.broadcast_to(rng.integers(0, 3, (images, 1, BOXES)), drawn.shape[:3]).copy()
    label[rng.random(label.shape) < 0.03] = 0
    there = rng.random(label.shape) > 0.05
    image = np.broadcast_to(np.arange(images)[:, None, None], label.shape)
    annotator = np.broadcast_to(np.arange(ANNOTATORS)[:, None], label.shape)
    return image[there], annotator[there], label[there], drawn[there]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=150)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    cpu = process_time()
    merge_boxes(*photos(100, 1))
    compiled = process_time() - cpu
    image, annotator, label, boxes = photos(options.images, 0)
    few = image < options.sample
    peer = run_peer(
        "shapely_boxes", {"image": image[few], "annotator": annotator[few], "boxes": boxes[few], "iou_min": 0.5}
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = perf_counter(), process_time()
    found = merge_boxes(image, annotator, label, boxes)
    cpu, wall = process_time() - cpu, perf_counter() - wall
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    raw = (image.nbytes + annotator.nbytes + label.nbytes + boxes.nbytes) / 2**20
    result = {
        "images": options.images,
        "marks": len(image),
        "objects_kept": int(found.kept.sum()),
        "peer_kept_per_image": round(peer["kept"] / peer["photos"], 3),
        "kept_per_image": round(float(found.kept.sum()) / options.images, 3),
        "cpu_seconds": round(cpu, 3),
        "wall_seconds": round(wall, 3),
        "first_call_cpu_seconds": round(compiled, 3),
        "peer_cpu_seconds_scaled": round(peer["cpu_seconds"] / peer["photos"] * options.images, 1),
        "ratio": round(peer["cpu_seconds"] / peer["photos"] * options.images / cpu, 1),
        "memory_grown_mib": round(grown),
        "marks_mib": round(raw),
        "aim": AIM,
    }
    if options.json:
        print(json.dumps(result))
        return
    kept = result["objects_kept"]
    print(f"{options.images:,} photos, {len(image):,} boxes: {cpu:.2f} s of CPU ({wall:.2f} s), {kept:,} kept")
    print(f"shapely loop on {peer['photos']} photos, scaled: {result['peer_cpu_seconds_scaled']:,} s")
    print(f"ratio {result['ratio']} (aim {AIM}); the first call compiled for {compiled:.1f} s of CPU")
    print(f"memory grew by {grown:.0f} MiB over {raw:.0f} MiB of marks")


if __name__ == "__main__":
    main()

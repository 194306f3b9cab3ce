"""The obvious loop over photos: shapely polygons, all overlaps of two annotators, scipy's assignment, plain means.

Marks that the first annotator lacks are grouped by nobody here, and labels count for nothing: less than we do.
"""

from __future__ import annotations

import json
import sys
from itertools import combinations
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import shapely
from scipy.optimize import linear_sum_assignment


def merge(photo: list[list[list[float]]], annotators: int, iou_min: float) -> list[Any]:
    """``photo``: for each annotator n rows of 4; returns the fused boxes that most annotators have."""
    shapes = [[shapely.box(*row) for row in boxes] for boxes in photo]
    matched = [[shape.bounds] for shape in shapes[0]]
    for left, right in combinations(range(len(photo)), 2):
        overlap = np.zeros((len(shapes[left]), len(shapes[right])))
        for i, one in enumerate(shapes[left]):
            for j, other in enumerate(shapes[right]):
                both = one.intersection(other).area
                overlap[i, j] = both / (one.area + other.area - both)
        for i, j in zip(*linear_sum_assignment(overlap, maximize=True), strict=True):
            if left == 0 and overlap[i, j] >= iou_min:
                matched[i].append(shapes[right][j].bounds)
    return [np.mean(group, axis=0) for group in matched if 2 * len(group) > annotators]


def main() -> None:
    request = json.loads(Path(sys.argv[1]).read_text())
    arrays = np.load(request["arrays"])
    image, annotator, boxes = arrays["image"], arrays["annotator"], arrays["boxes"]
    people = int(annotator.max()) + 1
    photos = [
        [boxes[(image == number) & (annotator == who)].tolist() for who in range(people)] for number in np.unique(image)
    ]
    merge(photos[0], people, request["iou_min"])
    wall, cpu = perf_counter(), process_time()
    found = [merge(photo, people, request["iou_min"]) for photo in photos]
    cpu, wall = process_time() - cpu, perf_counter() - wall
    print(json.dumps({"cpu_seconds": cpu, "wall_seconds": wall, "photos": len(photos), "kept": sum(map(len, found))}))


if __name__ == "__main__":
    main()

"""Overlap of cuboids the obvious way: two shapely polygons and one intersection a pair."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import shapely


def base(row: list[float]) -> Any:
    x, y, _, length, width, _, yaw = row
    cosine, sine = math.cos(yaw), math.sin(yaw)
    arms = ((-length, -width), (length, -width), (length, width), (-length, width))
    return shapely.Polygon([(x + (a * cosine - b * sine) / 2, y + (a * sine + b * cosine) / 2) for a, b in arms])


def overlap(left: list[float], right: list[float]) -> tuple[float, float]:
    one, other = base(left), base(right)
    both = one.intersection(other).area
    top, bottom = (
        min(left[2] + left[5] / 2, right[2] + right[5] / 2),
        max(left[2] - left[5] / 2, right[2] - right[5] / 2),
    )
    volume = both * max(top - bottom, 0.0)
    together = left[3] * left[4] * left[5] + right[3] * right[4] * right[5] - volume
    return both / (one.area + other.area - both), volume / together


def main() -> None:
    arrays = np.load(json.loads(Path(sys.argv[1]).read_text())["arrays"])
    pairs = list(zip(arrays["left"].tolist(), arrays["right"].tolist(), strict=True))
    overlap(*pairs[0])
    wall, cpu = perf_counter(), process_time()
    found = [overlap(left, right) for left, right in pairs]
    cpu, wall = process_time() - cpu, perf_counter() - wall
    ground, volume = zip(*found, strict=True)
    print(json.dumps({"cpu_seconds": cpu, "wall_seconds": wall, "ground": ground, "volume": volume}))


if __name__ == "__main__":
    main()

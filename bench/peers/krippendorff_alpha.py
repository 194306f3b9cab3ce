"""Krippendorff's alpha by the `krippendorff` package, run in an interpreter of its own (the package is GPL).

Request: ``distances`` (names), ``repeats``, and arrays ``counts`` (units, classes) and ``ratings`` (raters, units) with
NaN. Answer: by distance, alpha, and the least CPU and wall seconds from counts and from ratings.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from time import perf_counter, process_time

import krippendorff  # type: ignore[import-not-found]
import numpy as np


def timed(call: Callable[[], float], repeats: int) -> dict[str, float]:
    cpu, wall = [], []
    value = 0.0
    for _ in range(repeats):
        began, seen = process_time(), perf_counter()
        value = call()
        cpu.append(process_time() - began)
        wall.append(perf_counter() - seen)
    return {"value": float(value), "cpu_seconds": min(cpu), "wall_seconds": min(wall)}


def main() -> None:
    with open(sys.argv[1]) as file:
        request = json.load(file)
    arrays = np.load(request["arrays"])
    counts, ratings = arrays["counts"], arrays["ratings"]
    answer: dict[str, object] = {"version": version("krippendorff")}
    for distance in request["distances"]:
        by = partial(krippendorff.alpha, level_of_measurement=distance)
        answer[distance] = {
            "counts": timed(partial(by, value_counts=counts), request["repeats"]),
            "ratings": timed(partial(by, reliability_data=ratings), request["repeats"]),
        }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()

"""How fast Krippendorff's alpha is, with and without 1,000 bootstrap rounds, against the `krippendorff` package.

A million units, five people, four classes; CPU seconds, the least of a few runs of each, on the same answers. The peer
runs as a program of its own (it is GPL). It takes a matrix of counts or of ratings; we take those too, and votes.

    python bench/agreement_speed.py [UNITS]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

import numpy as np

from assay.quality.agreement import Patterns, krippendorff_alpha
from assay.quality.votes import Votes
from peer import run_peer

DISTANCES = ("nominal", "ordinal", "interval")
PEOPLE, CLASSES, REPEATS = 5, 4, 5
ROUNDS = 1_000


def answers(units: int) -> Any:
    """What each person says of each unit (units, people): right seven times in ten."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, CLASSES, units)
    knows = rng.random((units, PEOPLE)) < 0.7
    return np.where(knows, truth[:, None], rng.integers(0, CLASSES, (units, PEOPLE))).astype(np.int32)


def least(call: Callable[[], Any]) -> tuple[Any, float]:
    made, seconds = None, []
    for _ in range(REPEATS):
        began = process_time()
        made = call()
        seconds.append(process_time() - began)
    return made, min(seconds)


def main() -> None:
    units = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    said = answers(units)
    counts = np.stack([(said == code).sum(axis=1) for code in range(CLASSES)], axis=1)
    ratings = np.ascontiguousarray(said.T, dtype=np.float64)
    votes = Votes.from_codes(np.repeat(np.arange(units), PEOPLE), np.tile(np.arange(PEOPLE), units), said.ravel())
    shapes: dict[str, Callable[[], Any]] = {
        "votes": lambda: votes,
        "counts": lambda: Patterns.from_counts(counts),
        "ratings": lambda: Patterns.from_ratings(ratings),
    }
    began = perf_counter()
    for shape in shapes.values():
        for distance in DISTANCES:
            krippendorff_alpha(shape(), distance, interval="bootstrap", rounds=2)
    print(f"first calls, with loading or compiling of kernels: {perf_counter() - began:.1f} s")

    peer = run_peer(
        "krippendorff_alpha",
        {"counts": counts, "ratings": ratings, "distances": list(DISTANCES), "repeats": REPEATS},
    )
    print(f"{units:,} units, {PEOPLE} people, {CLASSES} classes; krippendorff {peer['version']}; CPU milliseconds\n")
    print("distance  from      peer    ours   ratio   ours with 1,000 rounds   ratio to the peer's point estimate")
    for distance in DISTANCES:
        for name, shape in shapes.items():
            # From votes, against the peer's faster form.
            theirs = (
                min((peer[distance][form] for form in ("counts", "ratings")), key=lambda run: float(run["cpu_seconds"]))
                if name == "votes"
                else peer[distance][name]
            )
            alpha, point = least(lambda shape=shape, distance=distance: krippendorff_alpha(shape(), distance))  # type: ignore[misc]
            redrawn, rounds = least(
                lambda shape=shape, distance=distance: krippendorff_alpha(  # type: ignore[misc]
                    shape(), distance, interval="bootstrap", rounds=ROUNDS
                )
            )
            assert abs(alpha.value - theirs["value"]) < 1e-9, (alpha.value, theirs["value"])
            assert redrawn.low < alpha.value < redrawn.high
            spent = theirs["cpu_seconds"]
            print(
                f"{distance:9} {name:8} {1e3 * spent:6.0f} {1e3 * point:7.1f} {spent / point:6.1f}x"
                f" {1e3 * rounds:17.1f} {spent / rounds:25.1f}x"
            )


if __name__ == "__main__":
    main()

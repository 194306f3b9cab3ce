"""How fast overlaps of cuboids are computed, seen from above and in space, against a shapely loop.

Pairs overlap as two annotators' cuboids of one object do, which is the hard case: pairs far apart cost next to nothing.
The peer (``peers/shapely_cuboids.py``) does a sample of the pairs, and gives both overlaps from one intersection; ours
does all of them, each overlap in a call of its own, and the sum is compared.

    python bench/cuboid_overlap.py [--pairs 1000000] [--sample 20000] [--json]
"""

from __future__ import annotations

import argparse
import json
from time import process_time

import numpy as np

from assay.quality.geometry.arrays import FloatArray
from assay.quality.geometry.cuboids import cuboid_iou, ground_iou
from peer import run_peer

AIM = 40


def pairs(count: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Cars and people in a scan of 100 by 100 metres, and the same ones by somebody else."""
    rng = np.random.default_rng(seed)
    size = np.where(rng.random((count, 1)) < 0.6, [[4.5, 1.9, 1.6]], [[0.8, 0.7, 1.75]]) * rng.uniform(
        0.8, 1.2, (count, 3)
    )
    place = rng.uniform(-50, 50, (count, 3)) * [1, 1, 0.04]
    left = np.column_stack([place, size, rng.uniform(-np.pi, np.pi, count)])
    right = left.copy()
    right[:, :3] += rng.normal(0, 0.1, (count, 3)) * size
    right[:, 3:6] *= rng.uniform(0.9, 1.1, (count, 3))
    right[:, 6] += rng.normal(0, 0.1, count)
    return left, right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    left, right = pairs(options.pairs, 0)
    cpu = process_time()
    volume, ground = cuboid_iou(left[:100], right[:100]), ground_iou(left[:100], right[:100])
    compiled = process_time() - cpu
    peer = run_peer("shapely_cuboids", {"left": left[: options.sample], "right": right[: options.sample]})
    cpu = process_time()
    volume = cuboid_iou(left, right)
    volume_seconds = process_time() - cpu
    cpu = process_time()
    ground = ground_iou(left, right)
    ground_seconds = process_time() - cpu
    nanoseconds = (volume_seconds + ground_seconds) / options.pairs * 1e9
    peer_nanoseconds = peer["cpu_seconds"] / options.sample * 1e9
    difference = max(
        float(np.abs(volume[: options.sample] - peer["volume"]).max()),
        float(np.abs(ground[: options.sample] - peer["ground"]).max()),
    )
    result = {
        "pairs": options.pairs,
        "volume_ns_per_pair": round(volume_seconds / options.pairs * 1e9),
        "ground_ns_per_pair": round(ground_seconds / options.pairs * 1e9),
        "peer_ns_per_pair": round(peer_nanoseconds),
        "ratio": round(peer_nanoseconds / nanoseconds, 1),
        "ratio_volume_only": round(peer_nanoseconds / (volume_seconds / options.pairs * 1e9), 1),
        "difference_max": difference,
        "first_call_cpu_seconds": round(compiled, 2),
        "aim": AIM,
    }
    if options.json:
        print(json.dumps(result))
        return
    in_space, above = result["volume_ns_per_pair"], result["ground_ns_per_pair"]
    print(f"{options.pairs:,} pairs: {in_space} ns a pair in space, {above} seen from above")
    print(f"shapely loop: {result['peer_ns_per_pair']:,} ns a pair for both; largest difference {difference:.1e}")
    print(f"ratio {result['ratio']} for both, {result['ratio_volume_only']} for space alone (aim {AIM})")


if __name__ == "__main__":
    main()

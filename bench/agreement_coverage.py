"""How often the intervals of agreement hold the true value, in simulated crowds with gaps; they promise 95 of 100.

One to five people a unit, four classes of which one is half of all; each knows the class six times in ten, else picks
any. The true value is that of a million units.

    python bench/agreement_coverage.py [CROWDS]
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from assay.quality.agreement import fleiss_kappa, gwet_ac, krippendorff_alpha

COEFFICIENTS = (krippendorff_alpha, fleiss_kappa, gwet_ac)
ROUNDS = 500


def crowd(units: int, seed: int) -> Any:
    """Counts (units, 4)."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(4, units, p=[0.5, 0.25, 0.15, 0.1])
    said = np.where(rng.random((units, 5)) < 0.6, truth[:, None], rng.integers(0, 4, (units, 5)))
    asked = np.arange(5) < rng.integers(1, 6, units)[:, None]
    return np.stack([((said == code) & asked).sum(axis=1) for code in range(4)], axis=1)


def main() -> None:
    crowds = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    print(f"{crowds} crowds, {ROUNDS} rounds; the share of intervals that hold the truth, and their mean width\n")
    print("coefficient          units   analytic        bootstrap       bca")
    for measure in COEFFICIENTS:
        truth = measure(crowd(1_000_000, 2**32), interval="none").value
        for units in (15, 50, 200):
            drawn = [crowd(units, seed) for seed in range(crowds)]
            columns = []
            for kind in ("analytic", "bootstrap", "bca"):
                ends = [measure(counts, interval=kind, rounds=ROUNDS, seed=seed) for seed, counts in enumerate(drawn)]
                held = np.mean([one.low <= truth <= one.high for one in ends])
                columns.append(f"{held:.3f} ({np.mean([one.high - one.low for one in ends]):.3f})")
            print(f"{measure.__name__:20} {units:5}   {'   '.join(columns)}", flush=True)


if __name__ == "__main__":
    main()

"""How far a posterior claims more than it keeps, and what a tenth of the tasks as golds do about it.

For every recorded crowd with truths for at least 100 of its tasks, IBCC is fitted on three, five and all votes a task.
The expected calibration error (ten equal bins of confidence; Guo et al. 2017) is that of the posterior as it is,
tempered by the two that ``PosteriorPolicy`` takes when nothing is known, and tempered by what the golds say
(``fitted_temperature``); golds are not scored.

    python bench/tempering.py [--draws 5] [--crowds rte dog ...]
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
from numpy.typing import NDArray

from assay.quality import Golds, aggregate
from assay.quality.redundancy import fitted_temperature, tempered
from labels_saved import DATA, OTHER_KINDS, crowd

TRUTHS_MIN = 100
VOTES_MAX = 100_000


def calibration_error(posterior: NDArray[np.float64], truth: NDArray[np.int32]) -> float:
    sure, right = posterior.max(axis=1), posterior.argmax(axis=1) == truth
    place = np.minimum((sure * 10).astype(int), 9)
    gaps = [abs(float(right[place == k].mean() - sure[place == k].mean())) for k in np.unique(place).tolist()]
    return float(np.average(gaps, weights=np.unique(place, return_counts=True)[1]))


def errors(name: str, votes_each: int, draw: int) -> tuple[float, float, float]:
    votes, known = crowd(name)
    rng = np.random.default_rng(draw)
    order = np.lexsort((rng.random(len(votes)), votes.task))
    place = np.empty(len(votes), np.int64)
    place[order] = np.arange(len(votes)) - votes.start[votes.task]
    posterior = aggregate(votes.only(place < votes_each), "ibcc").posterior.astype(np.float64)
    truth = Golds.of(votes, known)
    turn = rng.permutation(len(truth))
    golds, rest = turn[: len(truth) // 10], turn[len(truth) // 10 :]
    temperature = fitted_temperature(posterior[truth.task[golds]], truth.label[golds])
    scored, answers = posterior[truth.task[rest]], truth.label[rest]
    return (
        calibration_error(scored, answers),
        calibration_error(tempered(scored, 2.0), answers),
        calibration_error(tempered(scored, temperature), answers),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--crowds", nargs="+", help="these only")
    asked = parser.parse_args()
    if not DATA.exists():
        print(f"the recorded crowds are not here: {DATA}")
        return 3
    names = asked.crowds or [path.name.split(".")[0] for path in sorted(DATA.glob("*.labels.parquet"))]
    names = [name for name in names if name not in OTHER_KINDS]
    names = [name for name in names if len(crowd(name)[1]) >= TRUTHS_MIN and len(crowd(name)[0]) <= VOTES_MAX]
    print(
        f"expected calibration error of IBCC, mean of {asked.draws} draws: as it is, tempered by 2, tempered by golds"
    )
    table = np.zeros((len(names), 3, 3))
    for row, name in enumerate(names):
        for column, each in enumerate((3, 5, 10_000)):
            table[row, column] = np.mean([errors(name, each, draw) for draw in range(asked.draws)], axis=0)
        print(f"{name:<12}" + "   ".join("{:.3f} {:.3f} {:.3f}".format(*cell) for cell in table[row]), flush=True)
    print(f"{'mean':<12}" + "   ".join("{:.3f} {:.3f} {:.3f}".format(*cell) for cell in table.mean(axis=0)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

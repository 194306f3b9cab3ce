"""What golds add to the choice of a method: rules of choice compared, on tasks that are no golds.

Golds are drawn from the known truths of each recorded crowd. As ``auto`` does, every method is fitted four times with a
quarter of the golds hidden, to see which of those it gets right; then each is fitted with all golds, and what a rule
chooses is scored on the rest of the known tasks, in per cent, ties in part. Crowds are left out where fewer than 50
tasks would be left to score.

    python bench/choose_by_golds.py [--sets rte,dog] [--draws 4] [--golds 30]   # Without --golds a tenth, 200 at most.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import numpy as np

from aggregate_accuracy import DATA, accuracy, crowd
from assay.quality import Auto, Golds
from assay.quality.aggregation import method_named
from assay.quality.aggregation.calibration import right_in_part
from assay.quality.arrays import Floats
from assay.quality.auto import chosen_by_golds, chosen_by_votes, joined
from assay.quality.reliability import trusted_workers

SETS = "temporal,face,ms,cf,cf_amt,rte,dog,sp_amt,zc_in,zc_us,possent,zc_all,product,sp"
Right = dict[str, Floats]


def best(right: Right, advised: str) -> str:  # noqa: ARG001
    return max(right, key=lambda name: round(float(right[name].mean()), 9))


def clear(right: Right, advised: str) -> str:
    name = best(right, advised)
    lead = right[name] - right[advised]
    return name if lead.mean() > 2 * lead.std() / np.sqrt(len(lead)) else advised


RULES: dict[str, Callable[[Right, str], str]] = {
    "majority": lambda right, advised: "majority",  # noqa: ARG005
    "votes' choice": lambda right, advised: advised,  # noqa: ARG005
    "clear leads": clear,
    "auto's rule": chosen_by_golds,
    "best on golds": best,
}


def one_draw(name: str, count: int, seed: int) -> list[float] | None:
    """Accuracy on the rest by rule, and last that of the method which turns out best."""
    votes, truth = crowd(name)
    known = np.flatnonzero(truth >= 0)
    count = count or min(len(known) // 10, 200)
    if count < 20 or len(known) - count < 50:
        return None
    drawn = np.sort(np.random.default_rng(seed).choice(known, count, replace=False)).astype(np.int32)
    golds, rest = Golds(drawn, truth[drawn]), truth.copy()
    rest[drawn] = -1
    kept = trusted_workers(votes, golds).keep(votes)
    advised, _ = chosen_by_votes(kept, golds)
    scores = Auto().scored(votes, golds, advised)
    right = {method: right_in_part(rows, golds.label) for method, rows in scores.items()}
    alone = [method for method in scores if " with " not in method]
    made = {method: method_named(method)().fit(votes if method == "majority" else kept, golds) for method in alone}
    posterior = {method: result.posterior for method, result in made.items()}
    posterior[joined(advised)] = np.mean([posterior[method] for method in advised], axis=0)
    final = {method: accuracy(rows, rest) for method, rows in posterior.items()}
    return [final[rule(right, joined(advised))] for rule in RULES.values()] + [max(final.values())]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", default=SETS)
    parser.add_argument("--draws", type=int, default=4)
    parser.add_argument("--golds", type=int, default=0)
    asked = parser.parse_args()
    if not DATA.exists():
        print(f"the recorded crowds are not here: {DATA}")
        return 3
    table = []
    print(f"| set | {' | '.join(RULES)} | in hindsight |\n|{'---|' * (len(RULES) + 2)}")
    for name in asked.sets.split(","):
        rows = [one_draw(name, asked.golds, 100 + draw) for draw in range(asked.draws)]
        whole = [row for row in rows if row is not None]
        if whole:
            table.append(np.mean(whole, axis=0))
            print(f"| {name} | " + " | ".join(f"{value:.2f}" for value in table[-1]) + " |", flush=True)
    print(f"| mean of {len(table)} | " + " | ".join(f"{value:.2f}" for value in np.mean(table, axis=0)) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())

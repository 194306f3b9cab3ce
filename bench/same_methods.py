"""Why the same method has other answers in crowd-kit: priors, when a fit stops, and nothing else.

Dawid-Skene and one-coin on the recorded crowds, in per cent right, ties counted in part. crowd-kit adds no prior and
stops by a bound that it works out after each step; ours has priors and goes on until the likelihood stops gaining.
Columns: crowd-kit's, and how many passes it made; ours without priors and with exactly as many passes; ours without
priors until it has converged, and how many passes that took; ours as it comes. Rows where all are within 0.3 points are
left out, the mean is over all.

    python bench/same_methods.py [--sets rte,dog] [--methods dawid-skene,one-coin]
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np

from aggregate_accuracy import DATA, OTHER_KINDS, SAME, accuracy, crowd
from assay.quality import DawidSkene, OneCoin
from peer import run_peer

BARE: dict[str, Any] = {
    "dawid-skene": DawidSkene(right=0, wrong=0, class_votes=0),
    "one-coin": OneCoin(right=0, wrong=0, class_votes=0),
}
OURS: dict[str, Any] = {"dawid-skene": DawidSkene(), "one-coin": OneCoin()}
# crowd-kit's one-coin goes through a table of workers by classes row by row.
ONE_COIN_WORKERS_MAX = 5_000
SECONDS_MAX = 3_600


def row(name: str, method: str) -> tuple[list[float], list[int]] | None:
    """Accuracies: of crowd-kit, ours bare and as short, bare, and as it comes; passes of crowd-kit and of the bare."""
    votes, truth = crowd(name)
    if method == "one-coin" and votes.n_workers > ONE_COIN_WORKERS_MAX:
        return None
    columns: dict[str, Any] = {"task": votes.task, "worker": votes.worker, "label": votes.label}
    columns |= {"truth_task": np.flatnonzero(truth >= 0), "truth": truth[truth >= 0]}
    peer = run_peer("crowdkit_accuracy", {**columns, "methods": [SAME[method]], "seconds": SECONDS_MAX})[SAME[method]]
    bare = BARE[method]
    fits = [bare.with_iterations(peer["iterations"]).fit(votes), bare.fit(votes), OURS[method].fit(votes)]
    found = [100 * peer["accuracy"]] + [accuracy(fit.posterior, truth) for fit in fits]
    return found, [peer["iterations"], fits[1].iterations]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", default="")
    parser.add_argument("--methods", default="dawid-skene,one-coin")
    asked = parser.parse_args()
    if not DATA.exists():
        print(f"the recorded crowds are not here: {DATA}")
        return 3
    every = sorted(path.name.split(".")[0] for path in DATA.glob("*.labels.parquet"))
    names = [name for name in asked.sets.split(",") if name] or [name for name in every if name not in OTHER_KINDS]
    print("| method | set | crowd-kit | passes | ours, no priors, as many | no priors, converged | passes | ours |")
    print("|---|---|---|---|---|---|---|---|")
    for method in asked.methods.split(","):
        table = []
        for name in names:
            made = row(name, method)
            if made is None:
                continue
            (peer, short, bare, ours), (its, own) = made
            table.append(made[0])
            if np.ptp(made[0]) > 0.3:
                print(
                    f"| {method} | {name} | {peer:.2f} | {its} | {short:.2f} | {bare:.2f} | {own} | {ours:.2f} |",
                    flush=True,
                )
        peer, short, bare, ours = np.mean(table, axis=0)
        print(
            f"| {method} | mean of {len(table)} | {peer:.2f} | | {short:.2f} | {bare:.2f} | | {ours:.2f} |", flush=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A ring of workers who share one random answer sheet and hold 40 % of the votes, and what golds can do about it.

The attack, on the recorded crowd RTE (800 tasks, two classes, ten votes a task): the ring fills in one sheet of random
answers, and every member copies from it. Two ways of getting 40 % of the votes are tried. *Joins*: the ring comes on
top of the honest crowd, each member answering as many tasks as some honest worker does, so that undoing the attack
should give back the clean accuracy. *Takes over*: honest workers, chosen at random, hand their accounts to the ring
until these hold 40 % of the votes; then the honest votes that are left are the most there is.

Golds are the truths of a tenth of the tasks, drawn at random; the ring answers them by its sheet like all others.
"Filter": ``trusted_workers`` first, then IBCC on the votes it keeps. "Auto": the default method, given the golds.
"Honest only": IBCC on the votes of those who are not in the ring, as if somebody had told. The aim: above 92 %.

    python bench/collusion.py [--crowd rte] [--share 0.4] [--golds 0.1] [--attacks 10] [--how joins]
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np

from assay.quality import Votes, aggregate
from assay.quality.arrays import Flags
from assay.quality.reliability import trusted_workers
from labels_saved import DATA, crowd


def takes_over(votes: Votes, share: float, rng: np.random.Generator) -> tuple[Votes, Flags]:
    """The attacked votes, and which workers (n_workers,) are the ring's."""
    order = rng.permutation(votes.n_workers)
    held = np.cumsum(votes.worker_votes()[order])
    ring = np.zeros(votes.n_workers, np.bool_)
    ring[order[: int(np.searchsorted(held, share * len(votes))) + 1]] = True
    sheet = rng.integers(0, votes.n_classes, votes.n_tasks).astype(np.int32)
    label = np.where(ring[votes.worker], sheet[votes.task], votes.label)
    return recoded(votes, votes.task, votes.worker, label, votes.n_workers), ring


def joins(votes: Votes, share: float, rng: np.random.Generator) -> tuple[Votes, Flags]:
    sheet = rng.integers(0, votes.n_classes, votes.n_tasks).astype(np.int32)
    wanted = int(share / (1 - share) * len(votes))
    task: list[np.ndarray[Any, Any]] = []
    while sum(map(len, task)) < wanted:
        task.append(rng.choice(votes.n_tasks, int(rng.choice(votes.worker_votes())), replace=False))
    size = votes.n_workers + len(task)
    worker = np.repeat(np.arange(votes.n_workers, size), [len(some) for some in task])
    added = np.concatenate(task)
    attacked = recoded(
        votes,
        np.concatenate([votes.task, added]),
        np.concatenate([votes.worker, worker]),
        np.concatenate([votes.label, sheet[added]]),
        size,
    )
    return attacked, np.arange(size) >= votes.n_workers


def recoded(votes: Votes, task: Any, worker: Any, label: Any, workers: int) -> Votes:
    return Votes.from_codes(
        task, worker, label, tasks=votes.tasks, n_workers=workers, classes=votes.classes, repeated="all"
    )


def accuracy(result: Any, truth: dict[Any, Any], but: dict[Any, Any]) -> float:
    """The share right of tasks with known truth, those used as golds left out: it is no merit to be right on them."""
    pairs = zip(result.tasks.tolist(), result.labels.tolist(), strict=True)
    return float(np.mean([truth[task] == label for task, label in pairs if task in truth and task not in but]))


def attack(votes: Votes, truth: dict[Any, Any], how: Any, share: float, golds_share: float, seed: int) -> list[float]:
    rng = np.random.default_rng(seed)
    attacked, ring = how(votes, share, rng)
    drawn = rng.choice(sorted(truth), round(golds_share * len(truth)), replace=False).tolist()
    golds = {task: truth[task] for task in drawn}
    trust = trusted_workers(attacked, golds)
    honest = attacked.only(~ring[attacked.worker])
    fits = [
        aggregate(votes, "ibcc", golds),
        aggregate(attacked, "majority"),
        aggregate(attacked, "dawid-skene"),
        aggregate(attacked, "ibcc"),
        aggregate(attacked, "ibcc", golds),
        aggregate(trust.keep(attacked), "ibcc", golds),
        aggregate(attacked, "auto", golds),
        aggregate(honest, "ibcc", golds),
    ]
    caught = float((ring & ~(trust.trusted & ~trust.one_voice)).sum() / ring.sum())
    wronged = float((~ring & ~trust.trusted).sum() / (~ring).sum())
    return [accuracy(fit, truth, golds) for fit in fits] + [caught, wronged]


COLUMNS = [
    "clean",
    "majority",
    "DS",
    "IBCC",
    "golds clamped",
    "filter",
    "auto",
    "honest only",
    "ring caught",
    "honest lost",
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crowd", default="rte")
    parser.add_argument("--share", type=float, default=0.4)
    parser.add_argument("--golds", type=float, default=0.1)
    parser.add_argument("--attacks", type=int, default=10)
    parser.add_argument("--how", choices=["joins", "takes_over"], help="this one only")
    asked = parser.parse_args()
    if not DATA.exists():
        print(f"the recorded crowds are not here: {DATA}")
        return 3
    votes, truth = crowd(asked.crowd)
    print(f"{asked.crowd}: ring with {asked.share:.0%} of the votes, {asked.golds:.0%} golds, {asked.attacks} attacks;")
    print("accuracy in percent on tasks that are no golds, mean and (lowest)")
    print(f"{'':<12}" + "".join(f"{name:>15}" for name in COLUMNS))
    for how in (joins, takes_over):
        if asked.how not in (None, how.__name__):
            continue
        rows = np.array([attack(votes, truth, how, asked.share, asked.golds, seed) for seed in range(asked.attacks)])
        cells = [f"{mean:.1f} ({low:.1f})" for mean, low in zip(100 * rows.mean(0), 100 * rows.min(0), strict=True)]
        print(f"{how.__name__.replace('_', ' '):<12}" + "".join(f"{cell:>15}" for cell in cells), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

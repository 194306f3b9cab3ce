"""Why the same method has other answers in crowd-kit: priors, when a fit stops, and nothing else.

Dawid-Skene and one-coin on the recorded crowds, in per cent right, ties counted in part. crowd-kit adds no prior and
stops by a bound that it works out after each step; ours has priors and goes on until the likelihood stops gaining.
Columns: crowd-kit's, and how many passes it made; ours without priors and with exactly as many passes; ours without
priors until it has converged, and how many passes that took; ours as it comes. Rows where all are within 0.3 points are
left out, the mean is over all.

MACE and Wawa have a table of their own: crowd-kit's; crowd-kit's MACE once its workers and classes are numbered in the
order in which they appear, the only one in which it reads its table of habits as it wrote it; ours made the same (MACE
with the paper's uniform prior; Wawa with ties for the majority given to the lowest code); ours as it comes.

    python bench/same_methods.py [--sets rte,dog] [--methods dawid-skene,one-coin,mace,wawa]
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np

from aggregate_accuracy import DATA, OTHER_KINDS, SAME, accuracy, crowd
from assay.quality import MACE, DawidSkene, MajorityVote, OneCoin, Votes, Wawa, WeightedVote
from assay.quality.aggregation.result import Aggregated
from peer import run_peer

BARE: dict[str, Any] = {
    "dawid-skene": DawidSkene(right=0, wrong=0, class_votes=0),
    "one-coin": OneCoin(right=0, wrong=0, class_votes=0),
}
OURS: dict[str, Any] = {"dawid-skene": DawidSkene(), "one-coin": OneCoin()}
# crowd-kit's one-coin goes through a table of workers by classes row by row.
ONE_COIN_WORKERS_MAX = 5_000
SECONDS_MAX = 3_600
# Made the same by other means than the priors and passes of EM.
OTHERWISE = ("mace", "wawa")


def peers(votes: Votes, truth: Any, method: str) -> dict[str, Any]:
    columns: dict[str, Any] = {"task": votes.task, "worker": votes.worker, "label": votes.label}
    columns |= {"truth_task": np.flatnonzero(truth >= 0), "truth": truth[truth >= 0]}
    asked = {**columns, "methods": [SAME[method]], "seconds": SECONDS_MAX}
    said: dict[str, Any] = run_peer("crowdkit_accuracy", asked, 10 * SECONDS_MAX)[SAME[method]]
    if "failed" in said:
        raise SystemExit(f"crowd-kit's {SAME[method]} failed: {said['failed']}")
    return said


def row(name: str, method: str) -> tuple[list[float], list[int]] | None:
    """Accuracies: of crowd-kit, ours bare and as short, bare, and as it comes; passes of crowd-kit and of the bare."""
    votes, truth = crowd(name)
    if method == "one-coin" and votes.n_workers > ONE_COIN_WORKERS_MAX:
        return None
    peer = peers(votes, truth, method)
    bare = BARE[method]
    fits = [bare.with_iterations(peer["iterations"]).fit(votes), bare.fit(votes), OURS[method].fit(votes)]
    found = [100 * peer["accuracy"]] + [accuracy(fit.posterior, truth) for fit in fits]
    return found, [peer["iterations"], fits[1].iterations]


def by_appearance(codes: Any) -> Any:
    """The same, numbered in the order of their first appearance."""
    _, first, found = np.unique(codes, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[found].astype(np.int32)


def otherwise(name: str, method: str) -> list[float | None]:
    """Accuracies: of crowd-kit; of crowd-kit on codes by appearance (MACE); of ours made the same; of ours."""
    votes, truth = crowd(name)
    figures: list[float | None] = [100 * peers(votes, truth, method)["accuracy"], None]
    same: Aggregated
    if method == "mace":
        label = by_appearance(np.concatenate([votes.label, np.where(truth >= 0, truth, votes.label[0])]))
        renamed = Votes.from_codes(
            votes.task, by_appearance(votes.worker), label[: len(votes)], n_tasks=votes.n_tasks, repeated="all"
        )
        figures[1] = 100 * peers(renamed, np.where(truth >= 0, label[len(votes) :], -1), method)["accuracy"]
        same = MACE(class_prior="uniform").fit(votes)
    else:
        went_along = MajorityVote().fit(votes).posterior.argmax(axis=1)[votes.task] == votes.label
        given = np.maximum(np.bincount(votes.worker, minlength=votes.n_workers), 1)
        weight = np.bincount(votes.worker, weights=went_along, minlength=votes.n_workers) / given
        same = WeightedVote(dict(zip(votes.workers.tolist(), weight.tolist(), strict=True))).fit(votes)
    ours = (MACE() if method == "mace" else Wawa()).fit(votes)
    return [*figures, accuracy(same.posterior, truth), accuracy(ours.posterior, truth)]


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
    methods = asked.methods.split(",")
    if set(methods) & set(OTHERWISE):
        print(
            "| method | set | crowd-kit | its codes by appearance | ours, made the same | ours |\n" + "|---" * 6 + "|"
        )
    for method in [method for method in methods if method in OTHERWISE]:
        for name in names:
            shown = ["" if figure is None else f"{figure:.2f}" for figure in otherwise(name, method)]
            print(f"| {method} | {name} | {' | '.join(shown)} |", flush=True)
    by_passes = [method for method in methods if method not in OTHERWISE]
    if by_passes:
        print("| method | set | crowd-kit | passes | ours, no priors, as many | no priors, converged | passes | ours |")
        print("|---|---|---|---|---|---|---|---|")
    for method in by_passes:
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

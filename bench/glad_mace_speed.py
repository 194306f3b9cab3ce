"""GLAD and MACE against crowd-kit's, on the same made crowd in the same run: ratios of processor seconds.

10,000 tasks of 4 classes, 5 votes each by 500 workers. Each of ours is called once to compile (its time is printed
apart) and then RUNS times, of which the median counts. So that a ratio does not come from stopping earlier, the
log-posterior that GLAD climbs is worked out by one and the same function at both ends; MACE runs once to its own
convergence and once for exactly the peer's 10 starts of 50 iterations.
"""

from __future__ import annotations

from statistics import median
from time import process_time
from typing import Any

import numpy as np

from assay.quality.aggregation.glad import GLAD
from assay.quality.aggregation.glad_kernels import evaluate
from assay.quality.aggregation.mace import MACE
from assay.quality.votes import Votes
from peer import run_peer

TASKS, VOTES_EACH, CLASSES, WORKERS = 10_000, 5, 4, 500
RUNS = 7
AIMS = {"GLAD": 1000, "MACE": 30}


def main() -> None:
    votes, truth = crowd()
    table = {"task": votes.task, "worker": votes.worker, "label": votes.label}
    print(f"{TASKS:,} tasks x {VOTES_EACH} votes, {CLASSES} classes, {WORKERS} workers; processor seconds")

    theirs = run_peer("crowdkit_models", {**table, "method": "glad"})
    ours, first, result = timed(GLAD(signed=True), votes)
    report("GLAD", theirs, ours, first)
    print(
        f"  log-posterior  crowd-kit {reached(votes, theirs):.1f}   ours {result.log_likelihood:.1f} (higher is better)"
    )
    print(
        f"  right          crowd-kit {right(theirs['labels'], truth):.2f} %   ours {right(result.labels, truth):.2f} %"
    )
    ours, _, result = timed(GLAD(), votes)
    print(f"  default, abilities above 0: {ours:.4f} s, right {right(result.labels, truth):.2f} %")

    theirs = run_peer("crowdkit_models", {**table, "method": "mace"})
    ours, first, result = timed(MACE(), votes)
    report("MACE", theirs, ours, first)
    print(
        f"  right          crowd-kit {right(theirs['labels'], truth):.2f} %   ours {right(result.labels, truth):.2f} %"
    )
    equal, _, _ = timed(MACE(restarts=10, enough=11, iterations_max=50, tolerance=-1.0), votes)
    print(f"  for exactly 10 x 50 iterations: {equal:.4f} s, {theirs['cpu_seconds'] / equal:,.0f} times")


def report(name: str, theirs: dict[str, Any], ours: float, first: float) -> None:
    ratio = theirs["cpu_seconds"] / ours
    verdict = "met" if ratio >= AIMS[name] else "NOT MET"
    print(
        f"{name}: crowd-kit {theirs['cpu_seconds']:.2f} s, ours {ours:.4f} s (first call {first:.1f} s):"
        f" {ratio:,.0f} times, aim {AIMS[name]:,} {verdict}"
    )


def timed(method: Any, votes: Votes) -> tuple[float, float, Any]:
    """The median of RUNS fits after the first, the first, and the result."""
    seconds = []
    for _ in range(RUNS + 1):
        began = process_time()
        result = method.fit(votes)
        seconds.append(process_time() - began)
    return median(seconds[1:]), seconds[0], result


def reached(votes: Votes, found: dict[str, Any]) -> float:
    """Our objective of GLAD, with crowd-kit's priors, at crowd-kit's abilities and log-eases."""
    point = np.array([*found["abilities"], *found["log_eases"]])
    room = np.empty_like(point), np.empty_like(point), np.empty((votes.n_tasks, votes.n_classes))
    return float(
        evaluate(
            votes.start, votes.worker, votes.label, np.zeros(0), np.full(votes.n_tasks, -1, np.int32),
            np.log(np.full(votes.n_classes, 1 / votes.n_classes)), np.ones(2), np.ones(2), True, point, *room,
        )
    )  # fmt: skip


def right(labels: Any, truth: Any) -> float:
    return 100 * float((np.asarray(labels) == truth).mean())


def crowd() -> tuple[Votes, Any]:
    chance = np.random.default_rng(0)
    truth = chance.integers(0, CLASSES, TASKS)
    task = np.repeat(np.arange(TASKS), VOTES_EACH)
    worker = np.concatenate([chance.choice(WORKERS, VOTES_EACH, replace=False) for _ in range(TASKS)])
    hit = chance.random(len(task)) < chance.beta(4, 2, WORKERS)[worker]
    label = np.where(hit, truth[task], (truth[task] + chance.integers(1, CLASSES, len(task))) % CLASSES)
    return Votes.from_codes(task, worker, label), truth


if __name__ == "__main__":
    main()

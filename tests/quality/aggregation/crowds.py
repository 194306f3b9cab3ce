"""Crowds for tests: recorded ones by name, and made ones whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from assay.quality.votes import Votes

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "crowd"


def recorded(name: str) -> tuple[Votes, NDArray[np.int64]]:
    """A recorded crowd and its truth (n_tasks,), -1 where it is not known; skips the test where it is not there."""
    path = RECORDED / f"{name}.labels.parquet"
    if not path.exists():
        pytest.skip(f"recorded crowds are not here: {path}")
    import polars

    rows = polars.read_parquet(path)
    known = polars.read_parquet(RECORDED / f"{name}.truth.parquet")
    votes = Votes.from_codes(
        rows["task"].to_numpy(),
        rows["worker"].to_numpy(),
        rows["label"].to_numpy(),
        n_tasks=1 + int(max(rows["task"].to_numpy().max(), known["task"].to_numpy().max())),
        n_classes=1 + int(max(rows["label"].to_numpy().max(), known["truth"].to_numpy().max())),
    )
    truth = np.full(votes.n_tasks, -1, dtype=np.int64)
    truth[known["task"].to_numpy()] = known["truth"].to_numpy()
    return votes, truth


def accuracy(posterior: NDArray[Any], truth: NDArray[np.int64]) -> float:
    """Per cent of the known answers that are likeliest, a tie among k counting 1 / k."""
    rows = posterior[truth >= 0]
    best = rows >= rows.max(axis=1, keepdims=True) - 1e-9
    hit = best[np.arange(len(rows)), truth[truth >= 0]] / best.sum(axis=1)
    return 100 * float(hit.mean())


def made(
    seed: int, tasks: int = 60, workers: int = 12, classes: int = 3, votes_each: int = 4, skill: float = 0.7
) -> tuple[Votes, NDArray[np.int64]]:
    """Independent workers, each right with a probability around ``skill`` and else any other class alike."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, classes, tasks)
    task = np.repeat(np.arange(tasks), votes_each)
    worker = np.concatenate([chance.permutation(workers)[:votes_each] for _ in range(tasks)])
    right = chance.random(len(task)) < np.clip(chance.normal(skill, 0.15, workers), 0.05, 0.95)[worker]
    other = (truth[task] + chance.integers(1, classes, len(task))) % classes
    label = np.where(right, truth[task], other)
    return Votes.from_codes(task, worker, label, n_tasks=tasks, n_workers=workers, n_classes=classes), truth

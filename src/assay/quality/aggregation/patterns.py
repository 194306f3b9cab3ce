"""Tasks that got the same labels from the same workers, put together: what is true of one is true of all of them.

Where few workers label many tasks most tasks repeat one another (5 of 6 in the product set of Wang et al. 2012), and a
method without parameters of single tasks need go through each pattern only once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assay.quality.arrays import Codes, Floats, Offsets
from assay.quality.votes import Votes

Hashes: TypeAlias = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Patterns:
    """``start``, ``worker``, ``label``: votes of one task of each pattern, as in ``Votes``. ``gold``: (patterns,) class
    or -1. ``times``: (patterns,) float64, how many tasks have it. ``of_task``: (tasks,) the pattern of each task."""

    start: Offsets
    worker: Codes
    label: Codes
    weight: Floats
    gold: Codes
    times: Floats
    of_task: Offsets


def patterns(votes: Votes, gold: Codes) -> Patterns:
    """The patterns of ``votes`` with ``gold`` (tasks,), in the order of their first task.

    Weighted votes are not compared: each of their tasks is a pattern of its own.
    """
    tasks = votes.n_tasks
    if votes.weight is not None or tasks == 0:
        weight = np.zeros(0) if votes.weight is None else votes.weight
        return Patterns(
            votes.start, votes.worker, votes.label, weight, gold, np.ones(tasks), np.arange(tasks, dtype=np.int64)
        )
    # The order of votes within a task must not matter: a sum of mixed numbers does not know it. Two sums of 64 bits
    # leave no practical chance that different tasks meet.
    slot = votes.worker.astype(np.uint64) * np.uint64(max(votes.n_classes, 1)) + votes.label.astype(np.uint64)
    keys = [_sums(_mixed(slot, salt), votes.start) + _mixed(gold.astype(np.uint64), salt + 7) for salt in (1, 2)]
    order = np.lexsort(keys)
    first, second = keys[0][order], keys[1][order]
    fresh = np.ones(tasks, dtype=np.bool_)
    fresh[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    # lexsort is stable, so the first of equals is the task that comes first.
    leaders = order[fresh]
    rank = np.argsort(np.argsort(leaders, kind="stable"), kind="stable")
    of_task = np.empty(tasks, dtype=np.int64)
    of_task[order] = rank[np.cumsum(fresh) - 1]
    leaders = np.sort(leaders)
    size = np.diff(votes.start)[leaders]
    start = np.zeros(len(leaders) + 1, dtype=np.int64)
    np.cumsum(size, out=start[1:])
    rows = np.repeat(votes.start[leaders] - start[:-1], size) + np.arange(start[-1])
    times = np.bincount(of_task, minlength=len(leaders)).astype(np.float64)
    return Patterns(start, votes.worker[rows], votes.label[rows], np.zeros(0), gold[leaders], times, of_task)


def _mixed(
    values: np.ndarray[tuple[int], np.dtype[np.uint64]], salt: int
) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Whole numbers mixed beyond recognition (SplitMix64: Steele, Lea and Flood 2014); overflow is meant."""
    z = (values + np.uint64(salt * 0x632BE59BD9B4E019 % 2**64)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _sums(values: Hashes, start: Offsets) -> Hashes:
    total = np.zeros(len(values) + 1, dtype=np.uint64)
    np.cumsum(values, out=total[1:])
    # Unsigned differences are right even where the running total has wrapped around.
    return np.asarray(total[start[1:]] - total[start[:-1]])

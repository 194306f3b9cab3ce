"""Answers given too fast to have been thought about, for that person and that task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay.quality.arrays import Codes, Flags, Floats, Ids
from assay.quality.coding import encode

ROUNDS_MAX = 50
# The median absolute deviation of normal noise, times this, is its standard deviation.
MAD_TO_SD = 1.4826


@dataclass(frozen=True, eq=False)
class AnswerTimes:
    """How long answers took against what the worker and the task lead one to expect.

    ``expected``: (answers,), seconds. ``deviation``: (answers,), how far the logarithm of the time lies from the
    expected one, in robust standard deviations; below 0 is faster. ``too_fast``: (answers,). ``pace``: (n_workers,),
    the worker's time as a multiple of the usual one for the same tasks; 0.5 is twice as fast. ``pace_deviation``:
    (n_workers,), how far the logarithm of the pace lies from the others', in robust standard deviations.
    ``fast_share``: (n_workers,), the share of a worker's answers that were too fast. ``answers``: (n_workers,).
    ``spread``: the robust standard deviation of the logarithm of the time.
    """

    workers: Ids
    expected: Floats
    deviation: Floats
    too_fast: Flags
    pace: Floats
    pace_deviation: Floats
    fast_share: Floats
    answers: Codes
    spread: float


def answer_times(
    tasks: Sequence[Any] | Ids,
    workers: Sequence[Any] | Ids,
    seconds: Sequence[float] | Floats,
    *,
    deviation: float = 3.0,
) -> AnswerTimes:
    """A two-way model of the logarithm of the time: the usual, plus a worker's pace, plus a task's length, plus noise.

    One row an answer, in any order; what comes back has the same order. Fitted by median polish (Tukey 1977), each
    worker and task drawn to 0 as one more answer of no effect would do, so that a task answered once does not explain
    its answer away. ``deviation``: an answer is too fast where it lies this many robust standard deviations below.
    A time of 0 or less counts as the shortest one above 0, and is always too fast.

    A worker who rushes everything has a low pace rather than single answers too fast: look at ``pace_deviation`` too.

    Raises ``ValueError`` where the columns differ in length or a time is not finite.
    """
    time = np.asarray(seconds, dtype=np.float64)
    task, task_ids = encode(tasks, "tasks")
    worker, worker_ids = encode(workers, "workers")
    if not len(task) == len(worker) == len(time):
        raise ValueError(
            f"tasks, workers and seconds have {len(task)}, {len(worker)} and {len(time)} rows; give one each"
        )
    if not np.isfinite(time).all():
        row = int(np.flatnonzero(~np.isfinite(time))[0])
        raise ValueError(f"seconds[{row}] is {time[row]}; give a finite number or leave the answer out")
    instant = time <= 0
    shortest = float(time[~instant].min()) if (~instant).any() else 1.0
    log_time = np.log(np.where(instant, shortest, time))
    usual, pace, length = _polish(log_time, worker, task, len(worker_ids), len(task_ids))
    expected = usual + pace[worker] + length[task]
    residual = log_time - expected
    spread = _robust_sd(residual)
    scaled = residual / spread if spread > 0 else np.zeros(len(residual))
    fast = (scaled < -deviation) | instant
    answers = np.bincount(worker, minlength=len(worker_ids)).astype(np.int32)
    pace_spread = _robust_sd(pace)
    return AnswerTimes(
        workers=worker_ids,
        expected=np.exp(expected),
        deviation=scaled,
        too_fast=fast,
        pace=np.exp(pace),
        pace_deviation=(pace - np.median(pace)) / pace_spread if pace_spread > 0 else np.zeros(len(pace)),
        fast_share=np.bincount(worker, weights=fast, minlength=len(worker_ids)) / np.maximum(answers, 1),
        answers=answers,
        spread=spread,
    )


def _polish(values: Floats, row: Codes, column: Codes, rows: int, columns: int) -> tuple[float, Floats, Floats]:
    usual = float(np.median(values)) if len(values) else 0.0
    row_effect, column_effect = np.zeros(rows), np.zeros(columns)
    for _ in range(ROUNDS_MAX):
        row_next = _group_medians(values - usual - column_effect[column], row, rows)
        row_next -= np.median(row_next) if rows else 0.0
        column_next = _group_medians(values - usual - row_next[row], column, columns)
        moved = np.abs(row_next - row_effect).max(initial=0.0) + np.abs(column_next - column_effect).max(initial=0.0)
        row_effect, column_effect = row_next, column_next
        if moved < 1e-6:
            break
    return usual, row_effect, column_effect


def _group_medians(values: Floats, group: Codes, groups: int) -> Floats:
    """The median of each group's values and one 0 more: (groups,)."""
    values = np.concatenate([values, np.zeros(groups)])
    group = np.concatenate([group, np.arange(groups, dtype=group.dtype)])
    ordered = values[np.lexsort((values, group))]
    size = np.bincount(group, minlength=groups)
    begin = np.cumsum(size) - size
    medians: Floats = (ordered[begin + (size - 1) // 2] + ordered[begin + size // 2]) / 2.0
    return medians


def _robust_sd(values: Floats) -> float:
    return MAD_TO_SD * float(np.median(np.abs(values - np.median(values)))) if len(values) else 0.0

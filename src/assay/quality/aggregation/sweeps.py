"""One pass of EM over votes in task order, for models in which every worker has a confusion matrix.

A pass does everything at once: the posterior of a task from the factors of its votes, and that posterior added to the
counts of the workers who gave them. Posteriors are written only when asked for, so a pass reads the votes once and
keeps to a table that fits the cache. Four choices make it fast:

- Factors are multiplied, not their logarithms added: no exponential is taken per task, and a logarithm only when the
  running product of the tasks' likelihoods grows small. Variational factors, exp(E[log p]), go the same way.
- A table has one row for each (worker, said): its factors by true class, and beside them, in the same cache line, the
  counts they are answered with.
- Two and four classes (three are padded) have loops of their own that stay in registers. Tasks have few votes, so the
  first ``WRITTEN_OUT`` of a task are written out one after the other: a loop's counting would cost as much as its work.
- What is rare leaves those loops: a known class, a likelihood that nears the end of floats, and the logarithm of the
  running product. A call in a loop would keep the values it works on out of the registers.

A factor is at most 1, so a task's likelihood can only leave the range of floats downwards, which takes some hundred
votes on one task. Such a task goes through logarithms, as votes with weights do.

``cells``: (votes,) int32, read as uint32: where in the table each vote's row begins, see ``Partition.with_cells``.
``weight``: (votes,) float64, or empty. ``start``: (tasks + 1,) int64. ``known``: (tasks,) int32, the known class or -1,
or empty. ``classes``: how many there are. ``table``: (workers * classes * 2 * width,), rows of factors, then counts.
``prior``: (width,) factors of the classes, 0 beyond ``classes``. ``totals``: (width,) float64, posteriors are added to
it. ``posterior``: (tasks, classes) to write to, or (0, classes). Each returns the log-likelihood: the sum over tasks of
the logarithm of the prior times factors, summed over classes (of the known class alone where it is known).
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from assay.quality.arrays import Codes, Floats, Offsets, Reals
from assay.quality.compiled import compiled

# Below this a likelihood may have lost digits to underflow.
TINY = 1e-280
# The running product of likelihoods is cut off here, and a likelihood below UNLIKELY never enters it.
FLUSH = 1e-180
UNLIKELY = 1e-100
# So many votes of a task are gone through without a loop.
WRITTEN_OUT = 5

Pair: TypeAlias = tuple[float, float]
Four: TypeAlias = tuple[float, float, float, float]


@compiled
def write_cells(worker: Codes, label: Codes, classes: int, row: int, cells: Codes) -> None:
    """``cells`` of votes, where rows of the table have ``row`` entries. Beyond 2**31 they wrap around."""
    for vote in range(len(cells)):
        cells[vote] = np.int32((worker[vote] * classes + label[vote]) * row)


@compiled
def by_logs(
    cells: Codes,
    weight: Floats,
    begin: np.int64,
    end: np.int64,
    classes: int,
    table: Reals,
    prior: Reals,
    chances: Floats,
) -> float:
    """The posterior of one task into ``chances`` (width,), through logarithms; returns the log of its sum."""
    top = -np.inf
    for k in range(classes):
        total = math.log(prior[k]) if prior[k] > 0 else -1e300
        for row in range(begin, end):
            power = weight[row] if len(weight) > 0 else 1.0
            total += power * math.log(table[np.uint64(np.uint32(cells[row])) + np.uint64(k)])
        chances[k] = total
        top = max(top, total)
    share = 0.0
    for k in range(classes):
        chances[k] = math.exp(chances[k] - top)
        share += chances[k]
    for k in range(classes):
        chances[k] /= share
    return top + math.log(share)


@compiled
def sweep_many(
    cells: Codes,
    weight: Floats,
    start: Offsets,
    known: Codes,
    classes: int,
    table: Reals,
    prior: Reals,
    totals: Floats,
    posterior: Reals,
) -> float:
    """Any number of classes, and votes with weights."""
    width = len(prior)
    chances = np.zeros(width)
    # In the table's own precision, so that none is converted for every vote.
    shares = np.zeros(width, table.dtype)
    log_likelihood, product = 0.0, 1.0
    for task in range(len(start) - 1):
        begin, end = np.uint64(start[task]), np.uint64(start[task + 1])
        likelihood = 0.0
        if len(weight) == 0:
            for k in range(width):
                chances[k] = prior[k]
            for row in range(begin, end):
                cell = np.uint64(np.uint32(cells[row]))
                factors = table[cell : cell + np.uint64(width)]
                for k in range(width):
                    chances[k] *= factors[k]
            for k in range(classes):
                likelihood += chances[k]
        if likelihood < TINY:
            log_likelihood += by_logs(cells, weight, start[task], start[task + 1], classes, table, prior, chances)
            likelihood = 1.0
        if len(known) > 0 and known[task] >= 0:
            likelihood = chances[known[task]]
            for k in range(width):
                chances[k] = 0.0
            chances[known[task]] = 1.0
        else:
            inverse = 1.0 / likelihood
            for k in range(width):
                chances[k] *= inverse
        if likelihood < UNLIKELY:
            log_likelihood += math.log(max(likelihood, 1e-300))
        else:
            product *= likelihood
        if product < FLUSH:
            log_likelihood += math.log(product)
            product = 1.0
        for k in range(width):
            totals[k] += chances[k]
            shares[k] = chances[k]
        for row in range(begin, end):
            cell = np.uint64(np.uint32(cells[row])) + np.uint64(width)
            counts = table[cell : cell + np.uint64(width)]
            if len(weight) > 0:
                for k in range(width):
                    counts[k] += weight[row] * shares[k]
            else:
                for k in range(width):
                    counts[k] += shares[k]
        if len(posterior) > 0:
            for k in range(classes):
                posterior[task, k] = chances[k]
    return log_likelihood + math.log(product)


@compiled
def _unlikely(
    cells: Codes,
    start: Offsets,
    known: Codes,
    task: np.int64,
    classes: int,
    table: Reals,
    prior: Reals,
    totals: Floats,
    posterior: Reals,
) -> float:
    """One task through logarithms: its posterior to where it belongs; returns the logarithm of its likelihood."""
    width = len(prior)
    chances = np.zeros(width)
    begin, end = start[task], start[task + 1]
    log_likelihood = by_logs(cells, np.empty(0, np.float64), begin, end, classes, table, prior, chances)
    if len(known) > 0 and known[task] >= 0:
        log_likelihood += math.log(max(chances[known[task]], 1e-300))
        chances[:] = 0.0
        chances[known[task]] = 1.0
    for k in range(classes):
        totals[k] += chances[k]
        for row in range(begin, end):
            table[np.uint64(np.uint32(cells[row])) + np.uint64(width + k)] += chances[k]
        if len(posterior) > 0:
            posterior[task, k] = chances[k]
    return log_likelihood


@compiled
def _times_two(table: Reals, code: np.int32, p: Pair) -> Pair:
    cell = np.uint64(np.uint32(code))
    return p[0] * table[cell], p[1] * table[cell + np.uint64(1)]


@compiled
def _add_two(table: Reals, code: np.int32, p: Pair) -> None:
    cell = np.uint64(np.uint32(code))
    table[cell + np.uint64(2)] += p[0]
    table[cell + np.uint64(3)] += p[1]


@compiled
def sweep_two(
    cells: Codes, start: Offsets, known: Codes, table: Reals, prior: Reals, totals: Floats, posterior: Reals
) -> float:
    tasks, one = np.uint64(len(start) - 1), np.uint64(1)
    log_likelihood = 0.0
    task = np.uint64(0)
    while task < tasks:
        first, second = prior[0], prior[1]
        total_0 = total_1 = 0.0
        product = 1.0
        end = np.uint64(start[task])
        while task < tasks and product >= FLUSH:
            begin, end = end, np.uint64(start[task + one])
            votes = end - begin
            p = (first, second)
            if votes > np.uint64(0):
                p = _times_two(table, cells[begin], p)
                if votes > np.uint64(1):
                    p = _times_two(table, cells[begin + np.uint64(1)], p)
                    if votes > np.uint64(2):
                        p = _times_two(table, cells[begin + np.uint64(2)], p)
                        if votes > np.uint64(3):
                            p = _times_two(table, cells[begin + np.uint64(3)], p)
                            if votes > np.uint64(4):
                                p = _times_two(table, cells[begin + np.uint64(4)], p)
                                for row in range(begin + np.uint64(WRITTEN_OUT), end):
                                    p = _times_two(table, cells[row], p)
            likelihood = p[0] + p[1]
            if len(known) > 0 and known[task] >= 0:
                k = known[task]
                likelihood = p[0] if k == 0 else p[1]
                p = (likelihood if k == 0 else 0.0, likelihood if k == 1 else 0.0)
            if likelihood < UNLIKELY:
                break
            product *= likelihood
            inverse = 1.0 / likelihood
            p = (p[0] * inverse, p[1] * inverse)
            total_0 += p[0]
            total_1 += p[1]
            if votes > np.uint64(0):
                _add_two(table, cells[begin], p)
                if votes > np.uint64(1):
                    _add_two(table, cells[begin + np.uint64(1)], p)
                    if votes > np.uint64(2):
                        _add_two(table, cells[begin + np.uint64(2)], p)
                        if votes > np.uint64(3):
                            _add_two(table, cells[begin + np.uint64(3)], p)
                            if votes > np.uint64(4):
                                _add_two(table, cells[begin + np.uint64(4)], p)
                                for row in range(begin + np.uint64(WRITTEN_OUT), end):
                                    _add_two(table, cells[row], p)
            if len(posterior) > 0:
                posterior[task, 0] = p[0]
                posterior[task, 1] = p[1]
            task += one
        totals[0] += total_0
        totals[1] += total_1
        log_likelihood += math.log(product)
        if task < tasks and product >= FLUSH:
            log_likelihood += _unlikely(cells, start, known, np.int64(task), 2, table, prior, totals, posterior)
            task += one
    return log_likelihood


@compiled
def _times_four(table: Reals, code: np.int32, p: Four) -> Four:
    cell = np.uint64(np.uint32(code))
    return (
        p[0] * table[cell],
        p[1] * table[cell + np.uint64(1)],
        p[2] * table[cell + np.uint64(2)],
        p[3] * table[cell + np.uint64(3)],
    )


@compiled
def _add_four(table: Reals, code: np.int32, p: Four) -> None:
    cell = np.uint64(np.uint32(code))
    table[cell + np.uint64(4)] += p[0]
    table[cell + np.uint64(5)] += p[1]
    table[cell + np.uint64(6)] += p[2]
    table[cell + np.uint64(7)] += p[3]


@compiled
def sweep_four(
    cells: Codes,
    start: Offsets,
    known: Codes,
    classes: int,
    table: Reals,
    prior: Reals,
    totals: Floats,
    posterior: Reals,
) -> float:
    """Three or four classes; a fourth that is not there has a prior of 0."""
    tasks, one = np.uint64(len(start) - 1), np.uint64(1)
    log_likelihood = 0.0
    task = np.uint64(0)
    while task < tasks:
        prior_0, prior_1, prior_2, prior_3 = prior[0], prior[1], prior[2], prior[3]
        total_0 = total_1 = total_2 = total_3 = 0.0
        product = 1.0
        end = np.uint64(start[task])
        while task < tasks and product >= FLUSH:
            begin, end = end, np.uint64(start[task + one])
            votes = end - begin
            p = (prior_0, prior_1, prior_2, prior_3)
            if votes > np.uint64(0):
                p = _times_four(table, cells[begin], p)
                if votes > np.uint64(1):
                    p = _times_four(table, cells[begin + np.uint64(1)], p)
                    if votes > np.uint64(2):
                        p = _times_four(table, cells[begin + np.uint64(2)], p)
                        if votes > np.uint64(3):
                            p = _times_four(table, cells[begin + np.uint64(3)], p)
                            if votes > np.uint64(4):
                                p = _times_four(table, cells[begin + np.uint64(4)], p)
                                for row in range(begin + np.uint64(WRITTEN_OUT), end):
                                    p = _times_four(table, cells[row], p)
            likelihood = (p[0] + p[1]) + (p[2] + p[3])
            if len(known) > 0 and known[task] >= 0:
                k = known[task]
                likelihood = p[0] if k == 0 else p[1] if k == 1 else p[2] if k == 2 else p[3]
                p = (1.0 if k == 0 else 0.0, 1.0 if k == 1 else 0.0, 1.0 if k == 2 else 0.0, 1.0 if k == 3 else 0.0)
                p = (p[0] * likelihood, p[1] * likelihood, p[2] * likelihood, p[3] * likelihood)
            if likelihood < UNLIKELY:
                break
            product *= likelihood
            inverse = 1.0 / likelihood
            p = (p[0] * inverse, p[1] * inverse, p[2] * inverse, p[3] * inverse)
            total_0 += p[0]
            total_1 += p[1]
            total_2 += p[2]
            total_3 += p[3]
            if votes > np.uint64(0):
                _add_four(table, cells[begin], p)
                if votes > np.uint64(1):
                    _add_four(table, cells[begin + np.uint64(1)], p)
                    if votes > np.uint64(2):
                        _add_four(table, cells[begin + np.uint64(2)], p)
                        if votes > np.uint64(3):
                            _add_four(table, cells[begin + np.uint64(3)], p)
                            if votes > np.uint64(4):
                                _add_four(table, cells[begin + np.uint64(4)], p)
                                for row in range(begin + np.uint64(WRITTEN_OUT), end):
                                    _add_four(table, cells[row], p)
            if len(posterior) > 0:
                posterior[task, 0] = p[0]
                posterior[task, 1] = p[1]
                posterior[task, 2] = p[2]
                if classes == 4:
                    posterior[task, 3] = p[3]
            task += one
        totals[0] += total_0
        totals[1] += total_1
        totals[2] += total_2
        totals[3] += total_3
        log_likelihood += math.log(product)
        if task < tasks and product >= FLUSH:
            log_likelihood += _unlikely(cells, start, known, np.int64(task), classes, table, prior, totals, posterior)
            task += one
    return log_likelihood

"""One pass of EM over votes in task order, for models in which every worker has a confusion matrix.

A pass does everything at once: the posterior of a task from the factors of its votes, and that posterior added to the
counts of the workers who gave them. Posteriors are written only when asked for, so a pass reads the votes once and
keeps to a table that fits the cache. Three choices make it fast:

- Factors are multiplied, not their logarithms added: no exponential is taken per task, and a logarithm only when the
  running product of the tasks' likelihoods grows small. Variational factors, exp(E[log p]), go the same way.
- A table has one row for each (worker, said): its factors by true class, and beside them, in the same cache line, the
  counts they are answered with.
- Two and four classes (three are padded) have loops of their own that stay in registers.

Where a product leaves the range of floats, which takes some hundred votes on one task, or where votes have weights,
that task goes through logarithms.

``cells``: (votes,) int32, each vote's row of the table: worker times classes plus what they said. ``weight``: (votes,)
float64, or empty. ``start``: (tasks + 1,) int64. ``known``: (tasks,) int32, the known class or -1, or empty.
``classes``: how many there are. ``safe``: how many factors can be multiplied without looking whether they underflow.
``table``: (workers * classes, 2 * width), factors then counts. ``prior``: (width,) factors of the classes, 0 beyond
``classes``. ``totals``: (width,) float64, posteriors are added to it. ``posterior``: (tasks, classes) to write to, or
(0, classes). Each returns the log-likelihood: the sum over tasks of the logarithm of the prior times factors, summed
over classes (of the known class alone where it is known).
"""

from __future__ import annotations

import math

import numpy as np

from assay.quality.arrays import Codes, Floats, Offsets, Reals
from assay.quality.compiled import compiled

# Below this a product may have lost digits to underflow. Factors are above SMALLEST_FACTOR (see ``tables``).
TINY = 1e-280
# The running product of likelihoods is cut off here, and a likelihood below UNLIKELY never enters it.
FLUSH = 1e-180
UNLIKELY = 1e-100


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
            total += power * math.log(table[cells[row], k])
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
def sweep_two(
    cells: Codes,
    start: Offsets,
    known: Codes,
    safe: int,
    table: Reals,
    prior: Reals,
    totals: Floats,
    posterior: Reals,
) -> float:
    none = np.empty(0, np.float64)
    chances = np.zeros(2)
    first, second = prior[0], prior[1]
    total_0 = total_1 = 0.0
    log_likelihood, product = 0.0, 1.0
    for task in range(len(start) - 1):
        begin, end = np.uint64(start[task]), np.uint64(start[task + 1])
        p0, p1 = first, second
        for row in range(begin, end):
            cell = np.uint64(np.uint32(cells[row]))
            p0 *= table[cell, 0]
            p1 *= table[cell, 1]
        if start[task + 1] - start[task] > safe and min(p0, p1) < TINY:
            log_likelihood += by_logs(cells, none, start[task], start[task + 1], 2, table, prior, chances)
            p0, p1 = chances[0], chances[1]
        if len(known) > 0 and known[task] >= 0:
            p0, p1 = (p0, 0.0) if known[task] == 0 else (0.0, p1)
        likelihood = p0 + p1
        if likelihood < UNLIKELY:
            log_likelihood += math.log(max(likelihood, 1e-300))
        else:
            product *= likelihood
        if product < FLUSH:
            log_likelihood += math.log(product)
            product = 1.0
        if likelihood > 0:
            p0 /= likelihood
            p1 /= likelihood
        else:
            p0, p1 = (1.0, 0.0) if known[task] == 0 else (0.0, 1.0)
        total_0 += p0
        total_1 += p1
        for row in range(begin, end):
            cell = np.uint64(np.uint32(cells[row]))
            table[cell, 2] += p0
            table[cell, 3] += p1
        if len(posterior) > 0:
            posterior[task, 0] = p0
            posterior[task, 1] = p1
    totals[0] += total_0
    totals[1] += total_1
    return log_likelihood + math.log(product)


@compiled
def sweep_four(
    cells: Codes,
    start: Offsets,
    known: Codes,
    classes: int,
    safe: int,
    table: Reals,
    prior: Reals,
    totals: Floats,
    posterior: Reals,
) -> float:
    """Three or four classes; a fourth that is not there has a prior of 0."""
    none = np.empty(0, np.float64)
    chances = np.zeros(4)
    prior_0, prior_1, prior_2, prior_3 = prior[0], prior[1], prior[2], prior[3]
    total_0 = total_1 = total_2 = total_3 = 0.0
    log_likelihood, product = 0.0, 1.0
    for task in range(len(start) - 1):
        begin, end = np.uint64(start[task]), np.uint64(start[task + 1])
        p0, p1, p2, p3 = prior_0, prior_1, prior_2, prior_3
        for row in range(begin, end):
            cell = np.uint64(np.uint32(cells[row]))
            p0 *= table[cell, 0]
            p1 *= table[cell, 1]
            p2 *= table[cell, 2]
            p3 *= table[cell, 3]
        long = start[task + 1] - start[task] > safe
        if long and min(min(p0, p1), p2 if classes == 3 else min(p2, p3)) < TINY:
            log_likelihood += by_logs(cells, none, start[task], start[task + 1], classes, table, prior, chances)
            p0, p1, p2, p3 = chances[0], chances[1], chances[2], chances[3]
        likelihood = (p0 + p1) + (p2 + p3)
        if len(known) > 0 and known[task] >= 0:
            k = known[task]
            likelihood = p0 if k == 0 else p1 if k == 1 else p2 if k == 2 else p3
            p0 = 1.0 if k == 0 else 0.0
            p1 = 1.0 if k == 1 else 0.0
            p2 = 1.0 if k == 2 else 0.0
            p3 = 1.0 if k == 3 else 0.0
        else:
            inverse = 1.0 / likelihood
            p0 *= inverse
            p1 *= inverse
            p2 *= inverse
            p3 *= inverse
        if likelihood < UNLIKELY:
            log_likelihood += math.log(max(likelihood, 1e-300))
        else:
            product *= likelihood
        if product < FLUSH:
            log_likelihood += math.log(product)
            product = 1.0
        total_0 += p0
        total_1 += p1
        total_2 += p2
        total_3 += p3
        for row in range(begin, end):
            cell = np.uint64(np.uint32(cells[row]))
            table[cell, 4] += p0
            table[cell, 5] += p1
            table[cell, 6] += p2
            table[cell, 7] += p3
        if len(posterior) > 0:
            posterior[task, 0] = p0
            posterior[task, 1] = p1
            posterior[task, 2] = p2
            if classes == 4:
                posterior[task, 3] = p3
    totals[0] += total_0
    totals[1] += total_1
    totals[2] += total_2
    totals[3] += total_3
    return log_likelihood + math.log(product)


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
    log_likelihood, product = 0.0, 1.0
    for task in range(len(start) - 1):
        begin, end = np.uint64(start[task]), np.uint64(start[task + 1])
        likelihood, least = 0.0, 0.0
        if len(weight) == 0:
            for k in range(width):
                chances[k] = prior[k]
            for row in range(begin, end):
                factors = table[np.uint64(np.uint32(cells[row]))]
                for k in range(width):
                    chances[k] *= factors[k]
            least = chances[0]
            for k in range(classes):
                likelihood += chances[k]
                least = min(least, chances[k])
        if least < TINY:
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
        for row in range(begin, end):
            power = weight[row] if len(weight) > 0 else 1.0
            counts = table[np.uint64(np.uint32(cells[row]))]
            for k in range(width):
                counts[width + k] += power * chances[k]
        if len(posterior) > 0:
            for k in range(classes):
                posterior[task, k] = chances[k]
    return log_likelihood + math.log(product)

"""Compiled loops for what each worker adds to agreement: their distance to others, and the sums without them."""

from __future__ import annotations

import numpy as np

from assay.quality.arrays import Codes, Floats, Offsets
from assay.quality.compiled import compiled


@compiled
def distance_to_others(label: Codes, start: Offsets, table: Floats) -> Floats:
    """The mean distance of each answer to the others of its unit: (answers,), -1 where there is no other."""
    made = np.full(len(label), -1.0)
    count = np.zeros(len(table), np.int64)
    for unit in range(len(start) - 1):
        begin, end = start[unit], start[unit + 1]
        if end - begin < 2:
            continue
        for row in range(begin, end):
            count[label[row]] += 1
        for row in range(begin, end):
            total = 0.0
            if end - begin <= len(count):
                for other in range(begin, end):
                    total += table[label[row], label[other]]
            else:
                for code in range(len(count)):
                    total += count[code] * table[label[row], code]
            made[row] = total / (end - begin - 1)
        for row in range(begin, end):
            count[label[row]] = 0
    return made


@compiled
def without_workers(
    rows: Offsets, begins: Offsets, task: Codes, label: Codes, start: Offsets, table: Floats, keep_pairs: bool
) -> tuple[Floats, Floats, Floats, Floats]:
    """How the sums of agreement change when a worker's answers are taken away.

    ``rows``: answers worker by worker, in order of tasks; those of worker ``w`` are ``rows[begins[w]:begins[w + 1]]``.
    ``table``: distances of classes. Returns, by worker: ``sums`` (workers, 4), the change of the observed disagreement
    (over units, distances in ordered pairs / (answers - 1)), of its mean by unit (/ answers too), of the number of
    units with two answers and with any; ``totals`` (workers, classes), of the answers by class in units with two;
    ``shares`` (workers, classes), of the sum over units of the share of each class; ``pairs`` (workers, classes,
    classes), of ordered pairs of different classes / (answers - 1), or of no size unless ``keep_pairs``.
    """
    workers, classes = len(begins) - 1, len(table)
    sums = np.zeros((workers, 4), np.float64)
    totals = np.zeros((workers, classes), np.float64)
    shares = np.zeros((workers, classes), np.float64)
    pairs = np.zeros((workers if keep_pairs else 0, classes, classes), np.float64)
    count = np.zeros(classes, np.int64)
    less = np.zeros(classes, np.int64)
    given = np.zeros(classes, np.int64)
    for worker in range(workers):
        place = begins[worker]
        while place < begins[worker + 1]:
            unit = task[rows[place]]
            size = start[unit + 1] - start[unit]
            kinds = 0
            for row in range(start[unit], start[unit + 1]):
                code = label[row]
                if count[code] == 0:
                    given[kinds] = code
                    kinds += 1
                count[code] += 1
                less[code] += 1
            left = size
            while place < begins[worker + 1] and task[rows[place]] == unit:
                less[label[rows[place]]] -= 1
                left -= 1
                place += 1
            before, after = 0.0, 0.0
            for i in range(kinds):
                one = given[i]
                for j in range(i):
                    other = given[j]
                    before += 2.0 * count[one] * count[other] * table[one, other]
                    after += 2.0 * less[one] * less[other] * table[one, other]
                    if keep_pairs:
                        change = -count[one] * count[other] / (size - 1.0)
                        if left >= 2:
                            change += less[one] * less[other] / (left - 1.0)
                        pairs[worker, one, other] += change
                        pairs[worker, other, one] += change
            if size >= 2:
                sums[worker, 0] -= before / (size - 1.0)
                sums[worker, 1] -= before / (size * (size - 1.0))
                sums[worker, 2] -= 1.0
            if left >= 2:
                sums[worker, 0] += after / (left - 1.0)
                sums[worker, 1] += after / (left * (left - 1.0))
                sums[worker, 2] += 1.0
            if left == 0:
                sums[worker, 3] -= 1.0
            for i in range(kinds):
                code = given[i]
                if size >= 2:
                    totals[worker, code] -= count[code]
                shares[worker, code] -= count[code] / size
                if left >= 2:
                    totals[worker, code] += less[code]
                if left > 0:
                    shares[worker, code] += less[code] / left
                count[code] = 0
                less[code] = 0
    return sums, totals, shares, pairs

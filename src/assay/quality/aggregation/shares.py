"""Passes over votes that need no model of workers: each class's share of a task's vote, and the decided answer."""

from __future__ import annotations

import numpy as np

from assay.quality.arrays import Codes, Flags, Floats, Offsets, Reals
from assay.quality.compiled import compiled


@compiled
def vote_shares(
    worker: Codes,
    label: Codes,
    weight: Floats,
    voice: Floats,
    start: Offsets,
    known: Codes,
    fallback: Floats,
    posterior: Floats,
    agreed: Floats,
) -> None:
    """Each class's share of the vote into ``posterior`` (tasks, classes), and by how much each worker's votes went
    with it into ``agreed`` (workers,).

    A vote has the weight of its row in ``weight`` (or 1 where that is empty) times that of its worker in ``voice``
    (workers,). A known class has everything, and a task without any weight gets ``fallback`` (classes,).
    """
    classes = posterior.shape[1]
    for task in range(len(start) - 1):
        begin, end = np.uint64(start[task]), np.uint64(start[task + 1])
        shares = posterior[task]
        total = 0.0
        for k in range(classes):
            shares[k] = 0.0
        if len(known) > 0 and known[task] >= 0:
            total = 1.0
            shares[known[task]] = 1.0
        else:
            for row in range(begin, end):
                power = voice[worker[row]] * (weight[row] if len(weight) > 0 else 1.0)
                shares[np.uint32(label[row])] += power
                total += power
        if total > 0:
            for k in range(classes):
                shares[k] /= total
        else:
            for k in range(classes):
                shares[k] = fallback[k]
        for row in range(begin, end):
            agreed[worker[row]] += shares[np.uint32(label[row])] * (weight[row] if len(weight) > 0 else 1.0)


@compiled
def open_confusion(
    worker: Codes,
    label: Codes,
    weight: Floats,
    start: Offsets,
    known: Codes,
    counts: Reals,
    totals: Floats,
) -> None:
    """What the first pass of EM counts, taking each task's shares of the vote for its posterior.

    ``counts``: (workers * classes, classes), [worker and said, truth], and ``totals``: (classes,) are added to. Shares
    are summed vote by vote, so that many classes cost no more than few.
    """
    classes = np.uint32(counts.shape[1])
    for task in range(len(start) - 1):
        begin, end = np.uint64(start[task]), np.uint64(start[task + 1])
        if len(known) > 0 and known[task] >= 0:
            truth = known[task]
            totals[truth] += 1.0
            for row in range(begin, end):
                power = weight[row] if len(weight) > 0 else 1.0
                counts[np.uint64(np.uint32(worker[row]) * classes + np.uint32(label[row])), truth] += power
            continue
        total = 0.0
        for row in range(begin, end):
            total += weight[row] if len(weight) > 0 else 1.0
        if total <= 0:
            for k in range(counts.shape[1]):
                totals[k] += 1.0 / counts.shape[1]
            continue
        for other in range(begin, end):
            share = (weight[other] if len(weight) > 0 else 1.0) / total
            truth = label[other]
            totals[truth] += share
            for row in range(begin, end):
                power = weight[row] if len(weight) > 0 else 1.0
                counts[np.uint64(np.uint32(worker[row]) * classes + np.uint32(label[row])), truth] += power * share


@compiled
def open_coins(
    worker: Codes, label: Codes, weight: Floats, start: Offsets, known: Codes, right: Floats, totals: Floats
) -> None:
    """As ``open_confusion``, but adds to ``right`` (workers, 2) how many votes were right and wrong."""
    classes = len(totals)
    shares = np.zeros(classes)
    for task in range(len(start) - 1):
        begin, end = np.uint64(start[task]), np.uint64(start[task + 1])
        gold = len(known) > 0 and known[task] >= 0
        total = 0.0
        for row in range(begin, end):
            power = weight[row] if len(weight) > 0 else 1.0
            shares[np.uint32(label[row])] += power
            total += power
        if gold:
            totals[known[task]] += 1.0
        elif total <= 0:
            for k in range(classes):
                totals[k] += 1.0 / classes
        for row in range(begin, end):
            said = np.uint32(label[row])
            power = weight[row] if len(weight) > 0 else 1.0
            share = 1.0 / classes
            if gold:
                share = 1.0 if said == np.uint32(known[task]) else 0.0
            elif total > 0:
                share = shares[said] / total
                totals[said] += power / total
            right[np.uint32(worker[row]), 0] += power * share
            right[np.uint32(worker[row]), 1] += power * (1.0 - share)
        for row in range(begin, end):
            shares[np.uint32(label[row])] = 0.0


@compiled
def decided(posterior: Reals, prior: Floats, tolerance: float, codes: Codes, tied: Flags) -> None:
    """The likeliest class of each row into ``codes``, and whether another came within ``tolerance`` into ``tied``.

    Among the tied the class with the greatest ``prior`` (classes,) is taken, then the lowest code.
    """
    classes = posterior.shape[1]
    for task in range(len(posterior)):
        row = posterior[task]
        best = 0
        for k in range(1, classes):
            if row[k] > row[best]:
                best = k
        near = 0
        floor = row[best] - tolerance
        for k in range(classes):
            near += row[k] >= floor
        if near > 1:
            tied[task] = True
            best = -1
            for k in range(classes):
                if row[k] >= floor and (best < 0 or prior[k] > prior[best]):
                    best = k
        codes[task] = best

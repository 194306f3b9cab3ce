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
def vote_shares_of_few(
    worker: Codes, label: Codes, start: Offsets, posterior: Floats, agreed: Floats, totals: Floats
) -> bool:
    """``vote_shares`` for up to four classes and votes of equal weight, of which each task has some, up to 65,535.

    A task's four counts live in one 64-bit register. ``agreed``: (workers, 2), to which each worker's agreement and
    votes are added; ``totals``: (classes,), to which the votes for each class are. Returns false, with the work left
    undone, where a task has no votes or too many.
    """
    classes = posterior.shape[1]
    sixteen, three = np.uint64(16), np.uint64(3)
    mask = np.uint64(0xFFFF)
    total_0 = total_1 = total_2 = total_3 = np.uint64(0)
    for task in range(len(start) - 1):
        begin, end = np.uint64(start[task]), np.uint64(start[task + 1])
        if not 0 < end - begin <= mask:
            return False
        counts = np.uint64(0)
        for row in range(begin, end):
            counts += np.uint64(1) << (sixteen * np.uint64(np.uint32(label[row])))
        inverse = 1.0 / (start[task + 1] - start[task])
        total_0 += counts & mask
        total_1 += (counts >> sixteen) & mask
        total_2 += (counts >> np.uint64(32)) & mask
        total_3 += counts >> np.uint64(48)
        for k in range(classes):
            posterior[task, k] = ((counts >> (sixteen * np.uint64(k))) & mask) * inverse
        for row in range(begin, end):
            who = np.uint64(np.uint32(worker[row]))
            said = sixteen * (np.uint64(np.uint32(label[row])) & three)
            agreed[who, 0] += ((counts >> said) & mask) * inverse
            agreed[who, 1] += 1.0
    sums = (total_0, total_1, total_2, total_3)
    for k in range(classes):
        totals[k] += sums[k]
    return True


@compiled
def decided(posterior: Reals, prior: Floats, tolerance: float, codes: Codes, tied: Flags) -> None:
    """The likeliest class of each row into ``codes``, and whether another came within ``tolerance`` into ``tied``.

    Among the tied the class with the greatest ``prior`` (classes,) is taken, then the lowest code.
    """
    classes = posterior.shape[1]
    for task in range(len(posterior)):
        top = posterior[task, 0]
        for k in range(1, classes):
            top = max(top, posterior[task, k])
        floor = top - tolerance
        near, best = 0, 0
        # Without branches: where one class alone is near the top, the sum of what is near is its code.
        for k in range(classes):
            here = 1 if posterior[task, k] >= floor else 0
            near += here
            best += here * k
        if near > 1:
            tied[task] = True
            best = -1
            for k in range(classes):
                if posterior[task, k] >= floor and (best < 0 or prior[k] > prior[best]):
                    best = k
        codes[task] = best

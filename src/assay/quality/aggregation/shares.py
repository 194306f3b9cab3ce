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
def open_four(worker: Codes, label: Codes, start: Offsets, counts: Reals, totals: Floats) -> bool:
    """``open_confusion`` for four classes and votes of equal weight, of which each task has some, up to 65,535.

    Returns false, with the work left undone, where a task has no votes or too many.
    """
    sixteen, mask = np.uint64(16), np.uint64(0xFFFF)
    total_0 = total_1 = total_2 = total_3 = 0.0
    for task in range(len(start) - 1):
        begin, end = np.uint64(start[task]), np.uint64(start[task + 1])
        if not 0 < end - begin <= mask:
            return False
        packed = np.uint64(0)
        for row in range(begin, end):
            packed += np.uint64(1) << (sixteen * np.uint64(np.uint32(label[row])))
        inverse = 1.0 / np.float64(np.int64(end - begin))
        s0 = np.int64(packed & mask) * inverse
        s1 = np.int64((packed >> sixteen) & mask) * inverse
        s2 = np.int64((packed >> np.uint64(32)) & mask) * inverse
        s3 = np.int64(packed >> np.uint64(48)) * inverse
        total_0 += s0
        total_1 += s1
        total_2 += s2
        total_3 += s3
        for row in range(begin, end):
            cell = np.uint64(np.uint32(worker[row]) * np.uint32(4) + np.uint32(label[row]))
            counts[cell, 0] += s0
            counts[cell, 1] += s1
            counts[cell, 2] += s2
            counts[cell, 3] += s3
    totals[0] += total_0
    totals[1] += total_1
    totals[2] += total_2
    totals[3] += total_3
    return True


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
    worker: Codes,
    label: Codes,
    start: Offsets,
    posterior: Floats,
    codes: Codes,
    tied: Flags,
    agreed: Floats,
    totals: Floats,
) -> bool:
    """``vote_shares`` for up to four classes and votes of equal weight, of which each task has some, up to 65,535.

    A task's four counts live in one 64-bit register. ``codes`` and ``tied``: (tasks,), the likeliest class, the lowest
    of those that tie, and whether some do. ``agreed``: (workers, 2), to which each worker's agreement and votes are
    added; ``totals``: (classes,), to which the votes for each class are. Returns false, with the work left undone,
    where a task has no votes or too many.
    """
    classes = posterior.shape[1]
    sixteen, mask = np.uint64(16), np.uint64(0xFFFF)
    total_0 = total_1 = total_2 = total_3 = np.uint64(0)
    for task in range(len(start) - 1):
        begin, end = np.uint64(start[task]), np.uint64(start[task + 1])
        if not 0 < end - begin <= mask:
            return False
        counts = np.uint64(0)
        for row in range(begin, end):
            counts += np.uint64(1) << (sixteen * np.uint64(np.uint32(label[row])))
        n0 = counts & mask
        n1 = (counts >> sixteen) & mask
        n2 = (counts >> np.uint64(32)) & mask
        n3 = counts >> np.uint64(48)
        total_0 += n0
        total_1 += n1
        total_2 += n2
        total_3 += n3
        top = max(max(n0, n1), max(n2, n3))
        h0, h1, h2, h3 = n0 == top, n1 == top, n2 == top, n3 == top
        tied[task] = h0 + h1 + h2 + h3 > 1
        codes[task] = 0 if h0 else 1 if h1 else 2 if h2 else 3
        inverse = 1.0 / np.float64(np.int64(end - begin))
        if classes == 4:
            posterior[task, 0] = np.int64(n0) * inverse
            posterior[task, 1] = np.int64(n1) * inverse
            posterior[task, 2] = np.int64(n2) * inverse
            posterior[task, 3] = np.int64(n3) * inverse
        else:
            for k in range(classes):
                posterior[task, k] = np.int64((counts >> (sixteen * np.uint64(k))) & mask) * inverse
        for row in range(begin, end):
            who = np.uint64(np.uint32(worker[row]))
            alike = (counts >> (sixteen * np.uint64(np.uint32(label[row])))) & mask
            agreed[who, 0] += np.int64(alike) * inverse
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
        best = 0
        for k in range(1, classes):
            if posterior[task, k] > top:
                top = posterior[task, k]
                best = k
        # Where more than half of everything is in one class, and by more than rounding, nothing else can be near.
        if top < 0.5 + tolerance:
            near = 0
            for k in range(classes):
                near += posterior[task, k] >= top - tolerance
            if near > 1:
                tied[task] = True
                best = -1
                for k in range(classes):
                    if posterior[task, k] >= top - tolerance and (best < 0 or prior[k] > prior[best]):
                        best = k
        codes[task] = best

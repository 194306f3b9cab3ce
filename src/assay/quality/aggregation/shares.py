"""Passes over votes that need no model of workers: each class's share of a task's vote, and the decided answer."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from assay.quality.arrays import Codes, Flags, Floats, Offsets, Reals
from assay.quality.compiled import compiled

# So many votes of a task are gone through without a loop; see ``sweeps``.
WRITTEN_OUT = 5

Shares: TypeAlias = tuple[float, float, float, float]


@compiled
def vote_shares(
    worker: Codes,
    label: Codes,
    weight: Floats,
    voice: Floats,
    start: Offsets,
    known: Codes,
    fallback: Floats,
    tolerance: float,
    posterior: Reals,
    agreed: Floats,
    codes: Codes,
    tied: Flags,
) -> None:
    """Each class's share of the vote into ``posterior`` (tasks, classes), zero before, and by how much each worker's
    votes went with it into ``agreed`` (workers,).

    A vote has the weight of its row in ``weight`` (or 1 where that is empty) times that of its worker in ``voice``
    (workers,). A known class has everything, and a task without any weight gets ``fallback`` (classes,). ``codes``:
    (tasks,), a class with the largest share; ``tied``: whether another may come within ``tolerance`` of it, so that it
    is still to be decided. Only classes with a vote are looked at: of a hundred, five votes reach five at most.
    """
    for task in range(len(start) - 1):
        begin, end = np.uint64(start[task]), np.uint64(start[task + 1])
        shares = posterior[task]
        total = 0.0
        if len(known) > 0 and known[task] >= 0:
            shares[known[task]] = 1.0
            codes[task] = known[task]
        else:
            for row in range(begin, end):
                power = voice[worker[row]] * (weight[row] if len(weight) > 0 else 1.0)
                shares[np.uint32(label[row])] += power
                total += power
            if total > 0:
                inverse = 1.0 / total
                # A class is divided once, whoever says it: what is negative has been.
                for row in range(begin, end):
                    if shares[np.uint32(label[row])] > 0:
                        shares[np.uint32(label[row])] *= -inverse
                top = 0.0
                for row in range(begin, end):
                    share = -shares[np.uint32(label[row])]
                    if share > 0:
                        shares[np.uint32(label[row])] = share
                        if share > top:
                            top = share
                            codes[task] = label[row]
                for row in range(begin, end):
                    near = shares[np.uint32(label[row])] >= top - tolerance
                    tied[task] |= near and label[row] != codes[task]
            else:
                tied[task] = True
                for k in range(len(fallback)):
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
def _count_cell(cell: np.int32) -> np.uint64:
    """One vote in the 16 bits that belong to its class: a row has eight entries, so bits 3 and 4 say which class."""
    return np.uint64(1) << ((np.uint64(np.uint32(cell)) & np.uint64(24)) << np.uint64(1))


@compiled
def _add_shares(counts: Reals, cell: np.int32, s: Shares) -> None:
    place = np.uint64(np.uint32(cell)) >> np.uint64(1)
    counts[place] += s[0]
    counts[place + np.uint64(1)] += s[1]
    counts[place + np.uint64(2)] += s[2]
    counts[place + np.uint64(3)] += s[3]


@compiled
def open_four(cells: Codes, start: Offsets, counts: Reals, totals: Floats) -> bool:
    """``open_confusion`` for four classes and votes of equal weight, of which each task has some, up to 65,535.

    ``cells`` as in ``sweeps``; ``counts``: (workers * 4 * 4,). The first votes of a task are written out, as there.
    Returns false, with the work left undone, where a task has no votes or too many.
    """
    one, sixteen, mask = np.uint64(1), np.uint64(16), np.uint64(0xFFFF)
    total_0 = total_1 = total_2 = total_3 = 0.0
    for task in range(np.uint64(len(start) - 1)):
        begin, end = np.uint64(start[task]), np.uint64(start[task + one])
        votes = end - begin
        if not np.uint64(0) < votes <= mask:
            return False
        packed = _count_cell(cells[begin])
        if votes > np.uint64(1):
            packed += _count_cell(cells[begin + np.uint64(1)])
            if votes > np.uint64(2):
                packed += _count_cell(cells[begin + np.uint64(2)])
                if votes > np.uint64(3):
                    packed += _count_cell(cells[begin + np.uint64(3)])
                    if votes > np.uint64(4):
                        packed += _count_cell(cells[begin + np.uint64(4)])
                        for row in range(begin + np.uint64(WRITTEN_OUT), end):
                            packed += _count_cell(cells[row])
        inverse = 1.0 / np.float64(np.int64(votes))
        shares = (
            np.int64(packed & mask) * inverse,
            np.int64((packed >> sixteen) & mask) * inverse,
            np.int64((packed >> np.uint64(32)) & mask) * inverse,
            np.int64(packed >> np.uint64(48)) * inverse,
        )
        total_0 += shares[0]
        total_1 += shares[1]
        total_2 += shares[2]
        total_3 += shares[3]
        _add_shares(counts, cells[begin], shares)
        if votes > np.uint64(1):
            _add_shares(counts, cells[begin + np.uint64(1)], shares)
            if votes > np.uint64(2):
                _add_shares(counts, cells[begin + np.uint64(2)], shares)
                if votes > np.uint64(3):
                    _add_shares(counts, cells[begin + np.uint64(3)], shares)
                    if votes > np.uint64(4):
                        _add_shares(counts, cells[begin + np.uint64(4)], shares)
                        for row in range(begin + np.uint64(WRITTEN_OUT), end):
                            _add_shares(counts, cells[row], shares)
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
def decided(
    posterior: Reals,
    prior: Floats,
    tolerance: float,
    codes: Codes,
    tied: Flags,
    only: bool,
    which: Codes,
) -> None:
    """The likeliest class of each row into ``codes``, and whether another came within ``tolerance`` into ``tied``.

    Among the tied the class with the greatest ``prior`` (classes,) is taken, then the lowest code. With ``only``, just
    the rows ``which`` names are decided.
    """
    classes = posterior.shape[1]
    for place in range(len(which) if only else len(posterior)):
        task = np.uint64(np.uint32(which[place])) if only else np.uint64(place)
        top = posterior[task, 0]
        best = 0
        for k in range(1, classes):
            if posterior[task, k] > top:
                top = posterior[task, k]
                best = k
        near = 0
        # Where more than half of everything is in one class, and by more than rounding, nothing else can be near.
        if top < 0.5 + tolerance:
            for k in range(classes):
                near += posterior[task, k] >= top - tolerance
            if near > 1:
                best = -1
                for k in range(classes):
                    if posterior[task, k] >= top - tolerance and (best < 0 or prior[k] > prior[best]):
                        best = k
        tied[task] = near > 1
        codes[task] = best

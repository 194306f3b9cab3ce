"""Counting votes of equal weight, without any model of workers: shares, leaders and ties.

``shares.vote_shares`` does so for votes of any weight; these are for the plain count, which is made most often.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from assay.quality.arrays import Codes, Flags, Floats, Offsets, Reals
from assay.quality.compiled import compiled

# So many votes of a task are gone through without a loop; see ``sweeps``.
WRITTEN_OUT = 5
# Up to so many votes of a task, each is compared with each; beyond, that costs more than a table of counts.
COMPARED_MAX = 32


@cache
def leaders() -> NDArray[np.uint8]:
    """For four counts of 0 to 15, four bits each: the lowest class of those that lead, and 4 more where some tie.

    (65536,), one table for the whole process: which class leads is what no processor can foretell, and a look here is
    cheaper than finding it out by comparing.
    """
    packed = np.arange(1 << 16)
    counts = np.stack([(packed >> shift) & 15 for shift in (0, 4, 8, 12)])
    tied = (counts == counts.max(axis=0)).sum(axis=0) > 1
    lead: NDArray[np.uint8] = (counts.argmax(axis=0) + 4 * tied).astype(np.uint8)
    return lead


@compiled
def _count_label(label: np.int32) -> np.uint64:
    return np.uint64(1) << (np.uint64(np.uint32(label)) << np.uint64(4))


@compiled
def _agree(agreed: Floats, worker: np.int32, label: np.int32, shares: Floats) -> None:
    who = np.uint64(np.uint32(worker))
    agreed[who, 0] += shares[np.uint64(np.uint32(label))]
    agreed[who, 1] += 1.0


@compiled
def vote_shares_of_few(
    worker: Codes,
    label: Codes,
    start: Offsets,
    leader: NDArray[np.uint8],
    posterior: Reals,
    codes: Codes,
    tied: Flags,
    agreed: Floats,
    totals: Floats,
    undecided: Codes,
) -> np.int64:
    """``shares.vote_shares`` for up to four classes, and votes of equal weight of which each task has some.

    No task may have more than 65,535 votes: its four counts live in one 64-bit register. ``leader``: see ``leaders``.
    ``codes`` and ``tied``: (tasks,), the likeliest class, the lowest of those that tie, and whether some do.
    ``agreed``: (workers, 2), to which each worker's agreement and votes are added; ``totals``: (classes,), to which the
    votes for each class are. ``undecided``: (tasks,), whose first entries become the tasks that are tied. The first
    votes of a task are written out, as in ``sweeps``. Returns how many tasks are tied; -1, with the work left undone,
    where one has no votes or too many.
    """
    classes = posterior.shape[1]
    ties = np.uint64(0)
    one, sixteen, mask = np.uint64(1), np.uint64(16), np.uint64(0xFFFF)
    total_0 = total_1 = total_2 = total_3 = np.uint64(0)
    shares = np.zeros(4)
    for task in range(np.uint64(len(start) - 1)):
        begin, end = np.uint64(start[task]), np.uint64(start[task + one])
        votes = end - begin
        if not np.uint64(0) < votes <= mask:
            return np.int64(-1)
        counts = _count_label(label[begin])
        if votes > np.uint64(1):
            counts += _count_label(label[begin + np.uint64(1)])
            if votes > np.uint64(2):
                counts += _count_label(label[begin + np.uint64(2)])
                if votes > np.uint64(3):
                    counts += _count_label(label[begin + np.uint64(3)])
                    if votes > np.uint64(4):
                        counts += _count_label(label[begin + np.uint64(4)])
                        for row in range(begin + np.uint64(WRITTEN_OUT), end):
                            counts += _count_label(label[row])
        n0 = counts & mask
        n1 = (counts >> sixteen) & mask
        n2 = (counts >> np.uint64(32)) & mask
        n3 = counts >> np.uint64(48)
        total_0 += n0
        total_1 += n1
        total_2 += n2
        total_3 += n3
        if votes < sixteen:
            # Sixteen bits a class become four.
            close = counts | (counts >> np.uint64(12)) | (counts >> np.uint64(24)) | (counts >> np.uint64(36))
            lead = leader[close & mask]
            tied[task] = lead >= np.uint8(4)
            codes[task] = lead & np.uint8(3)
        else:
            top = max(max(n0, n1), max(n2, n3))
            tied[task] = np.int64(n0 == top) + np.int64(n1 == top) + np.int64(n2 == top) + np.int64(n3 == top) > 1
            codes[task] = 0 if n0 == top else 1 if n1 == top else 2 if n2 == top else 3
        # Written whether tied or not, as a branch would be guessed wrong.
        undecided[ties] = np.int32(task)
        ties += np.uint64(tied[task])
        inverse = 1.0 / np.float64(np.int64(votes))
        shares[0] = np.int64(n0) * inverse
        shares[1] = np.int64(n1) * inverse
        shares[2] = np.int64(n2) * inverse
        shares[3] = np.int64(n3) * inverse
        if classes == 4:
            posterior[task, 0] = shares[0]
            posterior[task, 1] = shares[1]
            posterior[task, 2] = shares[2]
            posterior[task, 3] = shares[3]
        else:
            for k in range(classes):
                posterior[task, k] = shares[k]
        _agree(agreed, worker[begin], label[begin], shares)
        if votes > np.uint64(1):
            _agree(agreed, worker[begin + np.uint64(1)], label[begin + np.uint64(1)], shares)
            if votes > np.uint64(2):
                _agree(agreed, worker[begin + np.uint64(2)], label[begin + np.uint64(2)], shares)
                if votes > np.uint64(3):
                    _agree(agreed, worker[begin + np.uint64(3)], label[begin + np.uint64(3)], shares)
                    if votes > np.uint64(4):
                        _agree(agreed, worker[begin + np.uint64(4)], label[begin + np.uint64(4)], shares)
                        for row in range(begin + np.uint64(WRITTEN_OUT), end):
                            _agree(agreed, worker[row], label[row], shares)
    sums = (total_0, total_1, total_2, total_3)
    for k in range(classes):
        totals[k] += sums[k]
    return np.int64(ties)


@compiled
def _share_out(
    posterior: Reals, agreed: Floats, totals: Floats, task: int, worker: np.int32, label: np.int32, share: float
) -> None:
    who, said = np.uint64(np.uint32(worker)), np.uint64(np.uint32(label))
    posterior[task, said] = share
    agreed[who, 0] += share
    agreed[who, 1] += 1.0
    totals[said] += 1.0


@compiled
def _ranked(same: np.int64, label: np.int32) -> np.int64:
    """Of two, the one with more votes is the greater, and of equals the one with the lower code."""
    return (same << 32) - np.int64(label)


@compiled
def vote_shares_of_many(
    worker: Codes,
    label: Codes,
    start: Offsets,
    posterior: Reals,
    codes: Codes,
    tied: Flags,
    agreed: Floats,
    totals: Floats,
    undecided: Codes,
) -> np.int64:
    """``vote_shares_of_few`` for any number of classes, of which ``posterior`` must be zero before.

    A row of a hundred classes is several cache lines of memory never touched before. So nothing is counted there: a
    task's votes are compared with each other, up to five without a loop, and a share is written once for each vote and
    not read again. Returns -1, with the work left undone, where a task has no votes or more than ``COMPARED_MAX``.
    """
    ties = np.uint64(0)
    one, two, three, four = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
    for task in range(np.uint64(len(start) - 1)):
        begin, end = np.uint64(start[task]), np.uint64(start[task + one])
        votes = end - begin
        if not np.uint64(0) < votes <= np.uint64(COMPARED_MAX):
            return np.int64(-1)
        inverse = 1.0 / np.float64(np.int64(votes))
        best, leading = np.int64(0), np.int64(0)
        if votes <= np.uint64(WRITTEN_OUT):
            # Votes that are not there say classes that are not there, each another one, and have no count.
            a = label[begin]
            b = label[begin + one] if votes > one else np.int32(-1)
            c = label[begin + two] if votes > two else np.int32(-2)
            d = label[begin + three] if votes > three else np.int32(-3)
            e = label[begin + four] if votes > four else np.int32(-4)
            ab, ac, ad, ae = np.int64(a == b), np.int64(a == c), np.int64(a == d), np.int64(a == e)
            bc, bd, be = np.int64(b == c), np.int64(b == d), np.int64(b == e)
            cd, ce, de = np.int64(c == d), np.int64(c == e), np.int64(d == e)
            of_a = 1 + ab + ac + ad + ae
            of_b = np.int64(votes > one) * (1 + ab + bc + bd + be)
            of_c = np.int64(votes > two) * (1 + ac + bc + cd + ce)
            of_d = np.int64(votes > three) * (1 + ad + bd + cd + de)
            of_e = np.int64(votes > four) * (1 + ae + be + ce + de)
            _share_out(posterior, agreed, totals, task, worker[begin], a, of_a * inverse)
            if votes > one:
                _share_out(posterior, agreed, totals, task, worker[begin + one], b, of_b * inverse)
                if votes > two:
                    _share_out(posterior, agreed, totals, task, worker[begin + two], c, of_c * inverse)
                    if votes > three:
                        _share_out(posterior, agreed, totals, task, worker[begin + three], d, of_d * inverse)
                        if votes > four:
                            _share_out(posterior, agreed, totals, task, worker[begin + four], e, of_e * inverse)
            best = max(max(_ranked(of_a, a), _ranked(of_b, b)), max(_ranked(of_c, c), _ranked(of_d, d)))
            best = max(best, _ranked(of_e, e))
            top = (best + np.int64(0xFFFFFFFF)) >> 32
            leading = np.int64(of_a == top) + np.int64(of_b == top) + np.int64(of_c == top)
            leading += np.int64(of_d == top) + np.int64(of_e == top)
        else:
            for row in range(begin, end):
                same = np.int64(0)
                for other in range(begin, end):
                    same += np.int64(label[other] == label[row])
                _share_out(posterior, agreed, totals, task, worker[row], label[row], same * inverse)
                top = (best + np.int64(0xFFFFFFFF)) >> 32
                leading = np.int64(1) if same > top else leading + np.int64(same == top)
                best = max(best, _ranked(same, label[row]))
        top = (best + np.int64(0xFFFFFFFF)) >> 32
        # Of as many votes as lead, all are for one class, or else some tie.
        tied[task] = leading > top
        codes[task] = np.int32((top << 32) - best)
        undecided[ties] = np.int32(task)
        ties += np.uint64(tied[task])
    return np.int64(ties)


@compiled
def settle(which: Codes, label: Codes, start: Offsets, posterior: Reals, prior: Floats, codes: Codes) -> None:
    """Of the tasks ``which``, the class with the greatest ``prior`` (classes,) of those that tie, then the lowest code,
    into ``codes``. Only classes with a vote are looked at."""
    for task in which:
        best = -1
        for row in range(start[task], start[task + 1]):
            k = label[row]
            if posterior[task, k] < posterior[task, codes[task]]:
                continue
            if best < 0 or prior[k] > prior[best] or (prior[k] == prior[best] and k < best):
                best = k
        codes[task] = best

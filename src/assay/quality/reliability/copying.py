"""Who copies whom: pairs of workers who say the same more often than two who work alone would, and their groups.

Two good workers agree because both are right, which is no sign of copying; two who make the *same mistake*, again and
again, are. The evidence of each task both answered is a likelihood ratio. If one of a pair copies the other's answer
with probability c and else works alone, then against two who work alone

    both said l:      1 - c + c / P(a lone worker would have said l there)
    they differed:    1 - c

so agreement on what the worker would have said anyway weighs nearly nothing, agreement on a rare mistake weighs much,
and every difference speaks for independence. The mean over several c of the product over tasks is an e-value, whose
expectation is 1 for pairs who work alone; it needs no asymptotics, and is sound for pairs with few tasks in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from assay.quality.arrays import Codes, Floats, Ids, Offsets
from assay.quality.compiled import compiled
from assay.quality.reliability.discovery import e_discoveries, local_false_rate
from assay.quality.votes import Votes

# How often the copying one copies: half the time, most of the time, always but for slips.
COPY_RATES = (0.5, 0.8, 0.97)


@dataclass(frozen=True)
class Copying:
    """Two workers whose answers depend on each other.

    ``together``: tasks both answered. ``same``: on how many they said the same; ``same_expected``: on how many two who
    work alone would have. ``same_wrong``: the expected number of these where both were wrong. ``log_evidence``: the
    natural logarithm of the e-value, above 0 for copying.
    """

    first: object
    second: object
    together: int
    same: int
    same_expected: float
    same_wrong: float
    log_evidence: float


@dataclass(frozen=True, eq=False)
class CopyReport:
    """``pairs``: those that stand, strongest evidence first. ``groups``: workers joined by them, the largest first.

    ``group``: (n_workers,) int32, the place of each worker's group in ``groups``, -1 for none. ``pairs_tested``: how
    many pairs had enough tasks in common.
    """

    pairs: tuple[Copying, ...]
    groups: tuple[tuple[object, ...], ...]
    group: Codes
    workers: Ids
    pairs_tested: int


def find_copying(
    votes: Votes,
    confusion: Floats,
    posterior: Floats,
    *,
    rate: float = 0.01,
    rule: Literal["e-values", "odds"] = "e-values",
    together_min: int = 5,
) -> CopyReport:
    """Pairs of workers whose answers agree beyond what skill, class frequencies and the task's own lure explain.

    ``confusion``: (n_workers, n_classes, n_classes) of [truth, said] and ``posterior``: (n_tasks, n_classes), as
    ``confusion_of(result)`` and ``result.posterior``, or, where a ring may hold the consensus, by the skill that golds
    show (``skill_confusion`` and ``naive_posterior``). A task that misleads many honest workers to one wrong answer
    makes them look alike; so a lone worker's chance of saying l is taken to be no lower than the share of the task's
    other voters who did.

    ``rule``: "e-values" keeps the expected share of false pairs among those reported at ``rate``, whatever their
    dependence (``e_discoveries``): to accuse by. "odds" reports pairs whose probability of not copying is below
    ``rate`` when the share of copying pairs is itself estimated from all of them (empirical Bayes, Efron 2008): to be
    cautious by; it finds more where there is a large ring. ``together_min``: pairs with fewer tasks in common are not
    tested. Time grows with the sum over tasks of their votes squared, memory with the pairs that are tested: thousands
    of workers are fine.
    """
    posterior = np.ascontiguousarray(posterior, dtype=np.float64)
    alone, right = _lone_chance(votes.start, votes.worker, votes.label, np.ascontiguousarray(confusion), posterior)
    order, begin = _by_worker(votes)
    first, second, tallies = _pairs(
        votes.start,
        votes.worker,
        votes.label,
        alone,
        right,
        order,
        begin,
        posterior,
        np.ascontiguousarray(confusion),
        np.array(COPY_RATES),
        together_min,
    )
    evidence = tallies[:, 4]
    stands = e_discoveries(evidence, rate) if rule == "e-values" else local_false_rate(evidence) < rate
    found = np.flatnonzero(stands & (evidence > 0))
    found = found[np.argsort(-evidence[found], kind="stable")]
    names = votes.workers.tolist()
    pairs = tuple(
        Copying(
            first=names[first[pair]],
            second=names[second[pair]],
            together=int(tallies[pair, 0]),
            same=int(tallies[pair, 1]),
            same_expected=float(tallies[pair, 2]),
            same_wrong=float(tallies[pair, 3]),
            log_evidence=float(evidence[pair]),
        )
        for pair in found
    )
    group, members = _groups(votes.n_workers, first[found], second[found])
    groups = tuple(tuple(names[worker] for worker in some) for some in members)
    return CopyReport(pairs, groups, group, votes.workers, len(first))


def _by_worker(votes: Votes) -> tuple[Offsets, Offsets]:
    """Rows in order of worker and, of each, of task; and where each worker's rows begin."""
    order = np.argsort(votes.worker, kind="stable").astype(np.int64)
    begin = np.zeros(votes.n_workers + 1, np.int64)
    np.cumsum(np.bincount(votes.worker, minlength=votes.n_workers), out=begin[1:])
    return order, begin


def _groups(n_workers: int, first: Codes, second: Codes) -> tuple[Codes, list[list[int]]]:
    """Connected components of at least two workers, the largest first."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges = coo_array((np.ones(len(first)), (first, second)), shape=(n_workers, n_workers))
    _, component = connected_components(edges, directed=False)
    size = np.bincount(component, minlength=1)
    kept = [code for code in np.argsort(-size, kind="stable").tolist() if size[code] >= 2]
    place = np.full(len(size), -1, np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    group: Codes = place[component].astype(np.int32)
    members: list[list[int]] = [[] for _ in kept]
    for worker, code in enumerate(group.tolist()):
        if code >= 0:
            members[code].append(worker)
    return group, members


@compiled
def _lone_chance(
    start: Offsets, worker: Codes, label: Codes, confusion: Floats, posterior: Floats
) -> tuple[Floats, Floats]:
    """For each vote: 1 / (the chance that its worker, alone, says so), averaged over truths; and that it is right."""
    inverse = np.empty(len(worker))
    right = np.empty(len(worker))
    classes = posterior.shape[1]
    for task in range(len(start) - 1):
        for row in range(start[task], start[task + 1]):
            total = 0.0
            for code in range(classes):
                total += posterior[task, code] / confusion[worker[row], code, label[row]]
            inverse[row] = total
            right[row] = posterior[task, label[row]]
    return inverse, right


@compiled
def _pairs(
    start: Offsets,
    worker: Codes,
    label: Codes,
    alone: Floats,
    right: Floats,
    order: Offsets,
    begin: Offsets,
    posterior: Floats,
    confusion: Floats,
    rates: Floats,
    together_min: int,
) -> tuple[Codes, Codes, Floats]:
    """One worker at a time, the tallies with every later worker who shares a task.

    Returns the two workers of each pair with enough tasks in common, and (pairs, 5): together, same, expected same,
    same and wrong, log e-value. A worker's second vote on one task is compared like a first.
    """
    n_workers = len(begin) - 1
    classes = posterior.shape[1]
    n_rates = len(rates)
    tasks = _task_of(start, len(worker))
    tally = np.zeros((n_workers, 4))
    logs = np.zeros((n_workers, n_rates))
    touched = np.empty(n_workers, np.int64)
    room = 1024
    first = np.empty(room, np.int32)
    second = np.empty(room, np.int32)
    out = np.empty((room, 5))
    found = 0
    for who in range(n_workers):
        n_touched = 0
        for place in range(begin[who], begin[who + 1]):
            row = order[place]
            task = tasks[row]
            votes_here = start[task + 1] - start[task]
            liked = 0
            for other in range(start[task], start[task + 1]):
                liked += label[other] == label[row]
            for other in range(start[task], start[task + 1]):
                partner = worker[other]
                if partner <= who:
                    continue
                if tally[partner, 0] == 0:
                    touched[n_touched] = partner
                    n_touched += 1
                tally[partner, 0] += 1
                chance = 0.0
                for code in range(classes):
                    both = 0.0
                    for said in range(classes):
                        both += confusion[who, code, said] * confusion[partner, code, said]
                    chance += posterior[task, code] * both
                tally[partner, 2] += chance
                if label[other] != label[row]:
                    for r in range(n_rates):
                        logs[partner, r] += np.log(1.0 - rates[r])
                    continue
                tally[partner, 1] += 1
                tally[partner, 3] += 1.0 - right[row]
                # The task's own lure: the share of the other voters who said the same, with half a vote of doubt.
                lure = (liked - 2 + 0.5) / (votes_here - 2 + 1.0)
                surprise = min(0.5 * (alone[row] + alone[other]), 1.0 / lure)
                for r in range(n_rates):
                    logs[partner, r] += np.log(1.0 - rates[r] + rates[r] * surprise)
        for t in range(n_touched):
            partner = touched[t]
            if tally[partner, 0] >= together_min:
                if found == room:
                    room *= 2
                    first = _grown(first, room)
                    second = _grown(second, room)
                    wider = np.empty((room, 5))
                    wider[:found] = out[:found]
                    out = wider
                first[found] = who
                second[found] = partner
                out[found, :4] = tally[partner]
                top = logs[partner].max()
                out[found, 4] = top + np.log(np.exp(logs[partner] - top).mean())
                found += 1
            tally[partner] = 0.0
            logs[partner] = 0.0
    return first[:found], second[:found], out[:found]


@compiled
def _task_of(start: Offsets, rows: int) -> Codes:
    tasks = np.empty(rows, np.int32)
    for task in range(len(start) - 1):
        tasks[start[task] : start[task + 1]] = task
    return tasks


@compiled
def _grown(values: Codes, room: int) -> Codes:
    wider = np.empty(room, np.int32)
    wider[: len(values)] = values
    return wider

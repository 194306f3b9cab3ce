"""What one more label is worth, in closed form over what the worker asked might say.

A worker with confusion matrix C, asked about a task with posterior p, says l with probability sum_k p_k C[k, l], and
the posterior becomes proportional to p_k C[k, l]. All measures of worth compare those futures with the present.

``posterior``: (rows, n_classes); ``confusion``: (rows, n_classes, n_classes) of [truth, said], float64. One row a pair
of a task and a worker. A single row takes about a microsecond.
"""

from __future__ import annotations

import numpy as np

from assay.quality.arrays import Floats
from assay.quality.compiled import compiled

# A gain below this is rounding: a policy that asks for anything worth more than nothing must not see it.
ROUNDING = 1e-12


def accuracy_gain(posterior: Floats, confusion: Floats, labels: int = 1) -> Floats:
    """By how much the probability of a right answer rises, in expectation, with one more label: (rows,), 0 or more.

    sum_l max_k p_k C[k, l] - max_k p_k. It is 0 where no single answer could change the decision: a task with two votes
    against none has none to gain from a third, though it may from two more. ``labels`` looks that many labels ahead (of
    workers alike, chosen before any of them has answered), and gives the gain per label; time grows as
    n_classes ** labels.
    """
    # A kernel with a default would be compiled once for callers who give it and once for those who do not.
    return _accuracy_gain(posterior, confusion, labels)


@compiled
def _accuracy_gain(posterior: Floats, confusion: Floats, labels: int) -> Floats:
    rows, classes = posterior.shape
    futures = classes**labels
    out = np.empty(rows)
    joint = np.empty(classes)
    for row in range(rows):
        expected = 0.0
        for future in range(futures):
            for code in range(classes):
                joint[code] = posterior[row, code]
            rest = future
            for _ in range(labels):
                said = rest % classes
                rest //= classes
                for code in range(classes):
                    joint[code] *= confusion[row, code, said]
            expected += joint.max()
        gain = expected - posterior[row].max()
        out[row] = gain / labels if gain > ROUNDING else 0.0
    return out


@compiled
def information_gain(posterior: Floats, confusion: Floats) -> Floats:
    """By how many bits one more label lessens the entropy of the answer, in expectation: (rows,), 0 or more.

    The mutual information of the truth and what the worker will say (Lindley 1956).
    """
    rows, classes = posterior.shape
    out = np.empty(rows)
    for row in range(rows):
        bits = 0.0
        for said in range(classes):
            chance = 0.0
            for code in range(classes):
                chance += posterior[row, code] * confusion[row, code, said]
            if chance <= 0:
                continue
            for code in range(classes):
                likely = confusion[row, code, said]
                if likely > 0 and posterior[row, code] > 0:
                    bits += posterior[row, code] * likely * np.log2(likely / chance)
        out[row] = bits if bits > ROUNDING else 0.0
    return out


@compiled
def per_cost(gain: Floats, votes: Floats, cost: Floats, labels_min: int, labels_max: int, worth_min: float) -> Floats:
    """Gain over cost within a policy's bounds: (rows,); ``+inf`` where the task has fewer labels than ``labels_min``,
    ``-inf`` where it has ``labels_max`` or the worth is below ``worth_min``. ``votes``: (rows, n_classes)."""
    out = np.empty(len(gain))
    for row in range(len(gain)):
        labels = votes[row].sum()
        worth = gain[row] / cost[row]
        if labels < labels_min:
            out[row] = np.inf
        elif labels >= labels_max or not worth >= worth_min:
            out[row] = -np.inf
        else:
            out[row] = worth
    return out


@compiled
def lead(votes: Floats) -> Floats:
    """By how many votes the first class leads the second: (rows,), 0 where level; ``votes``: (rows, n_classes)."""
    out = np.empty(len(votes))
    for row in range(len(votes)):
        first, second = 0.0, 0.0
        for count in votes[row]:
            if count > first:
                first, second = count, first
            elif count > second:
                second = count
        out[row] = first - second
    return out


@compiled
def doubt_times_ability(posterior: Floats, confusion: Floats, prior: Floats, power: float) -> Floats:
    """The probability that the present answer is wrong, times how far above chance the worker is: (rows,), 0 or more.

    Greedy gains look one label ahead and undervalue tasks that need two. Doubt is what all labels still to come could
    gain at best, and a worker's ability is how much of it one label gains; ``power`` tempers ability against doubt. A
    bonus for workers seldom seen was tried, since a label also teaches how good its worker is: replayed on recorded
    crowds it gained nothing, and lost three points where workers do not return.
    """
    rows, classes = posterior.shape
    out = np.empty(rows)
    for row in range(rows):
        ability = -1.0 / classes
        for code in range(classes):
            ability += prior[code] * confusion[row, code, code]
        out[row] = (1.0 - posterior[row].max()) * max(ability, 0.02) ** power
    return out

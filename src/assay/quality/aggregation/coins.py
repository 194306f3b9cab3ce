"""One pass of EM over votes in task order, for models in which each worker has one number: how often they are right.

A vote multiplies the weight of the class that was said by its worker's odds, and leaves the others alone, so that a
pass costs the same for a hundred classes as for two, apart from writing posteriors.
"""

from __future__ import annotations

import math

import numpy as np

from assay.quality.arrays import Codes, Floats, Offsets, Reals
from assay.quality.compiled import compiled

# A product of odds outside of these may have lost digits, or be about to overflow.
LEAST = 1e-200
MOST = 1e200
# With this many classes or fewer a task's weights are simply added up.
FEW = 16


@compiled
def sweep_coins(
    worker: Codes,
    label: Codes,
    weight: Floats,
    start: Offsets,
    known: Codes,
    odds: Reals,
    prior: Floats,
    right: Floats,
    totals: Floats,
    posterior: Reals,
) -> float:
    """Adds expected right and wrong votes to ``right`` (workers, 2) and posteriors to ``totals`` (classes,).

    ``odds``: (workers,), the odds of the class said against any one other. ``weight``, ``known``, ``posterior`` may be
    empty, as in ``sweeps``. Returns the log-likelihood short of its constant, the votes' chances of being wrong: the
    sum over tasks of the log of sum over classes of prior times odds (of the known class alone where it is known).
    """
    classes = len(prior)
    chances = prior.copy()
    # Classes that no vote of a task named keep their prior, scaled; those scales are added here and spread at the end.
    scales = 0.0
    log_likelihood = 0.0
    product = 1.0
    for task in range(len(start) - 1):
        begin, end = np.uint64(start[task]), np.uint64(start[task + 1])
        extreme = False
        if len(known) > 0 and known[task] >= 0:
            truth = np.uint32(known[task])
            log_likelihood += math.log(prior[truth])
            for row in range(begin, end):
                power = weight[row] if len(weight) > 0 else 1.0
                if np.uint32(label[row]) == truth:
                    log_likelihood += power * math.log(odds[worker[row]])
                    right[worker[row], 0] += power
                else:
                    right[worker[row], 1] += power
            totals[truth] += 1.0
            if len(posterior) > 0:
                for k in range(classes):
                    posterior[task, k] = 0.0
                posterior[task, truth] = 1.0
            continue
        for row in range(begin, end):
            said = np.uint32(label[row])
            if len(weight) > 0:
                chances[said] *= odds[np.uint32(worker[row])] ** weight[row]
            else:
                chances[said] *= odds[np.uint32(worker[row])]
            extreme |= not (LEAST < chances[said] < MOST)
        shift = 0.0
        if extreme:
            # Again from the start, in logarithms, and scaled so that the largest weight is 1.
            for k in range(classes):
                chances[k] = math.log(prior[k])
            for row in range(begin, end):
                power = weight[row] if len(weight) > 0 else 1.0
                chances[label[row]] += power * math.log(odds[worker[row]])
            shift = chances.max()
            for k in range(classes):
                chances[k] = math.exp(chances[k] - shift)
        total = 0.0
        rest = 1.0
        if not extreme and classes > FEW:
            for row in range(begin, end):
                said = np.uint32(label[row])
                if chances[said] > 0:
                    total += chances[said]
                    rest -= prior[said]
                    chances[said] = -chances[said]  # The sign marks what has been added.
            for row in range(begin, end):
                chances[np.uint32(label[row])] = abs(chances[np.uint32(label[row])])
            total += rest
        if extreme or classes <= FEW or rest < 1e-3 * total:
            total = 0.0
            for k in range(classes):
                total += chances[k]
        if shift != 0.0 or total < 1e-100 or total > 1e100:
            log_likelihood += shift + math.log(total)
        else:
            product *= total
            if product < 1e-150 or product > 1e150:
                log_likelihood += math.log(product)
                product = 1.0
        inverse = 1.0 / total
        for row in range(begin, end):
            power = weight[row] if len(weight) > 0 else 1.0
            chance = chances[np.uint32(label[row])] * inverse
            right[np.uint32(worker[row]), 0] += power * chance
            right[np.uint32(worker[row]), 1] += power * (1.0 - chance)
        if len(posterior) > 0:
            for k in range(classes):
                posterior[task, k] = chances[k] * inverse
        if extreme or classes <= FEW or total < 1e-3:
            for k in range(classes):
                totals[k] += chances[k] * inverse
                chances[k] = prior[k]
        else:
            scales += inverse
            for row in range(begin, end):
                said = np.uint32(label[row])
                totals[said] += (chances[said] - prior[said]) * inverse
                chances[said] = prior[said]
    for k in range(classes):
        totals[k] = max(totals[k] + scales * prior[k], 0.0)
    return log_likelihood + math.log(product)

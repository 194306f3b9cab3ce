"""The compiled loops of EBCC: mean-field variational inference over classes divided into subtypes."""

from __future__ import annotations

import math

import numpy as np

from assay.quality.arrays import Codes, Floats, Offsets
from assay.quality.compiled import compiled

# A subtype with fewer expected tasks than this has died out: under a sparse prior it never comes back, and leaving it
# out makes every later pass cheaper.
DEAD = 1e-6
# A start with so few answers that differ from those of a place already reached is on its way there, or as good as: it
# looks every so many passes.
NEAR = 0.002
LOOK = 5


@compiled
def psi_and_log_gamma(x: float) -> tuple[float, float]:
    """The digamma function and the logarithm of gamma at x > 0, sharing the recurrence up to 6 and one logarithm."""
    shift = 0.0
    product = 1.0
    while x < 6.0:
        shift -= 1.0 / x
        product *= x
        x += 1.0
    log = math.log(x)
    inverse = 1.0 / x
    square = inverse * inverse
    psi = (
        log
        - 0.5 * inverse
        - square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))))
    )
    gamma = (
        (x - 0.5) * log
        - x
        + 0.9189385332046727
        + inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))))
    )
    if product != 1.0:
        gamma -= math.log(product)
    return psi + shift, gamma


@compiled
def fraction(state: int) -> float:
    """A number within (0, 1) from a whole number, by the mixing of SplitMix64 (Steele, Lea and Flood 2014)."""
    z = np.uint64(state) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (float(z >> np.uint64(11)) + 0.5) / 9007199254740992.0


@compiled
def scatter_start(
    start: Offsets,
    slot: Codes,
    label: Codes,
    weight: Floats,
    gold: Codes,
    times: Floats,
    classes: int,
    subtypes: int,
    seed: int,
    table: Floats,
    total: Floats,
) -> None:
    """Fill ``table`` (workers * classes, classes * subtypes) and ``total`` (classes * subtypes,) to begin with.

    Each task belongs to classes by its votes' shares (or to its gold), and within a class to subtypes by chance,
    uniformly over the simplex.
    """
    columns = classes * subtypes
    share = np.empty(columns)
    votes_of = np.empty(classes)
    weighted = len(weight) > 0
    table[:] = 0.0
    total[:] = 0.0
    for task in range(len(start) - 1):
        votes_of[:] = 1e-9
        if gold[task] >= 0:
            votes_of[gold[task]] = 1e9
        else:
            for vote in range(start[task], start[task + 1]):
                votes_of[label[vote]] += weight[vote] if weighted else 1.0
        whole = votes_of.sum()
        for c in range(classes):
            norm = 0.0
            for f in range(c * subtypes, (c + 1) * subtypes):
                share[f] = -math.log(fraction((seed + 1) * 1000000007 + task * columns + f))
                norm += share[f]
            for f in range(c * subtypes, (c + 1) * subtypes):
                share[f] *= votes_of[c] / (whole * norm)
        for f in range(columns):
            total[f] += share[f] * times[task]
        for vote in range(start[task], start[task + 1]):
            size = times[task] * (weight[vote] if weighted else 1.0)
            for f in range(columns):
                table[slot[vote], f] += share[f] * size


@compiled
def maximize(
    table: Floats,
    total: Floats,
    kind: Codes,
    active: int,
    classes: int,
    subtypes: int,
    class_prior: Floats,
    subtype_prior: float,
    right_prior: float,
    wrong_prior: float,
    log_said: Floats,
    log_share: Floats,
) -> float:
    """Expected logarithms of all parameters from the expected counts; returns their divergence from the prior.

    ``kind``: (columns,) the class of each of the first ``active`` columns. ``class_prior``: (classes,) pseudo-counts of
    tasks; the other priors are pseudo-counts of all subtypes of a class together, and of a right and of each wrong
    answer. Fills ``log_said`` (like ``table``) and
    ``log_share`` (columns,): of what each worker says of a subtype, and of the subtype's share of all tasks.
    """
    workers = len(table) // classes
    divergence = 0.0
    size = np.zeros(classes)
    whole = 0.0
    for f in range(active):
        size[kind[f]] += total[f]
        whole += total[f]
    psi_whole, gamma_whole = psi_and_log_gamma(whole + class_prior.sum())
    divergence += gamma_whole - math.lgamma(class_prior.sum())
    of_class = np.empty(classes)
    within = np.empty(classes)
    for c in range(classes):
        psi, gamma = psi_and_log_gamma(size[c] + class_prior[c])
        of_class[c] = psi - psi_whole
        divergence += size[c] * of_class[c] - gamma + math.lgamma(class_prior[c])
        within[c], gamma = psi_and_log_gamma(size[c] + subtype_prior)
        divergence += gamma - math.lgamma(subtype_prior)
    gamma_before = math.lgamma(subtype_prior / subtypes)
    for f in range(active):
        psi, gamma = psi_and_log_gamma(total[f] + subtype_prior / subtypes)
        log_share[f] = psi - within[kind[f]]
        divergence += total[f] * log_share[f] - gamma + gamma_before
        log_share[f] += of_class[kind[f]]
    base = right_prior + (classes - 1) * wrong_prior
    psi_right, gamma_right = psi_and_log_gamma(right_prior)
    psi_wrong, gamma_wrong = psi_and_log_gamma(wrong_prior)
    psi_base, gamma_base = psi_and_log_gamma(base)
    row = np.empty(active)
    row_psi = np.empty(active)
    for worker in range(workers):
        first = worker * classes
        row[:] = 0.0
        for said in range(classes):
            for f in range(active):
                row[f] += table[first + said, f]
        for f in range(active):
            # Where a count is as good as 0 the prior's own value is right to rounding, and many counts are.
            if row[f] < 1e-12:
                row_psi[f] = psi_base
            else:
                row_psi[f], gamma = psi_and_log_gamma(row[f] + base)
                divergence += gamma - gamma_base
        for said in range(classes):
            for f in range(active):
                count = table[first + said, f]
                right = kind[f] == said
                if count < 1e-12:
                    log_said[first + said, f] = (psi_right if right else psi_wrong) - row_psi[f]
                    continue
                psi, gamma = psi_and_log_gamma(count + (right_prior if right else wrong_prior))
                log_said[first + said, f] = psi - row_psi[f]
                divergence += count * log_said[first + said, f] - gamma + (gamma_right if right else gamma_wrong)
    return divergence


@compiled
def expect(
    start: Offsets,
    slot: Codes,
    weight: Floats,
    gold: Codes,
    times: Floats,
    kind: Codes,
    active: int,
    log_said: Floats,
    log_share: Floats,
    table: Floats,
    total: Floats,
    posterior: Floats,
) -> tuple[float, float]:
    """One pass over the votes: fills ``table``, ``total`` and the posterior of classes (tasks, classes).

    Returns the sum of the logarithms of the normalizers and the largest change of any task's posterior.
    """
    weighted = len(weight) > 0
    classes = posterior.shape[1]
    score = np.empty(active)
    fresh = np.empty(classes)
    table[:] = 0.0
    total[:] = 0.0
    evidence = 0.0
    change = 0.0
    for task in range(len(start) - 1):
        for f in range(active):
            score[f] = log_share[f]
        for vote in range(start[task], start[task + 1]):
            row = slot[vote]
            if weighted:
                for f in range(active):
                    score[f] += weight[vote] * log_said[row, f]
            else:
                for f in range(active):
                    score[f] += log_said[row, f]
        if gold[task] >= 0:
            for f in range(active):
                if kind[f] != gold[task]:
                    score[f] = -math.inf
        top = -math.inf
        for f in range(active):
            top = max(top, score[f])
        norm = 0.0
        for f in range(active):
            # Below e^-40 of the likeliest subtype, adding nothing changes no sum by more than rounding.
            score[f] = math.exp(score[f] - top) if score[f] > top - 40.0 else 0.0
            norm += score[f]
        evidence += times[task] * (top + math.log(norm))
        fresh[:] = 0.0
        for f in range(active):
            score[f] /= norm
            fresh[kind[f]] += score[f]
            score[f] *= times[task]
            total[f] += score[f]
        for c in range(classes):
            change = max(change, abs(fresh[c] - posterior[task, c]))
            posterior[task, c] = fresh[c]
        for vote in range(start[task], start[task + 1]):
            row = slot[vote]
            if weighted:
                for f in range(active):
                    table[row, f] += weight[vote] * score[f]
            else:
                for f in range(active):
                    table[row, f] += score[f]
    return evidence, change


@compiled
def distance(one: Floats, other: Floats, times: Floats) -> float:
    """The share of tasks that change their answer, fractions of posteriors counted, from one table to the other."""
    apart = 0.0
    for task in range(len(one)):
        for c in range(one.shape[1]):
            apart += 0.5 * times[task] * abs(one[task, c] - other[task, c])
    return float(apart / max(times.sum(), 1e-12))


@compiled
def drop_dead(table: Floats, total: Floats, kind: Codes, active: int) -> int:
    """Move the living columns together; returns how many there are. One of each class stays, for golds and priors."""
    classes = 0
    for f in range(active):
        classes = max(classes, kind[f] + 1)
    left = np.zeros(classes, np.int64)
    for f in range(active):
        left[kind[f]] += 1
    kept = 0
    for f in range(active):
        if total[f] < DEAD and left[kind[f]] > 1:
            left[kind[f]] -= 1
            continue
        if kept != f:
            kind[kept] = kind[f]
            total[kept] = total[f]
            for row in range(len(table)):
                table[row, kept] = table[row, f]
        kept += 1
    return kept


@compiled
def run(
    start: Offsets,
    slot: Codes,
    label: Codes,
    weight: Floats,
    gold: Codes,
    times: Floats,
    classes: int,
    subtypes: int,
    class_prior: Floats,
    subtype_prior: float,
    right_prior: float,
    wrong_prior: float,
    seed: int,
    iterations_max: int,
    tolerance: float,
    reached: Floats,
    table: Floats,
    log_said: Floats,
    posterior: Floats,
    trace: Floats,
) -> int:
    """One start by ``seed`` to convergence, or until it has come where another has been.

    ``times``: (tasks,) how many tasks stand behind each row. ``reached``: posterior of the best place reached so far,
    or (0, classes): a start that comes within ``NEAR`` of it is not followed further. ``table``, ``log_said``: (workers
    * classes, classes * subtypes), room; afterwards ``table[:, :classes]`` holds the expected counts of [worker, said]
    by true class. ``posterior``: (tasks, classes) and ``trace``: (iterations_max,) are filled. Returns the iterations
    made, negative where it was abandoned.
    """
    columns = classes * subtypes
    kind = np.empty(columns, np.int32)
    for f in range(columns):
        kind[f] = f // subtypes
    active = columns
    total = np.empty(columns)
    log_share = np.empty(columns)
    posterior[:] = 0.0
    scatter_start(start, slot, label, weight, gold, times, classes, subtypes, seed, table, total)
    made = iterations_max
    for iteration in range(iterations_max):
        divergence = maximize(
            table, total, kind, active, classes, subtypes, class_prior, subtype_prior, right_prior, wrong_prior,
            log_said, log_share,
        )  # fmt: skip
        evidence, change = expect(
            start, slot, weight, gold, times, kind, active, log_said, log_share, table, total, posterior
        )
        trace[iteration] = evidence - divergence
        if change < tolerance:
            made = iteration + 1
            break
        if len(reached) > 0 and iteration % LOOK == LOOK - 1 and distance(posterior, reached, times) < NEAR:
            return -(iteration + 1)
        active = drop_dead(table, total, kind, active)
    by_class = np.zeros(classes)
    for row in range(len(table)):
        by_class[:] = 0.0
        for f in range(active):
            by_class[kind[f]] += table[row, f]
        table[row, :classes] = by_class
    return made

"""The compiled loops of GLAD: the marginal posterior with its gradient, and the climb to its top."""

from __future__ import annotations

import math

import numpy as np

from assay.quality.arrays import Codes, Floats, Offsets
from assay.quality.compiled import compiled

# How many past steps the quasi-Newton method remembers.
MEMORY = 8


@compiled
def evaluate(
    start: Offsets,
    worker: Codes,
    label: Codes,
    weight: Floats,
    gold: Codes,
    prior: Floats,
    mean: Floats,
    precision: Floats,
    signed: bool,
    point: Floats,
    gradient: Floats,
    curvature: Floats,
    posterior: Floats,
) -> float:
    """The log of (likelihood times priors) at ``point``, its gradient, and the posteriors of all tasks.

    ``weight``: (votes,), or empty where every vote counts once. ``gold``: (tasks,) the known class or -1. ``prior``:
    (classes,) log. ``mean``, ``precision``: (2,) of the normal priors of ability and of log-ease. ``signed``: whether
    abilities themselves are looked for, else their logarithms. ``point``: (workers + tasks,) abilities or their
    logarithms, then log-eases. ``gradient``, ``curvature`` (same shape) and ``posterior`` (tasks, classes) are filled.
    ``curvature`` is that of votes on tasks whose class is known, always positive.
    """
    tasks = len(start) - 1
    classes = len(prior)
    workers = len(point) - tasks
    others = math.log(max(classes - 1, 1))
    score = np.empty(classes)
    weighted = len(weight) > 0
    total = 0.0
    ability = np.empty(workers)
    for w in range(workers):
        ability[w] = point[w] if signed else math.exp(point[w])
        off = point[w] - mean[0]
        total -= 0.5 * precision[0] * off * off
        gradient[w] = -precision[0] * off
        curvature[w] = precision[0]
    longest = 0
    for task in range(tasks):
        longest = max(longest, start[task + 1] - start[task])
    sure = np.empty(longest)
    # Products stand for sums of logarithms, which are taken when the products become large: hundreds at a time.
    product = 1.0
    norms = 1.0
    for task in range(tasks):
        begin, end = start[task], start[task + 1]
        ease = math.exp(point[workers + task])
        for c in range(classes):
            score[c] = prior[c]
        times = 1.0
        for vote in range(begin, end):
            x = ability[worker[vote]] * ease
            tail = math.exp(-abs(x))
            share = 1.0 / (1.0 + tail)
            sure[vote - begin] = share if x >= 0.0 else 1.0 - share
            if weighted:
                times = weight[vote]
                total -= times * (max(x, 0.0) + others + math.log1p(tail))
            else:
                total -= max(x, 0.0) + others
                product *= 1.0 + tail
                if product > 1e200:
                    total -= math.log(product)
                    product = 1.0
            score[label[vote]] += times * (x + others)
        known = gold[task]
        if known >= 0:
            total += score[known]
            for c in range(classes):
                score[c] = 0.0
            score[known] = 1.0
        else:
            top = score[0]
            for c in range(1, classes):
                top = max(top, score[c])
            norm = 0.0
            for c in range(classes):
                score[c] = math.exp(score[c] - top)
                norm += score[c]
            total += top
            norms *= norm
            if norms > 1e200:
                total += math.log(norms)
                norms = 1.0
            for c in range(classes):
                score[c] /= norm
        off = point[workers + task] - mean[1]
        total -= 0.5 * precision[1] * off * off
        slope = -precision[1] * off
        bend = precision[1]
        for c in range(classes):
            posterior[task, c] = score[c]
        for vote in range(begin, end):
            w = worker[vote]
            s = sure[vote - begin]
            miss = score[label[vote]] - s
            spread = s * (1.0 - s)
            if weighted:
                miss *= weight[vote]
                spread *= weight[vote]
            logit = ability[w] * ease
            slope += miss * logit
            bend += spread * logit * logit
            reach = ease if signed else logit
            gradient[w] += miss * reach
            curvature[w] += spread * reach * reach
        gradient[workers + task] = slope
        curvature[workers + task] = bend
    return total + math.log(norms) - math.log(product)


@compiled
def dot(left: Floats, right: Floats) -> float:
    """The scalar product, in one fixed order on every machine and in this thread alone (a linear-algebra library would
    start threads of its own, which cost more than the sum)."""
    a = b = c = d = 0.0
    whole = len(left) - len(left) % 4
    for i in range(0, whole, 4):
        a += left[i] * right[i]
        b += left[i + 1] * right[i + 1]
        c += left[i + 2] * right[i + 2]
        d += left[i + 3] * right[i + 3]
    for i in range(whole, len(left)):
        a += left[i] * right[i]
    return (a + b) + (c + d)


@compiled
def add(target: Floats, other: Floats, times: float) -> None:
    """Add ``times * other`` to ``target``."""
    for i in range(len(target)):
        target[i] += times * other[i]


@compiled
def climb(
    start: Offsets,
    worker: Codes,
    label: Codes,
    weight: Floats,
    gold: Codes,
    prior: Floats,
    mean: Floats,
    precision: Floats,
    signed: bool,
    iterations_max: int,
    tolerance: float,
    point: Floats,
    posterior: Floats,
    trace: Floats,
) -> int:
    """Maximize ``evaluate`` from ``point``, which is changed in place, by limited-memory BFGS.

    The inverse of the expected curvature is the first guess of the inverse Hessian at every step, which puts abilities
    (thousands of votes) and eases (a few) on one scale. ``trace``: (iterations_max,), filled, ascending. Returns the
    iterations made; it stops before ``iterations_max`` when a step gains at most ``tolerance`` a vote.
    """
    size = len(point)
    gradient = np.empty(size)
    curvature = np.empty(size)
    ahead = np.empty(size)
    ahead_gradient = np.empty(size)
    direction = np.empty(size)
    steps = np.zeros((MEMORY, size))
    changes = np.zeros((MEMORY, size))
    scale = np.zeros(MEMORY)
    shares = np.zeros(MEMORY)
    held = 0
    enough = tolerance * max(len(worker), 1)
    value = evaluate(
        start, worker, label, weight, gold, prior, mean, precision, signed, point, gradient, curvature, posterior
    )
    for iteration in range(iterations_max):
        direction[:] = gradient
        for back in range(min(held, MEMORY)):
            k = (held - 1 - back) % MEMORY
            shares[k] = scale[k] * dot(steps[k], direction)
            add(direction, changes[k], -shares[k])
        for i in range(size):
            direction[i] /= curvature[i]
        for forth in range(min(held, MEMORY)):
            k = (held - min(held, MEMORY) + forth) % MEMORY
            add(direction, steps[k], shares[k] - scale[k] * dot(changes[k], direction))
        slope = dot(direction, gradient)
        if slope <= 0.0:
            for i in range(size):
                direction[i] = gradient[i] / curvature[i]
            slope = dot(direction, gradient)
            held = 0
        # No coordinate moves by more than 2 at once: an ease is an exponent.
        length = 1.0
        longest = 0.0
        for i in range(size):
            longest = max(longest, abs(direction[i]))
        if longest > 2.0:
            length = 2.0 / longest
        better = value
        for _ in range(20):
            ahead[:] = point
            add(ahead, direction, length)
            better = evaluate(
                start,
                worker,
                label,
                weight,
                gold,
                prior,
                mean,
                precision,
                signed,
                ahead,
                ahead_gradient,
                curvature,
                posterior,
            )
            if better >= value + 1e-4 * length * slope:
                break
            length *= 0.4
        if better < value:
            # Rounding stops the climb: the point reached stays, with its posteriors.
            trace[iteration] = evaluate(
                start,
                worker,
                label,
                weight,
                gold,
                prior,
                mean,
                precision,
                signed,
                point,
                gradient,
                curvature,
                posterior,
            )
            return iteration + 1
        k = held % MEMORY
        loosest = 0.0
        for i in range(size):
            steps[k, i] = ahead[i] - point[i]
            changes[k, i] = gradient[i] - ahead_gradient[i]
            loosest = max(loosest, curvature[i])
        fit = dot(steps[k], changes[k])
        if fit > 1e-12 * dot(changes[k], changes[k]) / loosest:
            scale[k] = 1.0 / fit
            held += 1
        point[:] = ahead
        gradient[:] = ahead_gradient
        gain = better - value
        value = better
        trace[iteration] = value
        if gain <= enough:
            return iteration + 1
    return iterations_max

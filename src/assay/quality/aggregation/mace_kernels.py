"""The compiled loops of MACE: one run of expectation and maximization from one start."""

from __future__ import annotations

import math

import numpy as np

from assay.quality.arrays import Codes, Floats, Offsets
from assay.quality.compiled import compiled


@compiled
def digamma(x: float) -> float:
    """The derivative of log gamma for x > 0: recurrence up to 6, then the asymptotic series (error below 1e-12)."""
    total = 0.0
    while x < 6.0:
        total -= 1.0 / x
        x += 1.0
    inverse = 1.0 / (x * x)
    series = inverse * (
        1 / 12
        - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse * (1 / 132 - inverse * 691 / 32760))))
    )
    return total + math.log(x) - 0.5 / x - series


@compiled
def expect(
    start: Offsets,
    slot: Codes,
    label: Codes,
    weight: Floats,
    gold: Codes,
    prior: Floats,
    lift: Floats,
    agreed: Floats,
    posterior: Floats,
) -> float:
    """One pass over the votes: posteriors of all tasks, and how often each (worker, label) said what was true.

    ``slot``: (votes,) worker * classes + label. ``weight``: (votes,), or empty where every vote counts once. ``gold``:
    (tasks,) the known class or -1. ``prior``: (classes,) log. ``lift``: (workers * classes,) log of how much a vote
    raises the class it names. ``agreed``: same shape, cleared and filled with the expected number of votes that named
    the truth. ``posterior``: (tasks, classes), filled.
    Returns the sum over tasks of the log of the normalizer.
    """
    classes = len(prior)
    score = np.empty(classes)
    agreed[:] = 0.0
    weighted = len(weight) > 0
    total = 0.0
    for task in range(len(start) - 1):
        for c in range(classes):
            score[c] = prior[c]
        for vote in range(start[task], start[task + 1]):
            score[label[vote]] += lift[slot[vote]] * (weight[vote] if weighted else 1.0)
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
            total += top + math.log(norm)
            for c in range(classes):
                score[c] /= norm
        for c in range(classes):
            posterior[task, c] = score[c]
        for vote in range(start[task], start[task + 1]):
            agreed[slot[vote]] += score[label[vote]] * (weight[vote] if weighted else 1.0)
    return total


@compiled
def run(
    start: Offsets,
    slot: Codes,
    label: Codes,
    weight: Floats,
    gold: Codes,
    prior: Floats,
    count: Floats,
    knowing: Floats,
    guess: Floats,
    variational: bool,
    know_prior: Floats,
    guess_prior: float,
    iterations_max: int,
    tolerance: float,
    posterior: Floats,
    trace: Floats,
) -> int:
    """Iterate to convergence from ``knowing`` (workers,) and ``guess`` (workers, classes), which are changed in place.

    ``count``: (workers, classes) votes each worker gave each class. ``know_prior``: (2,) pseudo-counts of answering
    from knowledge and of guessing; ``guess_prior``: pseudo-count of each guessed class; without ``variational`` they
    are the smoothing added to the expected counts. ``trace``: (iterations_max,), filled with the evidence bound
    (variational) or log-likelihood. ``knowing`` and ``guess`` return the posterior means. Returns the iterations made:
    it stops before ``iterations_max`` when the trace gains at most ``tolerance`` a vote.
    """
    workers, classes = guess.shape
    votes = len(slot)
    knows = np.empty(workers)
    guesses = np.empty(workers)
    blame = np.empty((workers, classes))
    lift = np.empty(workers * classes)
    agreed = np.empty(workers * classes)
    for worker in range(workers):
        knows[worker] = knowing[worker]
        guesses[worker] = 1.0 - knowing[worker]
        for c in range(classes):
            blame[worker, c] = guess[worker, c]
    divergence = 0.0
    for iteration in range(iterations_max):
        base = 0.0
        for worker in range(workers):
            for c in range(classes):
                wrong = guesses[worker] * blame[worker, c]
                lift[worker * classes + c] = math.log1p(knows[worker] / wrong)
                base += count[worker, c] * math.log(wrong)
        trace[iteration] = base - divergence + expect(start, slot, label, weight, gold, prior, lift, agreed, posterior)
        if iteration > 1 and abs(trace[iteration] - trace[iteration - 1]) <= tolerance * votes:
            return iteration + 1
        divergence = 0.0
        for worker in range(workers):
            informed = 0.0
            guessed = 0.0
            for c in range(classes):
                share = knows[worker] / (knows[worker] + guesses[worker] * blame[worker, c])
                right = share * agreed[worker * classes + c]
                informed += right
                blame[worker, c] = max(count[worker, c] - right, 0.0)
                guessed += blame[worker, c]
            knowing[worker] = (informed + know_prior[0]) / (informed + guessed + know_prior[0] + know_prior[1])
            for c in range(classes):
                guess[worker, c] = (blame[worker, c] + guess_prior) / (guessed + classes * guess_prior)
            if not variational:
                knows[worker] = knowing[worker]
                guesses[worker] = 1.0 - knowing[worker]
                for c in range(classes):
                    blame[worker, c] = guess[worker, c]
                continue
            # The expected logarithms under the posterior Beta and Dirichlet stand where EM has the logarithms.
            whole = digamma(informed + guessed + know_prior[0] + know_prior[1])
            log_knows = digamma(informed + know_prior[0]) - whole
            log_guesses = digamma(guessed + know_prior[1]) - whole
            divergence += (
                math.lgamma(informed + guessed + know_prior[0] + know_prior[1])
                - math.lgamma(know_prior[0] + know_prior[1])
                - math.lgamma(informed + know_prior[0])
                + math.lgamma(know_prior[0])
                - math.lgamma(guessed + know_prior[1])
                + math.lgamma(know_prior[1])
                + informed * log_knows
                + guessed * log_guesses
            )
            whole = digamma(guessed + classes * guess_prior)
            divergence += math.lgamma(guessed + classes * guess_prior) - math.lgamma(classes * guess_prior)
            for c in range(classes):
                log_guess = digamma(blame[worker, c] + guess_prior) - whole
                divergence += (
                    blame[worker, c] * log_guess
                    - math.lgamma(blame[worker, c] + guess_prior)
                    + math.lgamma(guess_prior)
                )
                blame[worker, c] = math.exp(log_guess)
            knows[worker] = math.exp(log_knows)
            guesses[worker] = math.exp(log_guesses)
    return iterations_max

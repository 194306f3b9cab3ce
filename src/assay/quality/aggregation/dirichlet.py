"""Dirichlet distributions over rows of confusion matrices: expected logarithms, divergences, and priors learned."""

from __future__ import annotations

import math

import numpy as np

from assay.quality.arrays import Floats, Reals
from assay.quality.compiled import compiled

# No factor falls below these, so that a handful of votes cannot underflow a product.
SMALLEST_FACTOR = 1e-45
SMALLEST_FACTOR_SINGLE = 1e-30
# Series for large arguments are used from here on; their error is then below 1e-13.
LARGE = 8.0


@compiled
def digamma_and_log_gamma(x: float) -> tuple[float, float]:
    """Both for ``x`` above 0: recurrence, then the asymptotic series (Abramowitz and Stegun 6.1.41 and 6.3.18)."""
    fall, product = 0.0, 1.0
    while x < LARGE:
        fall += 1.0 / x
        product *= x
        x += 1.0
    log_x = math.log(x)
    z = 1.0 / (x * x)
    slope = z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z * (1 / 132 - z * (691 / 32760 - z / 12))))))
    digamma = log_x - 0.5 / x - slope - fall
    tail = (
        1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z * (1 / 1188 - z * (691 / 360360 - z / 156)))))
    ) / x
    log_gamma = (x - 0.5) * log_x - x + 0.9189385332046727 + tail - math.log(product)
    return digamma, log_gamma


@compiled
def expected_factors(counts: Reals, pseudo: Floats, smallest: float, factor: Reals) -> float:
    """exp(E[log p]) of each worker's confusion rows into ``factor``, and the divergence from their priors.

    ``counts``, ``factor``: (workers, said, truth). ``pseudo``: the prior's pseudo-counts, (workers or 1, said, truth),
    above 0. A row, for one truth, is Dirichlet with parameters counts + pseudo over said. Returns the sum over all rows
    of the Kullback-Leibler divergence of that from its prior.
    """
    workers, classes = counts.shape[0], counts.shape[1]
    shared = pseudo.shape[0] == 1
    prior_digamma = np.empty((classes, classes))
    prior_log_gamma = np.empty((classes, classes))
    prior_sum = np.empty(classes)
    prior_sum_digamma = np.empty(classes)
    prior_sum_log_gamma = np.empty(classes)
    sums = np.empty(classes)
    heads = np.empty(classes)
    divergence = 0.0
    for w in range(workers):
        p = 0 if shared else w
        if w == 0 or not shared:
            for t in range(classes):
                prior_sum[t] = 0.0
            for s in range(classes):
                for t in range(classes):
                    prior_sum[t] += pseudo[p, s, t]
                    prior_digamma[s, t], prior_log_gamma[s, t] = digamma_and_log_gamma(pseudo[p, s, t])
            for t in range(classes):
                prior_sum_digamma[t], prior_sum_log_gamma[t] = digamma_and_log_gamma(prior_sum[t])
        for t in range(classes):
            sums[t] = 0.0
        for s in range(classes):
            for t in range(classes):
                sums[t] += counts[w, s, t]
        for t in range(classes):
            head, log_gamma = digamma_and_log_gamma(prior_sum[t] + sums[t])
            divergence += log_gamma - prior_sum_log_gamma[t]
            heads[t] = head
        for s in range(classes):
            for t in range(classes):
                count = np.float64(counts[w, s, t])
                before = pseudo[p, s, t]
                # A count this small moves neither number by more than rounding; with many classes most are.
                if count < 1e-9 * before * before:
                    expected = prior_digamma[s, t] - heads[t]
                else:
                    digamma, log_gamma = digamma_and_log_gamma(before + count)
                    expected = digamma - heads[t]
                    divergence += prior_log_gamma[s, t] - log_gamma + count * expected
                factor[w, s, t] = max(math.exp(expected), smallest)
    return divergence


@compiled
def learned_pseudo(counts: Reals, pseudo: Floats, shrink: Floats, share: Floats, rounds: int) -> Floats:
    """The Dirichlet prior that makes workers' expected counts likeliest: empirical Bayes for the rows of all workers.

    ``counts``: (workers, said, truth). ``pseudo``: (said, truth), where to start. ``share``: (workers,), how much each
    worker counts. ``shrink``: (said, truth), pseudo-counts of a Gamma prior on what is learned (its shape less one is
    ``shrink`` and its rate 1), which keeps a parameter that no data speak of near ``shrink``. ``rounds`` of the fixed
    point of Minka, "Estimating a Dirichlet distribution" (2000), equation 55, which never lowers the likelihood.
    Returns (said, truth).
    """
    workers, classes = counts.shape[0], counts.shape[1]
    pseudo = pseudo.copy()
    sums = np.zeros((workers, classes))
    for w in range(workers):
        for s in range(classes):
            for t in range(classes):
                sums[w, t] += counts[w, s, t]
    above = np.empty((classes, classes))
    below = np.empty(classes)
    for _ in range(rounds):
        above[:] = 0.0
        below[:] = 0.0
        for t in range(classes):
            total = 0.0
            for s in range(classes):
                total += pseudo[s, t]
            base = digamma_and_log_gamma(total)[0]
            for w in range(workers):
                if sums[w, t] > 0:
                    below[t] += share[w] * (digamma_and_log_gamma(total + sums[w, t])[0] - base)
        for s in range(classes):
            for t in range(classes):
                base = digamma_and_log_gamma(pseudo[s, t])[0]
                for w in range(workers):
                    count = np.float64(counts[w, s, t])
                    if count > 0:
                        above[s, t] += share[w] * (digamma_and_log_gamma(pseudo[s, t] + count)[0] - base)
        for s in range(classes):
            for t in range(classes):
                raised = (pseudo[s, t] * above[s, t] + shrink[s, t]) / (below[t] + 1.0)
                pseudo[s, t] = min(max(raised, 1e-3), 1e4)
    return pseudo

"""Many tests at once: which findings stand when chance alone would make some of them.

Of ten thousand pairs of workers, a hundred lie beyond the 1 % mark by chance. Both rules here keep the expected share
of false findings among those reported at or below ``rate``.
"""

from __future__ import annotations

import numpy as np

from assay.quality.arrays import Flags, Floats


def discoveries(p_values: Floats, rate: float = 0.05, tests: int | None = None) -> Flags:
    """Which p-values (tests,) stand: Benjamini and Hochberg (1995), for independent or positively dependent tests.

    ``tests``: how many were done in all, where only the smallest are given. NaN never stands.
    """
    values = np.where(np.isnan(p_values), np.inf, p_values)
    return _step_up(values, rate, len(values) if tests is None else tests)


def e_discoveries(log_e_values: Floats, rate: float = 0.05, tests: int | None = None) -> Flags:
    """Which e-values (tests,), given as logarithms, stand: Wang and Ramdas (2022), whatever their dependence.

    An e-value is a likelihood ratio, or a mean of such: under the null its expectation is at most 1. Pairs of workers
    share workers and so depend on each other in every direction, which this rule allows and that for p-values does not.
    """
    return _step_up(np.exp(-np.clip(log_e_values, -700.0, 700.0)), rate, len(log_e_values) if tests is None else tests)


def local_false_rate(log_evidence: Floats) -> Floats:
    """The probability that each finding is false, from the log-likelihood ratio of each: (tests,), 0 to 1.

    The share of true ones is the fixed point of their mean probability, found from all tests together (two groups,
    empirical Bayes; Efron 2008), and never above a half.
    """
    evidence = np.clip(log_evidence, -500.0, 500.0)
    share = 0.01
    true = np.zeros(len(evidence))
    for _ in range(200):
        true = 1.0 / (1.0 + np.exp(-np.clip(evidence + np.log(share / (1.0 - share)), -500.0, 500.0)))
        updated = min(max(float(true.mean()), 1e-6), 0.5) if len(true) else share
        if abs(updated - share) < 1e-9:
            break
        share = updated
    false: Floats = 1.0 - true
    return false


def _step_up(values: Floats, rate: float, tests: int) -> Flags:
    if not 0 < rate < 1:
        raise ValueError(f"rate must be within (0, 1), got {rate}")
    if len(values) == 0:
        return np.zeros(0, np.bool_)
    ordered = np.sort(values)
    passing = np.flatnonzero(ordered <= rate * np.arange(1, len(values) + 1) / tests)
    stands: Flags = values <= ordered[passing[-1]] if len(passing) else np.zeros(len(values), np.bool_)
    return stands

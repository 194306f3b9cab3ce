"""Intervals for a share: how far the true rate may lie from what was counted.

Each takes ``successes`` of ``trials`` and a ``confidence`` within (0, 1), and returns the lower and upper end within
[0, 1]; with no trials, (0, 1): nothing is known. Raises ``ValueError`` where there are more successes than trials.
Comparison and advice on which to use: Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion",
Statistical Science 16 (2001).
"""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist


def wilson(successes: float, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval (1927): the usual choice, close to its nominal coverage from few trials on.

    ``successes`` may be a sum of parts, where a trial can succeed in part; the interval is then wider than it need be.

    >>> low, high = wilson(8, 10)
    >>> round(low, 4), round(high, 4)
    (0.4902, 0.9433)
    """
    _require_counts(successes, trials, confidence)
    if trials == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    reach = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    low = 0.0 if successes == 0 else max(centre - reach, 0.0)
    high = 1.0 if successes == trials else min(centre + reach, 1.0)
    return low, high


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper and Pearson's exact interval (1934): never covers less than promised, so it is wide."""
    _require_counts(successes, trials, confidence)
    if trials == 0:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    failures = trials - successes
    low = 0.0 if successes == 0 else _beta_quantile(successes, failures + 1, tail)
    high = 1.0 if failures == 0 else _beta_quantile(successes + 1, failures, 1 - tail)
    return low, high


def jeffreys(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """The equal-tailed posterior interval under Jeffreys' prior Beta(1/2, 1/2), with the ends of Brown, Cai and
    DasGupta: 0 when nothing succeeded, 1 when nothing failed."""
    _require_counts(successes, trials, confidence)
    if trials == 0:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    failures = trials - successes
    low = 0.0 if successes == 0 else _beta_quantile(successes + 0.5, failures + 0.5, tail)
    high = 1.0 if failures == 0 else _beta_quantile(successes + 0.5, failures + 0.5, 1 - tail)
    return low, high


def _require_counts(successes: float, trials: int, confidence: float) -> None:
    if not 0 <= successes <= trials:
        raise ValueError(f"successes must be within 0 and trials, got {successes} of {trials}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be within (0, 1), got {confidence}")


def _beta_quantile(alpha: float, beta: float, share: float) -> float:
    # Imported here because it takes a third of a second, and most of those who import this module want Wilson.
    from scipy.special import betaincinv

    return float(betaincinv(alpha, beta, share))

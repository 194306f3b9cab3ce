"""Ranks from scores, and how sure they are."""

from __future__ import annotations

import numpy as np

from assay.quality.arrays import Codes, Floats, Offsets

# Scores closer than this (natural units) are one rank: the search does not tell them apart.
SAME_SCORE = 1e-9


def ranks(score: Floats) -> Offsets:
    """Rank of each score, 1 the best: one more than the number of scores above it, so that equals share a rank."""
    above = np.sort(-score)
    return np.searchsorted(above, -score - SAME_SCORE, side="left").astype(np.int64) + 1


def ranks_by_overlap(interval: Floats, component: Codes) -> Offsets:
    """Best and worst rank of each item by its interval: (items, 2).

    An item is counted as better than another where its interval lies wholly above, which is how the Arena ranks
    (Chiang et al. 2024). It is quick and errs on the cautious side for two items, yet promises nothing for all of them
    together; ``rank_sets`` does. Items of different components are never told apart.
    """
    best = np.ones(len(interval), np.int64)
    worst = np.ones(len(interval), np.int64)
    n = len(interval)
    for label in range(int(component.max(initial=-1)) + 1):
        member = np.flatnonzero(component == label)
        low, high = np.sort(interval[member, 0]), np.sort(interval[member, 1])
        best[member] = 1 + len(member) - np.searchsorted(low, interval[member, 1], side="right")
        worst[member] = n - np.searchsorted(high, interval[member, 0], side="left")
    return np.stack([best, worst], axis=1)


def rank_sets(
    score: Floats,
    covariance: Floats,
    component: Codes,
    *,
    confidence: float,
    simultaneous: bool,
    draws: int,
    seed: int,
) -> Offsets:
    """Best and worst rank of each item from tests of every pair: (items, 2).

    Two items differ where their difference is more than c standard errors from 0. For one pair at a time c is the
    normal quantile; ``simultaneous`` takes the quantile of the largest of all standardised differences under the
    scores' normal distribution (by ``draws``), so that with probability ``confidence`` every item's true rank lies in
    its set (Mogstad, Romano, Shaikh and Wilhelm 2024, with one step).
    """
    from scipy.special import ndtri

    variance = np.diag(covariance)
    spread = np.sqrt(np.maximum(variance[:, None] + variance[None, :] - 2 * covariance, 0.0))
    critical = float(ndtri((1 + confidence) / 2))
    if simultaneous and len(score) > 1:
        critical = _largest_difference(covariance, spread, confidence, draws, seed)
    beats = (score[:, None] - score[None, :]) > np.maximum(critical * spread, SAME_SCORE)
    beats &= component[:, None] == component[None, :]
    best = 1 + beats.sum(axis=0)
    worst = len(score) - beats.sum(axis=1)
    return np.stack([best, worst], axis=1).astype(np.int64)


def _largest_difference(covariance: Floats, spread: Floats, confidence: float, draws: int, seed: int) -> float:
    """The ``confidence`` quantile of the largest standardised difference between two items."""
    power, direction = np.linalg.eigh(covariance)
    root = direction * np.sqrt(np.maximum(power, 0.0))
    noise = np.random.default_rng(seed).standard_normal((draws, len(power))) @ root.T
    largest = np.zeros(draws)
    for item in range(len(power) - 1):
        per_error = np.where(spread[item, item + 1 :] > 0, 1 / np.maximum(spread[item, item + 1 :], 1e-300), 0.0)
        difference = np.abs(noise[:, item + 1 :] - noise[:, [item]]) * per_error
        np.maximum(largest, difference.max(axis=1), out=largest)
    return float(np.quantile(largest, confidence))

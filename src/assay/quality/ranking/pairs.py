"""Which pair to ask about next."""

from __future__ import annotations

from typing import Literal

import numpy as np

from assay.quality.arrays import Codes, Floats
from assay.quality.ranking.result import Ranked

Aim = Literal["order", "information", "adjacent"]
AIMS: tuple[Aim, ...] = ("order", "information", "adjacent")


def next_pairs(ranked: Ranked, count: int = 1, aim: Aim = "order") -> Codes:
    """The ``count`` battles from which most is expected, as codes of items: (count, 2) int32; a pair may come again.

    ``aim`` says what for:

    - "information": scores as exact as possible: log(1 + p (1 - p) v), with p the chance of winning and v the variance
      of the difference, is how much a vote shrinks the volume of the scores' uncertainty (D-optimality).
    - "order": the right order: p (1 - p) v, which is that for one vote, times exp(-d^2 / 4v) for a difference d, so
      that a vote goes where the order is still open. Of several rules tried in simulation (``bench/ranking_pairs.py``)
      this one needed the fewest votes; weighting by the chance of a wrong order came close.
    - "adjacent": the right order by a simple rule: neighbours in rank only, the least sure first.

    Pairs are chosen one after the other; each is taken into the covariance as if it had been voted on, so that a batch
    spreads over the items. ``covariance`` should be the model's or the sandwich's of a fit with few battles a pair
    (``BradleyTerry(interval="model")``).

    Raises ``ValueError`` where there are fewer than two items, or for an unknown aim.
    """
    n = len(ranked)
    if n < 2:
        raise ValueError(f"a pair needs two items, got {n}")
    if aim not in AIMS:
        raise ValueError(f"aim is {aim!r}; it is one of {', '.join(AIMS)}")
    chance = ranked.win_probabilities()
    doubt = chance * (1 - chance)
    gap = np.abs(ranked.score[:, None] - ranked.score[None, :])
    covariance = ranked.covariance.copy()
    allowed = np.triu(np.ones((n, n), dtype=bool), 1)
    if aim == "adjacent":
        order = ranked.order
        allowed[:] = False
        allowed[order[:-1], order[1:]] = True
    chosen = np.empty((count, 2), dtype=np.int32)
    for place in range(count):
        gain = np.where(allowed, _gain(covariance, doubt, gap, aim), -1.0)
        i, j = divmod(int(np.argmax(gain)), n)
        chosen[place] = i, j
        shared = covariance[:, i] - covariance[:, j]
        variance = float(shared[i] - shared[j])
        covariance -= np.outer(shared, shared) * (doubt[i, j] / (1 + doubt[i, j] * variance))
    return chosen


def _gain(covariance: Floats, doubt: Floats, gap: Floats, aim: Aim) -> Floats:
    own = np.diag(covariance)
    variance = np.maximum(own[:, None] + own[None, :] - 2 * covariance, 1e-300)
    if aim == "information":
        return np.asarray(np.log1p(doubt * variance))
    return np.asarray(doubt * variance * np.exp(-(gap**2) / (4 * variance)))

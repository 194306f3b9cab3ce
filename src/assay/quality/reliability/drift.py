"""Workers who change: better with practice, worse with fatigue, or another person at the keyboard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay.quality.aggregation.result import Aggregated
from assay.quality.arrays import Flags, Floats, Ids
from assay.quality.reliability.discovery import discoveries
from assay.quality.reliability.skill import chance_right
from assay.quality.votes import Golds, GoldsLike, Votes


@dataclass(frozen=True, eq=False)
class Drift:
    """How each worker's correctness moved over their votes. All arrays are (n_workers,).

    ``p_value``: of no change. ``changed``: which stand among all workers (Benjamini and Hochberg). ``before``,
    ``after``: the share right on either side of the likeliest change, NaN with no votes judged. ``changed_at``: the
    time, as the votes have it, of the first vote after it, NaN where there is none. ``recent``: the skill now, a Beta
    posterior in which a vote's weight halves with every ``half_life`` votes after it. ``votes``: how many were judged.
    """

    workers: Ids
    p_value: Floats
    changed: Flags
    before: Floats
    after: Floats
    changed_at: Floats
    recent: Floats
    votes: Floats


def skill_drift(
    votes: Votes,
    golds: GoldsLike = None,
    result: Aggregated | None = None,
    *,
    when: Floats | None = None,
    rate: float = 0.05,
    half_life: float = 20.0,
    votes_min: int = 10,
) -> Drift:
    """Whether each worker's share of right answers changed, when, and what it is now.

    The order is that of ``when`` (votes,), or else of ``votes.when``. Right or wrong is by golds, and with a ``result``
    also by everyone else's votes; a task's difficulty is taken out by comparing with the others who answered it. The
    test is the largest departure of the cumulative sum from a straight line (CUSUM), whose distribution without change
    is that of the supremum of a Brownian bridge, Kolmogorov's (Page 1954; Ploberger and Kraemer 1992); on few votes it
    errs to the side of no change. Workers with fewer than ``votes_min`` judged votes are not tested.

    Raises ``ValueError`` where there are no times, or neither golds nor a result.
    """
    when = votes.when if when is None else np.asarray(when, dtype=np.float64)
    if when is None or len(when) != len(votes):
        raise ValueError("the order of the votes is not known; build them with times=, or give when, one time a vote")
    if result is None and not len(Golds.of(votes, golds)):
        raise ValueError("give golds, a result of aggregation, or both: there is nothing to judge workers by")
    right = chance_right(votes, golds, result)
    judged = np.flatnonzero(np.isfinite(right))
    relative = right - _others_right(votes, right)
    order = judged[np.lexsort((when[judged], votes.worker[judged]))]
    bounds = np.searchsorted(votes.worker[order], np.arange(votes.n_workers + 1))
    out = np.full((5, votes.n_workers), np.nan)
    out[0] = 1.0
    prior = float(right[judged].mean()) if len(judged) else 0.5
    for worker in range(votes.n_workers):
        rows = order[bounds[worker] : bounds[worker + 1]]
        if len(rows) == 0:
            out[4, worker] = prior
            continue
        out[4, worker] = forgetting_mean(right[rows], half_life, prior)
        change, out[0, worker] = change_point(relative[rows]) if len(rows) >= votes_min else (0, 1.0)
        out[1, worker] = right[rows[:change]].mean() if change else right[rows].mean()
        out[2, worker] = right[rows[change:]].mean()
        out[3, worker] = when[rows[change]] if change else np.nan
    p_value = out[0]
    tested = np.diff(bounds) >= votes_min
    changed = np.zeros(votes.n_workers, np.bool_)
    changed[tested] = discoveries(p_value[tested], rate)
    return Drift(
        workers=votes.workers,
        p_value=p_value,
        changed=changed,
        before=out[1],
        after=out[2],
        changed_at=out[3],
        recent=out[4],
        votes=np.diff(bounds).astype(np.float64),
    )


def change_point(values: Floats) -> tuple[int, float]:
    """Where the mean of a sequence most likely changed, and the p-value of no change.

    ``values``: (n,), in order. The first value after the change has the index returned, 1 to n - 1; (0, 1.0) where the
    values do not differ or are fewer than two.
    """
    from scipy.special import kolmogorov

    n = len(values)
    spread = float(values.std()) if n > 1 else 0.0
    if spread < 1e-9:
        return 0, 1.0
    departure = np.abs(np.cumsum(values - values.mean())[:-1])
    # A departure near either end is found where it is largest after scaling by its own standard deviation; the test
    # itself uses the unscaled one, whose distribution is known.
    share = np.arange(1, n) / n
    at = int(np.argmax(departure / np.sqrt(share * (1.0 - share)))) + 1
    return at, float(kolmogorov(departure.max() / (spread * np.sqrt(n))))


def forgetting_mean(right: Floats, half_life: float, prior: float, prior_votes: float = 2.0) -> float:
    """The mean of a Beta posterior that forgets: each vote's weight halves with every ``half_life`` later votes.

    ``right``: (n,), the probability that each vote was right, in order. ``prior``: the mean before any vote, worth
    ``prior_votes`` votes. Between 0 and 1.
    """
    weight = 0.5 ** (np.arange(len(right))[::-1] / half_life)
    return float((prior * prior_votes + (weight * right).sum()) / (prior_votes + weight.sum()))


def _others_right(votes: Votes, right: Floats) -> Floats:
    """How often the others who answered a vote's task were right on it, drawn to the average: (votes,)."""
    finite = np.where(np.isfinite(right), right, 0.0)
    counted = np.isfinite(right).astype(np.float64)
    total = np.bincount(votes.task, weights=finite, minlength=votes.n_tasks)[votes.task] - finite
    number = np.bincount(votes.task, weights=counted, minlength=votes.n_tasks)[votes.task] - counted
    mean = float(finite.sum() / max(counted.sum(), 1.0))
    share: Floats = (total + 2.0 * mean) / (number + 2.0)
    return share

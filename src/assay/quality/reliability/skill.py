"""How good each worker is, and how sure of that we are: from golds, from agreement with the others, or from both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from assay.quality.aggregation.result import Aggregated
from assay.quality.arrays import Codes, Floats, Ids
from assay.quality.reliability.evidence import confusion_of, informed, leave_own_out
from assay.quality.votes import Golds, GoldsLike, Votes

ITERATIONS_MAX = 500
CONVERGED = 1e-7


@dataclass(frozen=True, eq=False)
class Skill:
    """Each worker's probability of a right answer, as a Beta distribution.

    ``alpha``, ``beta``: (n_workers,), its parameters. ``mean``: (n_workers,), 0 to 1. ``interval``: (n_workers, 2), the
    central credible interval of ``confidence``. ``gold_votes``: (n_workers,), votes on golds. ``evidence``:
    (n_workers,), how many votes on golds everything known of the worker is worth; a vote on a task that nobody else
    answered is worth nothing. ``prior``: the Beta parameters of a worker of whom nothing is known.
    """

    workers: Ids
    alpha: Floats
    beta: Floats
    mean: Floats
    interval: Floats
    gold_votes: Codes
    evidence: Floats
    prior: tuple[float, float]
    confidence: float

    def above(self, bar: float) -> Floats:
        """The probability that each worker is right more often than ``bar``: (n_workers,)."""
        from scipy.special import betainc

        share: Floats = 1.0 - betainc(self.alpha, self.beta, bar)
        return share


def worker_skill(
    votes: Votes,
    golds: GoldsLike = None,
    result: Aggregated | None = None,
    *,
    prior: tuple[float, float] | Literal["pool"] = "pool",
    confidence: float = 0.95,
) -> Skill:
    """The skill of every worker, with a credible interval.

    With ``golds`` alone: the Beta posterior of right and wrong answers to them. With a ``result`` of aggregation, every
    other vote counts too, by the probability that it is right according to everyone else; golds stay certain. ``prior``
    is the Beta of a worker of whom nothing is known, or "pool": matched to the workers themselves by moments, so that
    who has few votes is taken for an average worker. ``confidence`` lies within (0, 1).

    For uncertain truths the estimate is the fixed point of expectation-maximisation for one skill (Dempster, Laird and
    Rubin 1977), where a vote on a task of which nothing is known leaves it unmoved. The Beta is as wide as the
    information observed, by Louis (1982): the complete information less the missing. Where all truths are known this is
    the exact posterior.

    Raises ``ValueError`` where neither golds nor a result are given.

    >>> votes = Votes.from_arrays(["a", "b", "c"], ["ann", "ann", "ann"], ["x", "y", "x"])
    >>> skill = worker_skill(votes, {"a": "x", "b": "y", "c": "y"}, prior=(1, 1))
    >>> float(skill.mean[0]), int(skill.gold_votes[0])  # (1 + 2) / (2 + 3)
    (0.6, 3)
    """
    known = Golds.of(votes, golds)
    if result is None and len(known) == 0:
        raise ValueError("give golds, a result of aggregation, or both: there is nothing to judge workers by")
    return skill_by_chances(votes, chance_right(votes, known, result), known, prior=prior, confidence=confidence)


def skill_by_chances(
    votes: Votes,
    chances: Floats,
    golds: GoldsLike = None,
    *,
    prior: tuple[float, float] | Literal["pool"] = "pool",
    confidence: float = 0.95,
) -> Skill:
    """As ``worker_skill``, from the probability that each vote is right, NaN where nothing is known: (votes,)."""
    on_gold = Golds.of(votes, golds).dense(votes.n_tasks)[votes.task] >= 0
    counted = np.isfinite(chances)
    worker, right = votes.worker[counted], chances[counted]
    # How likely the same answer is of a worker who is wrong: errors are taken to fall evenly on the other classes.
    slip = np.where(on_gold[counted], 1.0 - right, (1.0 - right) / max(votes.n_classes - 1, 1))
    start = (1.0, 1.0) if prior == "pool" else prior
    mean, evidence = _fixed_point(worker, right, slip, votes.n_workers, start)
    if prior == "pool":
        start = _pool_prior(mean, evidence)
        mean, evidence = _fixed_point(worker, right, slip, votes.n_workers, start)
    size = sum(start) + evidence
    alpha, beta = mean * size, (1.0 - mean) * size
    return Skill(
        workers=votes.workers,
        alpha=alpha,
        beta=beta,
        mean=mean,
        interval=_beta_interval(alpha, beta, confidence),
        gold_votes=np.bincount(votes.worker[on_gold], minlength=votes.n_workers).astype(np.int32),
        evidence=evidence,
        prior=start,
        confidence=confidence,
    )


def chance_right(votes: Votes, golds: GoldsLike, result: Aggregated | None) -> Floats:
    """The probability that each vote is right, by golds and by everyone else's votes: (votes,).

    A vote on a task that is no gold and that nobody else answered is NaN; without a ``result``, any vote on no gold.
    """
    known = Golds.of(votes, golds)
    if result is None:
        truth = known.dense(votes.n_tasks)[votes.task]
        return np.where(truth < 0, np.nan, (truth == votes.label).astype(np.float64))
    others = leave_own_out(votes, confusion_of(result), result.prior, known)
    right = others[np.arange(len(votes)), votes.label]
    return np.where(informed(votes, known), right, np.nan)


def _fixed_point(
    worker: Codes, right: Floats, slip: Floats, n_workers: int, prior: tuple[float, float]
) -> tuple[Floats, Floats]:
    """The mean of each worker's skill and how many certain truths the evidence is worth: both (n_workers,)."""
    first, second = prior
    votes = np.bincount(worker, minlength=n_workers)
    mean = np.full(n_workers, first / (first + second))
    for _ in range(ITERATIONS_MAX):
        chance = _posterior_right(mean[worker], right, slip)
        updated = (first + np.bincount(worker, weights=chance, minlength=n_workers)) / (first + second + votes)
        moved = float(np.abs(updated - mean).max(initial=0.0))
        mean = updated
        if moved < CONVERGED:
            break
    chance = _posterior_right(mean[worker], right, slip)
    spread = np.maximum(mean * (1.0 - mean), 1e-12)
    missing = np.bincount(worker, weights=chance * (1.0 - chance), minlength=n_workers) / spread
    return mean, np.clip(votes - missing, 0.0, votes)


def _posterior_right(skill: Floats, right: Floats, slip: Floats) -> Floats:
    hit, miss = skill * right, (1.0 - skill) * slip
    total = hit + miss
    return np.where(total > 0, hit / np.where(total > 0, total, 1.0), right)


def _pool_prior(mean: Floats, evidence: Floats) -> tuple[float, float]:
    """The Beta whose mean and spread are those of workers' skills, less the spread that few votes alone would make.

    Its weight is held between 2 votes and as many as there are workers, 50 at most: a handful of workers who happen to
    be alike say little of the next.
    """
    seen = evidence > 0.5
    if not seen.any():
        return 1.0, 1.0
    weight = evidence[seen]
    # The mean was already shrunk by the flat prior of two votes; the raw share is taken back out of it.
    share = np.clip((mean[seen] * (weight + 2.0) - 1.0) / weight, 0.0, 1.0)
    centre = (float((weight * share).sum()) + 1.0) / (float(weight.sum()) + 2.0)
    spread = float((weight * (share - centre) ** 2).sum() / weight.sum())
    noise = float(centre * (1.0 - centre) * len(weight) / weight.sum())
    between = max(spread - noise, 1e-6)
    size = max(min(centre * (1.0 - centre) / between - 1.0, 50.0, float(len(weight))), 2.0)
    return centre * size, (1.0 - centre) * size


def _beta_interval(alpha: Floats, beta: Floats, confidence: float) -> Floats:
    from scipy.special import betaincinv

    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be within (0, 1), got {confidence}")
    tail = (1.0 - confidence) / 2.0
    ends: Floats = np.stack([betaincinv(alpha, beta, tail), betaincinv(alpha, beta, 1.0 - tail)], axis=1)
    return ends

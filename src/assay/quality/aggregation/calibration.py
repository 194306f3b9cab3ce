"""Calibration: whether answers claimed with 80 % are right four times in five, and what to do where they are not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from assay.quality.aggregation.result import Aggregated
from assay.quality.arrays import Codes, Floats, Offsets, Reals
from assay.quality.votes import Votes


@dataclass(frozen=True, eq=False)
class Calibration:
    """What was claimed beside what was true.

    ``error``: the expected calibration error, 0 to 1: over bins of equal width of the confidence in the likeliest
    class, the mean distance of their share right from their mean confidence, weighted by how many fell there (Guo et
    al., "On Calibration of Modern Neural Networks", 2017). ``brier``: the mean over tasks of the squared distance of
    the posterior from the truth, 0 to 2 (Brier 1950). The rest is the reliability table, (bins,) each: ``edges`` are
    the upper ends, ``count`` the tasks, ``confidence`` and ``accuracy`` their means, NaN where a bin is empty.
    """

    error: float
    brier: float
    edges: Floats
    count: Offsets
    confidence: Floats
    accuracy: Floats


def calibration(posterior: Reals, truth: Codes, bins: int = 10) -> Calibration:
    """Measure ``posterior`` (n_tasks, n_classes) by ``truth`` (n_tasks,), class codes, -1 where it is not known.

    A confidence on an edge belongs to the bin above, and 1 to the last. Classes that tie for the likeliest are right in
    part. With no truth known everything is NaN. Raises ``ValueError`` where there are no bins or lengths differ.
    """
    if bins < 1 or len(posterior) != len(truth):
        raise ValueError(f"give at least one bin and one truth a task, got {bins} and {len(truth)} of {len(posterior)}")
    known = truth >= 0
    rows, answer = posterior[known].astype(np.float64), truth[known].astype(np.int64)
    sure, right = rows.max(axis=1, initial=0.0), right_in_part(rows, answer)
    place = np.minimum((sure * bins).astype(np.int64), bins - 1)
    count = np.bincount(place, minlength=bins).astype(np.int64)
    share = np.where(count > 0, count, np.nan)
    confidence = np.bincount(place, weights=sure, minlength=bins) / share
    accuracy = np.bincount(place, weights=right, minlength=bins) / share
    gap = np.nansum(np.abs(confidence - accuracy) * count)
    # The squared distance from a truth of one class: |p|² - 2 p[truth] + 1.
    brier = (rows**2).sum(axis=1) - 2 * rows[np.arange(len(rows)), answer] + 1
    return Calibration(
        error=float(gap / len(rows)) if len(rows) else float("nan"),
        brier=float(brier.mean()) if len(rows) else float("nan"),
        edges=np.arange(1, bins + 1) / bins,
        count=count,
        confidence=confidence,
        accuracy=accuracy,
    )


def right_in_part(posterior: Reals, truth: Codes | Offsets) -> Floats:
    """For each row 1 where ``truth`` is likeliest, 1 / k where it is one of k that tie, else 0: (n_tasks,)."""
    if len(posterior) == 0:
        return np.zeros(0)
    best = posterior >= posterior.max(axis=1, keepdims=True) - 1e-9
    hit: Floats = best[np.arange(len(truth)), truth] / best.sum(axis=1)
    return hit


def discounted(posterior: Reals, votes_each: Offsets | Floats, scale: float = 1.0) -> Reals:
    """Posteriors as sure as votes that are not independent allow: each row to the power 1 / (scale * sqrt(votes)).

    Every model here takes votes as independent given the truth, and real ones never are: what misleads one worker
    misleads the next, and the more votes a task has the more often the same thing is counted. ``n`` votes are taken to
    tell as much as the square root of ``n`` independent ones; a single vote stays as it is. No vote shows by how much,
    for shared errors look like agreement: only golds do, and ``scale`` is what they say. ``votes_each``: (n_tasks,).
    Labels do not change, rows sum to 1.
    """
    power = 1.0 / (scale * np.sqrt(np.maximum(votes_each, 1.0)))
    logs = np.log(np.maximum(posterior, 1e-300 if posterior.dtype == np.float64 else 1e-37)) * power[:, None]
    held = np.exp(logs - logs.max(axis=1, keepdims=True, initial=-np.inf))
    rows: Reals = (held / held.sum(axis=1, keepdims=True)).astype(posterior.dtype)
    return rows


def mended(result: Aggregated, votes: Votes, scale: float = 1.0, *, by_votes: bool = True) -> Aggregated:
    """``result`` with its posterior ``discounted`` by the votes of each task; answers stay, certainties stay certain.

    A task whose posterior is 1 for one class to the last bit (a gold) is left so. ``by_votes=False`` discounts by
    ``scale`` alone, for shares of a vote, which do not grow surer with more votes.
    """
    posterior = result.posterior
    mild = discounted(posterior, np.diff(votes.start) if by_votes else np.ones(votes.n_tasks), scale)
    certain = posterior.max(axis=1, initial=0.0) >= 1.0
    mild[certain] = posterior[certain]
    return replace(result, posterior=mild)

"""What each worker says of each class, and how sure of that we are: skill told apart by truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay.quality.aggregation.result import Aggregated
from assay.quality.arrays import Floats, Ids
from assay.quality.reliability.evidence import confusion_of, informed, leave_own_out
from assay.quality.votes import Golds, GoldsLike, Votes


@dataclass(frozen=True, eq=False)
class Habits:
    """Each worker's confusion matrix, each row of it a Dirichlet distribution. Arrays are [worker, truth, said].

    ``alpha``: (n_workers, n_classes, n_classes), its parameters. ``mean``: the same shape, rows sum to 1.
    ``interval``: (n_workers, n_classes, n_classes, 2), the central credible interval of ``confidence`` of each entry.
    """

    workers: Ids
    classes: Ids
    alpha: Floats
    mean: Floats
    interval: Floats
    confidence: float


def worker_habits(
    votes: Votes,
    golds: GoldsLike = None,
    result: Aggregated | None = None,
    *,
    strength: float = 4.0,
    confidence: float = 0.95,
) -> Habits:
    """The confusion matrix of every worker from golds, and with a ``result`` from what everyone else says too.

    The prior of each row is ``strength`` votes (above 0) of the average worker, who is taken from the same evidence and
    one vote more for each answer, two for the right one. A vote counts for each class by the probability that it is the
    truth; golds are certain. Raises ``ValueError`` where neither golds nor a result are given.
    """
    from scipy.special import betaincinv

    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be within (0, 1), got {confidence}")
    counts = _counts(votes, Golds.of(votes, golds), result)
    pool = counts.sum(axis=0) + 1.0 + np.eye(votes.n_classes)
    alpha = counts + strength * pool / pool.sum(axis=1, keepdims=True)
    total = alpha.sum(axis=2, keepdims=True)
    tail = (1.0 - confidence) / 2.0
    # One entry of a Dirichlet is Beta against all the others together; with one class there are no others.
    rest = np.maximum(total - alpha, 1e-12)
    interval = np.stack([betaincinv(alpha, rest, tail), betaincinv(alpha, rest, 1.0 - tail)], axis=-1)
    return Habits(votes.workers, votes.classes, alpha, alpha / total, interval, confidence)


def _counts(votes: Votes, golds: Golds, result: Aggregated | None) -> Floats:
    classes = votes.n_classes
    if result is not None:
        truth = leave_own_out(votes, confusion_of(result), result.prior, golds) * informed(votes, golds)[:, None]
    elif len(golds):
        known = golds.dense(votes.n_tasks)[votes.task]
        truth = (known[:, None] == np.arange(classes)).astype(np.float64)
    else:
        raise ValueError("give golds, a result of aggregation, or both: there is nothing to judge workers by")
    counts = np.zeros((votes.n_workers, classes, classes))
    cell = votes.worker.astype(np.int64) * classes + votes.label
    for code in range(classes):
        share = np.bincount(cell, weights=truth[:, code], minlength=votes.n_workers * classes)
        counts[:, code, :] = share.reshape(votes.n_workers, classes)
    return counts

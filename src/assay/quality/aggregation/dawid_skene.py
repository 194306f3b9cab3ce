"""Dawid and Skene's model: each worker has a confusion matrix, found by EM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from assay.quality.aggregation.confusion import ConfusionMethod, matrix_of
from assay.quality.aggregation.counts import Counts, Tables
from assay.quality.arrays import Floats

# Nobody is taken never to say a thing, however many votes did not: one surprise would decide a task for good.
SMALLEST = 1e-10
BLOCK_ENTRIES = 1 << 18


@dataclass(frozen=True, kw_only=True)
class DawidSkene(ConfusionMethod):
    """Confusion matrices by maximum a posteriori EM.

    ``right``, ``wrong``: pseudo-votes added to each worker's right and each wrong cell, that is, a Dirichlet prior with
    parameters one more; 0 and 0 is maximum likelihood. ``class_votes``: pseudo-tasks added to each class. A class that
    no task is left in keeps a small prior and rows as the prior has them, and does no harm.

    Good where workers give some dozens of votes and classes are confused unevenly. With few votes a worker prefer
    ``IBCC`` or ``PooledBCC``, which do not take a handful of votes at their word.

    Source: Dawid and Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm", Applied
    Statistics 28 (1979). We differ by the priors.

    >>> from assay.quality import Votes
    >>> votes = Votes.from_arrays([1, 1, 1, 2, 2, 2], ["a", "b", "c"] * 2, ["x", "x", "y", "y", "y", "y"])
    >>> DawidSkene().fit(votes).labels.tolist()
    ['x', 'y']
    """

    right: float = 2.0
    wrong: float = 0.5
    class_votes: float = 0.01

    name: ClassVar[str] = "dawid-skene"

    def pseudo(self, n_classes: int) -> Floats:
        return matrix_of(self.right, self.wrong, n_classes)

    def tables(self, counts: Counts, before: Tables | None) -> Tables:  # noqa: ARG002
        classes = len(counts.classes)
        pseudo = self.pseudo(classes)
        own = pseudo.astype(counts.votes.dtype)
        prior = np.maximum(counts.classes + self.class_votes, SMALLEST)
        prior /= prior.sum()
        penalty = self.class_votes * float(np.log(prior).sum())
        factor = np.empty_like(counts.votes)
        # Some workers at a time, so that with many classes what is worked on stays in the cache.
        step = max(BLOCK_ENTRIES // max(classes * classes, 1), 1)
        for begin in range(0, len(factor), step):
            block = factor[begin : begin + step]
            np.add(counts.votes[begin : begin + step], own, out=block)
            total = block.sum(axis=1, keepdims=True)
            # Without a prior a worker who never met a class says nothing about it: any answer is as likely.
            if not total.all():
                block += total == 0
                total[total == 0] = classes
            block /= total
            np.maximum(block, SMALLEST, out=block)
            if self.right > 0 or self.wrong > 0:
                penalty += float((np.log(block).sum(axis=0, dtype=np.float64) * pseudo).sum())
        return Tables(factor, prior, penalty=penalty)

"""Bayesian classifier combination with a prior learned from all workers, for crowds of few votes a worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from assay.quality.aggregation.confusion import ConfusionMethod, matrix_of
from assay.quality.aggregation.counts import Counts, Tables
from assay.quality.aggregation.dirichlet import learned_pseudo
from assay.quality.aggregation.ibcc import variational_tables
from assay.quality.arrays import Floats


@dataclass(frozen=True, kw_only=True)
class PooledBCC(ConfusionMethod):
    """IBCC whose Dirichlet prior is learned: what is typical of the crowd, and how far workers stray from it.

    ``right``, ``wrong``: where the learned pseudo-counts begin, and what they are drawn to where no vote speaks.
    ``pull``: how strongly, in votes. ``class_votes``: of the prior of the classes. A worker's few votes correct the
    crowd's matrix instead of a made-up one, so that even one vote is weighed as the crowd's votes deserve.

    Source: the pooling of workers is that of Venanzi et al., "Community-Based Bayesian Aggregation Models for
    Crowdsourcing", WWW 2014, with one community; the prior is learned by empirical Bayes (Minka 2000) within the
    variational bound.
    """

    right: float = 4.0
    wrong: float = 1.0
    pull: float = 1.0
    class_votes: float = 1.0

    name: ClassVar[str] = "pooled-bcc"

    def pseudo(self, n_classes: int) -> Floats:
        return matrix_of(self.right, self.wrong, n_classes)

    def tables(self, counts: Counts, before: Tables | None) -> Tables:
        start = self.pseudo(len(counts.classes))
        now = start if before is None or before.pseudo is None else before.pseudo[0]
        share = np.ones(len(counts.votes))
        shrink = self.pull * start
        learned = learned_pseudo(np.ascontiguousarray(counts.votes), now, shrink, share, 1)
        bonus = float((shrink * np.log(learned) - learned).sum())
        return variational_tables(counts, learned[None], self.class_votes, bonus)

    def refreshed(self, counts: Counts, before: Tables) -> Tables:
        pseudo = self.pseudo(len(counts.classes))[None] if before.pseudo is None else before.pseudo
        return variational_tables(counts, pseudo, self.class_votes)

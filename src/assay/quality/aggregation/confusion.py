"""What methods share in which every worker has a confusion matrix with a Dirichlet prior on its rows."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from assay.quality.aggregation.counts import Opening, Tables, precision
from assay.quality.aggregation.em import Fit
from assay.quality.aggregation.method import FittedByEM
from assay.quality.aggregation.skill import confusion_skill
from assay.quality.arrays import Floats, Reals


@dataclass(frozen=True, kw_only=True)
class ConfusionMethod(FittedByEM):
    """Dawid-Skene and its Bayesian kin."""

    by_shares: ClassVar[Opening] = Opening.CONFUSION

    @abstractmethod
    def pseudo(self, n_classes: int) -> Floats:
        """Pseudo-counts of the prior of confusion rows before any data, (n_classes, n_classes) [said, truth]."""

    def flat(self, n_workers: int, n_classes: int, skill: float) -> Tables:
        wrong = (1 - skill) / max(n_classes - 1, 1)
        each = np.full((n_classes, n_classes), wrong) + np.eye(n_classes) * (skill - wrong)
        factor = np.broadcast_to(each.astype(precision(n_classes)), (n_workers, n_classes, n_classes))
        return Tables(factor, np.full(n_classes, 1 / max(n_classes, 1)))

    def skill(self, fit: Fit) -> tuple[Floats, Floats]:
        classes = fit.counts.classes + 1e-12
        return confusion_skill(fit.counts.votes, self._pseudo_of(fit), classes / classes.sum())

    def confusion(self, fit: Fit) -> Reals:
        expected = fit.counts.votes + self._pseudo_of(fit).astype(fit.counts.votes.dtype)
        total = expected.sum(axis=1, keepdims=True)
        uniform = 1 / max(expected.shape[1], 1)
        rows: Reals = np.divide(expected, total, out=np.full_like(expected, uniform), where=total > 0)
        return np.ascontiguousarray(rows.transpose(0, 2, 1))

    def _pseudo_of(self, fit: Fit) -> Floats:
        learned = fit.tables.pseudo
        return self.pseudo(fit.counts.votes.shape[1]) if learned is None else learned


def matrix_of(right: float, wrong: float, n_classes: int) -> Floats:
    """``right`` on the diagonal and ``wrong`` beside it: (n_classes, n_classes)."""
    return np.full((n_classes, n_classes), float(wrong)) + np.eye(n_classes) * (right - wrong)

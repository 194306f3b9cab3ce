"""The one-coin model: each worker is right with one probability, whatever the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from assay.quality.aggregation.counts import Counts, Opening, Tables
from assay.quality.aggregation.em import Fit
from assay.quality.aggregation.method import FittedByEM
from assay.quality.aggregation.skill import beta_interval
from assay.quality.arrays import Floats, Reals

SMALLEST = 1e-9


@dataclass(frozen=True, kw_only=True)
class OneCoin(FittedByEM):
    """One probability of being right for each worker, wrong answers all as likely, by maximum a posteriori EM.

    ``right``, ``wrong``: pseudo-votes added to each worker's right and wrong votes. ``class_votes``: pseudo-tasks added
    to each class. Sturdy where workers give few votes and classes are confused evenly. Where one class is rare it may
    explain the rare answers away as mistakes; ``IBCC`` does not.

    Source: Zhang, Chen, Zhou and Jordan, "Spectral Methods Meet EM", JMLR 17 (2016), section 5. We differ by the
    priors.

    >>> from assay.quality import Votes
    >>> votes = Votes.from_arrays([1, 1, 1, 2, 2, 2], ["a", "b", "c"] * 2, ["x", "x", "y", "y", "y", "y"])
    >>> OneCoin().fit(votes).labels.tolist()
    ['x', 'y']
    """

    right: float = 0.01
    wrong: float = 0.01
    class_votes: float = 0.01

    name: ClassVar[str] = "one-coin"
    by_shares: ClassVar[Opening] = Opening.COINS

    def tables(self, counts: Counts, before: Tables | None) -> Tables:  # noqa: ARG002
        others = max(len(counts.classes) - 1, 1)
        right, wrong = counts.votes[:, 0] + self.right, counts.votes[:, 1] + self.wrong
        total = right + wrong
        skill = np.divide(right, total, out=np.full(len(right), 1 / (others + 1)), where=total > 0)
        skill = np.clip(skill, SMALLEST, 1 - SMALLEST)
        miss = np.log((1 - skill) / others)
        prior = np.maximum(counts.classes + self.class_votes, SMALLEST)
        prior /= prior.sum()
        penalty = self.right * np.log(skill).sum() + self.wrong * miss.sum()
        return Tables(
            skill * others / (1 - skill),
            prior,
            constant=float((counts.votes.sum(axis=1) * miss).sum()),
            penalty=float(penalty + self.class_votes * np.log(prior).sum()),
        )

    def flat(self, n_workers: int, n_classes: int, skill: float) -> Tables:
        odds = skill * max(n_classes - 1, 1) / (1 - skill)
        return Tables(np.full(n_workers, odds), np.full(n_classes, 1 / max(n_classes, 1)))

    def skill(self, fit: Fit) -> tuple[Floats, Floats]:
        floor = 0.0 if self.right > 0 and self.wrong > 0 else 0.01
        votes = fit.counts.votes.astype(np.float64)
        right, wrong = votes[:, 0] + self.right + floor, votes[:, 1] + self.wrong + floor
        return right / (right + wrong), beta_interval(right, wrong)

    def confusion(self, fit: Fit) -> Reals | None:  # noqa: ARG002
        return None

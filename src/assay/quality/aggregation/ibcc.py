"""Independent Bayesian classifier combination: Dawid and Skene's model by variational inference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from assay.quality.aggregation.confusion import ConfusionMethod, matrix_of
from assay.quality.aggregation.counts import Counts, Tables, precision
from assay.quality.aggregation.dirichlet import (
    SMALLEST_FACTOR,
    SMALLEST_FACTOR_SINGLE,
    digamma_and_log_gamma,
    expected_factors,
)
from assay.quality.arrays import Floats


@dataclass(frozen=True, kw_only=True)
class IBCC(ConfusionMethod):
    """Confusion matrices integrated out, by mean-field variational Bayes: the method to take when nothing is known.

    ``right``, ``wrong``: parameters of the Dirichlet prior of confusion rows, on the diagonal and off it, above 0.
    ``class_votes``: of the prior of the classes. A worker with few votes is held near the prior, and one with many
    speaks for themself. ``trace`` is the evidence lower bound.

    Source: Kim and Ghahramani, "Bayesian Classifier Combination", AISTATS 2012; the priors 4 and 1 are those of Li,
    Rubinstein and Cohn, "Exploiting Worker Correlation for Label Aggregation in Crowdsourcing", ICML 2019.

    >>> from assay.quality import Votes
    >>> votes = Votes.from_arrays([1, 1, 1, 2, 2, 2], ["a", "b", "c"] * 2, ["x", "x", "y", "y", "y", "y"])
    >>> IBCC().fit(votes).labels.tolist()
    ['x', 'y']
    """

    right: float = 4.0
    wrong: float = 1.0
    class_votes: float = 1.0

    name: ClassVar[str] = "ibcc"

    def pseudo(self, n_classes: int) -> Floats:
        return matrix_of(self.right, self.wrong, n_classes)

    def tables(self, counts: Counts, before: Tables | None) -> Tables:  # noqa: ARG002
        return variational_tables(counts, self.pseudo(len(counts.classes))[None], self.class_votes)


def variational_tables(counts: Counts, pseudo: Floats, class_votes: float, bonus: float = 0.0) -> Tables:
    """Expected factors under Dirichlet posteriors; ``pseudo``: (1 or workers, said, truth). ``bonus`` goes to the
    objective."""
    classes = len(counts.classes)
    single = precision(classes) is np.float32
    factor = np.empty(counts.votes.shape, dtype=precision(classes))
    smallest = SMALLEST_FACTOR_SINGLE if single else SMALLEST_FACTOR
    divergence = expected_factors(np.ascontiguousarray(counts.votes), pseudo, smallest, factor)
    prior, class_divergence = expected_prior(counts.classes, class_votes)
    return Tables(factor, prior, penalty=bonus - divergence - class_divergence, pseudo=pseudo)


def expected_prior(classes: Floats, class_votes: float) -> tuple[Floats, float]:
    """exp(E[log p]) of the classes' prior (n_classes,), and its divergence from a symmetric Dirichlet."""
    if len(classes) == 0:
        return classes.copy(), 0.0
    total = digamma_and_log_gamma(float(classes.sum()) + class_votes * len(classes))
    start = digamma_and_log_gamma(class_votes)
    divergence = total[1] - digamma_and_log_gamma(class_votes * len(classes))[1]
    prior = np.empty(len(classes))
    for k, count in enumerate(classes.tolist()):
        digamma, log_gamma = digamma_and_log_gamma(class_votes + count)
        expected = digamma - total[0]
        divergence += start[1] - log_gamma + count * expected
        prior[k] = max(math.exp(expected), SMALLEST_FACTOR)
    return prior, divergence

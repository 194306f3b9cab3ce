"""Classes in an order: workers who lean to one side, and who err by one step rather than by three."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np

from assay.quality.aggregation.confusion import ConfusionMethod
from assay.quality.aggregation.counts import Counts, Tables
from assay.quality.aggregation.em import Fit
from assay.quality.aggregation.ibcc import variational_tables
from assay.quality.aggregation.result import Aggregated
from assay.quality.arrays import Floats, Reals
from assay.quality.votes import Votes


@dataclass(frozen=True, kw_only=True)
class Ordinal(ConfusionMethod):
    """Grades, ratings and severities: IBCC whose prior knows the order of the classes.

    The classes of the votes must stand in order: ``Votes.from_arrays(..., classes=["poor", "fair", "good"])``. A worker
    has a bias and a spread on the scale, as in the model of Lakshminarayanan and Teh (2013, "Inferring ground truth
    from multi-annotator ordinal data"); both are estimated from what they said, pulled towards the crowd's with the
    weight of ``pull`` votes. The normal curve that follows, of which ``slip`` is spread evenly over all classes, is the
    prior of every row of their confusion matrix, with the weight of ``strength`` votes (Kim and Ghahramani 2012 have
    one prior for all). So a worker of few votes is described by two numbers, and one of many by the whole matrix.

    ``positions``: where the classes stand on the scale, ascending; equal steps by default. ``answer``: the likeliest
    class, or the posterior's median, which has the smallest expected distance from the truth.
    """

    strength: float = 8.0
    pull: float = 10.0
    slip: float = 0.05
    class_votes: float = 1.0
    positions: tuple[float, ...] | None = None
    answer: Literal["likeliest", "median"] = "likeliest"

    name: ClassVar[str] = "ordinal"

    def pseudo(self, n_classes: int) -> Floats:
        step = self._steps(n_classes)
        spread = float(np.mean(step**2)) / 4 + 1e-9
        return np.asarray(self.strength * self._rows(step, np.zeros(1), np.full(1, spread))[0])

    def tables(self, counts: Counts, before: Tables | None) -> Tables:  # noqa: ARG002
        step = self._steps(len(counts.classes))
        votes = counts.votes.astype(np.float64)
        number = votes.sum(axis=(1, 2))
        lean, square = (votes * step).sum(axis=(1, 2)), (votes * step**2).sum(axis=(1, 2))
        whole = max(float(number.sum()), 1e-12)
        bias = float(lean.sum()) / whole
        # A crowd without a single error still has some spread, or no vote could ever count against another.
        spread = max(float(square.sum()) / whole - bias**2, 1e-3 * float(np.mean(step**2)), 1e-9)
        own = (lean + self.pull * bias) / (number + self.pull)
        own_spread = square - 2 * own * lean + own**2 * number + self.pull * (spread + (own - bias) ** 2)
        rows = self._rows(step, own, own_spread / (number + self.pull))
        return variational_tables(counts, self.strength * rows, self.class_votes)

    def result(self, votes: Votes, posterior: Reals, fit: Fit) -> Aggregated:
        """The result for ``votes``; see ``answer``."""
        made = super().result(votes, posterior, fit)
        if self.answer == "likeliest" or not len(made.posterior):
            return made
        below = made.posterior.cumsum(axis=1) < 0.5
        return replace(made, label_codes=np.minimum(below.sum(axis=1), votes.n_classes - 1).astype(np.int32))

    def __post_init__(self) -> None:
        if not (self.strength > 0 and self.pull > 0 and 0 < self.slip <= 1):
            raise ValueError(
                f"strength and pull must be above 0 and slip within (0, 1], got {self.strength}, {self.pull}"
                f" and {self.slip}"
            )

    def _steps(self, n_classes: int) -> Floats:
        """How far every answer lies above every truth on the scale: (said, truth)."""
        places = np.arange(n_classes) if self.positions is None else np.array(self.positions, dtype=np.float64)
        if places.shape != (n_classes,) or (np.diff(places) <= 0).any():
            raise ValueError(f"positions must be {n_classes} ascending numbers, one a class, got {self.positions}")
        return np.asarray(places[:, None] - places[None, :], dtype=np.float64)

    def _rows(self, step: Floats, bias: Floats, spread: Floats) -> Floats:
        """Probabilities of [worker, said, truth] by normal curves of these biases and variances."""
        height = -((step[None] - bias[:, None, None]) ** 2) / (2 * spread[:, None, None])
        rows = np.exp(height - height.max(axis=1, keepdims=True, initial=-np.inf))
        rows /= rows.sum(axis=1, keepdims=True)
        return np.asarray((1 - self.slip) * rows + self.slip / max(step.shape[0], 1))

"""How much two classes agree (weights, 1 the same) or differ (distances, 0 the same)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import numpy as np

from assay.quality.agreement import kernels
from assay.quality.arrays import Floats, Ids

Weights: TypeAlias = Literal["identity", "linear", "quadratic", "ordinal"] | Any
Distance: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio", "circular"] | Callable[[Any, Any], float] | Any

# Distances held at once where numbers are many: 32 MB.
_CELLS_AT_ONCE = 4_000_000


def agreement_weights(weights: Weights, n_classes: int, values: Any = None) -> Floats:
    """The agreement of each pair of classes: (n_classes, n_classes), 1 on the diagonal, symmetric, within [0, 1].

    With ``i`` and ``j`` the positions of two classes (or their ``values``): ``identity`` 1 if the same, else 0;
    ``linear`` 1 - |i - j| / range; ``quadratic`` 1 - (i - j)² / range² (Cohen, 1968); ``ordinal`` 1 - the share of
    pairs of classes between them, ends included (Gwet, Handbook of Inter-Rater Reliability, 2014); or
    such a matrix itself. Raises ``ValueError`` for anything else.
    """
    if isinstance(weights, str):
        place = np.arange(n_classes, dtype=np.float64) if values is None else np.asarray(values, dtype=np.float64)
        if place.shape != (n_classes,) or not np.isfinite(place).all():
            raise ValueError(f"values must be {n_classes} finite numbers, one a class")
        return _named(weights, place)
    matrix = np.asarray(weights, dtype=np.float64)
    if matrix.shape != (n_classes, n_classes):
        raise ValueError(f"weights must have the shape {(n_classes, n_classes)}, got {matrix.shape}")
    right = np.allclose(matrix, matrix.T) and np.allclose(np.diag(matrix), 1.0)
    if not right or not (matrix >= 0).all() or not (matrix <= 1).all():
        raise ValueError("weights must be symmetric, within [0, 1], and 1 for a class with itself")
    return matrix


def _named(weights: str, place: Floats) -> Floats:
    apart = np.abs(place[:, None] - place[None, :])
    widest = float(apart.max(initial=0.0)) or 1.0
    if weights == "identity":
        return np.eye(len(place))
    if weights == "linear":
        return 1.0 - apart / widest
    if weights == "quadratic":
        return 1.0 - (apart / widest) ** 2
    if weights == "ordinal":
        rank = np.argsort(np.argsort(place, kind="stable"), kind="stable")
        steps = np.abs(rank[:, None] - rank[None, :]).astype(np.float64)
        pairs = steps * (steps + 1.0) / 2.0
        return np.asarray(1.0 - pairs / (float(pairs.max(initial=0.0)) or 1.0))
    raise ValueError(f"weights is {weights!r}; it is identity, linear, quadratic, ordinal or a matrix")


class Scale:
    """A distance of classes, in the form that the kernels take: a kind, a place of each class, a table.

    ``name``: in words. ``largest``: the largest distance of two classes in use, given the totals by class.
    """

    def __init__(self, distance: Distance, classes: Ids, period: float | None = None) -> None:
        self.name = distance if isinstance(distance, str) else getattr(distance, "__name__", "a distance of its own")
        self.kind = kernels.TABLE
        self.ranked = False
        self.place = np.zeros(len(classes))
        self.table = np.zeros((0, 0))
        if not isinstance(distance, str):
            self.table = _table(distance, classes)
        elif distance == "nominal":
            self.kind = kernels.NOMINAL
        elif distance == "ordinal":
            self.kind, self.ranked = kernels.SQUARED, True
        elif distance in ("interval", "ratio", "circular"):
            self.kind = {"interval": kernels.SQUARED, "ratio": kernels.RATIO, "circular": kernels.CIRCULAR}[distance]
            self.place = _numbers(classes, distance)
            if distance == "ratio" and (self.place < 0).any():
                raise ValueError(f"a ratio scale has no number below 0, got {self.place.min()}; use 'interval'")
            if distance == "circular":
                span = float(np.ptp(self.place)) + 1.0 if len(classes) else 1.0
                whole = span if period is None else period
                if not whole > 0:
                    raise ValueError(f"period must be above 0, got {whole}")
                self.place = self.place * (np.pi / whole)
        else:
            raise ValueError(
                f"distance is {distance!r}; it is nominal, ordinal, interval, ratio, circular, a function or a matrix"
            )

    def places(self, totals: Floats) -> Floats:
        """Where each class lies, for each row of totals (rounds, classes): the same shape.

        On an ordinal scale that is the mean rank of the class's answers: Krippendorff's ordinal distance, the squared
        number of answers from one class to the other with half of each end, is the squared difference of mean ranks.
        """
        if not self.ranked:
            return np.broadcast_to(self.place, totals.shape)
        return np.cumsum(totals, axis=1) - totals / 2.0

    def expected(self, totals: Floats) -> Floats:
        """The sum of distances over all ordered pairs of answers, for each row (rounds, classes): (rounds,)."""
        return np.asarray((totals * self.reach(totals)).sum(axis=1))

    def reach(self, totals: Floats) -> Floats:
        """The sum of distances from each class to all answers, for each row: (rounds, classes)."""
        number = totals.sum(axis=1, keepdims=True)
        if self.kind == kernels.NOMINAL:
            return np.asarray(number - totals)
        if self.kind == kernels.SQUARED:
            # About the mean, so that numbers far from zero lose no digits.
            place = self.places(totals)
            mean = (totals * place).sum(axis=1, keepdims=True) / np.maximum(number, 1.0)
            place = place - mean
            return np.asarray(number * place**2 + (totals * place**2).sum(axis=1, keepdims=True))
        if self.kind == kernels.CIRCULAR:
            east, north = np.cos(2 * self.place), np.sin(2 * self.place)
            along = east * (totals @ east)[:, None] + north * (totals @ north)[:, None]
            return np.asarray((number - along) / 2.0)
        if self.kind == kernels.TABLE:
            return np.asarray(totals @ self.table)
        made = np.empty(totals.shape)
        at_once = max(1, _CELLS_AT_ONCE // len(self.place))
        for begin in range(0, len(self.place), at_once):
            made[:, begin : begin + at_once] = totals @ _ratios(self.place, self.place[begin : begin + at_once])
        return made

    def filled(self) -> Floats:
        """The distance of every two classes, where it does not depend on ranks: (classes, classes)."""
        if self.kind == kernels.TABLE:
            return self.table
        rows, columns = self.place[:, None], self.place[None, :]
        if self.kind == kernels.NOMINAL:
            return 1.0 - np.eye(len(self.place))
        if self.kind == kernels.RATIO:
            return _ratios(self.place, self.place)
        return (rows - columns) ** 2 if self.kind == kernels.SQUARED else np.sin(rows - columns) ** 2

    def largest(self, totals: Floats) -> float:
        """The largest distance between classes that were given; 0 where all answers are alike."""
        used = totals > 0
        if np.count_nonzero(used) < 2:
            return 0.0
        if self.kind == kernels.NOMINAL:
            return 1.0
        if self.kind == kernels.TABLE:
            return float(self.table[np.ix_(used, used)].max())
        if self.kind == kernels.CIRCULAR:
            return 1.0
        place = self.places(totals[None])[0][used]
        low, high = float(place.min()), float(place.max())
        return (high - low) ** 2 if self.kind == kernels.SQUARED else ((high - low) / (high + low)) ** 2


def _ratios(rows: Floats, columns: Floats) -> Floats:
    both = rows[:, None] + columns[None, :]
    made = np.zeros(both.shape)
    np.divide(rows[:, None] - columns[None, :], both, out=made, where=both > 0)
    return made**2


def _numbers(classes: Ids, scale: str) -> Floats:
    try:
        place = np.array([float(value) for value in classes.tolist()])
    except (TypeError, ValueError):
        raise ValueError(f"{scale} distances are between numbers, and the classes are {classes.tolist()!r}") from None
    if not np.isfinite(place).all():
        raise ValueError(f"{scale} distances are between finite numbers, and the classes are {classes.tolist()!r}")
    return place


def _table(distance: Any, classes: Ids) -> Floats:
    if callable(distance):
        values = classes.tolist()
        table = np.zeros((len(values), len(values)))
        for one in range(len(values)):
            for other in range(one):
                table[one, other] = table[other, one] = float(distance(values[one], values[other]))
    else:
        table = np.array(distance, dtype=np.float64)
    if table.shape != (len(classes), len(classes)):
        raise ValueError(f"distances must have the shape {(len(classes), len(classes))}, got {table.shape}")
    if not np.isfinite(table).all() or (table < 0).any() or np.diag(table).any() or not np.allclose(table, table.T):
        raise ValueError("distances must be finite, 0 or more, symmetric, and 0 from a class to itself")
    return table

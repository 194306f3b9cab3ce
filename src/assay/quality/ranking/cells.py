"""Collapsing battles: what a fit needs of a million battles is how often each pair ended in each way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.quality.arrays import Codes, Floats
from assay.quality.compiled import compiled
from assay.quality.ranking.battles import TIE, Battles

# A table of all pairs is quicker than sorting, up to this many entries (of 8 bytes).
TABLE_ENTRIES = 1 << 23


@dataclass(frozen=True, eq=False)
class Rows:
    """What a likelihood runs over: battles, or alike battles made one.

    ``a``, ``b``: (rows,) int32; ``outcome``: (rows,) int8; ``weight``: (rows,) how much each counts; ``square``:
    (rows,) the sum of the squared weights of the battles in it, for sandwich intervals; ``x``: (k, rows) covariates,
    where k may be 0.
    """

    a: Codes
    b: Codes
    outcome: NDArray[np.int8]
    weight: Floats
    square: Floats
    x: Floats

    def __len__(self) -> int:
        return len(self.a)

    def weighted(self, weight: Floats) -> Rows:
        """The same rows, counting differently."""
        return Rows(self.a, self.b, self.outcome, weight, weight, self.x)


def collapsed(battles: Battles, weight: Floats | None = None, *, ordered: bool = False) -> Rows:
    """Battles by pair and outcome, without their covariates, in the order of the codes.

    Battles of x against y and of y against x are one pair, x the lower code, unless ``ordered``. ``weight`` takes the
    place of the battles' own.
    """
    weight = battles.weight if weight is None else weight
    n = battles.n_items
    if 3 * n * n <= TABLE_ENTRIES:
        counts = np.zeros(3 * n * n)
        squares = counts
        if weight is None:
            _count(battles.a, battles.b, battles.outcome, n, ordered, counts)
        else:
            squares = np.zeros(3 * n * n)
            _add(battles.a, battles.b, battles.outcome, weight, n, ordered, counts, squares)
        key = np.flatnonzero(counts)
        return _rows(key, counts[key], squares[key] if squares is not counts else None, n)
    keys = _keys(battles.a, battles.b, battles.outcome, n, ordered)
    key, place = np.unique(keys, return_inverse=True)
    if weight is None:
        return _rows(key, np.bincount(place).astype(np.float64), None, n)
    return _rows(key, _sums(place, weight), _sums(place, weight**2), n)


def uncollapsed(battles: Battles, weight: Floats | None = None, *, position: bool = False) -> Rows:
    """Every battle as a row with its covariates, and a column of ones where the position's effect is asked for."""
    weight = battles.weight if weight is None else weight
    weight = np.ones(len(battles)) if weight is None else weight
    x = np.zeros((0, len(battles))) if battles.covariates is None else np.ascontiguousarray(battles.covariates.T)
    if position:
        x = np.concatenate([x, np.ones((1, len(battles)))])
    square = weight if battles.weight is None else weight**2
    return Rows(battles.a, battles.b, battles.outcome, weight, square, x)


def _sums(place: Any, weight: Floats) -> Floats:
    return np.bincount(place, weights=weight).astype(np.float64)


def _rows(key: Any, weight: Floats, square: Floats | None, n: int) -> Rows:
    pair, outcome = np.divmod(key, 3)
    a, b = np.divmod(pair, max(n, 1))
    return Rows(
        a.astype(np.int32),
        b.astype(np.int32),
        outcome.astype(np.int8),
        weight,
        weight if square is None else square,
        np.zeros((0, len(key))),
    )


@compiled
def _key(a: Any, b: Any, outcome: Any, n: int, ordered: bool) -> Any:
    first, second, result = np.int64(a), np.int64(b), np.int64(outcome)
    if first > second and not ordered:
        first, second = second, first
        if result != TIE:
            result = 1 - result
    return (first * n + second) * 3 + result


@compiled
def _keys(a: Any, b: Any, outcome: Any, n: int, ordered: bool) -> Any:
    keys = np.empty(len(a), np.int64)
    for row in range(len(a)):
        keys[row] = _key(a[row], b[row], outcome[row], n, ordered)
    return keys


@compiled
def _count(a: Any, b: Any, outcome: Any, n: int, ordered: bool, counts: Any) -> None:
    for row in range(len(a)):
        counts[_key(a[row], b[row], outcome[row], n, ordered)] += 1.0


@compiled
def _add(a: Any, b: Any, outcome: Any, weight: Any, n: int, ordered: bool, counts: Any, squares: Any) -> None:
    for row in range(len(a)):
        key = _key(a[row], b[row], outcome[row], n, ordered)
        counts[key] += weight[row]
        squares[key] += weight[row] * weight[row]

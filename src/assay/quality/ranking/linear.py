"""Cholesky's factor and what follows from it, on one thread.

A fit solves a few systems of some hundred unknowns. Libraries share even those among threads, which then wait for one
another: on a busy machine a millisecond becomes hundreds. Above ``SMALL`` unknowns sharing pays, and LAPACK is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from assay.quality.arrays import Floats
from assay.quality.compiled import compiled

SMALL = 512


def solved(matrix: Floats, extra: Floats, right: Floats) -> Floats:
    """(matrix + diag(extra))^-1 right, for ``right`` (p,). ``matrix``: (p, p), symmetric and not negative."""
    return solved_many(matrix, extra, right[:, None])[:, 0]


def inverse(matrix: Floats, extra: Floats) -> Floats:
    """(matrix + diag(extra))^-1, symmetric: (p, p)."""
    made = solved_many(matrix, extra, np.eye(len(extra)))
    return (made + made.T) / 2


def solved_many(matrix: Floats, extra: Floats, right: Floats) -> Floats:
    """(matrix + diag(extra))^-1 right, for ``right`` (p, m).

    Where rounding has cost the matrix its definiteness, a little more stands on its diagonal. Raises ``ValueError``
    where that does not help.
    """
    diagonal = np.arange(len(extra))
    scale = max(float(np.abs(matrix[diagonal, diagonal]).max(initial=0.0)), 1.0)
    for power in (0.0, 1e-14, 1e-12, 1e-10, 1e-8):
        whole = matrix.copy()
        whole[diagonal, diagonal] += extra + power * scale
        answer = np.array(right, dtype=np.float64, order="C")
        if len(extra) <= SMALL:
            if _factor(whole) and np.isfinite(_substitute(whole, answer)).all():
                return answer
        else:
            from scipy.linalg import LinAlgError, cho_factor, cho_solve

            try:
                return np.asarray(cho_solve(cho_factor(whole), answer))
            except LinAlgError:
                continue
    raise ValueError("the battles' numbers are too far apart in size to be solved for; rescale covariates and weights")


def product(left: Floats, right: Floats) -> Floats:
    """The matrix product of two square matrices."""
    if len(left) > SMALL:
        return np.asarray(left @ right)
    made = np.zeros((left.shape[0], right.shape[1]))
    _multiply(np.ascontiguousarray(left), np.ascontiguousarray(right), made)
    return made


@compiled(fastmath={"contract"}, error_model="numpy")
def _factor(matrix: Any) -> bool:
    """The upper factor U with matrix = U'U, in place of the upper triangle; False where there is none."""
    size = len(matrix)
    for k in range(size):
        pivot = matrix[k, k]
        if not pivot > 0.0:
            return False
        root = np.sqrt(pivot)
        top = matrix[k, k:]
        for c in range(len(top)):
            top[c] /= root
        for row in range(k + 1, size):
            factor = matrix[k, row]
            if factor != 0.0:
                below, above = matrix[row, row:], matrix[k, row:]
                for c in range(len(below)):
                    below[c] -= factor * above[c]
    return True


@compiled(fastmath={"contract"}, error_model="numpy")
def _substitute(upper: Any, right: Any) -> Any:
    """Solve U'U z = right in place of ``right`` (p, m), row by row."""
    size = len(upper)
    for row in range(size):
        now = right[row]
        for c in range(len(now)):
            now[c] /= upper[row, row]
        for below in range(row + 1, size):
            factor, later = upper[row, below], right[below]
            if factor != 0.0:
                for c in range(len(now)):
                    later[c] -= factor * now[c]
    for row in range(size - 1, -1, -1):
        now = right[row]
        for below in range(row + 1, size):
            factor, later = upper[row, below], right[below]
            if factor != 0.0:
                for c in range(len(now)):
                    now[c] -= factor * later[c]
        for c in range(len(now)):
            now[c] /= upper[row, row]
    return right


@compiled(fastmath={"contract"}, error_model="numpy")
def _multiply(left: Any, right: Any, made: Any) -> None:
    for row in range(len(left)):
        into = made[row]
        for inner in range(len(right)):
            factor, line = left[row, inner], right[inner]
            if factor != 0.0:
                for c in range(len(line)):
                    into[c] += factor * line[c]

"""The log-likelihood of battles under three models of ties, with its gradient, information and scores' covariance.

All three see a battle through ``d``, the score of ``a`` less that of ``b`` plus what the covariates add, and ``t``, a
parameter of ties. With s the logistic function:

- half wins (Bradley and Terry 1952; a tie is half a win for each): P(a) = s(d), and a
  tie counts log s(d) / 2 + log s(-d) / 2;
- Rao and Kupper (1967): P(a) = s(d - t), P(b) = s(-d - t), P(tie) the rest, t = log of their threshold, above 0;
- Davidson (1970): P(a) : P(b) : P(tie) as exp(d / 2) : exp(-d / 2) : exp(t).

Each is concave in all of its parameters together (a logistic, an ordered logistic and a log-linear model), so that
Newton's method finds the one maximum.
"""

from __future__ import annotations

from math import exp, log, log1p
from typing import Any

import numpy as np

from assay.quality.arrays import Floats
from assay.quality.compiled import compiled
from assay.quality.ranking.cells import Rows
from assay.quality.ranking.half_wins import half_wins

HALF_WINS, RAO_KUPPER, DAVIDSON = 0, 1, 2


def evaluate(family: int, rows: Rows, values: Floats, n_items: int) -> tuple[float, Floats, Floats]:
    """Log-likelihood, gradient (p,) and observed information (p, p) at ``values`` (p,): scores, effects, then ``t``."""
    return _summed(family, rows, values, n_items, rows.weight, squared=False)


def score_covariance(family: int, rows: Rows, values: Floats, n_items: int) -> Floats:
    """The sum over battles of the outer product of each one's gradient: (p, p), the meat of the sandwich."""
    return _summed(family, rows, values, n_items, rows.square, squared=True)[2]


def clustered_score_covariance(family: int, rows: Rows, values: Floats, n_items: int, cluster: Any) -> Floats:
    """The same where battles of one cluster are not independent: gradients are summed in each before their product.

    ``cluster``: (rows,) codes. Scaled by c / (c - 1) for c clusters, the usual correction.
    """
    order = np.argsort(cluster, kind="stable")
    ends = np.flatnonzero(np.diff(cluster[order])) + 1
    start = np.concatenate([[0], ends, [len(order)]]).astype(np.int64)
    meat = np.zeros((len(values), len(values)))
    _clustered(family, rows.a, rows.b, rows.outcome, rows.weight, rows.x, values, n_items, order, start, meat)
    clusters = max(len(start) - 1, 2)
    return meat * (clusters / (clusters - 1))


def outcome_probabilities(family: int, difference: Any, tie: float) -> tuple[Any, Any, Any]:
    """Probabilities that a wins, that b wins, and of a tie, for differences of score; ``tie`` is ``t`` above."""
    d = np.asarray(difference, dtype=np.float64)
    if family == DAVIDSON:
        top = np.maximum(np.abs(d) / 2, tie)
        a, b, both = np.exp(d / 2 - top), np.exp(-d / 2 - top), np.exp(tie - top)
        total = a + b + both
        return a / total, b / total, both / total
    threshold = tie if family == RAO_KUPPER else 0.0
    a, b = _logistic(d - threshold), _logistic(-d - threshold)
    # The rest by its own formula: a difference of nearly equal numbers would lose digits.
    both = -np.expm1(-2 * threshold) * _logistic(threshold + d) * _logistic(threshold - d)
    return a, b, both


def _logistic(d: Any) -> Any:
    return 0.5 * (1.0 + np.tanh(0.5 * d))


def _summed(
    family: int, rows: Rows, values: Floats, n_items: int, weight: Floats, *, squared: bool
) -> tuple[float, Floats, Floats]:
    size = len(values)
    gradient = np.zeros(size)
    pair = np.zeros((n_items, n_items))
    cross = np.zeros((n_items, size - n_items))
    corner = np.zeros((size - n_items, size - n_items))
    data = (rows.a, rows.b, rows.outcome, weight, rows.x, values, n_items, squared, gradient, pair, cross, corner)
    value = half_wins(*data) if family == HALF_WINS else _accumulate(family, *data)
    both = pair + pair.T
    matrix = np.empty((size, size))
    matrix[:n_items, :n_items] = -both
    matrix[np.arange(n_items), np.arange(n_items)] += both.sum(axis=1)
    matrix[:n_items, n_items:] = cross
    matrix[n_items:, :n_items] = cross.T
    matrix[n_items:, n_items:] = np.tril(corner) + np.tril(corner, -1).T
    return value, gradient, matrix


@compiled
def _terms(family: int, outcome: int, d: float, t: float) -> tuple[float, float, float, float, float, float]:
    """log P of what happened, its slopes in d and t, and its curvatures (less the second derivatives) dd, dt and tt."""
    if family == 0:
        e = exp(-abs(d))
        low = e / (1.0 + e)
        p = 1.0 - low if d >= 0.0 else low
        spread = log1p(e)
        if outcome == 0:
            return -spread + min(d, 0.0), 1.0 - p, 0.0, p * (1.0 - p), 0.0, 0.0
        if outcome == 1:
            return -spread - max(d, 0.0), -p, 0.0, p * (1.0 - p), 0.0, 0.0
        return -spread - 0.5 * abs(d), 0.5 - p, 0.0, p * (1.0 - p), 0.0, 0.0
    if family == 1:
        if t <= 0.0:
            return -np.inf, 0.0, 0.0, 0.0, 0.0, 0.0
        if outcome != 2:
            side = 1.0 if outcome == 0 else -1.0
            u = side * d - t
            e = exp(-abs(u))
            low = e / (1.0 + e)
            p = 1.0 - low if u >= 0.0 else low
            f = p * (1.0 - p)
            return -log1p(e) + min(u, 0.0), side * (1.0 - p), -(1.0 - p), f, -side * f, f
        up, down = t + d, t - d
        e_up, e_down = exp(-abs(up)), exp(-abs(down))
        low_up, low_down = e_up / (1.0 + e_up), e_down / (1.0 + e_down)
        p_up = 1.0 - low_up if up >= 0.0 else low_up
        p_down = 1.0 - low_down if down >= 0.0 else low_down
        f_up, f_down = p_up * (1.0 - p_up), p_down * (1.0 - p_down)
        shrink = exp(-2.0 * t)
        rest = 1.0 - shrink if t > 1e-5 else 2.0 * t
        value = log(rest) - log1p(e_up) + min(up, 0.0) - log1p(e_down) + min(down, 0.0)
        slope_t = 2.0 * shrink / rest + (1.0 - p_up) + (1.0 - p_down)
        return value, p_down - p_up, slope_t, f_up + f_down, f_up - f_down, f_up + f_down + 4.0 * shrink / (rest * rest)
    top = max(0.5 * abs(d), t)
    w_a, w_b, w_t = exp(0.5 * d - top), exp(-0.5 * d - top), exp(t - top)
    total = w_a + w_b + w_t
    lead = 0.5 * (w_a - w_b) / total
    p_t = w_t / total
    f = 0.25 * (w_a + w_b) / total - lead * lead
    whole = top + log(total)
    if outcome == 0:
        return 0.5 * d - whole, 0.5 - lead, -p_t, f, -lead * p_t, p_t * (1.0 - p_t)
    if outcome == 1:
        return -0.5 * d - whole, -0.5 - lead, -p_t, f, -lead * p_t, p_t * (1.0 - p_t)
    return t - whole, -lead, 1.0 - p_t, f, -lead * p_t, p_t * (1.0 - p_t)


@compiled
def _accumulate(
    family: int,
    a: Any,
    b: Any,
    outcome: Any,
    weight: Any,
    x: Any,
    values: Any,
    n_items: int,
    squared: bool,
    gradient: Any,
    pair: Any,
    cross: Any,
    corner: Any,
) -> float:
    """One pass over the rows: the log-likelihood, and sums of slopes and of curvatures (or of squared slopes).

    The block of items is kept as its negative off-diagonal, by pair as the rows name it: one addition a row in place
    of four.
    """
    k = x.shape[0]
    ties = family != 0
    t = values[n_items + k] if ties else 0.0
    total = 0.0
    slope_t = 0.0
    for row in range(len(a)):
        w = weight[row]
        if w == 0.0:
            continue
        i, j = a[row], b[row]
        d = values[i] - values[j]
        for c in range(k):
            d += x[c, row] * values[n_items + c]
        value, g_d, g_t, h_dd, h_dt, h_tt = _terms(family, outcome[row], d, t)
        total += w * value
        if squared:
            h_dd, h_dt, h_tt = g_d * g_d, g_d * g_t, g_t * g_t
        g_d *= w
        h_dd *= w
        gradient[i] += g_d
        gradient[j] -= g_d
        pair[i, j] += h_dd
        for c in range(k):
            slope = h_dd * x[c, row]
            gradient[n_items + c] += g_d * x[c, row]
            cross[i, c] += slope
            cross[j, c] -= slope
            for other in range(c + 1):
                corner[c, other] += slope * x[other, row]
        if ties:
            slope_t += w * g_t
            h_dt *= w
            cross[i, k] += h_dt
            cross[j, k] -= h_dt
            for c in range(k):
                corner[k, c] += h_dt * x[c, row]
            corner[k, k] += w * h_tt
    if ties:
        gradient[n_items + k] += slope_t
    return total


@compiled
def _clustered(
    family: int,
    a: Any,
    b: Any,
    outcome: Any,
    weight: Any,
    x: Any,
    values: Any,
    n_items: int,
    order: Any,
    start: Any,
    meat: Any,
) -> None:
    k = x.shape[0]
    size = len(values)
    ties = family != 0
    t = values[n_items + k] if ties else 0.0
    slope = np.zeros(size)
    met = np.zeros(size, np.bool_)
    # The effects and the tie parameter come first: every battle has a slope in them.
    touched = np.empty(size, np.int64)
    for place in range(size - n_items):
        touched[place] = n_items + place
    for cluster in range(len(start) - 1):
        count = size - n_items
        for at in range(start[cluster], start[cluster + 1]):
            row = order[at]
            w = weight[row]
            i, j = np.int64(a[row]), np.int64(b[row])
            d = values[i] - values[j]
            for c in range(k):
                d += x[c, row] * values[n_items + c]
            _, g_d, g_t, _, _, _ = _terms(family, outcome[row], d, t)
            for item in (i, j):
                if not met[item]:
                    met[item] = True
                    touched[count] = item
                    count += 1
            slope[i] += w * g_d
            slope[j] -= w * g_d
            for c in range(k):
                slope[n_items + c] += w * g_d * x[c, row]
            if ties:
                slope[n_items + k] += w * g_t
        for left in range(count):
            for right in range(count):
                meat[touched[left], touched[right]] += slope[touched[left]] * slope[touched[right]]
        for place in range(count):
            slope[touched[place]] = 0.0
            met[touched[place]] = False

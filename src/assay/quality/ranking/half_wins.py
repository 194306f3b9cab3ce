"""The Bradley-Terry pass over battles, a block at a time, so that the processor works on several rows at once.

This is ``likelihood._accumulate`` for ties as half wins, where a million battles with covariates are the usual case.
Rows of a block go through each step together: differences, exponentials, logarithms, sums. The exponential and the
logarithm are polynomials here, since a call for each row would cost more than all the rest; both are right to the last
few bits (see the tests).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from assay.quality.compiled import compiled

BLOCK = 512
LOG2_E = 1.4426950408889634
# The logarithm of 2 in two parts: the first has so few bits that its multiples are exact.
LN2_HIGH = 0.693145751953125
LN2_LOW = 1.42860682030941723e-06
LOWEST = -700.0


@compiled
def half_wins(
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
    """As ``likelihood._accumulate`` for the half-wins family: the likelihood; adds to the last four arguments."""
    k = x.shape[0]
    d = np.empty(BLOCK)
    e = np.empty(BLOCK)
    slope = np.empty(BLOCK)
    curve = np.empty(BLOCK)
    moved = np.empty(BLOCK)
    bits = np.empty(BLOCK, np.int64)
    scale = bits.view(np.float64)
    total = 0.0
    for begin in range(0, len(a), BLOCK):
        end = min(begin + BLOCK, len(a))
        left, right = a[begin:end], b[begin:end]
        count = end - begin
        for row in range(count):
            d[row] = values[left[row]] - values[right[row]]
        for c in range(k):
            column, effect = x[c, begin:end], values[n_items + c]
            for row in range(count):
                d[row] += effect * column[row]
        _exponentials(d[:count], e[:count], bits[:count], scale[:count])
        total += _weigh(d[:count], e[:count], outcome[begin:end], weight[begin:end], squared, slope, curve)
        for row in range(count):
            i, j = left[row], right[row]
            gradient[i] += slope[row]
            gradient[j] -= slope[row]
            pair[i, j] += curve[row]
        for c in range(k):
            column = x[c, begin:end]
            gradient[n_items + c] += _product(slope[:count], column)
            for row in range(count):
                moved[row] = curve[row] * column[row]
            for row in range(count):
                cross[left[row], c] += moved[row]
                cross[right[row], c] -= moved[row]
            for other in range(c + 1):
                corner[c, other] += _product(moved[:count], x[other, begin:end])
    return total


@compiled(fastmath={"contract"})
def _exponentials(d: Any, e: Any, bits: Any, scale: Any) -> None:
    """e = exp(-|d|): 2 to a whole power times Taylor's polynomial within half of log 2."""
    for row in range(len(d)):
        z = max(-abs(d[row]), LOWEST)
        whole = np.floor(z * LOG2_E + 0.5)
        r = (z - whole * LN2_HIGH) - whole * LN2_LOW
        made = 1.0 / 6227020800.0
        made = made * r + 1.0 / 479001600.0
        made = made * r + 1.0 / 39916800.0
        made = made * r + 1.0 / 3628800.0
        made = made * r + 1.0 / 362880.0
        made = made * r + 1.0 / 40320.0
        made = made * r + 1.0 / 5040.0
        made = made * r + 1.0 / 720.0
        made = made * r + 1.0 / 120.0
        made = made * r + 1.0 / 24.0
        made = made * r + 1.0 / 6.0
        made = made * r + 0.5
        made = made * r + 1.0
        e[row] = made * r + 1.0
        bits[row] = (np.int64(np.int32(whole)) + 1023) << 52
    for row in range(len(d)):
        e[row] *= scale[row]


@compiled(fastmath={"contract", "reassoc"}, error_model="numpy")
def _weigh(d: Any, e: Any, outcome: Any, weight: Any, squared: bool, slope: Any, curve: Any) -> float:
    """Weighted slopes and curvatures of each row, and the block's log-likelihood; ``e`` is used up.

    NumPy's model of errors is what lets the compiler take several rows at once: with Python's, every division could
    raise, and ends the loop. No divisor here is below 1.
    log(1 + e) is 2 artanh(e / (2 + e)), whose series needs 16 terms, as its argument is at most a third.
    """
    for row in range(len(d)):
        o = np.float64(outcome[row])
        off = 1.0 - 1.75 * o + 0.75 * o * o  # 1, 0 and a half for outcomes 0, 1 and 2
        low = e[row] / (1.0 + e[row])
        off -= 1.0 - low if d[row] >= 0.0 else low
        slope[row] = weight[row] * off
        curve[row] = weight[row] * (off * off if squared else low * (1.0 - low))
    for row in range(len(d)):
        o = np.float64(outcome[row])
        s = e[row] / (2.0 + e[row])
        q = s * s
        made = 1.0 / 33.0
        made = made * q + 1.0 / 31.0
        made = made * q + 1.0 / 29.0
        made = made * q + 1.0 / 27.0
        made = made * q + 1.0 / 25.0
        made = made * q + 1.0 / 23.0
        made = made * q + 1.0 / 21.0
        made = made * q + 1.0 / 19.0
        made = made * q + 1.0 / 17.0
        made = made * q + 1.0 / 15.0
        made = made * q + 1.0 / 13.0
        made = made * q + 1.0 / 11.0
        made = made * q + 1.0 / 9.0
        made = made * q + 1.0 / 7.0
        made = made * q + 1.0 / 5.0
        made = made * q + 1.0 / 3.0
        made = made * q + 1.0
        spread = 2.0 * s * made + max(d[row], 0.0)
        e[row] = weight[row] * ((1.0 - 1.75 * o + 0.75 * o * o) * d[row] - spread)
    total = 0.0
    for row in range(len(e)):
        total += e[row]
    return total


@compiled(fastmath={"contract", "reassoc"})
def _product(left: Any, right: Any) -> float:
    """The inner product; its terms may be added in any order, by which several are added at once."""
    total = 0.0
    for row in range(len(left)):
        total += left[row] * right[row]
    return total

"""Compiled weighted medians and robust means of many groups of rows: ``medians`` without padding.

Rows of group i are start[i]:start[i + 1]; a row of weight 0 has no say, and every group needs one that has.
"""

from __future__ import annotations

import numpy as np

from assay.quality.compiled import compiled
from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.medians import _BIWEIGHT_REACH, _ROUNDING


@compiled
def medians(values: FloatArray, weight: FloatArray, start: IntArray) -> FloatArray:
    """The weighted median of each column in each group: (n, k), (n,) and (g + 1,) to (g, k)."""
    groups, columns = len(start) - 1, values.shape[1]
    result = np.empty((groups, columns))
    value, say = np.empty(_widest(start)), np.empty(_widest(start))
    for group in range(groups):
        for column in range(columns):
            count = 0
            for row in range(start[group], start[group + 1]):
                if weight[row] > 0.0:
                    value[count] = values[row, column]
                    say[count] = weight[row]
                    count += 1
            result[group, column] = _median(value, say, count)
    return result


@compiled
def robust_means(
    values: FloatArray, weight: FloatArray, start: IntArray, centre: FloatArray, size: FloatArray
) -> FloatArray:
    """The robust mean of each group around its median: ``centre`` and ``size`` (g, k), to (g, k).

    See ``medians.robust_mean``.
    """
    groups, columns = len(start) - 1, values.shape[1]
    result = np.empty((groups, columns))
    residual, value, say = np.empty(_widest(start)), np.empty(_widest(start)), np.empty(_widest(start))
    for group in range(groups):
        first = start[group]
        count = 0
        for row in range(first, start[group + 1]):
            worst = 0.0
            for column in range(columns):
                worst = max(worst, abs(values[row, column] - centre[group, column]) / size[group, column])
            residual[row - first] = worst
            if weight[row] > 0.0:
                value[count] = worst
                say[count] = weight[row]
                count += 1
        scale = _BIWEIGHT_REACH * max(_median(value, say, count), 0.01)
        total = 0.0
        for column in range(columns):
            result[group, column] = 0.0
        for row in range(first, start[group + 1]):
            kept = max(1.0 - (residual[row - first] / scale) ** 2, 0.0) ** 2 * weight[row]
            total += kept
            for column in range(columns):
                result[group, column] += kept * values[row, column]
        for column in range(columns):
            result[group, column] /= total
    return result


@compiled
def _median(value: FloatArray, weight: FloatArray, count: int) -> float:
    """The weighted median of the first ``count`` values; sorts both arrays on the way."""
    if count == 1:
        return float(value[0])
    # Shell's sort with Knuth's gaps, of which a few members need only the last.
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for at in range(gap, count):
            moved, say, to = value[at], weight[at], at
            while to >= gap and value[to - gap] > moved:
                value[to], weight[to] = value[to - gap], weight[to - gap]
                to -= gap
            value[to], weight[to] = moved, say
        gap //= 3
    total = 0.0
    for at in range(count):
        total += weight[at]
    half = total / 2
    low, high, below = 0, 0, 0.0
    for at in range(count):
        below += weight[at]
        low += below < half * (1 - _ROUNDING)
        high += below <= half * (1 + _ROUNDING)
    return float((value[min(low, count - 1)] + value[min(high, count - 1)]) / 2)


@compiled
def _widest(start: IntArray) -> int:
    widest = 0
    for group in range(len(start) - 1):
        widest = max(widest, start[group + 1] - start[group])
    return widest

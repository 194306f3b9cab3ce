"""Weighted medians of many small samples at once, and a robust mean that starts from them.

Samples are padded to one length: ``values`` (groups, members, ...), ``weights`` (groups, members) with 0 for the
padding. Everything is unchanged when all weights are multiplied by a number or every member is given twice.
"""

from __future__ import annotations

import numpy as np

from assay.quality.geometry.arrays import FloatArray

# Residuals beyond this many typical ones have no say at all (Beaton and Tukey 1974; 4.685 standard deviations
# keep 95 % efficiency for normal errors, and a median absolute deviation is 0.6745 of one).
_BIWEIGHT_REACH = 4.685 / 0.6745
# Weights that differ from half by no more than rounding are half.
_ROUNDING = 1e-9


def weighted_median(values: FloatArray, weights: FloatArray) -> FloatArray:
    """The weighted median along axis 1: (g, m, ...) and (g, m) to (g, ...).

    Where exactly half the weight lies on either side, the mean of the two values in the middle.
    """
    members = weights.shape[1]
    # One row for each number wanted, its candidates along it.
    rows = np.moveaxis(values, 1, -1)
    says = weights if values.ndim == 2 else np.repeat(weights, rows[0].size // members, axis=0)
    shape = rows.shape[:-1]
    # Members without weight go last, where they can be neither of the two middle ones.
    candidates = np.where(says > 0, rows.reshape(-1, members), np.inf)
    order = candidates.argsort(axis=1)
    row = np.arange(len(candidates))
    below = says[row[:, None], order].cumsum(axis=1)
    half = below[:, -1:] / 2
    low = (below < half * (1 - _ROUNDING)).sum(axis=1)
    high = (below <= half * (1 + _ROUNDING)).sum(axis=1)
    middle: FloatArray = candidates[row, order[row, low]] + candidates[row, order[row, np.minimum(high, members - 1)]]
    return (middle / 2).reshape(shape)


def robust_mean(values: FloatArray, weights: FloatArray, size: FloatArray) -> FloatArray:
    """A mean of vectors in which far-off members have little or no say: (g, m, k), (g, m), (g, k) to (g, k).

    Starts at the median of each coordinate; a member's residual is its largest distance from there, each coordinate
    measured in ``size``; members are then weighted by ``biweight`` and averaged once (a one-step M-estimate: Huber,
    *Robust Statistics*, 1981, section 6.7). With one or two members this is their mean.
    """
    centre = weighted_median(values, weights)
    residual = np.abs(values - centre[:, None]) / size[:, None]
    worst: FloatArray = residual.max(axis=2)
    say = biweight(worst, weights)
    result: FloatArray = (say[..., None] * values).sum(axis=1) / say.sum(axis=1)[:, None]
    return result


def biweight(residuals: FloatArray, weights: FloatArray, floor: float = 0.01) -> FloatArray:
    """The say left to each member by how far off it is: (g, m) residuals and weights to (g, m) weights.

    Tukey's biweight with the weighted median residual as the scale, but no scale below ``floor``, which keeps
    near-perfect agreement from throwing out honest members. The members in the middle always keep a say.
    """
    scale = np.maximum(weighted_median(residuals, weights), floor)[:, None]
    say: FloatArray = np.maximum(1.0 - (residuals / (_BIWEIGHT_REACH * scale)) ** 2, 0.0) ** 2 * weights
    return say

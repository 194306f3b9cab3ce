"""Overlap of spans of a line: of a text, or of time. Half-open: the start belongs to a span and the end does not."""

from __future__ import annotations

import numpy as np

from assay.quality.geometry.arrays import FloatArray


def iou(left: FloatArray, right: FloatArray) -> FloatArray:
    """What both cover, as a share of all from the first start to the last end: within [0, 1].

    ``left``, ``right``: (..., 2) of start and end, as broadcast. Spans that only touch share nothing.
    """
    both = np.minimum(left[..., 1], right[..., 1]) - np.maximum(left[..., 0], right[..., 0])
    either = np.maximum(left[..., 1], right[..., 1]) - np.minimum(left[..., 0], right[..., 0])
    result: FloatArray = np.where(both > 0, both / np.where(either > 0, either, 1.0), 0.0)
    return result

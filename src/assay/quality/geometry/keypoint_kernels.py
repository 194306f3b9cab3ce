"""Compiled likeness of skeletons within scenes."""

from __future__ import annotations

import math

import numpy as np

from assay.quality.compiled import compiled
from assay.quality.geometry.arrays import FloatArray, IntArray


@compiled
def keypoint_scenes(
    points: FloatArray, area: FloatArray, spread: FloatArray, voice: IntArray, start: IntArray
) -> FloatArray:
    """Likeness within scenes, in blocks as ``overlap_kernels.upright_scenes`` gives them.

    ``points``: (n, k, 3) x, y, visibility. ``area``: (n,). ``spread``: (k,) twice COCO's sigmas. The mean of
    exp(-d^2 / (2 spread^2 area)) over the keypoints that both have, with the mean of their areas; 0 where they share
    none.
    """
    total = 0
    for scene in range(len(start) - 1):
        total += (start[scene + 1] - start[scene]) ** 2
    result = np.zeros(total)
    offset = 0
    for scene in range(len(start) - 1):
        first, last = start[scene], start[scene + 1]
        count = last - first
        for row in range(first, last):
            for column in range(row + 1, last):
                if voice[row] == voice[column]:
                    continue
                scale = area[row] + area[column]
                both, likeness = 0, 0.0
                for at in range(len(spread)):
                    if points[row, at, 2] > 0.0 and points[column, at, 2] > 0.0:
                        x = points[row, at, 0] - points[column, at, 0]
                        y = points[row, at, 1] - points[column, at, 1]
                        both += 1
                        likeness += math.exp(-(x * x + y * y) / (spread[at] * spread[at] * scale))
                if both > 0:
                    result[offset + (row - first) * count + column - first] = likeness / both
                    result[offset + (column - first) * count + row - first] = likeness / both
        offset += count * count
    return result

"""One shape out of several of the same object.

All of these leave the answer unchanged when every member is given twice, and a single far-off member among three
or more cannot drag it along.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assay.quality.geometry.arrays import FloatArray
from assay.quality.geometry.curves import resample, simplify
from assay.quality.geometry.medians import robust_mean, weighted_median


def fuse_boxes(boxes: FloatArray, weights: FloatArray) -> FloatArray:
    """One upright box per object: (g, m, 4) left, top, right, bottom and (g, m) weights to (g, 4).

    ``weights`` is 0 where an object has fewer than m members. See ``robust_mean``; the four edges of a member stand
    or fall together, measured against the width and height of the median box.
    """
    middle = weighted_median(boxes, weights)
    extent = np.maximum(middle[:, 2:] - middle[:, :2], 1e-9)
    return robust_mean(boxes, weights, np.concatenate([extent, extent], axis=1))


def fuse_turned_boxes(boxes: FloatArray, weights: FloatArray, reference: int) -> FloatArray:
    """One turned box: (m, 5) x, y, width, height, rotation and (m,) weights to (5,).

    A box turned by 180 degrees, or by 90 with width and height exchanged, is the same shape. Every member is
    written in whichever of these four ways has the rotation nearest to that of the ``reference`` member; then
    centres, sizes and rotations are averaged robustly. Rotation within (-180, 180].
    """
    centre = boxes[:, :2] + boxes[:, 2:4] / 2
    turn = boxes[:, 4] - boxes[reference, 4]
    quarter = np.round(turn / 90)
    turn = turn - 90 * quarter
    size = np.where((quarter % 2 == 1)[:, None], boxes[:, 3:1:-1], boxes[:, 2:4])
    side = np.maximum(weighted_median(size[None], weights[None])[0], 1e-9)
    # A turn of 45 degrees moves a corner by about the half-diagonal: it counts as far off as a shift by that much.
    scale = np.concatenate([side, side, [57.3]])
    rows = np.concatenate([centre, size, turn[:, None]], axis=1)
    x, y, width, height, more = robust_mean(rows[None], weights[None], scale[None])[0]
    rotation = boxes[reference, 4] + more
    rotation = 180.0 - (180.0 - rotation) % 360.0
    return np.array([x - width / 2, y - height / 2, width, height, rotation])


def fuse_points(points: FloatArray, weights: FloatArray) -> FloatArray:
    """The weighted geometric median: (m, 2) and (m,) to (2,).

    Weiszfeld's iteration (1937) as mended by Vardi and Zhang (2000), which does not stick at a member. Of two
    points, or of any set in line whose median is not unique, the one found from the mean is taken.
    """
    weights = weights / weights.sum()
    centre: FloatArray = (points * weights[:, None]).sum(axis=0)
    if len(points) <= 2:
        return centre
    size = np.abs(points - centre).max()
    for _ in range(200):
        gap = np.hypot(*(points - centre).T)
        here = gap < 1e-9 * size + 1e-12
        pull = np.where(here, 0.0, weights / np.where(here, 1.0, gap))
        if pull.sum() == 0:
            break
        target = (points * pull[:, None]).sum(axis=0) / pull.sum()
        force = float(np.hypot(*((points - centre) * pull[:, None]).sum(axis=0)))
        stay = min(1.0, float(weights[here].sum()) / force) if force > 0 else 1.0
        moved = (1 - stay) * target + stay * centre
        step = float(np.abs(moved - centre).max())
        centre = moved
        if step <= 1e-7 * size:
            break
    return centre


def fuse_polylines(lines: Sequence[FloatArray], weights: FloatArray, reference: int) -> FloatArray:
    """One polyline: each (k, 2), with (m,) weights, to (n, 2).

    Every member is turned to run the way the ``reference`` member does and sampled evenly along its length; samples
    of the same rank are averaged robustly, and what lies in line is left out again.
    """
    samples = np.stack([resample(line) for line in lines])
    forth = np.square(samples - samples[reference]).sum(axis=(1, 2))
    back = np.square(samples[:, ::-1] - samples[reference]).sum(axis=(1, 2))
    samples = np.where((back < forth)[:, None, None], samples[:, ::-1], samples)
    middle = weighted_median(samples[None], weights[None])[0]
    extent = max(float(np.ptp(middle, axis=0).max()), 1e-9)
    fused = robust_mean(samples.reshape(1, len(lines), -1), weights[None], np.full((1, middle.size), extent))
    return simplify(fused.reshape(-1, 2), 0.002 * extent)

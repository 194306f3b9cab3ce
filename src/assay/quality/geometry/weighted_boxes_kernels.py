"""Compiled loops of weighted boxes fusion and of non-maximum suppression.

Rows are sorted by image (image i is start[i]:start[i + 1]) and, within an image, by falling score.
"""

from __future__ import annotations

import numpy as np

from assay.quality.compiled import compiled
from assay.quality.geometry.arrays import FloatArray, IntArray


@compiled
def fuse(
    boxes: FloatArray, score: FloatArray, label: IntArray, start: IntArray, iou_min: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """The cluster of each row, the first cluster of each image (and one past the last), and their fused boxes,
    (rows, 4), of which only as many are filled in as there are clusters.

    Each box joins the cluster of its label whose fused box it overlaps most, if by more than ``iou_min``, and the fused
    box moves to the mean of its members weighted by ``score``; else it begins a cluster. Sums are kept, so that a box
    costs one look at each cluster of its image.
    """
    number = np.empty(len(score), dtype=np.int64)
    first = np.zeros(len(start), dtype=np.int64)
    fused = np.empty((len(score), 4))
    sums = np.empty((len(score), 4))
    plain = np.empty((len(score), 4))
    total = np.empty(len(score))
    count = np.empty(len(score))
    name = np.empty(len(score), dtype=np.int64)
    found = 0
    for image in range(len(start) - 1):
        begin = found
        for row in range(start[image], start[image + 1]):
            left, top, right, bottom = boxes[row, 0], boxes[row, 1], boxes[row, 2], boxes[row, 3]
            area = (right - left) * (bottom - top)
            best, most = -1, iou_min
            for at in range(begin, found):
                if name[at] != label[row]:
                    continue
                width = min(right, fused[at, 2]) - max(left, fused[at, 0])
                height = min(bottom, fused[at, 3]) - max(top, fused[at, 1])
                if width <= 0.0 or height <= 0.0:
                    continue
                both = width * height
                union = area + (fused[at, 2] - fused[at, 0]) * (fused[at, 3] - fused[at, 1]) - both
                if both > most * union:
                    best, most = at, both / union
            if best < 0:
                best = found
                found += 1
                name[best] = label[row]
                total[best] = 0.0
                count[best] = 0.0
                for side in range(4):
                    sums[best, side] = 0.0
                    plain[best, side] = 0.0
            number[row] = best
            total[best] += score[row]
            count[best] += 1.0
            for side in range(4):
                sums[best, side] += score[row] * boxes[row, side]
                plain[best, side] += boxes[row, side]
                # Where no member has a score, all count alike.
                if total[best] > 0.0:
                    fused[best, side] = sums[best, side] / total[best]
                else:
                    fused[best, side] = plain[best, side] / count[best]
        first[image + 1] = found
    return number, first, fused


@compiled
def tally(
    number: IntArray, score: FloatArray, model: IntArray, weights: FloatArray, clusters: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Of each cluster: how many boxes, their scores together, the best of them, their models' weights together with
    each box counted, and with each model counted once."""
    count, total, best = np.zeros(clusters), np.zeros(clusters), np.zeros(clusters)
    by_box, by_model = np.zeros(clusters), np.zeros(clusters)
    # Rows of a cluster need not stand together, but a model seen before in it is found by going back along the chain.
    latest = np.full(clusters, -1, dtype=np.int64)
    before = np.empty(len(number), dtype=np.int64)
    for row in range(len(number)):
        at = number[row]
        count[at] += 1.0
        total[at] += score[row]
        best[at] = max(best[at], score[row])
        by_box[at] += weights[model[row]]
        other = latest[at]
        while other >= 0 and model[other] != model[row]:
            other = before[other]
        if other < 0:
            by_model[at] += weights[model[row]]
        before[row] = latest[at]
        latest[at] = row
    return count, total, best, by_box, by_model


@compiled
def falling(score: FloatArray, first: IntArray) -> IntArray:
    """An order of clusters by falling score within each image, the earlier first among equals."""
    order = np.empty(len(score), dtype=np.int64)
    for image in range(len(first) - 1):
        for at in range(first[image], first[image + 1]):
            to = at
            while to > first[image] and score[order[to - 1]] < score[at]:
                order[to] = order[to - 1]
                to -= 1
            order[to] = at
    return order

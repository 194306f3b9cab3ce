"""How far two annotations are apart: 0 the same, 1 nothing in common. For ``annotation_alpha`` and on their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from assay.quality.arrays import Floats, Offsets
from assay.quality.geometry.boxes import iou, iou_matrix
from assay.quality.geometry.matching import match


@runtime_checkable
class ManyPairs(Protocol):
    """A distance that also measures many pairs at once, which is what large sets need."""

    def __call__(self, one: Any, other: Any) -> float:
        """The distance of two annotations, 0 or more."""
        ...

    def pairs(self, annotations: Any, one: Offsets, other: Offsets) -> Floats:
        """The distances of ``annotations[one]`` and ``annotations[other]``, row by row: (pairs,)."""
        ...


class _BoxDistance:
    __name__ = "box_distance"

    def __call__(self, one: Any, other: Any) -> float:
        return float(1.0 - iou(_box(one), _box(other)))

    def pairs(self, annotations: Any, one: Offsets, other: Offsets) -> Floats:
        boxes = _box(annotations)
        return np.asarray(1.0 - iou(boxes[one], boxes[other]))


# 1 - intersection over union of two upright boxes ``left, top, right, bottom``, one box an answer.
box_distance = _BoxDistance()


def box_set_distance(one: Any, other: Any) -> float:
    """The distance of two sets of upright boxes, (n, 4) and (m, 4), any of them empty.

    1 - 2 x the total overlap (intersection over union) of the best one-to-one pairing / (n + m): a box drawn by one
    person only counts as fully wrong. Two empty sets are the same.
    """
    left, right = _box(one).reshape(-1, 4), _box(other).reshape(-1, 4)
    if len(left) + len(right) == 0:
        return 0.0
    if len(left) == 0 or len(right) == 0:
        return 1.0
    overlap = iou_matrix(left, right)
    # Boxes that do not meet add nothing, so pairing only those that do gives the same total, sooner.
    rows, columns = match(overlap, 1e-12)
    return float(max(1.0 - 2.0 * overlap[rows, columns].sum() / (len(left) + len(right)), 0.0))


def span_distance(one: Any, other: Any) -> float:
    """The distance of two sets of spans, of text or of time: 1 - what both cover / what either covers.

    Each (n, 2) of ``start, end`` with the end left out, or (n, 3) with a class: then a place counts once for each class
    that it is given. Spans of one set may overlap. Two sets that cover nothing are the same.
    """
    left, right = _spans(one), _spans(other)
    both = either = 0.0
    for label in np.union1d(left[:, 2], right[:, 2]).tolist():
        mine, theirs = _merged(left[left[:, 2] == label]), _merged(right[right[:, 2] == label])
        common = np.minimum(mine[:, None, 1], theirs[None, :, 1]) - np.maximum(mine[:, None, 0], theirs[None, :, 0])
        shared = float(np.maximum(common, 0.0).sum())
        both += shared
        either += float(np.ptp(mine, axis=1).sum() + np.ptp(theirs, axis=1).sum()) - shared
    return 1.0 - both / either if either > 0 else 0.0


def jaccard_distance(one: Collection[Any], other: Collection[Any]) -> float:
    """The distance of two sets of labels: 1 - how many both hold / how many either holds; 0 for two empty sets."""
    left, right = set(one), set(other)
    return 1.0 - len(left & right) / len(left | right) if left | right else 0.0


def masi_distance(one: Collection[Any], other: Collection[Any]) -> float:
    """As ``jaccard_distance``, but milder where one set holds the other: MASI (Passonneau, "Measuring Agreement on
    Set-Valued Items", LREC 2006): 1 - Jaccard x (1 the same, 2/3 one holds the other, 1/3 they meet, 0 apart)."""
    left, right = set(one), set(other)
    if left == right:
        return 0.0
    kind = 2 / 3 if left <= right or right <= left else 1 / 3
    return 1.0 - (1.0 - jaccard_distance(left, right)) * kind


def _box(values: Any) -> Floats:
    boxes = np.asarray(values, dtype=np.float64)
    if boxes.size and boxes.shape[-1] != 4:
        raise ValueError(f"a box is left, top, right, bottom; got the shape {boxes.shape}")
    return boxes


def _spans(values: Sequence[Any] | Any) -> Floats:
    spans = np.asarray(values, dtype=np.float64)
    if spans.size == 0:
        return np.zeros((0, 3))
    spans = np.atleast_2d(spans)
    if spans.ndim != 2 or spans.shape[1] not in (2, 3):
        raise ValueError(f"a span is start, end, or start, end, class; got the shape {spans.shape}")
    if (spans[:, 1] < spans[:, 0]).any():
        raise ValueError("a span ends before it starts; give start, end")
    return spans if spans.shape[1] == 3 else np.column_stack([spans, np.zeros(len(spans))])


def _merged(spans: Floats) -> Floats:
    """Spans that do not overlap and cover the same: (k, 2) ascending."""
    ordered = spans[np.argsort(spans[:, 0], kind="stable"), :2]
    if len(ordered) < 2:
        return ordered
    furthest = np.maximum.accumulate(ordered[:, 1])
    begins = np.flatnonzero(np.concatenate([[True], ordered[1:, 0] > furthest[:-1]]))
    ends = np.concatenate([begins[1:] - 1, [len(ordered) - 1]])
    return np.column_stack([ordered[begins, 0], furthest[ends]])

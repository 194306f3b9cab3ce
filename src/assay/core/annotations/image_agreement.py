"""How far two answers about one photo say the same, and how right one is.

Both count like an F-measure over marks: twice what is shared, over all that was marked by either side. Marks are
shared when they have the same label and are paired by the one-to-one matching with the greatest total likeness
among pairs of at least ``iou_min``. Whole-image attributes count as one more thing each. A pair of marks with
attributes counts by half for its place and by half for its attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from assay.core.annotations.image import ImageAnswer, Mark
from assay.core.annotations.image_attributes import Attributes, attributes_similarity, value_similarity
from assay.core.annotations.image_shapes import Shapes
from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.matching import match


def agreement(left: ImageAnswer, right: ImageAnswer, iou_min: float) -> float:
    """Within [0, 1], symmetric. A shared pair counts its likeness: 1 is the same answer to the pixel, and two
    careful annotators reach about 0.85. 1 when both are empty."""
    return mean_agreement([left, right], *_compare([left, right], iou_min), iou_min)


def score(answer: ImageAnswer, gold: ImageAnswer, iou_min: float) -> float:
    """Within [0, 1]: F1 at ``iou_min``. A shared pair counts 1 however tightly it fits: a gold asks whether the
    objects were found and named, and its own boxes are not exact to the pixel. 1 when both are empty."""
    marks, voice, similarity = _compare([answer, gold], iou_min)
    alike = _same_label(marks, voice, similarity, iou_min)
    block = alike[np.ix_(voice == 0, voice == 1)]
    rows, columns = match(block, iou_min)
    right = answer.annotations
    known = gold.annotations
    found = sum(
        _attribute_factor(right[row], known[column])
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    )
    return _f_measure(found, answer, gold)


def mean_agreement(
    answers: Sequence[ImageAnswer], marks: Sequence[Mark], voice: IntArray, similarity: FloatArray, iou_min: float
) -> float:
    """Mean of ``agreement`` over all pairs of answers; 1 for a single one, which contradicts nobody.

    ``marks`` are those of all answers in order, ``voice``: (n,) which answer each is of, ``similarity``: (n, n).
    """
    count = len(answers)
    if count < 2:
        return 1.0
    alike = _same_label(marks, voice, similarity, iou_min)
    rows, columns = np.nonzero(alike)
    worth = alike[rows, columns]
    if any(mark.attributes for mark in marks):
        worth = worth * [
            _attribute_factor(marks[row], marks[column])
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        ]
    # Where no mark has two candidates in one answer the pairing is plain, and all pairs of answers are added up at
    # once. (By counting, not by matrix products: for arrays this small, waking the threads of BLAS takes longer.)
    between = voice[rows] * count + voice[columns]
    shared = np.bincount(between, weights=worth, minlength=count * count).reshape(count, count)
    if len(rows) and np.bincount(rows * count + voice[columns]).max() > 1:
        value = np.zeros_like(alike)
        value[rows, columns] = worth
        for left, right in combinations(range(count), 2):
            inside = np.ix_(voice == left, voice == right)
            shared[left, right] = value[inside][match(alike[inside], iou_min)].sum()
    pairs = list(combinations(range(count), 2))
    total = sum(_f_measure(float(shared[pair]), answers[pair[0]], answers[pair[1]]) for pair in pairs)
    return total / len(pairs)


def _compare(answers: Sequence[ImageAnswer], iou_min: float) -> tuple[list[Mark], IntArray, FloatArray]:
    marks = [mark for answer in answers for mark in answer.annotations]
    voice = np.repeat(np.arange(len(answers)), [len(answer.annotations) for answer in answers])
    return marks, voice, Shapes(marks).across(voice, iou_min)


def _same_label(marks: Sequence[Mark], voice: IntArray, similarity: FloatArray, iou_min: float) -> FloatArray:
    """The similarities of pairs that may be shared; 0 elsewhere."""
    number: dict[str, int] = {}
    label = np.array([number.setdefault(mark.label, len(number)) for mark in marks], dtype=np.int64)
    shareable = (label[:, None] == label) & (voice[:, None] != voice) & (similarity >= iou_min)
    return np.where(shareable, similarity, 0.0)


def _attribute_factor(left: Mark, right: Mark) -> float:
    return (1.0 + attributes_similarity(left.attributes, right.attributes)) / 2


def _shared_attributes(left: Attributes, right: Attributes) -> float:
    return sum(value_similarity(left[name], right[name]) for name in left.keys() & right.keys())


def _f_measure(shared: float, left: ImageAnswer, right: ImageAnswer) -> float:
    things = len(left.annotations) + len(right.annotations) + len(left.attributes) + len(right.attributes)
    if things == 0:
        return 1.0
    return min(2 * (shared + _shared_attributes(left.attributes, right.attributes)) / things, 1.0)

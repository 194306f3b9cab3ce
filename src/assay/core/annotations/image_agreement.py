"""How far two answers about one photo say the same, and how right one is.

Both count like an F-measure over marks: twice what is shared, over all that was marked by either side. Marks are
shared when they have the same label and are paired by the one-to-one matching with the greatest total likeness
among pairs of at least ``iou_min``. Whole-image attributes count as one more thing each. A pair of marks with
attributes counts by half for its place and by half for its attributes.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    value = alike
    if any(mark.attributes for mark in marks):
        value = alike.copy()
        for row, column in zip(*np.nonzero(alike), strict=True):
            value[row, column] *= _attribute_factor(marks[row], marks[column])
    member = np.equal.outer(np.arange(count), voice).astype(np.float64)
    unambiguous = len(marks) == 0 or (member @ (alike > 0)).max() <= 1
    shared = member @ value @ member.T if unambiguous else np.zeros((count, count))
    total = 0.0
    for left in range(count):
        for right in range(left + 1, count):
            both = float(shared[left, right])
            if not unambiguous:
                inside = np.ix_(voice == left, voice == right)
                rows, columns = match(alike[inside], iou_min)
                both = float(value[inside][rows, columns].sum())
            total += _f_measure(both, answers[left], answers[right])
    return total / (count * (count - 1) / 2)


def _compare(answers: Sequence[ImageAnswer], iou_min: float) -> tuple[list[Mark], IntArray, FloatArray]:
    marks = [mark for answer in answers for mark in answer.annotations]
    voice = np.repeat(np.arange(len(answers)), [len(answer.annotations) for answer in answers])
    everything = np.arange(len(marks))
    return marks, voice, Shapes(marks).similarity(everything, everything, iou_min)


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

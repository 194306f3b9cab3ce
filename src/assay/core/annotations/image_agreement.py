"""How far two answers about one photo say the same, and how right one is.

Both count like an F-measure over marks: twice what is shared, over all that was marked by either side. Marks are
shared when they have the same label and are paired by the one-to-one matching with the greatest total likeness
among pairs of at least ``iou_min``. Whole-image attributes count as one more thing each. A pair of marks with
attributes counts by half for its place and by half for its attributes. Relations count as one thing each, and are
shared when they have the same name and both their ends are shared. Marks that were given and that nobody may change are
left out on both sides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from assay.core.annotations.image import ImageAnswer, Mark
from assay.core.annotations.image_attributes import attributes_similarity, value_similarity
from assay.core.annotations.image_questions import Questions
from assay.core.annotations.image_shapes import Shapes
from assay.core.annotations.relations import shared_relations
from assay.core.taxonomy import Attribute
from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.matching import match

_UNKNOWN = Questions(None)


def agreement(left: ImageAnswer, right: ImageAnswer, iou_min: float, questions: Questions = _UNKNOWN) -> float:
    """Within [0, 1], symmetric. A shared pair counts its likeness: 1 is the same answer to the pixel, and two
    careful annotators reach about 0.85. 1 when both are empty."""
    return mean_agreement([left, right], *_compare([left, right], iou_min, questions), iou_min, questions)


def score(answer: ImageAnswer, gold: ImageAnswer, iou_min: float, questions: Questions = _UNKNOWN) -> float:
    """Within [0, 1]: F1 at ``iou_min``. A shared pair counts 1 however tightly it fits: a gold asks whether the
    objects were found and named, and its own boxes are not exact to the pixel. 1 when both are empty."""
    marks, voice, similarity = _compare([answer, gold], iou_min, questions)
    alike = _same_label(marks, voice, similarity, iou_min)
    mine, known = (np.flatnonzero(voice == side) for side in (0, 1))
    rows, columns = match(alike[np.ix_(mine, known)], iou_min)
    pairs = list(zip(mine[rows].tolist(), known[columns].tolist(), strict=True))
    factor = _Factor(marks, voice, alike, questions)
    found = sum(factor(left, right) for left, right in pairs)
    partner = questions.partners((marks[left].id, marks[right].id) for left, right in pairs)
    found += shared_relations(answer.relations, gold.relations, partner)
    return _f_measure(found, answer, gold, questions, partner)


def mean_agreement(
    answers: Sequence[ImageAnswer],
    marks: Sequence[Mark],
    voice: IntArray,
    similarity: FloatArray,
    iou_min: float,
    questions: Questions = _UNKNOWN,
) -> float:
    """Mean of ``agreement`` over all pairs of answers; 1 for a single one, which contradicts nobody.

    ``marks`` are those of all answers in order, without those that nobody may change, ``voice``: (n,) which answer each
    is of, ``similarity``: (n, n).
    """
    count = len(answers)
    if count < 2:
        return 1.0
    alike = _same_label(marks, voice, similarity, iou_min)
    rows, columns = np.nonzero(alike)
    worth = alike[rows, columns]
    if any(mark.attributes for mark in marks):
        factor = _Factor(marks, voice, alike, questions)
        worth = worth * [factor(row, column) for row, column in zip(rows.tolist(), columns.tolist(), strict=True)]
    # Where no mark has two candidates in one answer the pairing is plain, and all pairs of answers are added up at
    # once. (By counting, not by matrix products: for arrays this small, waking the threads of BLAS takes longer.)
    between = voice[rows] * count + voice[columns]
    shared = np.bincount(between, weights=worth, minlength=count * count).reshape(count, count)
    partners: dict[tuple[int, int], Mapping[str, str]] = {}
    named = questions.names_marks or any(answer.relations for answer in answers)
    if named or (len(rows) and np.bincount(rows * count + voice[columns]).max() > 1):
        value = np.zeros_like(alike)
        value[rows, columns] = worth
        for left, right in combinations(range(count), 2):
            mine, theirs = np.flatnonzero(voice == left), np.flatnonzero(voice == right)
            inside = np.ix_(mine, theirs)
            one, other = match(alike[inside], iou_min)
            partner = questions.partners(
                (marks[i].id, marks[j].id) for i, j in zip(mine[one], theirs[other], strict=True)
            )
            partners[left, right] = partner
            shared[left, right] = value[inside][one, other].sum() + shared_relations(
                answers[left].relations, answers[right].relations, partner
            )
    pairs = list(combinations(range(count), 2))
    total = sum(
        _f_measure(float(shared[pair]), answers[pair[0]], answers[pair[1]], questions, partners.get(pair, {}))
        for pair in pairs
    )
    return total / len(pairs)


def _compare(
    answers: Sequence[ImageAnswer], iou_min: float, questions: Questions
) -> tuple[list[Mark], IntArray, FloatArray]:
    open_marks = [questions.open_marks(answer) for answer in answers]
    marks = [mark for some in open_marks for mark in some]
    voice = np.repeat(np.arange(len(answers)), [len(some) for some in open_marks])
    return marks, voice, Shapes(marks).across(voice, iou_min)


def _same_label(marks: Sequence[Mark], voice: IntArray, similarity: FloatArray, iou_min: float) -> FloatArray:
    """The similarities of pairs that may be shared; 0 elsewhere."""
    number: dict[str, int] = {}
    label = np.array([number.setdefault(mark.label, len(number)) for mark in marks], dtype=np.int64)
    shareable = (label[:, None] == label) & (voice[:, None] != voice) & (similarity >= iou_min)
    return np.where(shareable, similarity, 0.0)


class _Factor:
    """What the attributes of two marks that share a label leave of their likeness, within [0.5, 1]."""

    def __init__(self, marks: Sequence[Mark], voice: IntArray, alike: FloatArray, questions: Questions) -> None:
        self._marks = marks
        self._voice = voice
        self._alike = alike
        self._questions = questions
        self._place = {(int(voice[at]), mark.id): at for at, mark in enumerate(marks)} if questions.names_marks else {}

    def __call__(self, row: int, column: int) -> float:
        left, right = self._marks[row], self._marks[column]
        asked = self._questions.of(left.label)
        if not self._questions.names_marks:
            return (1.0 + attributes_similarity(left.attributes, right.attributes, asked)) / 2
        mine, theirs = self._told(row, asked), self._told(column, asked)
        for name, at in mine.items():
            # Each calls marks by ids of their own: two say the same when what they name may be the same object.
            other = theirs.get(name)
            if isinstance(at, int) and isinstance(other, int) and min(at, other) >= 0 and self._alike[at, other] > 0:
                theirs[name] = at
        return (1.0 + attributes_similarity(mine, theirs, asked)) / 2  # type: ignore[arg-type]

    def _told(self, at: int, asked: Mapping[str, Attribute]) -> dict[str, object]:
        """The attributes of a mark, with the places of the marks that they name."""
        told: dict[str, object] = dict(self._marks[at].attributes)
        for name, value in told.items():
            if name in asked and asked[name].type == "mark":
                known = value if value in self._questions.settled else -1 - at
                told[name] = self._place.get((int(self._voice[at]), str(value)), known)
        return told


def _f_measure(
    shared: float, left: ImageAnswer, right: ImageAnswer, questions: Questions, partner: Mapping[str, str]
) -> float:
    """``partner``: which mark of the right each of the left is, as far as anybody asks."""
    things = sum(
        len(questions.open_marks(answer)) + len(answer.relations) + len(answer.attributes) for answer in (left, right)
    )
    if things == 0:
        return 1.0
    for name in left.attributes.keys() & right.attributes.keys():
        mine, asked = left.attributes[name], questions.whole.get(name)
        if asked is not None and asked.type == "mark":
            mine = partner.get(str(mine), "")
        shared += value_similarity(mine, right.attributes[name], asked)
    return min(2 * shared / things, 1.0)

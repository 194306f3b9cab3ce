"""How well each annotator's marks fit what was made of everybody's: a first look at who draws with care."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.marks import integers
from assay.quality.geometry.objects import Objects


@dataclass(frozen=True, eq=False)
class AnnotatorScores:
    """One entry for each annotator, ids ascending; shares within [0, 1], and 0 where they are shares of nothing.

    ``marks``: how many were drawn. ``precision``: of these, the share that belongs to a kept object. ``recall``: of the
    kept objects on the images the annotator marked, the share found. ``label_share``: of the marks that belong to a
    kept object, the share with the object's label. ``likeness``: their mean likeness to it.
    """

    annotator: IntArray
    marks: IntArray
    precision: FloatArray
    recall: FloatArray
    label_share: FloatArray
    likeness: FloatArray


def annotator_scores(
    found: Objects[Any], image: npt.ArrayLike, annotator: npt.ArrayLike, label: npt.ArrayLike
) -> AnnotatorScores:
    """Scores of everybody who drew the marks that ``found`` was merged from, given in the same order.

    Everybody is judged by an answer they had a share in, which flatters all, and most where few looked: compare people
    with each other, and use golds for more. Raises ``ValueError`` where lengths differ from those of the marks merged.
    """
    count = len(found.object_of)
    where, who = integers(image, "image", count), integers(annotator, "annotator", count)
    name = integers(label, "label", count)
    known, voice = np.unique(who, return_inverse=True)
    people = len(known)
    kept = found.kept[found.object_of] if count else np.zeros(0, dtype=np.bool_)
    right = kept & (name == found.label[found.object_of]) if count else kept
    marks = np.bincount(voice, minlength=people)
    held = np.bincount(voice, weights=kept, minlength=people)
    images, at = np.unique(where, return_inverse=True)
    objects_there = np.bincount(np.searchsorted(images, found.image[found.kept]), minlength=len(images))
    turns = np.unique(at * max(people, 1) + voice)
    expected = np.bincount(turns % max(people, 1), weights=objects_there[turns // max(people, 1)], minlength=people)
    return AnnotatorScores(
        annotator=known,
        marks=marks,
        precision=_share(held, marks),
        recall=_share(held, expected),
        label_share=_share(np.bincount(voice, weights=right, minlength=people), held),
        likeness=_share(np.bincount(voice, weights=kept * found.likeness, minlength=people), held),
    )


def _share(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> FloatArray:
    result: FloatArray = np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
    return result

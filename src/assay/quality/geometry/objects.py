"""What many people's marks on many images come to: the objects, each with its vote and how sure it is.

The mathematics of confidence is that of one photo's merging: each question about an object ("is it there?", "is its
label right?") is a vote in which a voice of weight w is right with log-odds w * ln(0.8 / 0.2), so a side ahead by
weight b is right with probability 1 / (1 + exp(-1.386 b)) (Nitzan and Paroush 1982). An object's confidence is the
product of presence, label and place, where place is 1 - (1 - s)^2 of the mean likeness s of its marks to the fused
one: the error of a mean of several is of second order in their spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Generic, TypeVar

import numpy as np

from assay.quality.geometry.arrays import BoolArray, FloatArray, IntArray

Shapes = TypeVar("Shapes", FloatArray, Sequence[Sequence[FloatArray]])

EVIDENCE = log(0.8 / 0.2)
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Objects(Generic[Shapes]):
    """Objects found in many images, sorted by image; those too few marked are here too, with ``kept`` false.

    ``image``, ``label``: (objects,) as they came in. ``shapes``: (objects, k) fused shapes in the form of the marks,
    or a list of polygons. ``kept``: whether the share of the weight that marked it reaches the ``vote_min`` asked for.
    ``vote_share``: that share, within (0, 1]. ``label_share``: of the weight of its members, the part that gave its
    label. ``spread_iou``: the mean likeness of its members to the fused shape, within [0, 1], 1 for a single mark.
    ``presence``: the probability that there is such an object, within (0, 1). ``confidence``: that all of it is right.
    ``member``, ``member_start``: the marks (rows as they came in) of object i are
    member[member_start[i]:member_start[i + 1]]. ``object_of``, ``likeness``: (marks,) the object of each mark, and how
    alike the two are, within [0, 1].
    """

    image: IntArray
    label: IntArray
    shapes: Shapes
    kept: BoolArray
    vote_share: FloatArray
    label_share: FloatArray
    spread_iou: FloatArray
    presence: FloatArray
    confidence: FloatArray
    member: IntArray
    member_start: IntArray
    object_of: IntArray
    likeness: FloatArray

    def __len__(self) -> int:
        return len(self.image)

    def members(self, index: int) -> IntArray:
        """The rows of the marks that object ``index`` was made of."""
        return self.member[self.member_start[index] : self.member_start[index + 1]]


def belief(balance: FloatArray) -> FloatArray:
    """The posterior that a side is right whose weight exceeds the other's by ``balance``, within (0, 1)."""
    # Beyond this the answer is 0 or 1 to the last bit, and the exponential would overflow.
    result: FloatArray = 1.0 / (1.0 + np.exp(-np.clip(EVIDENCE * balance, -700.0, 700.0)))
    return result


def judge(
    share: FloatArray, label_share: FloatArray, spread: FloatArray, weight: FloatArray, vote_min: float
) -> tuple[BoolArray, FloatArray, FloatArray]:
    """Whether each object is kept, its presence and its confidence; ``weight``: of all voices of its image."""
    presence = belief(weight * (2 * share - 1))
    named = belief(weight * share * (2 * label_share - 1))
    place = 1 - (1 - np.clip(spread, 0.0, 1.0)) ** 2
    kept: BoolArray = share >= vote_min - _ROUNDING
    confidence: FloatArray = presence * named * place
    return kept, presence, confidence

"""How far two answers about one document say the same, and how right one is.

Both count like an F-measure over what was said: twice what is shared, over all that either side said. Regions are
shared when they are on the same page, have the same label and are paired by the one-to-one matching with the greatest
total overlap (intersection over union) among pairs of at least ``iou_min``. A pair with text or attributes counts by
half for its place and by half for those. Groups are shared when they have the same label and are paired likewise by
their members (those shared over all, Jaccard); attributes of the whole document count as one more thing each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from assay.core.annotations.document import DocumentAnswer, Group, Region, mark_of
from assay.core.annotations.document_text import accuracy, similarity
from assay.core.annotations.image_attributes import Attributes, attributes_similarity, value_similarity
from assay.core.annotations.image_shapes import Shapes
from assay.quality.geometry.matching import match


def agreement(left: DocumentAnswer, right: DocumentAnswer, iou_min: float) -> float:
    """Within [0, 1], symmetric. A shared pair counts its overlap and how alike its texts are, letter by letter: 1 is
    the same answer. 1 when both are empty."""
    return _f_measure(left, right, iou_min, similarity, exact=True)


def score(answer: DocumentAnswer, gold: DocumentAnswer, iou_min: float) -> float:
    """Within [0, 1]: F1 of regions at ``iou_min``, where a shared pair counts the more the lower the character error
    rate of its text, however tightly it fits. 1 when both are empty."""
    return _f_measure(answer, gold, iou_min, accuracy, exact=False)


def mean_agreement(answers: Sequence[DocumentAnswer], iou_min: float) -> float:
    """Mean of ``agreement`` over all pairs of answers; 1 for a single one, which contradicts nobody."""
    pairs = list(combinations(answers, 2))
    return sum(agreement(left, right, iou_min) for left, right in pairs) / len(pairs) if pairs else 1.0


def pages_marked(answers: Sequence[DocumentAnswer]) -> list[int]:
    """The pages that anybody drew a region on, in order."""
    return sorted({region.page for answer in answers for region in answer.annotations})


def _f_measure(
    left: DocumentAnswer, right: DocumentAnswer, iou_min: float, alike: Callable[[str, str], float], exact: bool
) -> float:
    said = sum(len(one.annotations) + len(one.groups) + len(one.attributes) for one in (left, right))
    if said == 0:
        return 1.0
    shared = _shared_values(left.attributes, right.attributes)
    partner: dict[str, str] = {}
    for mine, theirs, overlap in _pairs(left, right, iou_min):
        partner[mine.id] = theirs.id
        shared += _likeness(mine, theirs, alike) * (overlap if exact else 1.0)
    return min(2 * (shared + _shared_groups(left.groups, right.groups, partner, iou_min, exact)) / said, 1.0)


def _pairs(left: DocumentAnswer, right: DocumentAnswer, iou_min: float) -> list[tuple[Region, Region, float]]:
    """Regions of both sides that are the same, with their overlap."""
    pairs = []
    for page in pages_marked([left, right]):
        sides = [[region for region in one.annotations if region.page == page] for one in (left, right)]
        both = [*sides[0], *sides[1]]
        voice = np.repeat([0, 1], [len(side) for side in sides])
        split = len(sides[0])
        block = Shapes([mark_of(region) for region in both]).across(voice, iou_min)[:split, split:]
        number = {region.label: index for index, region in enumerate(both)}
        codes = np.array([number[region.label] for region in both], dtype=np.int64)
        block = np.where(codes[:split, None] == codes[None, split:], block, 0.0)
        rows, columns = match(block, iou_min)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            pairs.append((sides[0][row], sides[1][column], float(block[row, column])))
    return pairs


def _likeness(mine: Region, theirs: Region, alike: Callable[[str, str], float]) -> float:
    """What a pair of regions counts besides its overlap: a half at least."""
    parts = [alike(mine.text, theirs.text)] if mine.text or theirs.text else []
    if mine.attributes or theirs.attributes:
        parts.append(attributes_similarity(mine.attributes, theirs.attributes))
    return (1 + sum(parts) / len(parts)) / 2 if parts else 1.0


def _shared_groups(
    left: Sequence[Group], right: Sequence[Group], partner: dict[str, str], iou_min: float, exact: bool
) -> float:
    if not left or not right:
        return 0.0
    mine = [{partner.get(member, f"{member}, of this side alone") for member in group.members} for group in left]
    table = np.array(
        [
            [jaccard(ours, set(group.members)) * (own.label == group.label) for group in right]
            for own, ours in zip(left, mine, strict=True)
        ]
    )
    rows, columns = match(table, iou_min)
    return sum(
        (float(table[row, column]) if exact else 1.0)
        * (1 + attributes_similarity(left[row].attributes, right[column].attributes))
        / 2
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    )


def jaccard(left: set[str], right: set[str]) -> float:
    """What both have over what either has; 0 without anything."""
    return len(left & right) / len(left | right) if left or right else 0.0


def _shared_values(left: Attributes, right: Attributes) -> float:
    return sum(value_similarity(left[name], right[name]) for name in left.keys() & right.keys())

"""How far two answers about one text say the same, and how right one is.

Both count like an F-measure over what was said: twice what is shared, over all that either side said. Spans are shared
when they have the same label and are paired by the one-to-one matching with the greatest total overlap (intersection
over union, in characters) among pairs of at least ``iou_min``; relations when they have the same name and both their
ends are shared; attributes of the whole text count as one more thing each. A pair of spans with attributes counts by
half for its place and by half for its attributes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from assay.core.annotations.entities import EntitiesAnswer, Span
from assay.core.annotations.image_attributes import Attributes, attributes_similarity, value_similarity
from assay.core.annotations.relations import shared_relations
from assay.quality.geometry.arrays import FloatArray
from assay.quality.geometry.matching import match
from assay.quality.geometry.spans import iou


def agreement(left: EntitiesAnswer, right: EntitiesAnswer, iou_min: float) -> float:
    """Within [0, 1], symmetric. A shared pair counts its overlap: 1 is the same answer to the letter. 1 when both are
    empty."""
    return _f_measure(left, right, iou_min, exact=True)


def score(answer: EntitiesAnswer, gold: EntitiesAnswer, iou_min: float) -> float:
    """Within [0, 1]: F1 at ``iou_min``. A shared pair counts 1 however tightly it fits. 1 when both are empty."""
    return _f_measure(answer, gold, iou_min, exact=False)


def mean_agreement(answers: Sequence[EntitiesAnswer], iou_min: float) -> float:
    """Mean of ``agreement`` over all pairs of answers; 1 for a single one, which contradicts nobody."""
    pairs = list(combinations(answers, 2))
    return sum(agreement(left, right, iou_min) for left, right in pairs) / len(pairs) if pairs else 1.0


def overlaps(left: Sequence[Span], right: Sequence[Span]) -> FloatArray:
    """Intersection over union of each on the left with each on the right: (n, m) within [0, 1]."""
    return iou(_ends(left)[:, None], _ends(right)[None])


def passages(spans: Sequence[Span]) -> list[list[int]]:
    """Indices of spans that hang together by overlapping, in the order of the text: spans of different passages share
    nothing, so that a long text costs as much as its passages and not the square of them."""
    found: list[list[int]] = []
    reached = -1
    for index in sorted(range(len(spans)), key=lambda index: (spans[index].start, spans[index].end)):
        if spans[index].start >= reached:
            found.append([])
        found[-1].append(index)
        reached = max(reached, spans[index].end)
    return found


def _ends(spans: Sequence[Span]) -> FloatArray:
    return np.array([(span.start, span.end) for span in spans], dtype=np.float64).reshape(-1, 2)


def _f_measure(left: EntitiesAnswer, right: EntitiesAnswer, iou_min: float, exact: bool) -> float:
    said = sum(len(one.annotations) + len(one.relations) + len(one.attributes) for one in (left, right))
    if said == 0:
        return 1.0
    shared = _shared_values(left.attributes, right.attributes)
    partner: dict[str, str] = {}
    for mine, theirs, overlap in _pairs(left.annotations, right.annotations, iou_min):
        partner[mine.id] = theirs.id
        likeness = (1 + attributes_similarity(mine.attributes, theirs.attributes)) / 2
        shared += likeness * (overlap if exact else 1.0)
    return min(2 * (shared + shared_relations(left.relations, right.relations, partner)) / said, 1.0)


def _pairs(left: Sequence[Span], right: Sequence[Span], iou_min: float) -> Iterator[tuple[Span, Span, float]]:
    """Those of both sides that are the same, with their overlap."""
    both = [*left, *right]
    for passage in passages(both):
        mine = [both[index] for index in passage if index < len(left)]
        theirs = [both[index] for index in passage if index >= len(left)]
        alike = np.where(_same_label(mine, theirs), overlaps(mine, theirs), 0.0)
        rows, columns = match(alike, iou_min)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            yield mine[row], theirs[column], float(alike[row, column])


def _same_label(left: Sequence[Span], right: Sequence[Span]) -> FloatArray:
    number = {span.label: index for index, span in enumerate([*left, *right])}
    codes = [np.array([number[span.label] for span in spans], dtype=np.int64) for spans in (left, right)]
    same: FloatArray = codes[0][:, None] == codes[1]
    return same


def _shared_values(left: Attributes, right: Attributes) -> float:
    return sum(value_similarity(left[name], right[name]) for name in left.keys() & right.keys())

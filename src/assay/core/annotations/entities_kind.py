"""The entities kind as one value that answers everything asked of kinds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from assay.core.annotations import entities_agreement
from assay.core.annotations.entities import EntitiesAnswer
from assay.core.annotations.entities_check import check_answer
from assay.core.annotations.entities_merge import merge
from assay.core.annotations.kind import Answer, Content, Merged, MergeOptions, Voice
from assay.core.annotations.taxonomy_check import check_taxonomy
from assay.core.content import Item, TextItem
from assay.core.errors import Problem
from assay.core.taxonomy import Shape, Taxonomy

SHAPES: tuple[Shape, ...] = ("span",)


class EntitiesKind:
    """Spans of one text, relations between them, and questions about it. See ``Kind`` for each method."""

    name = "entities"
    has_desk = True

    def check_taxonomy(self, taxonomy: Taxonomy) -> None:
        check_taxonomy(taxonomy, SHAPES, relations=True)

    def content_problems(self, items: Sequence[Item] | None, photo: bool) -> Iterator[Problem]:
        if photo:
            yield Problem("content", "Entities are marked in a text; give it as content, and no photo.")
        elif sum(isinstance(item, TextItem) for item in items or ()) != 1 or len(items or ()) != 1:
            yield Problem("content", "Give exactly one item, the text to mark entities in.")

    def check(self, answer: Any, taxonomy: Taxonomy, content: Content, *, complete: bool = True) -> Answer:
        return check_answer(answer, taxonomy, content.text, complete=complete)

    def agreement(self, left: Answer, right: Answer, options: MergeOptions) -> float:
        return entities_agreement.agreement(_typed(left), _typed(right), options.iou_min)

    def merge(self, voices: Sequence[Voice], options: MergeOptions) -> Merged:
        return merge(voices, options)

    def score(self, answer: Answer, gold: Answer, options: MergeOptions) -> float:
        return entities_agreement.score(_typed(answer), _typed(gold), options.iou_min)

    def empty(self) -> Answer:
        return {}


def _typed(answer: Answer) -> EntitiesAnswer:
    return msgspec.convert(answer, EntitiesAnswer)

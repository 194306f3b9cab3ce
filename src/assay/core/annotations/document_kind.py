"""The document kind as one value that answers everything asked of kinds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from assay.core.annotations import document_agreement
from assay.core.annotations.document import DocumentAnswer
from assay.core.annotations.document_check import check_answer
from assay.core.annotations.document_merge import merge
from assay.core.annotations.kind import Answer, Content, Merged, MergeOptions, Voice
from assay.core.annotations.taxonomy_check import check_taxonomy
from assay.core.content import ImageItem, Item
from assay.core.errors import Problem
from assay.core.taxonomy import Shape, Taxonomy

SHAPES: tuple[Shape, ...] = ("box", "polygon", "group")


class DocumentKind:
    """Regions on pages, the text in them, groups of regions, and questions about the whole. See ``Kind`` for each
    method."""

    name = "document"
    has_desk = True

    def check_taxonomy(self, taxonomy: Taxonomy) -> None:
        check_taxonomy(taxonomy, SHAPES, documents=True)

    def content_problems(self, items: Sequence[Item] | None, photo: bool) -> Iterator[Problem]:
        if photo:
            yield Problem("content", "A document has pages; give them as content, and no photo.")
        elif not items or not all(isinstance(item, ImageItem) for item in items):
            yield Problem("content", "Give the pages of the document in their order, each an image, and no texts.")

    def check(self, answer: Any, taxonomy: Taxonomy, content: Content, *, complete: bool = True) -> Answer:
        return check_answer(answer, taxonomy, content.pages, complete=complete)

    def agreement(self, left: Answer, right: Answer, options: MergeOptions) -> float:
        return document_agreement.agreement(_typed(left), _typed(right), options.iou_min)

    def merge(self, voices: Sequence[Voice], options: MergeOptions) -> Merged:
        return merge(voices, options)

    def score(self, answer: Answer, gold: Answer, options: MergeOptions) -> float:
        return document_agreement.score(_typed(answer), _typed(gold), options.iou_min)

    def empty(self) -> Answer:
        return {}


def _typed(answer: Answer) -> DocumentAnswer:
    return msgspec.convert(answer, DocumentAnswer)

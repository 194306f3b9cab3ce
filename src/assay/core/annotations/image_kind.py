"""The image kind as one value that answers everything asked of kinds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from assay.core.annotations import image_agreement
from assay.core.annotations.image import ImageAnswer
from assay.core.annotations.image_check import check_answer
from assay.core.annotations.image_given import check_given
from assay.core.annotations.image_merge import merge
from assay.core.annotations.image_questions import Questions
from assay.core.annotations.kind import Answer, Content, Merged, MergeOptions, Voice
from assay.core.annotations.taxonomy_check import check_taxonomy
from assay.core.content import Item
from assay.core.errors import Problem
from assay.core.taxonomy import Shape, Taxonomy

SHAPES: tuple[Shape, ...] = ("box", "polygon", "polyline", "point", "ellipse", "cuboid")


class ImageKind:
    """Marks of six shapes on one photo, relations between them, and questions about it. Its methods: see ``Kind``."""

    name = "image"
    has_desk = True

    def check_taxonomy(self, taxonomy: Taxonomy) -> None:
        check_taxonomy(taxonomy, SHAPES, relations=True, photos=True)
        check_given(taxonomy)

    def content_problems(self, items: Sequence[Item] | None, photo: bool) -> Iterator[Problem]:  # noqa: ARG002
        # Items are looked at beside the photo; only the photo is marked.
        if not photo:
            yield Problem("attachment_id", "Give exactly one of attachment_id and url.")

    def check(self, answer: Any, taxonomy: Taxonomy, content: Content, *, complete: bool = True) -> Answer:
        return check_answer(answer, taxonomy, content.size, complete=complete)

    def agreement(self, left: Answer, right: Answer, options: MergeOptions) -> float:
        return image_agreement.agreement(_typed(left), _typed(right), options.iou_min, Questions(options.taxonomy))

    def merge(self, voices: Sequence[Voice], options: MergeOptions) -> Merged:
        return merge(voices, options)

    def score(self, answer: Answer, gold: Answer, options: MergeOptions) -> float:
        return image_agreement.score(_typed(answer), _typed(gold), options.iou_min, Questions(options.taxonomy))

    def empty(self) -> Answer:
        return {}


def _typed(answer: Answer) -> ImageAnswer:
    return msgspec.convert(answer, ImageAnswer)

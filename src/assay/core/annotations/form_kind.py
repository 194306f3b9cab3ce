"""The form kind as one value that answers everything asked of kinds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from assay.core.annotations.attributes_check import check_attributes
from assay.core.annotations.form import FormAnswer, questions_of
from assay.core.annotations.form_merge import as_values, merge
from assay.core.annotations.form_similarity import values_similarity
from assay.core.annotations.kind import Answer, Content, Merged, MergeOptions, Voice
from assay.core.annotations.problems import Full, Problems
from assay.core.annotations.taxonomy_check import check_taxonomy
from assay.core.content import Item
from assay.core.errors import Problem
from assay.core.taxonomy import Taxonomy


class FormKind:
    """Questions about texts and photos. See ``Kind`` for each method."""

    name = "form"
    has_desk = True

    def check_taxonomy(self, taxonomy: Taxonomy) -> None:
        check_taxonomy(taxonomy, (), forms=True)

    def content_problems(self, items: Sequence[Item] | None, photo: bool) -> Iterator[Problem]:
        if items is None and not photo:
            yield Problem("content", "Give content to show (texts, photos), or a photo by attachment_id or url.")
        elif items is not None and photo:
            yield Problem("content", "Give either content or a photo; a photo can be an item of the content.")

    def check(
        self,
        answer: Any,
        taxonomy: Taxonomy,
        content: Content,  # noqa: ARG002 - what is shown does not limit what may be answered
        *,
        complete: bool = True,
    ) -> Answer:
        problems = Problems()
        checked = FormAnswer()
        with suppress(Full):
            if not isinstance(answer, dict):
                problems.add("", "an answer is an object with attributes")
            else:
                for name in answer:
                    if name != "attributes":
                        problems.add(str(name), "is not part of an answer to a form; leave it out")
                given = answer.get("attributes", {})
                checked = FormAnswer(check_attributes(given, taxonomy.attributes, "attributes", complete, problems))
        problems.raise_any()
        canonical: Answer = msgspec.to_builtins(checked)
        return canonical

    def agreement(self, left: Answer, right: Answer, options: MergeOptions) -> float:
        ours, theirs = as_values(left), as_values(right)
        return values_similarity(ours, theirs, questions_of([ours, theirs], options.taxonomy))

    def merge(self, voices: Sequence[Voice], options: MergeOptions) -> Merged:
        return merge(voices, options)

    def score(self, answer: Answer, gold: Answer, options: MergeOptions) -> float:
        return self.agreement(answer, gold, options)

    def empty(self) -> Answer:
        return {}

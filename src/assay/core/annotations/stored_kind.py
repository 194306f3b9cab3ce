"""The kind of work whose editor does not exist yet: its tasks are kept as they were asked for, and nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from assay.core.annotations.kind import Answer, Content, Merged, MergeOptions, Voice
from assay.core.content import Item
from assay.core.errors import Invalid, Problem
from assay.core.taxonomy import Taxonomy

_WHY = "There is no editor for this work yet."


class StoredKind:
    """Work that waits for its editor. What is asked is known only to whoever asked; so is the one answer there may be,
    made up for a program that is being tried out. See ``Kind`` for each method."""

    name = "stored"
    has_desk = False

    def check_taxonomy(self, taxonomy: Taxonomy) -> None:
        if taxonomy.labels or taxonomy.attributes or taxonomy.relations:
            raise Invalid(f"{_WHY} Leave labels and attributes out.", "labels")

    def content_problems(self, items: Sequence[Item] | None, photo: bool) -> Iterator[Problem]:
        if items is not None or photo:
            yield Problem("content", f"{_WHY} Nothing is shown.")

    def check(
        self,
        answer: Any,
        taxonomy: Taxonomy,  # noqa: ARG002 - nothing is asked in our words
        content: Content,  # noqa: ARG002 - nothing is shown
        *,
        complete: bool = True,  # noqa: ARG002 - nothing can be missing
    ) -> Answer:
        if not isinstance(answer, dict):
            raise Invalid(f"{_WHY} Whatever answers it is an object.")
        return answer

    def agreement(self, left: Answer, right: Answer, options: MergeOptions) -> float:  # noqa: ARG002
        return float(left == right)

    def merge(self, voices: Sequence[Voice], options: MergeOptions) -> Merged:  # noqa: ARG002
        return Merged(voices[0].answer, confidence=0.0, agreement=1.0)

    def score(self, answer: Answer, gold: Answer, options: MergeOptions) -> float:
        return self.agreement(answer, gold, options)

    def empty(self) -> Answer:
        return {}

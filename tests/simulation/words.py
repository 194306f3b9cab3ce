"""A kind of answer as small as can be, so that a story of the workflow is about the workflow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from assay.core.annotations.kind import Answer, Content, Kind, Merged, MergeOptions, Voice
from assay.core.content import Item
from assay.core.errors import Problem
from assay.core.taxonomy import Taxonomy

WORDS = ("cat", "dog", "car")


# A kind takes everything any kind might need.
# ruff: noqa: ARG002


class WordKind:
    """The smallest kind there is: an answer is one word, and two answers agree or do not."""

    name = "word"
    has_desk = True

    def check_taxonomy(self, taxonomy: Taxonomy) -> None:
        return None

    def content_problems(self, items: Sequence[Item] | None, photo: bool) -> Iterator[Problem]:
        return iter(())

    def check(self, answer: Any, taxonomy: Taxonomy, content: Content, *, complete: bool = True) -> Answer:
        return {"word": str(answer["word"])}

    def agreement(self, left: Answer, right: Answer, options: MergeOptions) -> float:
        return float(left["word"] == right["word"])

    def merge(self, voices: Sequence[Voice], options: MergeOptions) -> Merged:
        shares: dict[str, float] = {}
        for voice in voices:
            shares[voice.answer["word"]] = shares.get(voice.answer["word"], 0.0) + voice.weight
        word = min(shares, key=lambda w: (-shares[w], w))
        pairs = list(combinations(voices, 2))
        agreed = sum(self.agreement(a.answer, b.answer, options) for a, b in pairs)
        agreement = agreed / len(pairs) if pairs else 1.0
        return Merged({"word": word}, confidence=shares[word] / sum(shares.values()), agreement=agreement)

    def score(self, answer: Answer, gold: Answer, options: MergeOptions) -> float:
        return self.agreement(answer, gold, options)

    def empty(self) -> Answer:
        return {"word": ""}


KIND: Kind = WordKind()

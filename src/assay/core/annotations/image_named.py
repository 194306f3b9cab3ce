"""Attributes whose value is another mark, as several voices have them: each calls the marks by ids of its own.

While answers are merged such a value is the object that the mark became part of, and at the end the id of that object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from assay.core.annotations.image import AttributeValue, Mark
from assay.core.annotations.image_attributes import Attributes, merge_attributes
from assay.core.annotations.image_questions import Questions
from assay.core.taxonomy import Attribute
from assay.quality.geometry.arrays import IntArray


class NamedObjects:
    """``groups``: the marks of each object, by their places in ``marks``; ``voice``: (n,) whose each mark is."""

    def __init__(
        self, marks: Sequence[Mark], voice: IntArray, groups: Sequence[Sequence[int]], questions: Questions
    ) -> None:
        self._marks = marks
        self._voice = voice
        self._questions = questions
        self._group = {index: at for at, members in enumerate(groups) for index in members}
        self._object: dict[tuple[int, str], str] = {}
        if questions.names_marks:
            self._object = {(int(voice[at]), mark.id): str(self._group[at]) for at, mark in enumerate(marks)}

    def group_of(self, index: int) -> int:
        return self._group[index]

    def merged(self, electors: Sequence[int], says: Sequence[float]) -> dict[str, AttributeValue]:
        """The attributes of these marks, all of one label, made one set."""
        asked = self._questions.of(self._marks[electors[0]].label)
        sets = [self._told(int(self._voice[index]), self._marks[index].attributes, asked) for index in electors]
        return merge_attributes(sets, [says[index] for index in electors], asked)

    def whole(self, voice: int, values: Attributes) -> Attributes:
        return self._told(voice, values, self._questions.whole)

    def back(self, mark: Mark, final: Mapping[int, str]) -> Mark:
        """The mark with the ids that objects have in the end; one that is not there is not named."""
        asked = self._questions.of(mark.label)
        attributes = self.values_back(mark.attributes, asked, final)
        if attributes == mark.attributes:
            return mark
        kept = {name: value for name, value in attributes.items() if asked[name].type != "mark" or value != mark.id}
        return msgspec.structs.replace(mark, attributes=kept)

    def values_back(
        self, values: Attributes, asked: Mapping[str, Attribute], final: Mapping[int, str]
    ) -> dict[str, AttributeValue]:
        told = {}
        for name, value in values.items():
            if not self._is_named(name, asked):
                told[name] = value
            elif int(str(value)) in final:
                told[name] = final[int(str(value))]
        return told

    def _told(self, voice: int, values: Attributes, asked: Mapping[str, Attribute]) -> Attributes:
        if not self._object:
            return values
        told = dict(values)
        for name, value in values.items():
            if self._is_named(name, asked):
                told[name] = self._object[voice, str(value)]
        return told

    def _is_named(self, name: str, asked: Mapping[str, Attribute]) -> bool:
        return self._questions.names_marks and name in asked and asked[name].type == "mark"

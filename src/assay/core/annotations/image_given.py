"""Marks that a task begins with, and whether an answer did with them only what it may."""

from __future__ import annotations

from collections.abc import Container
from typing import cast

import msgspec

from assay.core.annotations.attributes_check import check_attributes
from assay.core.annotations.image import AttributeValue, Mark
from assay.core.annotations.image_marks_check import check_mark, margins_of
from assay.core.annotations.kind import MediaSize
from assay.core.annotations.problems import Problems
from assay.core.errors import Invalid, Problem
from assay.core.taxonomy import Label, Taxonomy

GIVEN_MAX = 5000


def check_given(taxonomy: Taxonomy) -> None:
    """Raises ``Invalid`` naming each given mark that is none. Where it lies is not asked: the photo may come later."""
    if taxonomy.given is None:
        return
    problems = Problems()
    if len(taxonomy.given.annotations) > GIVEN_MAX:
        raise Invalid(f"at most {GIVEN_MAX:,} marks are taken", "given.annotations")
    labels, seen = taxonomy.by_name(), set[str]()
    for index, each in enumerate(taxonomy.given.annotations):
        path = f"given.annotations[{index}]"
        try:
            mark = msgspec.convert(each, Mark)
        except (msgspec.ValidationError, OverflowError) as error:
            raise Invalid([Problem(path, str(error).partition(" - at `$")[0])]) from error
        if mark.label not in labels:
            problems.add(f"{path}.label", f"there is no label {mark.label!r}; use one of the project's labels")
        else:
            _settled(mark, labels[mark.label], None, taxonomy, path, problems)
        if mark.id in seen:
            problems.add(f"{path}.id", f"{mark.id!r} is given twice; give each its own id")
        seen.add(mark.id)
    problems.raise_any()


class Given:
    """The given marks of a task, for the check of one answer about a photo of this ``size``."""

    def __init__(self, taxonomy: Taxonomy, size: MediaSize | None) -> None:
        self._rules = taxonomy.given
        self._taxonomy = taxonomy
        self._size = size
        self._labels = taxonomy.by_name() if self._rules is not None else {}
        marks = [msgspec.convert(each, Mark) for each in self._rules.annotations] if self._rules else []
        self._marks: dict[str, Mark] = {mark.id: mark for mark in marks}

    def unchanged(self, mark: Mark, path: str, problems: Problems) -> Mark | None:
        """The mark as it is kept, where it is one that was given and nothing was done to it that has to be checked.

        Adds a problem where it was added, changed or given another label, and may not be; then it is kept as given.
        """
        rules = self._rules
        if rules is None:
            return None
        original = self._marks.get(mark.id)
        if original is None:
            if not rules.may_add:
                problems.add(path, "nothing may be added to what was given; delete it")
            return None
        if mark.label != original.label and not rules.may_relabel:
            problems.add(f"{path}.label", f"was given as {original.label!r} and may get no other label; undo that")
            return original
        if rules.may_change:
            return None
        label = self._labels.get(mark.label)
        before = self._as_kept(original, self._labels[original.label])
        after = self._as_kept(mark, label) if label is not None else mark
        if mark.label != original.label:
            # With another label other things are asked; what was given is the shape.
            before, after = (msgspec.structs.replace(one, label="", attributes={}) for one in (before, after))
            if before == after:
                return None
        if before != after:
            problems.add(path, "was given and may not be changed; undo that")
        return before if mark.label == original.label else original

    def check_missing(self, there: Container[str], problems: Problems) -> None:
        """Adds a problem for each given mark that is not there and may not be deleted."""
        if self._rules is None or self._rules.may_delete:
            return
        for mark in self._marks.values():
            if mark.id not in there:
                problems.add("annotations", f"{mark.label!r} {mark.id!r} was given and may not be deleted; put it back")

    def _as_kept(self, mark: Mark, label: Label) -> Mark:
        """The mark cut as any other would be, so that it can be compared; as it came where it cannot be."""
        unheard = Problems()
        settled = _settled(mark, label, self._size, self._taxonomy, "", unheard)
        return mark if settled is None or len(unheard) else settled


def _settled(
    mark: Mark, label: Label, size: MediaSize | None, taxonomy: Taxonomy, path: str, problems: Problems
) -> Mark | None:
    settled = check_mark(mark, label, path, size, False, problems, margins_of(taxonomy))
    values = check_attributes(mark.attributes, label.attributes, f"{path}.attributes", False, problems)
    if settled is None:
        return None
    return msgspec.structs.replace(settled, attributes=cast("dict[str, AttributeValue]", values))

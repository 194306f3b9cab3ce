"""What a taxonomy asks of marks and of the whole photo, as merging and comparing answers need it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from assay.core.annotations.image import ImageAnswer, Mark
from assay.core.taxonomy import Attribute, ShapeLimits, Taxonomy

_NOTHING: Mapping[str, Attribute] = {}


class Questions:
    """Attributes by their names; without a taxonomy nothing is known of them and values speak for themselves.

    ``whole``: those of the whole photo. ``given``: ids of marks that every answer begins with. ``settled``: those of
    them that nobody may change, which therefore say nothing of whoever sends them. ``names_marks``: whether any
    attribute's value is another mark.
    """

    def __init__(self, taxonomy: Taxonomy | None) -> None:
        self._of_labels: dict[str, Mapping[str, Attribute]] = {}
        self.whole = _NOTHING
        self.given: frozenset[str] = frozenset()
        self.settled: frozenset[str] = frozenset()
        self.names_marks = False
        self._limits: dict[tuple[str, str], ShapeLimits] = {}
        if taxonomy is None:
            return
        for _, label in taxonomy.walk():
            if label.attributes:
                self._of_labels[label.name] = {attribute.name: attribute for attribute in label.attributes}
            self._limits.update(((label.name, shape), limits) for shape, limits in label.limits.items())
        self.whole = {attribute.name: attribute for attribute in taxonomy.attributes}
        asked = [*self._of_labels.values(), self.whole]
        self.names_marks = any(attribute.type == "mark" for some in asked for attribute in some.values())
        rules = taxonomy.given
        if rules is not None:
            self.given = frozenset(mark["id"] for mark in rules.annotations)
            if not (rules.may_change or rules.may_relabel or rules.may_delete):
                self.settled = self.given

    def of(self, label: str) -> Mapping[str, Attribute]:
        return self._of_labels.get(label, _NOTHING)

    def limits(self, mark: Mark) -> ShapeLimits | None:
        """Those of the mark's shape, where its label has any."""
        return self._limits.get((mark.label, type(mark).__name__.lower()))

    def partners(self, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
        """The ids of pairs of marks, and of those that nobody may change, which are the same in every answer."""
        return {**{given: given for given in self.settled}, **dict(pairs)}

    def open_marks(self, answer: ImageAnswer) -> Sequence[Mark]:
        """The marks that whoever answered could have made otherwise."""
        if not self.settled:
            return answer.annotations
        return [mark for mark in answer.annotations if mark.id not in self.settled]

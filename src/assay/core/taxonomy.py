"""What may be marked in a project: labels, the shapes each may take, and attributes.

A taxonomy is a value stored with a project version. Label names are unique over the whole tree, so an
annotation names its label by one word however deep it is nested.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

Shape = Literal["box", "polygon", "polyline", "point"]
AttributeType = Literal["category", "multiselect", "number", "text"]


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    title: str | None = None


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An attribute is asked only when another attribute of the same subject has one of these values."""

    attribute: str
    any_of: list[str]


class Attribute(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A question about one shape, or about the whole image.

    Values: ``category`` one choice name (str); ``multiselect`` a list of choice names; ``number`` a finite
    float within [minimum, maximum]; ``text`` a str of at most ``length_max`` characters.
    """

    name: str
    type: AttributeType
    title: str | None = None
    choices: list[Choice] = []
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    length_max: int = 2000
    when: Condition | None = None


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that can be marked.

    ``shapes`` are the tools offered for it (empty: a heading that only groups its children).
    ``width_min`` and ``height_min`` are in image pixels. ``color`` is ``#rrggbb``; none means one is chosen
    by the label's place in the tree.
    """

    name: str
    title: str | None = None
    color: str | None = None
    shapes: list[Shape] = msgspec.field(default_factory=lambda: ["box"])
    rotatable: bool = False
    width_min: float = 0.0
    height_min: float = 0.0
    attributes: list[Attribute] = []
    children: list[Label] = []


class Taxonomy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Labels (a forest) and the attributes of the whole image."""

    labels: list[Label] = []
    attributes: list[Attribute] = []

    def walk(self) -> Iterator[tuple[tuple[str, ...], Label]]:
        """Every label, parents first, with the path of names that leads to it (itself included)."""
        stack: list[tuple[tuple[str, ...], Label]] = [((label.name,), label) for label in reversed(self.labels)]
        while stack:
            path, label = stack.pop()
            yield path, label
            stack.extend(((*path, child.name), child) for child in reversed(label.children))

    def by_name(self) -> dict[str, Label]:
        return {label.name: label for _, label in self.walk()}

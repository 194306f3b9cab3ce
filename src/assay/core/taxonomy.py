"""What may be marked in a project: labels, the shapes each may take, and attributes.

A taxonomy is a value stored with a project version. Label names are unique over the whole tree, so an
annotation names its label by one word however deep it is nested.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any, Final, Literal

import msgspec

Shape = Literal["box", "polygon", "polyline", "point", "ellipse", "cuboid", "span", "group"]
TextAsked = Literal["none", "optional", "required"]
AttributeType = Literal[
    "category", "multiselect", "number", "text", "datetime", "group", "angle", "across", "down", "mark"
]

# The types whose values are numbers.
NUMBERS: Final = ("number", "angle", "across", "down")


def number_in(text: str) -> float | None:
    """The finite number that a text writes out; none where it is no such number."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One answer to choose. With ``children`` it is a heading over finer choices and is not chosen itself."""

    name: str
    title: str | None = None
    children: list[Choice] = []

    def leaves(self) -> Iterator[Choice]:
        """What can be chosen here: itself, or whatever can be chosen below it."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An attribute is asked only when another attribute of the same subject has one of these values: a choice (a
    heading stands for all choices below it), a text that is the same, or a number that is equal, however it is written
    (``3`` and ``3.0`` are one).

    ``also``: what must be met besides. ``or_else``: other ways to be asked, each with an ``also`` of its own. One level
    of each is all there is.
    """

    attribute: str
    any_of: list[str]
    also: list[Condition] = []
    or_else: list[Condition] = []

    def ways(self) -> Iterator[list[Condition]]:
        """The ways to be met: one of these lists, whole."""
        for one in (self, *self.or_else):
            yield [one, *one.also]


class Attribute(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A question about one shape, or about the whole of what a task shows.

    Values: ``category`` one choice name (str); ``multiselect`` a list of choice names; ``number`` a finite
    float within [minimum, maximum]; ``text`` a str of at most ``length_max`` characters.

    Marks on photos are also asked for: ``angle``, degrees within [0, 360); ``across`` and ``down``, a place in the mark
    as a share of its width from the left or of its height from the top, within [0, 1]; ``mark``, the id of another mark
    of the answer, of one of ``labels`` (headings stand for what is below them; none: of any).

    Kinds whose tasks are filled-in forms also offer: choices with children; ``description``, a line below the title;
    ``unit``, shown beside a number; ``choices_min`` and ``choices_max``, how many of a multiselect must and may be
    chosen; ``datetime``, a str like 2026-11-22 or, with ``time_of_day``, 2026-11-22T14:05; ``group``, an object with
    the values of its ``attributes``; and ``values_max`` above 1: then the value is a list of so many at most.
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
    description: str | None = None
    unit: str | None = None
    choices_min: int | None = None
    choices_max: int | None = None
    values_max: int = 1
    time_of_day: bool = False
    attributes: list[Attribute] = []
    labels: list[str] = []

    def offered(self) -> list[str]:
        """The names that can be chosen, in the order they are shown."""
        return [leaf.name for choice in self.choices for leaf in choice.leaves()]

    def meeting(self, names: Sequence[str]) -> frozenset[str | float]:
        """The values of this attribute that meet a condition with these names."""
        if self.type in NUMBERS:
            return frozenset(number for name in names if (number := number_in(name)) is not None)
        wanted = frozenset(names)
        if not any(choice.children for choice in self.choices):
            return wanted
        found: set[str | float] = set()
        stack = list(self.choices)
        while stack:
            choice = stack.pop()
            if choice.name in wanted:
                found.update(leaf.name for leaf in choice.leaves())
            stack.extend(choice.children)
        return frozenset(found)


class ShapeLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one shape of a label must keep to, beside what its label says of all of them. Vertices are those of a
    polygon's outline or of a polyline, width and height those of the upright box around it in image pixels."""

    vertices_min: int = 0
    vertices_max: int | None = None
    width_min: float = 0.0
    height_min: float = 0.0

    def takes(self, vertices: int) -> bool:
        """Whether an outline may have so many; 0 is for what has none."""
        return vertices == 0 or self.vertices_min <= vertices <= (self.vertices_max or vertices)


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that can be marked.

    ``shapes`` are the tools offered for it (empty: a heading that only groups its children).
    ``width_min`` and ``height_min`` are in image pixels. ``color`` is ``#rrggbb``; none means one is chosen
    by the label's place in the tree. ``limits``: more for some of the shapes.
    ``text``: whether what stands in a region is typed; on pages of documents only.
    """

    name: str
    title: str | None = None
    color: str | None = None
    shapes: list[Shape] = msgspec.field(default_factory=lambda: ["box"])
    rotatable: bool = False
    width_min: float = 0.0
    height_min: float = 0.0
    limits: dict[Shape, ShapeLimits] = {}
    attributes: list[Attribute] = []
    children: list[Label] = []
    text: TextAsked = "none"


class RelationType(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One way in which two marks may belong together, from a source to a target.

    ``source_labels`` and ``target_labels`` name the labels that its ends may have, a heading standing for all labels
    below it; empty allows every label. Where it is not ``directed`` the ends may be exchanged.
    """

    name: str
    title: str | None = None
    directed: bool = True
    source_labels: list[str] = []
    target_labels: list[str] = []


class Connection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points of these two labels are shown joined by a line: each to the nearest, or, with ``attribute``, those that
    have the same value of it."""

    labels: tuple[str, str]
    attribute: str | None = None


class GivenMarks(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Marks that an answer begins with, and what may become of them.

    ``annotations`` are marks as in an answer. May marks be added to them? May their place, their size and what is said
    of them be changed? May they get another label, or be deleted?
    """

    annotations: list[dict[str, Any]] = []
    may_add: bool = True
    may_change: bool = True
    may_relabel: bool = False
    may_delete: bool = True


class Taxonomy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Labels (a forest), the attributes of the whole, and the relations that may join two marks.

    ``connections`` are lines between points, which are drawn for those who look and are no part of an answer. Several
    relations of one name are several pairs of ends that it may have. ``given``: where the question is one
    task's own, marks that are there to begin with. ``margin_x`` and ``margin_y``: how far marks may reach over the
    photo's left and right, and its top and bottom edge, in its pixels.
    ``instructions``: where the question is one task's own, what workers read before the project's instructions.
    ``language``: in which the text of documents is typed, as a BCP 47 tag (``ar``, ``de-CH``); none is not said.
    """

    labels: list[Label] = []
    attributes: list[Attribute] = []
    relations: list[RelationType] = []
    connections: list[Connection] = []
    given: GivenMarks | None = None
    margin_x: float = 0.0
    margin_y: float = 0.0
    instructions: str = ""
    language: str | None = None

    def walk(self) -> Iterator[tuple[tuple[str, ...], Label]]:
        """Every label, parents first, with the path of names that leads to it (itself included)."""
        stack: list[tuple[tuple[str, ...], Label]] = [((label.name,), label) for label in reversed(self.labels)]
        while stack:
            path, label = stack.pop()
            yield path, label
            stack.extend(((*path, child.name), child) for child in reversed(label.children))

    def by_name(self) -> dict[str, Label]:
        return {label.name: label for _, label in self.walk()}

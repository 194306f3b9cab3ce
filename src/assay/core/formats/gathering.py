"""From what another system marked to what this project asks: one photo's marks, gathered one by one.

A label takes some shapes and not others, so an outline may have to become the box around it, and a box an outline
of four corners. Labels and attributes that the project does not have are left out; a COCO file names 80 things where
a project asks for two. Whatever is left out or changed is counted in ``notes``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.annotations.image import Box, Vertex
from assay.core.annotations.kind import Answer
from assay.core.formats.archives import shown
from assay.core.formats.rows import Limits
from assay.core.formats.shapes import box_corners, envelope
from assay.core.formats.text import finite
from assay.core.taxonomy import Attribute, Label, Taxonomy

Rings = list[list[Vertex]]

_NOTED_MAX = 8


class Wanted:
    """What a project takes. Without a taxonomy everything is taken as it comes."""

    def __init__(self, taxonomy: Taxonomy | None) -> None:
        self._labels: dict[str, Label] | None = taxonomy.by_name() if taxonomy else None
        self._image_attributes = {attribute.name: attribute for attribute in taxonomy.attributes} if taxonomy else None

    def takes(self, label: str) -> bool:
        return self._labels is None or label in self._labels

    def shapes(self, label: str) -> Sequence[str]:
        return ("box", "polygon", "polyline", "point") if self._labels is None else self._labels[label].shapes

    def rotatable(self, label: str) -> bool:
        return self._labels is None or self._labels[label].rotatable

    def attributes(self, label: str | None) -> Mapping[str, Attribute] | None:
        """Of a label, or of the whole image for None; None when anything goes."""
        if self._labels is None:
            return None
        if label is None:
            return self._image_attributes
        return {attribute.name: attribute for attribute in self._labels[label].attributes}


class Gathering:
    """One photo's marks. Every method raises ``ValueError`` for what cannot be a mark at all."""

    def __init__(self, wanted: Wanted, limits: Limits) -> None:
        self._wanted = wanted
        self._limits = limits
        self._marks: list[dict[str, Any]] = []
        self._ids: set[str] = set()
        self._image_attributes: dict[str, Any] = {}
        self._strangers: Counter[str] = Counter()
        self._changes: Counter[str] = Counter()

    def note(self, change: str) -> None:
        self._changes[change] += 1

    def box(
        self,
        label: str,
        box: Sequence[float],
        *,
        rotation: float = 0.0,
        id: str = "",
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        """``box`` is ``(x, y, width, height)``."""
        if not self._takes(label):
            return
        x, y, width, height = (finite(value) for value in box)
        if width <= 0 or height <= 0:
            raise ValueError("a box must be wider and higher than nothing")
        placed = Box(id="", label=label, x=x, y=y, width=width, height=height, rotation=finite(rotation))
        shapes = self._wanted.shapes(label)
        if "box" in shapes and rotation and not self._wanted.rotatable(label):
            self.note("turned boxes were replaced by the upright box around them")
            x, y, width, height = envelope(box_corners(placed))
            rotation = 0.0
        if "box" in shapes:
            turned = {"rotation": rotation} if rotation else {}
            self._add("box", label, id, attributes, {"x": x, "y": y, "width": width, "height": height, **turned})
        elif "polygon" in shapes:
            self.note("boxes became outlines, which is what the label takes")
            self._add("polygon", label, id, attributes, {"rings": [[list(corner) for corner in box_corners(placed)]]})
        else:
            self.note(f"boxes of {shown(label)!r} were left out: the label takes no boxes or outlines")

    def polygons(
        self, label: str, parts: Sequence[Rings], *, id: str = "", attributes: Mapping[str, Any] | None = None
    ) -> None:
        """One object's outline, in one or several parts (each an outline and its holes)."""
        if not self._takes(label):
            return
        for rings in parts:
            for ring in rings:
                self._check_points(ring, 3, "an outline")
        shapes = self._wanted.shapes(label)
        if "polygon" in shapes:
            if len(parts) > 1:
                self.note(f"an outline of {len(parts)} parts became {len(parts)} outlines")
            for rings in parts:
                self._add("polygon", label, id, attributes, {"rings": [[list(v) for v in ring] for ring in rings]})
        elif "box" in shapes:
            self.note("outlines became the boxes around them, which is what the label takes")
            x, y, width, height = envelope([vertex for rings in parts for vertex in rings[0]])
            self._add("box", label, id, attributes, {"x": x, "y": y, "width": width, "height": height})
        else:
            self.note(f"outlines of {shown(label)!r} were left out: the label takes no boxes or outlines")

    def polyline(
        self, label: str, points: Sequence[Vertex], *, id: str = "", attributes: Mapping[str, Any] | None = None
    ) -> None:
        if not self._takes(label):
            return
        self._check_points(points, 2, "a line")
        if "polyline" in self._wanted.shapes(label):
            self._add("polyline", label, id, attributes, {"points": [list(point) for point in points]})
        else:
            self.note(f"lines of {shown(label)!r} were left out: the label takes no lines")

    def point(
        self, label: str, x: float, y: float, *, id: str = "", attributes: Mapping[str, Any] | None = None
    ) -> None:
        if not self._takes(label):
            return
        if "point" in self._wanted.shapes(label):
            self._add("point", label, id, attributes, {"x": finite(x), "y": finite(y)})
        else:
            self.note(f"points of {shown(label)!r} were left out: the label takes no points")

    def image_attributes(self, values: Mapping[str, Any]) -> None:
        self._image_attributes.update(self._known_attributes(None, values))

    def answer(self) -> Answer:
        answer: Answer = {"annotations": self._marks}
        return {**answer, "attributes": self._image_attributes} if self._image_attributes else answer

    def notes(self) -> tuple[str, ...]:
        told = [change if count == 1 else f"{change} ({count} times)" for change, count in self._changes.items()]
        if self._strangers:
            names = ", ".join(shown(name) for name, _ in self._strangers.most_common(_NOTED_MAX))
            more = ", …" if len(self._strangers) > _NOTED_MAX else ""
            told.append(f"{self._strangers.total()} marks have labels that the project has not: {names}{more}")
        return tuple(told)

    def _takes(self, label: str) -> bool:
        if self._wanted.takes(label):
            return True
        self._strangers[label] += 1
        return False

    def _add(self, type: str, label: str, id: str, attributes: Mapping[str, Any] | None, shape: dict[str, Any]) -> None:
        if len(self._marks) >= self._limits.annotations_max:
            raise ValueError(f"more than {self._limits.annotations_max} marks on one photo")
        mark = {"type": type, "id": self._free_id(id), "label": label, **shape}
        if attributes and (known := self._known_attributes(label, attributes)):
            mark["attributes"] = known
        self._marks.append(mark)

    def _free_id(self, id: str) -> str:
        """Ids are unique within an answer; parts of one object and files with none get the next number."""
        wanted = id[:64] or str(len(self._ids) + 1)
        free, count = wanted, 1
        while free in self._ids:
            count += 1
            free = f"{wanted}-{count}"
        self._ids.add(free)
        return free

    def _check_points(self, points: Sequence[Vertex], least: int, what: str) -> None:
        if len(points) < least:
            raise ValueError(f"{what} needs at least {least} points")
        if len(points) > self._limits.vertices_max:
            raise ValueError(f"{what} has more than {self._limits.vertices_max} points")
        for x, y in points:
            finite(x)
            finite(y)

    def _known_attributes(self, label: str | None, values: Mapping[str, Any]) -> dict[str, Any]:
        wanted = self._wanted.attributes(label)
        known: dict[str, Any] = {}
        for name, value in values.items():
            if wanted is not None and name not in wanted:
                self.note(f"the attribute {shown(name)!r} is not the project's and was left out")
                continue
            fitted = _fitted(value, wanted[name] if wanted is not None else None)
            if fitted is None:
                self.note(f"a value of the attribute {shown(name)!r} does not suit it and was left out")
            else:
                known[name] = fitted
        return known


def _fitted(value: Any, attribute: Attribute | None) -> str | float | list[str] | None:
    """A value as its attribute's type (XML has only text), or None when it cannot be that."""
    kind = attribute.type if attribute else None
    if isinstance(value, bool):
        value = "true" if value else "false"
    if isinstance(value, list):
        if not all(isinstance(held, str) for held in value):
            return None
        return value if kind in (None, "multiselect") else (value[0] if len(value) == 1 else None)
    if kind == "multiselect":
        return [value] if isinstance(value, str) else None
    if kind == "number" or (kind is None and not isinstance(value, str)):
        try:
            return finite(value)
        except ValueError:
            return None
    if isinstance(value, int | float):
        return str(value)
    return value if isinstance(value, str) else None

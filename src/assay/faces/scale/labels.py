"""What this dialect asks about an image, as our taxonomy.

    geometries             {"box": {"objects_to_annotate": ["car", {"choice": "sign", "subchoices": ["stop"]}]}}
    annotation_attributes  {"occluded": {"type": "category", "choices": ["yes", "no"], "conditions": {…}}}

A label that several geometries list is one label of ours with several shapes. An attribute hangs on each label that its
conditions name. What has no counterpart here yet is refused by name rather than dropped.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from assay.core.errors import Invalid
from assay.core.taxonomy import Connection, Label, Shape, ShapeLimits, Taxonomy
from assay.faces.scale import camera, given_marks
from assay.faces.scale.attributes import Asked, attributes_of
from assay.faces.scale.conditions import in_order
from assay.faces.scale.links import relations_of
from assay.faces.scale.marks import LEGACY_GEOMETRY as LEGACY_GEOMETRY
from assay.faces.scale.reading import a_flag, a_list, a_number, a_text, an_entry, an_object

SHAPES: Final[Mapping[str, Shape]] = {
    "box": "box",
    "polygon": "polygon",
    "line": "polyline",
    "point": "point",
    "ellipse": "ellipse",
    "cuboid": "cuboid",
}
# What is least and most of a mark: ours for theirs.
LIMITS: Final = {
    "min_width": "width_min",
    "min_height": "height_min",
    "min_vertices": "vertices_min",
    "max_vertices": "vertices_max",
}
MARGINS: Final = ("padding", "paddingX", "paddingY")
# What a request may say of a question, besides its instruction.
QUESTION: Final = frozenset(
    {
        "geometries",
        "annotation_attributes",
        "objects_to_annotate",
        "links",
        *LIMITS,
        "can_rotate",
        *camera.PARAMETERS,
        *MARGINS,
        *given_marks.PARAMETERS,
    }
)
_OPTIONS: Final = ("objects_to_annotate", *LIMITS, "can_rotate", "integer_pixels", *camera.PARAMETERS)


def geometries_of(task_type: str, params: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The options of each geometry that is asked for. Raises ``Invalid``."""
    legacy = LEGACY_GEOMETRY.get(task_type)
    if legacy is not None:
        options = {name: params[name] for name in _OPTIONS if params.get(name) is not None}
        return {legacy: options} if "objects_to_annotate" in options else {}
    found = {}
    for name, options in an_object(params.get("geometries"), "geometries").items():
        if name not in SHAPES:
            raise Invalid(f"There is no geometry {name!r}; use any of {', '.join(SHAPES)}.", f"geometries.{name}")
        found[name] = an_object(options, f"geometries.{name}")
    return found


def taxonomy_of(task_type: str, params: Mapping[str, Any]) -> Taxonomy:
    """The labels, attributes and links that the parameters ask for; empty when they ask nothing.

    Raises ``Invalid``, naming the field in the words of this dialect, for what is not well-formed or not built yet.
    """
    tree = _Tree()
    connections: list[Connection] = []
    for geometry, options in geometries_of(task_type, params).items():
        above = "" if task_type in LEGACY_GEOMETRY else f"geometries.{geometry}."
        camera.camera_of(options, above)
        path = f"{above}objects_to_annotate"
        tree.add(a_list(options.get("objects_to_annotate"), path), geometry, options, path)
        connections += _connections(options.get("connections"), tree.paths, f"{above}connections")
    asked = attributes_of(an_object(params.get("annotation_attributes"), "annotation_attributes"), tree.paths)
    labels = [_label(node, (), asked) for node in tree.roots.values()]
    if not labels and not any(one.of_the_whole for one in asked):
        return Taxonomy()
    across, down = _margins(params)
    return Taxonomy(
        labels=labels,
        attributes=in_order([one.here() for one in asked if one.of_the_whole]),
        relations=relations_of(params.get("links"), tree.paths),
        connections=connections,
        given=given_marks.given_of(task_type, params),
        margin_x=across,
        margin_y=down,
    )


def _connections(given: Any, known: Mapping[str, Any], path: str) -> Iterator[Connection]:
    for index, one in enumerate(a_list(given, path)):
        said = an_object(one, f"{path}[{index}]")
        pair = a_list(said.get("pair"), f"{path}[{index}].pair")
        if len(pair) != 2 or not all(isinstance(label, str) and label in known for label in pair):
            raise Invalid("Must be a list of two labels of points.", f"{path}[{index}].pair")
        attribute = said.get("connection_attribute")
        if attribute is not None:
            attribute = a_text(attribute, f"{path}[{index}].connection_attribute")
        yield Connection((pair[0], pair[1]), attribute)


def _margins(params: Mapping[str, Any]) -> tuple[float, float]:
    """How far marks may reach over the image, across and down."""
    both, across, down = (a_number(params.get(name), name) for name in MARGINS)
    return (across if across is not None else both) or 0.0, (down if down is not None else both) or 0.0


# --- labels -------------------------------------------------------------------------------------------------------


@dataclass
class _Node:
    name: str
    title: str | None = None
    shapes: dict[Shape, Mapping[str, Any]] = field(default_factory=dict)
    children: dict[str, _Node] = field(default_factory=dict)


@dataclass
class _Tree:
    """The labels of all geometries, merged by their names. ``paths``: where each name stands."""

    roots: dict[str, _Node] = field(default_factory=dict)
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, entries: Sequence[Any], geometry: str, options: Mapping[str, Any], path: str) -> None:
        self._add(self.roots, (), entries, SHAPES[geometry], options, path)

    def _add(
        self,
        level: dict[str, _Node],
        above: tuple[str, ...],
        entries: Sequence[Any],
        shape: Shape,
        options: Mapping[str, Any],
        path: str,
    ) -> None:
        for index, entry in enumerate(entries):
            name, title, below = an_entry(entry, f"{path}[{index}]")
            here = (*above, name)
            if self.paths.setdefault(name, here) != here:
                raise Invalid(f"The label {name!r} stands at two places; give each its own name.", f"{path}[{index}]")
            node = level.setdefault(name, _Node(name))
            node.title = node.title or title
            if below:
                self._add(node.children, here, below, shape, options, f"{path}[{index}].subchoices")
            else:
                node.shapes[shape] = options


def _label(node: _Node, above: tuple[str, ...], asked: Sequence[Asked]) -> Label:
    box = node.shapes.get("box", {})
    here = (*above, node.name)
    given: dict[str, Any] = {}
    if a_flag(box.get("can_rotate"), "geometries.box.can_rotate"):
        given["rotatable"] = True
    limits = {shape: _limits(_GEOMETRY[shape], options) for shape, options in node.shapes.items()}
    if limits := {shape: limit for shape, limit in limits.items() if limit != ShapeLimits()}:
        given["limits"] = limits
    attributes = [attribute for one in asked if (attribute := one.of_label(here)) is not None] if node.shapes else []
    if attributes:
        given["attributes"] = in_order(attributes)
    if node.children:
        given["children"] = [_label(child, here, asked) for child in node.children.values()]
    return Label(name=node.name, title=node.title, shapes=list(node.shapes), **given)


_GEOMETRY: Final = {shape: geometry for geometry, shape in SHAPES.items()}


def _limits(geometry: str, options: Mapping[str, Any]) -> ShapeLimits:
    said: dict[str, Any] = {}
    for theirs, ours in LIMITS.items():
        value = a_number(options.get(theirs), f"geometries.{geometry}.{theirs}")
        if value is None or not (math.isfinite(value) and value > 0):
            continue
        if theirs.endswith("vertices"):
            if geometry in ("polygon", "line"):
                said[ours] = round(value)
        elif geometry in ("box", "cuboid"):
            said[ours] = value
    return ShapeLimits(**said)

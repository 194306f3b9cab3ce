"""What this dialect asks about an image, as our taxonomy.

    geometries             {"box": {"objects_to_annotate": ["car", {"choice": "sign", "subchoices": ["stop"]}]}}
    annotation_attributes  {"occluded": {"type": "category", "choices": ["yes", "no"], "conditions": {…}}}

A label that several geometries list is one label of ours with several shapes. An attribute hangs on each label that its
conditions name. What has no counterpart here yet is refused by name rather than dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from assay.core.errors import Invalid
from assay.core.taxonomy import Label, Shape, Taxonomy
from assay.faces.scale.attributes import Asked, attributes_of, in_order
from assay.faces.scale.reading import a_flag, a_list, a_number, an_entry, an_object

SHAPES: Final[Mapping[str, Shape]] = {"box": "box", "polygon": "polygon", "line": "polyline", "point": "point"}
NOT_BUILT_GEOMETRIES: Final = ("ellipse", "cuboid")
# Types that mark one geometry and list its labels at the top.
LEGACY_GEOMETRY: Final[Mapping[str, str]] = {
    "annotation": "box",
    "polygonannotation": "polygon",
    "lineannotation": "line",
    "pointannotation": "point",
}
# What a request may say of a question, besides its instruction.
QUESTION: Final = frozenset(
    {"geometries", "annotation_attributes", "objects_to_annotate", "min_width", "min_height", "can_rotate"}
)
_OPTIONS: Final = ("objects_to_annotate", "min_width", "min_height", "can_rotate", "integer_pixels")


def geometries_of(task_type: str, params: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The options of each geometry that is asked for. Raises ``Invalid``."""
    legacy = LEGACY_GEOMETRY.get(task_type)
    if legacy is not None:
        options = {name: params[name] for name in _OPTIONS if params.get(name) is not None}
        return {legacy: options} if "objects_to_annotate" in options else {}
    found = {}
    for name, options in an_object(params.get("geometries"), "geometries").items():
        if name in NOT_BUILT_GEOMETRIES:
            raise Invalid(f"There is no editor for the geometry {name!r} yet.", f"geometries.{name}")
        if name not in SHAPES:
            raise Invalid(f"There is no geometry {name!r}; use any of {', '.join(SHAPES)}.", f"geometries.{name}")
        found[name] = an_object(options, f"geometries.{name}")
    return found


def taxonomy_of(task_type: str, params: Mapping[str, Any]) -> Taxonomy:
    """The labels and attributes that the parameters ask for; empty when they ask nothing.

    Raises ``Invalid``, naming the field in the words of this dialect, for what is not well-formed or not built yet.
    """
    tree = _Tree()
    for geometry, options in geometries_of(task_type, params).items():
        path = "objects_to_annotate" if task_type in LEGACY_GEOMETRY else f"geometries.{geometry}.objects_to_annotate"
        if options.get("connections"):
            raise Invalid("Connections between points cannot be drawn yet.", f"geometries.{geometry}.connections")
        tree.add(a_list(options.get("objects_to_annotate"), path), geometry, options, path)
    asked = attributes_of(an_object(params.get("annotation_attributes"), "annotation_attributes"), tree.paths)
    labels = [_label(node, (), asked) for node in tree.roots.values()]
    return Taxonomy(labels=labels, attributes=in_order([one.here() for one in asked if one.of_the_whole]))


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
    # A minimum of ours is one of the label, and theirs is one of boxes: a polygon of the same label may be smaller.
    for ours, theirs in (("width_min", "min_width"), ("height_min", "min_height")):
        least = a_number(box.get(theirs), f"geometries.box.{theirs}")
        if least and "polygon" not in node.shapes:
            given[ours] = least
    attributes = [attribute for one in asked if (attribute := one.of_label(here)) is not None] if node.shapes else []
    if attributes:
        given["attributes"] = in_order(attributes)
    if node.children:
        given["children"] = [_label(child, here, asked) for child in node.children.values()]
    return Label(name=node.name, title=node.title, shapes=list(node.shapes), **given)

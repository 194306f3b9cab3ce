"""What this dialect asks about an image, as our taxonomy.

    geometries             {"box": {"objects_to_annotate": ["car", {"choice": "sign", "subchoices": ["stop"]}]}}
    annotation_attributes  {"occluded": {"type": "category", "choices": ["yes", "no"], "conditions": {…}}}

A label that several geometries list is one label of ours with several shapes. An attribute hangs on each label that its
conditions name. What has no counterpart here yet is refused by name rather than dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from assay.core.errors import Invalid
from assay.core.taxonomy import Attribute, AttributeType, Choice, Condition, Label, Shape, Taxonomy
from assay.faces.scale.reading import a_flag, a_list, a_number, a_text, an_object

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
QUESTION: Final = frozenset({"geometries", "annotation_attributes", "objects_to_annotate", "min_width", "min_height"})
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
    asked = _attributes(an_object(params.get("annotation_attributes"), "annotation_attributes"), tree)
    labels = [_label(node, (), asked) for node in tree.roots.values()]
    return Taxonomy(labels=labels, attributes=_in_order([one.here() for one in asked if one.of_the_whole]))


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
            name, title, below = _entry(entry, f"{path}[{index}]")
            here = (*above, name)
            if self.paths.setdefault(name, here) != here:
                raise Invalid(f"The label {name!r} stands at two places; give each its own name.", f"{path}[{index}]")
            node = level.setdefault(name, _Node(name))
            node.title = node.title or title
            if below:
                self._add(node.children, here, below, shape, options, f"{path}[{index}].subchoices")
            else:
                node.shapes[shape] = options


def _entry(entry: Any, path: str) -> tuple[str, str | None, Sequence[Any]]:
    """Name, title and finer entries of a label or a choice: a string, or an object that describes it."""
    if isinstance(entry, Mapping):
        name = a_text(entry.get("choice"), f"{path}.choice")
        display = entry.get("display")
        return (
            name,
            display if isinstance(display, str) and display != name else None,
            a_list(entry.get("subchoices"), f"{path}.subchoices"),
        )
    return a_text(entry, path), None, ()


def _label(node: _Node, above: tuple[str, ...], asked: Sequence[_Asked]) -> Label:
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
        given["attributes"] = _in_order(attributes)
    if node.children:
        given["children"] = [_label(child, here, asked) for child in node.children.values()]
    return Label(name=node.name, title=node.title, shapes=list(node.shapes), **given)


# --- attributes ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Case:
    """One way to be asked: for these labels (none: for all), when an attribute has one of these values."""

    labels: frozenset[str] | None
    when: Condition | None


@dataclass(frozen=True)
class _Asked:
    """An attribute and the cases in which it is asked; it is enough that one applies."""

    attribute: Attribute
    cases: Sequence[_Case]
    of_the_whole: bool

    def of_label(self, path: tuple[str, ...]) -> Attribute | None:
        """As the label at this path has it: none where no case names it or a label above it."""
        if self.of_the_whole:
            return None
        cases = [case for case in self.cases if case.labels is None or not case.labels.isdisjoint(path)]
        return self._under(cases) if cases else None

    def here(self) -> Attribute:
        """As the whole image has it."""
        return self._under(self.cases)

    def _under(self, cases: Sequence[_Case]) -> Attribute:
        conditions = [case.when for case in cases]
        if None in conditions:
            return self.attribute
        others = {condition.attribute for condition in conditions if condition is not None}
        if len(others) > 1:
            raise Invalid(
                f"It depends on any of {', '.join(sorted(others))}; one attribute is the most that can be asked yet.",
                f"annotation_attributes.{self.attribute.name}.conditions",
            )
        values = dict.fromkeys(value for condition in conditions if condition for value in condition.any_of)
        return msgspec.structs.replace(self.attribute, when=Condition(others.pop(), list(values)))


def _attributes(specs: Mapping[str, Any], tree: _Tree) -> list[_Asked]:
    finer: dict[str, Mapping[str, Sequence[str]]] = {}
    read = {}
    for name, spec in specs.items():
        path = f"annotation_attributes.{name}"
        spec = {"choices": spec} if isinstance(spec, list) else an_object(spec, path)
        attribute, finer[name] = _attribute(name, spec, path)
        read[name] = attribute, spec
    return [_asked(attribute, spec, finer, tree) for attribute, spec in read.values()]


def _attribute(name: str, spec: Mapping[str, Any], path: str) -> tuple[Attribute, Mapping[str, Sequence[str]]]:
    """The attribute without its conditions, and for each of its choices and headings what can be chosen there."""
    kind = spec.get("type") or "category"
    title, required = spec.get("description"), a_flag(spec.get("required"), f"{path}.required")
    title = title if isinstance(title, str) and title.strip() else None
    if kind == "category":
        multiple = a_flag(spec.get("allow_multiple"), f"{path}.allow_multiple")
        choices, below = _choices(spec.get("choices"), f"{path}.choices")
        type_: AttributeType = "multiselect" if multiple else "category"
        return Attribute(name=name, type=type_, title=title, choices=choices, required=required), below
    if kind in ("number", "angle"):
        least, most = (0.0, 360.0) if kind == "angle" else (None, None)
        minimum, maximum = a_number(spec.get("min"), f"{path}.min"), a_number(spec.get("max"), f"{path}.max")
        return Attribute(
            name=name,
            type="number",
            title=title,
            required=required,
            minimum=least if minimum is None else minimum,
            maximum=most if maximum is None else maximum,
        ), {}
    if kind == "text":
        return Attribute(name=name, type="text", title=title, required=required), {}
    raise Invalid(f"Attributes of type {kind!r} cannot be asked yet.", f"{path}.type")


def _choices(given: Any, path: str) -> tuple[list[Choice], Mapping[str, Sequence[str]]]:
    """The choices, nested ones as their leaves, and under each name the leaves that it stands for."""
    below: dict[str, Sequence[str]] = {}
    leaves: list[Choice] = []

    def read(entries: Sequence[Any], path: str, above: tuple[str, ...]) -> Iterator[str]:
        for index, entry in enumerate(entries):
            name, title, finer = _entry(entry, f"{path}[{index}]")
            if finer:
                below[name] = list(read(finer, f"{path}[{index}].subchoices", (*above, title or name)))
                yield from below[name]
                continue
            if above:
                title = " / ".join((*above, title or name))
            leaves.append(Choice(name, title))
            below[name] = [name]
            yield name

    for _ in read(a_list(given, path), path, ()):
        pass
    return leaves, below


def _asked(
    attribute: Attribute, spec: Mapping[str, Any], finer: Mapping[str, Mapping[str, Sequence[str]]], tree: _Tree
) -> _Asked:
    path = f"annotation_attributes.{attribute.name}.conditions"
    given = spec.get("conditions")
    items = [an_object(item, path) for item in (given if isinstance(given, list) else [given] if given else [])]
    of_the_whole = any(a_flag(item.get("is_global"), f"{path}.is_global") for item in items)
    cases = [case for item in items for case in _cases(item, path, finer, tree)]
    return _Asked(attribute, cases or [_Case(None, None)], of_the_whole)


def _cases(
    item: Mapping[str, Any], path: str, finer: Mapping[str, Mapping[str, Sequence[str]]], tree: _Tree
) -> Iterator[_Case]:
    labels = None
    named = an_object(item.get("label_condition"), f"{path}.label_condition").get("label")
    if named is not None:
        labels = frozenset(_texts(named, f"{path}.label_condition.label"))
        unknown = sorted(label for label in labels if label not in tree.paths)
        if unknown:
            raise Invalid(f"There is no label {unknown[0]!r} to annotate.", f"{path}.label_condition.label")
    conditions = item.get("attribute_conditions")
    conditions = conditions if isinstance(conditions, list) else [conditions] if conditions else []
    for condition in conditions:
        pairs = an_object(condition, f"{path}.attribute_conditions")
        if len(pairs) > 1:
            raise Invalid(
                f"It depends on {' and '.join(pairs)} together; one attribute is the most that can be asked yet.",
                f"{path}.attribute_conditions",
            )
        for name, values in pairs.items():
            field = f"{path}.attribute_conditions.{name}"
            if name not in finer:
                raise Invalid(f"There is no attribute {name!r}.", field)
            if not finer[name]:
                raise Invalid(f"{name!r} has no choices, and only a choice can be a condition yet.", field)
            met = dict.fromkeys(leaf for value in _texts(values, field) for leaf in finer[name].get(value, ()))
            if not met:
                raise Invalid(f"This is no choice of {name!r}.", field)
            yield _Case(labels, Condition(name, list(met)))
    if not conditions:
        yield _Case(labels, None)


def _texts(value: Any, path: str) -> list[str]:
    return [a_text(one, path) for one in (value if isinstance(value, list) else [value])]


def _in_order(attributes: Sequence[Attribute]) -> list[Attribute]:
    """Each after the one that its condition names, otherwise as they came; left out where that one is not asked
    beside it, as the condition is never met. Raises ``Invalid`` for conditions that go round in a circle."""
    left = {attribute.name: attribute for attribute in attributes}
    ordered: dict[str, Attribute] = {}
    while left:
        ready = [a for a in left.values() if a.when is None or a.when.attribute in ordered]
        if not ready:
            missing = [a.name for a in left.values() if a.when is not None and a.when.attribute not in left]
            if not missing:
                name = next(iter(left))
                raise Invalid(
                    "Its conditions lead back to itself.",
                    f"annotation_attributes.{name}.conditions.attribute_conditions",
                )
            for name in missing:
                del left[name]
            continue
        ordered[ready[0].name] = left.pop(ready[0].name)
    return list(ordered.values())

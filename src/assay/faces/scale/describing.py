"""Our taxonomy in this dialect: what the parameters of a project are that was made by other means than this API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from assay.core.taxonomy import Attribute, Label, Shape, ShapeLimits, Taxonomy
from assay.faces.scale.labels import LIMITS, SHAPES
from assay.faces.scale.links import rules_told


def params_of(taxonomy: Taxonomy, instructions: str) -> dict[str, Any]:
    """Geometries, attributes and instruction. An attribute that two labels ask differently is told as the first of
    them has it, because here an attribute has one description."""
    geometries: dict[str, Any] = {}
    for geometry, shape in SHAPES.items():
        entries = list(_entries(taxonomy.labels, shape))
        if entries:
            geometries[geometry] = {"objects_to_annotate": entries}
    for geometry, told in geometries.items():
        told.update(_limits(taxonomy, SHAPES[geometry]))
    if any(label.rotatable and "box" in label.shapes for _, label in taxonomy.walk()):
        geometries["box"]["can_rotate"] = True
    if taxonomy.connections and "point" in geometries:
        geometries["point"]["connections"] = [
            {"pair": list(one.labels), **({"connection_attribute": one.attribute} if one.attribute else {})}
            for one in taxonomy.connections
        ]
    params: dict[str, Any] = {"instruction": instructions, "geometries": geometries}
    attributes = attributes_told(taxonomy)
    if attributes:
        params["annotation_attributes"] = attributes
    if taxonomy.relations:
        params["links"] = rules_told(taxonomy)
    margins = {"paddingX": taxonomy.margin_x, "paddingY": taxonomy.margin_y}
    return params | {name: margin for name, margin in margins.items() if margin}


def _limits(taxonomy: Taxonomy, shape: Shape) -> dict[str, Any]:
    """The loosest of each limit that any label has for the shape, as here a geometry has one of each."""
    least: dict[str, Any] = {}
    labels = [label for _, label in taxonomy.walk() if shape in label.shapes]
    limits = [label.limits.get(shape, ShapeLimits()) for label in labels]
    for theirs, ours in LIMITS.items():
        values = [getattr(limit, ours) for limit in limits]
        if ours in ("width_min", "height_min"):
            own = [getattr(label, ours) for label in labels]
            values = [max(pair) for pair in zip(values, own, strict=True)] if shape in ("box", "cuboid") else []
        if values and all(values):
            least[theirs] = max(values) if ours == "vertices_max" else min(values)
    return least


def _entries(labels: Sequence[Label], shape: Shape) -> Iterator[str | dict[str, Any]]:
    for label in labels:
        below = list(_entries(label.children, shape))
        if shape in label.shapes:
            # A label that can be marked has nothing below it here, so what ours has stands beside it.
            yield {"choice": label.name, "display": label.title} if label.title else label.name
            yield from below
        elif below:
            yield {"choice": label.name, "subchoices": below}


def attributes_told(taxonomy: Taxonomy) -> dict[str, Any]:
    """What is asked of marks and of the whole, by the names of the attributes."""
    found: dict[str, Any] = {}
    for attribute in taxonomy.attributes:
        found[attribute.name] = {**_attribute(attribute), "conditions": {"is_global": True, **_when(attribute)}}
    for _, label in taxonomy.walk():
        for attribute in label.attributes:
            told = found.setdefault(attribute.name, {**_attribute(attribute), "conditions": []})
            if isinstance(told["conditions"], list):
                told["conditions"].append({"label_condition": {"label": label.name}, **_when(attribute)})
    return found


def _attribute(attribute: Attribute) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": _TYPE.get(attribute.type, attribute.type),
        "description": attribute.title,
        "min": attribute.minimum,
        "max": attribute.maximum,
        "allow_multiple": attribute.type == "multiselect" or None,
        "required": attribute.required or None,
        "allowed_labels": attribute.labels or None,
        "choices": [choice.name for choice in attribute.choices] or None,
    }
    return {name: value for name, value in told.items() if value is not None}


_TYPE = {"multiselect": "category", "across": "x_offset", "down": "y_offset", "mark": "linked"}


def _when(attribute: Attribute) -> dict[str, Any]:
    if attribute.when is None:
        return {}
    return {"attribute_conditions": [{one.attribute: one.any_of for one in way} for way in attribute.when.ways()]}

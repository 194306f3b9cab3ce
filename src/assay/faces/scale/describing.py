"""Our taxonomy in this dialect: what the parameters of a project are that was made by other means than this API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from assay.core.taxonomy import Attribute, Label, Shape, Taxonomy
from assay.faces.scale.labels import SHAPES


def params_of(taxonomy: Taxonomy, instructions: str) -> dict[str, Any]:
    """Geometries, attributes and instruction. An attribute that two labels ask differently is told as the first of
    them has it, because here an attribute has one description."""
    geometries: dict[str, Any] = {}
    for geometry, shape in SHAPES.items():
        entries = list(_entries(taxonomy.labels, shape))
        if entries:
            geometries[geometry] = {"objects_to_annotate": entries}
    boxes = [label for _, label in taxonomy.walk() if "box" in label.shapes]
    if boxes:
        for name, least in (("min_width", "width_min"), ("min_height", "height_min")):
            value = min(getattr(label, least) for label in boxes)
            if value:
                geometries["box"][name] = value
        if any(label.rotatable for label in boxes):
            geometries["box"]["can_rotate"] = True
    params: dict[str, Any] = {"instruction": instructions, "geometries": geometries}
    attributes = attributes_told(taxonomy)
    if attributes:
        params["annotation_attributes"] = attributes
    return params


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
        "type": "category" if attribute.type == "multiselect" else attribute.type,
        "description": attribute.title,
        "min": attribute.minimum,
        "max": attribute.maximum,
        "allow_multiple": attribute.type == "multiselect" or None,
        "required": attribute.required or None,
        "choices": [choice.name for choice in attribute.choices] or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _when(attribute: Attribute) -> dict[str, Any]:
    if attribute.when is None:
        return {}
    return {"attribute_conditions": [{attribute.when.attribute: attribute.when.any_of}]}

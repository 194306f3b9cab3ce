"""Answers about an image in this dialect, and back: what a model guessed comes in as it goes out.

Both are in pixels from the top left. Here a box is turned in radians, clockwise, and a vertex is an object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import cos, degrees, radians, sin
from typing import Any

from assay.core.annotations.kind import Answer
from assay.core.errors import Invalid
from assay.core.taxonomy import Taxonomy
from assay.faces.scale.labels import LEGACY_GEOMETRY, geometries_of
from assay.faces.scale.reading import a_list, a_number, a_text, an_object

Json = dict[str, Any]


# --- out ----------------------------------------------------------------------------------------------------------


def response_of(task_type: str, params: Mapping[str, Any], taxonomy: Taxonomy, answer: Answer) -> Json:
    """The ``response`` of a completed task."""
    turning = {label.name for _, label in taxonomy.walk() if label.rotatable}
    whole = bool(geometries_of(task_type, params).get("box", {}).get("integer_pixels"))
    annotations = [_annotation(mark, turning, whole) for mark in answer.get("annotations", ())]
    if task_type in LEGACY_GEOMETRY:
        return {"annotations": annotations}
    return {"annotations": annotations, "global_attributes": answer.get("attributes", {})}


def _annotation(mark: Json, turning: set[str], whole: bool) -> Json:
    said = {"uuid": mark["id"], "type": _TYPE[mark["type"]], "label": mark["label"]}
    return {**said, "attributes": mark.get("attributes", {}), **_shape(mark, turning, whole)}


_TYPE = {"box": "box", "polygon": "polygon", "polyline": "line", "point": "point"}


def _shape(mark: Json, turning: set[str], whole: bool) -> Json:
    if mark["type"] == "point":
        return {"x": mark["x"], "y": mark["y"]}
    if mark["type"] == "polyline":
        return {"vertices": _vertices(mark["points"])}
    if mark["type"] == "polygon":
        outline, *holes = mark["rings"]
        return {"vertices": _vertices(outline), **({"holes": [_vertices(hole) for hole in holes]} if holes else {})}
    x, y, width, height = (mark[side] for side in ("x", "y", "width", "height"))
    rotation = mark.get("rotation", 0.0)
    if mark["label"] in turning or rotation:
        turned = {"rotation": radians(rotation), "vertices": _corners(x, y, width, height, radians(rotation))}
        return {"left": x, "top": y, "width": width, "height": height, **turned}
    if whole:
        # Edges are rounded, not sizes: boxes that touched still touch.
        left, top = round(x), round(y)
        return {"left": left, "top": top, "width": round(x + width) - left, "height": round(y + height) - top}
    return {"left": x, "top": y, "width": width, "height": height}


def _corners(x: float, y: float, width: float, height: float, angle: float) -> list[Json]:
    """From the top left clockwise, turned about the middle."""
    middle_x, middle_y, across, down = x + width / 2, y + height / 2, width / 2, height / 2
    corners = ((-across, -down), (across, -down), (across, down), (-across, down))
    turn = cos(angle), sin(angle)
    return _vertices(
        (middle_x + dx * turn[0] - dy * turn[1], middle_y + dx * turn[1] + dy * turn[0]) for dx, dy in corners
    )


def _vertices(points: Iterable[Sequence[float]]) -> list[Json]:
    return [{"x": x, "y": y} for x, y in points]


# --- in -----------------------------------------------------------------------------------------------------------


def prelabels_of(task_type: str, hypothesis: Any, path: str = "hypothesis") -> Answer | None:
    """What a ``hypothesis``, or what else came under the name ``path``, says as marks of ours; none where there is
    none. Raises ``Invalid``.

    Whether its labels and values are asked for is checked with the task.
    """
    if not hypothesis:
        return None
    said = an_object(hypothesis, path)
    marks = [
        _mark(an_object(one, f"{path}.annotations[{index}]"), index, LEGACY_GEOMETRY.get(task_type), path)
        for index, one in enumerate(a_list(said.get("annotations"), f"{path}.annotations"))
    ]
    attributes = dict(an_object(said.get("global_attributes"), f"{path}.global_attributes"))
    return {"annotations": marks, "attributes": attributes}


def _mark(said: Mapping[str, Any], index: int, legacy: str | None, path: str) -> Json:
    path = f"{path}.annotations[{index}]"
    geometry = said.get("type") or legacy
    mark: Json = {
        "id": str(said.get("uuid") or f"hypothesis-{index}"),
        "label": a_text(said.get("label"), f"{path}.label"),
        "attributes": dict(an_object(said.get("attributes"), f"{path}.attributes")),
    }
    if geometry == "box":
        sides = {"x": "left", "y": "top", "width": "width", "height": "height"}
        mark |= {ours: _number(said.get(theirs), f"{path}.{theirs}") for ours, theirs in sides.items()}
        rotation = a_number(said.get("rotation"), f"{path}.rotation")
        return {**mark, "type": "box", **({"rotation": degrees(rotation)} if rotation else {})}
    if geometry == "polygon":
        return {**mark, "type": "polygon", "rings": [_points(said.get("vertices"), f"{path}.vertices")]}
    if geometry == "line":
        return {**mark, "type": "polyline", "points": _points(said.get("vertices"), f"{path}.vertices")}
    if geometry == "point":
        return {**mark, "type": "point", "x": _number(said.get("x"), f"{path}.x"), "y": _number(said.get("y"), path)}
    raise Invalid("Must be box, polygon, line or point.", f"{path}.type")


def _points(value: Any, path: str) -> list[list[float]]:
    vertices = [an_object(one, f"{path}[{index}]") for index, one in enumerate(a_list(value, path))]
    return [[_number(one.get("x"), path), _number(one.get("y"), path)] for one in vertices]


def _number(value: Any, path: str) -> float:
    found = a_number(value, path)
    if found is None:
        raise Invalid("Must be a number.", path)
    return found

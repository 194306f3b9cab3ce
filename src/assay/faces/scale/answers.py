"""Answers about an image in this dialect, and back: what a model guessed comes in as it goes out (``marks``).

Both are in pixels from the top left. Here a box is turned in radians, clockwise, and a vertex is an object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import cos, radians, sin
from typing import Any

import msgspec

from assay.core.annotations.image import Ellipse
from assay.core.annotations.image_outlines import extremes
from assay.core.annotations.kind import Answer
from assay.core.taxonomy import Taxonomy
from assay.faces.scale.camera import BACK, Camera, camera_of, corners_in_space, side_is_right
from assay.faces.scale.labels import LEGACY_GEOMETRY, geometries_of
from assay.faces.scale.links import links_told, relations_read
from assay.faces.scale.marks import FACE, SIDE, marks_of
from assay.faces.scale.reading import an_object

Json = dict[str, Any]


# --- out ----------------------------------------------------------------------------------------------------------


def response_of(task_type: str, params: Mapping[str, Any], taxonomy: Taxonomy, answer: Answer) -> Json:
    """The ``response`` of a completed task."""
    turning = {label.name for _, label in taxonomy.walk() if label.rotatable}
    asked = geometries_of(task_type, params)
    whole = bool(asked.get("box", {}).get("integer_pixels"))
    camera = camera_of(asked.get("cuboid", {}))
    annotations = [_annotation(mark, turning, whole, camera) for mark in answer.get("annotations", ())]
    if task_type in LEGACY_GEOMETRY:
        return {"cuboids" if task_type == "cuboidannotation" else "annotations": annotations}
    told = {"annotations": annotations, "global_attributes": answer.get("attributes", {})}
    return {**told, "links": links_told(answer.get("relations", ()))} if taxonomy.relations else told


def _annotation(mark: Json, turning: set[str], whole: bool, camera: Camera | None) -> Json:
    said = {"uuid": mark["id"], "type": _TYPE[mark["type"]], "label": mark["label"]}
    shape = _cuboid(mark, camera) if mark["type"] == "cuboid" else _shape(mark, turning, whole)
    return {**said, "attributes": mark.get("attributes", {}), **shape}


_TYPE = {
    "box": "box",
    "polygon": "polygon",
    "polyline": "line",
    "point": "point",
    "ellipse": "ellipse",
    "cuboid": "cuboid",
}


def _shape(mark: Json, turning: set[str], whole: bool) -> Json:
    if mark["type"] == "point":
        return {"x": mark["x"], "y": mark["y"]}
    if mark["type"] == "polyline":
        return {"vertices": _vertices(mark["points"])}
    if mark["type"] == "polygon":
        outline, *holes = mark["rings"]
        return {"vertices": _vertices(outline), **({"holes": [_vertices(hole) for hole in holes]} if holes else {})}
    if mark["type"] == "ellipse":
        return {"vertices": _vertices(extremes(msgspec.convert(mark, Ellipse)))}
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


def _cuboid(mark: Json, camera: Camera | None) -> Json:
    """What is seen of it: around its face, and from it to the side; and where its camera is known, all of its corners
    in space."""
    face, side = mark["face"], mark["side"]
    corners = zip((*FACE, *SIDE), _vertices([*face, *side]), strict=True)
    vertices = [{"description": name, "type": "vertex", **corner} for name, corner in corners]
    top, bottom = (FACE[1], FACE[2]) if side_is_right(face, side) else (FACE[0], FACE[3])
    pairs = (*zip(FACE, (*FACE[1:], FACE[0]), strict=True), (top, SIDE[0]), (SIDE[0], SIDE[1]), (SIDE[1], bottom))
    told: Json = {
        "vertices": vertices,
        "edges": [{"vertex1": one, "vertex2": other, "type": "edge"} for one, other in pairs],
    }
    space = None if camera is None else corners_in_space(camera, face, side)
    if space is not None:
        named = zip((*FACE, *SIDE, *BACK), space.tolist(), strict=True)
        told["points_3d"] = [{"description": name, "x": x, "y": y, "z": z} for name, (x, y, z) in named]
    return told


# --- in -----------------------------------------------------------------------------------------------------------


def prelabels_of(
    task_type: str, said: Any, path: str = "hypothesis", given: Sequence[Mapping[str, Any]] = ()
) -> Answer | None:
    """What a ``hypothesis`` says, as marks to begin with after those that are ``given``; none where there is nothing.

    Whether its labels and values are asked for is checked with the task. Raises ``Invalid``.
    """
    if not said and not given:
        return None
    said = an_object(said or None, path)
    name = "cuboids" if task_type == "cuboidannotation" and "cuboids" in said else "annotations"
    marks = marks_of(task_type, said.get(name), f"{path}.{name}", "hypothesis")
    answer: Answer = {"annotations": [*given, *marks]}
    relations = relations_read(said.get("links"), f"{path}.links")
    if relations:
        answer["relations"] = list(relations)
    attributes = dict(an_object(said.get("global_attributes"), f"{path}.global_attributes"))
    return {**answer, "attributes": attributes}

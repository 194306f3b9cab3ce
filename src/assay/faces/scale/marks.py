"""Annotations as programs send them, as our marks: what a model guessed, what a task begins with.

They come in as they are told: in pixels from the top left, a box turned in radians, clockwise, a vertex an object.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import atan2, degrees, hypot
from typing import Any, Final

from assay.core.errors import Invalid
from assay.faces.scale.reading import a_list, a_number, a_text, an_object

Json = dict[str, Any]
# The corners of a cuboid by what they are called, ours in order.
FACE: Final = ("face-topleft", "face-topright", "face-bottomright", "face-bottomleft")
SIDE: Final = ("side-topcorner", "side-bottomcorner")
# Types that mark one geometry and list its labels at the top.
LEGACY_GEOMETRY: Final[Mapping[str, str]] = {
    "annotation": "box",
    "polygonannotation": "polygon",
    "lineannotation": "line",
    "pointannotation": "point",
    "cuboidannotation": "cuboid",
}


def marks_of(task_type: str, said: Any, path: str, prefix: str) -> list[Json]:
    """The annotations as marks; one without a ``uuid`` is called by the prefix and its place. Raises ``Invalid``.

    Whether their labels and values are asked for is checked with the task.
    """
    legacy = LEGACY_GEOMETRY.get(task_type)
    return [
        _mark(an_object(one, f"{path}[{index}]"), f"{path}[{index}]", f"{prefix}-{index}", legacy)
        for index, one in enumerate(a_list(said, path))
    ]


def _mark(said: Mapping[str, Any], path: str, name: str, legacy: str | None) -> Json:
    geometry = said.get("type") or legacy
    mark: Json = {
        "id": str(said.get("uuid") or name),
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
    if geometry == "ellipse":
        return {**mark, "type": "ellipse", **_ellipse(_points(said.get("vertices"), f"{path}.vertices"), path)}
    if geometry == "cuboid":
        return {**mark, "type": "cuboid", **_cuboid(said.get("vertices"), f"{path}.vertices")}
    raise Invalid("Must be box, polygon, line, point, ellipse or cuboid.", f"{path}.type")


def _ellipse(ends: list[list[float]], path: str) -> Json:
    """The box that an ellipse touches, from the ends of its axes in whatever order: opposite ends have one middle."""
    if len(ends) != 4:
        raise Invalid("Must be the four ends of the axes.", f"{path}.vertices")
    first, *others = ends
    middle = (sum(end[0] for end in ends) / 4, sum(end[1] for end in ends) / 4)
    mirrored = (2 * middle[0] - first[0], 2 * middle[1] - first[1])
    across = min(others, key=lambda end: hypot(end[0] - mirrored[0], end[1] - mirrored[1]))
    one, other = (end for end in others if end is not across)
    height = hypot(across[0] - first[0], across[1] - first[1])
    width = hypot(one[0] - other[0], one[1] - other[1])
    # The first end is where the top was before turning.
    turn = degrees(atan2(first[1] - middle[1], first[0] - middle[0])) + 90.0
    turn = 180.0 - (180.0 - round(turn, 9)) % 360.0
    box = {"x": middle[0] - width / 2, "y": middle[1] - height / 2, "width": width, "height": height}
    return {**box, "rotation": turn} if turn else box


def _cuboid(value: Any, path: str) -> Json:
    """By the descriptions of the corners, else in their order."""
    given = [an_object(one, f"{path}[{index}]") for index, one in enumerate(a_list(value, path))]
    if len(given) != len(FACE) + len(SIDE):
        raise Invalid("Must be the four corners of the face and the two of the side.", path)
    called = {str(one.get("description")): one for one in given}
    ordered = [called[name] for name in (*FACE, *SIDE)] if called.keys() >= {*FACE, *SIDE} else given
    points = [[_number(one.get("x"), path), _number(one.get("y"), path)] for one in ordered]
    return {"face": points[:4], "side": points[4:]}


def _points(value: Any, path: str) -> list[list[float]]:
    vertices = [an_object(one, f"{path}[{index}]") for index, one in enumerate(a_list(value, path))]
    return [[_number(one.get("x"), path), _number(one.get("y"), path)] for one in vertices]


def _number(value: Any, path: str) -> float:
    found = a_number(value, path)
    if found is None:
        raise Invalid("Must be a number.", path)
    return found

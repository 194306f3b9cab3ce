"""The image kind: boxes, polygons, polylines, points, ellipses and cuboids on one photo.

Coordinates are image pixels as floats, origin top-left, x right, y down, in the orientation the photo is
shown in (EXIF orientation already applied) and at its original resolution, whatever scaled copy was displayed.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from assay.core.annotations.relations import Relation

AttributeValue: TypeAlias = str | float | list[str]
Vertex: TypeAlias = tuple[float, float]


class _Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What every shape has. ``id`` is unique within one answer and is chosen by the editor."""

    id: str
    label: str
    attributes: dict[str, AttributeValue] = {}


class Box(_Mark, tag_field="type", tag="box", frozen=True, kw_only=True):
    """``x, y`` is the top-left corner before turning; ``rotation`` turns about the centre, clockwise on the
    screen, in degrees within (-180, 180]."""

    x: float
    y: float
    width: float
    height: float
    rotation: float = 0.0


class Polygon(_Mark, tag_field="type", tag="polygon", frozen=True, kw_only=True):
    """``rings[0]`` is the outline and the others are holes; at least 3 vertices each, not closed (the first
    vertex is not repeated), either direction."""

    rings: list[list[Vertex]]


class Polyline(_Mark, tag_field="type", tag="polyline", frozen=True, kw_only=True):
    """At least 2 vertices."""

    points: list[Vertex]


class Point(_Mark, tag_field="type", tag="point", frozen=True, kw_only=True):
    x: float
    y: float


class Ellipse(_Mark, tag_field="type", tag="ellipse", frozen=True, kw_only=True):
    """The one that touches the sides of the box with these numbers in their middles; see ``Box``."""

    x: float
    y: float
    width: float
    height: float
    rotation: float = 0.0


class Cuboid(_Mark, tag_field="type", tag="cuboid", frozen=True, kw_only=True):
    """A block seen from a corner: ``face`` are the four corners of the face that is nearest, its top left one and on
    clockwise, ``side`` the top and the bottom corner of the side that is seen beside it."""

    face: list[Vertex]
    side: list[Vertex]


Mark: TypeAlias = Box | Polygon | Polyline | Point | Ellipse | Cuboid


class ImageAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything one person says about one photo."""

    annotations: list[Mark] = []
    relations: list[Relation] = []
    attributes: dict[str, AttributeValue] = {}

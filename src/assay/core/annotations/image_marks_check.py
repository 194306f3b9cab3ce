"""Whether one mark on a photo is one: its place, its size and its vertices."""

from __future__ import annotations

from math import isfinite
from typing import TypeVar

import msgspec
import numpy as np

from assay.core.annotations.image import Box, Cuboid, Ellipse, Mark, Point, Polygon, Polyline, Vertex
from assay.core.annotations.image_shapes import RING_VERTICES_MAX, bounds
from assay.core.annotations.kind import MediaSize
from assay.core.annotations.problems import Problems
from assay.core.taxonomy import Label, ShapeLimits, Taxonomy
from assay.quality.geometry.arrays import FloatArray
from assay.quality.geometry.regions import clip_ring, encloses

RINGS_MAX = 1000
# Far beyond any photo, and near enough for products of coordinates to stay exact to a thousandth of a pixel.
COORDINATE_MAX = 10_000_000.0

# Fusing rounds to a thousandth of a pixel, and must not fall below a minimum by it.
_SIZE_SLACK = 0.01
_BOX_NUMBERS = ("x", "y", "width", "height", "rotation")
# How far outside a point may lie to count as slipped: pixels, and a share of the photo's longer side.
_SLIP_PIXELS = 2.0
_SLIP_SHARE = 0.005
_NO_LIMITS = ShapeLimits()


def check_mark(
    mark: Mark,
    label: Label,
    path: str,
    size: MediaSize | None,
    complete: bool,
    problems: Problems,
    margins: tuple[float, float] = (0.0, 0.0),
) -> Mark | None:
    """The mark cut to the photo and its margins, or None where it cannot be taken."""
    shape = type(mark).__name__.lower()
    if shape not in label.shapes:
        offered = " or ".join(label.shapes) or "the labels below it"
        problems.add(f"{path}.label", f"{label.name!r} is not marked with a {shape}; use {offered}")
        return None
    before = len(problems)
    frame = _frame(size, margins)
    settled: Mark
    if isinstance(mark, Box):
        settled = _check_box(mark, label, path, frame, problems)
    elif isinstance(mark, Polygon):
        settled = _check_polygon(mark, path, frame, problems)
    elif isinstance(mark, Ellipse):
        settled = _check_ellipse(mark, path, frame, problems)
    elif isinstance(mark, Cuboid):
        settled = _check_cuboid(mark, path, frame, problems)
    elif isinstance(mark, Polyline):
        settled = _check_polyline(mark, path, frame, problems)
    else:
        settled = _check_point(mark, path, frame, problems)
    if len(problems) > before:
        return None
    limits = label.limits.get(shape, _NO_LIMITS)
    if complete and isinstance(settled, Box | Polygon | Ellipse | Cuboid):
        _check_size(settled, label, limits, path, problems)
    if complete and isinstance(settled, Polygon | Polyline):
        _check_count(mark, settled, label, limits, path, problems)
    return settled


def margins_of(taxonomy: Taxonomy) -> tuple[float, float]:
    """How far marks may reach over the photo, across and down."""
    return taxonomy.margin_x, taxonomy.margin_y


def _frame(size: MediaSize | None, margins: tuple[float, float]) -> FloatArray | None:
    """The left, top, right and bottom edge of where marks may be."""
    if size is None:
        return None
    across, down = margins
    return np.array([-across, -down, size.width + across, size.height + down])


def _check_box(mark: Box, label: Label, path: str, frame: FloatArray | None, problems: Problems) -> Box:
    for field in _BOX_NUMBERS:
        _check_number(getattr(mark, field), path, field, problems)
    for field in ("width", "height"):
        if not getattr(mark, field) > 0:
            problems.add(f"{path}.{field}", "must be more than 0; draw the box from corner to corner")
            return mark
    if not isfinite(mark.rotation) or not isfinite(mark.x + mark.y + mark.width + mark.height):
        return mark
    rotation = 180.0 - (180.0 - mark.rotation) % 360.0
    if rotation:
        if not label.rotatable:
            problems.add(f"{path}.rotation", f"boxes of {label.name!r} are not turned; leave rotation out")
            return mark
        mark = msgspec.structs.replace(mark, rotation=rotation)
    else:
        mark = _upright(mark)
    if frame is None:
        return mark
    frame_left, frame_top, frame_right, frame_bottom = frame.tolist()
    left, top, right, bottom = mark.x, mark.y, mark.x + mark.width, mark.y + mark.height
    if rotation:
        left, top, right, bottom = bounds([mark])[0].tolist()
    if left >= frame_right or top >= frame_bottom or right <= frame_left or bottom <= frame_top:
        problems.add(path, _OUTSIDE)
        return mark
    if rotation or (left >= frame_left and top >= frame_top and right <= frame_right and bottom <= frame_bottom):
        return mark
    left, top = max(left, frame_left), max(top, frame_top)
    right, bottom = min(right, frame_right), min(bottom, frame_bottom)
    if right <= left or bottom <= top:
        problems.add(path, _OUTSIDE)
        return mark
    return msgspec.structs.replace(mark, x=left, y=top, width=right - left, height=bottom - top)


def _check_ellipse(mark: Ellipse, path: str, frame: FloatArray | None, problems: Problems) -> Ellipse:
    """One that overhangs the photo is left as it is: cut, it would be none."""
    before = len(problems)
    for field in _BOX_NUMBERS:
        _check_number(getattr(mark, field), path, field, problems)
    for field in ("width", "height"):
        if not getattr(mark, field) > 0:
            problems.add(f"{path}.{field}", "must be more than 0; draw the ellipse from corner to corner")
    if len(problems) > before:
        return mark
    rotation = 180.0 - (180.0 - mark.rotation) % 360.0
    mark = msgspec.structs.replace(mark, rotation=rotation) if rotation else _upright(mark)
    _check_in_sight(mark, path, frame, problems)
    return mark


def _check_cuboid(mark: Cuboid, path: str, frame: FloatArray | None, problems: Problems) -> Cuboid:
    """As for an ellipse; a corner out of sight is where it would be."""
    for field, corners, count in (("face", mark.face, 4), ("side", mark.side, 2)):
        if len(corners) != count:
            problems.add(f"{path}.{field}", f"has {len(corners)} corners and needs {count}")
            return mark
        if _check_vertices(corners, count, f"{path}.{field}", problems) is None:
            return mark
    if not encloses(np.array(mark.face, dtype=np.float64)):
        problems.add(f"{path}.face", "encloses nothing; draw the face from corner to corner")
        return mark
    _check_in_sight(mark, path, frame, problems)
    return mark


def _check_in_sight(mark: Mark, path: str, frame: FloatArray | None, problems: Problems) -> None:
    if frame is None:
        return
    left, top, right, bottom = bounds([mark])[0].tolist()
    if left >= frame[2] or top >= frame[3] or right <= frame[0] or bottom <= frame[1]:
        problems.add(path, _OUTSIDE)


_BoxLike = TypeVar("_BoxLike", Box, Ellipse)


def _upright(mark: _BoxLike) -> _BoxLike:
    """The mark without its rotation of 0: a default is left out of canonical form only where it was never given."""
    return type(mark)(
        id=mark.id,
        label=mark.label,
        attributes=mark.attributes,
        x=mark.x,
        y=mark.y,
        width=mark.width,
        height=mark.height,
    )


def _check_polygon(mark: Polygon, path: str, frame: FloatArray | None, problems: Problems) -> Polygon:
    if not 1 <= len(mark.rings) <= RINGS_MAX:
        problems.add(f"{path}.rings", f"must have an outline and at most {RINGS_MAX - 1:,} holes")
        return mark
    kept: list[list[Vertex]] = []
    for index, ring in enumerate(mark.rings):
        field = f"{path}.rings[{index}]"
        vertices = _check_vertices(ring, 3, field, problems)
        if vertices is None:
            continue
        if not encloses(vertices):
            problems.add(field, "encloses nothing; it needs three vertices that are not in line")
            continue
        if frame is not None and _overhangs(vertices, frame):
            vertices = clip_ring(vertices, frame)
            if not encloses(vertices):
                if index == 0:
                    problems.add(path, _OUTSIDE)
                    return mark
                continue
            if len(vertices) > RING_VERTICES_MAX:
                problems.add(field, f"has {len(vertices):,} vertices once cut at the photo's edge; simplify it")
                continue
            ring = [(x, y) for x, y in vertices.tolist()]
        kept.append(ring)
    return msgspec.structs.replace(mark, rings=kept)


def _check_polyline(mark: Polyline, path: str, frame: FloatArray | None, problems: Problems) -> Polyline:
    vertices = _check_vertices(mark.points, 2, f"{path}.points", problems)
    if vertices is None:
        return mark
    if (vertices == vertices[0]).all():
        problems.add(f"{path}.points", "has no length; it needs two vertices apart from each other")
        return mark
    if frame is None or not _overhangs(vertices, frame):
        return mark
    if (vertices.max(axis=0) < frame[:2]).any() or (vertices.min(axis=0) > frame[2:]).any():
        problems.add(path, _OUTSIDE)
        return mark
    vertices = np.clip(vertices, frame[:2], frame[2:])
    if (vertices == vertices[0]).all():
        problems.add(path, _OUTSIDE)
        return mark
    return msgspec.structs.replace(mark, points=[(x, y) for x, y in vertices.tolist()])


def _check_point(mark: Point, path: str, frame: FloatArray | None, problems: Problems) -> Point:
    before = len(problems)
    for field in ("x", "y"):
        _check_number(getattr(mark, field), path, field, problems)
    if frame is None or len(problems) > before:
        return mark
    slip = max(_SLIP_PIXELS, _SLIP_SHARE * float((frame[2:] - frame[:2]).max()))
    x, y = np.clip((mark.x, mark.y), frame[:2], frame[2:]).tolist()
    if max(abs(x - mark.x), abs(y - mark.y)) > slip:
        problems.add(path, _OUTSIDE)
    return msgspec.structs.replace(mark, x=x, y=y)


def _check_size(
    mark: Box | Polygon | Ellipse | Cuboid, label: Label, limits: ShapeLimits, path: str, problems: Problems
) -> None:
    if isinstance(mark, Box | Ellipse):
        width, height = mark.width, mark.height
    else:
        left, top, right, bottom = bounds([mark])[0].tolist()
        width, height = right - left, bottom - top
    least = max(label.width_min, limits.width_min), max(label.height_min, limits.height_min)
    for field, value, enough in (("width", width, least[0]), ("height", height, least[1])):
        if value < enough - _SIZE_SLACK:
            where = f"{path}.{field}" if isinstance(mark, Box | Ellipse) else path
            problems.add(
                where, f"{field} is {value:g} pixels and {label.name!r} needs {enough:g}; enlarge it or delete it"
            )


def _check_count(
    given: Mark, settled: Polygon | Polyline, label: Label, limits: ShapeLimits, path: str, problems: Problems
) -> None:
    """Of the outline as it was drawn, and as it is once it is cut: what is kept must pass when it is checked again."""
    for mark in (given, settled):
        assert isinstance(mark, Polygon | Polyline)
        field, vertices = ("rings[0]", mark.rings[0]) if isinstance(mark, Polygon) else ("points", mark.points)
        if len(vertices) < limits.vertices_min:
            problems.add(
                f"{path}.{field}",
                f"has {len(vertices)} vertices and {label.name!r} needs at least {limits.vertices_min}; add some",
            )
        elif limits.vertices_max is not None and len(vertices) > limits.vertices_max:
            problems.add(
                f"{path}.{field}",
                f"has {len(vertices)} vertices and {label.name!r} takes at most {limits.vertices_max}; "
                + ("remove some" if mark is given else "keep it within the photo, where it is not cut"),
            )
        else:
            continue
        return


def _check_vertices(points: list[Vertex], least: int, field: str, problems: Problems) -> FloatArray | None:
    if len(points) < least:
        problems.add(field, f"has {len(points)} vertices and needs at least {least}")
        return None
    if len(points) > RING_VERTICES_MAX:
        problems.add(field, f"has {len(points):,} vertices; at most {RING_VERTICES_MAX:,} are taken; simplify it")
        return None
    vertices = np.array(points, dtype=np.float64)
    good = (np.abs(vertices) <= COORDINATE_MAX).all(axis=1)
    if not good.all():
        problems.add(f"{field}[{int(good.argmin())}]", _NOT_A_COORDINATE)
        return None
    return vertices


def _check_number(value: float, path: str, field: str, problems: Problems) -> None:
    if not abs(value) <= COORDINATE_MAX:
        problems.add(f"{path}.{field}", _NOT_A_COORDINATE)


def _overhangs(vertices: FloatArray, frame: FloatArray) -> bool:
    return bool((vertices < frame[:2]).any() or (vertices > frame[2:]).any())


_OUTSIDE = "lies outside the photo; move it onto the photo or delete it"
_NOT_A_COORDINATE = f"is not a finite number of pixels within {COORDINATE_MAX:,.0f}"

"""Where the camera stood, and what follows for cuboids on photos: their corners in space.

    camera_intrinsics           {"fx": 986.8, "fy": 984.4, "cx": 961.1, "cy": 587.0, "skew": 0, "scalefactor": 1}
    camera_rotation_quaternion  {"w": 0.02, "x": 0.018, "y": 0.698, "z": -0.715}
    camera_height               1.6

In the camera's frame x points right, y down and z along the view. The rotation leads from there to a world in which z
points up and the ground is level. What stands on the ground has its lower corners on a known plane, which gives their
distance; the upper ones stand above them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from assay.core.errors import Invalid
from assay.faces.scale.reading import a_number, an_object

PARAMETERS: Final = ("camera_intrinsics", "camera_rotation_quaternion", "camera_height")
# The two corners that are not seen on a photo.
BACK: Final = ("back-topcorner", "back-bottomcorner")
# A ray that meets the ground further away than this many heights of the camera says nothing of where.
_FURTHEST: Final = 1000.0

Vector: TypeAlias = npt.NDArray[np.float64]
Corner: TypeAlias = Sequence[float]


@dataclass(frozen=True)
class Camera:
    """``inverse``: from a pixel (x, y, 1) to a ray, 3 x 3; ``up``: the unit vector away from the ground; both in the
    camera's frame. ``height`` above the ground, metres."""

    inverse: Vector
    up: Vector
    height: float


def camera_of(options: Mapping[str, Any], above: str = "") -> Camera | None:
    """The camera of the options of a geometry; none where they say less than all of it, as then nothing follows.

    ``above``: what the request calls the options, for errors. Raises ``Invalid`` for what no camera can have.
    """
    intrinsics = an_object(options.get(PARAMETERS[0]), above + PARAMETERS[0])
    quaternion = an_object(options.get(PARAMETERS[1]), above + PARAMETERS[1])
    height = _number(options.get(PARAMETERS[2]), above + PARAMETERS[2])
    inverse = _inverse(intrinsics, above + PARAMETERS[0]) if intrinsics else None
    up = _up(quaternion, above + PARAMETERS[1]) if quaternion else None
    if inverse is None or up is None or not height:
        return None
    return Camera(inverse, up, abs(height))


def _inverse(given: Mapping[str, Any], path: str) -> Vector:
    fx, fy, cx, cy = (_number(given.get(name), f"{path}.{name}") for name in ("fx", "fy", "cx", "cy"))
    skew = _number(given.get("skew"), f"{path}.skew") or 0.0
    name = next((name for name in ("scalefactor", "scale_factor") if given.get(name) is not None), "scalefactor")
    smaller = _number(given.get(name), f"{path}.{name}")
    smaller = 1.0 if smaller is None else smaller
    for said, value in (("fx", fx), ("fy", fy), (name, smaller)):
        if value is None or value <= 0:
            raise Invalid("Must be a number above 0.", f"{path}.{said}")
    # A photo that was made smaller by this factor has everything that is measured in pixels smaller too.
    matrix = np.array([[fx, skew, cx or 0.0], [0.0, fy, cy or 0.0], [0.0, 0.0, smaller]], dtype=float) / smaller
    return np.linalg.inv(matrix).astype(np.float64)


def _up(given: Mapping[str, Any], path: str) -> Vector:
    numbers = [_number(given.get(name), f"{path}.{name}") or 0.0 for name in ("w", "x", "y", "z")]
    length = float(np.linalg.norm(numbers))
    if not (isfinite(length) and length > 0):
        raise Invalid("Must be a rotation: w, x, y and z, not all 0.", path)
    w, x, y, z = (number / length for number in numbers)
    # The last row of the rotation's matrix: where the world's z points in the camera's frame.
    return np.array([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)])


def _number(value: Any, path: str) -> float | None:
    found = a_number(value, path)
    if found is not None and not (isfinite(found) and abs(found) <= 1e9):
        raise Invalid("Must be a finite number.", path)
    return found


def side_is_right(face: Sequence[Corner], side: Sequence[Corner]) -> bool:
    """Whether the side that is seen lies to the right of the face."""
    return sum(x for x, _ in side) / 2 >= sum(x for x, _ in face) / 4


def corners_in_space(camera: Camera, face: Sequence[Corner], side: Sequence[Corner]) -> Vector | None:
    """The eight corners of the block that a cuboid shows, 8 x 3, in metres in the camera's frame with the camera at its
    origin: those of the face from its top left on clockwise, top and bottom of the side, top and bottom of the back.

    Angles are right ones: the longer edge on the ground keeps its direction, and the height is the mean of what the
    three upper corners say. None where a lower corner is not below the horizon, or nothing stands above the ground.
    """
    turned = 1 if side_is_right(face, side) else -1
    # Seen from above: the face's far end, its end at the side, and the side's end.
    near = (face[3], face[2]) if turned == 1 else (face[2], face[3])
    over = (face[0], face[1]) if turned == 1 else (face[1], face[0])
    rays = _rays(camera, [*near, side[1]])
    down = -(rays @ camera.up)
    if (down <= 1 / _FURTHEST).any():
        return None
    ground = rays * (camera.height / down)[:, None]
    height = float(np.mean(_heights(camera.up, ground, _rays(camera, [*over, side[0]]))))
    far, corner, end = ground
    along, across = far - corner, end - corner
    if min(np.linalg.norm(along), np.linalg.norm(across)) < 1e-9 or not height > 0:
        return None
    if np.linalg.norm(along) >= np.linalg.norm(across):
        across = _at_right_angles(across, along)
    else:
        along = _at_right_angles(along, across)
    far, end = corner + along, corner + across
    up = camera.up * height
    below = (far, corner) if turned == 1 else (corner, far)
    back = corner + along + across
    corners = [below[0] + up, below[1] + up, below[1], below[0], end + up, end, back + up, back]
    return np.array(corners)


def _rays(camera: Camera, pixels: Sequence[Corner]) -> Vector:
    """Unit vectors towards pixels, n x 3."""
    rays = np.array([[x, y, 1.0] for x, y in pixels]) @ camera.inverse.T
    lengths: Vector = np.linalg.norm(rays, axis=1, keepdims=True)
    found: Vector = rays / lengths
    return found


def _heights(up: Vector, ground: Vector, rays: Vector) -> Vector:
    """How high above each point of the ground its ray passes nearest to the upright over it."""
    seen: Vector = (rays * ground).sum(axis=1)
    climbing: Vector = rays @ up
    heights: Vector = (climbing * seen - ground @ up) / np.maximum(1 - climbing**2, 1e-9)
    return heights


def _at_right_angles(edge: Vector, other: Vector) -> Vector:
    """The part of an edge that is at right angles to another."""
    left: Vector = edge - other * (edge @ other) / (other @ other)
    return left

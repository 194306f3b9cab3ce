"""Corners in space from a photo's cuboids: blocks of known size are projected here, and have to be found again."""

from __future__ import annotations

from math import cos, radians, sin
from typing import Any

import numpy as np
import pytest

from assay.core.errors import Invalid
from assay.faces.scale.camera import camera_of, corners_in_space, side_is_right

Json = dict[str, Any]
INTRINSICS = {"fx": 986.8, "fy": 984.4, "cx": 961.1, "cy": 587.0, "skew": 0.7}


def quaternion_of(rotation: np.ndarray) -> Json:
    """Of a rotation whose trace is not near -1 (Shepperd 1978, first case)."""
    w = (1 + np.trace(rotation)) ** 0.5 / 2
    x, y, z = (rotation[i][j] - rotation[j][i] for i, j in ((2, 1), (0, 2), (1, 0)))
    return {"w": w, "x": x / (4 * w), "y": y / (4 * w), "z": z / (4 * w)}


def looking(yaw: float, pitch: float) -> np.ndarray:
    """Camera to world: from straight ahead along the world's y, turned about the world's z and tipped down, degrees."""
    a, b = radians(yaw), radians(pitch)
    level = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
    tip = np.array([[1.0, 0, 0], [0, cos(b), -sin(b)], [0, sin(b), cos(b)]]).T
    turn = np.array([[cos(a), -sin(a), 0], [sin(a), cos(a), 0], [0, 0, 1.0]])
    whole: np.ndarray = turn @ level @ tip
    return whole


def block(heading: float, at: tuple[float, float], size: tuple[float, float, float]) -> np.ndarray:
    """Its corners on the ground and above it, 8 x 3: left, right, far right, far left of its near face, then above."""
    a = radians(heading)
    across, along = np.array([cos(a), sin(a), 0]), np.array([-sin(a), cos(a), 0])
    wide, long, high = size
    base = np.array([*at, 0.0])
    flat = [base, base + wide * across, base + wide * across + long * along, base + long * along]
    return np.array([*flat, *(one + np.array([0, 0, high]) for one in flat)])


def seen(corners: np.ndarray, rotation: np.ndarray, height: float, factor: float) -> np.ndarray:
    """Pixels, on a photo that was made smaller by the factor."""
    local = (corners - [0, 0, height]) @ rotation
    skewed = INTRINSICS["fx"] * local[:, 0] + INTRINSICS["skew"] * local[:, 1]
    x = skewed / local[:, 2] + INTRINSICS["cx"]
    y = INTRINSICS["fy"] * local[:, 1] / local[:, 2] + INTRINSICS["cy"]
    return np.stack([x, y], axis=1) / factor


@pytest.mark.parametrize("factor", [1.0, 2.0])
@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (25, 8), (-40, 20)])
@pytest.mark.parametrize(("heading", "x"), [(12, -4.0), (-12, 3.0)], ids=["right side", "left side"])
def test_a_block_on_the_ground_is_found_where_it_stands(
    factor: float, yaw: float, pitch: float, heading: float, x: float
) -> None:
    rotation, height, size = looking(yaw, pitch), 1.6, (1.8, 4.4, 1.5)
    turn = rotation @ looking(0, pitch).T
    world = block(heading, (x, 12.0), size) @ turn.T
    left, right, far_right, far_left, top_left, top_right, top_far_right, top_far_left = seen(
        world, rotation, height, factor
    ).tolist()
    face = [top_left, top_right, right, left]
    side = [top_far_right, far_right] if heading > 0 else [top_far_left, far_left]
    options = {
        "camera_intrinsics": {**INTRINSICS, "scalefactor": factor},
        "camera_rotation_quaternion": quaternion_of(rotation),
        "camera_height": height,
    }

    camera = camera_of(options)
    assert camera is not None
    found = corners_in_space(camera, face, side)

    local = (world - [0, 0, height]) @ rotation
    order = [4, 5, 1, 0, 6, 2, 7, 3] if heading > 0 else [4, 5, 1, 0, 7, 3, 6, 2]
    assert side_is_right(face, side) is (heading > 0)
    assert found is not None
    np.testing.assert_allclose(found, local[order], atol=1e-6)


def test_a_block_drawn_askew_has_right_angles() -> None:
    options = {
        "camera_intrinsics": INTRINSICS,
        "camera_rotation_quaternion": quaternion_of(looking(0, 5)),
        "camera_height": 1.6,
    }
    camera = camera_of(options)
    assert camera is not None

    found = corners_in_space(camera, [[700, 560], [900, 565], [905, 760], [695, 755]], [[1010, 570], [1000, 690]])

    assert found is not None
    top_left, top_right, right, left, _, end, _, _ = found
    edges = right - left, right - end, top_right - right
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert edges[one] @ edges[other] == pytest.approx(0, abs=1e-9)
    assert np.linalg.norm(top_left - left) == pytest.approx(np.linalg.norm(top_right - right))


def test_what_stands_on_no_ground_has_no_place_in_space() -> None:
    camera = camera_of(
        {
            "camera_intrinsics": INTRINSICS,
            "camera_rotation_quaternion": quaternion_of(looking(0, 0)),
            "camera_height": 1.6,
        }
    )
    assert camera is not None

    in_the_sky = corners_in_space(camera, [[10, 20], [60, 20], [60, 70], [10, 70]], [[80, 15], [80, 60]])

    assert in_the_sky is None


@pytest.mark.parametrize(
    "options",
    [{}, {"camera_height": 1.6}, {"camera_intrinsics": INTRINSICS, "camera_height": 1.6}],
    ids=["nothing", "height", "no rotation"],
)
def test_less_than_the_whole_camera_is_kept_and_says_nothing(options: Json) -> None:
    assert camera_of(options) is None


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"camera_intrinsics": {**INTRINSICS, "fx": 0}}, "camera_intrinsics.fx"),
        ({"camera_intrinsics": {"fx": 1}}, "camera_intrinsics.fy"),
        ({"camera_intrinsics": {**INTRINSICS, "scale_factor": -1}}, "camera_intrinsics.scale_factor"),
        ({"camera_intrinsics": [1, 2]}, "camera_intrinsics"),
        ({"camera_rotation_quaternion": {"w": 0, "x": 0, "y": 0, "z": 0}}, "camera_rotation_quaternion"),
        ({"camera_rotation_quaternion": {"w": "nan"}}, "camera_rotation_quaternion.w"),
        ({"camera_height": "tall"}, "camera_height"),
    ],
    ids=["fx", "fy", "factor", "list", "no rotation", "nan", "height"],
)
def test_what_no_camera_can_have_is_refused_by_name(options: Json, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        camera_of(options, "geometries.cuboid.")

    assert [one.field for one in caught.value.problems] == [f"geometries.cuboid.{field}"]

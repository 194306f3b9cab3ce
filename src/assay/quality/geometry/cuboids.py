"""Cuboids that stand upright: overlap in space and on the ground, and one cuboid out of several.

A cuboid is a row ``x, y, z, length, width, height, yaw``: its centre and sizes in metres (or any unit), and the angle
in radians from the x axis to its length, about the upright z axis. Bird's-eye view means the rectangle on the ground.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assay.quality.geometry import bulk_fusion, overlap_kernels
from assay.quality.geometry.arrays import FloatArray


def cuboid_iou(left: npt.ArrayLike, right: npt.ArrayLike) -> FloatArray:
    """Intersection over union of volumes, row by row: (n, 7) twice to (n,) within [0, 1]; 0 where merely touching.

    Exact: the common part of two upright cuboids is the common part of their rectangles, by clipping, times the height
    they share. Raises ``ValueError`` unless rows are finite, sizes are not negative and lengths agree.
    """
    one, other = _same_length(check_cuboids(left, "left"), check_cuboids(right, "right"))
    return overlap_kernels.cuboid_rows(one, other)


def ground_iou(left: npt.ArrayLike, right: npt.ArrayLike) -> FloatArray:
    """The same of the areas seen from above: (n, 7) twice to (n,)."""
    one, other = _same_length(check_cuboids(left, "left"), check_cuboids(right, "right"))
    bases = overlap_kernels.rectangles_of_cuboids
    return overlap_kernels.turned_rows(bases(one), bases(other))


def cuboid_iou_matrix(left: npt.ArrayLike, right: npt.ArrayLike) -> FloatArray:
    """``cuboid_iou`` of every cuboid with every other: (n, 7) and (m, 7) to (n, m)."""
    return overlap_kernels.cuboid_table(check_cuboids(left, "left"), check_cuboids(right, "right"))


def ground_iou_matrix(left: npt.ArrayLike, right: npt.ArrayLike) -> FloatArray:
    """``ground_iou`` of every cuboid with every other: (n, 7) and (m, 7) to (n, m)."""
    bases = overlap_kernels.rectangles_of_cuboids
    return overlap_kernels.turned_table(bases(check_cuboids(left, "left")), bases(check_cuboids(right, "right")))


def fuse_cuboids(cuboids: npt.ArrayLike, weights: npt.ArrayLike | None = None, *, headed: bool = True) -> FloatArray:
    """One cuboid out of several of the same object: (m, 7) and (m,) weights from 0 up to (7,).

    See ``bulk_fusion.fuse_cuboids``, which says what ``headed`` does. Raises ``ValueError`` without a cuboid that has
    weight.
    """
    members = check_cuboids(cuboids, "cuboids")
    say = np.ones(len(members)) if weights is None else np.asarray(weights, dtype=np.float64)
    if say.shape != (len(members),) or not np.isfinite(say).all() or (say < 0).any() or not (say > 0).any():
        raise ValueError("weights must be one number from 0 up for each cuboid, some of them above 0")
    similarity = np.where(np.eye(len(members)) > 0, 0.0, cuboid_iou_matrix(members, members))
    fit = np.where(say > 0, similarity @ say + say, -np.inf)
    start, central = np.array([0, len(members)]), np.array([int(fit.argmax())])
    fused: FloatArray = bulk_fusion.fuse_cuboids(members, say, start, central, headed=headed)[0]
    return fused


def check_cuboids(cuboids: npt.ArrayLike, name: str) -> FloatArray:
    """(n, 7) float64 rows, or ``ValueError`` saying what is wrong with ``name``."""
    rows = np.ascontiguousarray(cuboids, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != 7:
        raise ValueError(f"{name} must be rows of x, y, z, length, width, height, yaw, not of shape {rows.shape}")
    if not np.isfinite(rows).all():
        raise ValueError(f"{name} must be finite, which row {int((~np.isfinite(rows)).any(axis=1).argmax())} is not")
    if (rows[:, 3:6] < 0).any():
        raise ValueError(
            f"{name}: sizes must not be negative, as in row {int((rows[:, 3:6] < 0).any(axis=1).argmax())}"
        )
    return rows


def _same_length(left: FloatArray, right: FloatArray) -> tuple[FloatArray, FloatArray]:
    if len(left) != len(right):
        raise ValueError(f"left and right must have the same number of rows, not {len(left)} and {len(right)}")
    return left, right

"""Overlap of turned boxes by the million: what ``boxes.turned_iou`` gives, compiled, and as a table of all pairs.

A turned box is a row ``x, y, width, height, rotation``, as in ``boxes``, whose function needs nothing compiled and is
the better choice for a few.
"""

from __future__ import annotations

import numpy.typing as npt

from assay.quality.geometry import overlap_kernels
from assay.quality.geometry.arrays import FloatArray
from assay.quality.geometry.marks import finite_rows


def turned_iou(left: npt.ArrayLike, right: npt.ArrayLike) -> FloatArray:
    """Intersection over union row by row: (n, 5) twice to (n,) within [0, 1], by clipping one in the other's frame.

    Raises ``ValueError`` unless rows are finite, sizes are not negative and lengths agree.
    """
    one, other = _rectangles(left, "left"), _rectangles(right, "right")
    if len(one) != len(other):
        raise ValueError(f"left and right must have the same number of rows, not {len(one)} and {len(other)}")
    return overlap_kernels.turned_rows(one, other)


def turned_iou_matrix(left: npt.ArrayLike, right: npt.ArrayLike) -> FloatArray:
    """The same of every box with every other: (n, 5) and (m, 5) to (n, m)."""
    return overlap_kernels.turned_table(_rectangles(left, "left"), _rectangles(right, "right"))


def _rectangles(values: npt.ArrayLike, name: str) -> FloatArray:
    boxes = finite_rows(values, name, ("x", "y", "width", "height", "rotation"))
    if (boxes[:, 2:4] < 0).any():
        raise ValueError(f"{name}: width and height must not be negative")
    return overlap_kernels.rectangles_of_turned_boxes(boxes)

"""Marks of many annotators on many images, checked and in order: what ``consensus`` works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.scene_kernels import own_order, scene_weights

# Turns in which nothing was marked: image, annotator, weight.
Blanks: TypeAlias = tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]


@dataclass(frozen=True, eq=False)
class Marks:
    """Marks sorted by image and, within an image, by themselves alone.

    ``row``: (n,) where each mark was in what came in. ``shapes``: (n, k). ``start``: (images + 1,), the marks of image
    i are start[i]:start[i + 1]. ``images``: (images,) the images with marks, ascending. ``voices``, ``total``:
    (images,) how many annotators looked at each, and their weight together.
    """

    row: IntArray
    image: IntArray
    voice: IntArray
    label: IntArray
    weight: FloatArray
    shapes: FloatArray
    start: IntArray
    images: IntArray
    voices: IntArray
    total: FloatArray


def check_marks(
    image: npt.ArrayLike,
    annotator: npt.ArrayLike,
    label: npt.ArrayLike,
    shapes: FloatArray,
    weight: npt.ArrayLike | None,
    blanks: Blanks | None,
    lead: int,
) -> Marks:
    """Checks and sorts. ``shapes``: (n, k) finite numbers, ordered by column ``lead`` first."""
    count = len(shapes)
    images, voice, name = (
        integers(values, field, count)
        for values, field in ((image, "image"), (annotator, "annotator"), (label, "label"))
    )
    says = np.ones(count) if weight is None else weights_of(weight, "weight", count)
    order = np.argsort(images, kind="stable") if (np.diff(images) < 0).any() else np.arange(count)
    images = images[order]
    bounds = np.concatenate([[0], np.flatnonzero(np.diff(images)) + 1, [count]]) if count else np.zeros(1, np.int64)
    order = order[own_order(shapes[order], name[order], says[order], bounds, lead)]
    voice, says = voice[order], says[order]
    voices, total, uneven = scene_weights(voice, says, bounds)
    if uneven >= 0:
        raise ValueError(
            f"weight must be the same for all marks of an annotator on an image: annotator {voice[uneven]} has several "
            f"on image {images[uneven]}"
        )
    known = images[bounds[:-1]]
    if blanks is not None:
        more_voices, more_weight = _count_blanks(blanks, images, voice, known)
        voices, total = voices + more_voices, total + more_weight
    return Marks(order, images, voice, name[order], says, shapes[order], bounds, known, voices, total)


def _count_blanks(blanks: Blanks, image: IntArray, voice: IntArray, known: IntArray) -> tuple[IntArray, FloatArray]:
    """How many blank turns each image with marks has, and their weight."""
    where = integers(blanks[0], "blanks (image)", None)
    who = integers(blanks[1], "blanks (annotator)", len(where))
    says = weights_of(blanks[2], "blanks (weight)", len(where))
    turns = np.column_stack([where, who])
    if len(np.unique(turns, axis=0)) < len(turns):
        raise ValueError("blanks must name each image and annotator once")
    at = np.searchsorted(known, where)
    matters = at < len(known)
    matters[matters] = known[at[matters]] == where[matters]
    marked = np.unique(np.column_stack([image, voice])[np.isin(image, where[matters])], axis=0)
    if len(np.unique(np.concatenate([marked, turns[matters]]), axis=0)) < len(marked) + int(matters.sum()):
        raise ValueError("blanks must not name an annotator who marked something on that image")
    at = at[matters]
    weight = np.zeros(len(known))
    np.add.at(weight, at, says[matters])
    return np.bincount(at, minlength=len(known)), weight


def finite_rows(values: npt.ArrayLike, name: str, form: Sequence[str]) -> FloatArray:
    """(n, k) float64 with the columns ``form``, or ``ValueError`` saying what is wrong with ``name``."""
    rows = np.ascontiguousarray(values, dtype=np.float64)
    if rows.size == 0:
        rows = rows.reshape(0, len(form))
    if rows.ndim != 2 or rows.shape[1] != len(form):
        raise ValueError(f"{name} must be rows of {', '.join(form)}, not of shape {rows.shape}")
    if not np.isfinite(rows).all():
        raise ValueError(f"{name} must be finite, which row {int((~np.isfinite(rows)).any(axis=1).argmax())} is not")
    return rows


def integers(values: npt.ArrayLike, name: str, count: int | None) -> IntArray:
    array = np.asarray(values)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be a list of integers; code other ids as integers first (numpy.unique does)")
    if count is not None and len(array) != count:
        raise ValueError(f"{name} must have one entry for each row, {count}, not {len(array)}")
    return np.ascontiguousarray(array, dtype=np.int64)


def weights_of(values: npt.ArrayLike, name: str, count: int) -> FloatArray:
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.shape != (count,):
        raise ValueError(f"{name} must have one entry for each row, {count}, not shape {array.shape}")
    if not np.isfinite(array).all() or (array < 0).any():
        raise ValueError(f"{name} must be numbers from 0 up")
    return array

"""Skeletons of keypoints: likeness, one skeleton out of several, and how each annotator's keypoints are off.

A skeleton is (k, 3): x, y and COCO's visibility, 0 not labelled, 1 labelled but hidden, 2 visible. Distances are judged
by the size of the object and by how well people agree on each keypoint: the ``sigmas``, COCO's for its 17 keypoints,
else one number for each keypoint or one for all (about 0.03 for eyes, 0.1 for hips).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from assay.quality.geometry.arrays import BoolArray, FloatArray, IntArray
from assay.quality.geometry.consensus import merge_marks
from assay.quality.geometry.fusion_kernels import medians, robust_means
from assay.quality.geometry.keypoint_kernels import keypoint_scenes
from assay.quality.geometry.marks import Blanks, check_marks, integers, weights_of
from assay.quality.geometry.objects import Objects

# Nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles (COCO 2016, from 5,000 people labelled twice).
COCO_SIGMAS = np.array([26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89]) / 1000
# An annotator's habits are believed as if this many keypoints without any had been seen before.
_PRIOR_KEYPOINTS = 4.0
# No annotator is taken for more exact than this part of a keypoint's own spread, or the weights would run away.
_DEVIATION_MIN = 0.05
_ROUNDS = 100
# Tukey's biweight keeps 95 % efficiency for normal errors at this many standard deviations.
_REACH = 4.685


@dataclass(frozen=True, eq=False)
class FusedKeypoints:
    """One skeleton for each object, and what is known of those who drew them.

    ``objects``: (objects,) ids, ascending. ``points``: (objects, k, 3); 0, 0, 0 for a keypoint voted out.
    ``vote_share``: (objects, k) the share of the weight that labelled each. ``likeness``: (objects, k) the mean
    likeness, within [0, 1], of what was labelled to the fused keypoint, 0 where nobody did. ``annotators``: (a,) ids.
    ``bias``: (a, k, 2) how far each puts keypoints to the right and down, in units of the root of the object's area;
    ``deviation``: (a,) the typical distance left, in units of the keypoint's spread; ``count``: (a,) keypoints they
    labelled. ``converged``: whether these came to rest.
    """

    objects: IntArray
    points: FloatArray
    vote_share: FloatArray
    likeness: FloatArray
    annotators: IntArray
    bias: FloatArray
    deviation: FloatArray
    count: IntArray
    converged: bool


def oks(
    found: npt.ArrayLike,
    known: npt.ArrayLike,
    area: npt.ArrayLike,
    sigmas: npt.ArrayLike | None = None,
    boxes: npt.ArrayLike | None = None,
) -> FloatArray:
    """COCO's object keypoint similarity, every found skeleton with every known one: (n, m) within [0, 1].

    ``found``: (n, k, 2 or 3). ``known``: (m, k, 3). ``area``: (m,) of the known objects, square pixels. The mean over
    the known object's labelled keypoints of exp(-d^2 / (2 (2 sigma)^2 area)). Where it has none, every keypoint counts
    by its distance from the known object's box enlarged by its own size on each side, as in COCO's evaluation:
    ``boxes``: (m, 4) left, top, right, bottom. Raises ``ValueError`` for shapes that do not fit, and where such a box
    is needed and missing.
    """
    there = skeletons_of(known, "known")
    here = np.asarray(found, dtype=np.float64)
    if here.ndim != 3 or here.shape[1] != there.shape[1] or here.shape[2] not in (2, 3) or not np.isfinite(here).all():
        raise ValueError(f"found must be finite, of shape (n, {there.shape[1]}, 2 or 3), not {here.shape}")
    size = weights_of(area, "area", len(there))
    spread = spread_of(sigmas, there.shape[1])
    labelled = there[..., 2] > 0
    away = here[:, None, :, :2] - there[None, :, :, :2]
    bare: BoolArray = np.asarray(labelled.sum(axis=1) == 0)
    if bare.any():
        if boxes is None:
            raise ValueError(f"boxes must be given: known skeleton {int(bare.argmax())} has no labelled keypoint")
        around = np.asarray(boxes, dtype=np.float64).reshape(len(there), 4)[bare]
        extent = around[:, 2:] - around[:, :2]
        low, high = (around[:, :2] - extent)[None, :, None], (around[:, 2:] + extent)[None, :, None]
        at = here[:, None, :, :2]
        away[:, bare] = np.maximum(low - at, 0.0) + np.maximum(at - high, 0.0)
        labelled = labelled | bare[:, None]
    error = np.square(away).sum(axis=-1) / spread**2 / (size[None, :, None] + np.spacing(1.0)) / 2
    result: FloatArray = (np.exp(-error) * labelled).sum(axis=-1) / labelled.sum(axis=-1)
    return result


def merge_keypoints(
    image: npt.ArrayLike,
    annotator: npt.ArrayLike,
    label: npt.ArrayLike,
    skeletons: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    area: npt.ArrayLike | None = None,
    sigmas: npt.ArrayLike | None = None,
    blanks: Blanks | None = None,
    oks_min: float = 0.5,
    vote_min: float = 0.5,
) -> Objects[FloatArray]:
    """Skeletons of many annotators on many images: (marks, k, 3). See ``consensus`` for the other arguments.

    ``area``: (marks,) of the objects in square pixels; the box around the labelled keypoints where left out.
    Likeness is the mean similarity of the keypoints that both have. Each keypoint is put to the vote: it is labelled
    where half the weight of the object's members did, visible where half of that did, and its place is a robust mean.
    """
    points = skeletons_of(skeletons, "skeletons")
    size = _areas(points, area)
    count, spread = points.shape[1], spread_of(sigmas, points.shape[1])
    rows = np.column_stack([points.reshape(len(points), 3 * count), size])
    marks = check_marks(image, annotator, label, rows, weight, blanks, lead=1)
    found = merge_marks(marks, _Skeletons(marks.shapes, spread), oks_min, vote_min)
    return replace(found, shapes=found.shapes[:, :-1].reshape(-1, count, 3))


def fuse_keypoints(
    objects: npt.ArrayLike,
    annotator: npt.ArrayLike,
    skeletons: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    area: npt.ArrayLike | None = None,
    sigmas: npt.ArrayLike | None = None,
    learn: bool = True,
) -> FusedKeypoints:
    """One skeleton for each object, whose marks are known, allowing for how each annotator is usually off.

    ``objects``, ``annotator``: (n,) integers; ``skeletons``: (n, k, 3); ``weight``: (n,) from 0 up, not 0 for all of an
    object; ``area``: (n,) as in ``merge_keypoints``. With ``learn``, people who put a keypoint always to the same side
    are corrected, and those whose keypoints scatter less count for more: fused points, biases and deviations are found
    in turn until they rest (backfitting, Hastie and Tibshirani 1990), biases shrunk towards 0 and deviations towards
    everybody's where little was seen. Biases sum to 0 over all that was drawn of a keypoint, since one that all share
    cannot be told from the truth. Give the same annotators many objects: one object tells nothing of a bias.
    """
    points = skeletons_of(skeletons, "skeletons")
    ids, who = integers(objects, "objects", len(points)), integers(annotator, "annotator", len(points))
    say = np.ones(len(points)) if weight is None else weights_of(weight, "weight", len(points))
    root, spread = np.sqrt(_areas(points, area)), spread_of(sigmas, points.shape[1])
    order = np.lexsort((who, ids))
    points, ids, say, root = points[order], ids[order], say[order], root[order]
    start = np.concatenate([[0], np.flatnonzero(np.diff(ids)) + 1, [len(ids)]]) if len(ids) else np.zeros(1, np.int64)
    if len(ids) and (np.add.reduceat(say, start[:-1]) <= 0).any():
        raise ValueError("weight must not be 0 for all marks of an object")
    known, who = np.unique(who[order], return_inverse=True)
    labelled = points[..., 2] > 0
    count = np.zeros(len(known), dtype=np.int64)
    np.add.at(count, who, labelled.sum(axis=1))
    bias, deviation = np.zeros((len(known), points.shape[1], 2)), np.ones(len(known))
    converged = not learn or len(ids) == 0
    fused, share = _fuse(points, say, start, root, spread)
    settled = False
    for _ in range(0 if converged else _ROUNDS):
        shifted = points[..., :2] - root[:, None, None] * bias[who]
        fused, worth = _weigh(points, shifted, fused, say, start, root, spread, deviation[who])
        before = bias, deviation
        bias, deviation = _habits(points, fused, worth, root, spread, start, who, *before)
        still = np.abs(bias - before[0]).max() < 1e-4
        # Care is judged once biases are known: until then, who is biased least looks careful.
        if not settled:
            settled, deviation = bool(still), before[1]
        elif still and np.abs(deviation - before[1]).max() < 1e-3:
            converged = True
            break
    shifted = points[..., :2] - root[:, None, None] * bias[who]
    near = np.exp(-np.square(shifted - _each(fused, start)[..., :2]).sum(axis=-1) / (2 * _square(root, spread)))
    likeness = _mean(near * labelled, labelled, start)
    return FusedKeypoints(ids[start[:-1]], fused, share, likeness, known, bias, deviation, count, converged)


def skeletons_of(values: npt.ArrayLike, name: str) -> FloatArray:
    """(n, k, 3) float64, or ``ValueError`` saying what is wrong with ``name``."""
    points = np.ascontiguousarray(values, dtype=np.float64)
    if points.ndim != 3 or points.shape[1] == 0 or points.shape[2] != 3:
        raise ValueError(f"{name} must be of shape (n, keypoints, 3): x, y, visibility, not {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError(f"{name} must be finite")
    if not np.isin(points[..., 2], (0, 1, 2)).all():
        raise ValueError(f"{name}: visibility must be 0 (not labelled), 1 (hidden) or 2 (visible)")
    return points


def spread_of(sigmas: npt.ArrayLike | None, keypoints: int) -> FloatArray:
    """(keypoints,) twice the sigmas: the distance, in roots of the object's area, at which likeness is exp(-1/2)."""
    if sigmas is None and keypoints != len(COCO_SIGMAS):
        raise ValueError(f"sigmas must be given for {keypoints} keypoints: those of COCO are for {len(COCO_SIGMAS)}")
    given = COCO_SIGMAS if sigmas is None else np.asarray(sigmas, dtype=np.float64)
    if given.shape not in ((), (keypoints,)) or not np.isfinite(given).all() or (given <= 0).any():
        raise ValueError(f"sigmas must be one number above 0, or one for each of {keypoints} keypoints")
    return np.full(keypoints, 2.0) * given


@dataclass(frozen=True)
class _Skeletons:
    """Rows of x, y, visibility for each keypoint, and the area last."""

    rows: FloatArray
    spread: FloatArray

    def similarity(self, rows: slice, voice: IntArray, start: IntArray) -> FloatArray:
        return keypoint_scenes(self._points(self.rows[rows]), self.rows[rows, -1].copy(), self.spread, voice, start)

    def fuse(
        self, rows: slice, member: IntArray, start: IntArray, say: FloatArray, _central: IntArray, /
    ) -> tuple[FloatArray, FloatArray]:
        drawn = self.rows[rows][member]
        points, root = self._points(drawn), np.sqrt(drawn[:, -1])
        fused, _ = _fuse(points, say, start, root, self.spread)
        away = np.square(points[..., :2] - _each(fused, start)[..., :2]).sum(axis=-1)
        both = (points[..., 2] > 0) & (_each(fused, start)[..., 2] > 0)
        near = (np.exp(-away / (2 * _square(root, self.spread))) * both).sum(axis=1) / np.maximum(both.sum(axis=1), 1)
        area = np.add.reduceat(drawn[:, -1], start[:-1]) / np.diff(start) if len(drawn) else np.zeros(0)
        return np.column_stack([fused.reshape(len(fused), -1), area]), near

    @staticmethod
    def _points(rows: FloatArray) -> FloatArray:
        return np.ascontiguousarray(rows[:, :-1]).reshape(len(rows), -1, 3)


def _fuse(
    points: FloatArray, say: FloatArray, start: IntArray, root: FloatArray, spread: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Fused (g, k, 3) and (g, k) shares of the vote, out of groups of rows (n, k, 3) with weights (n,)."""
    groups, count = len(start) - 1, points.shape[1]
    if len(points) == 0:
        return np.zeros((groups, count, 3)), np.zeros((groups, count))
    votes, labelled, visible = say[:, None], points[..., 2] > 0, points[..., 2] > 1
    given = np.add.reduceat(votes * labelled, start[:-1])
    share = given / np.add.reduceat(votes, start[:-1])
    seen = np.add.reduceat(votes * visible, start[:-1])
    # Half is enough, as it is for an object.
    kept, plain = share >= 0.5 - 1e-9, seen >= (0.5 - 1e-9) * given
    size = np.add.reduceat(root, start[:-1]) / np.diff(start)
    fused = np.zeros((groups, count, 3))
    for at in range(count):
        # Where nobody labelled it there is nothing to place, but the loops need a weight; the result is not used.
        weight = np.where(_each(given[:, at] <= 0, start), 1.0, say * labelled[:, at])
        place = np.ascontiguousarray(points[:, at, :2])
        scale = np.repeat((size * spread[at])[:, None], 2, axis=1)
        fused[:, at, :2] = robust_means(place, weight, start, medians(place, weight, start), scale)
    fused[..., 2] = np.where(plain, 2.0, 1.0)
    return np.where(kept[..., None], fused, 0.0), np.minimum(share, 1.0)


def _weigh(
    points: FloatArray,
    places: FloatArray,
    fused: FloatArray,
    say: FloatArray,
    start: IntArray,
    root: FloatArray,
    spread: FloatArray,
    deviation: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """One step of the fused points towards ``places`` (n, k, 2), each row weighted by its annotator's care.

    ``deviation``: (n,). Tukey's biweight takes the say from what is far off for that annotator. Unlike the robust mean
    this does not start at a median: one careful annotator may well have more than half of the weight. Returns the
    fused points and the (n, k) weights used.
    """
    left = np.hypot(*np.moveaxis(places - _each(fused, start)[..., :2], -1, 0)) / np.sqrt(_square(root, spread))
    keep = np.maximum(1 - (left / (_REACH * deviation[:, None])) ** 2, 0.0) ** 2 * (points[..., 2] > 0)
    worth = keep * (say / deviation**2)[:, None]
    total = np.add.reduceat(worth, start[:-1])
    moved = np.add.reduceat(worth[..., None] * places, start[:-1]) / np.where(total > 0, total, 1.0)[..., None]
    there = (total > 0) & (fused[..., 2] > 0)
    return np.concatenate([np.where(there[..., None], moved, fused[..., :2]), fused[..., 2:]], axis=2), worth


def _habits(
    points: FloatArray,
    fused: FloatArray,
    worth: FloatArray,
    root: FloatArray,
    spread: FloatArray,
    start: IntArray,
    who: IntArray,
    bias: FloatArray,
    deviation: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Each annotator's bias and deviation, from what they drew and what it was fused to."""
    there = (points[..., 2] > 0) & (_each(fused, start)[..., 2] > 0)
    off = (points[..., :2] - _each(fused, start)[..., :2]) / root[:, None, None]
    left = np.hypot(*np.moveaxis(off - bias[who], -1, 0)) / spread
    # Slips (left for right, another person) say nothing of habits: Tukey's biweight, as in ``medians``.
    keep = np.maximum(1 - (left / (_REACH * deviation[who][:, None])) ** 2, 0.0) ** 2 * there
    seen = np.zeros(bias.shape[:2])
    np.add.at(seen, who, keep)
    moved = np.zeros(bias.shape)
    np.add.at(moved, who, keep[..., None] * off)
    new = moved / (seen + _PRIOR_KEYPOINTS)[..., None]
    together = seen.sum(axis=0)
    new = new - (seen[..., None] * new).sum(axis=0) / np.where(together > 0, together, 1.0)[:, None]
    # The fused point is uncertain itself, and the more a member pulls it the nearer it comes: what is left and that
    # uncertainty together are the member's own error (the M-step of EM, Dempster, Laird and Rubin 1977).
    left = np.hypot(*np.moveaxis(off - new[who], -1, 0)) / spread
    total = _each(np.add.reduceat(worth, start[:-1]), start)
    unsure = np.where(total > 0, 1.0, 0.0) / np.where(total > 0, total, 1.0)
    alone = worth >= total * (1 - 1e-9)
    order = np.argsort(who, kind="stable")
    counted = (there & ~alone)[order].astype(np.float64).reshape(-1)
    groups = np.concatenate([[0], np.cumsum(np.bincount(who, minlength=len(bias)))]) * there.shape[1]
    number = np.add.reduceat(counted, groups[:-1])
    some = np.where(np.repeat(number > 0, np.diff(groups)), counted, 1.0)
    # The median length of a plane normal error is 1.1774 standard deviations of either coordinate.
    typical = medians(left[order].reshape(-1, 1), some, groups)[:, 0] / 1.1774
    typical = np.sqrt(
        typical**2 + np.add.reduceat(unsure[order].reshape(-1) * counted, groups[:-1]) / np.maximum(number, 1)
    )
    typical = np.where(number > 0, typical, 1.0)
    pooled = float((number * typical**2).sum() / max(float(number.sum()), 1.0)) or 1.0
    shrunk = np.sqrt((number * typical**2 + _PRIOR_KEYPOINTS * pooled) / (number + _PRIOR_KEYPOINTS))
    return new, np.maximum(shrunk, _DEVIATION_MIN)


def _areas(points: FloatArray, area: npt.ArrayLike | None) -> FloatArray:
    if area is not None:
        given = weights_of(area, "area", len(points))
        if (given <= 0).any():
            raise ValueError("area must be above 0")
        return given
    labelled = points[..., 2:] > 0
    low = np.where(labelled, points[..., :2], np.inf).min(axis=1, initial=np.inf)
    high = np.where(labelled, points[..., :2], -np.inf).max(axis=1, initial=-np.inf)
    extent = np.where(np.isfinite(high - low), high - low, 0.0)
    # Keypoints in line, or a single one, have a box without an area, but their object has one.
    longest = extent.max(axis=1)
    size: FloatArray = np.maximum(np.maximum(extent.prod(axis=1), longest**2 / 4), 1.0)
    return size


def _each(values: npt.NDArray[Any], start: IntArray) -> npt.NDArray[Any]:
    """One value for each group, to one for each row."""
    return np.repeat(values, np.diff(start), axis=0)


def _square(root: FloatArray, spread: FloatArray) -> FloatArray:
    result: FloatArray = np.square(root[:, None] * spread)
    return result


def _mean(values: FloatArray, counted: BoolArray, start: IntArray) -> FloatArray:
    if len(values) == 0:
        return np.zeros((0, values.shape[1]))
    number = np.add.reduceat(counted.astype(np.int64), start[:-1])
    result: FloatArray = np.add.reduceat(values, start[:-1]) / np.maximum(number, 1)
    return result

"""Everybody's marks on many images made one answer each, in one call on flat arrays.

What ``matching`` and ``fusion`` do for one photo, done for data sets: marks of all annotators of an image are grouped
into objects with at most one mark of each annotator, differing labels counting against a pair; an object is kept when
enough of the weight marked it; its label is voted on; and its shape is a robust mean of the marks that have that label.

Every function takes ``image``, ``annotator`` and ``label``: (marks,) integers, any, in any order; ``weight``: (marks,)
the say of the mark's annotator, from 0 up, the same for all of an annotator's marks on an image, 1 where left out; and
``blanks``: who looked at an image and marked nothing, as (image, annotator, weight), without whom the share of votes
for an object would be too high. ``iou_min``: how alike marks of one object are, within (0, 1]. ``vote_min``: the share
of the weight that keeps an object, within [0, 1]. The order of rows and the numbering of annotators do not matter.

They raise ``ValueError``, naming the argument, where lengths differ, a number is not finite, a size or a weight is
negative, the weight of one annotator varies within an image, or a blank is given for someone who did mark something.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from assay.quality.geometry import bulk_fusion, overlap_kernels
from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.cuboids import check_cuboids
from assay.quality.geometry.marks import Blanks, Marks, check_marks, finite_rows
from assay.quality.geometry.objects import Objects, judge
from assay.quality.geometry.scene_kernels import elect, group_scenes, members_of

# Similarities worked on at once: two megabytes, which stay in the processor's cache.
_SIMILARITIES_AT_ONCE = 1 << 18
# Marks of voices without weight still take part in grouping, but lose to any other.
_WEIGHT_MIN = 1e-6


def merge_boxes(
    image: npt.ArrayLike,
    annotator: npt.ArrayLike,
    label: npt.ArrayLike,
    boxes: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    blanks: Blanks | None = None,
    iou_min: float = 0.5,
    vote_min: float = 0.5,
) -> Objects[FloatArray]:
    """Upright boxes: (marks, 4) left, top, right, bottom.

    >>> found = merge_boxes([7, 7, 7], [0, 1, 2], [4, 4, 4], [[0, 0, 10, 10], [1, 0, 11, 10], [0, 1, 10, 11]])
    >>> found.image.tolist(), found.label.tolist(), found.kept.tolist(), found.vote_share.tolist()
    ([7], [4], [True], [1.0])
    """
    rows = finite_rows(boxes, "boxes", ("left", "top", "right", "bottom"))
    if (rows[:, 2:] < rows[:, :2]).any():
        raise ValueError("boxes: right and bottom must not be less than left and top; give corners, not sizes")
    marks = check_marks(image, annotator, label, rows, weight, blanks, lead=1)
    return merge_marks(marks, _UprightBoxes(marks.shapes), iou_min, vote_min)


def merge_turned_boxes(
    image: npt.ArrayLike,
    annotator: npt.ArrayLike,
    label: npt.ArrayLike,
    boxes: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    blanks: Blanks | None = None,
    iou_min: float = 0.5,
    vote_min: float = 0.5,
) -> Objects[FloatArray]:
    """Turned boxes: (marks, 5) x, y, width, height, rotation, as in ``boxes``; fused rotations within (-180, 180]."""
    rows = finite_rows(boxes, "boxes", ("x", "y", "width", "height", "rotation"))
    if (rows[:, 2:4] < 0).any():
        raise ValueError("boxes: width and height must not be negative")
    marks = check_marks(image, annotator, label, rows, weight, blanks, lead=1)
    return merge_marks(marks, _TurnedBoxes(marks.shapes), iou_min, vote_min)


def merge_cuboids(
    image: npt.ArrayLike,
    annotator: npt.ArrayLike,
    label: npt.ArrayLike,
    cuboids: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    blanks: Blanks | None = None,
    iou_min: float = 0.3,
    vote_min: float = 0.5,
    overlap: Literal["volume", "ground"] = "volume",
    headed: bool = True,
) -> Objects[FloatArray]:
    """Cuboids: (marks, 7) x, y, z, length, width, height, yaw; an image is a scan.

    ``overlap``: whether likeness is that of volumes, or of the areas seen from above. ``headed``: whether a cuboid has
    a front; see ``bulk_fusion.fuse_cuboids``. Volumes agree less than areas do, so ``iou_min`` is lower here.
    """
    if overlap not in ("volume", "ground"):
        raise ValueError(f"overlap must be 'volume' or 'ground', not {overlap!r}")
    rows = check_cuboids(np.asarray(cuboids, dtype=np.float64).reshape(-1, 7), "cuboids")
    marks = check_marks(image, annotator, label, rows, weight, blanks, lead=0)
    return merge_marks(marks, _Cuboids(marks.shapes, overlap == "volume", headed), iou_min, vote_min)


class Kind(Protocol):
    """What merging asks of a kind of shape. ``rows``: which marks; the other arguments count from its first."""

    def similarity(self, rows: slice, voice: IntArray, start: IntArray) -> FloatArray: ...

    def fuse(
        self, rows: slice, member: IntArray, start: IntArray, say: FloatArray, central: IntArray, /
    ) -> tuple[npt.NDArray[Any], FloatArray]:
        """The fused shapes, and how alike each member is to its own."""
        ...


@dataclass(frozen=True)
class _UprightBoxes:
    boxes: FloatArray

    def similarity(self, rows: slice, voice: IntArray, start: IntArray) -> FloatArray:
        return overlap_kernels.upright_scenes(self.boxes[rows], voice, start)

    def fuse(
        self, rows: slice, member: IntArray, start: IntArray, say: FloatArray, _central: IntArray, /
    ) -> tuple[FloatArray, FloatArray]:
        drawn = self.boxes[rows][member]
        fused = bulk_fusion.fuse_boxes(drawn, say, start)
        return fused, overlap_kernels.upright_rows(drawn, np.repeat(fused, np.diff(start), axis=0))


@dataclass(frozen=True)
class _TurnedBoxes:
    boxes: FloatArray

    def similarity(self, rows: slice, voice: IntArray, start: IntArray) -> FloatArray:
        rectangles = overlap_kernels.rectangles_of_turned_boxes(self.boxes[rows])
        return overlap_kernels.turned_scenes(rectangles, voice, start)

    def fuse(
        self, rows: slice, member: IntArray, start: IntArray, say: FloatArray, central: IntArray, /
    ) -> tuple[FloatArray, FloatArray]:
        drawn = self.boxes[rows][member]
        fused = bulk_fusion.fuse_turned_boxes(drawn, say, start, central)
        rectangles = overlap_kernels.rectangles_of_turned_boxes
        return fused, overlap_kernels.turned_rows(
            rectangles(drawn), np.repeat(rectangles(fused), np.diff(start), axis=0)
        )


@dataclass(frozen=True)
class _Cuboids:
    cuboids: FloatArray
    by_volume: bool
    headed: bool

    def similarity(self, rows: slice, voice: IntArray, start: IntArray) -> FloatArray:
        if self.by_volume:
            return overlap_kernels.cuboid_scenes(self.cuboids[rows], voice, start)
        return overlap_kernels.turned_scenes(overlap_kernels.rectangles_of_cuboids(self.cuboids[rows]), voice, start)

    def fuse(
        self, rows: slice, member: IntArray, start: IntArray, say: FloatArray, central: IntArray, /
    ) -> tuple[FloatArray, FloatArray]:
        drawn = self.cuboids[rows][member]
        fused = bulk_fusion.fuse_cuboids(drawn, say, start, central, headed=self.headed)
        there = np.repeat(fused, np.diff(start), axis=0)
        if self.by_volume:
            return fused, overlap_kernels.cuboid_rows(drawn, there)
        base = overlap_kernels.rectangles_of_cuboids
        return fused, overlap_kernels.turned_rows(base(drawn), base(there))


@dataclass(frozen=True)
class _Part:
    """The objects of a run of images; members count from the first mark of all."""

    label: IntArray
    shapes: npt.NDArray[Any]
    label_share: FloatArray
    spread: FloatArray
    likeness: FloatArray
    member: IntArray
    size: IntArray
    per_image: IntArray


def merge_marks(marks: Marks, kind: Kind, iou_min: float, vote_min: float) -> Objects[FloatArray]:
    if not 0 < iou_min <= 1:
        raise ValueError(f"iou_min must be above 0 and at most 1, not {iou_min}")
    if not 0 <= vote_min <= 1:
        raise ValueError(f"vote_min must be within 0 and 1, not {vote_min}")
    say = np.maximum(marks.weight, _WEIGHT_MIN)
    parts = [_merge_run(marks, kind, say, first, last, iou_min) for first, last in _runs(marks.start)]
    member = np.concatenate([part.member for part in parts])
    size = np.concatenate([part.size for part in parts])
    spread = np.concatenate([part.spread for part in parts])
    label_share = np.concatenate([part.label_share for part in parts])
    member_start = np.concatenate([[0], np.cumsum(size)])
    where = np.repeat(np.arange(len(marks.images)), np.concatenate([part.per_image for part in parts]))
    # Voices none of which is trusted at all still have to be counted somehow: as equals.
    trusted = marks.total[where] > 0
    votes = np.add.reduceat(marks.weight[member], member_start[:-1]) if len(member) else np.zeros(0)
    share = np.where(trusted, votes / np.where(trusted, marks.total[where], 1.0), size / marks.voices[where])
    kept, presence, confidence = judge(np.minimum(share, 1.0), label_share, spread, marks.total[where], vote_min)
    object_of = np.empty(len(member), dtype=np.int64)
    object_of[marks.row[member]] = np.repeat(np.arange(len(size)), size)
    likeness = np.empty(len(member))
    likeness[marks.row[member]] = np.concatenate([part.likeness for part in parts])
    return Objects(
        image=marks.images[where],
        label=np.concatenate([part.label for part in parts]),
        shapes=np.concatenate([part.shapes for part in parts]),
        kept=kept,
        vote_share=np.minimum(share, 1.0),
        label_share=label_share,
        spread_iou=spread,
        presence=presence,
        confidence=confidence,
        member=marks.row[member],
        member_start=member_start,
        object_of=object_of,
        likeness=likeness,
    )


def _merge_run(marks: Marks, kind: Kind, say: FloatArray, first: int, last: int, iou_min: float) -> _Part:
    """The objects of images ``first`` up to ``last``."""
    begin = int(marks.start[first])
    rows = slice(begin, int(marks.start[last]))
    start = marks.start[first : last + 1] - begin
    voice, label = marks.voice[rows], marks.label[rows]
    similarity = kind.similarity(rows, voice, start)
    number, first_object = group_scenes(similarity, voice, label, say[rows], start, iou_min)
    member, member_start = members_of(number, int(first_object[-1]))
    winner, label_share, electing, central = elect(
        similarity, start, first_object, member, member_start, label, say[rows]
    )
    shapes, likeness = kind.fuse(rows, member, member_start, electing, central)
    size = np.diff(member_start)
    spread = np.add.reduceat(likeness, member_start[:-1]) / size if len(size) else np.zeros(0)
    # A mark on its own is all we know of its object, even where it has no area to overlap itself with.
    spread = np.where(size == 1, 1.0, np.minimum(spread, 1.0))
    return _Part(winner, shapes, label_share, spread, likeness, begin + member, size, np.diff(first_object))


def _runs(start: IntArray) -> Iterator[tuple[int, int]]:
    """Cuts the images into runs whose similarities fit together; at least one run, be it empty."""
    images = len(start) - 1
    entries = np.concatenate([[0], np.cumsum(np.diff(start) ** 2)])
    first = 0
    while True:
        last = int(np.searchsorted(entries, entries[first] + _SIMILARITIES_AT_ONCE, side="right")) - 1
        last = min(max(last, first + 1), images)
        yield first, last
        first = last
        if first >= images:
            return

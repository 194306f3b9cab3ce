"""Weighted boxes fusion: several models' scored boxes made one set (Solovyev, Wang and Gabruseva 2019).

Where non-maximum suppression keeps one box of a cluster and throws the others away, this averages them by score, and
lowers the score of what few models found. For people's marks, which have no scores and come with at most one mark a
person and object, ``consensus`` is the better choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.marks import finite_rows, integers, weights_of
from assay.quality.geometry.scene_kernels import own_order
from assay.quality.geometry.weighted_boxes_kernels import falling, fuse, tally

Confidence: TypeAlias = Literal["avg", "max", "box_and_model_avg", "absent_model_aware_avg"]
CONFIDENCES = ("avg", "max", "box_and_model_avg", "absent_model_aware_avg")


@dataclass(frozen=True, eq=False)
class Detections:
    """Fused boxes, sorted by image and within an image by falling score.

    ``image``, ``label``: (n,) as they came in. ``boxes``: (n, 4) left, top, right, bottom. ``score``: (n,) from 0 up,
    at most 1 where the scores that came in are, unless ``overflow`` was asked for. ``count``: (n,) how many boxes each
    was made of. ``fused_of``: (rows,) where each box that came in ended up, -1 where it was passed over.
    """

    image: IntArray
    label: IntArray
    boxes: FloatArray
    score: FloatArray
    count: IntArray
    fused_of: IntArray

    def __len__(self) -> int:
        return len(self.image)


def weighted_boxes_fusion(
    image: npt.ArrayLike,
    model: npt.ArrayLike,
    label: npt.ArrayLike,
    boxes: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    iou_min: float = 0.55,
    score_min: float = 0.0,
    confidence: Confidence = "avg",
    overflow: bool = False,
) -> Detections:
    """Fuses the boxes of all models, image by image and label by label, in one call.

    ``image``, ``label``: (rows,) integers, any. ``model``: (rows,) integers from 0. ``boxes``: (rows, 4) left, top,
    right, bottom in any unit. ``score``: (rows,) from 0 up. ``weights``: (models,) from 0 up, 1 each for models 0 to
    the highest where left out: give them where a model may have found nothing at all, since every model's silence
    lowers the scores. ``iou_min``: a box joins what it overlaps by more than this. ``score_min``: boxes that score
    less are passed over, and so are boxes without an area.

    ``confidence``: how scores become one. ``avg``: their mean, times the share of models (at most all, unless
    ``overflow``) there are boxes for. ``max``: the best, over the largest weight. ``box_and_model_avg``: their mean
    weighted by models, times the share of the models' weight in the cluster. ``absent_model_aware_avg``: as if every
    absent model had given a box of score 0.

    The results are those of the package ensemble-boxes, whose names these options have; it rounds to single precision
    on the way and wants coordinates within 0 and 1, and among equal scores its order is left to chance, whereas here
    neither the order of rows nor chance plays a part.

    Raises ``ValueError``, naming the argument, where lengths differ, numbers are not finite or negative, corners are
    exchanged, a model has no weight given, or no model has any weight.
    """
    rows = finite_rows(boxes, "boxes", ("left", "top", "right", "bottom"))
    if (rows[:, 2:] < rows[:, :2]).any():
        raise ValueError("boxes: right and bottom must not be less than left and top")
    images, models = integers(image, "image", len(rows)), integers(model, "model", len(rows))
    name, scores = integers(label, "label", len(rows)), weights_of(score, "score", len(rows))
    say = _model_weights(weights, models)
    if confidence not in CONFIDENCES:
        raise ValueError(f"confidence must be one of {', '.join(CONFIDENCES)}, not {confidence!r}")
    if not 0 <= iou_min < 1:
        raise ValueError(f"iou_min must be from 0 up and below 1, not {iou_min}")

    usable = np.flatnonzero((scores >= score_min) & (rows[:, 2] > rows[:, 0]) & (rows[:, 3] > rows[:, 1]))
    usable = usable[np.argsort(images[usable], kind="stable")]
    bounds = np.concatenate([[0], np.flatnonzero(np.diff(images[usable])) + 1, [len(usable)]])
    weighted = scores[usable] * say[models[usable]]
    keys = np.column_stack([-weighted, rows[usable]])
    order = own_order(keys, name[usable], say[models[usable]], bounds, 0)
    usable, weighted = usable[order], weighted[order]

    number, first, fused = fuse(rows[usable], weighted, name[usable], bounds, iou_min)
    fused = fused[: first[-1]]
    count, total, best, by_box, by_model = tally(number, weighted, models[usable], say, len(fused))
    if confidence == "avg":
        boxes_counted = count if overflow else np.minimum(count, len(say))
        result = total / np.maximum(count, 1) * boxes_counted / say.sum()
    elif confidence == "max":
        result = best / say.max()
    elif confidence == "box_and_model_avg":
        result = np.divide(total, by_box, out=np.zeros_like(total), where=by_box > 0) * by_model / say.sum()
    else:
        absent = by_box + say.sum() - by_model
        result = np.divide(total, absent, out=np.zeros_like(total), where=absent > 0)
    order = falling(result, first)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    fused_of = np.full(len(rows), -1, dtype=np.int64)
    fused_of[usable] = place[number]
    # The first row of each cluster tells its image and label.
    leader = np.empty(len(fused), dtype=np.int64)
    leader[number[::-1]] = usable[::-1]
    leader = leader[order]
    return Detections(
        images[leader], name[leader], fused[order], result[order], count[order].astype(np.int64), fused_of
    )


def _model_weights(weights: npt.ArrayLike | None, models: IntArray) -> FloatArray:
    if len(models) and models.min() < 0:
        raise ValueError("model must be integers from 0")
    highest = int(models.max()) + 1 if len(models) else 0
    if weights is None:
        return np.ones(max(highest, 1))
    say = weights_of(weights, "weights", np.size(weights))
    if len(say) < highest:
        raise ValueError(f"weights must have one entry for each model, at least {highest}, not {len(say)}")
    if not (say > 0).any():
        raise ValueError("weights must not all be 0")
    return say

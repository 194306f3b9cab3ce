"""One mask out of several: majority, weighted majority, and STAPLE, which learns how far each voter can be trusted.

Masks are (voters, ...) arrays of any shape, planar or of more dimensions, or runs of pixels (``runs``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assay.quality.geometry.arrays import BoolArray, FloatArray, IntArray
from assay.quality.geometry.mask_kernels import estimate
from assay.quality.geometry.mask_patterns import Patterns, binary_patterns, label_patterns

_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class MaskVote:
    """``mask``: pixels, the label with most weight (the lowest among equals, so that half the weight is not enough to
    be inside). ``share``: pixels, the part of the weight that says so, within (0, 1]."""

    mask: npt.NDArray[Any]
    share: FloatArray


@dataclass(frozen=True, eq=False)
class Staple:
    """What STAPLE makes of one image.

    ``labels``: (classes,) ascending; False and True for masks without labels. ``prior``: (classes,). ``confusion``:
    (voters, classes, classes) how often each says what, [truth, said]; rows sum to 1, and are uniform for a class that
    is nowhere. ``log_likelihood``: one number for each iteration, never falling. ``converged``: whether ``confusion``
    came to rest. ``posterior``: (patterns, classes), of each of ``patterns``.
    """

    labels: npt.NDArray[Any]
    prior: FloatArray
    confusion: FloatArray
    log_likelihood: FloatArray
    converged: bool
    posterior: FloatArray
    patterns: Patterns

    @property
    def mask(self) -> npt.NDArray[Any]:
        """Pixels: the likeliest label, the lowest among equals."""
        most = self.posterior.max(axis=1, keepdims=True) - _ROUNDING
        return self.patterns.spread(self.labels[(self.posterior >= most).argmax(axis=1)])

    @property
    def iterations(self) -> int:
        return len(self.log_likelihood)

    @property
    def sensitivity(self) -> FloatArray:
        """(voters,) the share of the inside that each marked, for masks of two labels."""
        result: FloatArray = self.confusion[:, 1, 1]
        return result

    @property
    def specificity(self) -> FloatArray:
        """(voters,) the share of the outside that each left out, for masks of two labels."""
        result: FloatArray = self.confusion[:, 0, 0]
        return result

    def probability(self, label: int = True) -> FloatArray:
        """Pixels: the probability within [0, 1] that each is ``label``, 0 for one that nobody gave."""
        column = np.flatnonzero(self.labels == label)
        values = self.posterior[:, column[0]] if len(column) else np.zeros(len(self.posterior))
        return self.patterns.spread(np.ascontiguousarray(values))


def majority(masks: npt.ArrayLike, weights: npt.ArrayLike | None = None, *, labelled: bool = False) -> MaskVote:
    """The label of each pixel by weighted vote.

    ``labelled``: whether masks hold labels (any integers), or merely say where they are not 0. ``weights``: (voters,)
    from 0 up. Raises ``ValueError`` without a voter, and where weights do not fit or are all 0.

    >>> majority([[0, 1, 1], [0, 0, 1], [0, 1, 1]]).mask.tolist()
    [False, True, True]
    """
    patterns = label_patterns(masks) if labelled else binary_patterns(masks)
    return vote(patterns, weights)


def vote(patterns: Patterns, weights: npt.ArrayLike | None = None) -> MaskVote:
    """The same on patterns, pixels or runs."""
    shares = patterns.shares(_voter_weights(weights, patterns.said.shape[1]))
    winner = (shares >= shares.max(axis=1, keepdims=True) - _ROUNDING).argmax(axis=1)
    share = shares[np.arange(len(shares)), winner]
    return MaskVote(patterns.spread(patterns.labels[winner]), patterns.spread(share))


def staple(
    masks: npt.ArrayLike | Patterns,
    *,
    labelled: bool = False,
    prior: npt.ArrayLike | None = None,
    iterations_max: int = 1000,
    tolerance: float = 1e-7,
) -> Staple:
    """Simultaneous truth and performance level estimation: the mask, and how well each voter draws.

    Warfield, Zou and Wells (2004) for masks of inside and outside, Rohlfing, Russakoff and Maurer (2003) for several
    labels: Dawid and Skene's model with every pixel a task and with the prior held at the share of each label in all
    masks together (``prior``: (classes,) instead). Begins at the share of votes, and ends when no entry of any
    confusion moves by more than ``tolerance``. Computed on patterns, so that iterations cost nothing to speak of.

    A background that nobody marks counts as agreed truth and makes every voter look right: crop to the region in
    question where performance matters more than the mask. With two voters there is no telling which of them is right
    where they differ, except by the prior.

    Raises ``ValueError`` without a voter or for a prior that does not fit.
    """
    patterns = masks if isinstance(masks, Patterns) else label_patterns(masks) if labelled else binary_patterns(masks)
    shares = patterns.shares(np.ones(patterns.said.shape[1]))
    chances = _prior(prior, shares, patterns)
    voters = patterns.said.shape[1]
    posterior = shares.copy()
    confusion, trace, iterations, converged = estimate(
        np.arange(len(shares) + 1) * voters,
        np.tile(np.arange(voters), len(shares)),
        np.ascontiguousarray(patterns.said).reshape(-1),
        patterns.count.astype(np.float64),
        np.zeros(len(shares), dtype=np.int64),
        chances[None],
        posterior,
        voters,
        _iterations(iterations_max),
        tolerance,
    )
    return Staple(patterns.labels, chances, confusion, trace[:iterations], converged, posterior, patterns)


@dataclass(frozen=True, eq=False)
class StapleOfMany:
    """What STAPLE makes of many images with the same voters: ``masks``, ``probabilities`` (of being inside): a list of
    pixels each; ``workers``: (workers,) ids, ascending; ``confusion``: (workers, 2, 2) [truth, said], learned from all
    images together; ``pixels``: (workers,) how many pixels each was judged on. The rest as in ``Staple``."""

    masks: list[BoolArray]
    probabilities: list[FloatArray]
    workers: IntArray
    confusion: FloatArray
    pixels: IntArray
    log_likelihood: FloatArray
    converged: bool


def staple_of_many(
    masks: Sequence[npt.ArrayLike],
    workers: Sequence[npt.ArrayLike],
    *,
    iterations_max: int = 1000,
    tolerance: float = 1e-7,
) -> StapleOfMany:
    """STAPLE over many images at once: each has its own voters and prior, and a worker is the same on all of them.

    ``masks``: for each image (voters, ...) masks, inside where not 0; ``workers``: for each image the integer ids of
    its voters. One image says little about a person; all of a person's images together say which of two voters to
    believe. Raises ``ValueError`` without images, or where ids do not fit or come twice on an image.
    """
    if len(masks) == 0 or len(masks) != len(workers):
        raise ValueError("masks and workers must have one entry for each image, at least one")
    patterns = [binary_patterns(each) for each in masks]
    ids = [np.asarray(each, dtype=np.int64).reshape(-1) for each in workers]
    for number, (each, who) in enumerate(zip(patterns, ids, strict=True)):
        if len(who) != each.said.shape[1] or len(np.unique(who)) < len(who):
            raise ValueError(f"workers of image {number} must be {each.said.shape[1]} different ids, one for each mask")
    known = np.unique(np.concatenate(ids))
    voters = np.array([len(who) for who in ids])
    rows = np.array([len(each.said) for each in patterns])
    start = np.concatenate([[0], np.cumsum(np.repeat(voters, rows))])
    who_said = [np.tile(np.searchsorted(known, who), len(each.said)) for each, who in zip(patterns, ids, strict=True)]
    shares = [each.shares(np.ones(each.said.shape[1])) for each in patterns]
    priors = [_prior(None, share, each) for share, each in zip(shares, patterns, strict=True)]
    posterior = np.concatenate(shares)
    confusion, trace, iterations, converged = estimate(
        start,
        np.concatenate(who_said),
        np.concatenate([each.said.reshape(-1) for each in patterns]),
        np.concatenate([each.count for each in patterns]).astype(np.float64),
        np.repeat(np.arange(len(patterns)), rows),
        np.stack(priors),
        posterior,
        len(known),
        _iterations(iterations_max),
        tolerance,
    )
    ends = np.cumsum(rows)
    inside = [posterior[end - size : end, 1] for end, size in zip(ends.tolist(), rows.tolist(), strict=True)]
    probabilities: list[FloatArray] = [each.spread(values) for each, values in zip(patterns, inside, strict=True)]
    pixels = np.zeros(len(known), dtype=np.int64)
    for each, who in zip(patterns, ids, strict=True):
        pixels[np.searchsorted(known, who)] += each.count.sum()
    masks_found: list[BoolArray] = [np.asarray(each > 0.5 + _ROUNDING) for each in probabilities]
    return StapleOfMany(masks_found, probabilities, known, confusion, pixels, trace[:iterations], converged)


def _prior(prior: npt.ArrayLike | None, shares: FloatArray, patterns: Patterns) -> FloatArray:
    """(classes,) the share of each class in all masks together, or what was given, made to sum to 1."""
    if prior is None:
        pixels = max(int(patterns.count.sum()), 1)
        result: FloatArray = (shares * patterns.count[:, None]).sum(axis=0) / pixels
        return result
    chances = np.asarray(prior, dtype=np.float64)
    if chances.shape != patterns.labels.shape or not np.isfinite(chances).all() or (chances < 0).any():
        raise ValueError(f"prior must be one number from 0 up for each of the labels {patterns.labels.tolist()}")
    if chances.sum() <= 0:
        raise ValueError("prior must not be all 0")
    given: FloatArray = chances / chances.sum()
    return given


def _voter_weights(weights: npt.ArrayLike | None, voters: int) -> FloatArray:
    if weights is None:
        return np.ones(voters)
    say = np.asarray(weights, dtype=np.float64)
    if say.shape != (voters,) or not np.isfinite(say).all() or (say < 0).any() or not (say > 0).any():
        raise ValueError(f"weights must be one number from 0 up for each of {voters} voters, not all 0")
    return say


def _iterations(iterations_max: int) -> int:
    if iterations_max < 1:
        raise ValueError(f"iterations_max must be at least 1, not {iterations_max}")
    return iterations_max

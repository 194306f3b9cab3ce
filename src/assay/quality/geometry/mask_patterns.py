"""What several voters say of every pixel, with pixels of which the same is said counted once.

n voters can say only 2 ** n different things of a pixel (fewer in practice), so that any fusion of masks that looks at
pixels one by one can be computed on these patterns, and costs one histogram however many passes it makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.mask_kernels import Entries, PixelCodes, binary_codes, label_codes, labels_there, look_up

# Up to this many possible patterns a table has an entry for each; beyond it, patterns are sorted out.
_TABLE_MAX = 1 << 20


@dataclass(frozen=True, eq=False)
class Patterns:
    """``said``: (patterns, voters) what each voter says there, as an index into ``labels``.

    ``labels``: (classes,) values found in the masks, ascending, in their type; False and True for masks without labels.
    ``count``: (patterns,) how many pixels. ``at``: pixels in the shape of the masks, or runs of them, whose ``length``
    is then given; its values index a table in which pattern i is at code[i].
    """

    said: IntArray
    labels: npt.NDArray[Any]
    count: IntArray
    at: PixelCodes
    code: IntArray
    length: IntArray | None = None

    def spread(self, values: Entries) -> Entries:
        """One value for each pattern, (patterns,), to one for each pixel or run."""
        table = np.zeros(int(self.code.max()) + 1 if len(self.code) else 1, dtype=values.dtype)
        table[self.code] = values
        # Truth values are looked up as bytes, so that one compiled loop serves both.
        narrow = table.view(np.uint8) if table.dtype == np.bool_ else table
        found = look_up(narrow, self.at.reshape(-1)).view(table.dtype)
        result: Entries = found.reshape(self.at.shape)  # type: ignore[assignment]
        return result

    def shares(self, weights: FloatArray) -> FloatArray:
        """The share of the voters' weight for each class, (patterns, classes); rows sum to 1."""
        votes = np.zeros((len(self.said), len(self.labels)))
        for voter, weight in enumerate(weights.tolist()):
            votes[np.arange(len(votes)), self.said[:, voter]] += weight
        result: FloatArray = votes / weights.sum()
        return result


def binary_patterns(masks: npt.ArrayLike) -> Patterns:
    """(voters, ...) masks, inside where not 0. Raises ``ValueError`` without a voter."""
    stack = _stack(masks)
    if stack.dtype.kind == "b":
        stack = stack.view(np.uint8)
    elif stack.dtype != np.uint8:
        stack = (stack != 0).view(np.uint8)
    flat = stack.reshape(len(stack), -1)
    labels = np.array([False, True])
    if 1 << len(flat) > _TABLE_MAX:
        return _sorted_out((flat != 0).astype(np.int64), labels, stack.shape[1:])
    codes, count = np.zeros(flat.shape[1], dtype=np.uint32), np.zeros(1 << len(flat), dtype=np.int64)
    binary_codes(flat, codes, count)
    code = np.flatnonzero(count)
    said = code[:, None] >> np.arange(len(flat)) & 1
    return Patterns(said, labels, count[code], codes.reshape(stack.shape[1:]), code)


def label_patterns(masks: npt.ArrayLike) -> Patterns:
    """(voters, ...) masks of integer labels. Raises ``ValueError`` without a voter or for anything but integers."""
    stack = _stack(masks)
    if stack.dtype.kind == "b":
        stack = stack.view(np.uint8)
    if stack.dtype.kind not in "iu":
        raise ValueError(f"masks must be integers, one for each label, not {stack.dtype}")
    flat = stack.reshape(len(stack), -1)
    if flat.dtype != np.uint8:
        labels, digits = np.unique(flat, return_inverse=True)
        if len(labels) > 256:
            return _sorted_out(digits.reshape(flat.shape), labels, stack.shape[1:])
        flat = digits.reshape(flat.shape).astype(np.uint8)
        number = np.arange(256, dtype=np.uint32)
    else:
        labels = np.flatnonzero(labels_there(flat).any(axis=0)).astype(np.uint8)
        number = np.zeros(256, dtype=np.uint32)
        number[labels] = np.arange(len(labels))
    base = max(len(labels), 1)
    if base ** len(flat) > _TABLE_MAX:
        return _sorted_out(number[flat].astype(np.int64), labels, stack.shape[1:])
    codes, count = np.zeros(flat.shape[1], dtype=np.uint32), np.zeros(base ** len(flat), dtype=np.int64)
    label_codes(flat, number, base, codes, count)
    code = np.flatnonzero(count)
    said = code[:, None] // base ** np.arange(len(flat)) % base
    return Patterns(said, labels, count[code], codes.reshape(stack.shape[1:]), code)


def run_patterns(runs: Sequence[npt.ArrayLike], pixels: int) -> Patterns:
    """Masks as lengths of runs (outside and inside in turn, outside first, as COCO has them), never drawn.

    Costs as many steps as there are runs, however large the picture. Raises ``ValueError`` where lengths are negative
    or do not add up to ``pixels``.
    """
    if len(runs) == 0:
        raise ValueError("masks must have at least one voter")
    edges = [np.cumsum(_lengths(lengths, pixels)) for lengths in runs]
    bounds = np.unique(np.concatenate([[0, pixels], *edges]))
    # How many of a voter's runs have ended tells whether it is inside.
    said = np.stack([np.searchsorted(edge, bounds[:-1], side="right") % 2 for edge in edges], axis=1)
    patterns, at = np.unique(said, axis=0, return_inverse=True)
    length = np.diff(bounds)
    count = np.bincount(at.reshape(-1), weights=length, minlength=len(patterns)).astype(np.int64)
    return Patterns(
        patterns, np.array([False, True]), count, at.reshape(-1).astype(np.uint32), np.arange(len(patterns)), length
    )


def _stack(masks: npt.ArrayLike) -> npt.NDArray[Any]:
    stack = np.ascontiguousarray(masks)
    if stack.ndim < 2 or len(stack) == 0:
        raise ValueError("masks must have at least one voter, along the first axis, and pixels along the others")
    if stack.dtype.kind not in "biuf" or (stack.dtype.kind == "f" and not np.isfinite(stack).all()):
        raise ValueError("masks must be finite numbers or truth values")
    return stack


def _sorted_out(digits: IntArray, labels: npt.NDArray[Any], shape: tuple[int, ...]) -> Patterns:
    """Patterns of many voters or labels: (voters, pixels) indices into ``labels``."""
    narrow = np.ascontiguousarray(digits.T.astype(np.min_scalar_type(max(len(labels), 1))))
    keys = narrow.view(np.dtype((np.void, narrow.dtype.itemsize * narrow.shape[1]))).reshape(-1)
    _, first, at, count = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    said = digits[:, first].T
    return Patterns(said, labels, count, at.reshape(shape).astype(np.uint32), np.arange(len(count)))


def _lengths(lengths: npt.ArrayLike, pixels: int) -> IntArray:
    array = np.asarray(lengths)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu") or (array < 0).any() or array.sum() != pixels:
        raise ValueError(f"runs must be lengths from 0 up that add up to {pixels} pixels")
    return array.astype(np.int64)

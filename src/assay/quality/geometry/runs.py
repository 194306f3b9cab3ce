"""Masks as lengths of runs, the way COCO writes them: pixels are read column by column, and the lengths are those of
outside and inside in turn, outside first (so that the first length is 0 where the first pixel is inside).

COCO also packs the lengths into text. Each is written as the difference from the one two before it, from the fourth on,
in groups of five bits, lowest first, a sixth bit saying that more follow, and 48 added to make a printable character.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assay.quality.geometry.arrays import BoolArray, IntArray


def runs_of(mask: npt.ArrayLike) -> IntArray:
    """(height, width) mask, inside where not 0, to lengths that add up to its pixels."""
    drawn = np.asarray(mask)
    if drawn.ndim != 2:
        raise ValueError(f"mask must have height and width, not shape {drawn.shape}")
    return _lengths((drawn != 0).reshape(-1, order="F"), np.ones(drawn.size, dtype=np.int64))


def joined(inside: npt.ArrayLike, length: npt.ArrayLike) -> IntArray:
    """Runs of pixels, each inside or not, to lengths: neighbours of the same kind become one.

    Together with ``mask_patterns.run_patterns`` this makes fused runs out of several people's, without a picture:
    ``joined(vote(patterns).mask, patterns.length)``. Raises ``ValueError`` where lengths do not fit.
    """
    kinds, lengths = np.asarray(inside, dtype=np.bool_), np.asarray(length, dtype=np.int64)
    if kinds.shape != lengths.shape or kinds.ndim != 1 or (lengths < 0).any():
        raise ValueError("inside and length must be lists of one entry for each run, lengths from 0 up")
    return _lengths(kinds[lengths > 0], lengths[lengths > 0])


def drawn(runs: npt.ArrayLike, height: int, width: int) -> BoolArray:
    """Lengths to a (height, width) mask. Raises ``ValueError`` unless they add up to its pixels."""
    lengths = _check(runs)
    if height < 0 or width < 0 or lengths.sum() != height * width:
        raise ValueError(f"runs add up to {lengths.sum()} pixels, not to {height} times {width}")
    inside = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    return np.asarray(inside.reshape((height, width), order="F"))


def pack(runs: npt.ArrayLike) -> str:
    """Lengths to COCO's text."""
    lengths = _check(runs)
    change = lengths.copy()
    change[3:] -= lengths[1:-2]
    text = []
    for value in change.tolist():
        while True:
            group = value & 31
            value >>= 5
            # Done when nothing is left but the sign, and the highest bit written shows that sign.
            last = value == (-1 if group & 16 else 0)
            text.append(chr((group if last else group | 32) + 48))
            if last:
                break
    return "".join(text)


def unpack(text: str) -> IntArray:
    """COCO's text to lengths. Raises ``ValueError`` for what is no such text."""
    lengths: list[int] = []
    value, shift = 0, 0
    for letter in text:
        group = ord(letter) - 48
        if not 0 <= group < 64:
            raise ValueError(f"runs hold {letter!r}, which COCO does not use")
        value |= (group & 31) << shift
        shift += 5
        if group & 32:
            continue
        if group & 16:
            value -= 1 << shift
        lengths.append(value + (lengths[-2] if len(lengths) > 2 else 0))
        value, shift = 0, 0
    if shift:
        raise ValueError("runs break off in the middle of a number")
    return _check(lengths)


def _lengths(inside: BoolArray, length: IntArray) -> IntArray:
    if len(inside) == 0:
        return np.zeros(1, dtype=np.int64)
    first = np.concatenate([[0], np.flatnonzero(inside[1:] != inside[:-1]) + 1])
    result = np.add.reduceat(length, first)
    return np.concatenate([[0], result]) if inside[0] else result


def _check(runs: npt.ArrayLike) -> IntArray:
    lengths = np.asarray(runs)
    if lengths.ndim != 1 or (lengths.size and lengths.dtype.kind not in "iu") or (lengths < 0).any():
        raise ValueError("runs must be a list of whole lengths from 0 up")
    return lengths.astype(np.int64)

"""Compiled loops over masks: one number for what all voters say at a pixel, and estimation over those numbers."""

from __future__ import annotations

import math
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from assay.quality.compiled import compiled
from assay.quality.geometry.arrays import BoolArray, FloatArray, IntArray

Bytes: TypeAlias = npt.NDArray[np.uint8]
PixelCodes: TypeAlias = npt.NDArray[np.uint32]
Entries = TypeVar("Entries", bound=npt.NDArray[Any])

# Pixels worked on together: their codes stay in the first cache while the voters pass over them.
_PIXELS_AT_ONCE = 4096
# No probability is below this, so that no logarithm is infinite; far under what estimation can tell apart.
_PROBABILITY_MIN = 1e-15


@compiled
def binary_codes(masks: Bytes, codes: PixelCodes, count: IntArray) -> None:
    """(voters, pixels) masks to the bits set by the voters at each pixel, voter 0 the lowest, and their histogram.

    ``codes``: (pixels,) and ``count``: (2 ** voters,), all 0, are filled in.
    """
    voters, pixels = masks.shape
    # Neighbours have equal codes: histograms in turn keep one addition from waiting for the last.
    parts = np.zeros((4, len(count)), dtype=np.int64)
    for begin in range(0, pixels, _PIXELS_AT_ONCE):
        # Slices from 0 spare the check for negative indices, without which the loops are vectorised.
        block = codes[begin : begin + _PIXELS_AT_ONCE]
        for voter in range(voters):
            row = masks[voter, begin : begin + _PIXELS_AT_ONCE]
            bit = np.uint32(1 << voter)
            for at in range(len(block)):
                block[at] += bit * np.uint32(row[at] != 0)
        _tally(block, parts)
    for at in range(len(count)):
        count[at] = parts[0, at] + parts[1, at] + parts[2, at] + parts[3, at]


@compiled
def _tally(block: PixelCodes, parts: npt.NDArray[np.int64]) -> None:
    whole = len(block) // 4 * 4
    for at in range(0, whole, 4):
        parts[0, block[at]] += 1
        parts[1, block[at + 1]] += 1
        parts[2, block[at + 2]] += 1
        parts[3, block[at + 3]] += 1
    for at in range(whole, len(block)):
        parts[0, block[at]] += 1


@compiled
def label_codes(masks: Bytes, number: PixelCodes, base: int, codes: PixelCodes, count: IntArray) -> None:
    """The same for masks of several labels: ``number``: (256,) gives each label's digit in base ``base``."""
    voters, pixels = masks.shape
    parts = np.zeros((4, len(count)), dtype=np.int64)
    for begin in range(0, pixels, _PIXELS_AT_ONCE):
        block = codes[begin : begin + _PIXELS_AT_ONCE]
        place = np.uint32(1)
        for voter in range(voters):
            row = masks[voter, begin : begin + _PIXELS_AT_ONCE]
            for at in range(len(block)):
                block[at] += number[row[at]] * place
            place *= np.uint32(base)
        _tally(block, parts)
    for at in range(len(count)):
        count[at] = parts[0, at] + parts[1, at] + parts[2, at] + parts[3, at]


@compiled
def labels_there(masks: Bytes) -> BoolArray:
    """Which labels occur in (voters, pixels) masks: (4, 256), each in one row at least."""
    # Written in turn for the same reason as histograms are.
    there = np.zeros((4, 256), dtype=np.bool_)
    for voter in range(len(masks)):
        row = masks[voter]
        for at in range(len(row)):
            there[at & 3, row[at]] = True
    return there


@compiled
def look_up(table: Entries, at: PixelCodes) -> Entries:
    """table[at], without first widening ``at`` as NumPy does."""
    result: Entries = np.empty(len(at), dtype=table.dtype)  # type: ignore[assignment]
    for pixel in range(len(at)):
        result[pixel] = table[at[pixel]]
    return result


@compiled
def estimate(
    start: IntArray,
    worker: IntArray,
    label: IntArray,
    count: FloatArray,
    scene: IntArray,
    prior: FloatArray,
    posterior: FloatArray,
    workers: int,
    iterations_max: int,
    tolerance: float,
) -> tuple[FloatArray, FloatArray, int, bool]:
    """Expectation maximization over rows that stand for ``count`` pixels each.

    What was said of row i is start[i]:start[i + 1] of ``worker`` and ``label``. ``prior``: (scenes, classes), that of
    row i being prior[scene[i]]. ``posterior``: (rows, classes), where to begin, changed in place to where it ends.
    Returns (workers, classes, classes) confusions [truth, said], the log-likelihood of each iteration, how many there
    were, and whether no entry of any confusion moved by more than ``tolerance`` in the last one.
    """
    rows, classes = posterior.shape
    confusion = np.zeros((workers, classes, classes))
    surprise = np.empty((workers, classes, classes))
    trace = np.empty(iterations_max)
    chance = np.empty(classes)
    for iteration in range(iterations_max):
        said = np.zeros((workers, classes, classes))
        for row in range(rows):
            for at in range(start[row], start[row + 1]):
                for truth in range(classes):
                    said[worker[at], truth, label[at]] += count[row] * posterior[row, truth]
        moved = 0.0
        for who in range(workers):
            for truth in range(classes):
                total = 0.0
                for name in range(classes):
                    total += said[who, truth, name]
                for name in range(classes):
                    # Of a class that is nowhere, nothing is known.
                    share = said[who, truth, name] / total if total > 0.0 else 1.0 / classes
                    moved = max(moved, abs(share - confusion[who, truth, name]))
                    confusion[who, truth, name] = share
                    surprise[who, truth, name] = math.log(max(share, _PROBABILITY_MIN))
        likelihood = 0.0
        for row in range(rows):
            highest = -np.inf
            for truth in range(classes):
                chance[truth] = math.log(max(prior[scene[row], truth], _PROBABILITY_MIN))
                for at in range(start[row], start[row + 1]):
                    chance[truth] += surprise[worker[at], truth, label[at]]
                highest = max(highest, chance[truth])
            total = 0.0
            for truth in range(classes):
                chance[truth] = math.exp(chance[truth] - highest)
                total += chance[truth]
            likelihood += count[row] * (highest + math.log(total))
            for truth in range(classes):
                posterior[row, truth] = chance[truth] / total
        trace[iteration] = likelihood
        if moved <= tolerance:
            return confusion, trace, iteration + 1, True
    return confusion, trace, iterations_max, False

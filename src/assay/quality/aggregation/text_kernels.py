"""The compiled edit distance between the texts of each task."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.quality.arrays import Codes, Floats, Offsets
from assay.quality.compiled import compiled

BITS = 64


@compiled
def edit_distance(pattern: Codes, text: Codes, places: NDArray[np.uint64]) -> int:
    """Fewest insertions, deletions and replacements that turn one row of symbols into the other (Levenshtein 1966).

    Sixty-four cells of the table at a time, by the bit-parallel recurrence of Myers (1999) with the blocks of Hyyrö
    (2003). ``places``: (symbols, blocks) room for at least ``len(pattern) / 64`` blocks, all zero, and left so.
    """
    rows = len(pattern)
    if rows == 0 or len(text) == 0:
        return rows + len(text)
    one = np.uint64(1)
    none = np.uint64(0)
    full = np.uint64(0xFFFFFFFFFFFFFFFF)
    blocks = (rows + BITS - 1) // BITS
    for row in range(rows):
        places[pattern[row], row // BITS] |= one << np.uint64(row % BITS)
    up = np.full(blocks, full)
    down = np.zeros(blocks, np.uint64)
    last = one << np.uint64((rows - 1) % BITS)
    distance = rows
    for symbol in text:
        carry = 1
        for block in range(blocks):
            equal = places[symbol, block]
            vertical = equal | down[block]
            if carry < 0:
                equal |= one
            across = (((equal & up[block]) + up[block]) ^ up[block]) | equal
            rise = down[block] | ~(across | up[block])
            fall = up[block] & across
            top = last if block == blocks - 1 else one << np.uint64(BITS - 1)
            out = 0
            if rise & top != none:
                out = 1
            elif fall & top != none:
                out = -1
            rise <<= one
            fall <<= one
            if carry > 0:
                rise |= one
            elif carry < 0:
                fall |= one
            up[block] = fall | ~(vertical | rise)
            down[block] = rise & vertical
            carry = out
        distance += carry
    for row in range(rows):
        places[pattern[row], row // BITS] = none
    return distance


@compiled
def pair_distances(start: Offsets, begin: Offsets, symbol: Codes, symbols: int, pair_start: Offsets) -> Floats:
    """The distance of every two texts of one task, as a share of the longer: 0 equal, 1 nothing in common.

    ``start``: (tasks + 1,) texts of each task. ``begin``: (texts + 1,) symbols of each text, in ``symbol`` within 0
    and ``symbols``. ``pair_start``: (tasks + 1,) where each task's square table begins in the answer.
    """
    table = np.zeros(pair_start[-1])
    local = np.full(symbols, -1, np.int32)
    renamed = np.empty(len(symbol), np.int32)
    for task in range(len(start) - 1):
        first, count = start[task], start[task + 1] - start[task]
        known = 0
        longest = 0
        for text in range(first, first + count):
            longest = max(longest, begin[text + 1] - begin[text])
            for at in range(begin[text], begin[text + 1]):
                if local[symbol[at]] < 0:
                    local[symbol[at]] = known
                    known += 1
                renamed[at] = local[symbol[at]]
        for text in range(first, first + count):
            for at in range(begin[text], begin[text + 1]):
                local[symbol[at]] = -1
        places = np.zeros((known, longest // BITS + 1), np.uint64)
        for one in range(count):
            left = renamed[begin[first + one] : begin[first + one + 1]]
            for other in range(one):
                right = renamed[begin[first + other] : begin[first + other + 1]]
                size = max(len(left), len(right))
                apart = 0.0 if size == 0 else edit_distance(left, right, places) / size
                table[pair_start[task] + one * count + other] = apart
                table[pair_start[task] + other * count + one] = apart
    return table

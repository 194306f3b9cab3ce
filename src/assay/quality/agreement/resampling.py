"""Drawing units again: how often each kind of unit occurs in as many units drawn with replacement."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assay.quality.arrays import Offsets

# Numbers drawn at once: 32 MB.
_CELLS_AT_ONCE = 4_000_000
# A binomial draw for a kind costs about as much as drawing this many units one by one.
_UNITS_PER_KIND = 8


def draws(times: Offsets, rounds: int, seed: int) -> Iterator[Offsets]:
    """Blocks (rounds of the block, kinds) int64 of how often each kind was drawn; ``times``: how many units it has.

    Each row sums to the number of units (Efron, "Bootstrap Methods", Annals of Statistics 7, 1979). The same for a
    ``seed``, whatever the block.
    """
    rng = np.random.default_rng(seed)
    number = int(times.sum())
    one_by_one = number < _UNITS_PER_KIND * len(times)
    at_once = max(1, _CELLS_AT_ONCE // max(number if one_by_one else len(times), 1))
    kind_of_unit = np.repeat(np.arange(len(times)), times) if one_by_one else np.zeros(0, np.int64)
    for begin in range(0, rounds, at_once):
        size = min(at_once, rounds - begin)
        if one_by_one:
            drawn = kind_of_unit[rng.integers(0, number, (size, number))]
            drawn += np.arange(size)[:, None] * len(times)
            yield np.bincount(drawn.ravel(), minlength=size * len(times)).reshape(size, len(times))
        else:
            yield rng.multinomial(number, times / number, size=size)

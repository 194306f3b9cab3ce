"""Resampling battles: how often each counts in each round."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assay.quality.arrays import Codes, Floats


def resamples(
    battles: int, rounds: int, seed: int, *, clusters: Codes | None = None, times: Floats | None = None
) -> Iterator[Floats]:
    """For each round, how often each battle (or each cluster's battles) was drawn, with replacement.

    ``clusters``: (battles,) codes; whole clusters are drawn, so that what depends on one another stays together.
    ``times``: (rows,) how often each of some collapsed rows occurred; then rounds say how often each row was drawn,
    which is the same drawing of battles at the cost of the rows.
    """
    if rounds < 2:
        raise ValueError(f"a bootstrap needs 2 rounds or more, got {rounds}; 200 give fair intervals, 1000 good ones")
    generator = np.random.default_rng(seed)
    for _ in range(rounds):
        if battles == 0:
            yield np.zeros(0 if times is None else len(times))
        elif times is not None:
            yield generator.multinomial(battles, times / times.sum()).astype(np.float64)
        elif clusters is not None:
            present, code = np.unique(clusters, return_inverse=True)
            drawn = np.bincount(generator.integers(len(present), size=len(present)), minlength=len(present))
            yield drawn[code].astype(np.float64)
        else:
            drawn = np.bincount(generator.integers(battles, size=battles), minlength=battles)
            yield drawn.astype(np.float64)

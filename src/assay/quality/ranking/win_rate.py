"""Shares of battles won, for comparison: they depend on whom an item happened to meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from assay.quality.ranking.battles import Battles
from assay.quality.ranking.bradley_terry import linked, tallies
from assay.quality.ranking.cells import collapsed
from assay.quality.ranking.result import Ranked, made


@dataclass(frozen=True)
class WinRate:
    """The share of an item's battles that it won, a tie as half a win: ``Ranked.win_rate``.

    ``score`` is the log odds of the share with half a win and half a loss added (Haldane 1956, Anscombe 1956), which
    keeps it finite; intervals are Wilson's (1927) on that scale, and ``covariance`` has no entries off its diagonal.

    >>> WinRate().fit(Battles.from_arrays(["x", "x"], ["y", "y"], ["a", "tie"])).win_rate.tolist()
    [0.75, 0.25]
    """

    confidence: float = 0.95
    method: ClassVar[str] = "win-rate"

    def fit(self, battles: Battles) -> Ranked:
        """Win rates of the items of ``battles``."""
        from scipy.special import ndtri

        cells = collapsed(battles)
        links = linked(cells, battles.n_items)
        counted = tallies(cells, battles.n_items)
        rate, fought = counted["win_rate"], counted["battles"]
        won, lost = rate * fought + 0.5, (1 - rate) * fought + 0.5
        z = float(ndtri((1 + self.confidence) / 2))
        # Wilson's ends for a share of n trials, written so that they stay within (0, 1) also for n = 0.
        n = fought + 1.0
        share = won / n
        centre = (share + z * z / (2 * n)) / (1 + z * z / n)
        reach = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        ends = np.stack([centre - reach, centre + reach], axis=1)
        likely = rate * fought * np.log(won / n) + (1 - rate) * fought * np.log(lost / n)
        return made(
            np.log(won / lost),
            np.diag(1 / won + 1 / lost),
            links.component,
            confidence=self.confidence,
            interval=np.log(ends / (1 - ends)),
            items=battles.items,
            method=self.method,
            log_likelihood=float(likely.sum()) / 2,
            converged=True,
            iterations=1,
            note="; ".join([*battles.notes, *links.notes(battles.items)]),
            **counted,
        )

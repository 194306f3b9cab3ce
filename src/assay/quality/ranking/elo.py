"""Elo's running rating, for comparison: cheap and familiar, but it depends on the order of the battles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from assay.quality.arrays import Floats
from assay.quality.compiled import compiled
from assay.quality.ranking.battles import Battles
from assay.quality.ranking.bradley_terry import linked, tallies
from assay.quality.ranking.cells import collapsed
from assay.quality.ranking.result import ELO_PER_UNIT, Ranked, made


@dataclass(frozen=True)
class Elo:
    """Elo (1978): after each battle both ratings move by ``step`` times how far the result was from what they said.

    ``step`` in Elo points (often called K). Scores are ratings in natural units around 0, so that ``Ranked.elo`` is
    the rating that began at 1000. Battles count in the order in which they came, by their weight. Intervals are those
    of ``rounds`` runs over battles drawn with replacement in random order; with ``shuffled`` the scores too are the
    mean of as many runs in random order, which takes the order of the battles out of them.
    """

    step: float = 4.0
    shuffled: bool = False
    rounds: int = 100
    confidence: float = 0.95
    seed: int = 0
    method: ClassVar[str] = "elo"

    def fit(self, battles: Battles) -> Ranked:
        """Ratings after the last of ``battles``. Raises ``ValueError`` for a step not above 0 or under two rounds."""
        if not self.step > 0:
            raise ValueError(f"step must be above 0, got {self.step}; 4 to 32 are usual")
        if self.rounds < 2:
            raise ValueError(f"rounds must be 2 or more for an interval, got {self.rounds}")
        n, size = battles.n_items, len(battles)
        weight = np.ones(size) if battles.weight is None else battles.weight
        generator = np.random.default_rng(self.seed)
        drawn = np.stack(
            [self._run(battles, weight, generator.integers(max(size, 1), size=size)) for _ in self._rounds()]
        )
        score = self._run(battles, weight, np.arange(size))
        if self.shuffled:
            score = np.mean([self._run(battles, weight, generator.permutation(size)) for _ in self._rounds()], axis=0)
        cells = collapsed(battles)
        links = linked(cells, n)
        tails = [(1 - self.confidence) / 2, (1 + self.confidence) / 2]
        return made(
            score,
            np.atleast_2d(np.cov(drawn, rowvar=False)),
            links.component,
            confidence=self.confidence,
            interval=np.quantile(drawn, tails, axis=0).T,
            items=battles.items,
            method=self.method,
            log_likelihood=_log_likelihood(battles, score, weight),
            converged=True,
            iterations=1,
            note="; ".join([*battles.notes, *links.notes(battles.items)]),
            **tallies(cells, n),
        )

    def _rounds(self) -> range:
        return range(self.rounds)

    def _run(self, battles: Battles, weight: Floats, order: Any) -> Floats:
        score = np.zeros(battles.n_items)
        order = np.asarray(order, dtype=np.int64)
        _play(battles.a, battles.b, battles.outcome, weight, order, self.step / ELO_PER_UNIT, score)
        return score


def _log_likelihood(battles: Battles, score: Floats, weight: Floats) -> float:
    gap = score[battles.a] - score[battles.b]
    share = np.array([1.0, 0.0, 0.5])[battles.outcome]
    return float(weight @ (share * gap - np.logaddexp(0.0, gap)))


@compiled
def _play(a: Any, b: Any, outcome: Any, weight: Any, order: Any, step: float, score: Any) -> None:
    for row in order:
        i, j = a[row], b[row]
        share = 1.0 if outcome[row] == 0 else 0.0 if outcome[row] == 1 else 0.5
        moved = step * weight[row] * (share - 1.0 / (1.0 + np.exp(score[j] - score[i])))
        score[i] += moved
        score[j] -= moved

"""``Ranked``: what every way of ranking gives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import log
from typing import Any

import numpy as np

from assay.quality.arrays import Codes, Floats, Ids, Offsets
from assay.quality.ranking.likelihood import HALF_WINS, outcome_probabilities
from assay.quality.ranking.ranks import rank_sets, ranks, ranks_by_overlap

ELO_PER_UNIT = 400 / log(10)
ELO_MEAN = 1000.0


@dataclass(frozen=True, eq=False)
class Effects:
    """What covariates do beyond the items: ``names`` (k,), ``value`` (k,) and ``interval`` (k, 2).

    A value is the natural-log odds that one unit of the covariate adds to ``a``'s side.
    """

    names: tuple[str, ...]
    value: Floats
    interval: Floats


@dataclass(frozen=True, eq=False)
class Judges:
    """How far each judge's votes follow the scores: ``workers`` ids, ``reliability`` (n,), ``interval`` (n, 2).

    By the method's own measure: see ``JudgeAware``.
    """

    workers: Ids
    reliability: Floats
    interval: Floats
    votes: Offsets


@dataclass(frozen=True, eq=False)
class Ranked:
    """Items with scores, and how sure each is. Arrays are by item, in the order of ``items``, not by rank.

    ``score``: (n,) natural-log units: a difference of 1 is odds of e. ``covariance``: (n, n) of the scores.
    ``interval``: (n, 2) around the score. ``elo``, ``elo_interval``: the same at 400 points for odds of 10, the mean
    item (of ``core``) at 1000. ``rank``: (n,) 1 is best, equals share. ``rank_interval``: (n, 2), best and worst
    rank by overlap of intervals. ``win_rate``: (n,) share of an item's battles won, a tie as half, 0.5 without any.
    ``battles``: (n,) weight of its battles. ``tie``: the parameter of ties, or None (Rao and Kupper's threshold, 1 or
    more; Davidson's prevalence, 0 or more), with ``tie_interval``. ``effects``: of covariates, or None. ``judges``:
    or None. ``component``: (n,) items of different numbers never met, over any chain. ``log_likelihood``: without the
    prior. ``note``: what a reader of the ranking should know; empty where there is nothing.
    """

    items: Ids
    score: Floats
    covariance: Floats
    interval: Floats
    rank: Offsets
    rank_interval: Offsets
    win_rate: Floats
    battles: Floats
    component: Codes
    method: str
    log_likelihood: float
    converged: bool
    iterations: int
    confidence: float = 0.95
    note: str = ""
    tie: float | None = None
    tie_interval: tuple[float, float] | None = None
    effects: Effects | None = None
    judges: Judges | None = None
    family: int = HALF_WINS
    tie_value: float = 0.0
    elo_base: float = field(default=ELO_MEAN)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def elo(self) -> Floats:
        return self.elo_base + ELO_PER_UNIT * self.score

    @property
    def elo_interval(self) -> Floats:
        return self.elo_base + ELO_PER_UNIT * self.interval

    @property
    def order(self) -> Offsets:
        """Codes of items, best first; equals in the order of ``items``."""
        return np.argsort(self.rank, kind="stable")

    def code(self, item: Any) -> int:
        """The code of an item. Raises ``KeyError`` where it was not ranked."""
        for place, known in enumerate(self.items.tolist()):
            if known == item:
                return place
        raise KeyError(f"{item!r} was not ranked")

    def outcome_probabilities(self, a: Any, b: Any) -> tuple[float, float, float]:
        """Probabilities that ``a`` wins, that ``b`` wins and of a tie; a tie has none where ties are half wins."""
        gap = float(self.score[self.code(a)] - self.score[self.code(b)])
        first, second, both = outcome_probabilities(self.family, gap, self.tie_value)
        return float(first), float(second), float(both)

    def win_probability(self, a: Any, b: Any) -> float:
        """Probability that ``a`` wins against ``b``, with half of that of a tie, within (0, 1)."""
        first, _, both = self.outcome_probabilities(a, b)
        return first + both / 2

    def win_probabilities(self) -> Floats:
        """The same for all pairs: (n, n), row against column, with 0.5 on the diagonal."""
        gap = self.score[:, None] - self.score[None, :]
        first, _, both = outcome_probabilities(self.family, gap, self.tie_value)
        return np.asarray(first + both / 2)

    def difference(self, a: Any, b: Any) -> tuple[float, float]:
        """How far ``a``'s score lies above ``b``'s, and the standard error of that; scores share their errors."""
        i, j = self.code(a), self.code(b)
        variance = self.covariance[i, i] + self.covariance[j, j] - 2 * self.covariance[i, j]
        return float(self.score[i] - self.score[j]), float(np.sqrt(max(variance, 0.0)))

    def rank_sets(
        self, confidence: float | None = None, *, simultaneous: bool = True, draws: int = 4000, seed: int = 0
    ) -> Offsets:
        """Best and worst rank of each item, (n, 2), from tests of all pairs.

        With ``simultaneous`` all true ranks lie in their sets at once with the probability ``confidence``; without it
        each pair is tested alone, which suits a question about one item.
        """
        return rank_sets(
            self.score,
            self.covariance,
            self.component,
            confidence=self.confidence if confidence is None else confidence,
            simultaneous=simultaneous,
            draws=draws,
            seed=seed,
        )

    def anchored(self, item: Any, elo: float = ELO_MEAN) -> Ranked:
        """The same ranking with one item's score as 0 and its Elo as ``elo``, known without error.

        Differences stay what they were; intervals are now those of the distance to ``item``.
        """
        anchor = np.zeros(len(self))
        anchor[self.code(item)] = 1.0
        score, covariance = referred(self.score, self.covariance, anchor)
        interval = normal_interval(score, np.sqrt(np.diag(covariance)), self.confidence)
        return replace(
            self,
            score=score,
            covariance=covariance,
            interval=interval,
            rank_interval=ranks_by_overlap(interval, self.component),
            elo_base=elo,
        )

    def table(self) -> list[dict[str, Any]]:
        """Rows for people, best first: item, rank, its interval, Elo, its interval, win rate, battles."""
        elo, ends = self.elo, self.elo_interval
        return [
            {
                "item": self.items[code].item() if hasattr(self.items[code], "item") else self.items[code],
                "rank": int(self.rank[code]),
                "rank_best": int(self.rank_interval[code, 0]),
                "rank_worst": int(self.rank_interval[code, 1]),
                "elo": float(elo[code]),
                "elo_low": float(ends[code, 0]),
                "elo_high": float(ends[code, 1]),
                "win_rate": float(self.win_rate[code]),
                "battles": float(self.battles[code]),
            }
            for code in self.order.tolist()
        ]


def made(score: Floats, covariance: Floats, component: Codes, *, confidence: float, **rest: Any) -> Ranked:
    """A ``Ranked`` whose intervals and ranks follow from scores and their covariance."""
    interval = rest.pop("interval", None)
    if interval is None:
        interval = normal_interval(score, np.sqrt(np.maximum(np.diag(covariance), 0.0)), confidence)
    return Ranked(
        score=score,
        covariance=covariance,
        interval=interval,
        rank=ranks(score),
        rank_interval=ranks_by_overlap(interval, component),
        component=component,
        confidence=confidence,
        **rest,
    )


def referred(score: Floats, covariance: Floats, reference: Floats) -> tuple[Floats, Floats]:
    """Scores and their covariance as distances from a weighted mean of them; ``reference`` (n,) sums to 1."""
    centred = covariance - (covariance @ reference)[:, None]
    centred = centred - (reference @ centred)[None, :]
    return score - float(reference @ score), (centred + centred.T) / 2


def normal_interval(value: Floats, error: Floats, confidence: float) -> Floats:
    """(n, 2) ends of the central normal interval around ``value``."""
    from scipy.special import ndtri

    reach = float(ndtri((1 + confidence) / 2)) * error
    return np.stack([value - reach, value + reach], axis=1)

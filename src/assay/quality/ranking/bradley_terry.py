"""Bradley-Terry scores from battles, with three ways to take ties, covariates and a position effect."""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, exp, log
from typing import ClassVar, Literal

import numpy as np

from assay.quality.arrays import Codes, Floats
from assay.quality.ranking.battles import TIE, Battles
from assay.quality.ranking.bootstrap import resamples
from assay.quality.ranking.cells import Rows, collapsed, uncollapsed
from assay.quality.ranking.connectivity import Connectivity, connectivity
from assay.quality.ranking.likelihood import (
    DAVIDSON,
    HALF_WINS,
    RAO_KUPPER,
    clustered_score_covariance,
    evaluate,
    score_covariance,
)
from assay.quality.ranking.linear import inverse, product
from assay.quality.ranking.newton import Maximum, maximum
from assay.quality.ranking.result import Effects, Ranked, made, normal_interval, referred

POSITION = "position"


@dataclass(frozen=True)
class _PairModel:
    """What the three models of ties share.

    ``ridge``: precision of a normal prior around 0 on every score (and, per standard deviation, on every effect). The
    default moves a score that battles support by less than a hundredth of its error, and keeps finite one that they do
    not: an item without a loss, or a group that never met the others. The prior counts in the intervals as one
    observation, so that these come out as wide as they are. 1 is a strong prior: scores within a few units.

    ``covariates``: take the battles' covariates, if any, into the model. ``position``: also estimate what standing on
    side ``a`` is worth (an effect called "position"), for judges who favour the first.

    ``interval``: "sandwich" (Huber 1967, White 1980), right also where the model is not; "model", from the
    information alone; "bootstrap", percentiles of ``rounds`` refits. ``cluster`` ("worker" or "group") treats battles
    of one worker or one group as dependent, in the sandwich and in the bootstrap. ``confidence`` of all intervals.

    ``seed`` of the bootstrap. ``iterations``: Newton steps at most.
    """

    ridge: float = 1e-4
    covariates: bool = True
    position: bool = False
    interval: Literal["sandwich", "model", "bootstrap"] = "sandwich"
    cluster: Literal["worker", "group"] | None = None
    confidence: float = 0.95
    rounds: int = 200
    seed: int = 0
    iterations: int = 100

    family: ClassVar[int] = HALF_WINS
    method: ClassVar[str] = ""

    def fit(self, battles: Battles, start: Ranked | None = None) -> Ranked:
        """Scores of the items of ``battles``; ``start``, an earlier ranking of the same items, saves a step or two.

        Raises ``ValueError`` where a setting is out of its range or ``cluster`` asks for what the battles lack.
        """
        self._check(battles)
        n = battles.n_items
        cells = collapsed(battles)
        links = linked(cells, n)
        family = self.family if bool((cells.outcome == TIE).any()) else HALF_WINS
        by_battle = self.covariates and battles.covariates is not None and battles.covariates.shape[1] > 0
        if by_battle:
            rows, names = uncollapsed(battles, position=self.position), battles.covariate_names
            if self.position:
                names = (*names, POSITION)
        elif self.position:
            cells = collapsed(battles, ordered=True)
            rows, names = _with_position(cells), (POSITION,)
        else:
            rows, names = cells, ()
        ridge = self._ridges(rows, n, family)
        first = np.zeros(len(ridge))
        if start is not None and len(start) == n:
            first[:n] = start.score - start.score.mean()
        if family != HALF_WINS:
            first[-1] = _tie_start(family, cells)
        if by_battle:
            # The collapsed battles give scores near the end in milliseconds, and passes over all battles are dear.
            effects = slice(n, n + len(names))
            near = self._maximum(cells, n, np.delete(first, effects), family, np.delete(ridge, effects))
            first[:n], first[n + len(names) :] = near.values[:n], near.values[n:]
        best = self._maximum(rows, n, first, family, ridge)
        covariance, draws = self._covariance(battles, rows, best, ridge, family)
        return self._ranked(battles, cells, links, best, covariance, draws, family, names)

    def _check(self, battles: Battles) -> None:
        if not self.ridge > 0:
            raise ValueError(f"ridge must be above 0, got {self.ridge}; a tiny one such as 1e-6 hardly moves a score")
        if not 0 < self.confidence < 1:
            raise ValueError(f"confidence must be within (0, 1), got {self.confidence}")
        if self.interval not in ("sandwich", "model", "bootstrap"):
            raise ValueError(f"interval is {self.interval!r}; it is one of sandwich, model, bootstrap")
        if self.cluster not in (None, "worker", "group"):
            raise ValueError(f"cluster is {self.cluster!r}; it is worker, group or None")
        if self.cluster is not None and _clusters(battles, self.cluster) is None:
            raise ValueError(f"cluster={self.cluster!r} needs battles built with {self.cluster}s")

    def _ridges(self, rows: Rows, n: int, family: int) -> Floats:
        # An effect's ridge is that of a covariate scaled to one standard deviation around 0, without the scaling.
        total = max(float(rows.weight.sum()), 1.0)
        power = np.array([float(rows.weight @ (column * column)) for column in rows.x]) / total
        power = np.where(power > 0, power, 1.0)
        ties = [1.0] if family != HALF_WINS else []
        return self.ridge * np.concatenate([np.ones(n), power, ties])

    def _maximum(self, rows: Rows, n: int, first: Floats, family: int, ridge: Floats) -> Maximum:
        return maximum(lambda values: evaluate(family, rows, values, n), first, ridge, iterations=self.iterations)

    def _covariance(
        self, battles: Battles, rows: Rows, best: Maximum, ridge: Floats, family: int
    ) -> tuple[Floats, Floats | None]:
        """Covariance of all values, before scores are referred to a mean; and the bootstrap's draws of them."""
        n = battles.n_items
        if self.interval == "bootstrap":
            draws = self._draws(battles, rows, best, ridge, family)
            return np.atleast_2d(np.cov(draws, rowvar=False)), draws
        spread = inverse(best.information, ridge)
        if self.interval == "model":
            return spread, None
        clusters = _clusters(battles, self.cluster)
        if clusters is None:
            meat = score_covariance(family, rows, best.values, n)
        else:
            if len(rows) != len(battles):
                rows = uncollapsed(battles, position=self.position)
                rows = rows if self.covariates else _without(rows, keep_last=self.position)
            meat = clustered_score_covariance(family, rows, best.values, n, clusters)
        meat[np.diag_indices(len(ridge))] += ridge
        return product(product(spread, meat), spread), None

    def _draws(self, battles: Battles, rows: Rows, best: Maximum, ridge: Floats, family: int) -> Floats:
        """Values refitted to resampled battles: (rounds, p)."""
        n = battles.n_items
        clusters = _clusters(battles, self.cluster)
        draws = np.empty((self.rounds, len(best.values)))
        alike = len(rows) != len(battles) and clusters is None and battles.weight is None
        times = rows.weight if alike else None
        for place, drawn in enumerate(resamples(len(battles), self.rounds, self.seed, clusters=clusters, times=times)):
            if alike:
                sample = rows.weighted(drawn)
            elif len(rows) != len(battles):
                counted = drawn if battles.weight is None else drawn * battles.weight
                sample = collapsed(battles, counted, ordered=self.position)
                sample = _with_position(sample) if self.position else sample
            else:
                sample = rows.weighted(rows.weight * drawn)
            if family != HALF_WINS and not bool(sample.weight[sample.outcome == TIE].any()):
                # A sample without ties has no finite tie parameter; that of all battles stands in.
                found = self._maximum(sample, n, best.values[:-1], HALF_WINS, ridge[:-1]).values
                draws[place] = np.append(found, best.values[-1])
            else:
                draws[place] = self._maximum(sample, n, best.values, family, ridge).values
        return draws

    def _ranked(
        self,
        battles: Battles,
        cells: Rows,
        links: Connectivity,
        best: Maximum,
        covariance: Floats,
        draws: Floats | None,
        family: int,
        names: tuple[str, ...],
    ) -> Ranked:
        n, k = battles.n_items, len(names)
        reference = links.core / max(int(links.core.sum()), 1)
        score, spread = referred(best.values[:n], covariance[:n, :n], reference)
        errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
        ends = normal_interval(best.values, errors, self.confidence)
        interval = None
        if draws is not None:
            tails = [(1 - self.confidence) / 2, (1 + self.confidence) / 2]
            ends = np.quantile(draws, tails, axis=0).T
            interval = np.quantile(draws[:, :n] - (draws[:, :n] @ reference)[:, None], tails, axis=0).T
        tie, tie_ends = _tie(self.family, family, best.values, ends)
        notes = [*battles.notes, *links.notes(battles.items)]
        if not best.converged:
            notes.append(f"the search stopped after {best.iterations} steps before it had converged")
        return made(
            score,
            spread,
            links.component,
            confidence=self.confidence,
            interval=interval,
            items=battles.items,
            method=self.method,
            log_likelihood=best.log_likelihood,
            converged=best.converged,
            iterations=best.iterations,
            note="; ".join(notes),
            tie=tie,
            tie_interval=tie_ends,
            effects=Effects(names, best.values[n : n + k], ends[n : n + k]) if k else None,
            family=family,
            tie_value=float(best.values[-1]) if family != HALF_WINS else 0.0,
            **tallies(cells, n),
        )


@dataclass(frozen=True)
class BradleyTerry(_PairModel):
    """Bradley and Terry (1952): the odds that one item beats another are exp of the difference of their scores.

    A tie is half a win for each, as in most public leaderboards. With covariates this is the Arena's style control
    (Li, Angelopoulos and Chiang 2024): what length and markup win is estimated beside the scores, not within them.

    >>> battles = Battles.from_arrays(["x"] * 4, ["y"] * 4, ["a", "a", "a", "b"])
    >>> ranked = BradleyTerry().fit(battles)
    >>> round(ranked.win_probability("x", "y"), 3)
    0.75
    """

    family: ClassVar[int] = HALF_WINS
    method: ClassVar[str] = "bradley-terry"


@dataclass(frozen=True)
class RaoKupper(_PairModel):
    """Rao and Kupper (1967): a judge sees a difference only where it passes a threshold; below it, a tie.

    ``Ranked.tie`` is their theta, 1 or more: an item wins with the odds exp(score) : theta exp(other's score).
    """

    family: ClassVar[int] = RAO_KUPPER
    method: ClassVar[str] = "rao-kupper"


@dataclass(frozen=True)
class Davidson(_PairModel):
    """Davidson (1970): a tie is likelier the closer the items are, in proportion to the root of both strengths.

    ``Ranked.tie`` is his nu, 0 or more: between equals a tie has the probability nu / (2 + nu).
    """

    family: ClassVar[int] = DAVIDSON
    method: ClassVar[str] = "davidson"


def tallies(cells: Rows, n_items: int) -> dict[str, Floats]:
    """Win rate and weight of battles by item, from collapsed battles."""
    drawn = 0.5 * (cells.outcome == TIE)
    won_a, won_b = drawn + (cells.outcome == 0), drawn + (cells.outcome == 1)
    wins = np.bincount(cells.a, cells.weight * won_a, n_items) + np.bincount(cells.b, cells.weight * won_b, n_items)
    fought = np.bincount(cells.a, cells.weight, n_items) + np.bincount(cells.b, cells.weight, n_items)
    return {"win_rate": np.where(fought > 0, wins / np.where(fought > 0, fought, 1.0), 0.5), "battles": fought}


def linked(cells: Rows, n_items: int) -> Connectivity:
    tied = cells.outcome == TIE
    swapped = cells.outcome == 1
    winner = np.concatenate([np.where(swapped, cells.b, cells.a), cells.b[tied]])
    loser = np.concatenate([np.where(swapped, cells.a, cells.b), cells.a[tied]])
    return connectivity(winner, loser, n_items)


def _clusters(battles: Battles, cluster: str | None) -> Codes | None:
    return battles.worker if cluster == "worker" else battles.group if cluster == "group" else None


def _with_position(cells: Rows) -> Rows:
    return Rows(cells.a, cells.b, cells.outcome, cells.weight, cells.square, np.ones((1, len(cells))))


def _without(rows: Rows, *, keep_last: bool) -> Rows:
    x = rows.x[-1:] if keep_last else rows.x[:0]
    return Rows(rows.a, rows.b, rows.outcome, rows.weight, rows.square, np.ascontiguousarray(x))


def _tie_start(family: int, cells: Rows) -> float:
    """The tie parameter if all items were equal, kept away from its ends."""
    share = float(cells.weight[cells.outcome == TIE].sum() / cells.weight.sum())
    share = min(max(share, 1e-3), 0.9)
    return log(2 * share / (1 - share)) if family == DAVIDSON else 2 * atanh(share)


def _tie(asked: int, family: int, values: Floats, ends: Floats) -> tuple[float | None, tuple[float, float] | None]:
    if asked == HALF_WINS:
        return None, None
    if family == HALF_WINS:
        # Without a tie the likelihood is greatest where ties cannot happen.
        never = 1.0 if asked == RAO_KUPPER else 0.0
        return never, (never, never)
    low, high = (float(end) for end in ends[-1])
    if asked == RAO_KUPPER:
        low = max(low, 0.0)
    return exp(values[-1]), (exp(low), exp(high))

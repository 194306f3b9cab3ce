"""``Agreement``: one number for how far people agree beyond chance, with what it is made of and how sure it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Literal, TypeAlias

import numpy as np

from assay.quality.agreement.resampling import draws
from assay.quality.arrays import Floats, Offsets

Interval: TypeAlias = Literal["analytic", "bootstrap", "bca", "none"]
INTERVALS: tuple[Interval, ...] = ("analytic", "bootstrap", "bca", "none")

# From here on Student's and the normal quantile differ by less than a thousandth.
NORMAL_FROM = 2_000


@dataclass(frozen=True)
class Agreement:
    """How far people agree, and how sure that is.

    ``value``: 1 full agreement, 0 what chance gives, below 0 less than that; equal to
    ``(observed - expected) / (1 - expected)``. ``low``, ``high``: the interval that holds the true value with
    probability ``level``; the value itself, twice, where none was asked for. ``observed``, ``expected``: the agreement
    seen, and the agreement by chance, where 1 is full agreement (for distances: 1 less the mean distance, in shares of
    the largest). ``units``: how many units have two answers or more. ``raters``: how many people answered (the most
    answers of any unit where it is not known who gave them). ``method``: the coefficient in words. ``note``: what a
    reader must know to trust the number; empty where there is nothing.
    """

    value: float
    low: float
    high: float
    level: float
    method: str
    observed: float
    expected: float
    units: int
    raters: int
    note: str = ""


@dataclass(frozen=True, eq=False)
class Estimate:
    """A coefficient and what its intervals need: how each kind of unit pulls it, and what other draws would give.

    ``times``: (kinds,) int64, how many units there are of each kind. ``influence``: gives (kinds,), by how much the
    value moves for one more unit of a kind, to first order. ``redraw``: from (rounds, kinds) int64 how often each kind
    was drawn to (rounds,) values, NaN where a draw leaves the value undefined. ``free``: what is taken from the number
    of units where the mean of squares is formed.
    """

    method: str
    observed: float
    expected: float
    units: int
    raters: int
    times: Offsets
    influence: Callable[[], Floats]
    redraw: Callable[[Offsets], Floats]
    free: int = 1
    bounded: bool = True
    note: str = ""

    @property
    def value(self) -> float:
        return (self.observed - self.expected) / (1.0 - self.expected)

    @property
    def standard_error(self) -> float:
        """From the influence of units, which were drawn independently; 0 for fewer than two units."""
        number = int(self.times.sum())
        if number < 2:
            return 0.0
        pulls = self.influence()
        centred = pulls - (self.times @ pulls) / number
        return sqrt(float(self.times @ centred**2) * number / (number - self.free))


def settled(estimate: Estimate, interval: Interval, level: float, rounds: int, seed: int) -> Agreement:
    """An estimate with its interval.

    Raises ``ValueError`` where ``level`` is not within (0, 1), ``rounds`` is below 1 or ``interval`` is unknown.
    """
    check_interval(interval, level, rounds)
    notes = [estimate.note] if estimate.note else []
    if 1.0 - estimate.expected <= 1e-12:
        return _undecided(estimate, level, notes)
    value = estimate.value
    low = high = value
    if interval != "none":
        number = int(estimate.times.sum())
        if number < 2:
            low, high = -1.0, 1.0
            notes.append("one unit says nothing of how far others would differ")
        elif np.isclose(estimate.observed, 1.0, rtol=0.0, atol=1e-12):
            low, high = _all_agree(estimate, number, level), 1.0
            notes.append(f"all {number} units agree fully; the lower end is the exact one for that many")
        else:
            low, high = _ends(estimate, interval, level, rounds, seed, notes)
    low, high = min(low, value), max(high, value)
    if estimate.bounded:
        low = max(low, min(-1.0, value))
    return Agreement(
        value,
        low,
        max(min(high, 1.0), value),
        level,
        estimate.method,
        estimate.observed,
        estimate.expected,
        estimate.units,
        estimate.raters,
        "; ".join(notes),
    )


def check_interval(interval: str, level: float, rounds: int) -> None:
    if interval not in INTERVALS:
        raise ValueError(f"interval is {interval!r}; it is one of {', '.join(INTERVALS)}")
    if not 0 < level < 1:
        raise ValueError(f"level must be within (0, 1), got {level}")
    if rounds < 1:
        raise ValueError(f"rounds must be 1 or more, got {rounds}")


def corrected(seen: Floats, chance: Floats) -> Floats:
    """Agreement beyond chance, element by element; NaN where chance alone agrees fully."""
    made = np.full(seen.shape, np.nan)
    np.divide(seen - chance, 1.0 - chance, out=made, where=1.0 - chance > 1e-12)
    return made


def student_quantile(share: float, freedom: int) -> float:
    """The quantile of Student's distribution; the normal one where the two are alike."""
    if freedom >= NORMAL_FROM:
        return NormalDist().inv_cdf(share)
    # Imported here because it takes a third of a second, and large tables do not want it.
    from scipy.special import stdtrit

    return float(stdtrit(freedom, share))


def _undecided(estimate: Estimate, level: float, notes: list[str]) -> Agreement:
    """No variation: 0 of 0. Answers that never differ cannot show that people tell classes apart, so the value is 0
    and nothing is known of it. Krippendorff ("Agreement and Information in the Reliability of Coding", Communication
    Methods and Measures 5, 2011) argues for 0; others leave it undefined."""
    notes.append("all answers are alike, so agreement beyond chance cannot be shown; 0 by convention")
    return Agreement(
        0.0, -1.0, 1.0, level, estimate.method, 1.0, 1.0, estimate.units, estimate.raters, "; ".join(notes)
    )


def _all_agree(estimate: Estimate, number: int, level: float) -> float:
    """The lower end where every unit agrees, so that nothing seen varies: the share of agreeing units is at least
    ``((1 - level) / 2) ** (1 / number)`` (Clopper and Pearson, 1934), and the rest may disagree fully."""
    share = float(((1.0 - level) / 2.0) ** (1.0 / number))
    return (share - estimate.expected) / (1.0 - estimate.expected)


def _ends(
    estimate: Estimate, interval: Interval, level: float, rounds: int, seed: int, notes: list[str]
) -> tuple[float, float]:
    if interval == "analytic":
        reach = student_quantile((1.0 + level) / 2.0, int(estimate.times.sum()) - 1) * estimate.standard_error
        return estimate.value - reach, estimate.value + reach
    parts = [estimate.redraw(weights) for weights in draws(estimate.times, rounds, seed)]
    drawn = np.concatenate(parts)
    known = drawn[np.isfinite(drawn)]
    if len(known) < len(drawn):
        notes.append(f"{len(drawn) - len(known)} of {len(drawn)} rounds drew answers that are all alike; left out")
    if len(known) == 0:
        return -1.0, 1.0
    tails = np.array([(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    if interval == "bca":
        tails = _accelerated(tails, known, estimate)
    low, high = np.quantile(known, tails).tolist()
    return low, high


def _accelerated(tails: Floats, drawn: Floats, estimate: Estimate) -> Floats:
    """Tails shifted for bias and skewness: BCa, with the acceleration from influences (Efron, "Better Bootstrap
    Confidence Intervals", JASA 82, 1987)."""
    normal = NormalDist()
    below = float(np.mean(drawn < estimate.value) + 0.5 * np.mean(drawn == estimate.value))
    if not 0.0 < below < 1.0:
        return tails
    bias = normal.inv_cdf(below)
    pulls = estimate.influence()
    centred = pulls - (estimate.times @ pulls) / estimate.times.sum()
    squares = float(estimate.times @ centred**2)
    skew = float(estimate.times @ centred**3) / (6.0 * squares**1.5) if squares > 0 else 0.0
    shifted = []
    for tail in tails.tolist():
        reach = bias + normal.inv_cdf(tail)
        shifted.append(normal.cdf(bias + reach / (1.0 - skew * reach)))
    return np.array(shifted)

"""Percent agreement, Fleiss' kappa and Gwet's AC1 and AC2: many people, classes given or not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assay.quality.agreement import kernels
from assay.quality.agreement.patterns import Answers, Patterns
from assay.quality.agreement.result import Agreement, Estimate, Interval, corrected, settled
from assay.quality.agreement.weights import Weights, agreement_weights
from assay.quality.arrays import Floats, Offsets

# From shares by class (rounds, classes): the agreement by chance (rounds,), and its slope by class (classes,).
Chance = Callable[[Floats], Floats]


def percent_agreement(
    answers: Answers,
    weights: Weights = "identity",
    *,
    interval: Interval = "analytic",
    level: float = 0.95,
    rounds: int = 1_000,
    seed: int = 0,
) -> Agreement:
    """The share of pairs of answers to one unit that agree, averaged over units; ``expected`` is 0.

    Not corrected for chance: with two classes and no skill at all it is a half. Arguments and errors as in
    ``fleiss_kappa``. Source: Gwet, Handbook of Inter-Rater Reliability, 4th edition (2014).
    """
    patterns = Patterns.of(answers)
    table = agreement_weights(weights, patterns.n_classes)
    zero = np.zeros(patterns.n_classes)
    estimate = _estimate(patterns, table, "Percent agreement", lambda shares: shares @ zero, lambda _: zero)
    return settled(estimate, interval, level, rounds, seed)


def fleiss_kappa(
    answers: Answers,
    weights: Weights = "identity",
    *,
    interval: Interval = "analytic",
    level: float = 0.95,
    rounds: int = 1_000,
    seed: int = 0,
) -> Agreement:
    """Fleiss' kappa: chance is two people who draw from the classes' shares over all units.

    ``answers``: ``Votes``, ``Patterns``, or a matrix of counts (units, classes). ``weights``: how much two classes
    agree (``agreement_weights``). Units may have different numbers of answers: agreement is averaged over units with
    two or more, shares of classes over units with any, each unit counting once (Gwet 2014; with equal
    numbers that is Fleiss' own). Its interval: Gwet, "Large-Sample Variance of Fleiss Generalized Kappa", Educational
    and Psychological Measurement 81 (2021). Raises ``ValueError`` where no unit has two answers.

    Source: Fleiss, "Measuring Nominal Scale Agreement Among Many Raters", Psychological Bulletin 76 (1971).

    >>> round(fleiss_kappa([[2, 0], [2, 0], [1, 1], [0, 2]]).value, 4)
    0.4667
    """
    return settled(fleiss_estimate(Patterns.of(answers), weights), interval, level, rounds, seed)


def gwet_ac(
    answers: Answers,
    weights: Weights = "identity",
    *,
    interval: Interval = "analytic",
    level: float = 0.95,
    rounds: int = 1_000,
    seed: int = 0,
) -> Agreement:
    """Gwet's AC1 (identity weights) or AC2: chance is agreement on units that are hard, which skew makes rare.

    Stays sensible where one class is much more common than others, where kappa and alpha fall towards 0 although
    people nearly always agree. Classes that exist but were never given count: name them all (``classes=`` of
    ``Votes``). Arguments and errors as in ``fleiss_kappa``.

    Source: Gwet, "Computing Inter-Rater Reliability and Its Variance in the Presence of High Agreement", British
    Journal of Mathematical and Statistical Psychology 61 (2008); weights and gaps: Handbook of Inter-Rater
    Reliability, 4th edition (2014).

    >>> round(gwet_ac([[2, 0], [2, 0], [1, 1], [0, 2]]).value, 4)
    0.5294
    """
    return settled(ac_estimate(Patterns.of(answers), weights), interval, level, rounds, seed)


def fleiss_estimate(patterns: Patterns, weights: Weights) -> Estimate:
    """Fleiss' kappa of patterns, with what its intervals need."""
    table = agreement_weights(weights, patterns.n_classes)

    def chance(shares: Floats) -> Floats:
        return np.asarray(((shares @ table) * shares).sum(axis=1))

    return _estimate(patterns, table, _named("Fleiss' kappa", weights), chance, lambda shares: shares @ table)


def ac_estimate(patterns: Patterns, weights: Weights) -> Estimate:
    """Gwet's AC1 or AC2 of patterns, with what its intervals need."""
    table = agreement_weights(weights, patterns.n_classes)
    most = patterns.n_classes
    # With one class there is nothing that chance could get wrong: expected 1, as for the other coefficients.
    factor = float(table.sum()) / (most * (most - 1.0)) if most > 1 else 0.0

    def chance(shares: Floats) -> Floats:
        return np.asarray(factor * (shares * (1.0 - shares)).sum(axis=1)) if most > 1 else np.ones(len(shares))

    name = "Gwet's AC1" if isinstance(weights, str) and weights == "identity" else _named("Gwet's AC2", weights)
    # Half the slope, up to a constant that cancels where influences are centred.
    return _estimate(patterns, table, name, chance, lambda shares: factor * (1.0 - shares))


def _named(name: str, weights: Weights) -> str:
    if isinstance(weights, str):
        return name if weights == "identity" else f"{name}, {weights} weights"
    return f"{name}, weights of its own"


def _estimate(
    patterns: Patterns, table: Floats, name: str, chance: Chance, pull_of: Callable[[Floats], Floats]
) -> Estimate:
    """``pull_of``: from shares (classes,) to what one unit's answers in each class add to chance (classes,)."""
    pairable = patterns.size >= 2
    judged = int(patterns.times[pairable].sum())
    if judged == 0:
        patterns.pairable()  # says what is wrong
    share = patterns.count / np.repeat(patterns.size, np.diff(patterns.start))
    alike = _agreement(patterns, table)
    times = patterns.times
    number = patterns.units
    shares = kernels.weighted_totals(times[None], patterns.start, patterns.code, share, patterns.n_classes) / number
    observed = float(times @ alike) / judged
    expected = float(chance(shares)[0])

    def influence() -> Floats:
        """Gwet's values by unit (2014), less their mean, over the number of units.

        Where units have a single answer we differ: he counts their agreement as a difference from the mean, which adds
        the spread of who answered to that of how they agree; here they move only the shares of classes.
        """
        room = 1.0 - expected
        seen_by_unit = np.where(pairable, alike - observed, 0.0) * (number / judged)
        chance_by_unit = kernels.gathered(patterns.start, patterns.code, share, pull_of(shares[0])) - expected
        return np.asarray((seen_by_unit - 2.0 * (1.0 - observed) / room * chance_by_unit) / room / number)

    def redraw(weights: Offsets) -> Floats:
        totals = kernels.weighted_totals(weights, patterns.start, patterns.code, share, patterns.n_classes)
        by_chance = chance(totals / number)
        judged_then = (weights @ pairable.astype(np.int64)).astype(np.float64)
        seen = np.full(len(weights), np.nan)
        np.divide(weights @ alike, judged_then, out=seen, where=judged_then > 0)
        return corrected(seen, by_chance)

    return Estimate(name, observed, expected, judged, patterns.raters, times, influence, redraw)


def _agreement(patterns: Patterns, table: Floats) -> Floats:
    """The mean agreement of pairs of answers inside each pattern: (patterns,), 0 where there is no pair."""
    pairs = patterns.size * (patterns.size - 1.0)
    apart = kernels.within(
        patterns.start, patterns.code, patterns.count, kernels.TABLE, np.zeros((1, 0)), 1.0 - table, 1
    )[0]
    made = np.zeros(len(pairs))
    np.divide(pairs - apart, pairs, out=made, where=pairs > 0)
    return made

"""Krippendorff's alpha: agreement beyond chance by any number of people, with gaps, on any scale."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assay.quality.agreement import kernels
from assay.quality.agreement.patterns import Answers, Patterns
from assay.quality.agreement.result import Agreement, Estimate, Interval, settled
from assay.quality.agreement.weights import Distance, Scale
from assay.quality.arrays import Floats, Offsets

# A draw whose expected disagreement is this small against that of all answers holds one value, and rounding.
NEGLIGIBLE = 1e-12


def krippendorff_alpha(
    answers: Answers,
    distance: Distance = "nominal",
    *,
    period: float | None = None,
    interval: Interval = "analytic",
    level: float = 0.95,
    rounds: int = 1_000,
    seed: int = 0,
) -> Agreement:
    """Krippendorff's alpha: 1 less the observed over the expected disagreement, 1 - Do / De.

    ``answers``: ``Votes``, ``Patterns``, or a matrix of counts (units, classes); units with fewer than two answers are
    left out. ``distance`` between two classes: ``nominal`` (same or not), ``ordinal`` (squared difference of mean
    ranks), ``interval`` (squared difference), ``ratio`` (squared difference over sum), ``circular`` (squared sine of
    half the angle; ``period`` is once round, by default the span of the classes and 1), a function of two class values,
    or a matrix (classes, classes). For answers that are all different, such as boxes: ``annotation_alpha``.

    Returns the value with its interval: ``analytic`` from the influence of each unit (a Student interval), or by
    drawing whole units again ``rounds`` times (``bootstrap``: percentiles; ``bca``: corrected for bias and skewness).
    ``observed`` and ``expected`` are 1 - Do / Dmax and 1 - De / Dmax with Dmax the largest distance of two classes in
    use. Where all answers are alike, 0 with a note.

    Raises ``ValueError`` where no unit has two answers, or a scale needs numbers and the classes are none.

    Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011); Content Analysis, 4th edition (2018). He
    draws pairs of answers at random for the interval; we draw units, since answers of one unit are not
    independent of each other.

    >>> alpha = krippendorff_alpha([[2, 0], [2, 0], [1, 1], [0, 2]])
    >>> round(alpha.value, 4)
    0.5333
    """
    patterns = Patterns.of(answers).pairable()
    return settled(alpha_estimate(patterns, Scale(distance, patterns.classes, period)), interval, level, rounds, seed)


def alpha_estimate(patterns: Patterns, scale: Scale) -> Estimate:
    """Alpha of pairable patterns on a scale."""
    totals = patterns.totals[None]
    number = float(totals.sum())
    place = scale.places(totals)
    disagreement = within_units(patterns, scale, place)[0]
    seen = float(patterns.times @ disagreement)
    chance = float(scale.expected(totals)[0])
    largest = scale.largest(totals[0])
    alike = largest == 0.0 or chance <= 0.0
    return Estimate(
        method=f"Krippendorff's alpha, {scale.name}",
        observed=1.0 if alike else 1.0 - seen / number / largest,
        expected=1.0 if alike else 1.0 - chance / (number * (number - 1.0)) / largest,
        units=patterns.units,
        raters=patterns.raters,
        times=patterns.times,
        influence=lambda: _influence(patterns, scale, disagreement, seen, chance),
        redraw=_redraw(patterns, scale, disagreement, chance),
        bounded=scale.kind != kernels.TABLE,
    )


def within_units(patterns: Patterns, scale: Scale, place: Floats) -> Floats:
    """Each pattern's share of the observed disagreement, for each row of places: (rounds, patterns)."""
    pairs = kernels.within(
        patterns.start,
        patterns.code,
        patterns.count,
        scale.kind,
        np.array(place),
        scale.table,
        len(place),
    )
    return pairs / (patterns.size - 1.0)


def _redraw(patterns: Patterns, scale: Scale, disagreement: Floats, whole: float) -> Callable[[Offsets], Floats]:
    def values(weights: Offsets) -> Floats:
        totals = kernels.weighted_totals(weights, patterns.start, patterns.code, patterns.count, patterns.n_classes)
        if scale.ranked:
            # Ranks are those of the answers drawn, so what units disagree by changes from round to round.
            seen = (weights * within_units(patterns, scale, scale.places(totals))).sum(axis=1)
        else:
            seen = weights @ disagreement
        chance = scale.expected(totals)
        ratio = np.full(len(seen), np.nan)
        np.divide((totals.sum(axis=1) - 1.0) * seen, chance, out=ratio, where=chance > NEGLIGIBLE * whole)
        return np.asarray(1.0 - ratio)

    return values


def _influence(patterns: Patterns, scale: Scale, disagreement: Floats, seen: float, chance: float) -> Floats:
    """The derivative of 1 - (n - 1) seen / chance by the weight of each pattern: (patterns,)."""
    totals = patterns.totals
    number = float(totals.sum())
    more_seen = disagreement.copy()
    more_chance = 2.0 * kernels.gathered(patterns.start, patterns.code, patterns.count, scale.reach(totals[None])[0])
    if scale.ranked:
        # One more unit also moves the ranks of all classes above its own answers.
        place = scale.places(totals[None])[0]
        weight = patterns.times / (patterns.size - 1.0)
        seen_pull = kernels.pull(patterns.start, patterns.code, patterns.count, weight, place)
        chance_pull = totals * (number * place - float(totals @ place))
        more_seen += _through_ranks(patterns, seen_pull)
        more_chance += _through_ranks(patterns, chance_pull)
    lost = (number - 1.0) * more_seen + seen * patterns.size
    return np.asarray(-lost / chance + (number - 1.0) * seen * more_chance / chance**2)


def _through_ranks(patterns: Patterns, pull: Floats) -> Floats:
    above = pull.sum() - np.cumsum(pull)
    return 4.0 * kernels.gathered(patterns.start, patterns.code, patterns.count, above + pull / 2.0)

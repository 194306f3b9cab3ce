"""Where disagreement comes from: agreement by class, and by worker with what the rest would be without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from assay.quality.agreement import breakdown_kernels as kernels
from assay.quality.agreement.alpha import NEGLIGIBLE, alpha_estimate, within_units
from assay.quality.agreement.chance import ac_estimate, fleiss_estimate
from assay.quality.agreement.patterns import Answers, Patterns
from assay.quality.agreement.result import Agreement, Estimate, Interval, check_interval, corrected, settled
from assay.quality.agreement.weights import Distance, Scale
from assay.quality.arrays import Floats
from assay.quality.intervals import wilson
from assay.quality.votes import Votes

Coefficient: TypeAlias = Literal["alpha", "fleiss", "ac1"]

# Numbers kept at once while workers are taken away one by one: 32 MB.
_CELLS_AT_ONCE = 4_000_000
# A table of distances of so many classes takes 128 MB.
CLASSES_MAX = 4_096


@dataclass(frozen=True)
class ClassAgreement:
    """How far people agree on one class.

    ``label``: the class. ``share``: how much of all answers it is, 0 to 1. ``specific``: where one person gave it, the
    chance that another did, 0 to 1. ``agreement``: of the answers read as "this class, or another one".
    """

    label: Any
    share: float
    specific: float
    agreement: Agreement


@dataclass(frozen=True)
class WorkerAgreement:
    """How far one worker agrees with the others.

    ``worker``: the id. ``agreement``: of their answers with those of others to the same units; ``units`` says how many
    those are. ``without``: the coefficient over all other workers' answers, None where they share no unit.
    ``influence``: what the worker adds, the coefficient of all less ``without``; 0 where that is None.
    """

    worker: Any
    agreement: Agreement
    without: float | None
    influence: float


def by_class(
    answers: Answers,
    coefficient: Coefficient = "alpha",
    *,
    interval: Interval = "analytic",
    level: float = 0.95,
    rounds: int = 1_000,
    seed: int = 0,
) -> tuple[ClassAgreement, ...]:
    """Agreement on each class that was given, in order of classes: answers read as that class or another one.

    ``coefficient``: ``alpha`` (nominal), ``fleiss`` (Fleiss' own by category, where units have equally many answers) or
    ``ac1``. Raises ``ValueError`` where no unit has two answers.

    Source: Fleiss (1971), agreement by category; specific agreement: Fleiss, Levin and Paik, Statistical Methods for
    Rates and Proportions, 3rd edition (2003), chapter 18, here over all pairs of answers.
    """
    patterns = Patterns.of(answers).pairable()
    lengths = np.diff(patterns.start)
    others = np.repeat(patterns.size - 1.0, lengths)
    times = np.repeat(patterns.times, lengths)
    same = np.bincount(
        patterns.code, weights=times * patterns.count * (patterns.count - 1.0) / others, minlength=patterns.n_classes
    )
    made = []
    for code in np.flatnonzero(patterns.totals).tolist():
        estimate = _estimate(patterns.against_rest(code), coefficient, Scale("nominal", np.array([False, True])))
        made.append(
            ClassAgreement(
                patterns.classes[code : code + 1].tolist()[0],
                float(patterns.totals[code] / patterns.totals.sum()),
                float(same[code] / patterns.totals[code]),
                settled(estimate, interval, level, rounds, seed),
            )
        )
    return tuple(made)


def by_worker(
    votes: Votes, coefficient: Coefficient = "alpha", distance: Distance = "nominal", *, level: float = 0.95
) -> tuple[WorkerAgreement, ...]:
    """Each worker's agreement with the others, and the coefficient without them, in order of workers.

    A worker's observed disagreement is the mean distance of their answers to the others' of the same unit, averaged
    over their answers; chance is that of all answers. So the alpha of all is the mean of the workers' alphas, each
    weighing as many answers as they gave. The interval takes the observed agreement of each unit as a trial that
    succeeds in part (Wilson's, which is then on the wide side) and chance as known. ``distance``: of ``alpha``, as in
    ``krippendorff_alpha``; the other coefficients compare classes as the same or not.

    Workers who share no unit with another are left out. Raises ``ValueError`` where nobody does, and where there are
    more classes than 4,096.
    """
    check_interval("none", level, 1)
    if votes.n_classes > CLASSES_MAX:
        raise ValueError(f"{votes.n_classes:,} classes are too many to compare by worker; round the numbers first")
    if coefficient != "alpha" and not (isinstance(distance, str) and distance == "nominal"):
        raise ValueError(f"{coefficient} has no distance; use coefficient='alpha' for {distance!r}")
    patterns = Patterns.from_votes(votes)
    pairable = patterns.pairable()
    scale = Scale(distance, votes.classes)
    estimate = _estimate(pairable if coefficient == "alpha" else patterns, coefficient, scale)
    largest = scale.largest(pairable.totals) or 1.0
    place = scale.places(pairable.totals[None])[0]
    table = (place[:, None] - place[None, :]) ** 2 if scale.ranked else scale.filled()
    apart = kernels.distance_to_others(votes.label, votes.start, table)
    shared = apart >= 0.0
    trials = np.bincount(votes.worker[shared], minlength=votes.n_workers)
    apart_of = np.bincount(votes.worker[shared], weights=apart[shared], minlength=votes.n_workers) / largest
    rest = _without(votes, patterns, coefficient, scale, table)
    made = []
    for worker in np.flatnonzero(trials).tolist():
        number = int(trials[worker])
        agreement = _of_worker(estimate, 1.0 - float(apart_of[worker]) / number, number, level)
        without = float(rest[worker]) if np.isfinite(rest[worker]) else None
        name = votes.workers[worker : worker + 1].tolist()[0]
        influence = 0.0 if without is None or _undecided(estimate) else estimate.value - without
        made.append(WorkerAgreement(name, agreement, without, influence))
    return tuple(made)


def _estimate(patterns: Patterns, coefficient: Coefficient, scale: Scale) -> Estimate:
    if coefficient not in get_args(Coefficient):
        raise ValueError(f"coefficient is {coefficient!r}; it is one of {', '.join(get_args(Coefficient))}")
    if coefficient == "alpha":
        return alpha_estimate(patterns, scale)
    return (fleiss_estimate if coefficient == "fleiss" else ac_estimate)(patterns, "identity")


def _undecided(estimate: Estimate) -> bool:
    return 1.0 - estimate.expected <= 1e-12


def _of_worker(estimate: Estimate, observed: float, number: int, level: float) -> Agreement:
    method = f"{estimate.method}, one worker against the others"
    if _undecided(estimate):
        note = "all answers are alike, so agreement beyond chance cannot be shown; 0 by convention"
        return Agreement(0.0, -1.0, 1.0, level, method, 1.0, 1.0, number, estimate.raters, note)
    observed = min(max(observed, 0.0), 1.0)
    low, high = wilson(observed * number, number, level)
    room = 1.0 - estimate.expected
    value, low, high = ((share - estimate.expected) / room for share in (observed, low, high))
    return Agreement(value, low, high, level, method, observed, estimate.expected, number, estimate.raters)


def _without(votes: Votes, patterns: Patterns, coefficient: Coefficient, scale: Scale, table: Floats) -> Floats:
    """The coefficient over the answers of all but one worker: (workers,), NaN where there are no pairs left."""
    rows = np.argsort(votes.worker, kind="stable").astype(np.int64)
    begins = np.concatenate([[0], np.cumsum(votes.worker_votes())]).astype(np.int64)
    at_once = max(1, _CELLS_AT_ONCE // max(len(table) ** (2 if scale.ranked else 1), 1))
    parts = [
        _without_some(
            votes, patterns, coefficient, scale, table, rows, begins[first : min(first + at_once, votes.n_workers) + 1]
        )
        for first in range(0, votes.n_workers, at_once)
    ]
    return np.concatenate(parts)


def _without_some(
    votes: Votes,
    patterns: Patterns,
    coefficient: Coefficient,
    scale: Scale,
    table: Floats,
    rows: Any,
    begins: Any,
) -> Floats:
    sums, totals, shares, pairs = kernels.without_workers(
        rows, begins, votes.task, votes.label, votes.start, table, scale.ranked
    )
    pairable = patterns.pairable()
    if coefficient == "alpha":
        whole = pairable.totals[None]
        place = scale.places(whole)
        seen = pairable.times @ within_units(pairable, scale, place)[0] + sums[:, 0]
        totals = np.maximum(totals + pairable.totals, 0.0)
        if scale.ranked:
            # Without a worker the ranks are others, so what all the remaining pairs disagree by changes too.
            place = scale.places(totals)
            between = pairs + _between(pairable)
            seen = (between * (place[:, :, None] - place[:, None, :]) ** 2).sum(axis=(1, 2))
        chance, number = scale.expected(totals), totals.sum(axis=1)
        value = np.full(len(seen), np.nan)
        np.divide((number - 1.0) * seen, chance, out=value, where=chance > NEGLIGIBLE * scale.expected(whole))
        return _none_alike(1.0 - value, number >= 2)
    share = patterns.count / np.repeat(patterns.size, np.diff(patterns.start))
    times = np.repeat(patterns.times, np.diff(patterns.start))
    every = np.bincount(patterns.code, weights=times * share, minlength=patterns.n_classes)
    units = patterns.units + sums[:, 3]
    judged = pairable.units + sums[:, 2]
    apart = pairable.times @ (within_units(pairable, scale, np.zeros((1, len(table))))[0] / pairable.size) + sums[:, 1]
    part = np.maximum(shares + every, 0.0) / np.maximum(units, 1.0)[:, None]
    if coefficient == "fleiss" or len(table) == 1:
        expected = (part**2).sum(axis=1)
    else:
        expected = (part * (1.0 - part)).sum(axis=1) / (len(table) - 1.0)
    observed = 1.0 - apart / np.maximum(judged, 1.0)
    return _none_alike(corrected(observed, expected), judged >= 1)


def _none_alike(value: Floats, pairs: Any) -> Floats:
    """0 where all answers left are alike, NaN where no two of them are to one unit."""
    return np.where(pairs, np.where(np.isfinite(value), value, 0.0), np.nan)


def _between(patterns: Patterns) -> Floats:
    """Krippendorff's coincidences of different classes: (classes, classes), ordered pairs / (answers - 1)."""
    dense = np.zeros((len(patterns.times), patterns.n_classes))
    dense[np.repeat(np.arange(len(patterns.times)), np.diff(patterns.start)), patterns.code] = patterns.count
    table = dense.T @ (dense * (patterns.times / (patterns.size - 1.0))[:, None])
    np.fill_diagonal(table, 0.0)
    return np.asarray(table)

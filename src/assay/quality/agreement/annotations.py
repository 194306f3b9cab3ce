"""Krippendorff's alpha over answers that are all different: boxes, spans, sets, texts, with a distance between two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from assay.quality.agreement.distances import ManyPairs
from assay.quality.agreement.result import Agreement, Estimate, Interval, settled
from assay.quality.arrays import Codes, Floats, Offsets
from assay.quality.coding import encode

# All pairs are measured up to this many, by distances that take many pairs at once and by those that take one.
PAIRS_MAX = 4_000_000
CALLS_MAX = 100_000

AnnotationDistance: TypeAlias = Callable[[Any, Any], float] | ManyPairs | Any


def annotation_alpha(
    units: Any,
    annotations: Any,
    distance: AnnotationDistance,
    *,
    workers: Any = None,
    pairs_max: int | None = None,
    interval: Interval = "analytic",
    level: float = 0.95,
    rounds: int = 1_000,
    seed: int = 0,
) -> Agreement:
    """Krippendorff's alpha where each answer is an annotation of its own kind.

    ``units``: (answers,) ids, which unit each answer is about. ``annotations``: (answers, ...), an array or a sequence.
    ``distance``: a function of two annotations, 0 the same (``box_distance``, ``box_set_distance``, ``span_distance``,
    ``jaccard_distance``, ``masi_distance``, or your own); or a matrix (answers, answers). ``workers``: (answers,) ids,
    only to say how many there were. Units with one answer are left out.

    Chance is the mean distance of two answers taken from anywhere. Beyond ``pairs_max`` pairs of answers to different
    units (4,000,000, or 100,000 for a plain function) it is estimated from as many drawn with ``seed``, each answer
    having equally many partners, and the note says so; distances within units are always all measured.

    Raises ``ValueError`` where columns differ in length, no unit has two answers, or a distance is negative or NaN.

    Source: as ``krippendorff_alpha``; the same with every answer a value of its own.
    """
    codes, _ = encode(units, "units")
    if len(annotations) != len(codes):
        raise ValueError(f"there are {len(annotations)} annotations and {len(codes)} units; give one unit each")
    if workers is not None and len(workers) != len(codes):
        raise ValueError(f"there are {len(workers)} workers and {len(codes)} units; give one each")
    answers = _ordered(codes)
    measure, at_once = _measure(distance, annotations, answers.row)
    raters = int(answers.size.max()) if workers is None else len(encode(workers, "workers")[1])
    budget = pairs_max if pairs_max is not None else PAIRS_MAX if at_once else CALLS_MAX
    if budget < 1:
        raise ValueError(f"pairs_max must be 1 or more, got {pairs_max}")
    name = getattr(distance, "__name__", "a distance of its own")
    return settled(_estimate(answers, measure, budget, raters, name, seed), interval, level, rounds, seed)


@dataclass(frozen=True, eq=False)
class _Answers:
    """Answers of pairable units, unit by unit: the row of each, its unit, where units begin and how many each has."""

    row: Offsets
    unit: Codes
    start: Offsets
    size: Offsets


Measure: TypeAlias = Callable[[Offsets, Offsets], Floats]


def _ordered(codes: Codes) -> _Answers:
    many = np.bincount(codes) if len(codes) else np.zeros(0, np.int64)
    if not (many >= 2).any():
        raise ValueError(f"none of {len(many)} units has two answers, so nobody can be seen to agree; ask a second")
    row = np.argsort(codes, kind="stable")
    row = row[many[codes[row]] >= 2]
    size = many[many >= 2].astype(np.int64)
    unit = np.repeat(np.arange(len(size), dtype=np.int32), size)
    return _Answers(row, unit, np.concatenate([[0], np.cumsum(size)]).astype(np.int64), size)


def _measure(distance: AnnotationDistance, annotations: Any, row: Offsets) -> tuple[Measure, bool]:
    """Distances of pairs given by their places in ``row``, and whether many come at once."""
    if isinstance(distance, ManyPairs):
        kept = np.asarray(annotations)[row]
        return lambda one, other: _checked(distance.pairs(kept, one, other)), True
    if callable(distance):
        values = [annotations[place] for place in row.tolist()]

        def one_by_one(one: Offsets, other: Offsets) -> Floats:
            pairs = zip(one.tolist(), other.tolist(), strict=True)
            return _checked(np.array([float(distance(values[i], values[j])) for i, j in pairs]))

        return one_by_one, False
    table = np.asarray(distance, dtype=np.float64)
    if table.shape != (len(annotations), len(annotations)):
        raise ValueError(f"distances must have the shape {(len(annotations),) * 2}, got {table.shape}")
    if not np.allclose(table, table.T) or np.diag(table).any():
        raise ValueError("distances must be symmetric, and 0 from an annotation to itself")
    return lambda one, other: _checked(table[row[one], row[other]]), True


def _checked(distances: Floats) -> Floats:
    if not np.isfinite(distances).all() or (distances < 0).any():
        raise ValueError("a distance is negative or not a finite number; distances are 0 or more")
    return distances


def _estimate(answers: _Answers, measure: Measure, budget: int, raters: int, name: str, seed: int) -> Estimate:
    number = len(answers.row)
    units = len(answers.size)
    one, other = _pairs_within(answers)
    apart = measure(one, other)
    inside = np.bincount(answers.unit[one], weights=apart, minlength=units) * 2.0
    disagreement = inside / (answers.size - 1.0)
    across = number * (number - 1) // 2 - len(one)
    table: Floats | None = None
    note = ""
    if across <= budget:
        table, largest = _between_units(answers, measure)
        reach = table.sum(axis=1)
    else:
        partners = max(1, budget // number)
        reach, largest = _sampled_reach(answers, measure, partners, seed)
        reach = reach + inside
        note = f"chance from {partners * number:,} of {across:,} pairs of answers to different units, drawn at random"
    largest = max(largest, float(apart.max()))
    seen, chance = float(disagreement.sum()), float(reach.sum())
    alike = chance <= 0.0
    size = answers.size.astype(np.float64)

    def influence() -> Floats:
        lost = (number - 1.0) * disagreement + seen * size
        return np.asarray(-lost / chance + (number - 1.0) * seen * 2.0 * reach / chance**2)

    def redraw(weights: Offsets) -> Floats:
        drawn = weights.astype(np.float64)
        # From a sample of pairs to first order: what distances two drawn units make is then not known.
        by_chance = 2.0 * drawn @ reach - chance if table is None else ((drawn @ table) * drawn).sum(axis=1)
        value = np.full(len(drawn), np.nan)
        np.divide((drawn @ size - 1.0) * (drawn @ disagreement), by_chance, out=value, where=by_chance > 0)
        return np.asarray(1.0 - value)

    return Estimate(
        method=f"Krippendorff's alpha, {name}",
        observed=1.0 if alike else 1.0 - seen / number / largest,
        expected=1.0 if alike else 1.0 - chance / (number * (number - 1.0)) / largest,
        units=units,
        raters=raters,
        times=np.ones(units, np.int64),
        influence=influence,
        redraw=redraw,
        bounded=False,
        note=note,
    )


def _pairs_within(answers: _Answers) -> tuple[Offsets, Offsets]:
    """Places of all pairs of answers to one unit, the first before the second."""
    ones, others = [], []
    for size in np.unique(answers.size).tolist():
        begins = answers.start[:-1][answers.size == size]
        i, j = np.triu_indices(size, 1)
        ones.append((begins[:, None] + i).ravel())
        others.append((begins[:, None] + j).ravel())
    return np.concatenate(ones), np.concatenate(others)


def _between_units(answers: _Answers, measure: Measure) -> tuple[Floats, float]:
    """The sum of distances between the answers of every two units, (units, units), and the largest distance."""
    number, units = len(answers.row), len(answers.size)
    table = np.zeros((units, units))
    largest = 0.0
    for begin, end in zip(answers.start[:-1].tolist(), answers.start[1:].tolist(), strict=True):
        rest = np.arange(begin, number)
        one, other = np.repeat(np.arange(begin, end), len(rest)), np.tile(rest, end - begin)
        kept = other > one
        apart = measure(one[kept], other[kept])
        largest = max(largest, float(apart.max(initial=0.0)))
        table[answers.unit[begin]] += np.bincount(answers.unit[other[kept]], weights=apart, minlength=units)
    return table + table.T, largest


def _sampled_reach(answers: _Answers, measure: Measure, partners: int, seed: int) -> tuple[Floats, float]:
    """The sum of distances from each unit's answers to those of all others, (units,), from some partners of each."""
    rng = np.random.default_rng(seed)
    number = len(answers.row)
    size = answers.size[answers.unit]
    one = np.repeat(np.arange(number), partners)
    # A partner is any answer but the unit's own: drawn from one fewer, and moved past them.
    other = rng.integers(0, (number - size)[one])
    other += np.where(other >= answers.start[answers.unit[one]], size[one], 0)
    apart = measure(one, other)
    mean = apart.reshape(number, partners).mean(axis=1)
    reach = np.bincount(answers.unit, weights=mean * (number - size)).astype(np.float64)
    return reach, float(apart.max())

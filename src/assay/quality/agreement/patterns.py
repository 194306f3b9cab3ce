"""Units collapsed into distinct patterns: all that agreement needs, in a table that is nearly always tiny.

A million units with five answers in four classes have at most 125 different rows of counts. Every coefficient here is a
sum over units, so it is a sum over patterns, each taken as often as it occurred; and drawing units again at random is
drawing how often each pattern occurs. That is what makes a thousand bootstrap rounds cheaper than one plain pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import log2
from typing import Any, TypeAlias

import numpy as np

from assay.quality.agreement import kernels
from assay.quality.arrays import Codes, Flags, Floats, Ids, Offsets
from assay.quality.coding import encode, object_array
from assay.quality.votes import Votes

# A table over all possible patterns is used up to this many entries (8 bytes each): it stays in the nearest memory.
TABLE_MAX = 1 << 20
# So many units foretell the span of all ratings; where they do not, ratings are gone through another way.
UNITS_AHEAD = 1_000
# Whole numbers that span no more than this are coded without hashing.
SPAN_MAX = 1 << 16


@dataclass(frozen=True, eq=False)
class Patterns:
    """Distinct rows of class counts, and how many units have each.

    ``start``: (patterns + 1,) int64; pattern ``p`` is rows ``start[p]:start[p + 1]`` of ``code`` (int32, classes) and
    ``count`` (float64, how often each was given, at least 1). ``times``: (patterns,) int64, at least 1. ``classes``:
    class values by code. ``raters``: how many people answered; the most answers of any unit where it is not known who
    gave them. Units without answers are in no pattern.

    >>> Patterns.from_counts([[3, 0], [2, 1], [3, 0]]).times.tolist()
    [1, 2]
    """

    start: Offsets
    code: Codes
    count: Floats
    times: Offsets
    classes: Ids
    raters: int

    @classmethod
    def of(cls, answers: Answers) -> Patterns:
        """Patterns of votes, of a matrix of counts (units, classes), or as they are."""
        if isinstance(answers, Patterns):
            return answers
        if isinstance(answers, Votes):
            return cls.from_votes(answers)
        return cls.from_counts(answers)

    @classmethod
    def from_votes(cls, votes: Votes) -> Patterns:
        """One unit a task. Weights of votes are not used: an answer is an answer."""
        most = kernels.most_answers(votes.start)
        return _collapsed(votes.label, votes.start, votes.classes, votes.n_workers, most)

    @classmethod
    def from_counts(cls, counts: Any, classes: Sequence[Any] | Ids | None = None) -> Patterns:
        """From a matrix (units, classes): how many people put each unit into each class.

        ``classes`` default to 0, 1, 2, …; give their values for distances between numbers. Raises ``ValueError`` where
        the matrix is not of two dimensions, or an entry is negative or no whole number.
        """
        matrix = _whole_numbers(counts)
        ids = np.arange(matrix.shape[1]) if classes is None else object_array(list(classes))
        if len(ids) != matrix.shape[1]:
            raise ValueError(f"counts have {matrix.shape[1]} columns and there are {len(ids)} classes; give one each")
        if matrix.size == 0:
            return cls(np.zeros(1, np.int64), _no_codes(), np.zeros(0), np.zeros(0, np.int64), ids, 0)
        low, high = kernels.extremes(matrix)
        if low < 0:
            raise ValueError(f"counts hold {low}; a count is 0 or more")
        if _fits_table(high, matrix.shape[1], matrix.shape[0]):
            power = (high + 1) ** np.arange(matrix.shape[1], dtype=np.int64)
            units_of_key = np.zeros((high + 1) ** matrix.shape[1], np.int64)
            kernels.tally_counts(matrix, power, units_of_key)
            made = _from_keys(units_of_key, power, high + 1, ids, 0)
            return replace(made, raters=int(made.size.max(initial=0)))
        per_unit = matrix.sum(axis=1)
        label = np.repeat(np.tile(np.arange(matrix.shape[1], dtype=np.int32), matrix.shape[0]), matrix.ravel())
        start = np.concatenate([[0], np.cumsum(per_unit)]).astype(np.int64)
        return _collapsed(label, start, ids, int(per_unit.max()), int(per_unit.max()))

    @classmethod
    def from_ratings(cls, ratings: Any, classes: Sequence[Any] | Ids | None = None) -> Patterns:
        """From a matrix (raters, units): what each person said of each unit.

        Numbers, with NaN where a person gave no answer; or any values, with None (or NaN) for no answer. ``classes``
        fixes the classes and their order; they default to the values given, in ascending order where they have one.
        Raises ``ValueError`` where the matrix is not of two dimensions, a number is infinite, or a value is not among
        ``classes``.
        """
        matrix = np.asarray(ratings)
        if matrix.ndim != 2:
            raise ValueError(f"ratings must have the shape (raters, units), got {matrix.shape}")
        if classes is None and matrix.dtype.kind in "iufb":
            tallied = _tallied_numbers(matrix)
            if tallied is not None:
                return tallied
        label, start, ids = _coded_numbers(matrix) if matrix.dtype.kind in "iufb" else _coded_objects(matrix)
        if classes is not None:
            label, ids = _recoded(label, ids, object_array(list(classes)))
        most = kernels.most_answers(start)
        return _collapsed(label, start, ids, matrix.shape[0], most)

    @property
    def n_classes(self) -> int:
        return len(self.classes)

    @property
    def units(self) -> int:
        """How many units have an answer."""
        return int(self.times.sum())

    @cached_property
    def size(self) -> Floats:
        """How many answers each pattern holds: (patterns,)."""
        total: Floats = np.add.reduceat(self.count, self.start[:-1]) if len(self.times) else np.zeros(0)
        return total

    @cached_property
    def totals(self) -> Floats:
        """How often each class was given over all units: (classes,)."""
        totals = kernels.weighted_totals(self.times[None], self.start, self.code, self.count, self.n_classes)
        return np.asarray(totals[0])

    def only(self, kept: Flags) -> Patterns:
        """The patterns where ``kept`` (patterns,) is true."""
        lengths = np.diff(self.start)
        rows = np.repeat(kept, lengths)
        start = np.concatenate([[0], np.cumsum(lengths[kept])]).astype(np.int64)
        return Patterns(start, self.code[rows], self.count[rows], self.times[kept], self.classes, self.raters)

    def pairable(self) -> Patterns:
        """The patterns with two answers or more. Raises ``ValueError`` where there are none."""
        kept = self.size >= 2
        if not kept.any():
            raise ValueError(
                f"none of {self.units} units has two answers, so nobody can be seen to agree; ask a second person"
            )
        return self if kept.all() else self.only(kept)

    def against_rest(self, code: int) -> Patterns:
        """The same answers as to whether they are class ``code``: two classes, 0 the rest and 1 the class."""
        inside = np.zeros(len(self.times))
        rows = self.code == code
        inside[np.repeat(np.arange(len(self.times)), np.diff(self.start))[rows]] = self.count[rows]
        pair = np.stack([self.size - inside, inside], axis=1)
        where = pair > 0
        start = np.concatenate([[0], np.cumsum(where.sum(axis=1))]).astype(np.int64)
        codes = np.broadcast_to(np.arange(2, dtype=np.int32), pair.shape)[where]
        return Patterns(start, codes, pair[where], self.times, np.array([False, True]), self.raters)


Answers: TypeAlias = Votes | Patterns | Any


def _collapsed(label: Codes, start: Offsets, classes: Ids, raters: int, most: int) -> Patterns:
    if _fits_table(most, len(classes), len(start) - 1):
        power = (most + 1) ** np.arange(len(classes), dtype=np.int64)
        units_of_key = np.zeros((most + 1) ** len(classes), np.int64)
        kernels.tally_votes(label, start, power, units_of_key)
        return _from_keys(units_of_key, power, most + 1, classes, raters)
    ordered = kernels.sort_units(label, start)
    first, times = kernels.first_alike(ordered, start)
    begins, code, count = kernels.run_lengths(ordered, start, first)
    return Patterns(begins, code, count, times, classes, raters)


def _fits_table(most: int, classes: int, units: int) -> bool:
    """Whether all patterns of up to ``most`` answers a class can be numbered in a table worth clearing."""
    return classes * log2(most + 1) <= log2(min(TABLE_MAX, max(4096, 16 * units)))


def _from_keys(units_of_key: Offsets, power: Offsets, base: int, classes: Ids, raters: int) -> Patterns:
    units_of_key[0] = 0  # units without answers
    keys = np.flatnonzero(units_of_key)
    counts = keys[:, None] // power[None, :] % base
    where = counts > 0
    start = np.concatenate([[0], np.cumsum(where.sum(axis=1))]).astype(np.int64)
    code = np.broadcast_to(np.arange(len(classes), dtype=np.int32), counts.shape)[where]
    return Patterns(start, code, counts[where].astype(np.float64), units_of_key[keys], classes, raters)


def _no_codes() -> Codes:
    return np.zeros(0, np.int32)


def _whole_numbers(counts: Any) -> Offsets:
    matrix = np.asarray(counts)
    if matrix.ndim != 2:
        raise ValueError(f"counts must have the shape (units, classes), got {matrix.shape}")
    if matrix.dtype.kind in "iub":
        return np.ascontiguousarray(matrix, dtype=np.int64)
    if matrix.dtype.kind != "f" or not np.array_equal(matrix, np.floor(matrix)) or not np.isfinite(matrix).all():
        raise ValueError("counts must be whole numbers; for what each person said, use Patterns.from_ratings")
    return np.ascontiguousarray(matrix, dtype=np.int64)


def _tallied_numbers(matrix: Any) -> Patterns | None:
    """Patterns of whole numbers near each other, counted in one pass; None where they are not, or patterns too many."""
    raters, units = matrix.shape
    low, high = kernels.whole_span(np.ascontiguousarray(matrix[:, :UNITS_AHEAD], dtype=np.float64))
    if not 0 <= high - low < SPAN_MAX or not _fits_table(raters, int(high - low) + 1, units):
        return None
    power = (raters + 1) ** np.arange(int(high - low) + 1, dtype=np.int64)
    units_of_key = np.zeros((raters + 1) ** len(power), np.int64)
    if not kernels.tally_ratings(np.ascontiguousarray(matrix, dtype=np.float64), low, power, units_of_key):
        return None
    made = _from_keys(units_of_key, power, raters + 1, np.arange(len(power)), raters)
    used, code = np.unique(made.code, return_inverse=True)
    return replace(made, code=code.astype(np.int32), classes=(low + used).astype(matrix.dtype))


def _coded_numbers(matrix: Any) -> tuple[Codes, Offsets, Ids]:
    numbers = np.ascontiguousarray(matrix, dtype=np.float64)
    low, high = kernels.whole_span(numbers)
    if 0 <= high - low < SPAN_MAX:
        label, start, often = kernels.code_whole(numbers, low, int(high - low) + 1)
        used = np.flatnonzero(often)
        if len(used) < len(often):
            label = (np.cumsum(often > 0) - 1).astype(np.int32)[label]
        return label, start, (low + used).astype(matrix.dtype)
    label, start, bits = kernels.code_ratings(numbers, numbers.view(np.int64))
    values = bits.view(np.float64)
    if not np.isfinite(values).all():
        raise ValueError("ratings hold an infinite number; use NaN where a person gave no answer")
    order = np.argsort(values)
    rank = np.empty(len(values), np.int32)
    rank[order] = np.arange(len(values), dtype=np.int32)
    ids = values[order]
    return rank[label], start, ids.astype(matrix.dtype) if matrix.dtype.kind in "iub" else ids


def _coded_objects(matrix: Any) -> tuple[Codes, Offsets, Ids]:
    columns = matrix.T
    # Only NaN differs from itself.
    given = np.array([[value is not None and value == value for value in row] for row in columns.tolist()], np.bool_)
    given = given.reshape(columns.shape)
    label, ids = encode(object_array(columns[given].tolist()), "ratings")
    try:
        ascending = object_array(sorted(ids.tolist()))
    except TypeError:
        ascending = ids
    label, ids = _recoded(label, ids, ascending)
    start = np.concatenate([[0], np.cumsum(given.sum(axis=1))]).astype(np.int64)
    return label, start, ids


def _recoded(label: Codes, ids: Ids, classes: Ids) -> tuple[Codes, Ids]:
    code_of = {value: code for code, value in enumerate(classes.tolist())}
    missing = [value for value in ids.tolist() if value not in code_of]
    if missing:
        raise ValueError(f"ratings hold {missing[0]!r}, which is not among the classes {classes.tolist()!r}")
    return np.array([code_of[value] for value in ids.tolist()], np.int32)[label], classes

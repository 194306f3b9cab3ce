"""A pass of EM as two plain functions, so that votes may lie in one array, in chunks, or on several machines.

``partial(partition, tables)`` counts one partition of the tasks; ``combine(counts)`` adds partitions up in the order
given. Workers and classes have the same codes in every partition, and each task is whole within one. What travels is
small: tables out and counts back, 16 numbers a worker for four classes. Since the order of the sum is fixed, the same
partitions give the same answer on one thread, on many, or elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from assay.quality.aggregation.coins import sweep_coins
from assay.quality.aggregation.shares import open_coins, open_confusion, open_four
from assay.quality.aggregation.sweeps import sweep_four, sweep_many, sweep_two, write_cells
from assay.quality.arrays import Codes, Floats, Offsets, Reals
from assay.quality.compiled import in_ranges
from assay.quality.votes import Golds, Votes

# Above this many classes tables and posteriors are float32: they no longer fit the cache, and half of them might.
CLASSES_IN_DOUBLE = 16
# Partitions of one array: enough to keep threads busy, each large enough to be worth its table.
PIECES_MAX = 8
PIECE_VOTES = 100_000


@dataclass(frozen=True, eq=False)
class Partition:
    """The votes of some tasks: rows ``start[i]:start[i + 1]`` of ``worker`` and ``label`` (votes,) are task ``i``'s.

    ``start``: (tasks + 1,) int64. ``weight``: (votes,) float64 or None. ``known``: (tasks,) int32, a gold's class or
    -1, or None where there are no golds. ``cells``: (votes,) int32, read as uint32: where each vote's row begins in a
    pass's table, which has one of twice ``width_of(n_classes)`` entries for each worker and class said; or None, see
    ``with_cells``. Codes of workers and classes are those of all partitions together.
    """

    worker: Codes
    label: Codes
    start: Offsets
    n_workers: int
    n_classes: int
    weight: Floats | None = None
    known: Codes | None = None
    cells: Codes | None = None

    @property
    def n_tasks(self) -> int:
        return len(self.start) - 1

    @property
    def n_votes(self) -> int:
        return int(self.start[-1] - self.start[0])

    @classmethod
    def of(cls, votes: Votes, golds: Golds | None = None) -> Partition:
        """All of ``votes``, with ``golds`` clamped."""
        known = golds.dense(votes.n_tasks) if golds is not None and len(golds) else None
        return cls(votes.worker, votes.label, votes.start, votes.n_workers, votes.n_classes, votes.weight, known)

    def with_cells(self, threads: int | None = 1) -> Partition:
        """The same, with ``cells``: a pass then reads one number a vote instead of two, for four bytes a vote."""
        return self if self.cells is not None else replace(self, cells=self._cells(threads))

    def _cells(self, threads: int | None) -> Codes:
        row = 2 * width_of(self.n_classes)
        if self.n_workers * self.n_classes * row >= 2**32:
            raise ValueError(f"{self.n_workers} workers by {self.n_classes} classes are too many for one table")
        cells = np.empty_like(self.worker)

        def fill(begin: int, end: int) -> None:
            write_cells(self.worker[begin:end], self.label[begin:end], self.n_classes, row, cells[begin:end])

        in_ranges(len(cells), fill, threads)
        return cells

    def pieces(self, count: int) -> Iterator[Partition]:
        """``count`` partitions of about equally many votes, which share this one's arrays."""
        goals = self.start[0] + (self.n_votes * np.arange(1, count)) // count
        cuts = np.concatenate([[0], np.searchsorted(self.start, goals), [self.n_tasks]])
        for begin, end in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
            yield Partition(
                self.worker,
                self.label,
                self.start[begin : end + 1],
                self.n_workers,
                self.n_classes,
                self.weight,
                None if self.known is None else self.known[begin:end],
                self.cells,
            )


@dataclass(frozen=True, eq=False)
class Tables:
    """What a vote says of the truth, as a model has it after its M-step.

    ``factor``: (n_workers, n_classes, n_classes), [worker, said, truth], the probability of saying so (variational
    methods: exp of its expected logarithm); for one-coin models (n_workers,), the odds of the class said against any
    other. ``prior``: (n_classes,), of the classes. ``constant``: log-likelihood that a pass leaves out. ``penalty``:
    what is added to the log-likelihood to make the objective that the method climbs. ``pseudo``: pseudo-counts behind
    the tables, which broadcast against ``factor``; methods that learn them find the last ones here.
    """

    factor: Reals
    prior: Floats
    constant: float = 0.0
    penalty: float = 0.0
    pseudo: Floats | None = None


class Opening(Enum):
    """What stands in for tables in the first pass: each task's shares of the vote, counted for either kind of model."""

    CONFUSION = "confusion"
    COINS = "coins"


@dataclass(frozen=True, eq=False)
class Counts:
    """What a pass counts. ``votes``: like ``Tables.factor``, expected votes by [worker, said, truth]; for one-coin
    models (n_workers, 2), expected right and wrong votes. ``classes``: (n_classes,), expected tasks of each.
    ``log_likelihood`` of the tables that the pass used; NaN for the opening, which used none."""

    votes: Reals
    classes: Floats
    log_likelihood: float


def partial(partition: Partition, tables: Tables | Opening, posterior: Reals | None = None) -> Counts:
    """One partition's counts under ``tables``. ``posterior``: (tasks, n_classes) to be written, or None."""
    classes = partition.n_classes
    weight = np.zeros(0) if partition.weight is None else partition.weight
    known = np.zeros(0, np.int32) if partition.known is None else partition.known
    if isinstance(tables, Opening):
        return _opening(partition, tables, weight, known)
    out = np.zeros((0, classes), dtype=precision(classes)) if posterior is None else posterior
    start = partition.start
    if tables.factor.ndim == 1:
        right, totals = np.zeros((partition.n_workers, 2)), np.zeros(classes)
        coins = (tables.factor, tables.prior, right, totals, out)
        likelihood = sweep_coins(partition.worker, partition.label, weight, start, known, *coins)
        return Counts(right, totals, likelihood)
    cells = partition.with_cells().cells
    assert cells is not None
    rows, width = partition.n_workers * classes, width_of(classes)
    table = np.zeros((rows, 2 * width), dtype=precision(classes))
    table[:, :classes] = tables.factor.reshape(rows, classes)
    prior, totals = np.zeros(width), np.zeros(width)
    prior[:classes] = tables.prior
    flat = table.reshape(-1)
    if classes == 2 and len(weight) == 0:
        likelihood = sweep_two(cells, start, known, flat, prior, totals, out)
    elif width == 4 and len(weight) == 0:
        likelihood = sweep_four(cells, start, known, classes, flat, prior, totals, out)
    else:
        likelihood = sweep_many(cells, weight, start, known, classes, flat, prior, totals, out)
    counted = table[:, width : width + classes].reshape(partition.n_workers, classes, classes)
    return Counts(counted, totals[:classes], likelihood)


def _opening(partition: Partition, opening: Opening, weight: Floats, known: Codes) -> Counts:
    workers, classes = partition.n_workers, partition.n_classes
    totals = np.zeros(classes)
    if opening is Opening.COINS:
        right = np.zeros((workers, 2))
        open_coins(partition.worker, partition.label, weight, partition.start, known, right, totals)
        return Counts(right, totals, float("nan"))
    counts = np.zeros((workers * classes, classes), dtype=precision(classes))
    if classes == 4 and len(weight) == 0 and len(known) == 0:
        cells = partition.with_cells().cells
        assert cells is not None
        if open_four(cells, partition.start, counts.reshape(-1), totals):
            return Counts(counts.reshape(workers, classes, classes), totals, float("nan"))
        counts[:] = 0.0
    open_confusion(partition.worker, partition.label, weight, partition.start, known, counts, totals)
    return Counts(counts.reshape(workers, classes, classes), totals, float("nan"))


def combine(parts: Iterable[Counts]) -> Counts:
    """The counts of all partitions together, added in the order given. Raises ``ValueError`` where there are none."""
    votes: Reals | None = None
    for part in parts:
        if votes is None:
            votes, classes, likelihood = part.votes.copy(), part.classes.copy(), part.log_likelihood
        else:
            votes += part.votes
            classes += part.classes
            likelihood += part.log_likelihood
    if votes is None:
        raise ValueError("there are no partitions to combine; give at least one, even of no tasks")
    return Counts(votes, classes, likelihood)


def precision(classes: int) -> type[np.float64] | type[np.float32]:
    """The type of tables and posteriors."""
    return np.float64 if classes <= CLASSES_IN_DOUBLE else np.float32


def width_of(classes: int) -> int:
    """How many factors a row of a pass's table has: three classes are padded to four."""
    return 4 if classes == 3 else classes


def pieces_for(partition: Partition) -> int:
    """How many pieces to cut votes into: by their number and the tables' size only, never by the machine."""
    table_bytes = 16 * partition.n_workers * partition.n_classes**2
    by_votes = partition.n_votes // PIECE_VOTES
    by_memory = 8 * partition.n_votes // max(table_bytes, 1)
    return max(1, min(PIECES_MAX, by_votes, by_memory))

"""Expectation maximization over counts: the loop that Dawid-Skene, IBCC and their kin share."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from assay.quality.aggregation.counts import Counts, Opening, Partition, Tables, combine, partial, pieces_for, precision
from assay.quality.arrays import Floats, Reals
from assay.quality.compiled import threads_available

Sweep = Callable[[Tables | Opening], Counts]


class Model(Protocol):
    """A method seen from the loop: what it makes of counts."""

    @property
    def iterations_max(self) -> int: ...
    @property
    def tolerance(self) -> float: ...

    def tables(self, counts: Counts, before: Tables | None) -> Tables: ...


@dataclass(frozen=True, eq=False)
class Fit:
    """Where the loop ended: the ``tables`` of its last pass, the ``counts`` of that pass, and how it went there."""

    tables: Tables
    counts: Counts
    trace: Floats
    converged: bool

    @property
    def iterations(self) -> int:
        return len(self.trace)

    @property
    def log_likelihood(self) -> float:
        return self.counts.log_likelihood + self.tables.constant

    def posterior(self, partition: Partition) -> Reals:
        """Posteriors of a partition's tasks under the last tables: (tasks, n_classes)."""
        out = room_for_posterior(partition)
        partial(partition, self.tables, out)
        return out


def climb(model: Model, sweep: Sweep, votes: int, counts: Counts, before: Tables | None = None) -> Fit:
    """Pass after pass from ``counts``, until the objective gains no more than ``model.tolerance`` a vote.

    ``sweep(tables)`` returns the counts of all votes under tables. ``before``: the tables of an earlier fit to go on
    from. Stops after ``model.iterations_max`` passes at the latest.
    """
    tables = before
    trace: list[float] = []
    converged = False
    while not converged and len(trace) < max(model.iterations_max, 1):
        tables = model.tables(counts, tables)
        counts = sweep(tables)
        trace.append(counts.log_likelihood + tables.constant + tables.penalty)
        converged = len(trace) > 1 and trace[-1] - trace[-2] <= model.tolerance * votes
    assert tables is not None
    return Fit(tables, counts, np.array(trace), converged)


def room_for_posterior(partition: Partition) -> Reals:
    """An array for ``sweep`` to write posteriors to: (tasks, n_classes), its values not set yet."""
    return np.empty((partition.n_tasks, partition.n_classes), dtype=precision(partition.n_classes))


def in_memory(partition: Partition, threads: int | None, posterior: Reals | None = None) -> Sweep:
    """The sweep over one array of votes, cut into pieces and shared among ``threads`` (None: all cores there are).

    The pieces depend on the data only and are added up in order, so the answer is the same for any number of threads.
    ``posterior``: (tasks, n_classes), written by each pass but the opening, or None. Writing it each time costs little;
    a pass of its own at the end would cost a whole one.
    """
    count = pieces_for(partition)
    if count == 1:
        return lambda tables: partial(partition, tables, posterior)
    jobs = []
    begin = 0
    for piece in partition.pieces(count):
        jobs.append((piece, None if posterior is None else posterior[begin : begin + piece.n_tasks]))
        begin += piece.n_tasks
    workers = min(threads or threads_available(), count)

    def sweep(tables: Tables | Opening) -> Counts:
        if workers == 1:
            return combine(partial(piece, tables, out) for piece, out in jobs)
        with ThreadPoolExecutor(workers) as pool:
            return combine(pool.map(lambda job: partial(job[0], tables, job[1]), jobs))

    return sweep

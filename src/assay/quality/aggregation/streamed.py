"""Fitting votes that do not fit: the same methods over parts that are read, or held elsewhere, one pass after another.

``fit_parts(method, parts)`` makes the passes that ``method.fit`` would make over all votes at once, and returns what it
learned of workers and classes. Answers are as many as tasks, so they are not kept: ``Streamed.answers(parts)`` makes
one more pass that gives them part by part. What is held at a time is a part, the tables, and a part's answers.

Equal to a fit in memory, except for the order in which counts are added up: posteriors differ by less than 1e-9 where
tables are in double precision, and by less than 1e-3 above 16 classes, where they are in single.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assay.quality.aggregation.counts import Counts, Opening, Partition, Tables, combine, partial, precision
from assay.quality.aggregation.majority import MajorityVote
from assay.quality.aggregation.method import FittedByEM, stopped_because
from assay.quality.aggregation.parts import Parts
from assay.quality.aggregation.result import decide, tie_of
from assay.quality.aggregation.shares import vote_shares
from assay.quality.aggregation.skill import agreement_skill
from assay.quality.arrays import Codes, Flags, Floats, Offsets, Reals


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers of one part's tasks. ``label_codes``: (tasks,) int32. ``confidence``: (tasks,), the posterior of the
    answer. ``tied``: (tasks,), whether a tie had to be decided. ``posterior``: (tasks, n_classes), or None where it was
    not asked for."""

    label_codes: Codes
    confidence: Floats
    tied: Flags
    posterior: Reals | None = None


@dataclass(frozen=True, eq=False)
class Streamed:
    """What a fit over parts learned; its fields are those of ``Aggregated`` but for the answers.

    ``tables``: of the last pass, or None for a majority vote.
    """

    method: str
    prior: Floats
    skill: Floats
    skill_interval: Floats
    worker_votes: Offsets
    tables: Tables | None = None
    confusion: Reals | None = None
    trace: Floats | None = None
    converged: bool = True
    iterations: int = 1
    log_likelihood: float = float("nan")
    reason: str = "the votes were counted"

    def answers(self, parts: Parts, *, posterior: bool = False) -> Iterator[Answers]:
        """The answers, part by part; with ``posterior`` also every class's probability."""
        return parts.map_parts(_answered, (self.tables, self.prior, posterior))


def fit_parts(method: FittedByEM | MajorityVote, parts: Parts) -> Streamed:
    """``method`` fitted to all parts together. Raises ``ValueError`` where there are none."""
    n_votes, worker_votes, n_classes = _sizes(parts)
    if isinstance(method, MajorityVote):
        return _voted(method, parts, worker_votes)
    nothing = Partition(
        np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(1, np.int64), len(worker_votes), n_classes
    )

    def sweep(tables: Tables | Opening) -> Counts:
        return combine(parts.map_parts(_counted, tables))

    fit = method.fitted(sweep, nothing, n_votes)
    skill, interval = method.skill(fit)
    total = fit.tables.prior.sum()
    return Streamed(
        method=method.name,
        prior=fit.tables.prior / total if total > 0 else fit.tables.prior,
        skill=skill,
        skill_interval=interval,
        worker_votes=worker_votes,
        tables=fit.tables,
        confusion=method.confusion(fit),
        trace=fit.trace,
        converged=fit.converged,
        iterations=fit.iterations,
        log_likelihood=fit.log_likelihood,
        reason=stopped_because(fit, method.iterations_max),
    )


def _sizes(parts: Parts) -> tuple[int, Offsets, int]:
    """How many votes in all, how many of each worker, and how many classes."""
    votes, of_worker, classes = 0, None, 0
    for given, n_classes in parts.map_parts(_sized, None):
        of_worker = given if of_worker is None else of_worker + given
        votes, classes = votes + int(given.sum()), n_classes
    if of_worker is None:
        raise ValueError("there are no parts to fit; give at least one")
    return votes, of_worker, classes


def _voted(method: MajorityVote, parts: Parts, worker_votes: Offsets) -> Streamed:
    total = combine(parts.map_parts(_shared_out, None))
    cast = float(total.classes.sum())
    classes = len(total.classes)
    prior = total.classes / cast if cast > 0 else np.full(classes, 1 / max(classes, 1))
    agreed, given = total.votes.T.astype(np.float64)
    skill, interval = agreement_skill(agreed, given)
    return Streamed(method.name, prior, skill, interval, worker_votes)


# What runs where the parts are. These are functions of the module, so that they can be sent there by name.


def _sized(part: Partition, _: None) -> tuple[Offsets, int]:
    rows = slice(int(part.start[0]), int(part.start[-1]))
    return np.bincount(part.worker[rows], minlength=part.n_workers).astype(np.int64), part.n_classes


def _counted(part: Partition, tables: Tables | Opening) -> Counts:
    return partial(part, tables)


def _shared_out(part: Partition, _: None) -> Counts:
    """By worker, votes that went with the shares and votes in all; by class, votes."""
    rows = slice(int(part.start[0]), int(part.start[-1]))
    weight = None if part.weight is None else part.weight[rows]
    given = np.bincount(part.worker[rows], weights=weight, minlength=part.n_workers)
    classes = np.bincount(part.label[rows], weights=weight, minlength=part.n_classes).astype(np.float64)
    agreed = _shares(part, np.zeros(part.n_classes))[1]
    return Counts(np.stack([agreed, given], axis=1), classes, float("nan"))


def _shares(part: Partition, fallback: Floats) -> tuple[Reals, Floats]:
    posterior: Reals = np.zeros((part.n_tasks, part.n_classes), dtype=precision(part.n_classes))
    agreed, codes, tied = np.zeros(part.n_workers), np.zeros(part.n_tasks, np.int32), np.zeros(part.n_tasks, np.bool_)
    weight = np.zeros(0) if part.weight is None else part.weight
    known = np.zeros(0, np.int32) if part.known is None else part.known
    voice = np.ones(part.n_workers)
    each = (part.worker, part.label, weight, voice, part.start, known)
    vote_shares(*each, fallback, tie_of(posterior), posterior, agreed, codes, tied)
    return posterior, agreed


def _answered(part: Partition, how: tuple[Tables | None, Floats, bool]) -> Answers:
    tables, prior, with_posterior = how
    posterior: Reals
    if tables is None:
        posterior = _shares(part, prior)[0]
    else:
        posterior = np.empty((part.n_tasks, part.n_classes), dtype=precision(part.n_classes))
        partial(part, tables, posterior)
    codes, tied = decide(posterior, prior)
    chosen = np.take_along_axis(posterior, codes[:, None].astype(np.int64), axis=1)[:, 0].astype(np.float64)
    return Answers(codes, chosen, tied, posterior if with_posterior else None)

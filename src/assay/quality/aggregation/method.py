"""What the methods fitted by EM share: fitting votes in memory and as they come."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np

from assay.quality.aggregation.counts import Counts, Opening, Partition, Tables
from assay.quality.aggregation.em import Fit, Sweep, climb, in_memory, room_for_posterior
from assay.quality.aggregation.online import Online
from assay.quality.aggregation.result import Aggregated, aggregated
from assay.quality.arrays import Floats, Offsets, Reals
from assay.quality.votes import Golds, GoldsLike, Votes

# Where a fit opens on a diagonal, every worker is taken to be right this often.
OPENING_SKILL = 0.7


@dataclass(frozen=True, kw_only=True)
class FittedByEM(ABC):
    """Parameters of every method that is fitted by EM.

    ``iterations_max``: passes at most. ``tolerance``: the fit has converged when a pass gains no more of the objective
    than this, per vote. ``opening``: the first posterior, from each task's shares of the vote (Dawid and Skene's own),
    or from workers all right 7 times in 10. ``threads``: None for all cores; it does not change the answer.
    """

    iterations_max: int = 100
    tolerance: float = 1e-5
    opening: Literal["votes", "diagonal"] = "votes"
    threads: int | None = None

    name: ClassVar[str]
    by_shares: ClassVar[Opening]

    @abstractmethod
    def tables(self, counts: Counts, before: Tables | None) -> Tables:
        """The M-step: what counts say of workers and classes. ``before``: the tables of the last step, if any."""

    def refreshed(self, counts: Counts, before: Tables) -> Tables:
        """The M-step for some of the workers, with whatever all workers share left as it is in ``before``."""
        return self.tables(counts, before)

    @abstractmethod
    def flat(self, n_workers: int, n_classes: int, skill: float) -> Tables:
        """Tables of workers who are all right with probability ``skill``, and classes all as likely."""

    @abstractmethod
    def skill(self, fit: Fit) -> tuple[Floats, Floats]:
        """Each worker's probability of a right answer (n_workers,), and its central 95 % (n_workers, 2)."""

    @abstractmethod
    def confusion(self, fit: Fit) -> Reals | None:
        """(n_workers, n_classes, n_classes), the probability of [worker, truth, said], or None."""

    def fit(self, votes: Votes, golds: GoldsLike = None) -> Aggregated:
        """Fit to ``votes``, with the answers of ``golds`` held fixed."""
        partition = self._prepared(Partition.of(votes, Golds.of(votes, golds)))
        posterior = room_for_posterior(partition)
        fit = self.fitted(in_memory(partition, self.threads, posterior), partition)
        return self.result(votes, posterior, fit)

    def fitted(self, sweep: Sweep, like: Partition, votes: int | None = None) -> Fit:
        """The loop over any sweep; ``like`` says how many workers and classes there are, ``votes`` how many in all."""
        flat = self.opening == "diagonal"
        opening = self.flat(like.n_workers, like.n_classes, OPENING_SKILL) if flat else self.by_shares
        return climb(self, sweep, like.n_votes if votes is None else votes, sweep(opening))

    def online(self, votes: Votes, golds: GoldsLike = None) -> Online:
        """Fit to ``votes``, and take further votes as they come."""
        return Online.fitted(self, votes, golds)

    def result(self, votes: Votes, posterior: Reals, fit: Fit) -> Aggregated:
        """The result for ``votes``, from the posterior (n_tasks, n_classes) of the last pass and where it ended."""
        skill, interval = self.skill(fit)
        return aggregated(
            votes,
            posterior,
            method=self.name,
            skill=skill,
            skill_interval=interval,
            prior=fit.tables.prior / fit.tables.prior.sum() if len(fit.tables.prior) else fit.tables.prior,
            worker_votes=_worker_votes(votes, fit),
            threads=self.threads,
            confusion=self.confusion(fit),
            trace=fit.trace,
            converged=fit.converged,
            iterations=fit.iterations,
            log_likelihood=fit.log_likelihood,
            reason=stopped_because(fit, self.iterations_max),
        )

    def _prepared(self, partition: Partition) -> Partition:
        return partition.with_cells(self.threads) if self.by_shares is Opening.CONFUSION else partition

    def with_iterations(self, iterations: int) -> FittedByEM:
        """The same method that makes exactly so many passes, whatever they gain."""
        return replace(self, iterations_max=iterations, tolerance=-np.inf)


def stopped_because(fit: Fit, iterations_max: int) -> str:
    """Why the loop ended, for people."""
    if fit.converged:
        return f"converged after {fit.iterations} iterations"
    return f"stopped after {iterations_max} iterations, still gaining"


def _worker_votes(votes: Votes, fit: Fit) -> Offsets:
    """From the table where each vote counts once: quicker than counting millions of votes again."""
    if votes.weight is not None:
        return votes.worker_votes()
    axes = tuple(range(1, fit.counts.votes.ndim))
    votes_given: Offsets = np.rint(fit.counts.votes.sum(axis=axes, dtype=np.float64)).astype(np.int64)
    return votes_given

"""EBCC: Bayesian classifier combination for workers who err together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from assay.quality.aggregation.ebcc_kernels import distance, run
from assay.quality.aggregation.patterns import patterns
from assay.quality.aggregation.priors import require_positive
from assay.quality.aggregation.result import Aggregated, aggregated
from assay.quality.aggregation.skill import confusion_skill
from assay.quality.arrays import Floats
from assay.quality.votes import Golds, GoldsLike, Votes

# Places where so few answers differ are one and the same.
SAME = 0.005


@dataclass(frozen=True, kw_only=True)
class EBCC:
    """Enhanced Bayesian classifier combination (Li, Rubinstein and Cohn 2019).

    Every class is divided into ``subtypes`` that are not seen: kinds of task on which the workers err alike. Given the
    subtype votes are independent, given the class they are not, so a crowd that shares a mistake is not counted as
    many independent witnesses. Each worker has a row of a confusion matrix for each subtype, with a Dirichlet prior of
    ``right`` for the right answer and ``wrong`` for each other. ``subtype_votes``: pseudo-counts of all
    subtypes of a class together; small values let subtypes that are not needed die out, so their number hardly
    matters. The defaults are the authors'.

    ``class_votes``: "shares" takes the votes' shares as pseudo-counts, as many as there are tasks, which is what the
    authors' experiments do; a number is the pseudo-count of every class.

    Fitted by mean-field variational inference from ``restarts`` starts at most, by chance from ``seed``; the one with
    the highest bound of the evidence is kept. A start that comes to a place already reached is not followed further,
    and when ``enough`` starts have come to the best place the rest are not made. ``tolerance``: the largest change of a
    posterior at which a start has converged.
    """

    subtypes: int = 10
    subtype_votes: float = 0.1
    right: float = 4.0
    wrong: float = 1.0
    class_votes: str | float = "shares"
    restarts: int = 20
    enough: int = 5
    iterations_max: int = 500
    tolerance: float = 1e-3
    seed: int = 0

    name: ClassVar[str] = "ebcc"

    def fit(self, votes: Votes, golds: GoldsLike = None) -> Aggregated:
        """The answers and confusion matrices. Raises ``ValueError`` where a parameter is out of its range."""
        require_positive(
            subtypes=self.subtypes, subtype_votes=self.subtype_votes, right=self.right,
            wrong=self.wrong, restarts=self.restarts, iterations_max=self.iterations_max,
        )  # fmt: skip
        known = Golds.of(votes, golds)
        gold = known.dense(votes.n_tasks)
        pseudo = self._class_pseudo(votes)
        workers, classes = votes.n_workers, votes.n_classes
        seen = patterns(votes, gold)
        slot = (seen.worker.astype(np.int64) * classes + seen.label).astype(np.int32)
        size = (workers * classes, classes * self.subtypes)
        table, log_said = np.empty(size), np.empty(size)
        best_evidence, best, best_counts = -np.inf, np.zeros((0, classes)), np.zeros((0, classes))
        best_trace = np.zeros(0)
        came = starts = 0
        while starts < self.restarts and came < self.enough:
            posterior = np.empty((len(seen.times), classes))
            trace = np.empty(self.iterations_max)
            made = run(
                seen.start, slot, seen.label, seen.weight, seen.gold, seen.times, classes, self.subtypes, pseudo,
                self.subtype_votes, self.right, self.wrong, self.seed * 1009 + starts,
                self.iterations_max, self.tolerance, best, table, log_said, posterior, trace,
            )  # fmt: skip
            starts += 1
            if made < 0 or (len(best) and distance(posterior, best, seen.times) < SAME):
                came += 1
            elif trace[made - 1] > best_evidence:
                came = 1
                best_evidence, best, best_trace = float(trace[made - 1]), posterior, trace[:made]
                best_counts = table[:, :classes].copy()
        counts = best_counts.reshape(workers, classes, classes)
        before = np.full((classes, classes), self.wrong) + np.eye(classes) * (self.right - self.wrong)
        prior = pseudo + seen.times @ best
        prior = prior / prior.sum()
        skill, skill_interval = confusion_skill(counts, before, prior)
        joint = (counts + before).transpose(0, 2, 1)
        converged = len(best_trace) < self.iterations_max
        return aggregated(
            votes,
            best[seen.of_task],
            method=self.name,
            skill=skill,
            skill_interval=skill_interval,
            prior=prior,
            confusion=joint / joint.sum(axis=2, keepdims=True),
            trace=best_trace,
            converged=converged,
            iterations=len(best_trace),
            log_likelihood=best_evidence,
            reason=f"the best of {starts} starts, {came} of which came to it",
            notes=votes.notes + known.notes,
        )

    def _class_pseudo(self, votes: Votes) -> Floats:
        if self.class_votes == "shares":
            counts = votes.counts()
            total = counts.sum(axis=1, keepdims=True)
            share = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
            # A class that nobody named keeps a trace, since a Dirichlet needs every parameter above 0.
            return np.asarray(share.sum(axis=0) + 1e-3)
        if isinstance(self.class_votes, str):
            raise ValueError(f"class_votes is {self.class_votes!r}; it is 'shares' or a pseudo-count above 0")
        require_positive(class_votes=self.class_votes)
        return np.full(votes.n_classes, float(self.class_votes))

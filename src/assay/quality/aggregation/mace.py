"""MACE: every worker either knows the answer or guesses in a way of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from assay.quality.aggregation.mace_kernels import run
from assay.quality.aggregation.priors import ClassPrior, class_prior, require_positive, vote_weights
from assay.quality.aggregation.result import Aggregated, aggregated
from assay.quality.aggregation.skill import beta_interval
from assay.quality.arrays import Floats
from assay.quality.votes import Golds, GoldsLike, Votes

# Confusion matrices with more entries than this are left out of the result: they follow from two numbers a class.
CONFUSION_ENTRIES = 2**24


@dataclass(frozen=True, kw_only=True)
class MACE:
    """Multi-annotator competence estimation (Hovy, Berg-Kirkpatrick, Vaswani and Hovy 2013).

    A vote is the truth with the worker's probability of knowing; else it is drawn from the worker's own habit of
    guessing, whatever the truth. A worker is described by one competence and ``n_classes`` habits, so MACE stands
    between the one-coin model and Dawid-Skene, and it sees through those who always press the same button. It cannot
    learn that two classes are confused with one another.

    ``variational`` fits by variational Bayes with a Beta prior of ``know_prior`` (pseudo-counts of knowing and of
    guessing) and a symmetric Dirichlet prior of ``guess_prior``; the defaults are those of the authors. Otherwise by
    EM with ``smoothing`` added to the expected counts (default 0.01 / n_classes). The best of ``restarts`` starts by
    evidence is kept: the first starts from majority vote, the others by chance from ``seed``; when ``enough`` have come
    to the best place the rest are not made. ``tolerance``: the gain a vote at which a start has converged.

    The paper takes all classes as equally common, which is ``class_prior="uniform"``. Here the default is their share
    among the votes: where one class is rare, a uniform prior has to explain the many votes against it by guessing.
    """

    variational: bool = True
    know_prior: tuple[float, float] = (0.5, 0.5)
    guess_prior: float = 10.0
    smoothing: float | None = None
    class_prior: ClassPrior = "shares"
    restarts: int = 10
    enough: int = 3
    iterations_max: int = 500
    tolerance: float = 1e-6
    seed: int = 0

    name: ClassVar[str] = "mace"

    def fit(self, votes: Votes, golds: GoldsLike = None) -> Aggregated:
        """The answers and competences. Raises ``ValueError`` where a parameter is out of its range."""
        require_positive(guess_prior=self.guess_prior, restarts=self.restarts)
        require_positive(knowing=self.know_prior[0], guessing=self.know_prior[1])
        known = Golds.of(votes, golds)
        gold = known.dense(votes.n_tasks)
        prior = class_prior(votes, self.class_prior)
        workers, classes = votes.n_workers, votes.n_classes
        slot = (votes.worker.astype(np.int64) * classes + votes.label).astype(np.int32)
        weight = vote_weights(votes)
        count = np.bincount(slot, weights=votes.weight, minlength=workers * classes).astype(np.float64)
        count = count.reshape(workers, classes)
        know_prior, guess_prior = np.array(self.know_prior), self.guess_prior
        if not self.variational:
            guess_prior = 0.01 / max(classes, 1) if self.smoothing is None else self.smoothing
            require_positive(smoothing=guess_prior)
            know_prior = np.full(2, guess_prior)
        chance = np.random.default_rng(self.seed)
        best: tuple[float, Floats, Floats, Floats, Floats] | None = None
        iterations = max(self.iterations_max, 2)
        # Two starts came to one place if their evidence differs by no more than what they stop at.
        near = 10 * max(self.tolerance, 1e-9) * max(len(votes), 1)
        came = starts = 0
        while starts < self.restarts and came < self.enough:
            knowing, guess = _start(workers, classes, chance if starts else None)
            posterior = np.empty((votes.n_tasks, classes))
            trace = np.empty(iterations)
            made = run(
                votes.start, slot, votes.label, weight, gold, np.log(prior), count, knowing, guess, self.variational,
                know_prior, guess_prior, iterations, self.tolerance, posterior, trace,
            )  # fmt: skip
            starts += 1
            if best is not None and abs(trace[made - 1] - best[0]) <= near:
                came += 1
            elif best is None or trace[made - 1] > best[0]:
                came = 1
                best = float(trace[made - 1]), posterior, knowing, guess, trace[:made]
        assert best is not None
        evidence, posterior, knowing, guess, trace = best
        lucky = guess @ prior
        total = count.sum(axis=1) + know_prior.sum()
        spread = beta_interval(np.maximum(knowing * total, 1e-9), np.maximum((1 - knowing) * total, 1e-9))
        # A very skewed posterior has its mean outside its central part.
        spread = np.stack([np.minimum(spread[:, 0], knowing), np.maximum(spread[:, 1], knowing)], axis=1)
        confusion = None
        if workers * classes * classes <= CONFUSION_ENTRIES:
            confusion = (1 - knowing)[:, None, None] * guess[:, None, :] + knowing[:, None, None] * np.eye(classes)
        return aggregated(
            votes,
            posterior,
            method=self.name,
            skill=knowing + (1 - knowing) * lucky,
            skill_interval=spread + (1 - spread) * lucky[:, None],
            prior=prior,
            confusion=confusion,
            # The first entry belongs to the start, whose distance from the prior is not counted yet.
            trace=trace[1:],
            converged=len(trace) < iterations,
            iterations=len(trace),
            log_likelihood=evidence,
            reason=f"the best of {starts} starts, {came} of which came to it",
            notes=votes.notes + known.notes,
        )


def _start(workers: int, classes: int, chance: np.random.Generator | None) -> tuple[Floats, Floats]:
    """Competences (workers,) and habits (workers, classes) to begin with; without ``chance``, all alike."""
    if chance is None:
        return np.full(workers, 0.5), np.full((workers, classes), 1.0 / max(classes, 1))
    knowing = chance.uniform(1.0, 1.5, (workers, 2))
    guess = chance.uniform(1.0, 1.5, (workers, classes))
    return knowing[:, 0] / knowing.sum(axis=1), guess / guess.sum(axis=1, keepdims=True)

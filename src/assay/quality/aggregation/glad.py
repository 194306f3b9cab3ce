"""GLAD: the ability of workers and the difficulty of tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from assay.quality.aggregation.glad_kernels import climb
from assay.quality.aggregation.priors import ClassPrior, class_prior, require_positive, vote_weights
from assay.quality.aggregation.result import Aggregated, aggregated
from assay.quality.arrays import Floats, Reals
from assay.quality.votes import Golds, GoldsLike, Votes


@dataclass(frozen=True, kw_only=True)
class GLAD:
    """Generative model of labels, abilities and difficulties (Whitehill, Ruvolo, Wu, Bergsma and Movellan 2009).

    A vote is right with probability 1 / (1 + exp(-ability * ease)) and else any other class alike; ease is of the task
    and above 0, ability of the worker. Use it where some tasks are hard for everyone; it cannot learn that two classes
    are confused, nor that one is commoner among wrong votes.

    The paper climbs by EM with conjugate gradients inside; we climb the same marginal posterior directly by a
    quasi-Newton method, whose steps cost one pass over the votes. Normal priors: of ability with mean and deviation
    ``ability_prior``, of the logarithm of ease with ``ease_prior``.

    ``signed`` lets abilities be negative, as in the paper, so that a worker's vote can count against what it says. By
    default they are not: ability is above 0, with the prior on its logarithm, and the worst worker is one whose votes
    say nothing. On real crowds with many weak workers signed abilities turn honest minorities into opponents: see
    docs/explanation/aggregation-models.md.

    ``tolerance``: the gain a vote in log-posterior at which the climb has converged. ``difficulty`` of the result is 1
    / ease.
    """

    ability_prior: tuple[float, float] | None = None
    ease_prior: tuple[float, float] = (1.0, 1.0)
    signed: bool = False
    class_prior: ClassPrior = "uniform"
    iterations_max: int = 300
    tolerance: float = 1e-5

    name: ClassVar[str] = "glad"

    def fit(self, votes: Votes, golds: GoldsLike = None) -> Aggregated:
        """The answers, abilities and difficulties. Raises ``ValueError`` where a parameter is out of its range."""
        ability_prior = self.ability_prior or ((1.0, 1.0) if self.signed else (0.0, 1.0))
        require_positive(ability_deviation=ability_prior[1], ease_deviation=self.ease_prior[1])
        require_positive(iterations_max=self.iterations_max)
        known = Golds.of(votes, golds)
        gold = known.dense(votes.n_tasks)
        prior = class_prior(votes, self.class_prior)
        mean = np.array([ability_prior[0], self.ease_prior[0]])
        precision = np.array([ability_prior[1], self.ease_prior[1]]) ** -2.0
        point = np.repeat(mean, (votes.n_workers, votes.n_tasks))
        posterior = np.empty((votes.n_tasks, votes.n_classes))
        trace = np.empty(self.iterations_max)
        made = climb(
            votes.start, votes.worker, votes.label, vote_weights(votes), gold, np.log(prior), mean, precision,
            self.signed, self.iterations_max, self.tolerance, point, posterior, trace,
        )  # fmt: skip
        skill, skill_interval = self._skill(votes, posterior, point, precision[0])
        return aggregated(
            votes,
            posterior,
            method=self.name,
            skill=skill,
            skill_interval=skill_interval,
            prior=prior,
            difficulty=np.exp(-point[votes.n_workers :]),
            trace=trace[:made],
            converged=made < self.iterations_max,
            iterations=int(made),
            log_likelihood=float(trace[made - 1]),
            reason="converged" if made < self.iterations_max else "the iterations were used up",
            notes=votes.notes + known.notes,
        )

    def _skill(self, votes: Votes, posterior: Reals, point: Floats, prior_precision: float) -> tuple[Floats, Floats]:
        """The mean probability of a right answer over the tasks each worker saw, and its 95 % interval.

        The interval is that of the normal approximation to the ability, whose precision is the prior's and what the
        votes tell, less what they do not because the truth is not known (Louis 1982).
        """
        workers = votes.n_workers
        strength = point[:workers] if self.signed else np.exp(point[:workers])
        ease = np.exp(point[workers:])[votes.task]
        share = np.bincount(votes.worker, minlength=workers)
        sure = _logistic(strength[votes.worker] * ease)
        hit = posterior[votes.task, votes.label]
        reach = ease if self.signed else ease * strength[votes.worker]
        told = np.bincount(votes.worker, (sure * (1 - sure) - hit * (1 - hit)) * reach**2, minlength=workers)
        deviation = 1.96 / np.sqrt(prior_precision + np.maximum(told, 0.0))
        columns = []
        for shift in (0.0, -1.0, 1.0):
            moved = point[:workers] + shift * deviation
            moved = moved if self.signed else np.exp(moved)
            total = np.bincount(votes.worker, _logistic(moved[votes.worker] * ease), minlength=workers)
            # One who gave no vote is judged on a task of average ease.
            alone = _logistic(moved * np.exp(self.ease_prior[0]))
            columns.append(np.where(share > 0, total / np.maximum(share, 1), alone))
        return columns[0], np.stack(columns[1:], axis=1)


def _logistic(x: Floats) -> Floats:
    tail = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, tail) / (1.0 + tail)

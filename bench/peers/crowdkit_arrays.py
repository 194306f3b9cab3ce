"""crowd-kit's GLAD with its tables held as arrays, for crowds on which its data frames would take hours.

The steps are inherited: the loop, its rule to stop, the conjugate gradients, priors and starting point. What is written
here is only how one step's sums are made: crowd-kit joins skills and difficulties to a frame of votes by classes anew
each time the objective is asked for; here they are looked up by code. The two add in another order and differ by that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
from crowdkit.aggregation import GLAD  # type: ignore[import-not-found]
from scipy.special import expit
from scipy.stats import norm


class Table:
    """Votes by classes. ``posterior``: (tasks, classes). ``alpha``, ``beta``: (workers,), (tasks,), as last set."""

    def __init__(self, data: Any, workers: Any, tasks: Any, labels: Any, alphas: Any, betas: Any) -> None:
        self.worker = pd.Index(workers).get_indexer(data["worker"])
        self.task = pd.Index(tasks).get_indexer(data["task"])
        self.label = pd.Index(labels).get_indexer(data["label"])
        self.shape = (len(tasks), len(labels))
        self.posterior = np.zeros(self.shape)
        self.alpha, self.beta = alphas.to_numpy(), betas.to_numpy()

    def __len__(self) -> int:
        return len(self.label) * self.shape[1]

    def by_vote(self, values: Any) -> Any:
        """``values`` (votes,) added up by task and by class said: (tasks, classes)."""
        cell = self.task * self.shape[1] + self.label
        return np.bincount(cell, weights=values, minlength=self.shape[0] * self.shape[1]).reshape(self.shape)


class GLADByArrays(GLAD):  # type: ignore[misc]
    """``crowdkit.aggregation.GLAD``, with the same answers but for rounding."""

    def _join_all(self, data: Any, alphas: Any, betas: Any, priors: Any) -> Table:
        return Table(data, self.workers_, self.tasks_, priors.index, alphas, betas)

    def _logarithms(self, table: Table) -> tuple[Any, Any]:
        """Of each vote's probability if it is right, and if it is wrong."""
        power = table.alpha[table.worker] * np.exp(table.beta[table.task])
        wrong = -self._softplus(power) - np.log(len(self.prior_labels_) - 1)
        return -self._softplus(-power), wrong

    def _e_step(self, table: Table) -> Table:
        right, wrong = self._logarithms(table)
        # Each class has the votes for it as right and the others as wrong.
        score = table.by_vote(right - wrong) + np.bincount(table.task, weights=wrong, minlength=table.shape[0])[:, None]
        score += np.log(self.priors_.to_numpy())
        score = np.exp(score - score.max(axis=1, keepdims=True))
        table.posterior = score / score.sum(axis=1, keepdims=True)
        self.probas_ = pd.DataFrame(
            table.posterior, index=pd.Index(self.tasks_, name="task"), columns=self.priors_.index
        )
        return table

    def _compute_Q(self, table: Table) -> float:  # noqa: N802
        right, wrong = self._logarithms(table)
        said = table.posterior[table.task, table.label]
        total = float((said * right + (1 - said) * wrong).sum())
        total += np.log(norm.pdf(self.alphas_ - self.alphas_priors_mean_)).sum()
        total += np.log(norm.pdf(self.betas_ - self.betas_priors_mean_)).sum()
        return -np.inf if np.isnan(total) else float(total)

    def _gradient_Q(self, table: Table) -> tuple[Any, Any]:  # noqa: N802
        scale = np.exp(table.beta[table.task])
        ability = table.alpha[table.worker]
        # Over classes, posteriors add up to 1.
        surprise = (table.posterior[table.task, table.label] - expit(ability * scale)) * scale
        by_worker = np.bincount(table.worker, weights=surprise, minlength=len(self.workers_))
        by_task = np.bincount(table.task, weights=surprise * ability, minlength=len(self.tasks_))
        alphas = pd.Series(by_worker, index=self.workers_) - (self.alphas_ - self.alphas_priors_mean_)
        betas = pd.Series(by_task, index=self.tasks_) - (self.betas_ - self.betas_priors_mean_)
        return alphas, betas

    def _update_alphas_betas(self, alphas: Any, betas: Any) -> None:
        self.alphas_, self.betas_ = alphas, betas
        self._current_data.alpha, self._current_data.beta = alphas.to_numpy(), betas.to_numpy()

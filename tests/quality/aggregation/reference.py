"""Independent implementations, slow and plain, that the compiled methods are checked against."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln

from assay.quality import Votes

Floats = NDArray[np.float64]


def opening(votes: Votes, known: dict[int, int]) -> Floats:
    """Each task's shares of the vote, and golds where they are known."""
    posterior = np.zeros((votes.n_tasks, votes.n_classes))
    weight = np.ones(len(votes)) if votes.weight is None else votes.weight
    np.add.at(posterior, (votes.task, votes.label), weight)
    return clamped(posterior / posterior.sum(axis=1, keepdims=True), known)


def clamped(posterior: Floats, known: dict[int, int]) -> Floats:
    for task, label in known.items():
        posterior[task] = np.eye(posterior.shape[1])[label]
    return posterior


def counted(votes: Votes, posterior: Floats) -> Floats:
    """Expected votes, (workers, truth, said)."""
    said = np.zeros((votes.n_workers, votes.n_classes, votes.n_classes))
    weight = np.ones(len(votes)) if votes.weight is None else votes.weight
    for row in range(len(votes)):
        said[votes.worker[row], :, votes.label[row]] += weight[row] * posterior[votes.task[row]]
    return said


def weighed(votes: Votes, log_prior: Floats, log_said: Floats, known: dict[int, int]) -> tuple[Floats, float]:
    """Posteriors, and the log-likelihood of all votes (and of the golds)."""
    score = np.tile(log_prior, (votes.n_tasks, 1))
    weight = np.ones(len(votes)) if votes.weight is None else votes.weight
    for row in range(len(votes)):
        score[votes.task[row]] += weight[row] * log_said[votes.worker[row], :, votes.label[row]]
    total = np.logaddexp.reduce(score, axis=1)
    likelihood = sum(score[task, known[task]] if task in known else total[task] for task in range(votes.n_tasks))
    return clamped(np.exp(score - total[:, None]), known), float(likelihood)


def dawid_skene(
    votes: Votes, iterations: int, right: float, wrong: float, class_votes: float, known: dict[int, int] | None = None
) -> tuple[Floats, float]:
    """Posterior and log-likelihood after so many iterations, by the formulas of Dawid and Skene (1979)."""
    known = known or {}
    posterior = opening(votes, known)
    pseudo = np.full((votes.n_classes, votes.n_classes), wrong) + np.eye(votes.n_classes) * (right - wrong)
    likelihood = 0.0
    for _ in range(iterations):
        said = counted(votes, posterior) + pseudo
        prior = posterior.sum(axis=0) + class_votes
        log_said = np.log(said / said.sum(axis=2, keepdims=True))
        posterior, likelihood = weighed(votes, np.log(prior / prior.sum()), log_said, known)
    return posterior, likelihood


def ibcc(
    votes: Votes, iterations: int, right: float, wrong: float, class_votes: float, known: dict[int, int] | None = None
) -> tuple[Floats, float]:
    """Posterior and evidence lower bound after so many iterations of mean-field updates (Kim and Ghahramani 2012)."""
    known = known or {}
    posterior = opening(votes, known)
    pseudo = np.full((votes.n_classes, votes.n_classes), wrong) + np.eye(votes.n_classes) * (right - wrong)
    bound = 0.0
    for _ in range(iterations):
        said = counted(votes, posterior) + pseudo
        prior = posterior.sum(axis=0) + class_votes
        log_said = digamma(said) - digamma(said.sum(axis=2, keepdims=True))
        log_prior = digamma(prior) - digamma(prior.sum())
        posterior, bound = weighed(votes, log_prior, log_said, known)
        bound -= divergence(prior, np.full(len(prior), class_votes))
        bound -= sum(divergence(row, before) for worker in said for row, before in zip(worker, pseudo, strict=True))
    return posterior, bound


def divergence(after: Floats, before: Floats) -> float:
    """Kullback and Leibler's, of one Dirichlet distribution from another."""
    expected = digamma(after) - digamma(after.sum())
    constant = gammaln(after.sum()) - gammaln(after).sum() - gammaln(before.sum()) + gammaln(before).sum()
    return float(constant + ((after - before) * expected).sum())


def log_evidence(votes: Votes, right: float, wrong: float, class_votes: float) -> tuple[float, Floats]:
    """The exact log-probability of the votes under IBCC and the exact posterior, by adding up every possible truth."""
    pseudo = np.full((votes.n_classes, votes.n_classes), wrong) + np.eye(votes.n_classes) * (right - wrong)
    logs: list[float] = []
    truths: list[tuple[int, ...]] = list(product(range(votes.n_classes), repeat=votes.n_tasks))
    for truth in truths:
        posterior = np.eye(votes.n_classes)[list(truth)]
        rows: list[tuple[Any, Any]] = [(posterior.sum(axis=0), np.full(votes.n_classes, class_votes))]
        rows += [
            (row, before) for worker in counted(votes, posterior) for row, before in zip(worker, pseudo, strict=True)
        ]
        logs.append(
            sum(
                gammaln(before.sum())
                - gammaln((before + seen).sum())
                + (gammaln(before + seen) - gammaln(before)).sum()
                for seen, before in rows
            )
        )
    total = float(np.logaddexp.reduce(logs))
    exact = np.zeros((votes.n_tasks, votes.n_classes))
    for truth, log in zip(truths, logs, strict=True):
        exact[np.arange(votes.n_tasks), list(truth)] += np.exp(log - total)
    return total, exact

"""Several labels a task: which belong to it, when every worker named a set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay.quality.aggregation.multilabel_kernels import sweep
from assay.quality.aggregation.priors import require_positive
from assay.quality.aggregation.skill import beta_interval
from assay.quality.arrays import Codes, Flags, Floats, Ids, Offsets
from assay.quality.votes import Votes


@dataclass(frozen=True, eq=False)
class MultiLabelled:
    """A set of labels a task, how sure each membership is, and how good each worker was.

    ``tasks``, ``classes``, ``workers``: ids. ``membership``: (n_tasks, n_classes), the probability that the label
    belongs to the task; rows need not sum to 1. ``chosen``: (n_tasks, n_classes), those of at least one half.
    ``sensitivity``, ``specificity``: (n_workers, n_classes), the probability of naming a label that belongs, and of
    leaving out one that does not. ``skill``: (n_workers,), the expected share of labels of which the worker is right to
    name them or leave them out, each half weighed alike: 0.5 is chance. ``skill_interval``: (n_workers, 2), its central
    95 %. ``prevalence``: (n_classes,). ``trace``: log-likelihood after each iteration.
    """

    tasks: Ids
    classes: Ids
    workers: Ids
    membership: Floats
    sensitivity: Floats
    specificity: Floats
    skill: Floats
    skill_interval: Floats
    prevalence: Floats
    trace: Floats
    converged: bool
    iterations: int
    log_likelihood: float
    method: str = "multi-label"
    notes: tuple[str, ...] = ()

    @property
    def chosen(self) -> Flags:
        return np.asarray(self.membership >= 0.5)

    @property
    def sets(self) -> list[tuple[Any, ...]]:
        """The labels of every task, in the order of the classes."""
        names = self.classes.tolist()
        return [tuple(names[c] for c in np.flatnonzero(row)) for row in self.chosen]

    @property
    def confidence(self) -> Floats:
        """The mean over the classes of the probability that the decision is right: (n_tasks,), 0.5 to 1."""
        if self.membership.shape[1] == 0:
            return np.ones(len(self.membership))
        return np.asarray(np.maximum(self.membership, 1 - self.membership).mean(axis=1))


@dataclass(frozen=True, kw_only=True)
class MultiLabel:
    """Every label is a question of its own, yes or no; what is known of a worker is shared between the labels.

    Votes are rows (task, worker, label), one for every label a worker named, so they are built with
    ``repeated="all"``. A worker who voted on a task left out all labels they did not name. ``nothing``: the class that
    stands for "none of them", for workers who named no label; it is no label itself.

    For each label a worker has a sensitivity and a specificity (Dawid and Skene 1979, with two classes), as in the
    separate models of Duan, Oyama, Sato and Kurihara (2014, "Separate or joint? Estimation of multiple labels from
    crowdsourced annotations"). With many labels most of those would rest on a handful of votes. So each has a Beta
    prior of ``strength`` pseudo-votes, whose mean adds up, in log-odds, what the crowd is like on this label and what
    this worker is like on all labels; those are estimated with ``pull`` pseudo-votes. ``prevalence_votes``:
    pseudo-tasks for and against each label.
    """

    nothing: Any = None
    strength: float = 20.0
    pull: float = 5.0
    prevalence_votes: float = 1.0
    iterations_max: int = 200
    tolerance: float = 1e-6

    def fit(self, votes: Votes, golds: Mapping[Any, Iterable[Any]] | None = None) -> MultiLabelled:
        """The sets of all tasks. ``golds``: {task id: its labels}.

        Raises ``ValueError`` where a gold names an unknown label or a parameter is out of its range.
        """
        require_positive(
            strength=self.strength, pull=self.pull, prevalence_votes=self.prevalence_votes,
            iterations_max=self.iterations_max,
        )  # fmt: skip
        worker, label, names = self._rows(votes)
        classes = len(names)
        clamped, membership = self._golds(votes, names, golds or {})
        seen = _sets_seen(votes.start, worker, votes.n_workers)
        given = np.zeros((votes.n_workers, classes))
        real = label < classes
        np.add.at(given, (worker[real], label[real]), 1.0)
        shape = (votes.n_workers, classes)
        present, named = np.empty(shape), np.empty(shape)
        # The first pass takes every worker for fairly good: 3 in 4 of what belongs named, 9 in 10 of the rest left out.
        yes, no = np.full(shape, 0.75), np.full(shape, 0.9)
        prevalence = np.clip(given.sum(axis=0) / max(seen.sum(), 1), 0.01, 0.5)
        trace: list[float] = []
        converged = False
        while not converged and len(trace) < self.iterations_max:
            absent = np.log1p(-yes) - np.log(no)
            lift = np.log(yes) - np.log1p(-no) - absent
            log_odds = np.log(prevalence) - np.log1p(-prevalence)
            total = sweep(
                votes.start, worker, label, classes, clamped, log_odds, absent, lift, membership, present, named
            )
            constant = votes.n_tasks * np.log1p(-prevalence).sum() + (np.log(no) * (seen[:, None] - given)).sum()
            trace.append(float(total + constant + (np.log1p(-no) * given).sum()))
            converged = len(trace) > 1 and abs(trace[-1] - trace[-2]) <= self.tolerance * max(len(votes), 1)
            missing = np.maximum(seen[:, None] - present, 0.0)
            yes = self._pooled(named, present, 0.75)
            no = self._pooled(missing - np.maximum(given - named, 0.0), missing, 0.9)
            prevalence = (membership.sum(axis=0) + self.prevalence_votes) / (votes.n_tasks + 2 * self.prevalence_votes)
        skill, interval = _skill(yes, no, present, np.maximum(seen[:, None] - present, 0.0), self.strength)
        return MultiLabelled(
            tasks=votes.tasks,
            classes=names,
            workers=votes.workers,
            membership=membership,
            sensitivity=yes,
            specificity=no,
            skill=skill,
            skill_interval=interval,
            prevalence=prevalence,
            trace=np.array(trace),
            converged=converged,
            iterations=len(trace),
            log_likelihood=trace[-1],
            notes=votes.notes,
        )

    def _rows(self, votes: Votes) -> tuple[Codes, Codes, Ids]:
        """Workers and labels with the rows of one worker on one task side by side, and the labels' names.

        The class that stands for nothing gets a code beyond all labels.
        """
        order = np.lexsort((votes.label, votes.worker, votes.task))
        label = votes.label[order]
        names = votes.classes
        if self.nothing is not None and self.nothing in names.tolist():
            empty = names.tolist().index(self.nothing)
            names = np.delete(names, empty)
            label = np.where(label == empty, len(names), label - (label > empty)).astype(np.int32)
        return votes.worker[order], label, names

    def _golds(self, votes: Votes, names: Ids, golds: Mapping[Any, Iterable[Any]]) -> tuple[Flags, Floats]:
        clamped = np.zeros(votes.n_tasks, dtype=np.bool_)
        membership = np.zeros((votes.n_tasks, len(names)))
        code = {name: c for c, name in enumerate(names.tolist())}
        for task, name in enumerate(votes.tasks.tolist()):
            if name not in golds:
                continue
            clamped[task] = True
            for one in golds[name]:
                if one not in code and one != self.nothing:
                    raise ValueError(f"golds say {one!r} of task {name!r}, which is not among the classes")
                if one in code:
                    membership[task, code[one]] = 1.0
        return clamped, membership

    def _pooled(self, right: Floats, total: Floats, usual: float) -> Floats:
        """Shares (workers, classes) of ``right`` in ``total``, each drawn to what its worker and its label promise."""
        right = np.clip(right, 0.0, total)
        overall = (right.sum() + self.pull * usual) / (total.sum() + self.pull)
        by_worker = (right.sum(axis=1) + self.pull * overall) / (total.sum(axis=1) + self.pull)
        by_label = (right.sum(axis=0) + self.pull * overall) / (total.sum(axis=0) + self.pull)
        mean = _logistic(_log_odds(by_worker)[:, None] + _log_odds(by_label)[None, :] - _log_odds(overall))
        # No worker is taken to be worse than the toss of a coin on the ground of pseudo-votes alone, nor perfect.
        share = (right + self.strength * np.clip(mean, 0.05, 0.995)) / (total + self.strength)
        return np.asarray(np.clip(share, 1e-4, 1 - 1e-4))


def _sets_seen(start: Offsets, worker: Codes, n_workers: int) -> Floats:
    """On how many tasks each worker voted, where rows of one worker on one task lie side by side."""
    fresh = np.ones(len(worker), dtype=np.bool_)
    fresh[1:] = worker[1:] != worker[:-1]
    fresh[start[:-1][start[:-1] < len(worker)]] = True
    return np.bincount(worker[fresh], minlength=n_workers).astype(np.float64)


def _skill(yes: Floats, no: Floats, present: Floats, missing: Floats, strength: float) -> tuple[Floats, Floats]:
    """The mean of sensitivity and specificity over all labels, by how often each was asked, with its interval."""
    halves, spreads = [], []
    for share, total in ((yes, present), (no, missing)):
        weight = total + 1e-9
        held = (share * weight).sum(axis=1) / weight.sum(axis=1) if share.shape[1] else np.full(len(share), 0.5)
        halves.append(held)
        spreads.append(held * (1 - held) / (total.sum(axis=1) + strength + 1))
    skill = (halves[0] + halves[1]) / 2
    size = skill * (1 - skill) / np.maximum((spreads[0] + spreads[1]) / 4, 1e-12) - 1
    return skill, beta_interval(skill * size, (1 - skill) * size)


def _log_odds(share: Floats | float) -> Floats:
    held = np.clip(share, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(held) - np.log1p(-held))


def _logistic(odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))

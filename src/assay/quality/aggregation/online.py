"""Votes as they come: a fitted method that takes more votes without starting again from nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from assay.quality.aggregation.counts import Counts, Partition, Tables
from assay.quality.aggregation.em import Fit, Model, Sweep, climb, in_memory, room_for_posterior
from assay.quality.aggregation.result import Aggregated
from assay.quality.arrays import Floats, Ids, Offsets, Reals
from assay.quality.coding import object_array
from assay.quality.compiled import compiled
from assay.quality.votes import Golds, GoldsLike, Votes


class Kept(Model, Protocol):
    """A method that can be kept up to date: see ``FittedByEM``, which is one."""

    @property
    def threads(self) -> int | None: ...
    def fitted(self, sweep: Sweep, like: Partition, votes: int | None = None) -> Fit: ...
    def refreshed(self, counts: Counts, before: Tables) -> Tables: ...
    def result(self, votes: Votes, posterior: Reals, fit: Fit) -> Aggregated: ...


class Online:
    """A fit that is kept up to date: incremental EM (Neal and Hinton 1998), one task at a time.

    ``add`` takes votes, in a time that depends on the votes of the tasks they are on and not on all there are: what
    those tasks had added to their workers' counts is taken back, and what they say now is added. ``posterior_of``
    weighs votes without keeping them. ``refit`` makes full passes from where things stand, for when many votes have
    come; ``result`` gives everything as it stands. This is the one object of the package that changes.

    >>> from assay.quality import Votes
    >>> from assay.quality.aggregation.ibcc import IBCC
    >>> votes = Votes.from_arrays([1, 1, 1, 2, 2, 2], ["a", "b", "c"] * 2, ["x", "x", "y", "y", "y", "y"])
    >>> online = IBCC().online(votes)
    >>> online.add([3, 3], ["a", "b"], ["x", "x"])
    [3]
    >>> online.answer(3)[0]
    'x'
    """

    def __init__(self, method: Kept, votes: Votes, posterior: Reals, fit: Fit, known: dict[int, int]) -> None:
        """Prefer ``method.online(votes)``. ``posterior`` is that of the fit, and is kept. ``known``: golds by task
        code."""
        self.method = method
        self._known = dict(known)
        self._classes = votes.classes
        self._class_of = {value: code for code, value in enumerate(votes.classes.tolist())}
        self._hold(votes, posterior, fit)

    @classmethod
    def fitted(cls, method: Kept, votes: Votes, golds: GoldsLike = None) -> Online:
        """Fit ``method`` to ``votes`` and keep it. Weighted votes are refused with ``ValueError``."""
        if votes.weight is not None:
            raise ValueError("votes that come one by one carry no weights; build the votes without weights=")
        held = Golds.of(votes, golds)
        partition = Partition.of(votes, held).with_cells()
        posterior = room_for_posterior(partition)
        fit = method.fitted(in_memory(partition, method.threads, posterior), partition)
        return cls(method, votes, posterior, fit, dict(zip(held.task.tolist(), held.label.tolist(), strict=True)))

    def posterior_of(self, labels: Sequence[Any], workers: Sequence[Any]) -> Floats:
        """The probability of each class (n_classes,) for a task that these workers labelled so; nothing is kept.

        A worker never met is taken as the prior has them. Raises ``ValueError`` where a label is not a class.
        """
        said = np.array([self._class_code(label) for label in labels], dtype=np.int64)
        who = np.array([self._worker_of.get(worker, -1) for worker in workers], dtype=np.int64)
        if len(said) != len(who):
            raise ValueError(f"{len(said)} labels come with {len(who)} workers; give one worker a label")
        return self._weigh(who, said)

    def add(self, tasks: Sequence[Any], workers: Sequence[Any], labels: Sequence[Any]) -> list[Any]:
        """Take in votes, and return the tasks they were on. A worker's second vote on a task replaces the first.

        Raises ``ValueError``, and takes nothing in, where a label is not among the classes that were fitted, or columns
        differ in length.
        """
        said = [self._class_code(label) for label in labels]
        if not len(tasks) == len(workers) == len(said):
            raise ValueError("tasks, workers and labels differ in length; give one of each a vote")
        fresh: dict[int, dict[int, int]] = {}
        for task, worker, label in zip(tasks, workers, said, strict=True):
            fresh.setdefault(self._task_code(task), {})[self._worker_code(worker)] = label
        for task_code, votes in fresh.items():
            before = self._votes_on(task_code)
            self._count(task_code, before, -1.0)
            after = {**before, **votes}
            self._votes[task_code] = after
            who, label_codes = np.array(list(after), np.int64), np.array(list(after.values()), np.int64)
            self._posterior[task_code] = self._answer_of(task_code, who, label_codes)
            self._count(task_code, after, 1.0)
            self._refresh(who)
        return list(dict.fromkeys(tasks))

    def answer(self, task: Any) -> tuple[Any, float]:
        """The likeliest class of a task, and its probability. Raises ``KeyError`` where nobody has voted on it."""
        posterior = self._posterior[self._task_of[task]]
        best = int(posterior.argmax())
        return self._classes.tolist()[best], float(posterior[best])

    def refit(self) -> Aggregated:
        """Full passes over all votes from where things stand, until they converge; the result is kept and returned."""
        votes = self.votes()
        partition = Partition.of(votes, self._golds()).with_cells()
        posterior = room_for_posterior(partition)
        sweep = in_memory(partition, self.method.threads, posterior)
        fit = climb(self.method, sweep, len(votes), self._standing(), self._tables())
        self._hold(votes, posterior, fit)
        return self.method.result(votes, posterior.copy(), fit)

    def result(self) -> Aggregated:
        """Everything as it stands, after one pass over all votes under the skills as they stand."""
        votes = self.votes()
        partition = Partition.of(votes, self._golds()).with_cells()
        tables = self.method.refreshed(self._standing(), self._tables())
        posterior = room_for_posterior(partition)
        fit = Fit(tables, in_memory(partition, self.method.threads, posterior)(tables), self._trace, converged=True)
        return replace(self.method.result(votes, posterior, fit), reason="kept up to date vote by vote")

    def votes(self) -> Votes:
        """All votes so far, with tasks and workers in the order in which they came."""
        base = self._base
        touched = np.zeros(len(self._task_of), dtype=bool)
        touched[list(self._votes)] = True
        kept = ~touched[base.task]
        extra = [(task, who, said) for task, votes in self._votes.items() for who, said in votes.items()]
        added = np.array(extra, dtype=np.int32).reshape(-1, 3)
        return Votes.from_codes(
            np.concatenate([base.task[kept], added[:, 0]]),
            np.concatenate([base.worker[kept], added[:, 1]]),
            np.concatenate([base.label[kept], added[:, 2]]),
            tasks=_ids(base.tasks, self._task_of),
            workers=_ids(base.workers, self._worker_of),
            classes=self._classes,
            repeated="all",
        )

    def _hold(self, votes: Votes, posterior: Reals, fit: Fit) -> None:
        """Start from a fit to ``votes``."""
        self._base = votes
        self._votes: dict[int, dict[int, int]] = {}
        self._task_of = {task: code for code, task in enumerate(votes.tasks.tolist())}
        self._worker_of = {worker: code for code, worker in enumerate(votes.workers.tolist())}
        self._posterior: Reals = posterior
        self._counts: Reals = fit.counts.votes.copy()
        self._totals: Floats = fit.counts.classes.copy()
        self._factor: Reals = np.array(fit.tables.factor)
        self._last = fit.tables
        self._trace = fit.trace
        nobody = Counts(np.zeros((1, *self._counts.shape[1:]), self._counts.dtype), self._totals, float("nan"))
        self._newcomer: Reals = self.method.refreshed(nobody, fit.tables).factor

    def _weigh(self, who: Offsets, said: Offsets) -> Floats:
        prior = self._last.prior
        if self._factor.ndim == 1:
            return _weigh_coins(who, said, self._factor, self._newcomer, prior)
        return _weigh_confusion(who, said, self._factor, self._newcomer, prior)

    def _answer_of(self, task: int, who: Offsets, said: Offsets) -> Floats:
        if task in self._known:
            return np.asarray(np.arange(len(self._classes)) == self._known[task], dtype=np.float64)
        return self._weigh(who, said)

    def _votes_on(self, task: int) -> dict[int, int]:
        """Worker and label codes of a task's votes so far; of several by one worker, the last."""
        if task in self._votes:
            return self._votes[task]
        if task >= self._base.n_tasks:
            return {}
        rows = slice(int(self._base.start[task]), int(self._base.start[task + 1]))
        return dict(zip(self._base.worker[rows].tolist(), self._base.label[rows].tolist(), strict=True))

    def _count(self, task: int, votes: dict[int, int], sign: float) -> None:
        """Add what a task's votes say of their workers, or with ``sign`` -1 take it back."""
        if not votes:
            return
        posterior = self._posterior[task]
        self._totals += sign * posterior
        for who, said in votes.items():
            if self._counts.ndim == 3:
                self._counts[who, said] += sign * posterior
            else:
                self._counts[who] += sign * np.array([posterior[said], 1 - posterior[said]])
        # Taking back may leave a negative crumb of rounding, which no logarithm could take.
        np.maximum(self._totals, 0.0, out=self._totals)
        who_all = list(votes)
        self._counts[who_all] = np.maximum(self._counts[who_all], 0.0)

    def _refresh(self, who: Offsets) -> None:
        """Bring the tables of these workers, and the classes' prior, in step with the counts."""
        counts = Counts(self._counts[who], self._totals, float("nan"))
        tables = self.method.refreshed(counts, self._last)
        self._factor[who] = tables.factor
        self._last = replace(tables, factor=self._last.factor)

    def _standing(self) -> Counts:
        return Counts(self._counts[: len(self._worker_of)], self._totals, float("nan"))

    def _tables(self) -> Tables:
        return replace(self._last, factor=self._factor[: len(self._worker_of)])

    def _golds(self) -> Golds:
        held = sorted(self._known.items())
        codes = np.array(held, dtype=np.int32).reshape(-1, 2)
        return Golds(codes[:, 0].copy(), codes[:, 1].copy())

    def _class_code(self, label: Any) -> int:
        if label not in self._class_of:
            raise ValueError(f"{label!r} is not among the classes {list(self._class_of)}; fit anew with classes=")
        return self._class_of[label]

    def _task_code(self, task: Any) -> int:
        code = self._task_of.setdefault(task, len(self._task_of))
        if code >= len(self._posterior):
            self._posterior = _grown(self._posterior)
        return code

    def _worker_code(self, worker: Any) -> int:
        code = self._worker_of.setdefault(worker, len(self._worker_of))
        if code >= len(self._counts):
            self._counts = _grown(self._counts)
            self._factor = _grown(self._factor)
            self._factor[code:] = self._newcomer
        return code


def _grown(array: Reals) -> Reals:
    """Twice as long, the rest 0."""
    room = np.zeros((max(2 * len(array), 16), *array.shape[1:]), dtype=array.dtype)
    room[: len(array)] = array
    return room


def _ids(base: Ids, code_of: dict[Any, int]) -> Ids:
    return base if len(code_of) == len(base) else object_array(list(code_of))


@compiled
def _weigh_confusion(who: Offsets, said: Offsets, factor: Reals, newcomer: Reals, prior: Floats) -> Floats:
    """One task's posterior; ``who`` may hold -1 for a worker never met. Scaled after each vote, so never underflows."""
    chances = prior.copy()
    for vote in range(len(who)):
        row = newcomer[0, said[vote]] if who[vote] < 0 else factor[who[vote], said[vote]]
        top = 0.0
        for k in range(len(chances)):
            chances[k] *= row[k]
            top = max(top, chances[k])
        for k in range(len(chances)):
            chances[k] = max(chances[k] / top, 1e-290)
    chances /= chances.sum()
    return chances


@compiled
def _weigh_coins(who: Offsets, said: Offsets, odds: Reals, newcomer: Reals, prior: Floats) -> Floats:
    """As ``_weigh_confusion``, for one number a worker."""
    score = np.log(prior)
    for vote in range(len(who)):
        score[said[vote]] += np.log(newcomer[0] if who[vote] < 0 else odds[who[vote]])
    chances: Floats = np.exp(score - score.max())
    chances /= chances.sum()
    return chances

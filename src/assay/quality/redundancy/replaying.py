"""What a policy would have cost and reached, replayed on votes that were recorded.

Votes are hidden, and shown as the policy asks for them. Nothing hidden is used: workers' habits and posteriors are
fitted anew, on what has been shown, after every round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from assay.quality.aggregation import Method, method_named
from assay.quality.aggregation.result import TIE, Aggregated
from assay.quality.arrays import Codes, Flags, Floats, Offsets
from assay.quality.redundancy.beliefs import Offers
from assay.quality.redundancy.policies import Policy, allocate
from assay.quality.reliability.evidence import confusion_given, skill_confusion
from assay.quality.votes import Golds, Votes

# What is known of a worker is added to this many votes a class of the average worker.
POOL_VOTES = 4.0
# What any worker is taken for before the first vote is shown.
UNSEEN_SKILL = 0.7


@dataclass(frozen=True, eq=False)
class Replay:
    """What came of it, one row an order of the votes.

    ``labels``: (orders,), labels spent a task. ``accuracy``: (orders,), the share of tasks with known truth answered
    right, ties counted by their share. ``curve``: for each order (points, 2), labels a task and accuracy after each
    round. ``per_task``: (orders, n_tasks), labels each task got.
    """

    labels: Floats
    accuracy: Floats
    curve: tuple[Floats, ...]
    per_task: Offsets

    @property
    def labels_mean(self) -> float:
        return float(self.labels.mean())

    @property
    def accuracy_mean(self) -> float:
        return float(self.accuracy.mean())

    @property
    def accuracy_error(self) -> float:
        """The standard error of ``accuracy_mean`` over orders."""
        orders = len(self.accuracy)
        return float(self.accuracy.std(ddof=1) / np.sqrt(orders)) if orders > 1 else float("nan")


def replay(
    votes: Votes,
    policy: Policy,
    truth: Mapping[Any, Any],
    *,
    method: str | Method = "ibcc",
    orders: int = 5,
    order: Literal["random", "recorded"] = "random",
    choice: int = 1,
    round_share: float = 0.03,
    seed: int = 0,
) -> Replay:
    """Replays ``policy`` over ``votes`` and scores the answers by ``truth``, {task id: class}.

    ``order``: the votes of each task come in a random order, one for each of ``orders`` (the same for every policy with
    the same ``seed``), or as recorded (``votes.when``, else as the votes stand; once). ``choice``: how many of a task's
    hidden votes are on offer at a time. With 1 the policy takes the next worker or none, and chooses tasks only; with
    2, it chooses between two workers at the door. ``round_share``: labels shown between two fits, as a share of tasks,
    at least 1. Votes owed are shown at once.

    Raises ``ValueError`` where no task has a known truth, or ``choice`` is below 1.
    """
    scored = Golds.of(votes, truth)
    if len(scored) == 0:
        raise ValueError("truth knows none of the tasks; give {task id: class}")
    if choice < 1:
        raise ValueError(f"choice must be 1 or more, got {choice}")
    aggregator = method_named(method)() if isinstance(method, str) else method
    size = max(1, round(round_share * votes.n_tasks))
    curves: list[Floats] = []
    shown: list[Offsets] = []
    for turn in range(orders if order == "random" else 1):
        rng = np.random.default_rng([seed, turn])
        rank = _places(votes, rng if order == "random" else None)
        points, per_task = _play(votes, policy, scored, aggregator, rank, choice, size, rng)
        curves.append(points)
        shown.append(per_task)
    last = np.stack([points[-1] for points in curves])
    return Replay(last[:, 0], last[:, 1], tuple(curves), np.stack(shown))


def _places(votes: Votes, rng: np.random.Generator | None) -> Codes:
    """The place of each vote among those of its task, in a random or the recorded order: (votes,)."""
    if rng is not None:
        key = rng.random(len(votes))
    else:
        key = np.arange(len(votes), dtype=np.float64) if votes.when is None else votes.when
    order = np.lexsort((key, votes.task))
    place = np.empty(len(votes), np.int32)
    place[order] = np.arange(len(votes)) - votes.start[votes.task]
    return place


def _play(
    votes: Votes,
    policy: Policy,
    scored: Golds,
    aggregator: Method,
    place: Codes,
    choice: int,
    size: int,
    rng: np.random.Generator,
) -> tuple[Floats, Offsets]:
    by_place = np.lexsort((place, votes.task))
    hidden = np.ones(len(votes), np.bool_)
    points: list[tuple[float, float]] = []
    shown = _seen_workers(votes.only(~hidden))
    result: Aggregated | None = None
    while True:
        spent = len(votes) - int(hidden.sum())
        if result is not None:
            points.append((spent / votes.n_tasks, _accuracy(result, scored)))
        rows = _on_offer(votes, hidden, by_place, choice)
        offers = _offers(votes, rows, shown, result)
        left = size
        if policy.labels_mean is not None:
            left = min(size, round(policy.labels_mean * votes.n_tasks) - spent)
        taken = rows[allocate(policy, offers, max(left, 0), rng)] if len(rows) else rows
        if len(taken) == 0:
            break
        hidden = hidden.copy()
        hidden[taken] = False
        shown = _seen_workers(votes.only(~hidden))
        result = aggregator.fit(shown)
    if not points:
        raise ValueError("the policy asks for no label at all; let it ask for at least one a task")
    per_task = np.bincount(votes.task[~hidden], minlength=votes.n_tasks).astype(np.int64)
    return np.array(points), per_task


def _on_offer(votes: Votes, hidden: Flags, by_place: Offsets, choice: int) -> Offsets:
    """Rows of the next ``choice`` hidden votes of every task, in order of task and place."""
    rows = by_place[hidden[by_place]]
    task = votes.task[rows]
    first = np.searchsorted(task, np.arange(votes.n_tasks))
    ahead = np.arange(len(rows)) - first[task]
    return rows[ahead < choice]


def _offers(votes: Votes, rows: Offsets, shown: Votes, result: Aggregated | None) -> Offers:
    """What the policy may know of the votes in ``rows``: whose they are, not what they say."""
    classes = votes.n_classes
    task, worker = votes.task[rows].astype(np.int64), votes.worker[rows]
    equal = np.full(classes, 1.0 / max(classes, 1))
    if result is None:
        posterior, prior = np.tile(equal, (votes.n_tasks, 1)), equal
        usual = skill_confusion(np.array([UNSEEN_SKILL]), classes)
        confusion = np.repeat(usual, len(rows), axis=0)
    else:
        posterior, prior = np.asarray(result.posterior, dtype=np.float64), result.prior
        # Every method's posterior, but one estimate of habits, in which workers with few votes and with none agree:
        # were the unseen thought better of than those seen once, nobody would be asked twice.
        table = confusion_given(shown, posterior, POOL_VOTES)
        place = np.full(votes.n_workers, len(table) - 1, np.int64)
        place[shown.workers[:-1]] = np.arange(len(table) - 1)
        confusion = table[place[worker]]
    counts = shown.counts()
    return Offers(task, posterior[task], counts[task], confusion, np.ones(len(rows)), prior)


def _seen_workers(votes: Votes) -> Votes:
    """The same votes with only the workers who gave them, whose ids are their codes in ``votes``, and last a worker
    of no votes, -1, who stands for all the others."""
    workers, code = np.unique(votes.worker, return_inverse=True)
    workers = np.append(workers, -1)
    return Votes(
        task=votes.task,
        worker=code.astype(np.int32),
        label=votes.label,
        start=votes.start,
        tasks=votes.tasks,
        workers=workers.astype(np.int64),
        classes=votes.classes,
        weight=votes.weight,
        when=votes.when,
    )


def _accuracy(result: Aggregated, scored: Golds) -> float:
    posterior = result.posterior[scored.task]
    near = posterior >= posterior.max(axis=1, keepdims=True) - TIE
    right = near[np.arange(len(scored)), scored.label] / near.sum(axis=1)
    return float(right.mean())

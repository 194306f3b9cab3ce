"""Spans of text or time: the same passage found in several workers' marks, and one answer for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay.quality.aggregation.priors import require_positive
from assay.quality.arrays import Codes, Floats, Ids, Offsets
from assay.quality.coding import encode, object_array
from assay.quality.geometry.matching import group
from assay.quality.geometry.medians import weighted_median
from assay.quality.geometry.spans import iou


@dataclass(frozen=True, eq=False)
class Spans:
    """The spans that enough workers marked, by task and place.

    ``task``: (spans,) id. ``start``, ``end``: (spans,) in the units given, ``start`` included and ``end`` not.
    ``label``: (spans,). ``confidence``: (spans,), the weighted share of the workers who saw the task that marked it, 0
    to 1. ``label_share``: (spans,), the weighted share of its marks with that label. ``rows``: the rows of each span's
    marks. ``workers``, ``skill``: (n_workers,), how well a worker's marks and the others' go together, an F1 score
    within 0 and 1. ``trace``: mean confidence by round.
    """

    task: Ids
    start: Floats
    end: Floats
    label: Ids
    confidence: Floats
    label_share: Floats
    rows: list[tuple[int, ...]]
    workers: Ids
    skill: Floats
    trace: Floats
    converged: bool
    iterations: int


@dataclass(frozen=True, kw_only=True)
class SpanMerge:
    """Marks grouped by overlap, at most one of each worker, and each group voted on.

    Two marks may be of one passage if their intersection over union reaches ``overlap``; groups are made by
    ``geometry.matching.group``, for which a differing label counts against a pair. A group stands if workers of at
    least ``quorum`` of the weight of those who saw the task are in it; its ends are the weighted medians of its marks'
    ends, so that one worker who marks too much moves nothing, and its label is the weighted vote.

    With ``weighted`` workers weigh the square of their F1 score against what the others marked, mixed with ``pull``
    marks of the crowd's average; groups are made with equal weights and voted on again until nothing changes. (Passages
    as votes of aligned marks: Nguyen et al. 2017, "Aggregating and Predicting Sequence Labels from Crowd Annotations",
    give a sequence model instead.)
    """

    overlap: float = 0.5
    quorum: float = 0.5
    weighted: bool = True
    pull: float = 5.0
    iterations_max: int = 20

    def fit(
        self,
        tasks: Any,
        workers: Any,
        starts: Any,
        ends: Any,
        labels: Any = None,
        *,
        seen: Iterable[tuple[Any, Any]] = (),
    ) -> Spans:
        """From columns, one row a mark. ``seen``: (task, worker) pairs of those who looked and marked nothing.

        Raises ``ValueError`` where columns differ in length, an end does not come after its start or a parameter is out
        of its range.
        """
        require_positive(overlap=self.overlap, quorum=self.quorum, pull=self.pull, iterations_max=self.iterations_max)
        begin, end = np.asarray(starts, dtype=np.float64), np.asarray(ends, dtype=np.float64)
        marks = len(begin)
        looked = list(seen)
        task, task_ids = encode(_joined(tasks, [name for name, _ in looked]), "tasks")
        worker, worker_ids = encode(_joined(workers, [name for _, name in looked]), "workers")
        label, label_ids = encode(np.zeros(marks, np.int64) if labels is None else labels, "labels")
        if not (len(task) - len(looked) == len(worker) - len(looked) == marks == len(end) == len(label)):
            raise ValueError("tasks, workers, starts, ends and labels differ in length; give one row a mark in each")
        wrong = np.flatnonzero(~(end > begin))
        if len(wrong):
            row = int(wrong[0])
            raise ValueError(f"mark {row} runs from {begin[row]} to {end[row]}; an end comes after its start")
        pairs = np.unique(task.astype(np.int64) * len(worker_ids) + worker)
        there = pairs // max(len(worker_ids), 1), pairs % max(len(worker_ids), 1)
        groups = self._groups(task[:marks], worker, begin, end, label)
        n_workers = len(worker_ids)
        trust, skill = np.ones(n_workers), np.ones(n_workers)
        stands = np.zeros(len(groups), dtype=np.bool_)
        trace: list[float] = []
        converged = False
        while not converged and len(trace) < self.iterations_max:
            before = stands
            whole = np.bincount(there[0], trust[there[1]], len(task_ids)).astype(np.float64)
            support = np.array([trust[worker[rows]].sum() / whole[task[rows[0]]] for rows in groups])
            stands = support >= self.quorum - 1e-9
            trace.append(float(support[stands].mean()) if stands.any() else 0.0)
            converged = not self.weighted or (len(trace) > 1 and bool((stands == before).all()))
            skill = self._skill(groups, task, worker, there, trust, whole, n_workers)
            trust = skill**2 / max(float((skill**2).mean()), 1e-12) if n_workers and self.weighted else trust
        kept: list[int] = np.flatnonzero(stands).tolist()
        merged = [_merged(groups[index], begin, end, label, trust[worker]) for index in kept]
        place = sorted(range(len(kept)), key=lambda i: (task[groups[kept[i]][0]], *merged[i][:2]))
        return Spans(
            task=task_ids[[task[groups[kept[i]][0]] for i in place]] if kept else task_ids[:0],
            start=np.array([merged[i][0] for i in place]),
            end=np.array([merged[i][1] for i in place]),
            label=label_ids[[merged[i][2] for i in place]] if kept else label_ids[:0],
            confidence=np.array([support[kept[i]] for i in place]),
            label_share=np.array([merged[i][3] for i in place]),
            rows=[tuple(groups[kept[i]].tolist()) for i in place],
            workers=worker_ids,
            skill=skill,
            trace=np.array(trace),
            converged=converged,
            iterations=len(trace),
        )

    def _groups(self, task: Codes, worker: Codes, begin: Floats, end: Floats, label: Codes) -> list[Offsets]:
        """Rows of the marks of each passage, by task."""
        order = np.argsort(task, kind="stable")
        cuts = np.flatnonzero(np.diff(task[order])) + 1
        found: list[Offsets] = []
        for rows in np.split(order, cuts) if len(order) else []:
            ends = np.stack([begin[rows], end[rows]], axis=1)
            alike = iou(ends[:, None], ends)
            members = group(
                alike, worker[rows].astype(np.int64), label[rows].astype(np.int64), np.ones(len(rows)), self.overlap
            )
            found.extend(rows[np.array(some)] for some in members)
        return found

    def _skill(
        self, groups: list[Offsets], task: Codes, worker: Codes, there: tuple[Offsets, Offsets], trust: Floats,
        whole: Floats, n_workers: int,
    ) -> Floats:  # fmt: skip
        """F1 of every worker against what the others, without them, would have let stand."""
        hits, wrong, missed = np.zeros(n_workers), np.zeros(n_workers), np.zeros(n_workers)
        cuts = np.searchsorted(there[0], np.arange(len(whole) + 1))
        for rows in groups:
            at = task[rows[0]]
            looked = there[1][cuts[at] : cuts[at + 1]]
            marked = np.isin(looked, worker[rows])
            others = whole[at] - trust[looked]
            weight = trust[worker[rows]].sum() - np.where(marked, trust[looked], 0.0)
            # One who was alone with a task cannot be judged by it.
            company = others > 1e-12
            real = weight >= self.quorum * others - 1e-9
            hits[looked[company & real & marked]] += 1
            wrong[looked[company & ~real & marked]] += 1
            missed[looked[company & real & ~marked]] += 1
        double = 2 * hits
        total = double + wrong + missed
        usual = (double.sum() + 1.4) / (total.sum() + 2)
        return np.asarray((double + 2 * self.pull * usual) / (total + 2 * self.pull))


def _joined(column: Any, more: list[Any]) -> Any:
    if not more:
        return column
    listed = column.tolist() if hasattr(column, "tolist") else list(column)
    return object_array([*listed, *more])


def _merged(rows: Offsets, begin: Floats, end: Floats, label: Codes, weight: Floats) -> tuple[float, float, int, float]:
    """Start, end, label and the label's share of one passage."""
    ends = np.stack([begin[rows], end[rows]], axis=1)
    start, stop = weighted_median(ends[None], weight[rows][None])[0].tolist()
    votes = np.bincount(label[rows], weight[rows])
    best = int(np.round(votes, 12).argmax())
    return start, stop, best, float(votes[best] / votes.sum())

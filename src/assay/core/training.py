"""How a worker gets through the training of a project, before any of its work is offered.

A *run* is a number of training tasks, each answered once and scored against its known answer, which the worker is shown
afterwards. A run whose mean score reaches the bar passes; otherwise another begins, as often as the policy allows.
Everything follows from the attempts, so asking again is always safe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

from assay.core.policy import TrainingRule

TrainingState: TypeAlias = Literal["practising", "passed", "failed"]

_TOLERANCE = 1e-9


class Attempt(msgspec.Struct, frozen=True):
    """One training task answered. ``score`` within [0, 1]. ``counts`` is false for what came before a manager let the
    worker begin again."""

    task_id: UUID
    run: int
    score: float
    counts: bool = True


class Progress(msgspec.Struct, frozen=True):
    """Where a worker stands. ``run``: the one under way or the last one, as attempts number it; ``place``: which of the
    allowed ones that is, from 1. ``done`` of ``wanted`` tasks are answered in it, with this mean ``score`` so far."""

    state: TrainingState
    run: int
    place: int
    done: int
    wanted: int
    score: float | None


def progress(attempts: Sequence[Attempt], course: Collection[UUID], rule: TrainingRule) -> Progress:
    """``attempts``: the worker's, oldest first. ``course``: the training tasks that the worker can be given; with none
    of them there is nothing to pass, so the state is then ``passed``."""
    wanted = min(rule.tasks, len(course))
    ever = max((one.run for one in attempts), default=0)
    counted = [one for one in attempts if one.counts]
    runs = sorted({one.run for one in counted})
    if not wanted:
        return Progress("passed", ever, len(runs), 0, 0, None)
    if not runs:
        return Progress("practising", ever + 1, 1, 0, wanted, None)
    scores = [one.score for one in counted if one.run == runs[-1]]
    mean = sum(scores) / len(scores)
    at = Progress("practising", runs[-1], len(runs), len(scores), wanted, mean)
    if len(scores) < wanted:
        return at
    if mean >= rule.score_min - _TOLERANCE:
        return msgspec.structs.replace(at, state="passed")
    if len(runs) >= rule.runs_max:
        return msgspec.structs.replace(at, state="failed")
    return Progress("practising", ever + 1, len(runs) + 1, 0, wanted, None)


def next_task(worker_id: UUID, attempts: Sequence[Attempt], course: Collection[UUID], run: int) -> UUID | None:
    """The training task to give next in a run: one not answered in it, of those the worker met least often; none when
    all are answered. The order differs from worker to worker, so that neighbours do not copy from each other."""
    answered = {one.task_id for one in attempts if one.run == run}
    met = {task_id: sum(one.task_id == task_id for one in attempts) for task_id in course}
    left = [task_id for task_id in course if task_id not in answered]
    return min(left, key=lambda task_id: (met[task_id], _draw(task_id, worker_id)), default=None)


def _draw(task_id: UUID, worker_id: UUID) -> bytes:
    return hashlib.sha256(task_id.bytes + worker_id.bytes).digest()

"""What a step writes, gathered over all the tasks that advance together: one statement for each kind of change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from assay.core.annotations.kind import Answer
from assay.core.steps import KeepConsensus
from assay.core.tasks import Origin, Stage, TaskState
from assay.store import tasks
from assay.store.connection import Tenant, as_json, queries
from assay.store.tasks import NewTurn


@dataclass(frozen=True)
class _Kept:
    id: UUID
    task_id: UUID
    round: int
    step: KeepConsensus
    agreements: Sequence[float]


@dataclass(frozen=True)
class _Moved:
    state: TaskState
    round: int
    broken_reason: str | None


@dataclass
class Changes:
    """Nothing is written before ``write``, which writes in the order that the constraints ask for."""

    _closed: list[tuple[UUID, str, str]] = field(default_factory=list)
    _scored: list[tuple[UUID, float, bool]] = field(default_factory=list)
    _kept: list[_Kept] = field(default_factory=list)
    _withdrawn: list[UUID] = field(default_factory=list)
    _moved: dict[UUID, _Moved] = field(default_factory=dict)
    _resolved: dict[UUID, tuple[str, float, Origin]] = field(default_factory=dict)
    _opened: dict[UUID, list[NewTurn]] = field(default_factory=dict)

    def close_turn(self, turn_id: UUID, state: str, reason: str) -> None:
        """A turn that nobody submits; one that is closed already stays as it is."""
        self._closed.append((turn_id, state, reason))

    def score_gold(self, submission_id: UUID, score: float, right: bool) -> None:
        self._scored.append((submission_id, score, right))

    def keep_consensus(
        self, consensus_id: UUID, task_id: UUID, round_: int, step: KeepConsensus, agreements: Sequence[float]
    ) -> None:
        """``agreements``: of each submission with the merged answer, in the order of the step's submissions."""
        self._kept.append(_Kept(consensus_id, task_id, round_, step, agreements))

    def withdraw(self, task_id: UUID) -> None:
        """The response is taken back."""
        self._withdrawn.append(task_id)

    def move(self, task_id: UUID, state: TaskState, round_: int, *, broken_reason: str | None = None) -> None:
        """The last move of a task counts. A task that is resolved does not move in the same breath."""
        assert task_id not in self._resolved, f"task {task_id} is resolved"
        self._moved[task_id] = _Moved(state, round_, broken_reason)

    def resolve(self, task_id: UUID, answer: Answer, confidence: float, origin: Origin) -> None:
        self._resolved[task_id] = (as_json(answer), confidence, origin)

    def open_turn(self, project_id: UUID, turn: NewTurn) -> None:
        self._opened.setdefault(project_id, []).append(turn)

    async def write(self, tenant: Tenant, now: datetime) -> list[tuple[UUID, Stage, int]]:
        """Writes all of it; project, stage and first queue position of the turns that were opened."""
        sql = queries("changes")
        if self._closed:
            await tenant.execute(sql["close_turns"], now, *_columns(self._closed))
        if self._scored:
            await tenant.execute(sql["score_golds"], *_columns(self._scored))
        if self._kept:
            await self._write_consensuses(tenant, now)
        if self._withdrawn:
            await tenant.execute(sql["delete_responses"], self._withdrawn)
        if self._moved:
            moved = [(id_, to.state, to.round, to.broken_reason) for id_, to in self._moved.items()]
            await tenant.execute(sql["move_tasks"], *_columns(moved))
        if self._resolved:
            resolved = [(id_, *values) for id_, values in self._resolved.items()]
            await tenant.execute(sql["insert_responses"], now, *_columns(resolved))
        return [
            place for project_id, turns in self._opened.items() for place in await _open(tenant, project_id, now, turns)
        ]

    async def _write_consensuses(self, tenant: Tenant, now: datetime) -> None:
        rows = [
            (
                kept.id,
                kept.task_id,
                kept.round,
                as_json(kept.step.merged.answer),
                kept.step.merged.confidence,
                kept.step.merged.agreement,
                as_json(kept.step.merged.objects),
                as_json(kept.step.submission_ids),
            )
            for kept in self._kept
        ]
        agreements = [
            pair for kept in self._kept for pair in zip(kept.step.submission_ids, kept.agreements, strict=True)
        ]
        await tenant.execute(queries("changes")["insert_consensuses"], now, *_columns(rows), *_columns(agreements))


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def _open(
    tenant: Tenant, project_id: UUID, now: datetime, turns: Sequence[NewTurn]
) -> list[tuple[UUID, Stage, int]]:
    places = []
    for stage in dict.fromkeys(turn.stage for turn in turns):
        position = await tasks.open_turns(tenant, project_id, now, [turn for turn in turns if turn.stage == stage])
        if position is not None:
            places.append((project_id, stage, position))
    return places

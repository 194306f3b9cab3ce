"""Training tasks and who practised on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from assay.core.annotations.kind import Answer
from assay.core.training import Attempt
from assay.store.connection import Tenant, from_json, queries


@dataclass(frozen=True)
class Record:
    """A worker's way through the training of a project. ``attempts``: oldest first. ``course``: the tasks there are for
    this worker; ``preparing``: how many more will come; ``held``: tasks under way."""

    passed_at: datetime | None
    counts_from: datetime | None
    attempts: Sequence[Attempt]
    course: Sequence[UUID]
    preparing: int
    held: frozenset[UUID]


class AttemptTold(msgspec.Struct, frozen=True):
    """An attempt as lists of labelers tell it. ``project``: what programs call it."""

    task_id: UUID
    project: str
    score: float
    run: int
    answered_at: datetime


@dataclass(frozen=True)
class Labeler:
    email: str
    worker_id: UUID
    name: str
    attempts: Sequence[AttemptTold]


async def record(tenant: Tenant, project_id: UUID, worker_id: UUID) -> Record:
    row = await tenant.fetchrow(queries("training")["record"], project_id, worker_id)
    assert row is not None, "there is always one row"
    attempts = [] if row["attempts"] is None else _attempts(row["attempts"])
    return Record(
        row["passed_at"],
        row["counts_from"],
        attempts,
        row["course"] or (),
        row["preparing"],
        frozenset(row["held"] or ()),
    )


_attempts = msgspec.json.Decoder(list[Attempt]).decode
_told = msgspec.json.Decoder(list[AttemptTold]).decode


async def claim(
    tenant: Tenant,
    turn_id: UUID,
    task_id: UUID,
    project_id: UUID,
    run: int,
    worker_id: UUID,
    *,
    now: datetime,
    lease_until: datetime,
    event_id: UUID,
) -> None:
    """Gives a worker a training task. Raises ``AlreadyExists`` where they have or had it in this run."""
    await tenant.execute(
        queries("training")["claim_training"], turn_id, task_id, project_id, run, worker_id, now, lease_until, event_id
    )


async def known_answer(tenant: Tenant, task_id: UUID) -> Answer:
    answer: Answer = from_json(await tenant.fetchval(queries("training")["known_answer"], task_id))
    return answer


async def score(tenant: Tenant, submission_id: UUID, score: float) -> None:
    """Keeps what an attempt scored; one that has a score keeps it."""
    await tenant.execute(queries("training")["score"], submission_id, score)


async def score_of(tenant: Tenant, turn_id: UUID) -> float | None:
    """What the attempt of a turn scored; none where it was none."""
    found: float | None = await tenant.fetchval(queries("training")["score_of"], turn_id)
    return found


async def let_pass(tenant: Tenant, project_id: UUID, worker_id: UUID, now: datetime, score: float | None) -> bool:
    """Whether the worker had not passed before."""
    return await tenant.execute(queries("training")["pass"], project_id, worker_id, now, score) > 0


async def begin_again(tenant: Tenant, project_id: UUID, worker_id: UUID, now: datetime) -> None:
    """What the worker answered so far no longer counts."""
    await tenant.execute(queries("training")["begin_again"], project_id, worker_id, now)


async def make_training(tenant: Tenant, project_id: UUID, task_id: UUID) -> bool:
    """Makes a gold a training task; whether it is the first of its project."""
    return await tenant.execute(queries("training")["make_training"], project_id, task_id) > 0


async def labelers(
    tenant: Tenant, *, emails: Sequence[str] | None, endings: Sequence[str] | None, after: str | None, limit: int
) -> list[Labeler]:
    """Whoever attempted training tasks, by address. ``endings``: the last 12 digits of the tasks that are asked for."""
    rows: Sequence[Any] = await tenant.fetch(queries("training")["labelers"], emails, endings, after, limit)
    return [Labeler(row["email"], row["worker_id"], row["name"], _told(row["attempts"])) for row in rows]

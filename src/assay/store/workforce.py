"""Workers' records in a project, and their suspensions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from assay.core.errors import NotFound
from assay.store.connection import Tenant, queries

WORKER_MISSING: Final = "No such worker in your organization."


@dataclass(frozen=True)
class WorkerRecord:
    """One worker in one project.

    ``seconds_median``: of a turn. ``agreement_mean``: with the consensus, within [0, 1]. ``golds_*`` count since the
    last reinstatement. ``active``: turns held now.
    """

    id: UUID
    name: str
    kind: Literal["person", "model", "freelancer"]
    submissions: int
    seconds_median: float | None
    agreement_mean: float | None
    golds_answered: int
    golds_right: int
    active: int
    last_active_at: datetime | None
    suspended_at: datetime | None
    suspended_reason: str | None


async def workers(tenant: Tenant, project_id: UUID, *, after: UUID | None, limit: int) -> list[WorkerRecord]:
    """Everyone who held a turn in the project or is suspended in it, in the order they joined."""
    rows = await tenant.fetch(queries("workforce")["list_workers"], project_id, None, after, limit)
    return [WorkerRecord(**row) for row in rows]


async def worker(tenant: Tenant, project_id: UUID, worker_id: UUID) -> WorkerRecord:
    """One worker's record, empty if they never worked here. Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("workforce")["list_workers"], project_id, worker_id, None, 1)
    if row is None:
        raise NotFound(WORKER_MISSING)
    return WorkerRecord(**row)


async def lock_worker(tenant: Tenant, worker_id: UUID) -> None:
    """Nobody else suspends or reinstates this worker until the transaction ends. Raises ``NotFound``."""
    if await tenant.fetchval(queries("workforce")["lock_worker"], worker_id) is None:
        raise NotFound(WORKER_MISSING)


async def lift_suspension(tenant: Tenant, project_id: UUID, worker_id: UUID, now: datetime) -> bool:
    """Whether there was one in force."""
    return await tenant.execute(queries("workforce")["lift_suspension"], project_id, worker_id, now) > 0

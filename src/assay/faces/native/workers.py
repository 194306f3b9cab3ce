"""The workers of a project."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.faces.http import AnyRequest, Page, enter, house, id_cursor, page_of
from assay.services import workforce
from assay.services.workforce import WorkerRecord

Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=500, description="How many items a page has.")]


class ProjectWorker(msgspec.Struct):
    """How a worker does in a project.

    ``golds_*`` count since the last reinstatement; ``gold_interval`` is the 95 % Wilson interval of ``gold_accuracy``.
    ``active`` counts turns held now.
    """

    id: UUID
    name: str
    kind: Literal["person", "model", "freelancer"]
    submissions: int
    active: int
    seconds_median: float | None
    agreement_mean: float | None
    golds_answered: int
    golds_right: int
    gold_accuracy: float | None
    gold_interval: tuple[float, float] | None
    suspended_at: datetime | None
    suspended_reason: str | None
    last_active_at: datetime | None


class Suspension(msgspec.Struct, forbid_unknown_fields=True):
    """``reason`` is shown to the worker."""

    reason: str


class Reinstatement(msgspec.Struct, forbid_unknown_fields=True):
    reason: str | None = None


@get(
    "/projects/{project_id:uuid}/workers",
    opt={"permission": "worker.read"},
    operation_id="list_workers",
    tags=["Workers"],
)
async def list_workers(
    request: AnyRequest, project_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Page[ProjectWorker]:
    """Everyone who worked in the project, with their record in it."""
    async with enter(request) as context:
        rows = await workforce.listed(context, project_id, after=id_cursor(cursor), limit=limit)
        return page_of([_row(row) for row in rows], limit, lambda worker: str(worker.id))


@post(
    "/projects/{project_id:uuid}/workers/{worker_id:uuid}/suspend",
    opt={"permission": "worker.write"},
    operation_id="suspend_worker",
    tags=["Workers"],
    status_code=200,
)
async def suspend_worker(
    request: AnyRequest, project_id: FromPath[UUID], worker_id: FromPath[UUID], data: JSONBody[Suspension]
) -> ProjectWorker:
    """Ends the worker's turns in the project and stops counting what they sent in unfinished tasks."""
    async with enter(request) as context:
        row = _row(await workforce.suspend(context, project_id, worker_id, data.reason))
    house(request).ring()
    return row


@post(
    "/projects/{project_id:uuid}/workers/{worker_id:uuid}/reinstate",
    opt={"permission": "worker.write"},
    operation_id="reinstate_worker",
    tags=["Workers"],
    status_code=200,
)
async def reinstate_worker(
    request: AnyRequest, project_id: FromPath[UUID], worker_id: FromPath[UUID], data: JSONBody[Reinstatement]
) -> ProjectWorker:
    """Lets the worker back in, with a fresh record of golds."""
    async with enter(request) as context:
        row = _row(await workforce.reinstate(context, project_id, worker_id, data.reason))
    house(request).ring()
    return row


HANDLERS = [list_workers, suspend_worker, reinstate_worker]


def _row(record: WorkerRecord) -> ProjectWorker:
    standing = workforce.standing_of(record)
    return ProjectWorker(
        record.id,
        record.name,
        record.kind,
        record.submissions,
        record.active,
        record.seconds_median,
        record.agreement_mean,
        record.golds_answered,
        record.golds_right,
        standing.accuracy,
        standing.interval,
        record.suspended_at,
        record.suspended_reason,
        record.last_active_at,
    )

"""What customers said of finished answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from assay.core.annotations.kind import Answer
from assay.core.audits import AuditVerdict
from assay.core.tasks import Response
from assay.store.connection import Tenant, as_json, from_json, queries


@dataclass(frozen=True)
class NewAudit:
    """``round``: the one whose answer is judged."""

    id: UUID
    task_id: UUID
    round: int
    verdict: AuditVerdict
    comment: str | None
    duration_seconds: float


@dataclass(frozen=True)
class Audit:
    """An audit as it is on record. ``replaced``: the answer that it did away with, for fix and reject. ``auditor``:
    what whoever audited was called then."""

    id: UUID
    round: int
    verdict: AuditVerdict
    comment: str | None
    replaced: Answer | None
    duration_seconds: float
    auditor: str
    created_at: datetime


class AuditTold(msgspec.Struct, frozen=True):
    """An audit without answers, as lists of tasks carry it."""

    verdict: AuditVerdict
    comment: str | None
    duration_seconds: float
    auditor: str
    created_at: datetime


async def insert(
    tenant: Tenant,
    audit: NewAudit,
    replaced: Response | None,
    actor: tuple[str, UUID | None],
    auditor: str,
    now: datetime,
) -> None:
    """``replaced``: the response that this does away with, if it does."""
    await tenant.execute(
        queries("audits")["insert_audit"],
        audit.id,
        audit.task_id,
        audit.round,
        audit.verdict,
        audit.comment,
        audit.duration_seconds,
        None if replaced is None else as_json(replaced.answer),
        *actor,
        auditor,
        now,
    )


async def of_task(tenant: Tenant, task_id: UUID) -> Sequence[Audit]:
    """Oldest first."""
    rows = await tenant.fetch(queries("audits")["audits_of_task"], task_id)
    return [Audit(**{**row, "replaced": from_json(row["replaced"])}) for row in rows]


async def rejection(tenant: Tenant, task_id: UUID, round_: int) -> tuple[Answer, str] | None:
    """The answer of a round that was rejected, and what was said of it; empty where nothing was."""
    row: Any = await tenant.fetchrow(queries("audits")["rejection"], task_id, round_)
    return None if row is None else (from_json(row["replaced"]), row["comment"] or "")

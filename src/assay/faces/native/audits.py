"""What customers say of finished answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, post
from litestar.params import FromPath, JSONBody

from assay.core.audits import AuditVerdict
from assay.faces.http import AnyRequest, enter, house
from assay.services import resolution, tasks


class Audit(msgspec.Struct, kw_only=True):
    """What was said of the answer of a round. ``replaced``: that answer, where it was corrected or rejected."""

    id: UUID
    round: int
    verdict: AuditVerdict
    comment: str | None
    replaced: dict[str, Any] | None
    duration_seconds: float
    auditor: str
    created_at: datetime


class NewAudit(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """``answer`` goes with ``fix`` and only with it; ``comment`` is needed for ``comment``, and shown to whoever does a
    rejected task again. ``duration_seconds``: how long you looked at it."""

    verdict: AuditVerdict
    comment: str | None = None
    answer: dict[str, Any] | None = None
    duration_seconds: float = 0.0


def audit_of(audit: tasks.Audit) -> Audit:
    return Audit(
        id=audit.id,
        round=audit.round,
        verdict=audit.verdict,
        comment=audit.comment,
        replaced=audit.replaced,
        duration_seconds=audit.duration_seconds,
        auditor=audit.auditor,
        created_at=audit.created_at,
    )


@post("/tasks/{task_id:uuid}/audits", opt={"permission": "task.write"}, operation_id="audit_task")
async def audit_task(request: AnyRequest, task_id: FromPath[UUID], data: JSONBody[NewAudit]) -> Audit:
    """Judges the answer of a completed task: accepts it, corrects it, comments on it, or rejects it, so that it is
    done again in another round."""
    async with enter(request) as context:
        audit_id = await resolution.audit(
            context,
            task_id,
            data.verdict,
            comment=data.comment,
            answer=data.answer,
            duration_seconds=data.duration_seconds,
        )
        made = audit_of(await tasks.audit(context, task_id, audit_id))
    house(request).ring()
    return made


router = Router(path="/", route_handlers=[audit_task], tags=["Tasks"])

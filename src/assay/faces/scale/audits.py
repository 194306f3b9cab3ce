"""What a customer says of a finished answer, in this dialect: it is accepted, or rejected and done again."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response
from litestar.params import FromPath

from assay.core.errors import Conflict, Invalid
from assay.faces.http import AnyRequest, enter, house
from assay.faces.scale.asking import answer, object_in, serves
from assay.faces.scale.finding import again, find
from assay.faces.scale.reading import a_flag
from assay.services import resolution
from assay.services.resolution import AuditVerdict


@serves("POST", "/task/{task:str}/audit", "task.write")
async def audit_task(request: AnyRequest, task: FromPath[str]) -> Response[bytes]:
    """Accepts or rejects the answer of a completed task. Rejected, it is done again, and whoever does so reads the
    comments. With comments alone, neither."""
    body = await object_in(request)
    comments = body.get("comments")
    if comments is not None and not isinstance(comments, str):
        raise Invalid("Must be a text.", "comments")
    async with enter(request) as context:
        found = await find(context, task)
        try:
            await resolution.audit(context, found.id, _verdict(body.get("accepted"), comments), comment=comments)
        except Conflict as error:
            raise Invalid(f"Only a completed task can be audited; this one is {found.state}.") from error
        now = await again(context, found)
    house(request).ring()
    return answer(now)


def _verdict(accepted: Any, comments: str | None) -> AuditVerdict:
    if accepted is None:
        if not (comments or "").strip():
            raise Invalid("Say whether you accept the answer: true or false.", "accepted")
        return "comment"
    return "accept" if a_flag(accepted, "accepted") else "reject"


HANDLERS: Final = [audit_task]

"""Assignments: what workers handed in, and what their requester decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from assay.core.annotations.page_kind import fields_of
from assay.core.postings import Engagement, EngagementState
from assay.faces.mturk import answers, ids
from assay.faces.mturk.asking import Asked, Verb, seconds, without_none
from assay.faces.mturk.hits_told import hit
from assay.faces.mturk.paging import page, place_in, size_of
from assay.faces.mturk.refusals import missing, wrong_state
from assay.services import engagements, postings
from assay.services.postings import Told

_STATES: Final[dict[str, EngagementState]] = {
    "Submitted": "submitted",
    "Approved": "approved",
    "Rejected": "rejected",
}


async def get_assignment(asked: Asked) -> dict[str, Any]:
    engagement, posting, offer = await engagements.get(asked.context, _engagement_id(asked))
    if engagement.state not in _STATES.values():
        # As it was recorded: what a worker still has, or gave back, is nothing to look at.
        raise wrong_state("assignment", "null", "Reviewable,Approved,Rejected")
    told = (await postings.told(asked.context, [posting.id])).get(posting.id)
    (assignment,) = await _told(asked, [engagement], told)
    return {"Assignment": assignment, "HIT": hit(posting, offer, told)}


async def list_assignments_for_hit(asked: Asked) -> dict[str, Any]:
    """In the order in which they were handed in, so that what comes meanwhile is at the end."""
    posting_id = ids.meant(asked.given["HITId"])
    if posting_id is None:
        raise missing("HIT", asked.given["HITId"])
    size = size_of(asked.given)
    wanted = asked.given.get("AssignmentStatuses") or list(_STATES)
    found = await engagements.of_posting(
        asked.context,
        posting_id,
        states=[_STATES[one] for one in dict.fromkeys(wanted)],
        after=_after(asked),
        limit=size,
    )
    found = found[:size]
    told = (await postings.told(asked.context, [posting_id])).get(posting_id) if found else None
    return page(asked.operation, asked.given, "Assignments", await _told(asked, found, told), _last(found))


async def approve_assignment(asked: Asked) -> dict[str, Any]:
    await engagements.approve(
        asked.context,
        _engagement_id(asked),
        feedback=asked.given.get("RequesterFeedback"),
        override=asked.given.get("OverrideRejection", False),
    )
    return {}


async def reject_assignment(asked: Asked) -> dict[str, Any]:
    await engagements.reject(asked.context, _engagement_id(asked), feedback=asked.given["RequesterFeedback"])
    return {}


async def _told(asked: Asked, found: Sequence[Engagement], told: Told | None) -> list[dict[str, Any]]:
    given = await engagements.answers(asked.context, [one.id for one in found]) if found else {}
    page_ = told.page if told is not None else None
    return [_assignment(one, answers.written(page_, fields_of(given.get(one.id, {})))) for one in found]


def _assignment(engagement: Engagement, answer: str) -> dict[str, Any]:
    approved, rejected = engagement.state == "approved", engagement.state == "rejected"
    return without_none(
        {
            "AssignmentId": ids.told(engagement.id),
            "WorkerId": ids.worker_told(engagement.freelancer_id),
            "HITId": ids.told(engagement.posting_id),
            "AssignmentStatus": engagement.state.capitalize(),
            "AutoApprovalTime": seconds(engagement.auto_approve_at),
            "AcceptTime": seconds(engagement.accepted_at),
            "SubmitTime": seconds(engagement.submitted_at),
            "ApprovalTime": seconds(engagement.decided_at) if approved else None,
            "RejectionTime": seconds(engagement.rejected_at) if rejected else None,
            "Deadline": seconds(engagement.deadline),
            "Answer": answer,
            "RequesterFeedback": engagement.feedback,
        }
    )


def _last(found: Sequence[Engagement]) -> str | None:
    if not found:
        return None
    moment = found[-1].submitted_at
    assert moment is not None, "what is listed was handed in"
    return f"{int(moment.timestamp() * 1_000_000)}.{found[-1].id.hex}"


def _after(asked: Asked) -> tuple[datetime, UUID] | None:
    place = place_in(asked.operation, asked.given)
    if place is None:
        return None
    moment, _, id_ = place.partition(".")
    whole, fraction = divmod(int(moment), 1_000_000)
    return datetime.fromtimestamp(whole, UTC).replace(microsecond=fraction), UUID(id_)


def _engagement_id(asked: Asked) -> UUID:
    found = ids.meant(asked.given["AssignmentId"])
    if found is None:
        raise missing("Assignment", asked.given["AssignmentId"])
    return found


VERBS: Final[Mapping[str, Verb]] = {
    "ApproveAssignment": approve_assignment,
    "GetAssignment": get_assignment,
    "ListAssignmentsForHIT": list_assignments_for_hit,
    "RejectAssignment": reject_assignment,
}

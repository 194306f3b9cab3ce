"""What freelancers handed in to a requester, and what the requester decides on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.core.offers import ReasonCode
from assay.faces.http import AnyRequest, Page, enter, house, id_cursor, page_of
from assay.faces.native.amounts import Amount, Limit, amount
from assay.services import engagements, offers
from assay.services.context import Context

HandedIn: TypeAlias = Literal["submitted", "approved", "rejected"]
AskedState: TypeAlias = Annotated[HandedIn | None, QueryParameter(name="state")]
ALL: Final[Sequence[HandedIn]] = ("submitted", "approved", "rejected")


class Engagement(msgspec.Struct, kw_only=True):
    """One freelancer's answer to one posting. ``automatic``: no person decided. ``reason_code``: why rejected.
    ``disclosure``: what the freelancer says of the help they had from machines."""

    id: UUID
    posting_id: UUID
    offer_id: UUID
    freelancer_id: UUID
    state: str
    reward: Amount
    accepted_at: datetime
    submitted_at: datetime | None
    auto_approve_at: datetime | None
    decided_at: datetime | None
    automatic: bool
    reason_code: str | None
    feedback: str | None
    seconds: float | None
    disclosure: str | None
    answer: dict[str, Any] | None


class Approval(msgspec.Struct, forbid_unknown_fields=True):
    """``override``: approve what you rejected, too, within 30 days after it was handed in."""

    feedback: str | None = None
    override: bool = False


class Rejection(msgspec.Struct, forbid_unknown_fields=True):
    """The freelancer reads both: what kind of reason it is, and ``feedback`` in your own words."""

    feedback: str
    reason_code: ReasonCode


@get(
    "/market/offers/{offer_id:uuid}/engagements",
    opt={"permission": "market.read"},
    operation_id="list_handed_in",
    tags=["Offers"],
)
async def list_engagements(
    request: AnyRequest,
    offer_id: FromPath[UUID],
    wanted: AskedState = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Page[Engagement]:
    """What freelancers handed in on an offer, with their answers, oldest first."""
    async with enter(request) as context:
        await offers.get(context, offer_id)
        states: Sequence[HandedIn] = ALL if wanted is None else [wanted]
        found = await engagements.of_offer(context, offer_id, states=states, after=id_cursor(cursor), limit=limit)
        page = page_of(list(found), limit, lambda one: str(one.id))
        return Page(await _answered(context, page.items), page.next_cursor)


@post(
    "/market/engagements/{engagement_id:uuid}/approve",
    status_code=200,
    opt={"permission": "market.write"},
    operation_id="approve_engagement",
    tags=["Offers"],
)
async def approve_engagement(
    request: AnyRequest, engagement_id: FromPath[UUID], data: JSONBody[Approval]
) -> Engagement:
    """Approves an answer and pays it, once."""
    async with enter(request) as context:
        found = await engagements.approve(context, engagement_id, feedback=data.feedback, override=data.override)
        (answer,) = await _answered(context, [found])
    house(request).ring()
    return answer


@post(
    "/market/engagements/{engagement_id:uuid}/reject",
    status_code=200,
    opt={"permission": "market.write"},
    operation_id="reject_engagement",
    tags=["Offers"],
)
async def reject_engagement(
    request: AnyRequest, engagement_id: FromPath[UUID], data: JSONBody[Rejection]
) -> Engagement:
    """Rejects an answer: it counts towards no result, and what was set aside for it comes back."""
    async with enter(request) as context:
        found = await engagements.reject(context, engagement_id, feedback=data.feedback, reason_code=data.reason_code)
        (answer,) = await _answered(context, [found])
    house(request).ring()
    return answer


async def _answered(context: Context, found: Sequence[engagements.Engagement]) -> list[Engagement]:
    answers = await engagements.answers(context, [one.id for one in found])
    return [
        Engagement(
            id=one.id,
            posting_id=one.posting_id,
            offer_id=one.offer_id,
            freelancer_id=one.freelancer_id,
            state=one.state,
            reward=amount(one.reward_minor, one.currency),
            accepted_at=one.accepted_at,
            submitted_at=one.submitted_at,
            auto_approve_at=one.auto_approve_at,
            decided_at=one.decided_at,
            automatic=one.automatic,
            reason_code=one.reason_code,
            feedback=one.feedback,
            seconds=one.seconds,
            disclosure=one.disclosure,
            answer=answers.get(one.id),
        )
        for one in found
    ]


HANDLERS = [list_engagements, approve_engagement, reject_engagement]

"""A requester's offers: work of a project put on the market, task by task, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.core.money import parse
from assay.core.offers import AiHelp, OfferTerms
from assay.core.qualifications import Requirement
from assay.faces.http import AnyRequest, Page, enter, house, id_cursor, page_of
from assay.faces.native.amounts import Amount, AskedMode, Limit, amount
from assay.services import offers, postings
from assay.services.context import Context

PostingStatus: TypeAlias = Literal["assignable", "unassignable", "reviewable", "reviewing", "disposed"]
AskedStatus: TypeAlias = Annotated[PostingStatus | None, QueryParameter(name="status")]


class OfferProgress(msgspec.Struct):
    """``postings`` by status and ``engagements`` by state, as of now. ``seconds_median``: of what was handed in."""

    postings: Mapping[str, int]
    engagements: Mapping[str, int]
    seconds_median: float | None


class Offer(msgspec.Struct, kw_only=True):
    """The terms on which a project's work is offered. ``reward``: for one approved answer. ``auto_approval_seconds``:
    what nobody decided on is approved after so long. ``per_worker_cap``: how much of it one freelancer may do.
    ``ai_help``: what you say of help by machines, if anything."""

    id: UUID
    project_id: UUID
    mode: Literal["live", "test"]
    state: Literal["active", "paused"]
    title: str
    description: str
    keywords: str
    reward: Amount
    duration_seconds: int
    auto_approval_seconds: int
    requirements: list[Requirement]
    per_worker_cap: int | None
    ai_help: AiHelp | None
    created_at: datetime
    progress: OfferProgress | None = None


class NewOffer(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """``reward``: in the market's currency, such as `0.50`. Without ``auto_approval_seconds`` it is what the market
    says. ``ai_help``: whether freelancers may let machines help them, and must say so; they read it with the job."""

    title: str
    description: str
    keywords: str = ""
    reward: str
    duration_seconds: int = 3600
    auto_approval_seconds: int | None = None
    requirements: list[Requirement] = []
    per_worker_cap: int | None = None
    ai_help: AiHelp | None = None


class NewPostings(msgspec.Struct, forbid_unknown_fields=True):
    """``task_ids``: which unfinished tasks are posted; none: the first ``limit`` of those that are not yet.
    ``max_engagements``: how many freelancers may do each. ``estimate_seconds``: how long you believe one takes, for the
    market's pay floor as long as nobody knows."""

    lifetime_seconds: int = 7 * 86_400
    max_engagements: int = 1
    task_ids: list[UUID] | None = None
    limit: int = postings.TOGETHER_MAX
    estimate_seconds: float | None = None


class Posted(msgspec.Struct):
    task_ids: list[UUID]


class Posting(msgspec.Struct):
    """One task on offer; its id is the task's. ``pending`` freelancers are at work, ``submitted`` answers wait for a
    decision."""

    id: UUID
    offer_id: UUID
    project_id: UUID
    status: PostingStatus
    max_engagements: int
    available: int
    pending: int
    submitted: int
    approved: int
    rejected: int
    reward: Amount
    fee: Amount
    expires_at: datetime
    created_at: datetime


class MorePlaces(msgspec.Struct, forbid_unknown_fields=True):
    more: int


class NewEnd(msgspec.Struct, forbid_unknown_fields=True):
    """A moment that has passed ends it now."""

    ends_at: datetime


# --- offers -------------------------------------------------------------------------------------------------------


@post(
    "/projects/{project_id:uuid}/offers",
    opt={"permission": "market.write"},
    operation_id="create_offer",
    tags=["Offers"],
)
async def create_offer(request: AnyRequest, project_id: FromPath[UUID], data: JSONBody[NewOffer]) -> Offer:
    """Offers the work of a project of any kind to freelancers. From then on your own people are given none of it;
    nothing is shown to anybody before its tasks are posted."""
    async with enter(request) as context:
        market = await offers.market(context)
        made = await offers.create(
            context,
            project_id,
            OfferTerms(
                title=data.title.strip(),
                description=data.description.strip(),
                reward_minor=parse(data.reward, market.currency, "reward").minor,
                currency=market.currency,
                duration_seconds=data.duration_seconds,
                auto_approval_seconds=market.auto_approval_seconds
                if data.auto_approval_seconds is None
                else data.auto_approval_seconds,
                keywords=data.keywords.strip(),
                requirements=data.requirements,
                per_worker_cap=data.per_worker_cap,
                ai_help=data.ai_help,
            ),
        )
        return _offer(made)


@get("/market/offers", opt={"permission": "market.read"}, operation_id="list_offers", tags=["Offers"])
async def list_offers(
    request: AnyRequest,
    project_id: FromQuery[UUID | None] = None,
    mode: AskedMode = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Page[Offer]:
    """Your offers, newest first."""
    async with enter(request) as context:
        found = await offers.listed(
            context, mode=context.mode(mode), before=id_cursor(cursor), project_id=project_id, limit=limit
        )
        return page_of([_offer(one) for one in found], limit, lambda one: str(one.id))


@get("/market/offers/{offer_id:uuid}", opt={"permission": "market.read"}, operation_id="get_offer", tags=["Offers"])
async def get_offer(request: AnyRequest, offer_id: FromPath[UUID]) -> Offer:
    """One of your offers, with how far it is."""
    async with enter(request) as context:
        return await _told(context, await offers.get(context, offer_id))


@post(
    "/market/offers/{offer_id:uuid}/pause",
    status_code=200,
    opt={"permission": "market.write"},
    operation_id="pause_offer",
    tags=["Offers"],
)
async def pause_offer(request: AnyRequest, offer_id: FromPath[UUID]) -> Offer:
    """Nobody new begins; whoever has begun may finish."""
    async with enter(request) as context:
        return await _told(context, await offers.set_state(context, offer_id, "paused"))


@post(
    "/market/offers/{offer_id:uuid}/resume",
    status_code=200,
    opt={"permission": "market.write"},
    operation_id="resume_offer",
    tags=["Offers"],
)
async def resume_offer(request: AnyRequest, offer_id: FromPath[UUID]) -> Offer:
    """Goes on with an offer that was paused."""
    async with enter(request) as context:
        return await _told(context, await offers.set_state(context, offer_id, "active"))


# --- postings -----------------------------------------------------------------------------------------------------


@post(
    "/market/offers/{offer_id:uuid}/postings",
    opt={"permission": "market.write"},
    operation_id="post_tasks",
    tags=["Offers"],
)
async def post_tasks(request: AnyRequest, offer_id: FromPath[UUID], data: JSONBody[NewPostings]) -> Posted:
    """Posts unfinished tasks of the offer's project, and sets aside what they promise: all of them or, without the
    money, none. Call it again until no task comes back."""
    async with enter(request) as context:
        found = await postings.publish_tasks(
            context,
            offer_id,
            lifetime_seconds=data.lifetime_seconds,
            max_engagements=data.max_engagements,
            task_ids=data.task_ids,
            limit=data.limit,
            estimate_seconds=data.estimate_seconds,
        )
    house(request).ring()
    return Posted(list(found))


@get("/market/postings", opt={"permission": "market.read"}, operation_id="list_postings", tags=["Offers"])
async def list_postings(
    request: AnyRequest,
    offer_id: FromQuery[UUID | None] = None,
    wanted: AskedStatus = None,
    mode: AskedMode = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Page[Posting]:
    """Your postings, newest first; those that were disposed of only where they are asked for."""
    async with enter(request) as context:
        found = await postings.listed(
            context,
            mode=context.mode(mode),
            before=id_cursor(cursor),
            statuses=None if wanted is None else [wanted],
            offer_id=offer_id,
            limit=limit,
        )
        return page_of([_posting(one) for one in found], limit, lambda one: str(one.id))


@post(
    "/market/postings/{posting_id:uuid}/extend",
    status_code=200,
    opt={"permission": "market.write"},
    operation_id="extend_posting",
    tags=["Offers"],
)
async def extend_posting(request: AnyRequest, posting_id: FromPath[UUID], data: JSONBody[MorePlaces]) -> Posting:
    """Lets so many more freelancers do a task; its answer so far is taken back until they did."""
    async with enter(request) as context:
        answer = _posting(await postings.extend(context, posting_id, data.more))
    house(request).ring()
    return answer


@post(
    "/market/postings/{posting_id:uuid}/end",
    status_code=200,
    opt={"permission": "market.write"},
    operation_id="end_posting",
    tags=["Offers"],
)
async def end_posting(request: AnyRequest, posting_id: FromPath[UUID], data: JSONBody[NewEnd]) -> Posting:
    """Moves the end of a posting. What was set aside for places that nobody took comes back when it ends."""
    async with enter(request) as context:
        answer = _posting(await postings.end_at(context, posting_id, data.ends_at))
    house(request).ring()
    return answer


@post(
    "/market/postings/{posting_id:uuid}/dispose",
    status_code=200,
    opt={"permission": "market.write"},
    operation_id="dispose_posting",
    tags=["Offers"],
)
async def dispose_posting(request: AnyRequest, posting_id: FromPath[UUID]) -> Posting:
    """Puts a reviewable posting away for good once everything on it is decided."""
    async with enter(request) as context:
        answer = _posting(await postings.dispose(context, posting_id))
    house(request).ring()
    return answer


# --- told ---------------------------------------------------------------------------------------------------------


def _offer(offer: offers.Offer, progress: OfferProgress | None = None) -> Offer:
    terms = offer.terms
    return Offer(
        id=offer.id,
        project_id=offer.project_id,
        mode=offer.mode,
        state=offer.state,
        title=terms.title,
        description=terms.description,
        keywords=terms.keywords,
        reward=amount(terms.reward_minor, terms.currency),
        duration_seconds=terms.duration_seconds,
        auto_approval_seconds=terms.auto_approval_seconds,
        requirements=terms.requirements,
        per_worker_cap=terms.per_worker_cap,
        ai_help=terms.ai_help,
        created_at=offer.created_at,
        progress=progress,
    )


async def _told(context: Context, offer: offers.Offer) -> Offer:
    found = await offers.progress(context, offer.id)
    return _offer(offer, OfferProgress(found.postings, found.engagements, found.seconds_median))


def _posting(posting: postings.Posting) -> Posting:
    return Posting(
        posting.id,
        posting.offer_id,
        posting.project_id,
        posting.status,
        posting.max_engagements,
        posting.available,
        posting.pending,
        posting.submitted,
        posting.approved,
        posting.rejected,
        amount(posting.reward_minor, posting.currency),
        amount(posting.fee_minor, posting.currency),
        posting.expires_at,
        posting.created_at,
    )


HANDLERS = [
    create_offer,
    list_offers,
    get_offer,
    pause_offer,
    resume_offer,
    post_tasks,
    list_postings,
    extend_posting,
    end_posting,
    dispose_posting,
]

"""A freelancer's turns: taken, worked at, handed in or returned, and what became of them.

A page of a customer's own is shown in a frame at an address that is made here; work of any other kind comes in the
shape in which members get theirs, for the same desks.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from litestar import get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.core.errors import Unavailable
from assay.core.frames import Ticket
from assay.core.pages import ExternalPage, FormPage, HtmlPage
from assay.core.pages import Page as ShownPage
from assay.core.postings import Engagement, EngagementState
from assay.faces.http import AnyRequest, House, Page, enter, house, id_cursor, page_of
from assay.faces.media import media_of, shown_items
from assay.faces.worker import wire
from assay.services import disclosures, engagements
from assay.services.context import Context
from assay.services.engagements import Work

DRAFT_BYTES_MAX = 2 * 1024 * 1024
ANSWER_BYTES_MAX = 10 * 1024 * 1024

AskedMode: TypeAlias = Annotated[Literal["live", "test"], QueryParameter(description="Real work, or practice.")]
State: TypeAlias = Annotated[
    list[EngagementState] | None, QueryParameter(description="Those in these states; all where none is named.")
]
Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=100)]
Cursor: TypeAlias = Annotated[str | None, QueryParameter(description="Where the last page ended.")]
_STATES: tuple[EngagementState, ...] = ("accepted", "submitted", "approved", "rejected", "returned", "abandoned")


def _frame(
    home: House, context: Context, posting_id: UUID, turn: UUID | None, requester_id: UUID, page: ShownPage
) -> wire.Frame:
    """Raises ``Unavailable`` where the operator named no origins for customers' pages."""
    if home.frames is None:
        raise Unavailable("This market cannot show pages of requesters yet. Its operator sets ASSAY_FRAMES_URL.")
    ticket = Ticket(context.organization_id, context.worker_id, posting_id, turn)
    origin = home.frames.of(requester_id)
    height = page.frame_height if isinstance(page, (ExternalPage, HtmlPage)) else 0
    return wire.Frame(f"{origin}/t/{ticket.seal(home.seals)}", origin, height, isinstance(page, FormPage))


def _told(context: Context, engagement: Engagement) -> wire.Engagement:
    return wire.Engagement(**_fields(context, engagement))


def _fields(context: Context, engagement: Engagement) -> dict[str, Any]:
    names = wire.Engagement.__struct_fields__
    return {name: getattr(engagement, name) for name in names if name != "server_time"} | {"server_time": context.now}


def _shown(home: House, context: Context, work: Work) -> wire.EngagementShown:
    """The turn with what it shows: nothing of it once it is over."""
    terms, asked, engagement = work.offer.terms, work.asked, work.engagement
    frame, turn = None, None
    page = asked.content.page
    if engagement.state == "accepted" and page is not None:
        frame = _frame(home, context, engagement.posting_id, engagement.id, engagement.requester_id, page)
    elif engagement.state == "accepted":
        photo = None
        if asked.photo is not None and asked.attachment_id is not None:
            photo = media_of(home, context, asked.attachment_id, asked.photo)
        own = work.taxonomy.instructions
        turn = wire.Turn(
            assignment_id=engagement.id,
            task_id=asked.task_id,
            project_id=asked.project_id,
            project_name=terms.title,
            kind=asked.kind,
            stage="annotate",
            round=1,
            claimed_at=engagement.accepted_at,
            lease_until=engagement.deadline,
            extension_available=not engagement.extended,
            server_time=context.now,
            instructions="\n\n".join(part for part in (own, work.version.instructions) if part),
            taxonomy=work.taxonomy,
            media=photo,
            content=shown_items(home, context, asked.items, work.photos),
            prelabels=asked.prelabels,
            draft=asked.draft,
            sent_back=None,
            review=None,
            practice=None,
        )
    return wire.EngagementShown(
        engagement=_told(context, engagement),
        title=terms.title,
        description=terms.description,
        ai_help=terms.ai_help,
        duration_seconds=terms.duration_seconds,
        frame=frame,
        turn=turn,
        answer=asked.answer,
    )


async def _now(request: AnyRequest, context: Context, engagement_id: UUID) -> wire.EngagementShown:
    return _shown(house(request), context, await engagements.work(context, engagement_id))


@post(
    "/jobs/{offer_id:uuid}/accept", opt={"permission": "market.work"}, operation_id="accept_next", tags=["Engagements"]
)
async def accept_next(request: AnyRequest, offer_id: FromPath[UUID]) -> wire.EngagementShown:
    """The next turn of an offer that you have not done. It is yours until its deadline."""
    async with enter(request) as context:
        return _shown(house(request), context, await engagements.accept_next(context, offer_id))


@post(
    "/postings/{posting_id:uuid}/accept", opt={"permission": "market.work"}, operation_id="accept", tags=["Engagements"]
)
async def accept(request: AnyRequest, posting_id: FromPath[UUID]) -> wire.EngagementShown:
    """A turn on this one posting."""
    async with enter(request) as context:
        return _shown(house(request), context, await engagements.accept(context, posting_id))


@get(
    "/postings/{posting_id:uuid}/preview",
    opt={"permission": "market.work"},
    operation_id="preview_posting",
    tags=["Engagements"],
)
async def preview(request: AnyRequest, posting_id: FromPath[UUID]) -> wire.PostingPreview:
    """What the work is like, before you take it: the page itself where it is one."""
    async with enter(request) as context:
        posting, offer, told = await engagements.preview(context, posting_id)
        page = told[posting.id].page if posting.id in told else None
        frame = _frame(house(request), context, posting.id, None, posting.requester_id, page) if page else None
        terms = offer.terms
        return wire.PostingPreview(posting.id, offer.id, terms.title, terms.description, terms.ai_help, frame)


@get("/engagements", opt={"permission": "market.work"}, operation_id="list_engagements", tags=["Engagements"])
async def listed(
    request: AnyRequest,
    states: FromQuery[State] = None,
    mode: FromQuery[AskedMode] = "live",
    limit: FromQuery[Limit] = 25,
    cursor: FromQuery[Cursor] = None,
) -> Page[wire.TitledEngagement]:
    """Yours, the newest first: those in state ``accepted`` are your queue."""
    before = id_cursor(cursor)
    async with enter(request) as context:
        found = await engagements.mine(context, mode=mode, states=states or _STATES, before=before, limit=limit)
        told = [wire.TitledEngagement(**_fields(context, one), title=title) for one, title in found]
        return page_of(told, limit, lambda one: str(one.id))


@get(
    "/engagements/{engagement_id:uuid}",
    opt={"permission": "market.work"},
    operation_id="get_engagement",
    tags=["Engagements"],
)
async def one(request: AnyRequest, engagement_id: FromPath[UUID]) -> wire.EngagementShown:
    """One of yours, with what it shows while you work on it."""
    async with enter(request) as context:
        return await _now(request, context, engagement_id)


@put(
    "/engagements/{engagement_id:uuid}/draft",
    status_code=204,
    opt={"permission": "market.work"},
    operation_id="save_engagement_draft",
    request_max_body_size=DRAFT_BYTES_MAX,
    tags=["Engagements"],
)
async def draft(request: AnyRequest, engagement_id: FromPath[UUID], data: JSONBody[wire.Draft]) -> None:
    """Keeps what you have so far; it need not be complete."""
    async with enter(request, durable=False) as context:
        await engagements.save_draft(context, engagement_id, data.answer)


@put(
    "/engagements/{engagement_id:uuid}/disclosure",
    status_code=204,
    opt={"permission": "market.work"},
    operation_id="disclose_help",
    tags=["Engagements"],
)
async def disclose(request: AnyRequest, engagement_id: FromPath[UUID], data: JSONBody[wire.Disclosure]) -> None:
    """Says what help you had from machines, before you hand in an answer: a page in a frame cannot say it for you."""
    async with enter(request) as context:
        await disclosures.disclose(context, engagement_id, data.disclosure)


@post(
    "/engagements/{engagement_id:uuid}/submit",
    status_code=200,
    opt={"permission": "market.work"},
    operation_id="submit_engagement",
    request_max_body_size=ANSWER_BYTES_MAX,
    tags=["Engagements"],
)
async def submit(
    request: AnyRequest, engagement_id: FromPath[UUID], data: JSONBody[wire.EngagementSubmit]
) -> wire.Engagement:
    """Hands in your answer. Sending the same one again is safe."""
    async with enter(request) as context:
        if data.disclosure is not None:
            await disclosures.disclose(context, engagement_id, data.disclosure)
        done = await engagements.submit(context, engagement_id, data.answer, seconds=data.duration_seconds or None)
        told = _told(context, done)
    house(request).ring()
    return told


@post(
    "/engagements/{engagement_id:uuid}/extend",
    status_code=200,
    opt={"permission": "market.work"},
    operation_id="extend_engagement",
    tags=["Engagements"],
)
async def extend(request: AnyRequest, engagement_id: FromPath[UUID]) -> wire.Engagement:
    """More time, once: half of what the offer gives."""
    async with enter(request) as context:
        return _told(context, await engagements.extend_time(context, engagement_id))


@post(
    "/engagements/{engagement_id:uuid}/return",
    status_code=200,
    opt={"permission": "market.work"},
    operation_id="return_engagement",
    tags=["Engagements"],
)
async def give_back(request: AnyRequest, engagement_id: FromPath[UUID]) -> wire.Engagement:
    """Returns a turn. It costs you nothing and is held against nobody."""
    async with enter(request) as context:
        told = _told(context, await engagements.give_back(context, engagement_id))
    house(request).ring()
    return told


HANDLERS = [accept_next, accept, preview, listed, one, draft, disclose, submit, extend, give_back]

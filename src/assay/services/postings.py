"""Postings: tasks put on offer, and what their requester does with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from assay.core import review_policies
from assay.core.annotations.page_kind import page_problems
from assay.core.errors import Invalid, NotFound
from assay.core.ledger import hold
from assay.core.market_settings import MarketSettings
from assay.core.offers import Mode, posting_problems
from assay.core.pages import Page
from assay.core.pay_floor import check_reward
from assay.core.postings import (
    DISPOSED_AFTER,
    MissingThing,
    Status,
    WrongState,
    check_disposal,
    check_reviewing,
    new_end,
)
from assay.core.postings import Posting as Posting
from assay.core.review_policies import Policies
from assay.services import settling
from assay.services.context import Context
from assay.services.settling import NOBODY, arrive, settle, tell
from assay.store import due, events, ledger, market_settings, pay_floor, projects
from assay.store import postings as store
from assay.store.connection import Tenant
from assay.store.postings import Look as Look
from assay.store.postings import Offer as Offer
from assay.store.postings import Told as Told

# How many tasks are posted in one go.
TOGETHER_MAX: Final = 1000


async def publish(
    context: Context,
    offer_id: UUID,
    page: Page,
    *,
    lifetime_seconds: int,
    max_engagements: int = 1,
    annotation: str | None = None,
    policies: Policies | None = None,
    request: str | None = None,
    estimate_seconds: float | None = None,
) -> Posting:
    """Posts one page as a new task, and sets aside what it promises.

    ``request``: JSON text, the page as a customer's program said it. ``estimate_seconds``: how long the requester
    believes it takes, for the market's pay floor while nobody knows. Raises ``MissingThing``, ``Invalid`` naming every
    field that is wrong, ``WrongState`` for a paused offer, and ``InsufficientFunds``.
    """
    policies = policies or Policies()
    async with context.market() as room:
        settings = await market_settings.get(room)
        offer = await _offer(context, room, offer_id)
        problems = [
            *page_problems(page),
            *posting_problems(max_engagements, lifetime_seconds, annotation),
            *review_policies.problems(policies, max_engagements, strict=settings.strict_limits),
        ]
        if problems:
            raise Invalid(problems)
        await _check_pay(room, settings, offer, estimate_seconds)
        posting = replace(
            _new(context, offer, settings, max_engagements, lifetime_seconds),
            id=context.new_id(),
            annotation=annotation,
        )
        await _hold(context, room, posting)
        await store.insert(room, posting, policies)
    project = await projects.get(context.tenant, offer.project_id)
    await store.insert_page(context.tenant, posting.id, project.id, project.version, page, request, context.now)
    created = events.NewEvent(context.new_id(), "task.created", project.id, posting.id)
    await events.record(context.tenant, context.now, context.caller.actor, [created])
    async with context.market() as room:
        await tell(context, room, posting, "posting.created")
    return posting


async def publish_tasks(
    context: Context,
    offer_id: UUID,
    *,
    lifetime_seconds: int,
    max_engagements: int = 1,
    task_ids: Sequence[UUID] | None = None,
    limit: int = TOGETHER_MAX,
    estimate_seconds: float | None = None,
) -> Sequence[UUID]:
    """Posts unfinished tasks of the offer's project that are not posted yet, those named or the first of all, ``limit``
    at a time; their ids. Golds stay hidden tests of the organization's own people.

    Raises as ``publish`` does; after ``InsufficientFunds`` none is posted.
    """
    async with context.market() as room:
        settings = await market_settings.get(room)
        offer = await _offer(context, room, offer_id)
        problems = posting_problems(max_engagements, lifetime_seconds, None)
        if problems:
            raise Invalid(problems)
        if not 1 <= limit <= TOGETHER_MAX:
            raise Invalid(f"At most {TOGETHER_MAX} at a time.", "limit")
        await _check_pay(room, settings, offer, estimate_seconds)
        like = _new(context, offer, settings, max_engagements, lifetime_seconds)
    posted = await store.offer_tasks(context.tenant, offer.project_id, task_ids, limit)
    # Turns that were open for the organization's own people close as the tasks advance.
    await due.mark(context.tenant, posted)
    async with context.market() as room:
        await store.insert_many(room, posted, like)
        for task_id in posted:
            posting = replace(like, id=task_id)
            await _hold(context, room, posting)
            await tell(context, room, posting, "posting.created")
    return posted


async def _offer(context: Context, room: Tenant, offer_id: UUID) -> Offer:
    offer = await store.offer(room, offer_id)
    if offer.requester_id != context.organization_id or not _sees(context, offer.mode):
        raise MissingThing("offer")
    if offer.state != "active":
        raise WrongState("offer", offer.state, ("active",))
    return offer


async def _check_pay(room: Tenant, settings: MarketSettings, offer: Offer, estimate_seconds: float | None) -> None:
    if settings.pay_floor_minor is None:
        return
    pace = await pay_floor.pace(room, offer.requester_id, offer.mode, offer.id)
    seconds = pace.seconds if pace.seconds is not None else estimate_seconds
    check_reward(offer.terms.reward_minor, offer.terms.currency, settings.pay_floor_minor, seconds)


def _new(
    context: Context, offer: Offer, settings: MarketSettings, max_engagements: int, lifetime_seconds: int
) -> Posting:
    """A posting of an offer, still without an id."""
    return Posting(
        id=UUID(int=0),
        offer_id=offer.id,
        requester_id=offer.requester_id,
        project_id=offer.project_id,
        mode=offer.mode,
        max_engagements=max_engagements,
        first_max=max_engagements,
        reward_minor=offer.terms.reward_minor,
        fee_minor=settings.fee(offer.terms.reward_minor),
        currency=offer.terms.currency,
        expires_at=context.now + timedelta(seconds=lifetime_seconds),
        created_at=context.now,
    )


async def _hold(context: Context, room: Tenant, posting: Posting) -> None:
    if posting.promised_minor:
        id_ = context.new_id()
        transfer = hold(posting.requester_id, posting.id, posting.promised_minor, f"posting:{posting.id}:{id_}")
        await ledger.post(room, transfer, id=id_, at=context.now, mode=posting.mode, currency=posting.currency)


# --- what its requester does --------------------------------------------------------------------------------------


async def extend(context: Context, posting_id: UUID, more: int) -> Posting:
    """So many more places, and the money for them. Raises as ``settling.extend`` does, and ``MissingThing``."""
    async with context.market() as room:
        return await settling.extend(context, room, await _locked(context, room, posting_id), more)


async def end_at(context: Context, posting_id: UUID, ends_at: datetime) -> Posting:
    """Another end; one that has passed is now, and a later one lets an ended posting go on. Whoever has begun
    may finish. Raises ``MissingThing``, ``WrongState``, ``Invalid`` and ``InsufficientFunds``.
    """
    async with context.market() as room:
        posting = await _locked(context, room, posting_id)
        return await _end(context, room, posting, new_end(posting, ends_at, context.now))


async def _end(context: Context, room: Tenant, posting: Posting, ends_at: datetime) -> Posting:
    ended = ends_at <= context.now
    expired_at = (posting.expired_at or context.now) if ended else None
    after = replace(posting, expires_at=ends_at, expired_at=expired_at)
    if after.status == "assignable":
        after = replace(after, reviewing=False)
    await store.change(room, after)
    if ended and posting.expired_at is None:
        await tell(context, room, after, "posting.expired")
    elif not ended:
        await tell(context, room, after, "posting.extended", ends_at=ends_at.isoformat())
    settled = await settle(context, room, posting)
    return await arrive(context, room, posting, settled)


async def set_reviewing(context: Context, posting_id: UUID, reviewing: bool) -> Posting:
    """The requester's own mark on a reviewable posting. Raises ``MissingThing`` and ``WrongState``."""
    async with context.market() as room:
        posting = await _locked(context, room, posting_id)
        check_reviewing(posting, reviewing)
        after = await store.change(room, replace(posting, reviewing=reviewing))
        await tell(context, room, after, "posting.reviewing" if reviewing else "posting.unmarked")
        return after


async def dispose(context: Context, posting_id: UUID) -> Posting:
    """Puts a posting away for good; a task that nobody answered is cancelled. Raises ``MissingThing`` and
    ``WrongState``."""
    async with context.market() as room:
        return await _dispose(context, room, await _locked(context, room, posting_id))


async def _dispose(context: Context, room: Tenant, posting: Posting) -> Posting:
    check_disposal(posting)
    after = replace(posting, disposed_at=context.now, reviewing=False)
    await store.change(room, after)
    await tell(context, room, after, "posting.disposed")
    return await settle(context, room, posting)


async def move(context: Context, posting_id: UUID, offer_id: UUID) -> Posting:
    """Puts a posting that nobody ever took under another offer of the requester's, with its reward.

    Raises ``MissingThing``, ``WrongState`` and ``InsufficientFunds``.
    """
    async with context.market() as room:
        posting = await _locked(context, room, posting_id)
        settings = await market_settings.get(room)
        offer = await _offer(context, room, offer_id)
        if offer.mode != posting.mode:
            raise MissingThing("offer")
        if posting.status == "disposed":
            raise WrongState("posting", posting.status, ("assignable", "reviewable", "reviewing"))
        async with settling.whole(room) as market:
            if await store.was_taken(market, posting_id):
                raise WrongState("posting", "taken", ("assignable",), "Somebody began on the terms it has.")
        after = replace(
            posting,
            offer_id=offer.id,
            reward_minor=offer.terms.reward_minor,
            fee_minor=settings.fee(offer.terms.reward_minor),
            currency=offer.terms.currency,
        )
        if after.currency != posting.currency:
            raise Invalid(f"What is set aside for this posting is {posting.currency}.", "offer_id")
        await store.change(room, after)
        await tell(context, room, after, "posting.moved", before=str(posting.offer_id))
        return await settle(context, room, posting)


async def _locked(context: Context, room: Tenant, posting_id: UUID) -> Posting:
    posting = await store.lock(room, posting_id)
    if posting.requester_id != context.organization_id or not _sees(context, posting.mode):
        raise MissingThing("posting")
    return posting


def _sees(context: Context, mode: Mode) -> bool:
    """Whether the caller reaches rows of this world: a program its own, people both."""
    return context.caller.kind != "key" or context.caller.mode == mode


# --- reading ------------------------------------------------------------------------------------------------------


async def get(context: Context, posting_id: UUID) -> tuple[Posting, Offer]:
    """One of the requester's, disposed or not, with its offer. Raises ``MissingThing``."""
    async with context.market() as room:
        posting = await store.get(room, posting_id)
        if posting.requester_id != context.organization_id or not _sees(context, posting.mode):
            raise MissingThing("posting")
        return posting, await store.offer(room, posting.offer_id)


async def listed(
    context: Context,
    *,
    mode: Mode,
    before: UUID | None = None,
    statuses: Sequence[Status] | None = None,
    offer_id: UUID | None = None,
    limit: int,
) -> Sequence[Posting]:
    """The requester's, the newest first, one more than ``limit`` where there are more; those that were disposed of only
    where ``statuses`` asks for them."""
    async with context.market() as room:
        return await store.listed(
            room,
            context.organization_id,
            mode,
            before=before,
            statuses=statuses,
            offer_id=offer_id,
            limit=limit + 1,
        )


async def wanting(
    context: Context, type_id: UUID, *, mode: Mode, before: UUID | None = None, limit: int
) -> Sequence[Posting]:
    """The requester's whose offers require something of a qualification type, the newest first."""
    async with context.market() as room:
        return await store.wanting(room, context.organization_id, mode, type_id, before=before, limit=limit + 1)


async def offers_of(context: Context, found: Sequence[Posting]) -> Mapping[UUID, Offer]:
    """Their offers, by id."""
    async with context.market() as room:
        return {id_: await store.offer(room, id_) for id_ in dict.fromkeys(one.offer_id for one in found)}


async def told(context: Context, posting_ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    """What postings of the requester's show, by id."""
    return await store.told(context.tenant, posting_ids)


async def looks(
    context: Context, posting_id: UUID, *, after: UUID | None = None, limit: int | None = None
) -> tuple[Policies, Sequence[Look]]:
    """The rules of a posting, and what they found and did, oldest first. Raises ``MissingThing``."""
    async with context.market() as room:
        posting = await store.get(room, posting_id)
        if posting.requester_id != context.organization_id:
            raise MissingThing("posting")
        return await store.policies_of(room, posting_id), await store.reports(
            room, posting_id, after=after, limit=limit
        )


# --- by the clock, as the market itself ---------------------------------------------------------------------------


async def to_expire(context: Context, limit: int) -> Sequence[UUID]:
    """Postings whose end has come."""
    async with context.market() as room:
        return await store.to_expire(room, context.now, limit)


async def expire(context: Context, posting_id: UUID) -> None:
    """Ends a posting whose time has come; one that goes on after all stays. Safe to repeat."""
    async with context.market() as room:
        posting = await store.lock(room, posting_id)
        if posting.expired_at is None and posting.disposed_at is None and posting.expires_at <= context.now:
            await store.change(room, replace(posting, expired_at=posting.expires_at))
            await tell(context, room, posting, "posting.expired", actor=NOBODY)
            await arrive(context, room, posting, await settle(context, room, posting))


async def to_dispose(context: Context, limit: int) -> Sequence[UUID]:
    """Postings that have been there for 120 days and wait for nobody."""
    async with context.market() as room:
        return await store.to_dispose(room, context.now - DISPOSED_AFTER, limit)


async def dispose_old(context: Context, posting_id: UUID) -> None:
    """Safe to repeat."""
    async with context.market() as room:
        posting = await store.lock(room, posting_id)
        if posting.disposed_at is None and posting.is_done:
            await _dispose(context, room, posting)


async def trades(context: Context) -> bool:
    """Whether this tenant is a market."""
    try:
        async with context.market() as room:
            return room.organization_id == context.organization_id
    except NotFound:
        return False

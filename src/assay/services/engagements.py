"""Engagements: a freelancer takes a turn on a posting, hands in an answer, and its requester decides on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Answer
from assay.core.content import photos_in
from assay.core.errors import AlreadyExists, Invalid, LeaseLost, TooLarge
from assay.core.freelancers import Profile
from assay.core.offers import Mode, feedback_problems
from assay.core.photos import StoredPhoto
from assay.core.postings import (
    QUEUE_MAX,
    EngagementState,
    HadBefore,
    LimitReached,
    MissingThing,
    NoPlaceLeft,
    NotEligible,
    Posting,
    WrongState,
    check_taking,
    check_transition,
    extended_deadline,
)
from assay.core.postings import Engagement as Engagement
from assay.core.qualifications import types_of, unmet
from assay.core.taxonomy import Taxonomy
from assay.services import settling
from assay.services.context import Context
from assay.services.settling import NOBODY, arrive, locked, look_at, settle, tell
from assay.services.threads import computed
from assay.store import assignments, attachments, blocks, freelancers, postings, projects, qualifications
from assay.store import engagements as store
from assay.store.connection import Tenant
from assay.store.engagements import Asked as Asked
from assay.store.postings import Offer as Offer
from assay.store.projects import Version as Version

ANSWER_BYTES_MAX: Final = 8 * 1024 * 1024
VISIBLE: Final[tuple[EngagementState, ...]] = ("submitted", "approved", "rejected")


@dataclass(frozen=True)
class Work:
    """A freelancer's turn with what it shows and asks. ``version``: of its project, as the task was asked;
    ``photos``: those of its content."""

    engagement: Engagement
    offer: Offer
    asked: Asked
    version: Version
    photos: Mapping[UUID, StoredPhoto]

    @property
    def taxonomy(self) -> Taxonomy:
        """What is asked: the task's own, or the project's."""
        return self.version.taxonomy if self.asked.taxonomy is None else self.asked.taxonomy


# --- beginning ----------------------------------------------------------------------------------------------------


async def accept(context: Context, posting_id: UUID) -> Work:
    """Takes a turn on one posting for the caller; the turn with what it shows.

    Raises ``MissingThing``, ``NotEligible``, ``LimitReached``, ``HadBefore``, ``NoPlaceLeft``, and ``NotJoined`` for
    one who is no freelancer yet.
    """
    async with context.market() as room:
        found = await postings.get(room, posting_id)
        profile, offer = await _may_take(context, room, found.offer_id)
        if await store.had_before(room, posting_id, profile.freelancer_id):
            raise HadBefore("You do this already, or you have done it.")
        return await _take(context, room, profile, offer, await postings.lock(room, posting_id))


async def accept_next(context: Context, offer_id: UUID) -> Work:
    """Takes a turn on the offer's oldest posting with a place that the caller has not done. Raises as ``accept``."""
    async with context.market() as room:
        profile, offer = await _may_take(context, room, offer_id)
        posting = await store.next_posting(room, offer_id, profile.freelancer_id, context.now)
        if posting is None:
            raise NoPlaceLeft("Nothing of this offer is left for you now.")
        return await _take(context, room, profile, offer, posting)


async def _may_take(context: Context, room: Tenant, offer_id: UUID) -> tuple[Profile, Offer]:
    """The caller, who takes nothing else meanwhile, and the offer, of which they may take."""
    profile = await freelancers.lock_joined(room, context.worker_id)
    offer = await postings.offer(room, offer_id)
    if offer.state != "active":
        raise NoPlaceLeft("This offer is paused; its requester may go on with it later.")
    if await blocks.is_blocked(room, offer.requester_id, profile.freelancer_id, offer.mode):
        raise NotEligible("This requester gives you no more work.")
    wanted = offer.terms.requirements
    if wanted:
        types = list(types_of(wanted))
        standing = await qualifications.standing_of(room, profile.freelancer_id, offer.mode, types, context.now)
        if unmet(wanted, standing, "accept"):
            shown = await qualifications.shown_types(room, profile.freelancer_id, types, standing, context.now)
            missing = unmet(wanted, standing, "accept", shown)
            raise NotEligible(" ".join(f"{one.reason} {one.remedy}" for one in missing), missing)
    held, of_offer = await store.holds(room, profile.freelancer_id, offer_id, offer.mode)
    if held >= QUEUE_MAX:
        raise LimitReached(f"You hold {held} turns; hand in or return one before you take another.", "queue")
    cap = offer.terms.per_worker_cap
    if cap is not None and of_offer >= cap:
        raise LimitReached(f"One freelancer may do {cap} of this offer, and you have.", "cap")
    return profile, offer


async def _take(context: Context, room: Tenant, profile: Profile, offer: Offer, posting: Posting) -> Work:
    check_taking(posting, context.now)
    engagement = Engagement(
        id=context.new_id(),
        posting_id=posting.id,
        offer_id=offer.id,
        requester_id=posting.requester_id,
        freelancer_id=profile.freelancer_id,
        mode=posting.mode,
        state="accepted",
        reward_minor=posting.reward_minor,
        fee_minor=posting.fee_minor,
        currency=posting.currency,
        accepted_at=context.now,
        deadline=context.now + timedelta(seconds=offer.terms.duration_seconds),
    )
    try:
        await store.insert(room, engagement)
    except AlreadyExists as error:
        raise HadBefore("You do this already, or you have done it.") from error
    async with room.room(posting.requester_id) as home:
        await store.begin(home, engagement, profile.shown_name)
        taken = await _seen(home, engagement, offer)
    await tell(context, room, posting, "engagement.accepted", engagement)
    return taken


# --- at work ------------------------------------------------------------------------------------------------------


async def work(context: Context, engagement_id: UUID) -> Work:
    """One of the caller's turns, in whatever state. Raises ``MissingThing``."""
    async with context.market() as room:
        engagement = await _mine(context, room, engagement_id)
        return await _work(room, engagement)


async def preview(context: Context, posting_id: UUID) -> tuple[Posting, Offer, Mapping[UUID, postings.Told]]:
    """What a posting shows to a freelancer who has not taken it. Raises ``MissingThing`` and ``NotEligible``."""
    async with context.market() as room:
        posting = await postings.get(room, posting_id)
        offer = await postings.offer(room, posting.offer_id)
        wanted = offer.terms.requirements
        if wanted:
            types = list(types_of(wanted))
            standing = await qualifications.standing_of(room, context.worker_id, offer.mode, types, context.now)
            missing = unmet(wanted, standing, "preview")
            if missing:
                raise NotEligible(" ".join(f"{one.reason} {one.remedy}" for one in missing), missing)
        async with room.room(posting.requester_id) as home:
            return posting, offer, await postings.told(home, [posting_id])


async def save_draft(context: Context, engagement_id: UUID, answer: Any) -> None:
    """Keeps what the caller has so far. Raises ``MissingThing``, ``LeaseLost``, ``Invalid`` for what is no answer."""
    async with context.market() as room:
        engagement = await _mine(context, room, engagement_id)
        _check_in_time(context, engagement)
        checked = await _checked(await _work(room, engagement), answer, complete=False)
        async with room.room(engagement.requester_id) as home:
            if not await assignments.save_draft(home, engagement_id, engagement.freelancer_id, checked, context.now):
                raise LeaseLost("Your time for this ran out, so the draft was not kept here.")


async def extend_time(context: Context, engagement_id: UUID) -> Engagement:
    """More time for the caller, once: half of what the offer gives. Raises ``MissingThing`` and ``WrongState``."""
    async with context.market() as room:
        await _mine(context, room, engagement_id)
        posting, engagement = await locked(room, engagement_id)
        offer = await postings.offer(room, posting.offer_id)
        deadline = extended_deadline(engagement, offer.terms.duration_seconds, context.now)
        after = replace(engagement, deadline=deadline, extended=True)
        await store.change(room, after)
        async with room.room(posting.requester_id) as home:
            await store.move_lease(home, after)
        await tell(context, room, posting, "engagement.extended", after, deadline=deadline.isoformat())
        return after


async def submit(context: Context, engagement_id: UUID, answer: Any, *, seconds: float | None = None) -> Engagement:
    """Hands in the caller's answer, and lets the posting's rules look at it; the engagement as it is then.

    ``seconds``: active time as the page measured it. Repeating it with the same answer is safe. Raises
    ``MissingThing``, ``LeaseLost`` when the time was over, ``WrongState`` when another answer was handed in, and
    ``Invalid``.
    """
    async with context.market() as room:
        return await _hand_in(
            context, room, await _work(room, await _mine(context, room, engagement_id)), answer, seconds
        )


async def hand_in(context: Context, work: Work, answer: Any) -> Engagement:
    """The same for who has ``work`` of this transaction at hand."""
    async with context.market() as room:
        return await _hand_in(context, room, work, answer, None)


async def _hand_in(context: Context, room: Tenant, work: Work, answer: Any, seconds: float | None) -> Engagement:
    if seconds is not None and not 0 <= seconds < 1e7:
        raise Invalid("Must be within 0 and 10,000,000 seconds.", "seconds")
    checked = await _checked(work, answer)
    posting = await postings.lock(room, work.engagement.posting_id)
    engagement = await store.lock(room, work.engagement.id)
    if engagement.state in VISIBLE:
        return await _again(room, engagement, checked)
    _check_in_time(context, engagement)
    took = (context.now - engagement.accepted_at).total_seconds()
    async with room.room(posting.requester_id) as home:
        marks = len(checked.get("annotations") or checked.get("attributes") or ())
        kept = await store.hand_in(
            home, engagement, context.new_id(), checked, marks, took if seconds is None else seconds, context.now
        )
    if kept is None:
        raise LeaseLost("Your time for this ran out before it arrived.")
    terms = work.offer.terms
    after = replace(
        engagement,
        state="submitted",
        submitted_at=context.now,
        auto_approve_at=context.now + timedelta(seconds=terms.auto_approval_seconds),
        seconds=kept,
    )
    await store.change(room, after)
    await tell(context, room, posting, "engagement.submitted", after)
    now = await look_at(context, room, await settle(context, room, posting), after, checked)
    if terms.auto_approval_seconds == 0:
        now = await _approve_at_once(context, room, now, after.id)
    now = await arrive(context, room, posting, now)
    decided = (now.approved, now.rejected) != (posting.approved, posting.rejected)
    return await store.get(room, after.id) if decided else after


async def _approve_at_once(context: Context, room: Tenant, posting: Posting, engagement_id: UUID) -> Posting:
    async with settling.whole(room) as market:
        engagement = await store.get(market, engagement_id)
        if engagement.state != "submitted":
            return posting
        return await settling.approve(context, market, posting, engagement, automatic=True, actor=NOBODY)


async def _again(room: Tenant, engagement: Engagement, answer: Answer) -> Engagement:
    async with room.room(engagement.requester_id) as home:
        before = await store.answers(home, [engagement.id])
    if before[engagement.id] != answer:
        raise WrongState("engagement", engagement.state, ("accepted",), "Another answer was handed in before.")
    return engagement


async def give_back(context: Context, engagement_id: UUID) -> Engagement:
    """The caller returns a turn, which costs them nothing; somebody else may take it. Returning it again is safe.

    Raises ``MissingThing`` and ``WrongState``.
    """
    async with context.market() as room:
        await _mine(context, room, engagement_id)
        posting, engagement = await locked(room, engagement_id)
        if engagement.state == "returned":
            return engagement
        check_transition(engagement, "returned")
        return await _close(context, room, posting, engagement, "returned", "the freelancer returned it")


async def _close(
    context: Context, room: Tenant, posting: Posting, engagement: Engagement, state: EngagementState, reason: str
) -> Engagement:
    after = replace(engagement, state=state, closed_at=context.now)
    await store.change(room, after)
    turn = "returned" if state == "returned" else "expired"
    async with room.room(posting.requester_id) as home:
        await store.put_back(home, after, turn, reason, context.now)
    await tell(context, room, posting, f"engagement.{state}", after, actor=NOBODY if state == "abandoned" else None)
    await arrive(context, room, posting, await settle(context, room, posting))
    return after


async def _mine(context: Context, room: Tenant, engagement_id: UUID) -> Engagement:
    engagement = await store.get(room, engagement_id)
    if engagement.freelancer_id != context.worker_id:
        raise MissingThing("engagement")
    return engagement


async def _work(room: Tenant, engagement: Engagement) -> Work:
    offer = await postings.offer(room, engagement.offer_id)
    async with room.room(engagement.requester_id) as home:
        return await _seen(home, engagement, offer)


async def _seen(home: Tenant, engagement: Engagement, offer: Offer) -> Work:
    asked = await store.asked(home, engagement.id)
    version = await projects.version(home, asked.project_id, asked.project_version)
    ids = photos_in(asked.items)
    photos = await attachments.photos(home, ids) if ids else {}
    return Work(engagement, offer, asked, version, photos)


def _check_in_time(context: Context, engagement: Engagement) -> None:
    if engagement.state != "accepted" or engagement.deadline <= context.now:
        raise LeaseLost(f"This turn is over ({engagement.state}); its time ended at {engagement.deadline:%H:%M} UTC.")


async def _checked(work: Work, answer: Any, *, complete: bool = True) -> Answer:
    check = kind_named(work.asked.kind).check
    checked = await computed([answer], check, answer, work.taxonomy, work.asked.content, complete=complete)
    if len(msgspec.json.encode(checked)) > ANSWER_BYTES_MAX:
        raise TooLarge(f"An answer has at most {ANSWER_BYTES_MAX // 2**20} MiB of JSON.")
    return checked


async def mine(
    context: Context,
    *,
    mode: Mode,
    states: Sequence[EngagementState],
    before: UUID | None = None,
    limit: int,
) -> Sequence[tuple[Engagement, str]]:
    """The caller's with the title of their offers, the newest first; one more than ``limit`` where there are more."""
    async with context.market() as room:
        found = await store.of_freelancer(room, context.worker_id, mode, states, before, limit + 1)
        titles = await postings.titles(room, [one.offer_id for one in found])
        return [(one, titles.get(one.offer_id, "")) for one in found]


# --- deciding -----------------------------------------------------------------------------------------------------


async def approve(
    context: Context, engagement_id: UUID, *, feedback: str | None = None, override: bool = False
) -> Engagement:
    """The requester approves what was submitted, and pays it; with ``override`` also what they rejected.

    Raises ``MissingThing``, ``WrongState``, ``Invalid`` and ``InsufficientFunds``.
    """
    _check_feedback(feedback)
    async with context.market() as room:
        posting, engagement = await _theirs(context, room, engagement_id)
        await settling.approve(context, room, posting, engagement, feedback=feedback, override=override)
        return await store.get(room, engagement_id)


async def reject(context: Context, engagement_id: UUID, *, feedback: str, reason_code: str | None = None) -> Engagement:
    """The requester rejects what was submitted, and says why. Raises ``MissingThing``, ``WrongState``, ``Invalid``."""
    _check_feedback(feedback, reason_code)
    async with context.market() as room:
        posting, engagement = await _theirs(context, room, engagement_id)
        await settling.reject(context, room, posting, engagement, feedback=feedback, reason_code=reason_code)
        return await store.get(room, engagement_id)


def _check_feedback(feedback: str | None, reason_code: str | None = None) -> None:
    problems = feedback_problems(feedback, reason_code)
    if problems:
        raise Invalid(problems)


async def _theirs(context: Context, room: Tenant, engagement_id: UUID) -> tuple[Posting, Engagement]:
    engagement = await store.get(room, engagement_id)
    if engagement.requester_id != context.organization_id or not _sees(context, engagement.mode):
        raise MissingThing("engagement")
    return await locked(room, engagement_id)


def _sees(context: Context, mode: Mode) -> bool:
    """Whether the caller reaches rows of this world: a program its own, people both."""
    return context.caller.kind != "key" or context.caller.mode == mode


# --- reading, as the requester ------------------------------------------------------------------------------------


async def get(context: Context, engagement_id: UUID) -> tuple[Engagement, Posting, Offer]:
    """One of the requester's. Raises ``MissingThing``."""
    async with context.market() as room:
        engagement = await store.get(room, engagement_id)
        if engagement.requester_id != context.organization_id or not _sees(context, engagement.mode):
            raise MissingThing("engagement")
        posting = await postings.get(room, engagement.posting_id)
        return engagement, posting, await postings.offer(room, posting.offer_id)


async def of_posting(
    context: Context,
    posting_id: UUID,
    *,
    states: Sequence[EngagementState] = VISIBLE,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> Sequence[Engagement]:
    """Of one of the requester's postings, in the order they were submitted, from the one after ``after`` (when it was
    submitted, and its id) on; one more than ``limit`` where there are more. Raises ``MissingThing``."""
    async with context.market() as room:
        posting = await postings.get(room, posting_id)
        if posting.requester_id != context.organization_id or not _sees(context, posting.mode):
            raise MissingThing("posting")
        return await store.of_posting(room, posting_id, states, after=after, limit=limit + 1)


async def of_offer(
    context: Context, offer_id: UUID, *, states: Sequence[EngagementState], after: UUID | None = None, limit: int
) -> Sequence[Engagement]:
    """Of one of the requester's offers, the oldest first; one more than ``limit`` where there are more."""
    async with context.market() as room:
        return await store.of_offer(room, offer_id, context.organization_id, states, after, limit + 1)


async def answers(context: Context, engagement_ids: Sequence[UUID]) -> Mapping[UUID, Answer]:
    """What the requester was handed in, by engagement."""
    return await store.answers(context.tenant, engagement_ids)


# --- by the clock, as the market itself ---------------------------------------------------------------------------


async def overdue(context: Context, limit: int) -> Sequence[UUID]:
    """Turns whose time is up."""
    async with context.market() as room:
        return await store.overdue(room, context.now, limit)


async def abandon(context: Context, engagement_id: UUID) -> None:
    """Ends a turn whose time is up; one that was handed in after all stays. Safe to repeat."""
    async with context.market() as room:
        posting, engagement = await locked(room, engagement_id)
        if engagement.state == "accepted" and engagement.deadline <= context.now:
            await _close(context, room, posting, engagement, "abandoned", "the time ended")


async def to_approve(context: Context, limit: int) -> Sequence[UUID]:
    """What nobody decided on in time."""
    async with context.market() as room:
        return await store.to_approve(room, context.now, limit)


async def approve_overdue(context: Context, engagement_id: UUID) -> None:
    """Approves what nobody decided on in time. Safe to repeat."""
    async with context.market() as room:
        posting, engagement = await locked(room, engagement_id)
        due_at = engagement.auto_approve_at
        if engagement.state == "submitted" and due_at is not None and due_at <= context.now:
            await settling.approve(context, room, posting, engagement, automatic=True, actor=NOBODY)

"""Appeals: a freelancer contests a rejection, its requester answers or yields, and somebody neutral rules.

What is overturned is paid from what the requester has; while that is too little it is owed, and paid before long once
there is money. Rejections that the brake held back wait for the same reviewers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from assay.core.appeals import (
    ANSWER_WITHIN,
    Appeal,
    Outcome,
    Verdict,
    check_answer,
    check_appeal,
    check_open,
    check_ruling,
    check_words,
)
from assay.core.errors import InsufficientFunds
from assay.core.offers import Mode
from assay.core.postings import Engagement, MissingThing, Posting
from assay.services.context import Context
from assay.services.settling import NOBODY, Actor, approve, locked, tell
from assay.store import appeals as store
from assay.store import engagements, market_settings, postings
from assay.store.connection import Tenant
from assay.store.postings import Offer


@dataclass(frozen=True)
class Case:
    """An appeal with what a reviewer must know: the turn, what was asked for, and what was answered."""

    appeal: Appeal
    engagement: Engagement
    offer: Offer
    answer: dict[str, Any] | None


# --- the freelancer -----------------------------------------------------------------------------------------------


async def open_(context: Context, engagement_id: UUID, words: str) -> Appeal:
    """The caller appeals the rejection of their work, and says why.

    Raises ``MissingThing``, ``WrongState``, ``TooLate``, ``Invalid``, and ``Conflict`` for a second appeal.
    """
    said = check_words(words, "words")
    freelancer_id = context.worker_id
    async with context.market() as room:
        found = await engagements.get(room, engagement_id)
        if found.freelancer_id != freelancer_id:
            raise MissingThing("engagement")
        posting, engagement = await locked(room, engagement_id)
        earlier = await store.of_engagement(room, engagement_id)
        check_appeal(engagement, earlier, (await market_settings.get(room)).appeal_days, context.now)
        appeal = Appeal(
            id=context.new_id(),
            engagement_id=engagement_id,
            requester_id=engagement.requester_id,
            freelancer_id=freelancer_id,
            mode=engagement.mode,
            origin="freelancer",
            state="open",
            words=said,
            opened_at=context.now,
            answer_by=context.now + ANSWER_WITHIN,
        )
        await store.insert(room, appeal)
        await _tell(context, room, posting, "appeal.opened", engagement, appeal, origin="freelancer")
        return appeal


async def mine(context: Context, *, mode: Mode, before: UUID | None = None, limit: int) -> Sequence[Appeal]:
    """On work of the caller's, the newest first; one more than ``limit`` where there are more."""
    async with context.market() as room:
        return await store.listed(room, None, context.worker_id, mode, before=before, limit=limit + 1)


# --- the requester ------------------------------------------------------------------------------------------------


async def against(context: Context, *, mode: Mode, before: UUID | None = None, limit: int) -> Sequence[Appeal]:
    """Against the caller's organization, the newest first; one more than ``limit`` where there are more."""
    async with context.market() as room:
        return await store.listed(room, context.organization_id, None, mode, before=before, limit=limit + 1)


async def answer(context: Context, appeal_id: UUID, words: str) -> Appeal:
    """The requester says why the rejection is right; from now on a reviewer may rule.

    Raises ``MissingThing``, ``WrongState``, ``Invalid``, and ``Conflict`` for a second answer.
    """
    said = check_words(words, "words")
    async with context.market() as room:
        posting, engagement, appeal = await _theirs(context, room, appeal_id)
        check_answer(appeal)
        after = replace(appeal, answer=said, answered_at=context.now)
        await store.change(room, after)
        await _tell(context, room, posting, "appeal.answered", engagement, after)
        return after


async def give_in(context: Context, appeal_id: UUID) -> Appeal:
    """The requester yields: the work is approved and paid, or owed. Raises ``MissingThing`` and ``WrongState``."""
    async with context.market() as room:
        posting, engagement, appeal = await _theirs(context, room, appeal_id)
        check_open(appeal)
        return await _grant(context, room, posting, engagement, replace(appeal, outcome="yielded"))


async def _theirs(context: Context, room: Tenant, appeal_id: UUID) -> tuple[Posting, Engagement, Appeal]:
    found = await store.get(room, appeal_id)
    sees = context.caller.kind != "key" or context.caller.mode == found.mode
    if found.requester_id != context.organization_id or not sees:
        raise MissingThing("appeal")
    return await _locked(room, found)


async def _locked(room: Tenant, appeal: Appeal) -> tuple[Posting, Engagement, Appeal]:
    posting, engagement = await locked(room, appeal.engagement_id)
    return posting, engagement, await store.lock(room, appeal.id)


# --- the market's reviewers ---------------------------------------------------------------------------------------


async def to_rule(context: Context, *, after: UUID | None = None, limit: int) -> Sequence[Case]:
    """What waits for a ruling, the oldest first, with what was asked and answered; one more than ``limit`` where there
    is more. For those who run the market."""
    cases = []
    async with context.own_market() as room:
        for appeal in await store.to_rule(room, context.now, after=after, limit=limit + 1):
            engagement = await engagements.get(room, appeal.engagement_id)
            offer = await postings.offer(room, engagement.offer_id)
            async with room.room(engagement.requester_id) as home:
                answers = await engagements.answers(home, [engagement.id])
            cases.append(Case(appeal, engagement, offer, answers.get(engagement.id)))
    return cases


async def rule(context: Context, appeal_id: UUID, verdict: Verdict, reason: str) -> Appeal:
    """A reviewer of the market decides. What is overturned is approved and paid, or owed while the requester is short.

    Raises ``MissingThing``, ``Forbidden`` for one who has a part in it, ``NotYet``, ``WrongState``, ``Invalid``.
    """
    why = check_words(reason, "reason")
    async with context.own_market() as room:
        posting, engagement, appeal = await _locked(room, await store.get(room, appeal_id))
        check_ruling(
            appeal,
            context.now,
            reviewer=context.caller.member_id,
            decided_by=await engagements.decided_by(room, engagement.id),
            belongs=await _belongs(context, room, engagement),
        )
        outcome: Outcome = "upheld" if verdict == "uphold" else "overturned"
        ruled = replace(appeal, outcome=outcome, ruled_by=context.caller.member_id, reason=why, ruled_at=context.now)
        if outcome == "overturned":
            return await _grant(context, room, posting, engagement, ruled)
        after = replace(ruled, state="closed", closed_at=context.now)
        await store.change(room, after)
        await store.set_counted(room, engagement.id, True)
        await _tell(context, room, posting, "appeal.closed", engagement, after)
        return after


async def _belongs(context: Context, room: Tenant, engagement: Engagement) -> bool:
    """Whether the reviewer belongs to the requester too; on its own work a market rules by another of its people."""
    if engagement.requester_id == room.organization_id:
        return False
    async with room.room(engagement.requester_id) as home:
        return await store.is_member(home, context.caller.email)


async def _grant(
    context: Context,
    room: Tenant,
    posting: Posting,
    engagement: Engagement,
    appeal: Appeal,
    *,
    actor: Actor | None = None,
) -> Appeal:
    """Approves and pays, and so closes it; where the requester is short it is owed."""
    owed = replace(appeal, state="owed")
    await store.change(room, owed)
    try:
        async with room.attempt():
            # An open appeal is closed by the approval that follows.
            await approve(context, room, posting, engagement, feedback=engagement.feedback, appealed=True, actor=actor)
    except InsufficientFunds:
        if appeal.state != "owed":
            await _tell(context, room, posting, "appeal.owed", engagement, owed, actor=actor)
    return await store.get(room, appeal.id)


async def owed(context: Context, limit: int) -> Sequence[UUID]:
    """What waits for requesters' money."""
    async with context.market() as room:
        return await store.owed(room, limit)


async def pay_owed(context: Context, appeal_id: UUID) -> None:
    """Pays what is owed, where there is money now. Safe to repeat."""
    async with context.market() as room:
        posting, engagement, appeal = await _locked(room, await store.get(room, appeal_id))
        if appeal.state == "owed":
            await _grant(context, room, posting, engagement, appeal, actor=NOBODY)


async def _tell(
    context: Context,
    room: Tenant,
    posting: Posting,
    type: str,
    engagement: Engagement,
    appeal: Appeal,
    *,
    actor: Actor | None = None,
    **details: Any,
) -> None:
    said = {"appeal_id": str(appeal.id), "outcome": appeal.outcome, **details}
    await tell(context, room, posting, type, engagement, actor=actor, **said)

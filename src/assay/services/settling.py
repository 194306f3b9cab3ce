"""What follows when something happens to a posting: money, its task, its rules, and who is told.

Offers, postings and engagements share this. Whoever changes a posting or one of its engagements locks the posting
first, then the engagement, so that nobody waits in a circle; the counts are the database's own. Then ``settle`` keeps
money and task in step, and ``arrive`` does what is due when a posting becomes reviewable, in the same transaction.
Rooms: ``room`` is the market's, through the caller's eyes; what concerns others is done through the market's own, and
what belongs to the requester in its room.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from assay.core import ledger
from assay.core.annotations.page_kind import fields_of
from assay.core.appeals import Appeal, enough_approved, is_braked
from assay.core.errors import AssayError
from assay.core.postings import Engagement, Posting, WrongState, check_approval, check_transition, more_places
from assay.core.review_policies import (
    Action,
    KnownAnswers,
    Opinion,
    Plurality,
    Report,
    look_at_all,
    look_at_one,
)
from assay.services.context import Context
from assay.store import appeals, due, engagements, events, market_settings, postings
from assay.store import ledger as books
from assay.store.connection import Tenant

Actor = tuple[str, UUID | None]
NOBODY: Final[Actor] = ("system", None)


@asynccontextmanager
async def whole(room: Tenant) -> AsyncIterator[Tenant]:
    """The market's room as the market itself sees it, for what follows by its rules and is nobody's own doing."""
    async with room.room(room.organization_id) as everything:
        yield everything


async def locked(room: Tenant, engagement_id: UUID) -> tuple[Posting, Engagement]:
    """An engagement and its posting, which nobody else changes until the transaction ends. Raises ``MissingThing``."""
    found = await engagements.get(room, engagement_id)
    posting = await postings.lock(room, found.posting_id)
    return posting, await engagements.lock(room, engagement_id)


# --- telling ------------------------------------------------------------------------------------------------------


async def tell(
    context: Context,
    room: Tenant,
    posting: Posting,
    type: str,
    engagement: Engagement | None = None,
    *,
    actor: Actor | None = None,
    **details: Any,
) -> None:
    """Records what happened, in the market's room and in the requester's, whose webhooks listen there."""
    data: dict[str, Any] = {
        "posting_id": str(posting.id),
        "offer_id": str(posting.offer_id),
        "requester_id": str(posting.requester_id),
        "mode": posting.mode,
    }
    if engagement is not None:
        data |= {"engagement_id": str(engagement.id), "freelancer_id": str(engagement.freelancer_id)}
    data |= details
    by = actor or context.caller.actor
    await events.record(room, context.now, by, [events.NewEvent(context.new_id(), type, data=data)])
    if posting.requester_id != room.organization_id:
        async with room.room(posting.requester_id) as home:
            said = events.NewEvent(context.new_id(), type, posting.project_id, posting.id, data)
            await events.record(home, context.now, by, [said])


# --- what follows -------------------------------------------------------------------------------------------------


async def settle(context: Context, room: Tenant, before: Posting, *, paid_minor: int = 0) -> Posting:
    """Carries out what follows from a change that was written; the posting as it is in the end.

    ``paid_minor``: what the change itself took of the money held. Raises ``InsufficientFunds`` where more must be held
    than the requester has.
    """
    after = await postings.get(room, before.id)
    await _hold(context, room, before, after, paid_minor)
    await _follow(room, before, after)
    return after


async def arrive(context: Context, room: Tenant, before: Posting, after: Posting) -> Posting:
    """Tells of a posting that became reviewable, and lets its rule look at everything; the posting then."""
    if after.status != "reviewable" or before.status in ("reviewable", "reviewing"):
        return after
    await tell(context, room, after, "posting.reviewable", actor=NOBODY)
    policies = await postings.policies_of(room, after.id)
    return after if policies.plurality is None else await _look_at_all(context, room, after, policies.plurality)


async def _hold(context: Context, room: Tenant, before: Posting, after: Posting, paid_minor: int) -> None:
    """Keeps what is held equal to what is promised."""
    missing = after.promised_minor - before.promised_minor + paid_minor
    id_ = context.new_id()
    key = f"posting:{after.id}:{id_}"
    if missing > 0:
        transfer = ledger.hold(after.requester_id, after.id, missing, key)
    elif missing < 0:
        transfer = ledger.release(after.requester_id, after.id, -missing, key)
    else:
        return
    await books.post(room, transfer, id=id_, at=context.now, mode=after.mode, currency=after.currency)


async def _follow(room: Tenant, before: Posting, after: Posting) -> None:
    """The task waits as long as more may come, and is settled once nothing does."""
    decided = (before.approved, before.rejected) != (after.approved, after.rejected)
    disposed = after.status == "disposed" and before.status != "disposed"
    if before.is_done == after.is_done and not (after.is_done and (decided or disposed)):
        return
    async with room.room(after.requester_id) as home:
        state = "over" if after.status == "disposed" else "done" if after.is_done else "open"
        await postings.set_offered(home, after.id, state)  # type: ignore[arg-type]
        await due.mark(home, [after.id])


# --- decisions ----------------------------------------------------------------------------------------------------


async def approve(
    context: Context,
    room: Tenant,
    posting: Posting,
    engagement: Engagement,
    *,
    feedback: str | None = None,
    override: bool = False,
    appealed: bool = False,
    automatic: bool = False,
    actor: Actor | None = None,
) -> Posting:
    """Approves a locked engagement of a locked posting and pays it: from what is held, or, where it was rejected, from
    what the requester has. The posting as it is then. ``appealed``: a rejection is reversed, however old it is.

    Raises ``WrongState`` and ``InsufficientFunds``.
    """
    if not appealed:
        check_approval(engagement, posting, context.now, override=override)
    elif engagement.state != "rejected":
        raise WrongState("engagement", engagement.state, ("rejected",))
    rejected = engagement.state == "rejected"
    by = actor or context.caller.actor
    approved = replace(
        engagement,
        state="approved",
        decided_at=context.now,
        automatic=automatic,
        feedback=feedback,
        reason_code=None,
    )
    await engagements.change(room, approved, by)
    paid = await _pay(context, room, approved, again=rejected)
    async with room.room(posting.requester_id) as home:
        await engagements.set_approved(home, engagement.id, True)
    await tell(
        context, room, posting, "engagement.approved", approved, actor=by, automatic=automatic, override=rejected
    )
    if rejected:
        for id_ in await appeals.close_approved(room, engagement.id, context.now):
            await tell(context, room, posting, "appeal.closed", approved, actor=by, appeal_id=str(id_))
    return await settle(context, room, posting, paid_minor=0 if rejected else paid)


async def _pay(context: Context, room: Tenant, engagement: Engagement, *, again: bool) -> int:
    """What was taken to pay it; a reward of nothing pays nothing, and so does its fee."""
    reward, fee = engagement.reward_minor, engagement.fee_minor
    if not reward:
        return 0
    make = ledger.pay_again if again else ledger.pay
    transfer = make(
        engagement.requester_id,
        engagement.freelancer_id,
        engagement.posting_id,
        engagement.id,
        reward,
        fee,
        f"engagement:{engagement.id}:{'again' if again else 'pay'}",
    )
    await books.post(
        room, transfer, id=context.new_id(), at=context.now, mode=engagement.mode, currency=engagement.currency
    )
    return reward + fee


async def reject(
    context: Context,
    room: Tenant,
    posting: Posting,
    engagement: Engagement,
    *,
    feedback: str | None = None,
    reason_code: str | None = None,
    automatic: bool = False,
    actor: Actor | None = None,
) -> Posting:
    """Rejects a locked engagement of a locked posting; what was held for it goes back. A requester who rejects far more
    than is usual has it looked at by the market before it counts. Raises ``WrongState``."""
    check_transition(engagement, "rejected")
    by = actor or context.caller.actor
    braked = await _is_braked(context, room, engagement)
    rejected = replace(
        engagement,
        state="rejected",
        decided_at=context.now,
        rejected_at=context.now,
        automatic=automatic,
        feedback=feedback,
        reason_code=reason_code,
    )
    await engagements.change(room, rejected, by)
    await tell(
        context, room, posting, "engagement.rejected", rejected, actor=by, automatic=automatic, reason_code=reason_code
    )
    if braked:
        held = Appeal(
            id=context.new_id(),
            engagement_id=engagement.id,
            requester_id=engagement.requester_id,
            freelancer_id=engagement.freelancer_id,
            mode=engagement.mode,
            origin="brake",
            state="open",
            opened_at=context.now,
            answer_by=context.now,
        )
        await appeals.insert(room, held)
        await tell(
            context, room, posting, "appeal.opened", rejected, actor=NOBODY, appeal_id=str(held.id), origin="brake"
        )
    return await settle(context, room, posting)


async def _is_braked(context: Context, room: Tenant, engagement: Engagement) -> bool:
    settings = await market_settings.get(room)
    whose = engagement.requester_id, engagement.mode, context.now - timedelta(days=settings.brake_days)
    rejected = await appeals.rejected_lately(room, *whose)
    # Most reject little, and nothing more is counted then.
    if rejected < settings.brake_count:
        return False
    approved = await appeals.approved_lately(room, *whose, enough_approved(rejected, settings.brake_percent))
    return is_braked(rejected, approved, count=settings.brake_count, percent=settings.brake_percent)


async def extend(
    context: Context,
    room: Tenant,
    posting: Posting,
    more: int,
    *,
    ends_at: datetime | None = None,
    actor: Actor | None = None,
) -> Posting:
    """Gives a locked posting so many more places and, if that is later, another end. One that has ended without a later
    end stays ended. Raises ``WrongState``, ``Invalid``, ``TooMany`` and ``InsufficientFunds``."""
    settings = await market_settings.get(room)
    most = more_places(posting, more, strict=settings.strict_limits)
    after = replace(posting, max_engagements=most, reviewing=False)
    if ends_at is not None and ends_at > posting.expires_at:
        after = replace(after, expires_at=ends_at, expired_at=None)
    await postings.change(room, after)
    await tell(context, room, after, "posting.extended", actor=actor, more=more, max_engagements=most)
    return await settle(context, room, posting)


# --- rules --------------------------------------------------------------------------------------------------------


async def look_at(context: Context, room: Tenant, posting: Posting, engagement: Engagement, answer: Any) -> Posting:
    """What the posting's known answers say of one that was just submitted, with what follows; the posting then."""
    policies = await postings.policies_of(room, posting.id)
    rule = policies.known_answers
    if rule is None:
        return posting
    async with whole(room) as market:
        report = look_at_one(rule, posting.id, engagement.id, fields_of(answer))
        return await _carry_out(context, market, posting, report, rule, engagement.id)


async def _look_at_all(context: Context, room: Tenant, posting: Posting, rule: Plurality) -> Posting:
    async with whole(room) as market:
        given = await engagements.of_posting(market, posting.id, ["submitted", "approved", "rejected"])
        scores = await postings.known_scores(market, posting.id)
        async with market.room(posting.requester_id) as home:
            answers = await engagements.answers(home, [one.id for one in given])
        opinions = [
            Opinion(one.id, fields_of(answers[one.id]), one.state == "rejected", scores.get(one.id)) for one in given
        ]
        report = look_at_all(rule, posting.id, opinions)
        return await _carry_out(context, market, posting, report, rule, None)


async def _carry_out(
    context: Context,
    room: Tenant,
    posting: Posting,
    report: Report,
    rule: KnownAnswers | Plurality,
    engagement_id: UUID | None,
) -> Posting:
    """Does what a rule intended, one after another; what cannot be done is told, and undoes nothing else."""
    run = context.new_id()
    done: list[Action] = []
    for action in report.actions:
        try:
            async with room.attempt():
                posting, action = await _act(context, room, posting, action, rule)
        except AssayError as error:
            action = msgspec.structs.replace(action, status="failed", result=error.message, error=error.code)
        done.append(msgspec.structs.replace(action, at=context.now))
    kept = msgspec.structs.replace(report, actions=done, action_id=run)
    await postings.keep_report(room, run, posting, engagement_id, kept, context.now)
    return posting


async def _act(
    context: Context, room: Tenant, posting: Posting, action: Action, rule: KnownAnswers | Plurality
) -> tuple[Posting, Action]:
    succeeded = msgspec.structs.replace(action, status="succeeded")
    if action.name == "extend":
        extend_max = rule.extend_max or 0
        if posting.max_engagements >= extend_max:
            return posting, msgspec.structs.replace(
                action, status="cancelled", result=f"It has {posting.max_engagements} of at most {extend_max} places."
            )
        ends_at = max(posting.expires_at, context.now + timedelta(seconds=rule.extend_seconds or 0))
        after = await extend(context, room, posting, 1, ends_at=ends_at, actor=NOBODY)
        return after, msgspec.structs.replace(succeeded, result="1")
    engagement = await engagements.lock(room, action.target_id)
    wanted = "approved" if action.name == "approve" else "rejected"
    if engagement.state == wanted:
        # Somebody was faster to the same end.
        return posting, succeeded
    if engagement.state != "submitted":
        raise WrongState("engagement", engagement.state, ("submitted",))
    if action.name == "approve":
        after = await approve(
            context, room, posting, engagement, feedback=action.feedback, automatic=True, actor=NOBODY
        )
    else:
        after = await reject(
            context,
            room,
            posting,
            engagement,
            feedback=action.feedback,
            reason_code="known_answers_missed" if isinstance(rule, KnownAnswers) else "disagrees_with_others",
            automatic=True,
            actor=NOBODY,
        )
    return after, succeeded

"""What stands out among answers, put before the market's reviewers. Nothing is decided by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from assay.core.annotations.page_kind import fields_of
from assay.core.appeals import check_words
from assay.core.errors import Forbidden
from assay.core.integrity import ANSWERS_MIN, Given, Signal
from assay.core.integrity import signals as signals
from assay.core.statements import first_id_at
from assay.services.context import Context
from assay.store import engagements, events
from assay.store import signals as store
from assay.store.signals import Found as Found

# What was begun within this time is looked at again, with what came before it.
LOOK_BACK: Final = timedelta(hours=6)
OFFERS_MAX: Final = 200
# Of one offer, the latest.
ANSWERS_MAX: Final = 2000


async def lately(context: Context) -> Sequence[tuple[UUID, UUID]]:
    """Offers to look at, each with its requester."""
    async with context.market() as room:
        return await store.lately(room, first_id_at(context.now - LOOK_BACK), OFFERS_MAX)


async def given(context: Context, offer_id: UUID, requester_id: UUID) -> Sequence[Given]:
    """The latest answers to an offer; none where there are too few to tell anything."""
    async with context.market() as room:
        rows = await store.given(room, offer_id, ANSWERS_MAX)
        if len(rows) < ANSWERS_MIN:
            return []
        async with room.room(requester_id) as home:
            answers = await engagements.answers(home, [row[0] for row in rows])
    return [Given(*row, fields_of(answers.get(row[0], {}))) for row in rows]


async def keep(context: Context, offer_id: UUID, requester_id: UUID, found: Sequence[Signal]) -> int:
    """Keeps what stands out; how much of it is new."""
    new = 0
    async with context.market() as room:
        for signal in found:
            id_ = context.new_id()
            if not await store.put(room, id_, offer_id, requester_id, signal, context.now):
                continue
            new += 1
            data = {
                "signal_id": str(id_),
                "kind": signal.kind,
                "offer_id": str(offer_id),
                "freelancer_id": str(signal.freelancer_id),
            }
            event = events.NewEvent(context.new_id(), "signal.found", data=data)
            await events.record(room, context.now, ("system", None), [event])
    return new


async def unseen(context: Context, *, after: UUID | None = None, limit: int) -> Sequence[Found]:
    """What no reviewer has looked at, the oldest first; one more than ``limit`` where there is more. For those who run
    the market."""
    async with context.own_market() as room:
        return await store.unseen(room, after=after, limit=limit + 1)


async def see(context: Context, signal_id: UUID, note: str) -> Found:
    """A reviewer has looked at it, and says what they made of it; a later note takes the earlier one's place.

    Raises ``MissingThing``, ``Invalid``, and ``Forbidden`` for programs and those who do not run the market.
    """
    said = check_words(note, "note")
    member_id = context.caller.member_id
    if member_id is None:
        raise Forbidden("A person looks at signals; sign in.")
    async with context.own_market() as room:
        found = await store.lock(room, signal_id)
        await store.set_seen(room, signal_id, member_id, context.now, said)
        event = events.NewEvent(context.new_id(), "signal.seen", data={"signal_id": str(signal_id)})
        await events.record(room, context.now, context.caller.actor, [event])
    return replace(found, seen_by=member_id, seen_at=context.now, note=said)

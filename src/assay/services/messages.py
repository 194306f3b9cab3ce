"""Requesters and freelancers write to each other: about one turn, by either; or a requester to those who worked for it.

Nobody learns anybody's address by it. Who may write is who had to do with the other; how much is bounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from assay.core.errors import Invalid, Throttled
from assay.core.offers import Mode
from assay.core.postings import Engagement, MissingThing
from assay.core.texts import is_storable
from assay.services.context import Context
from assay.store import engagements, events
from assay.store import messages as store
from assay.store.connection import Tenant
from assay.store.messages import Message as Message

TOGETHER_MAX: Final = 100
SUBJECT_LENGTH_MAX: Final = 200
BODY_LENGTH_MAX: Final = 4096
# From one to one other.
A_DAY_MAX: Final = 100
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class NotTold:
    """Somebody a message did not go to. ``stranger``: they never did work that the requester decided on; ``busy``: they
    were written to too often today, and may be again later."""

    freelancer_id: UUID
    why: Literal["stranger", "busy"]


async def notify(
    context: Context, freelancer_ids: Sequence[UUID], subject: str, body: str, *, mode: Mode
) -> Sequence[NotTold]:
    """Writes to freelancers whose work the caller's organization approved or rejected; to whom it did not go.

    Raises ``Invalid`` for the texts, and for more than ``TOGETHER_MAX`` at once.
    """
    _check(subject, body, wants_subject=True)
    asked = list(dict.fromkeys(freelancer_ids))
    if not 1 <= len(asked) <= TOGETHER_MAX:
        raise Invalid(f"Write to 1 to {TOGETHER_MAX} at once; these are {len(asked)}.", "freelancer_ids")
    requester = context.organization_id
    missed: list[NotTold] = []
    async with context.market() as room:
        known = await store.worked_for(room, requester, mode, asked)
        for freelancer_id in asked:
            if freelancer_id not in known:
                missed.append(NotTold(freelancer_id, "stranger"))
                continue
            since = context.now - _DAY
            if await store.count_since(room, requester, freelancer_id, mode, "requester", since) >= A_DAY_MAX:
                missed.append(NotTold(freelancer_id, "busy"))
                continue
            message = Message(
                context.new_id(), requester, freelancer_id, mode, None, "requester", subject, body, context.now
            )
            await _send(context, room, message)
    return missed


async def write(context: Context, engagement_id: UUID, body: str) -> Message:
    """Writes about one turn: its requester to its freelancer, or the other way round.

    Raises ``MissingThing`` for a turn that is not the caller's, ``Invalid``, and ``Throttled`` over ``A_DAY_MAX``.
    """
    _check("", body)
    async with context.market() as room:
        engagement = await engagements.get(room, engagement_id)
        sender = _side(context, engagement)
        since = context.now - _DAY
        parties = engagement.requester_id, engagement.freelancer_id
        if await store.count_since(room, *parties, engagement.mode, sender, since) >= A_DAY_MAX:
            raise Throttled(f"At most {A_DAY_MAX} messages a day to one person; write again tomorrow.")
        message = Message(context.new_id(), *parties, engagement.mode, engagement_id, sender, "", body, context.now)
        await _send(context, room, message)
    return message


async def received(
    context: Context, *, mode: Mode | None = None, before: UUID | None = None, limit: int
) -> Sequence[Message]:
    """The caller's own and those to them, the newest first, one more than ``limit`` where there are more; those to them
    count as read from then on."""
    async with context.market() as room:
        return await _read(context, room, context.mode(mode), None, before, limit)


async def of_engagement(
    context: Context, engagement_id: UUID, *, before: UUID | None = None, limit: int
) -> Sequence[Message]:
    """The same of one turn. Raises ``MissingThing`` for one that is not the caller's."""
    async with context.market() as room:
        engagement = await engagements.get(room, engagement_id)
        _side(context, engagement)
        return await _read(context, room, engagement.mode, engagement_id, before, limit)


async def _read(
    context: Context, room: Tenant, mode: Mode, engagement_id: UUID | None, before: UUID | None, limit: int
) -> Sequence[Message]:
    requester_id = None if _works(context) else context.organization_id
    freelancer_id = context.worker_id if _works(context) else None
    found = await store.listed(
        room, requester_id, freelancer_id, mode, engagement_id=engagement_id, before=before, limit=limit + 1
    )
    new = [one.id for one in found[:limit] if one.read_at is None and one.sender != _sender(context)]
    if new:
        await store.mark_read(room, new, context.now)
    return found


async def _send(context: Context, room: Tenant, message: Message) -> None:
    await store.insert(room, message)
    about = {
        "message_id": str(message.id),
        "requester_id": str(message.requester_id),
        "freelancer_id": str(message.freelancer_id),
        "engagement_id": message.engagement_id and str(message.engagement_id),
        "mode": message.mode,
    }
    event = events.NewEvent(context.new_id(), "message.sent", data=about)
    await events.record(room, context.now, context.caller.actor, [event])


def _side(context: Context, engagement: Engagement) -> store.Sender:
    if _works(context):
        if engagement.freelancer_id == context.worker_id:
            return "freelancer"
        raise MissingThing("engagement")
    # A program reaches its own world, people both.
    sees = context.caller.kind != "key" or context.caller.mode == engagement.mode
    if engagement.requester_id == context.organization_id and sees:
        return "requester"
    raise MissingThing("engagement")


def _sender(context: Context) -> store.Sender:
    return "freelancer" if _works(context) else "requester"


def _works(context: Context) -> bool:
    """Whether the caller is here as a freelancer."""
    return context.caller.role == "annotator"


def _check(subject: str, body: str, *, wants_subject: bool = False) -> None:
    for name, text, least, most in (
        ("subject", subject, int(wants_subject), SUBJECT_LENGTH_MAX),
        ("body", body, 1, BODY_LENGTH_MAX),
    ):
        if not least <= len(text) <= most or not is_storable(text) or (least and not text.strip()):
            raise Invalid(f"Write {least} to {most} characters that can be stored.", name)

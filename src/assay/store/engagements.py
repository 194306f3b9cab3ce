"""Engagements: rows of the market's room, and the turn and answer that stand for them in the requester's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from assay.core.annotations.kind import Answer, Content
from assay.core.content import KeptItem
from assay.core.offers import Mode
from assay.core.photos import StoredPhoto
from assay.core.postings import Engagement, EngagementState, MissingThing, Posting
from assay.core.taxonomy import Taxonomy
from assay.store import attachments
from assay.store.connection import Tenant, as_json, from_json, queries
from assay.store.postings import posting_from
from assay.store.shown import content_of, items_from, taxonomy_from

_ENGAGEMENT: Final = [field.name for field in fields(Engagement)]

# --- beginning ----------------------------------------------------------------------------------------------------


async def holds(room: Tenant, freelancer_id: UUID, offer_id: UUID, mode: Mode) -> tuple[int, int]:
    """How many turns a freelancer holds, and how many of an offer they have or had."""
    row = await room.fetchrow(queries("engagements")["holds"], freelancer_id, offer_id, mode)
    assert row is not None, "counts always give a row"
    return row["held"], row["of_offer"]


async def had_before(room: Tenant, posting_id: UUID, freelancer_id: UUID) -> bool:
    """Whether the freelancer does or did the posting, and did not give it back."""
    had: bool = await room.fetchval(queries("engagements")["had_before"], posting_id, freelancer_id)
    return had


async def next_posting(room: Tenant, offer_id: UUID, freelancer_id: UUID, now: datetime) -> Posting | None:
    """The oldest posting of an offer with a place, that the freelancer has not done; nobody else takes from it until
    this transaction ends."""
    sql = queries("engagements")
    for name in ("next_posting", "next_posting_waiting"):
        row = await room.fetchrow(sql[name], offer_id, freelancer_id, now)
        if row is not None:
            return posting_from(row)
    return None


async def insert(room: Tenant, engagement: Engagement) -> None:
    """Takes a place of its posting, whose row was locked. Raises ``AlreadyExists`` for one who has it."""
    await room.execute(
        queries("engagements")["insert_engagement"],
        engagement.id,
        engagement.posting_id,
        engagement.offer_id,
        engagement.requester_id,
        engagement.freelancer_id,
        engagement.mode,
        engagement.reward_minor,
        engagement.fee_minor,
        engagement.currency,
        engagement.accepted_at,
        engagement.deadline,
    )


# --- reading and changing -----------------------------------------------------------------------------------------


async def get(room: Tenant, engagement_id: UUID) -> Engagement:
    """Raises ``MissingThing``."""
    return _one(await room.fetchrow(queries("engagements")["get_engagement"], engagement_id))


async def lock(room: Tenant, engagement_id: UUID) -> Engagement:
    """Which nobody else changes until this transaction ends. Raises ``MissingThing``."""
    return _one(await room.fetchrow(queries("engagements")["lock_engagement"], engagement_id))


async def disclose(room: Tenant, engagement_id: UUID, said: str | None) -> bool:
    """Keeps what its freelancer says of help by machines; false where they are not at work on it any more."""
    return await room.execute(queries("engagements")["disclose"], engagement_id, said) > 0


async def decided_by(room: Tenant, engagement_id: UUID) -> UUID | None:
    """Who took the decision in force, where a person or a program did."""
    found: UUID | None = await room.fetchval(queries("engagements")["decided_by"], engagement_id)
    return found


async def change(room: Tenant, engagement: Engagement, by: tuple[str, UUID | None] | None = None) -> None:
    """Writes what may change of it. ``by``: the actor of a decision, where there is one."""
    kind, who = by or (None, None)
    await room.execute(
        queries("engagements")["change_engagement"],
        engagement.id,
        engagement.state,
        engagement.deadline,
        engagement.extended,
        engagement.submitted_at,
        engagement.auto_approve_at,
        engagement.decided_at,
        kind,
        who,
        engagement.automatic,
        engagement.rejected_at,
        engagement.closed_at,
        engagement.reason_code,
        engagement.feedback,
        engagement.seconds,
    )


async def of_posting(
    room: Tenant,
    posting_id: UUID,
    states: Sequence[EngagementState],
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int | None = None,
) -> list[Engagement]:
    """In the order they were submitted (begun, where they were not), from the one after ``after`` on."""
    since, last = after or (None, None)
    rows = await room.fetch(queries("engagements")["list_engagements"], posting_id, states, since, last, limit)
    return [_engagement(row) for row in rows]


async def of_offer(
    room: Tenant, offer_id: UUID, requester_id: UUID, states: Sequence[EngagementState], after: UUID | None, limit: int
) -> list[Engagement]:
    """Oldest first, from the one after ``after`` on."""
    sql = queries("engagements")["engagements_of_offer"]
    return [_engagement(row) for row in await room.fetch(sql, offer_id, requester_id, states, after, limit)]


async def of_freelancer(
    room: Tenant, freelancer_id: UUID, mode: Mode, states: Sequence[EngagementState], before: UUID | None, limit: int
) -> list[Engagement]:
    """The newest first."""
    sql = queries("engagements")["engagements_mine"]
    return [_engagement(row) for row in await room.fetch(sql, freelancer_id, mode, states, before, limit)]


async def overdue(room: Tenant, now: datetime, limit: int) -> Sequence[UUID]:
    """Those whose time is up."""
    return [row["id"] for row in await room.fetch(queries("engagements")["engagements_overdue"], now, limit)]


async def to_approve(room: Tenant, now: datetime, limit: int) -> Sequence[UUID]:
    """Those nobody decided on in time."""
    return [row["id"] for row in await room.fetch(queries("engagements")["engagements_to_approve"], now, limit)]


def _one(row: Any | None) -> Engagement:
    if row is None:
        raise MissingThing("engagement")
    return _engagement(row)


def _engagement(row: Any) -> Engagement:
    return Engagement(**{name: row[name] for name in _ENGAGEMENT})


# --- in the requester's room --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A turn with what it shows and asks, what is drafted and what was answered. ``photo``, ``items`` and ``taxonomy``
    as in ``store.assignments.HeldTurn``."""

    id: UUID
    task_id: UUID
    project_id: UUID
    project_version: int
    kind: str
    state: str
    items: list[KeptItem] | None
    photo: StoredPhoto | None
    attachment_id: UUID | None
    taxonomy: Taxonomy | None
    prelabels: Answer | None
    draft: Answer | None
    submission_id: UUID | None
    answer: Answer | None

    @property
    def content(self) -> Content:
        return content_of(self.photo, self.items)


async def begin(home: Tenant, engagement: Engagement, name: str) -> UUID:
    """The turn of an engagement, held by its freelancer, who becomes known here by ``name``; the project's id."""
    sql = queries("engagements")
    await home.execute(sql["insert_freelancer"], engagement.freelancer_id, name, engagement.accepted_at)
    project_id: UUID | None = await home.fetchval(
        sql["begin_turn"],
        engagement.id,
        engagement.posting_id,
        engagement.freelancer_id,
        engagement.accepted_at,
        engagement.deadline,
    )
    assert project_id is not None, "a posting's task is in its requester's room"
    return project_id


async def hand_in(
    home: Tenant, engagement: Engagement, submission_id: UUID, answer: Answer, marks: int, seconds: float, now: datetime
) -> float | None:
    """Keeps the answer; the active seconds as they are kept. None where the turn is over."""
    found: float | None = await home.fetchval(
        queries("engagements")["hand_in"],
        engagement.id,
        engagement.freelancer_id,
        submission_id,
        as_json(answer),
        seconds,
        now,
        marks,
    )
    return found


async def put_back(home: Tenant, engagement: Engagement, state: str, reason: str, now: datetime) -> None:
    """The turn ends without an answer; one that ended already stays as it is."""
    sql = queries("engagements")["put_back"]
    await home.execute(sql, engagement.id, engagement.freelancer_id, state, now, reason)


async def move_lease(home: Tenant, engagement: Engagement) -> None:
    """The turn lasts as long as its engagement."""
    await home.execute(queries("engagements")["move_lease"], engagement.id, engagement.deadline)


async def set_approved(home: Tenant, engagement_id: UUID, approved: bool) -> None:
    """Whether the answer counts."""
    await home.execute(queries("engagements")["set_approved"], engagement_id, approved)


async def asked(home: Tenant, engagement_id: UUID) -> Asked:
    """Raises ``MissingThing``."""
    row = await home.fetchrow(queries("engagements")["asked_of"], engagement_id)
    if row is None:
        raise MissingThing("engagement")
    return Asked(
        **{name: row[name] for name in _PLAIN},
        items=items_from(row["content"]),
        photo=attachments.stored_from(row) if row["blob_key"] is not None else None,
        taxonomy=taxonomy_from(row["taxonomy"]),
        **{name: from_json(row[name]) for name in ("prelabels", "draft", "answer")},
    )


_JSON: Final = ("items", "photo", "taxonomy", "prelabels", "draft", "answer")
_PLAIN: Final = [name for name in Asked.__dataclass_fields__ if name not in _JSON]


async def answers(home: Tenant, engagement_ids: Sequence[UUID]) -> Mapping[UUID, Answer]:
    """What was handed in, by engagement."""
    rows = await home.fetch(queries("engagements")["answers_of"], engagement_ids)
    return {row["assignment_id"]: from_json(row["answer"]) for row in rows}

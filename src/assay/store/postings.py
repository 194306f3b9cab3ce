"""Offers and postings: rows of the market's room, and what stands for them in the requester's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from assay.core.content import page_of
from assay.core.offers import Mode, OfferState, OfferTerms
from assay.core.pages import Page, PageItem
from assay.core.postings import MissingThing, Posting, Status
from assay.core.qualifications import Requirement
from assay.core.review_policies import Policies, Report, known_score
from assay.core.tasks import Offered
from assay.store.connection import Tenant, as_json, from_json, queries
from assay.store.shown import items_from


@dataclass(frozen=True)
class Offer:
    """``project_id``: in the requester's room, where its tasks are."""

    id: UUID
    requester_id: UUID
    project_id: UUID
    mode: Mode
    state: OfferState
    terms: OfferTerms
    created_at: datetime


_TERMS: Final = OfferTerms.__struct_fields__
_POSTING: Final = [field.name for field in fields(Posting)]
_decode_requirements: Final = msgspec.json.Decoder(list[Requirement]).decode
_decode_policies: Final = msgspec.json.Decoder(Policies).decode
_decode_report: Final = msgspec.json.Decoder(Report).decode


# --- offers -------------------------------------------------------------------------------------------------------


async def offer_with(room: Tenant, requester_id: UUID, mode: Mode, fingerprint: bytes) -> Offer | None:
    """The offer with these terms."""
    row = await room.fetchrow(queries("postings")["offer_with"], requester_id, mode, fingerprint)
    return None if row is None else offer_from(row)


async def insert_offer(room: Tenant, offer: Offer, fingerprint: bytes) -> bool:
    """False where there is one with these terms."""
    terms = offer.terms
    made = await room.fetchval(
        queries("postings")["insert_offer"],
        offer.id,
        offer.requester_id,
        offer.project_id,
        offer.mode,
        terms.title,
        terms.description,
        terms.keywords,
        terms.reward_minor,
        terms.currency,
        terms.duration_seconds,
        terms.auto_approval_seconds,
        as_json(terms.requirements),
        terms.per_worker_cap,
        terms.ai_help,
        fingerprint,
        offer.created_at,
    )
    return made is not None


async def offer(room: Tenant, offer_id: UUID) -> Offer:
    """Raises ``MissingThing``."""
    row = await room.fetchrow(queries("postings")["get_offer"], offer_id)
    if row is None:
        raise MissingThing("offer")
    return offer_from(row)


async def titles(room: Tenant, offer_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Of these offers, as far as they are in sight."""
    rows = await room.fetch(queries("postings")["offer_titles"], list(set(offer_ids)))
    return {row["id"]: row["title"] for row in rows}


async def offers(
    room: Tenant, requester_id: UUID, mode: Mode, *, before: UUID | None, project_id: UUID | None, limit: int
) -> list[Offer]:
    """A requester's, the newest first."""
    rows = await room.fetch(queries("postings")["list_offers"], requester_id, mode, before, project_id, limit)
    return [offer_from(row) for row in rows]


@dataclass(frozen=True)
class Progress:
    """Of one offer: postings by status, engagements by state, as of now; ``seconds_median`` of what was handed in."""

    postings: Mapping[str, int]
    engagements: Mapping[str, int]
    seconds_median: float | None


async def progress(room: Tenant, offer_id: UUID) -> Progress:
    row = await room.fetchrow(queries("postings")["offer_progress"], offer_id)
    assert row is not None, "aggregates always give a row"
    return Progress(from_json(row["postings"]) or {}, from_json(row["engagements"]) or {}, row["seconds_median"])


async def set_offer_state(room: Tenant, offer_id: UUID, requester_id: UUID, state: OfferState) -> bool:
    """False where it was so, or there is none."""
    return await room.execute(queries("postings")["set_offer_state"], offer_id, state, requester_id) > 0


def offer_from(row: Any) -> Offer:
    """A row of `offers`."""
    plain = {name: row[name] for name in _TERMS if name != "requirements"}
    return Offer(
        row["id"],
        row["requester_id"],
        row["project_id"],
        row["mode"],
        row["state"],
        OfferTerms(**plain, requirements=_decode_requirements(row["requirements"])),
        row["created_at"],
    )


# --- postings -----------------------------------------------------------------------------------------------------


async def insert(room: Tenant, posting: Posting, policies: Policies) -> None:
    await room.execute(
        queries("postings")["insert_posting"],
        posting.id,
        posting.offer_id,
        posting.requester_id,
        posting.project_id,
        posting.mode,
        posting.max_engagements,
        posting.reward_minor,
        posting.fee_minor,
        posting.currency,
        posting.annotation,
        as_json(policies),
        posting.expires_at,
        posting.created_at,
    )


async def insert_many(room: Tenant, task_ids: Sequence[UUID], like: Posting) -> None:
    """A posting like this one for each task."""
    await room.execute(
        queries("postings")["insert_postings"],
        task_ids,
        like.offer_id,
        like.requester_id,
        like.project_id,
        like.mode,
        like.max_engagements,
        like.reward_minor,
        like.fee_minor,
        like.currency,
        like.expires_at,
        like.created_at,
    )


async def get(room: Tenant, posting_id: UUID) -> Posting:
    """Raises ``MissingThing``."""
    return _one(await room.fetchrow(queries("postings")["get_posting"], posting_id))


async def lock(room: Tenant, posting_id: UUID) -> Posting:
    """Which nobody else changes until this transaction ends. Raises ``MissingThing``."""
    return _one(await room.fetchrow(queries("postings")["lock_posting"], posting_id))


async def listed(
    room: Tenant,
    requester_id: UUID,
    mode: Mode,
    *,
    before: UUID | None,
    statuses: Sequence[Status] | None,
    offer_id: UUID | None,
    limit: int,
) -> list[Posting]:
    """A requester's, the newest first; those disposed of only where ``statuses`` asks for them."""
    rows = await room.fetch(queries("postings")["list_postings"], requester_id, mode, before, statuses, offer_id, limit)
    return [posting_from(row) for row in rows]


async def wanting(
    room: Tenant, requester_id: UUID, mode: Mode, type_id: UUID, *, before: UUID | None, limit: int
) -> list[Posting]:
    """A requester's whose offers require something of a qualification type, the newest first."""
    sql = queries("postings")["postings_wanting"]
    return [posting_from(row) for row in await room.fetch(sql, requester_id, mode, before, str(type_id), limit)]


async def policies_of(room: Tenant, posting_id: UUID) -> Policies:
    """Raises ``MissingThing``."""
    found = await room.fetchval(queries("postings")["policies_of"], posting_id)
    if found is None:
        raise MissingThing("posting")
    return _decode_policies(found)


async def change(room: Tenant, posting: Posting) -> Posting:
    """Writes what may change of it; as it is then."""
    await room.execute(
        queries("postings")["change_posting"],
        posting.id,
        posting.max_engagements,
        posting.expires_at,
        posting.expired_at,
        posting.reviewing,
        posting.disposed_at,
        posting.offer_id,
        posting.reward_minor,
        posting.fee_minor,
        posting.currency,
    )
    return posting


async def was_taken(room: Tenant, posting_id: UUID) -> bool:
    """Whether anybody ever began."""
    taken: bool = await room.fetchval(queries("postings")["was_taken"], posting_id)
    return taken


async def to_expire(room: Tenant, now: datetime, limit: int) -> Sequence[UUID]:
    """Postings whose end has come."""
    return [row["id"] for row in await room.fetch(queries("postings")["postings_to_expire"], now, limit)]


async def to_dispose(room: Tenant, created_before: datetime, limit: int) -> Sequence[UUID]:
    """Old postings that wait for nobody."""
    return [row["id"] for row in await room.fetch(queries("postings")["postings_to_dispose"], created_before, limit)]


def posting_from(row: Any) -> Posting:
    """A row of `postings`."""
    return Posting(**{name: row[name] for name in _POSTING})


def _one(row: Any | None) -> Posting:
    if row is None:
        raise MissingThing("posting")
    return posting_from(row)


# --- what its rules found -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Look:
    """One look of a posting's rules, at one engagement or at all."""

    id: UUID
    engagement_id: UUID | None
    report: Report
    at: datetime


async def keep_report(
    room: Tenant, id: UUID, posting: Posting, engagement_id: UUID | None, report: Report, now: datetime
) -> None:
    await room.execute(
        queries("postings")["insert_result"], id, posting.id, posting.requester_id, engagement_id, as_json(report), now
    )


async def reports(room: Tenant, posting_id: UUID, *, after: UUID | None = None, limit: int | None = None) -> list[Look]:
    """Oldest first."""
    rows = await room.fetch(queries("postings")["results_of"], posting_id, after, limit)
    return [Look(row["id"], row["engagement_id"], _decode_report(row["report"]), row["created_at"]) for row in rows]


async def known_scores(room: Tenant, posting_id: UUID) -> Mapping[UUID, int | None]:
    """What known answers scored, by engagement."""
    rows = await room.fetch(queries("postings")["known_scores"], posting_id)
    return {row["engagement_id"]: known_score(_decode_report(row["report"])) for row in rows}


# --- in the requester's room --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What a posting's task shows, as far as it is a page; ``request``: as a customer's program said it."""

    page: Page | None
    request: Any


async def insert_page(
    home: Tenant, task_id: UUID, project_id: UUID, version: int, page: Page, request: str | None, now: datetime
) -> None:
    """A task that is a page, on offer. ``request``: JSON text."""
    content = as_json([PageItem(page)])
    await home.execute(queries("postings")["insert_page"], task_id, project_id, version, request, content, now)


async def insert_project(home: Tenant, project_id: UUID, name: str, mode: Mode, now: datetime) -> None:
    """A project for pages, offered on the market; its first version is the caller's to write."""
    await home.execute(queries("postings")["insert_offered_project"], project_id, name, mode, now)


async def offer_project(home: Tenant, project_id: UUID) -> bool:
    """A project's work is for freelancers from now on, and turns open for others close as their tasks advance;
    false if it was so before."""
    if not await home.execute(queries("postings")["offer_project"], project_id):
        return False
    await home.execute(queries("postings")["close_open_turns"], project_id)
    return True


async def offer_tasks(home: Tenant, project_id: UUID, task_ids: Sequence[UUID] | None, limit: int) -> Sequence[UUID]:
    """Marks unfinished tasks as on offer; the first ``limit`` of those that can be, of those named if any are."""
    rows = await home.fetch(queries("postings")["offer_tasks"], project_id, task_ids, limit)
    return sorted(row["id"] for row in rows)


async def set_offered(home: Tenant, task_id: UUID, offered: Offered) -> bool:
    """Whether more answers may come; false where that was known."""
    return await home.execute(queries("postings")["set_offered"], task_id, offered) > 0


async def told(home: Tenant, posting_ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    """By posting."""
    rows = await home.fetch(queries("postings")["pages_told"], posting_ids)
    return {row["id"]: Told(page_of(items_from(row["content"])), from_json(row["request"])) for row in rows}

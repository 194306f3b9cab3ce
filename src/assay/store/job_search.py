"""Offers as somebody who looks for work sees them, and the searches they keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from assay.core.job_ranking import Filter
from assay.core.offers import AiHelp, Mode
from assay.core.qualifications import Requirement
from assay.core.reputation import RequesterFigures
from assay.store.connection import Tenant, as_json, queries


@dataclass(frozen=True, kw_only=True)
class Opening:
    """An offer that has something for one freelancer. ``places``: in up to as many ``postings`` as were counted.
    ``seconds``: median of the ``timed`` latest answers. ``own_*``: what the freelancer had with it and its requester.
    ``figures``: of the requester, once they were worked out."""

    id: UUID
    requester_id: UUID
    project_id: UUID
    title: str
    description: str
    keywords: str
    reward_minor: int
    currency: str
    duration_seconds: int
    auto_approval_seconds: int
    requirements: list[Requirement]
    per_worker_cap: int | None
    ai_help: AiHelp | None
    created_at: datetime
    places: int
    postings: int
    first_expiry: datetime | None
    seconds: float | None
    timed: int
    own_turns: int
    own_approved: int
    own_rejected: int
    blocked: bool
    figures: RequesterFigures | None


@dataclass(frozen=True)
class SavedFilter:
    id: UUID
    name: str
    filter: Filter
    created_at: datetime


async def openings(
    room: Tenant,
    freelancer_id: UUID,
    mode: Mode,
    now: datetime,
    wanted: Filter,
    *,
    offer_id: UUID | None = None,
    limit: int,
    postings_counted: int,
    times: int,
) -> list[Opening]:
    """What is open to a freelancer, eligible or not, the newest offers first. Open the room as the market itself."""
    patterns = [f"%{_escaped(word)}%" for word in wanted.query.split()[:20]]
    rows = await room.fetch(
        queries("job_search")["jobs"],
        freelancer_id,
        mode,
        now,
        patterns,
        wanted.reward_min_minor,
        wanted.duration_max_seconds,
        wanted.requester_id,
        offer_id,
        limit,
        postings_counted,
        times,
    )
    return [_opening(row) for row in rows]


async def first_posting(room: Tenant, freelancer_id: UUID, offer_id: UUID, now: datetime) -> UUID | None:
    """The oldest posting of an offer that a freelancer could take."""
    found: UUID | None = await room.fetchval(queries("job_search")["first_posting"], freelancer_id, offer_id, now)
    return found


async def filters(room: Tenant, freelancer_id: UUID, mode: Mode) -> list[SavedFilter]:
    """By name."""
    return [_saved(row) for row in await room.fetch(queries("job_search")["filters"], freelancer_id, mode)]


async def save_filter(
    room: Tenant, id_: UUID, freelancer_id: UUID, mode: Mode, name: str, wanted: Filter, now: datetime
) -> SavedFilter:
    """Under a name that is taken: in its place."""
    row = await room.fetchrow(
        queries("job_search")["save_filter"], id_, freelancer_id, mode, name, as_json(wanted), now
    )
    assert row is not None, "it was written"
    return _saved(row)


async def delete_filter(room: Tenant, id_: UUID, freelancer_id: UUID) -> bool:
    """Whether it was there."""
    return await room.execute(queries("job_search")["delete_filter"], id_, freelancer_id) > 0


def _opening(row: Any) -> Opening:
    fields = dict(row)
    told = {name: fields.pop(name) for name in ("approved", "rejected", "reversed", "freelancers", "seconds_to_pay")}
    name, timed = fields.pop("requester_name"), fields.pop("requester_timed")
    hourly, currency = fields.pop("hourly_minor"), fields.pop("hourly_currency")
    figures = None
    if name is not None:
        figures = RequesterFigures(
            row["requester_id"], name, timed=timed, hourly_minor=hourly, currency=currency, **told
        )
    fields["requirements"] = msgspec.json.decode(row["requirements"], type=list[Requirement])
    return Opening(**fields, figures=figures)


def _saved(row: Any) -> SavedFilter:
    return SavedFilter(row["id"], row["name"], msgspec.json.decode(row["filter"], type=Filter), row["created_at"])


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")

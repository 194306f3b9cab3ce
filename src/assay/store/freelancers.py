"""Freelancers, what they and requesters have had with each other, and who asked to become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from assay.core.freelancers import NotJoined, Profile
from assay.core.offers import Mode
from assay.core.postings import MissingThing
from assay.core.reputation import Dealing
from assay.store.connection import Tenant, queries


class Shown(msgspec.Struct, frozen=True):
    """What others see of a freelancer."""

    freelancer_id: UUID
    shown_name: str
    joined_at: datetime
    country: str | None
    languages: list[str]
    skills: list[str]
    masters: bool


async def get(room: Tenant, freelancer_id: UUID) -> Profile:
    """Raises ``MissingThing`` for one who has not joined, or is out of sight."""
    return _profile(await room.fetchrow(queries("freelancers")["get"], freelancer_id))


async def lock(room: Tenant, freelancer_id: UUID) -> Profile:
    """The profile, which nobody else changes until this transaction ends. Raises ``MissingThing``."""
    return _profile(await room.fetchrow(queries("freelancers")["lock"], freelancer_id))


async def lock_joined(room: Tenant, freelancer_id: UUID) -> Profile:
    """The same for somebody who asks for themselves. Raises ``NotJoined``."""
    try:
        return await lock(room, freelancer_id)
    except MissingThing as error:
        raise NotJoined from error


async def shown(room: Tenant, freelancer_ids: Sequence[UUID]) -> Mapping[UUID, Shown]:
    """What others see of these people; open the room as the market itself, as they are out of a requester's sight."""
    rows = await room.fetch(queries("freelancers")["shown"], freelancer_ids)
    return {row["freelancer_id"]: Shown(**row) for row in rows}


async def listed(room: Tenant, *, after: UUID | None, limit: int, query: str | None = None) -> list[Profile]:
    """In the order they came. ``query``: a part of the name they show."""
    return [_profile(row) for row in await room.fetch(queries("freelancers")["listed"], after, limit, query)]


async def insert(room: Tenant, freelancer_id: UUID, shown_name: str, now: datetime) -> bool:
    """Whether they were not one before."""
    return await room.execute(queries("freelancers")["insert"], freelancer_id, shown_name, now) > 0


async def update(room: Tenant, profile: Profile, now: datetime) -> None:
    await room.execute(
        queries("freelancers")["update"],
        profile.freelancer_id,
        profile.shown_name,
        profile.country,
        profile.subdivision,
        profile.languages,
        profile.skills,
        profile.adult,
        profile.masters,
        now,
    )


def _profile(row: asyncpg.Record | None) -> Profile:
    if row is None:
        raise MissingThing("freelancer")
    return Profile(**row)


# --- dealings -------------------------------------------------------------------------------------------------------


async def dealings_of(room: Tenant, freelancer_id: UUID, mode: Mode) -> list[Dealing]:
    """With each requester; a requester sees its own only."""
    rows = await room.fetch(queries("freelancers")["dealings_of"], freelancer_id, mode)
    return [Dealing(**row) for row in rows]


async def dealings_between(
    room: Tenant, requester_id: UUID, freelancer_ids: Sequence[UUID], mode: Mode
) -> Mapping[UUID, Dealing]:
    """Of one requester with each of these people with whom it had any."""
    rows = await room.fetch(queries("freelancers")["dealings_between"], requester_id, freelancer_ids, mode)
    return {row["freelancer_id"]: Dealing(*list(row.values())[1:]) for row in rows}


# --- signing up -----------------------------------------------------------------------------------------------------


async def sign_ups_since(room: Tenant, since: datetime, network: str, email: str) -> tuple[int, int, int]:
    """How many asked from this network, for this address, and in all."""
    row = await room.fetchrow(queries("freelancers")["sign_ups_since"], since, network, email)
    assert row is not None, "a count is one row"
    return row["of_network"], row["of_address"], row["of_market"]


async def insert_sign_up(
    room: Tenant, sign_up_id: UUID, email: str, network: str, member_id: UUID | None, now: datetime
) -> None:
    await room.execute(queries("freelancers")["insert_sign_up"], sign_up_id, email, network, member_id, now)


async def forget_sign_ups(room: Tenant, before: datetime) -> None:
    await room.execute(queries("freelancers")["forget_sign_ups"], before)


async def sign_up(room: Tenant, sign_up_id: UUID) -> tuple[UUID, str, str] | None:
    """Id, name and address of the member somebody signed up as; none for nobody who may sign in."""
    row = await room.fetchrow(queries("freelancers")["sign_up"], sign_up_id)
    return None if row is None else (row["id"], row["name"], row["email"])

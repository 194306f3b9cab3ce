"""Where requesters are told of their offers, what they are told, and what that is signed with, in their own rooms."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from assay.core.delivery import Outcome
from assay.core.notices import Listener, Notice
from assay.store.connection import Tenant, queries


@dataclass(frozen=True)
class Attempted:
    """A notice with how its delivery stands."""

    notice: Notice
    state: str
    attempts: int
    next_attempt_at: datetime | None


@dataclass(frozen=True)
class QueueCredentials:
    """``topics_url``: where topics are; none: where Amazon has them."""

    access_key: str
    sealed_secret: bytes
    region: str
    topics_url: str | None
    updated_at: datetime


async def listen(tenant: Tenant, listener: Listener, now: datetime) -> None:
    await tenant.execute(
        queries("notices")["listen"],
        listener.offer_id,
        listener.mode,
        listener.transport,
        listener.destination,
        listener.version,
        list(listener.event_types),
        listener.active,
        now,
    )


async def lock_listener(tenant: Tenant, offer_id: UUID) -> Listener | None:
    row = await tenant.fetchrow(queries("notices")["listener"], offer_id)
    return None if row is None else Listener(**{**row, "event_types": tuple(row["event_types"])})


async def insert(tenant: Tenant, notice: Notice) -> None:
    """To be tried from when it happened on."""
    await tenant.execute(
        queries("notices")["insert_notice"],
        notice.id,
        notice.mode,
        notice.event_type,
        notice.offer_id,
        notice.posting_id,
        notice.engagement_id,
        notice.happened_at,
        notice.transport,
        notice.destination,
        notice.version,
    )


async def lock(tenant: Tenant, notice_id: UUID) -> Attempted | None:
    row = await tenant.fetchrow(queries("notices")["lock_notice"], notice_id)
    if row is None:
        return None
    notice = Notice(**{field.name: row[field.name] for field in fields(Notice)})
    return Attempted(notice, row["state"], row["attempts"], row["next_attempt_at"])


async def tried(
    tenant: Tenant,
    notice_id: UUID,
    state: str,
    attempts: int,
    outcome: Outcome,
    *,
    next_attempt_at: datetime | None = None,
    delivered_at: datetime | None = None,
) -> None:
    await tenant.execute(
        queries("notices")["tried"],
        notice_id,
        state,
        attempts,
        outcome.status,
        outcome.error,
        next_attempt_at,
        delivered_at,
    )


async def forget(tenant: Tenant, before: datetime) -> None:
    """Those that are done with and older."""
    await tenant.execute(queries("notices")["forget_notices"], before)


async def credentials(tenant: Tenant) -> QueueCredentials | None:
    row = await tenant.fetchrow(queries("notices")["credentials"])
    return None if row is None else QueueCredentials(**row)


async def put_credentials(tenant: Tenant, made: QueueCredentials) -> None:
    await tenant.execute(
        queries("notices")["put_credentials"],
        made.access_key,
        made.sealed_secret,
        made.region,
        made.topics_url,
        made.updated_at,
    )


async def reseal_credentials(tenant: Tenant, sealed_secret: bytes) -> None:
    await tenant.execute(queries("notices")["reseal_credentials"], sealed_secret)


async def drop_credentials(tenant: Tenant) -> bool:
    """Whether there were any."""
    return await tenant.execute(queries("notices")["drop_credentials"]) > 0

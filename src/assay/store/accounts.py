"""Organizations, members, their ways in, and keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from assay.core.errors import NotFound
from assay.core.permissions import Role
from assay.store.connection import Tenant, queries

MEMBER_MISSING: Final = "No such member in your organization."
KEY_MISSING: Final = "No such API key in your organization."


@dataclass(frozen=True)
class Organization:
    id: UUID
    name: str
    created_at: datetime


@dataclass(frozen=True)
class Member:
    """A person. ``worker_id`` is none for one who never could hold turns."""

    id: UUID
    name: str
    email: str
    role: Role
    worker_id: UUID | None
    created_at: datetime
    disabled_at: datetime | None = None
    last_seen_at: datetime | None = None


@dataclass(frozen=True)
class ApiKey:
    """A key as it is listed: ``prefix`` is what people tell it by, the secret is not kept."""

    id: UUID
    name: str
    mode: str
    role: Role
    prefix: str
    created_by: UUID
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


async def organization(tenant: Tenant) -> Organization:
    """The tenant's own row. Raises ``NotFound`` when the tenant does not exist."""
    row = await tenant.fetchrow(queries("accounts")["get_organization"])
    if row is None:
        raise NotFound("This organization does not exist.")
    return Organization(**row)


async def member(tenant: Tenant, member_id: UUID) -> Member:
    """Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("accounts")["get_member"], member_id)
    if row is None:
        raise NotFound(MEMBER_MISSING)
    return Member(**row)


async def lock_member(tenant: Tenant, member_id: UUID) -> Member:
    """The member, whom nobody else can change until this transaction ends. Raises ``NotFound``."""
    await tenant.fetch(queries("accounts")["lock_member"], member_id)
    return await member(tenant, member_id)


async def member_called(tenant: Tenant, email: str) -> Member | None:
    """The member with this address, in small letters as members have it."""
    row = await tenant.fetchrow(queries("accounts")["member_called"], email)
    return None if row is None else Member(**row)


async def members(tenant: Tenant, *, after: UUID | None, limit: int | None) -> list[Member]:
    """Oldest first, all of them where there is no limit."""
    return [Member(**row) for row in await tenant.fetch(queries("accounts")["list_members"], after, limit)]


async def insert_member(tenant: Tenant, member: Member) -> None:
    """The member, and their worker when ``worker_id`` is set."""
    await tenant.execute(
        queries("accounts")["insert_member"], member.id, member.email, member.name, member.role, member.created_at
    )
    if member.worker_id is not None:
        await insert_worker(tenant, member.worker_id, member, member.created_at)


async def market_of(tenant: Tenant) -> UUID | None:
    """Where the organization offers work to freelancers; its own id if it is a market."""
    found: UUID | None = await tenant.fetchval(queries("accounts")["get_market_of"])
    return found


async def join_market(tenant: Tenant, market_id: UUID) -> None:
    await tenant.execute(queries("accounts")["join_market"], market_id)


async def insert_worker(tenant: Tenant, worker_id: UUID, member: Member, now: datetime) -> None:
    """The worker that this member is; nothing happens when there is one already."""
    await tenant.execute(queries("accounts")["insert_worker_of_member"], worker_id, member.name, member.id, now)


async def keys(tenant: Tenant, *, before: UUID | None, limit: int, only_test: bool) -> list[ApiKey]:
    """Newest first."""
    return [ApiKey(**row) for row in await tenant.fetch(queries("accounts")["list_keys"], before, limit, only_test)]


async def lock_key(tenant: Tenant, key_id: UUID) -> ApiKey:
    """Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("accounts")["lock_key"], key_id)
    if row is None:
        raise NotFound(KEY_MISSING)
    return ApiKey(**row)

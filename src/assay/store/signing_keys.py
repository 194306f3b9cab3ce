"""Keys that sign, and the secrets they sign with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from assay.core.errors import NotFound
from assay.core.permissions import Role
from assay.store.connection import Tenant, queries

Mode = Literal["live", "test"]


@dataclass(frozen=True)
class SigningKey:
    """A key as it is listed. ``temporary``: it is for a while only, and every request brings a token beside it."""

    id: UUID
    name: str
    mode: Mode
    role: Role
    temporary: bool
    created_by: UUID
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True)
class Found:
    """A key as it is asked for by a request."""

    id: UUID
    name: str
    mode: Mode
    role: Role
    sealed_secret: bytes
    session_hash: bytes | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    maker_role: Role
    maker_disabled_at: datetime | None


async def insert(tenant: Tenant, key: SigningKey, sealed_secret: bytes, session_hash: bytes | None) -> None:
    await tenant.execute(
        queries("signing_keys")["insert"],
        key.id,
        key.name,
        key.mode,
        key.role,
        sealed_secret,
        session_hash,
        key.created_by,
        key.created_at,
        key.expires_at,
    )


async def count(tenant: Tenant) -> int:
    """Those in force without an end."""
    return int(await tenant.fetchval(queries("signing_keys")["count"]))


async def listed(tenant: Tenant, *, before: UUID | None, limit: int, now: datetime) -> list[SigningKey]:
    """Newest first."""
    rows = await tenant.fetch(queries("signing_keys")["list"], before, limit, now)
    return [SigningKey(**row) for row in rows]


async def get(tenant: Tenant, key_id: UUID) -> Found | None:
    row = await tenant.fetchrow(queries("signing_keys")["get"], key_id)
    return None if row is None else Found(**row)


async def touch(tenant: Tenant, key_id: UUID, now: datetime) -> None:
    await tenant.execute(queries("signing_keys")["touch"], key_id, now)


async def revoke(tenant: Tenant, key_id: UUID, now: datetime) -> str | None:
    """Its name; none where it was revoked before. Raises ``NotFound``."""
    name: str | None = await tenant.fetchval(queries("signing_keys")["revoke"], key_id, now)
    if name is None and not await tenant.fetchval(queries("signing_keys")["exists"], key_id):
        raise NotFound("No such signing key in your organization.")
    return name


async def forget(tenant: Tenant, before: datetime) -> None:
    """Those for a while that ended before that."""
    await tenant.execute(queries("signing_keys")["forget"], before)


async def lock_secrets(tenant: Tenant) -> Sequence[tuple[UUID, bytes]]:
    rows = await tenant.fetch(queries("signing_keys")["lock_secrets"])
    return [(row["id"], row["sealed_secret"]) for row in rows]


async def replace_secret(tenant: Tenant, key_id: UUID, sealed_secret: bytes) -> None:
    await tenant.execute(queries("signing_keys")["replace_secret"], key_id, sealed_secret)

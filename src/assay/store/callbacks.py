"""How the callbacks of each mode are sent, and to whom those of a task go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assay.core.errors import NotFound
from assay.store.connection import Tenant, queries
from assay.store.delivery import Mode
from assay.store.tasks import MISSING


@dataclass(frozen=True)
class CallbackSettings:
    """Of one mode. ``address``: who is told of tasks that a program sent and that name nobody themselves.

    ``sealed_key`` holds the word that every callback carries, ``sealed_secret`` what signs it; the secret before that
    one signs too until ``old_secret_until``.
    """

    mode: Mode
    address: str | None
    rotated_at: datetime
    old_secret_until: datetime | None
    sealed_key: bytes
    sealed_secret: bytes
    old_sealed_secret: bytes | None


async def settings(tenant: Tenant, mode: Mode) -> CallbackSettings | None:
    """None before they were first needed."""
    return await _settings(tenant, "get_settings", mode)


async def lock_settings(tenant: Tenant, mode: Mode) -> CallbackSettings | None:
    """The same; nobody else can change them until this transaction ends."""
    return await _settings(tenant, "lock_settings", mode)


async def insert_settings(tenant: Tenant, mode: Mode, sealed_key: bytes, sealed_secret: bytes, now: datetime) -> None:
    """Nothing happens where there are some."""
    await tenant.execute(queries("callbacks")["insert_settings"], mode, sealed_key, sealed_secret, now)


async def update_settings(tenant: Tenant, changed: CallbackSettings) -> None:
    await tenant.execute(
        queries("callbacks")["update_settings"],
        changed.mode,
        changed.address,
        changed.rotated_at,
        changed.old_secret_until,
        changed.sealed_key,
        changed.sealed_secret,
        changed.old_sealed_secret,
    )


@dataclass(frozen=True)
class Ending:
    """``event_type`` is none for a task that has not ended, ``address`` where nobody is told."""

    project_id: UUID
    event_type: str | None
    address: str | None


async def ending(tenant: Tenant, task_id: UUID) -> Ending:
    """How a task ended and whom that is told now. Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("callbacks")["ending"], task_id)
    if row is None:
        raise NotFound(MISSING)
    return Ending(**row)


async def _settings(tenant: Tenant, statement: str, mode: Mode) -> CallbackSettings | None:
    row = await tenant.fetchrow(queries("callbacks")[statement], mode)
    return None if row is None else CallbackSettings(**row)

"""Webhooks, and what is sent to them and to the addresses of callbacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from assay.core.errors import NotFound
from assay.store.connection import Tenant, queries

WEBHOOK_MISSING: Final = "No such webhook in your organization."
DELIVERY_MISSING: Final = "No such delivery in your organization."

DeliveryState = Literal["pending", "delivered", "failed"]
Mode = Literal["live", "test"]
WebhookMode = Literal["live", "test", "both"]


@dataclass(frozen=True)
class Webhook:
    """Where events go. ``events`` are types, or `*` for all. Nothing is sent while ``disabled_at`` is set.

    ``mode``: of the projects of which mode it hears. ``old_secret_until``: until then the secret before this one signs
    too.
    """

    id: UUID
    url: str
    description: str
    events: list[str]
    created_at: datetime
    mode: WebhookMode = "live"
    disabled_at: datetime | None = None
    old_secret_until: datetime | None = None


@dataclass(frozen=True)
class Delivery:
    """One message on its way: to a webhook, or as a callback to the ``address`` that a task or batch names.
    ``attempts`` counts those that ended, well or badly."""

    id: UUID
    webhook_id: UUID | None
    event_type: str
    event_id: UUID
    state: DeliveryState
    attempts: int
    last_status: int | None
    last_error: str | None
    created_at: datetime
    delivered_at: datetime | None
    next_attempt_at: datetime | None
    address: str | None = None
    task_id: UUID | None = None
    batch_id: UUID | None = None


@dataclass(frozen=True)
class ToSend:
    """What one attempt needs to know. ``project_id`` and ``mode`` are of a callback's task or batch, and none for
    a webhook, whose secrets are here."""

    state: DeliveryState
    event_type: str
    payload: str | None
    next_attempt_at: datetime | None
    address: str
    webhook_id: UUID | None
    task_id: UUID | None
    batch_id: UUID | None
    project_id: UUID | None
    mode: Mode | None
    sealed_secret: bytes | None
    old_sealed_secret: bytes | None
    old_secret_until: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True)
class Secrets:
    """Of one webhook, sealed: the one in force, and the one before it where there is one."""

    id: UUID
    sealed_secret: bytes
    old_sealed_secret: bytes | None


async def webhook(tenant: Tenant, webhook_id: UUID) -> Webhook:
    """Raises ``NotFound``."""
    return await _webhook(tenant, "get_webhook", webhook_id)


async def lock_webhook(tenant: Tenant, webhook_id: UUID) -> Webhook:
    """The webhook, which nobody else can change until this transaction ends. Raises ``NotFound``."""
    return await _webhook(tenant, "lock_webhook", webhook_id)


async def webhooks(tenant: Tenant, *, before: UUID | None, limit: int) -> list[Webhook]:
    """Newest first."""
    return [Webhook(**row) for row in await tenant.fetch(queries("delivery")["list_webhooks"], before, limit)]


async def insert_webhook(tenant: Tenant, webhook: Webhook, sealed_secret: bytes) -> None:
    await tenant.execute(
        queries("delivery")["insert_webhook"],
        webhook.id,
        webhook.url,
        webhook.description,
        webhook.events,
        sealed_secret,
        webhook.created_at,
        webhook.mode,
    )


async def update_webhook(tenant: Tenant, webhook: Webhook) -> None:
    await tenant.execute(
        queries("delivery")["update_webhook"],
        webhook.id,
        webhook.url,
        webhook.description,
        webhook.events,
        webhook.disabled_at,
        webhook.mode,
    )


async def rotate_secret(
    tenant: Tenant, webhook_id: UUID, sealed_secret: bytes, old_secret_until: datetime | None
) -> None:
    """The secret in force becomes the old one until then; without a time it ends at once."""
    await tenant.execute(queries("delivery")["rotate_secret"], webhook_id, sealed_secret, old_secret_until)


async def lock_secrets(tenant: Tenant) -> list[Secrets]:
    """Of every webhook; nobody else changes them until this transaction ends."""
    return [Secrets(**row) for row in await tenant.fetch(queries("delivery")["lock_secrets"])]


async def replace_secrets(tenant: Tenant, sealed: Secrets) -> None:
    await tenant.execute(
        queries("delivery")["replace_secrets"], sealed.id, sealed.sealed_secret, sealed.old_sealed_secret
    )


async def delete_webhook(tenant: Tenant, webhook_id: UUID) -> None:
    await tenant.execute(queries("delivery")["delete_webhook"], webhook_id)


async def insert_delivery(tenant: Tenant, delivery: Delivery, payload: str | None) -> None:
    """``payload``: none for a callback, whose body is written when it is first sent."""
    await tenant.execute(
        queries("delivery")["insert_delivery"],
        delivery.id,
        delivery.webhook_id,
        delivery.event_id,
        delivery.event_type,
        payload,
        delivery.created_at,
        delivery.address,
        delivery.task_id,
        delivery.batch_id,
    )


async def deliveries(
    tenant: Tenant, webhook_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[Delivery]:
    """Newest first, older than ``before`` (when it was made, and its id)."""
    created_at, delivery_id = before or (None, None)
    rows = await tenant.fetch(queries("delivery")["list_deliveries"], webhook_id, created_at, delivery_id, limit)
    return [Delivery(**row) for row in rows]


async def of_task(tenant: Tenant, task_id: UUID, limit: int) -> list[Delivery]:
    """The callbacks of a task, newest first."""
    return [Delivery(**row) for row in await tenant.fetch(queries("delivery")["callbacks_of_task"], task_id, limit)]


async def of_batch(tenant: Tenant, batch_id: UUID, limit: int) -> list[Delivery]:
    """The callbacks of a batch, newest first."""
    return [Delivery(**row) for row in await tenant.fetch(queries("delivery")["callbacks_of_batch"], batch_id, limit)]


async def latest_of_batches(tenant: Tenant, ids: Sequence[UUID]) -> dict[UUID, DeliveryState]:
    """What became of the latest callback of each batch that has one."""
    rows = await tenant.fetch(queries("delivery")["latest_of_batches"], ids) if ids else ()
    return {row["batch_id"]: row["state"] for row in rows}


async def keep_payload(tenant: Tenant, delivery_id: UUID, payload: str) -> str:
    """The body that every attempt sends: this one, or the one that was kept before."""
    kept: str = await tenant.fetchval(queries("delivery")["keep_payload"], delivery_id, payload)
    return kept


async def lock_delivery(tenant: Tenant, delivery_id: UUID) -> Delivery:
    """Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("delivery")["lock_delivery"], delivery_id)
    if row is None:
        raise NotFound(DELIVERY_MISSING)
    return Delivery(**row)


async def to_send(tenant: Tenant, delivery_id: UUID) -> ToSend | None:
    """None when the delivery is gone, with its webhook."""
    row = await tenant.fetchrow(queries("delivery")["delivery_to_send"], delivery_id)
    return None if row is None else ToSend(**row)


async def update_delivery(tenant: Tenant, delivery: Delivery) -> None:
    await tenant.execute(
        queries("delivery")["update_delivery"],
        delivery.id,
        delivery.state,
        delivery.attempts,
        delivery.last_status,
        delivery.last_error,
        delivery.delivered_at,
        delivery.next_attempt_at,
    )


async def took_any_since(tenant: Tenant, webhook_id: UUID, moment: datetime) -> bool:
    found: bool = await tenant.fetchval(queries("delivery")["delivered_since"], webhook_id, moment)
    return found


async def _webhook(tenant: Tenant, statement: str, webhook_id: UUID) -> Webhook:
    row = await tenant.fetchrow(queries("delivery")[statement], webhook_id)
    if row is None:
        raise NotFound(WEBHOOK_MISSING)
    return Webhook(**row)

"""Telling customers' servers what happened: webhooks, their deliveries, and the record they are made from."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from assay.core.callbacks import host_of
from assay.core.delivery import OVERLAP_SECONDS_MAX, SEND
from assay.core.errors import Conflict, Invalid, Problem
from assay.core.ports import Seals
from assay.services.context import Context
from assay.store import delivery as store
from assay.store import events as record
from assay.store import jobs
from assay.store.connection import as_json
from assay.store.delivery import Delivery, Webhook, WebhookMode
from assay.store.events import Event as Recorded

__all__ = [
    "Delivery",
    "MadeWebhook",
    "Recorded",
    "Webhook",
    "WebhookMode",
    "change_webhook",
    "create_webhook",
    "delete_webhook",
    "deliveries",
    "events",
    "replay",
    "reseal",
    "rotate_secret",
    "send_test",
    "webhooks",
]

SECRET_BYTES: Final = 32
EVENTS_MAX: Final = 50
EVENT_SHAPE: Final = re.compile(r"[a-z_]+\.[a-z_]+")
THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
URL_LENGTH_MAX: Final = 2048
DESCRIPTION_LENGTH_MAX: Final = 500
WEBHOOKS_MAX: Final = 100


@dataclass(frozen=True)
class MadeWebhook:
    """``secret`` (`whsec_…`) is shown once."""

    webhook: Webhook
    secret: str


# --- webhooks -------------------------------------------------------------------------------------------------------


async def create_webhook(
    context: Context,
    seals: Seals,
    *,
    url: str,
    events: Sequence[str],
    description: str = "",
    mode: WebhookMode = "live",
) -> MadeWebhook:
    """A new webhook with a secret of its own. The caller has asked the egress guard about ``url`` already.

    Raises ``Invalid`` naming every field that is wrong, ``Conflict`` over ``WEBHOOKS_MAX``.
    """
    context.require_live()
    webhook = Webhook(context.new_id(), url, description, _tidy(events), context.now, mode)
    _check(webhook)
    if len(await store.webhooks(context.tenant, before=None, limit=WEBHOOKS_MAX)) >= WEBHOOKS_MAX:
        raise Conflict(f"There are {WEBHOOKS_MAX} webhooks already; delete one first.")
    secret = _new_secret(context)
    await store.insert_webhook(context.tenant, webhook, seals.seal(secret, _purpose(webhook.id)))
    await _record(context, "webhook.created", webhook)
    return MadeWebhook(webhook, secret)


async def webhooks(context: Context, *, before: UUID | None, limit: int) -> Sequence[Webhook]:
    """Newest first; one more than ``limit`` where there are more. Raises ``Forbidden`` for a test key."""
    context.require_live()
    return await store.webhooks(context.tenant, before=before, limit=limit + 1)


async def change_webhook(
    context: Context,
    webhook_id: UUID,
    *,
    url: str | None = None,
    events: Sequence[str] | None = None,
    description: str | None = None,
    mode: WebhookMode | None = None,
    disabled: bool | None = None,
) -> Webhook:
    """Changes what is given. What happens while a webhook is disabled is not sent later. Raises ``NotFound``."""
    context.require_live()
    before = await store.lock_webhook(context.tenant, webhook_id)
    disabled_at = before.disabled_at
    if disabled is not None:
        disabled_at = (before.disabled_at or context.now) if disabled else None
    after = replace(
        before,
        url=before.url if url is None else url,
        events=before.events if events is None else _tidy(events),
        description=before.description if description is None else description,
        mode=before.mode if mode is None else mode,
        disabled_at=disabled_at,
    )
    _check(after)
    if after != before:
        await store.update_webhook(context.tenant, after)
        await _record(context, "webhook.changed", after)
    return after


async def rotate_secret(context: Context, seals: Seals, webhook_id: UUID, *, overlap_seconds: int) -> MadeWebhook:
    """A new secret. For ``overlap_seconds`` every message carries a signature by the old one too.

    At most two secrets sign: the one that was old already ends now. Raises ``NotFound``, and ``Invalid`` for an
    overlap over ``OVERLAP_SECONDS_MAX``.
    """
    context.require_live()
    if not 0 <= overlap_seconds <= OVERLAP_SECONDS_MAX:
        raise Invalid(f"must be 0 to {OVERLAP_SECONDS_MAX} seconds.", "overlap_seconds")
    before = await store.lock_webhook(context.tenant, webhook_id)
    until = context.now + timedelta(seconds=overlap_seconds) if overlap_seconds else None
    secret = _new_secret(context)
    await store.rotate_secret(context.tenant, webhook_id, seals.seal(secret, _purpose(webhook_id)), until)
    after = replace(before, old_secret_until=until)
    await _record(context, "webhook.secret_rotated", after, {"old_secret_until": until})
    return MadeWebhook(after, secret)


async def reseal(context: Context, seals: Seals) -> int:
    """Seals with the newest master key whatever an older one sealed; of how many webhooks. Safe to repeat.

    Raises ``Unavailable`` for a secret that no known key opens.
    """
    count = 0
    for found in await store.lock_secrets(context.tenant):
        again = replace(
            found,
            sealed_secret=_resealed(seals, found.sealed_secret, found.id),
            old_sealed_secret=found.old_sealed_secret and _resealed(seals, found.old_sealed_secret, found.id),
        )
        if again != found:
            await store.replace_secrets(context.tenant, again)
            count += 1
    return count


async def delete_webhook(context: Context, webhook_id: UUID) -> None:
    """The webhook, its secret and its deliveries. Raises ``NotFound``."""
    context.require_live()
    webhook = await store.lock_webhook(context.tenant, webhook_id)
    await store.delete_webhook(context.tenant, webhook_id)
    await _record(context, "webhook.deleted", webhook)


# --- deliveries -----------------------------------------------------------------------------------------------------


async def deliveries(
    context: Context, webhook_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Delivery]:
    """Newest first; one more than ``limit`` where there are more.

    Raises ``NotFound``, and ``Forbidden`` for a test key.
    """
    context.require_live()
    await store.webhook(context.tenant, webhook_id)
    return await store.deliveries(context.tenant, webhook_id, before=before, limit=limit + 1)


async def replay(context: Context, delivery_id: UUID) -> Delivery:
    """Sends a delivery again, now, with all its attempts before it; the body and its id stay the same.

    Raises ``NotFound``, and ``Conflict`` while the webhook is disabled.
    """
    context.require_live()
    delivery = await store.lock_delivery(context.tenant, delivery_id)
    if delivery.webhook_id is not None:
        _refuse_disabled(await store.webhook(context.tenant, delivery.webhook_id))
    again = replace(delivery, state="pending", attempts=0, delivered_at=None, next_attempt_at=context.now)
    await store.update_delivery(context.tenant, again)
    await jobs.enqueue(context.tenant, SEND, [delivery_id])
    return again


async def send_test(context: Context, webhook_id: UUID) -> Delivery:
    """Sends this webhook an event of type `webhook.test`, which nothing caused and nobody else is told.

    Raises ``NotFound``, and ``Conflict`` while the webhook is disabled.
    """
    context.require_live()
    _refuse_disabled(await store.webhook(context.tenant, webhook_id))
    delivery_id, event_id = context.new_ids(2)
    delivery = Delivery(
        delivery_id, webhook_id, "webhook.test", event_id, "pending", 0, None, None, context.now, None, context.now
    )
    about = {"event_id": event_id, "project_id": None, "task_id": None, "details": {"webhook_id": webhook_id}}
    payload = as_json({"type": "webhook.test", "timestamp": context.now, "data": about})
    await store.insert_delivery(context.tenant, delivery, payload)
    await jobs.enqueue(context.tenant, SEND, [delivery_id])
    return delivery


# --- the record -----------------------------------------------------------------------------------------------------


async def events(
    context: Context,
    *,
    before: UUID | None,
    type: str | None,
    project_id: UUID | None,
    limit: int,
) -> Sequence[Recorded]:
    """Newest first; one more than ``limit`` where there are more. A test key sees those of test projects."""
    return await record.listed(
        context.tenant,
        before=before,
        type=type,
        project_id=project_id,
        only_test=context.caller.mode == "test",
        limit=limit + 1,
    )


# --- shared ---------------------------------------------------------------------------------------------------------


def _purpose(webhook_id: UUID) -> str:
    return f"webhook:{webhook_id}"


def _new_secret(context: Context) -> str:
    return "whsec_" + base64.b64encode(context.random_bytes(SECRET_BYTES)).decode()


def _resealed(seals: Seals, sealed: bytes, webhook_id: UUID) -> bytes:
    purpose = _purpose(webhook_id)
    return sealed if seals.is_current(sealed) else seals.seal(seals.unseal(sealed, purpose), purpose)


def _tidy(events: Sequence[str]) -> list[str]:
    """Each once, in the order given."""
    return list(dict.fromkeys(events))


def _check(webhook: Webhook) -> None:
    problems = []
    if not 1 <= len(webhook.events) <= EVENTS_MAX:
        problems.append(Problem("events", f"must name 1 to {EVENTS_MAX} event types, or '*' for all."))
    for index, name in enumerate(webhook.events[:EVENTS_MAX]):
        if name != "*" and not EVENT_SHAPE.fullmatch(name):
            problems.append(Problem(f"events[{index}]", "is not an event type; they look like task.completed."))
    if len(webhook.description) > DESCRIPTION_LENGTH_MAX or "\0" in webhook.description:
        problems.append(Problem("description", f"must be at most {DESCRIPTION_LENGTH_MAX} characters."))
    problems += [Problem("url", said) for said in _url_problems(webhook.url)]
    if problems:
        raise Invalid(problems)


def _url_problems(url: str) -> list[str]:
    """What is wrong with the text of an address; where it leads is the egress guard's question."""
    if not 1 <= len(url) <= URL_LENGTH_MAX or any(ord(c) <= 32 or ord(c) >= 127 for c in url):
        return [f"must be an address of at most {URL_LENGTH_MAX} printable ASCII characters."]
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ["is not an address."]
    # Plain http is for trying things out on one machine; the egress guard refuses even that unless it is configured.
    if not host or (parts.scheme != "https" and (parts.scheme != "http" or host not in THIS_MACHINE)):
        return ["must begin with https://."]
    if parts.username is not None or parts.password is not None:
        return ["must not carry a user name or password; the signature says who is calling."]
    return []


def _refuse_disabled(webhook: Webhook) -> None:
    if webhook.disabled_at is not None:
        raise Conflict("This webhook is disabled; enable it first.")


async def _record(context: Context, type: str, webhook: Webhook, more: dict[str, Any] | None = None) -> None:
    about = {"webhook_id": str(webhook.id), "host": host_of(webhook.url), "disabled": webhook.disabled_at is not None}
    event = record.NewEvent(context.new_id(), type, data={**about, **(more or {})})
    await record.record(context.tenant, context.now, context.caller.actor, [event])

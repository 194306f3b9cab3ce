"""Webhooks and their deliveries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.core.errors import Invalid
from assay.faces.http import AnyRequest, Page, enter, house, id_cursor, page_of
from assay.services import delivery

Mode: TypeAlias = Literal["live", "test", "both"]
Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=500, description="How many items a page has.")]


class Webhook(msgspec.Struct):
    """``events`` are types, or `*` for all. Nothing is sent while ``disabled_at`` is set.

    ``mode``: of the projects of which mode it hears; what belongs to no project is live. Until ``old_secret_until``
    messages carry a second signature, by the secret before this one.
    """

    id: UUID
    url: str
    events: list[str]
    description: str
    mode: Mode
    created_at: datetime
    disabled_at: datetime | None
    old_secret_until: datetime | None


class MadeWebhook(Webhook):
    """``secret`` verifies the signatures (Standard Webhooks). It is shown once."""

    secret: str


class NewWebhook(msgspec.Struct, forbid_unknown_fields=True):
    url: str
    events: list[str]
    description: str = ""
    mode: Mode = "live"


class WebhookChange(msgspec.Struct, forbid_unknown_fields=True):
    """Only what is given changes."""

    url: str | None = None
    events: list[str] | None = None
    description: str | None = None
    mode: Mode | None = None
    disabled: bool | None = None


class SecretRotation(msgspec.Struct, forbid_unknown_fields=True):
    """For ``overlap_seconds`` the old secret signs too, so that a receiver can change over; 0 ends it at once."""

    overlap_seconds: Annotated[int, msgspec.Meta(ge=0, le=delivery.OVERLAP_SECONDS_MAX)] = 86_400


class Delivery(msgspec.Struct):
    """``last_error`` is our sentence about the last attempt, never the receiver's words."""

    id: UUID
    event_type: str
    event_id: UUID
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    last_status: int | None
    last_error: str | None
    created_at: datetime
    delivered_at: datetime | None
    next_attempt_at: datetime | None


@get("/webhooks", opt={"permission": "webhook.read"}, operation_id="list_webhooks", tags=["Webhooks"])
async def list_webhooks(request: AnyRequest, cursor: FromQuery[str | None] = None, limit: Limit = 50) -> Page[Webhook]:
    """All webhooks, newest first."""
    async with enter(request) as context:
        rows = await delivery.webhooks(context, before=id_cursor(cursor), limit=limit)
        return page_of([_webhook(row) for row in rows], limit, lambda webhook: str(webhook.id))


@post("/webhooks", opt={"permission": "webhook.write"}, operation_id="create_webhook", tags=["Webhooks"])
async def create_webhook(request: AnyRequest, data: JSONBody[NewWebhook]) -> MadeWebhook:
    """Where to send events of these types from now on. The address is checked here and again at every attempt."""
    async with enter(request) as context:
        _check_address(request, data.url)
        made = await delivery.create_webhook(
            context,
            house(request).seals,
            url=data.url,
            events=data.events,
            description=data.description,
            mode=data.mode,
        )
        return MadeWebhook(**_fields(made.webhook), secret=made.secret)


@patch(
    "/webhooks/{webhook_id:uuid}",
    opt={"permission": "webhook.write"},
    operation_id="change_webhook",
    tags=["Webhooks"],
)
async def change_webhook(request: AnyRequest, webhook_id: FromPath[UUID], data: JSONBody[WebhookChange]) -> Webhook:
    """Changes what is given. What happens while a webhook is disabled is not sent later."""
    async with enter(request) as context:
        if data.url is not None:
            _check_address(request, data.url)
        changed = await delivery.change_webhook(
            context,
            webhook_id,
            url=data.url,
            events=data.events,
            description=data.description,
            mode=data.mode,
            disabled=data.disabled,
        )
        return _webhook(changed)


@post(
    "/webhooks/{webhook_id:uuid}/secret",
    opt={"permission": "webhook.write"},
    operation_id="rotate_secret",
    tags=["Webhooks"],
)
async def rotate_secret(request: AnyRequest, webhook_id: FromPath[UUID], data: JSONBody[SecretRotation]) -> MadeWebhook:
    """Makes a new secret. Where two sign, `webhook-signature` holds both signatures, the new one first.

    Rotating again while two secrets sign ends the older of them.
    """
    async with enter(request) as context:
        made = await delivery.rotate_secret(
            context, house(request).seals, webhook_id, overlap_seconds=data.overlap_seconds
        )
        return MadeWebhook(**_fields(made.webhook), secret=made.secret)


@delete(
    "/webhooks/{webhook_id:uuid}",
    opt={"permission": "webhook.write"},
    operation_id="delete_webhook",
    tags=["Webhooks"],
    status_code=204,
)
async def delete_webhook(request: AnyRequest, webhook_id: FromPath[UUID]) -> None:
    """Deletes the webhook with its deliveries."""
    async with enter(request) as context:
        await delivery.delete_webhook(context, webhook_id)


@get(
    "/webhooks/{webhook_id:uuid}/deliveries",
    opt={"permission": "webhook.read"},
    operation_id="list_deliveries",
    tags=["Webhooks"],
)
async def list_deliveries(
    request: AnyRequest, webhook_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Page[Delivery]:
    """What was and will be sent, newest first."""
    async with enter(request) as context:
        rows = await delivery.deliveries(context, webhook_id, before=_time_cursor(cursor), limit=limit)
        return page_of([_delivery(row) for row in rows], limit, _cursor)


@post(
    "/webhooks/{webhook_id:uuid}/test",
    opt={"permission": "webhook.write"},
    operation_id="test_webhook",
    tags=["Webhooks"],
    status_code=202,
)
async def test_webhook(request: AnyRequest, webhook_id: FromPath[UUID]) -> Delivery:
    """Sends an event of type `webhook.test`."""
    async with enter(request) as context:
        made = await delivery.send_test(context, webhook_id)
    house(request).ring()
    return _delivery(made)


@post(
    "/deliveries/{delivery_id:uuid}/replay",
    opt={"permission": "webhook.write"},
    operation_id="replay_delivery",
    tags=["Webhooks"],
    status_code=202,
)
async def replay_delivery(request: AnyRequest, delivery_id: FromPath[UUID]) -> Delivery:
    """Sends a delivery again: the same body under the same id, with a signature of now."""
    async with enter(request) as context:
        again = await delivery.replay(context, delivery_id)
    house(request).ring()
    return _delivery(again)


HANDLERS = [
    list_webhooks,
    create_webhook,
    change_webhook,
    rotate_secret,
    delete_webhook,
    list_deliveries,
    test_webhook,
    replay_delivery,
]


def _check_address(request: AnyRequest, url: str) -> None:
    """Asks the egress guard early, so that the person who types an address learns what is wrong with it."""
    try:
        house(request).check_callback_url(url)
    except Invalid as error:
        raise Invalid(error.message, "url") from None


def _fields(row: delivery.Webhook) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Webhook.__struct_fields__}


def _webhook(row: delivery.Webhook) -> Webhook:
    return Webhook(**_fields(row))


def _delivery(row: delivery.Delivery) -> Delivery:
    return Delivery(
        row.id,
        row.event_type,
        row.event_id,
        row.state,
        row.attempts,
        row.last_status,
        row.last_error,
        row.created_at,
        row.delivered_at,
        row.next_attempt_at,
    )


def _cursor(row: Delivery) -> str:
    return f"{int(row.created_at.timestamp() * 1_000_000)}.{row.id}"


def _time_cursor(text: str | None) -> tuple[datetime, UUID] | None:
    """Microseconds and an id. Raises ``Invalid`` for anything else."""
    if text is None:
        return None
    moment, _, delivery_id = text.partition(".")
    try:
        return datetime.fromtimestamp(int(moment) / 1_000_000, UTC), UUID(delivery_id)
    except (ValueError, OverflowError, OSError):
        raise Invalid("This is not a cursor of ours; start without one.", "cursor") from None

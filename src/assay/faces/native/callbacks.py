"""Callbacks of tasks and batches: where they go, what they are known by, and those of one task or batch."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import get, patch, post
from litestar.params import FromPath, JSONBody

from assay.core.delivery import OVERLAP_SECONDS_MAX
from assay.core.errors import Invalid
from assay.faces.http import AnyRequest, enter, house
from assay.services import callbacks

Mode: TypeAlias = Literal["live", "test"]


class CallbackSettings(msgspec.Struct):
    """``address``: who is told of tasks that a program sent and that name nobody themselves.

    ``rotated_at`` is null before the keys were first needed. Until ``old_secret_until`` two secrets sign.
    """

    mode: Mode
    address: str | None
    rotated_at: datetime | None
    old_secret_until: datetime | None


class AllCallbackSettings(msgspec.Struct):
    """One item for each mode, live first."""

    items: list[CallbackSettings]


class CallbackAddress(msgspec.Struct, forbid_unknown_fields=True):
    """An http or https address, or an e-mail address; null tells nobody."""

    mode: Mode
    address: str | None


class CallbackKeys(msgspec.Struct):
    """``key`` is a word that every callback carries; ``secret`` verifies its signature (Standard Webhooks)."""

    mode: Mode
    key: str
    secret: str


class WantedKeys(msgspec.Struct, forbid_unknown_fields=True):
    mode: Mode


class KeyRotation(msgspec.Struct, forbid_unknown_fields=True):
    """For ``overlap_seconds`` the old secret signs too; the key changes at once, as a header holds only one."""

    mode: Mode
    overlap_seconds: Annotated[int, msgspec.Meta(ge=0, le=OVERLAP_SECONDS_MAX)] = 86_400


class Callback(msgspec.Struct):
    """One message about the end of a task or batch. ``last_error`` is our sentence about the last attempt, never the
    receiver's words; ``last_status`` is the receiver's HTTP status, or the mail relay's reply."""

    id: UUID
    address: str
    event_type: str
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    last_status: int | None
    last_error: str | None
    created_at: datetime
    delivered_at: datetime | None
    next_attempt_at: datetime | None


class Callbacks(msgspec.Struct):
    """The latest 50, newest first."""

    items: list[Callback]


@get("/callbacks", opt={"permission": "webhook.read"}, operation_id="get_callback_settings", tags=["Callbacks"])
async def get_settings(request: AnyRequest) -> AllCallbackSettings:
    """How callbacks are sent in each mode."""
    async with enter(request) as context:
        return AllCallbackSettings([_settings(one) for one in await callbacks.settings(context)])


@patch("/callbacks", opt={"permission": "webhook.write"}, operation_id="set_callback_address", tags=["Callbacks"])
async def set_address(request: AnyRequest, data: JSONBody[CallbackAddress]) -> CallbackSettings:
    """Who is told of tasks that a program sent and that name nobody themselves, from now on."""

    def check(address: str) -> None:
        try:
            house(request).check_callback(address)
        except Invalid as error:
            raise Invalid(error.message, "address") from None

    async with enter(request) as context:
        return _settings(await callbacks.change_address(context, house(request).seals, data.mode, data.address, check))


@post(
    "/callbacks/keys/reveal",
    opt={"permission": "callback.keys"},
    operation_id="reveal_callback_keys",
    tags=["Callbacks"],
    status_code=200,
)
async def reveal_keys(request: AnyRequest, data: JSONBody[WantedKeys]) -> CallbackKeys:
    """The keys of a mode. That they were looked at is an event."""
    async with enter(request) as context:
        found = await callbacks.keys(context, house(request).seals, data.mode)
        return CallbackKeys(data.mode, found.key, found.secrets[0])


@post(
    "/callbacks/keys/rotate",
    opt={"permission": "callback.keys"},
    operation_id="rotate_callback_keys",
    tags=["Callbacks"],
    status_code=200,
)
async def rotate_keys(request: AnyRequest, data: JSONBody[KeyRotation]) -> CallbackKeys:
    """Makes new keys. What a receiver refuses until it knows the new key is tried again for a day."""
    async with enter(request) as context:
        made = await callbacks.rotate(context, house(request).seals, data.mode, overlap_seconds=data.overlap_seconds)
        return CallbackKeys(data.mode, made.key, made.secrets[0])


@get(
    "/tasks/{task_id:uuid}/callbacks",
    opt={"permission": "task.read"},
    operation_id="list_callbacks_of_task",
    tags=["Callbacks"],
)
async def list_callbacks(request: AnyRequest, task_id: FromPath[UUID]) -> Callbacks:
    """Who was and will be told of a task's end, newest first."""
    async with enter(request) as context:
        return Callbacks([_callback(one) for one in await callbacks.of_task(context, task_id)])


@post(
    "/tasks/{task_id:uuid}/callbacks",
    opt={"permission": "task.write"},
    operation_id="resend_callback",
    tags=["Callbacks"],
    status_code=202,
)
async def resend(request: AnyRequest, task_id: FromPath[UUID]) -> Callback:
    """Tells of a task's end once more: the task as it is when it is sent, to whom it would go now."""
    async with enter(request) as context:
        made = await callbacks.resend(context, task_id)
    house(request).ring()
    return _callback(made)


@get(
    "/batches/{batch_id:uuid}/callbacks",
    opt={"permission": "task.read"},
    operation_id="list_callbacks_of_batch",
    tags=["Callbacks"],
)
async def list_callbacks_of_batch(request: AnyRequest, batch_id: FromPath[UUID]) -> Callbacks:
    """Who was and will be told that a batch is completed, newest first."""
    async with enter(request) as context:
        return Callbacks([_callback(one) for one in await callbacks.of_batch(context, batch_id)])


@post(
    "/batches/{batch_id:uuid}/callbacks",
    opt={"permission": "task.write"},
    operation_id="resend_callback_of_batch",
    tags=["Callbacks"],
    status_code=202,
)
async def resend_of_batch(request: AnyRequest, batch_id: FromPath[UUID]) -> Callback:
    """Tells once more that a batch is completed, with its counts as they are when it is sent."""
    async with enter(request) as context:
        made = await callbacks.resend_of_batch(context, batch_id)
    house(request).ring()
    return _callback(made)


HANDLERS = [
    get_settings,
    set_address,
    reveal_keys,
    rotate_keys,
    list_callbacks,
    resend,
    list_callbacks_of_batch,
    resend_of_batch,
]


def _settings(row: callbacks.Settings) -> CallbackSettings:
    return CallbackSettings(**asdict(row))


def _callback(row: callbacks.Delivery) -> Callback:
    assert row.address is not None, "a callback has an address"
    return Callback(
        row.id,
        row.address,
        row.event_type,
        row.state,
        row.attempts,
        row.last_status,
        row.last_error,
        row.created_at,
        row.delivered_at,
        row.next_attempt_at,
    )

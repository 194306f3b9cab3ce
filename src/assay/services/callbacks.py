"""Telling whoever asked that a task or a batch is done: where callbacks go, what they are known by, and once more.

Nobody calls anything here when something ends. The events `task.completed`, `task.broken` (where the photo cannot be
had) and `batch.completed` (with ``batch_id`` in their data) write the delivery and its job beside themselves
(``call_back`` in the schema), whoever records them and in whichever mode; ``services.attempts`` sends it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from assay.core.delivery import OVERLAP_SECONDS_MAX, SEND
from assay.core.errors import Conflict, Invalid
from assay.core.ports import Seals
from assay.services import callback_keys
from assay.services.callback_keys import CallbackKeys
from assay.services.context import Context
from assay.store import batches, events, jobs
from assay.store import callbacks as store
from assay.store import delivery as deliveries
from assay.store.delivery import Delivery, DeliveryState, Mode

__all__ = [
    "CallbackKeys",
    "Delivery",
    "DeliveryState",
    "Mode",
    "Settings",
    "change_address",
    "keys",
    "latest_of_batches",
    "of_batch",
    "of_task",
    "resend",
    "resend_of_batch",
    "rotate",
    "settings",
]

# More than anybody scrolls through; the newest are the ones that matter.
SHOWN_MAX: Final = 50


@dataclass(frozen=True)
class Settings:
    """How the callbacks of a mode are sent. ``address``: who is told of tasks that a program sent and that name nobody.
    ``rotated_at`` is none before the keys were first needed; until ``old_secret_until`` two secrets sign."""

    mode: Mode
    address: str | None = None
    rotated_at: datetime | None = None
    old_secret_until: datetime | None = None


# --- settings -------------------------------------------------------------------------------------------------------


async def settings(context: Context) -> Sequence[Settings]:
    """Of both modes. Raises ``Forbidden`` for a test key."""
    context.require_live()
    found = [(mode, await store.settings(context.tenant, mode)) for mode in callback_keys.MODES]
    return [Settings(mode) if one is None else _told(one) for mode, one in found]


async def change_address(
    context: Context, seals: Seals, mode: Mode, address: str | None, check: Callable[[str], None]
) -> Settings:
    """Who is told of tasks that a program sent and that name nobody themselves; none: nobody. From now on, tasks that
    are under way included.

    ``check`` raises ``Invalid`` for an address that callbacks may not go to. Raises ``Forbidden`` for a test key.
    """
    context.require_live()
    if address is not None:
        check(address)
    before = await callback_keys.ensured(context, seals, mode)
    if address != before.address:
        await store.update_settings(context.tenant, replace(before, address=address))
        # Not the address itself: it may carry secrets, and this event may go to webhooks.
        await _record(context, "callback.address_changed", mode, {"set": address is not None})
    return _told(replace(before, address=address))


async def keys(context: Context, seals: Seals, mode: Mode) -> CallbackKeys:
    """The key and the signing secrets in force. That they were looked at is an event. Raises ``Forbidden`` for a test
    key."""
    context.require_live()
    found = callback_keys.opened(context, seals, await callback_keys.ensured(context, seals, mode))
    await _record(context, "callback.keys_shown", mode)
    return found


async def rotate(context: Context, seals: Seals, mode: Mode, *, overlap_seconds: int) -> CallbackKeys:
    """A new key, which every callback carries from now on, and a new secret; the one before it signs too for so long.

    What a receiver refuses until it knows the new key is tried again. Raises ``Forbidden`` for a test key, and
    ``Invalid`` for an overlap over ``OVERLAP_SECONDS_MAX``.
    """
    context.require_live()
    if not 0 <= overlap_seconds <= OVERLAP_SECONDS_MAX:
        raise Invalid(f"must be 0 to {OVERLAP_SECONDS_MAX} seconds.", "overlap_seconds")
    after = callback_keys.renewed(context, seals, await callback_keys.ensured(context, seals, mode), overlap_seconds)
    await store.update_settings(context.tenant, after)
    until = after.old_secret_until
    await _record(context, "callback.keys_rotated", mode, {"old_secret_until": until and until.isoformat()})
    return callback_keys.opened(context, seals, after)


# --- of one task ----------------------------------------------------------------------------------------------------


async def of_task(context: Context, task_id: UUID) -> Sequence[Delivery]:
    """The latest ``SHOWN_MAX`` callbacks of a task, newest first. Raises ``NotFound``."""
    await store.ending(context.tenant, task_id)
    return await deliveries.of_task(context.tenant, task_id, SHOWN_MAX)


async def resend(context: Context, task_id: UUID) -> Delivery:
    """Tells of a task's end once more: a new callback, with the task as it is when it is sent, to whom it would go now.

    Raises ``NotFound``, and ``Conflict`` for a task that has not ended or that nobody is told of.
    """
    ending = await store.ending(context.tenant, task_id)
    if ending.event_type is None:
        raise Conflict("This task has not ended, so there is nothing to tell yet.")
    if ending.address is None:
        raise Conflict("Nobody is told of this task: it names no callback, and its mode has no address for all.")
    return await _tell_again(context, ending.event_type, ending.address, ending.project_id, task_id=task_id)


# --- of one batch ---------------------------------------------------------------------------------------------------


async def of_batch(context: Context, batch_id: UUID) -> Sequence[Delivery]:
    """The latest ``SHOWN_MAX`` callbacks of a batch, newest first. Raises ``NotFound``."""
    await batches.get(context.tenant, batch_id)
    return await deliveries.of_batch(context.tenant, batch_id, SHOWN_MAX)


async def latest_of_batches(context: Context, ids: Sequence[UUID]) -> Mapping[UUID, DeliveryState]:
    """What became of the latest callback of each batch that has one."""
    return await deliveries.latest_of_batches(context.tenant, ids)


async def resend_of_batch(context: Context, batch_id: UUID) -> Delivery:
    """Tells once more that a batch is completed, with its counts as they are when it is sent.

    Raises ``NotFound``, and ``Conflict`` for a batch that is not completed or that nobody is told of.
    """
    batch = await batches.get(context.tenant, batch_id)
    if batch.state != "completed":
        raise Conflict("This batch is not completed, so there is nothing to tell yet.")
    if batch.callback is None:
        raise Conflict("Nobody is told of this batch: it names no callback.")
    return await _tell_again(context, "batch.completed", batch.callback, batch.project_id, batch_id=batch_id)


# --- shared ---------------------------------------------------------------------------------------------------------


async def _tell_again(
    context: Context,
    event_type: str,
    address: str,
    project_id: UUID,
    *,
    task_id: UUID | None = None,
    batch_id: UUID | None = None,
) -> Delivery:
    if batch_id is None:
        again = events.NewEvent(context.new_id(), "task.callback_resent", project_id, task_id)
    else:
        about = {"batch_id": str(batch_id)}
        again = events.NewEvent(context.new_id(), "batch.callback_resent", project_id, data=about)
    await events.record(context.tenant, context.now, context.caller.actor, [again])
    delivery = Delivery(
        id=context.new_id(),
        webhook_id=None,
        event_type=event_type,
        event_id=again.id,
        state="pending",
        attempts=0,
        last_status=None,
        last_error=None,
        created_at=context.now,
        delivered_at=None,
        next_attempt_at=context.now,
        address=address,
        task_id=task_id,
        batch_id=batch_id,
    )
    await deliveries.insert_delivery(context.tenant, delivery, None)
    await jobs.enqueue(context.tenant, SEND, [delivery.id])
    return delivery


def _told(found: store.CallbackSettings) -> Settings:
    return Settings(found.mode, found.address, found.rotated_at, found.old_secret_until)


async def _record(context: Context, type: str, mode: Mode, more: dict[str, object] | None = None) -> None:
    event = events.NewEvent(context.new_id(), type, data={"mode": mode, **(more or {})})
    await events.record(context.tenant, context.now, context.caller.actor, [event])

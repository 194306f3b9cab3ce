"""One attempt to deliver a message, to a webhook or as a callback.

It is two transactions with the request between them, so that a slow receiver holds no row: ``load``, then the callbacks
port, then ``record``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from assay.core.callbacks import host_of
from assay.core.delivery import CALLBACK_RETRY_SECONDS, SEND, Outcome, retry_after
from assay.core.ports import Message, Seals
from assay.services import callback_keys
from assay.services.context import Context
from assay.store import delivery as store
from assay.store import events, jobs
from assay.store.delivery import Delivery, Mode, ToSend


@dataclass(frozen=True)
class About:
    """What a callback tells of: the end of a task or of a batch."""

    event_type: str
    mode: Mode
    task_id: UUID | None
    batch_id: UUID | None


class Dialect(Protocol):
    """How callbacks are worded. It is a face's business, and given to whoever sends."""

    def title(self, about: About) -> str:
        """One line that says what happened, for mail."""

    def headers(self, key: str) -> Mapping[str, str]:
        """What every callback carries: ``key`` is the mode's."""

    async def body(self, context: Context, about: About) -> str:
        """JSON. ``context`` is of the mode of what is told. Raises ``NotFound`` for what cannot be told."""


async def load(context: Context, seals: Seals, dialect: Dialect, delivery_id: UUID) -> Message | None:
    """What to send now; none when there is nothing to send any more, or not yet.

    Not yet means that the job came before its time (a replay moved it, or clocks differ); it is put back. Raises
    ``Unavailable`` when the secret cannot be opened.
    """
    found = await store.to_send(context.tenant, delivery_id)
    if found is None or found.state != "pending":
        return None
    if found.disabled_at is not None:
        delivery = await store.lock_delivery(context.tenant, delivery_id)
        stopped = replace(delivery, state="failed", last_error="The webhook is disabled.", next_attempt_at=None)
        await store.update_delivery(context.tenant, stopped)
        return None
    if found.next_attempt_at is not None and found.next_attempt_at > context.now:
        await jobs.enqueue(context.tenant, SEND, [delivery_id], after=found.next_attempt_at - context.now)
        return None
    if found.webhook_id is None:
        return await _callback(context, seals, dialect, delivery_id, found)
    assert found.payload is not None, "a webhook's message is written with its event"
    assert found.sealed_secret is not None, "a webhook has a secret"
    sealed = [found.sealed_secret]
    if found.old_sealed_secret is not None and found.old_secret_until is not None:
        sealed += [found.old_sealed_secret] if context.now < found.old_secret_until else []
    secrets = [seals.unseal(each, f"webhook:{found.webhook_id}") for each in sealed]
    return Message(str(delivery_id), found.address, found.payload.encode(), secrets)


async def _callback(context: Context, seals: Seals, dialect: Dialect, delivery_id: UUID, found: ToSend) -> Message:
    assert found.mode is not None, "tasks and batches are of a project"
    about = About(found.event_type, found.mode, found.task_id, found.batch_id)
    payload = found.payload
    if payload is None:
        # As things are now, and from then on the same bytes at every attempt.
        within = replace(context, caller=replace(context.caller, mode=found.mode))
        payload = await store.keep_payload(context.tenant, delivery_id, await dialect.body(within, about))
    keys = callback_keys.opened(context, seals, await callback_keys.ensured(context, seals, found.mode))
    return Message(
        str(delivery_id),
        found.address,
        payload.encode(),
        keys.secrets,
        headers=dialect.headers(keys.key),
        title=dialect.title(about),
    )


async def record(context: Context, delivery_id: UUID, outcome: Outcome) -> None:
    """What follows from an attempt: done, another job later, or the end.

    A webhook that says it is gone (410) is not called again. Neither is one that took nothing in all the days that one
    delivery was tried. A callback is tried again whatever its receiver answers. The end is an event, so that somebody
    notices.
    """
    found = await store.to_send(context.tenant, delivery_id)
    if found is None:
        return  # deleted while it was being sent
    delivery = await store.lock_delivery(context.tenant, delivery_id)
    if delivery.state != "pending":
        return
    tried = replace(
        delivery,
        attempts=delivery.attempts + 1,
        last_status=outcome.status,
        last_error=outcome.error,
        next_attempt_at=None,
    )
    if outcome.state == "delivered":
        await store.update_delivery(context.tenant, replace(tried, state="delivered", delivered_at=context.now))
        return
    if delivery.webhook_id is None:
        wait = retry_after(tried.attempts, context.chance(), CALLBACK_RETRY_SECONDS)
    else:
        wait = retry_after(tried.attempts, context.chance()) if outcome.state == "retry" else None
    if wait is not None:
        await store.update_delivery(context.tenant, replace(tried, next_attempt_at=context.now + wait))
        await jobs.enqueue(context.tenant, SEND, [delivery_id], after=wait)
        return
    await store.update_delivery(context.tenant, replace(tried, state="failed"))
    if delivery.webhook_id is None:
        await _give_up(context, delivery, found.project_id)
    elif outcome.state == "gone" or not await store.took_any_since(
        context.tenant, delivery.webhook_id, delivery.created_at
    ):
        await _disable(context, delivery.webhook_id, outcome.error or "The receiver took nothing.")


async def _give_up(context: Context, delivery: Delivery, project_id: UUID | None) -> None:
    assert delivery.address is not None, "a callback has an address"
    about = {"about": delivery.event_type, "batch_id": delivery.batch_id, "host": host_of(delivery.address)}
    event = events.NewEvent(context.new_id(), "callback.failed", project_id, delivery.task_id, about)
    await events.record(context.tenant, context.now, context.caller.actor, [event])


async def _disable(context: Context, webhook_id: UUID, reason: str) -> None:
    webhook = await store.lock_webhook(context.tenant, webhook_id)
    if webhook.disabled_at is None:
        await store.update_webhook(context.tenant, replace(webhook, disabled_at=context.now))
        about = {"webhook_id": str(webhook.id), "host": host_of(webhook.url), "disabled": True, "reason": reason}
        event = events.NewEvent(context.new_id(), "webhook.disabled", data=about)
        await events.record(context.tenant, context.now, context.caller.actor, [event])

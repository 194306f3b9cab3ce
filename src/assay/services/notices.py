"""Notices: a requester is told what happens to the postings of an offer, on a queue, a topic, an address or by mail.

Nobody sends anything here when something happens. The event writes the notice and its job beside itself
(``give_notices`` in the schema); each attempt is two transactions with the request between them: ``load``, a port,
``record``. A receiver may be told twice and in any order; each notice has an id of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from assay.core.callbacks import is_mail
from assay.core.delivery import Outcome, retry_after
from assay.core.errors import Invalid
from assay.core.notices import (
    EVENT_TYPES,
    GIVE,
    TRIAL,
    Listener,
    Notice,
    Transport,
    check_region,
    region_of_topic,
)
from assay.core.offers import Mode
from assay.core.ports import Message, QueueMessage, Seals
from assay.core.postings import MissingThing
from assay.core.sigv4 import Credentials
from assay.services import callback_keys
from assay.services.context import Context
from assay.store import events, jobs, postings
from assay.store import notices as store
from assay.store.notices import QueueCredentials as QueueCredentials

KEPT: Final = timedelta(days=7)
_ACCESS_KEY: Final = re.compile(r"\w{16,128}", re.ASCII)
_SECRET_LENGTH_MAX: Final = 256
_PURPOSE: Final = "queue credentials:{}"


class NoReceiver(Invalid):
    """Nobody can be told there."""

    code = "no_receiver"


@dataclass(frozen=True)
class Wanted:
    """Where to tell, and of what. ``event_types``: of ``EVENT_TYPES``."""

    transport: Transport
    destination: str
    version: str
    event_types: tuple[str, ...]


class Dialect(Protocol):
    """How notices are worded. It is a face's business, and given to whoever sends."""

    def body(self, notice: Notice, requester_id: UUID) -> str:
        """JSON."""

    def title(self, notice: Notice) -> str:
        """One line that says what happened, for mail."""


# --- settings ---------------------------------------------------------------------------------------------------------


async def listen(
    context: Context,
    offer_id: UUID,
    wanted: Wanted | None,
    active: bool | None,
    check: Callable[[str], None],
    mode: Mode,
) -> Listener:
    """Tells of an offer from now on as ``wanted``, or as before; ``active``: or not.

    ``check`` raises ``Invalid`` for an address that nobody may be told at. Raises ``MissingThing`` for an offer that is
    not the caller's, ``NoReceiver``, and ``Invalid`` where nothing was wanted yet.
    """
    async with context.market() as room:
        offer = await postings.offer(room, offer_id)
        if offer.requester_id != context.organization_id or offer.mode != mode:
            raise MissingThing("offer")
    before = await store.lock_listener(context.tenant, offer_id)
    if wanted is not None:
        await _check(context, wanted, check)
        on = active if active is not None else before.active if before is not None else True
        after = Listener(offer_id, mode, wanted.transport, wanted.destination, wanted.version, wanted.event_types, on)
    elif before is None:
        raise Invalid("Nobody is told of this offer yet; say whom.", "destination")
    else:
        after = before if active is None else replace(before, active=active)
    if after != before:
        await store.listen(context.tenant, after, context.now)
        about = {"offer_id": str(offer_id), "transport": after.transport, "active": after.active}
        event = events.NewEvent(context.new_id(), "offer.listener_changed", data=about)
        await events.record(context.tenant, context.now, context.caller.actor, [event])
    return after


async def try_out(
    context: Context, wanted: Wanted, event_type: str, check: Callable[[str], None], mode: Mode
) -> Notice:
    """Tells once, of nothing that happened, whatever types are wanted. ``event_type``: one of ``EVENT_TYPES``, which it
    is worded as, with ids of nothing; or ``TRIAL``. Raises ``NoReceiver``."""
    await _check(context, wanted, check, any_types=True)
    trial = event_type == TRIAL
    of_engagement = event_type.startswith("engagement.")
    notice = Notice(
        id=context.new_id(),
        mode=mode,
        event_type=event_type,
        offer_id=None if trial else context.new_id(),
        posting_id=None if trial else context.new_id(),
        engagement_id=context.new_id() if of_engagement else None,
        happened_at=context.now,
        transport=wanted.transport,
        destination=wanted.destination,
        version=wanted.version,
    )
    await store.insert(context.tenant, notice)
    await jobs.enqueue(context.tenant, GIVE, [notice.id])
    return notice


async def _check(context: Context, wanted: Wanted, check: Callable[[str], None], *, any_types: bool = False) -> None:
    if not any_types and (not wanted.event_types or set(wanted.event_types) - set(EVENT_TYPES)):
        raise Invalid("Name the events to be told of.", "event_types")
    try:
        if wanted.transport == "topic":
            region_of_topic(wanted.destination)
        elif (wanted.transport == "mail") != is_mail(wanted.destination):
            raise Invalid("Mail goes to a mailbox, everything else to an address or a topic.")
        else:
            check(wanted.destination)
    except Invalid as error:
        raise NoReceiver(error.problems[0].message, "destination") from None
    if wanted.transport in ("queue", "topic") and await store.credentials(context.tenant) is None:
        raise NoReceiver(
            "Messages to queues and topics must be signed: give credentials at PUT /v1/market/queue-credentials first.",
            "destination",
        )


# --- what messages to queues are signed with --------------------------------------------------------------------------


async def put_credentials(
    context: Context,
    seals: Seals,
    *,
    access_key: str,
    secret: str,
    region: str,
    topics_url: str | None,
    check: Callable[[str], None],
) -> QueueCredentials:
    """Raises ``Invalid``, and ``Forbidden`` for a test key."""
    context.require_live()
    if not _ACCESS_KEY.fullmatch(access_key):
        raise Invalid("An access key has 16 to 128 letters and digits.", "access_key")
    if not 1 <= len(secret) <= _SECRET_LENGTH_MAX or not secret.isascii() or not secret.isprintable():
        raise Invalid(f"A secret has 1 to {_SECRET_LENGTH_MAX} printable characters.", "secret")
    check_region(region)
    if topics_url is not None:
        check(topics_url)
    sealed = seals.seal(secret, _PURPOSE.format(context.organization_id))
    made = QueueCredentials(access_key, sealed, region, topics_url, context.now)
    await store.put_credentials(context.tenant, made)
    # Neither the key nor the address: this event may go to webhooks.
    await _record(context, "queue_credentials.changed", {"region": region})
    return made


async def credentials(context: Context) -> QueueCredentials | None:
    context.require_live()
    return await store.credentials(context.tenant)


async def drop_credentials(context: Context) -> None:
    context.require_live()
    if await store.drop_credentials(context.tenant):
        await _record(context, "queue_credentials.deleted", {})


async def reseal(context: Context, seals: Seals) -> int:
    """Seals with the newest master key what an older one sealed; of how many organizations."""
    found = await store.credentials(context.tenant)
    if found is None or seals.is_current(found.sealed_secret):
        return 0
    purpose = _PURPOSE.format(context.organization_id)
    await store.reseal_credentials(context.tenant, seals.seal(seals.unseal(found.sealed_secret, purpose), purpose))
    return 1


# --- one attempt ------------------------------------------------------------------------------------------------------


async def load(context: Context, seals: Seals, dialect: Dialect, notice_id: UUID) -> Message | QueueMessage | None:
    """What to send now; none when there is nothing to send any more, or not yet. Raises ``Unavailable`` when a secret
    cannot be opened."""
    found = await store.lock(context.tenant, notice_id)
    if found is None or found.state != "pending" or found.next_attempt_at is None:
        return None
    if found.next_attempt_at > context.now:
        await jobs.enqueue(context.tenant, GIVE, [notice_id], after=found.next_attempt_at - context.now)
        return None
    notice = found.notice
    body = dialect.body(notice, context.organization_id).encode()
    if notice.transport in ("webhook", "mail"):
        keys = callback_keys.opened(context, seals, await callback_keys.ensured(context, seals, notice.mode))
        return Message(str(notice.id), notice.destination, body, keys.secrets, title=dialect.title(notice))
    held = await store.credentials(context.tenant)
    if held is None:
        await store.tried(context.tenant, notice_id, "failed", found.attempts, Outcome("gone", error=_NO_CREDENTIALS))
        return None
    secret = seals.unseal(held.sealed_secret, _PURPOSE.format(context.organization_id))
    signed_by = Credentials(held.access_key, secret)
    return QueueMessage(
        notice.transport == "topic",
        notice.destination,
        body,
        signed_by,
        held.region,
        held.topics_url,
    )


_NO_CREDENTIALS: Final = "Nothing is there to sign messages to queues and topics with."


async def record(context: Context, notice_id: UUID, outcome: Outcome) -> None:
    """What follows from an attempt: done, another job later, or the end, which is an event."""
    found = await store.lock(context.tenant, notice_id)
    if found is None or found.state != "pending":
        return
    attempts = found.attempts + 1
    if outcome.state == "delivered":
        await store.tried(context.tenant, notice_id, "delivered", attempts, outcome, delivered_at=context.now)
        return
    wait = retry_after(attempts, context.chance()) if outcome.state == "retry" else None
    if wait is not None:
        await store.tried(context.tenant, notice_id, "pending", attempts, outcome, next_attempt_at=context.now + wait)
        await jobs.enqueue(context.tenant, GIVE, [notice_id], after=wait)
        return
    await store.tried(context.tenant, notice_id, "failed", attempts, outcome)
    about = {"about": found.notice.event_type, "offer_id": found.notice.offer_id, "transport": found.notice.transport}
    await _record(context, "notice.failed", about)


async def forget(context: Context) -> None:
    """Drops those that were done with a week ago."""
    await store.forget(context.tenant, context.now - KEPT)


async def _record(context: Context, type: str, data: Mapping[str, object]) -> None:
    event = events.NewEvent(context.new_id(), type, data=data)
    await events.record(context.tenant, context.now, context.caller.actor, [event])

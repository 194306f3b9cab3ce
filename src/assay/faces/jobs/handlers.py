"""One thin handler for each kind of job: open the tenant, call a service, commit.

A kind's name is stable: jobs of it may be waiting while a new release starts. Every handler may run twice (a crash
between its commit and the queue's), so what they call is safe to repeat.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from assay.adapters.media import DEFAULT_LIMITS
from assay.core.content import FileItem, TextItem
from assay.core.errors import Invalid, NotFound, TooLarge, Unavailable
from assay.core.files import file_of
from assay.core.photos import StoredPhoto
from assay.core.ports import Message, QueueMessage
from assay.core.workflow import RESERVATION
from assay.faces.fetched import Found, found_in
from assay.faces.jobs.importing import run_import
from assay.faces.jobs.market import MARKET_ROUNDS
from assay.faces.jobs.payouts import hand_over_payouts
from assay.faces.jobs.workshop import Handler, TryAgain, Workshop
from assay.services import accounts, attempts, files, freelancers, notices, reputation, resolution
from assay.store import assignments, due
from assay.store.connection import queries
from assay.store.jobs import Job

FETCH_SECONDS_MAX: Final = 60.0
FETCH_ATTEMPTS_MAX: Final = 5
SIGN_UP_ATTEMPTS_MAX: Final = 5
REMEMBERED_FOR: Final = timedelta(days=1)


async def fetch_attachment(shop: Workshop, job: Job, tries: int) -> None:
    """Fetches a photo, or what else a task shows, from the address its task named."""
    async with shop.enter(job.organization_id) as context:
        try:
            attachment = await resolution.pending_photo(context, job.subject)
            wanted = await resolution.wanted_as(context, job.subject)
        except NotFound:
            return
    if attachment is None or attachment.source_url is None:
        return
    failure, answered = None, None
    try:
        content = await _content(shop, job.organization_id, attachment.project_id, attachment.source_url)
        answered = 200
        found = await found_in(shop.home.blobs, job.organization_id, wanted, attachment.file_name, content)
    except (Invalid, TooLarge) as error:
        failure, answered = error.message, error.answered or answered
    except Unavailable as error:
        if tries + 1 < FETCH_ATTEMPTS_MAX:
            raise TryAgain(error.message) from error
        failure, answered = error.message, error.answered or answered
    if failure is None:
        try:
            await _arrived(shop, job.organization_id, attachment.id, found)
        except Invalid as error:
            failure = error.message
    if failure is not None:
        async with shop.enter(job.organization_id) as context:
            await resolution.photo_failed(context, attachment.id, failure, answered)
    shop.home.ring()


async def _arrived(shop: Workshop, organization_id: UUID, attachment_id: UUID, found: Found) -> None:
    """What was fetched goes to the tasks that wait for it. Raises ``Invalid`` where it does not fit them."""
    async with shop.enter(organization_id) as context:
        match found:
            case StoredPhoto():
                await resolution.photo_arrived(context, attachment_id, found)
            case TextItem() | FileItem():
                await resolution.item_arrived(context, attachment_id, found)
            case pages:
                await resolution.pages_arrived(context, attachment_id, pages)


async def _content(shop: Workshop, organization_id: UUID, project_id: UUID, address: str) -> bytes:
    """What lies at the address of an attachment: in our own store, where a customer put it away, or out there."""
    file_id = file_of(address)
    if file_id is None:
        return await shop.egress.fetch(address, bytes_max=DEFAULT_LIMITS.bytes_max, seconds_max=FETCH_SECONDS_MAX)
    try:
        async with shop.enter(organization_id) as context:
            file = await files.for_project(context, file_id, project_id)
        if file.byte_count > DEFAULT_LIMITS.bytes_max:
            raise TooLarge(f"This file is over the limit of {DEFAULT_LIMITS.bytes_max / 2**20:.0f} MiB.")
        return await shop.home.blobs.get(file.blob_key)
    except NotFound as error:
        raise Invalid(error.message) from None


async def send_callback(shop: Workshop, job: Job, _: int) -> None:
    """Makes one attempt to deliver a message; a later one, if it takes any, is a job of its own."""
    async with shop.enter(job.organization_id) as context:
        message = await attempts.load(context, shop.home.seals, shop.dialect, job.subject)
    if message is None:
        return
    # The receiver may take its time: no transaction stays open over it.
    outcome = await shop.callbacks.send(message, shop.home.clock())
    async with shop.enter(job.organization_id) as context:
        await attempts.record(context, job.subject, outcome)


async def give_notice(shop: Workshop, job: Job, _: int) -> None:
    """Makes one attempt to tell a requester of an offer; a later one, if it takes any, is a job of its own."""
    assert shop.queues is not None, "where there are notices there are queues"
    assert shop.notices is not None, "where there are notices they are worded"
    async with shop.enter(job.organization_id) as context:
        message = await notices.load(context, shop.home.seals, shop.notices, job.subject)
    if message is None:
        return
    if isinstance(message, QueueMessage):
        outcome = await shop.queues.send(message, shop.home.clock())
    else:
        outcome = await shop.callbacks.send(message, shop.home.clock())
    async with shop.enter(job.organization_id) as context:
        await notices.record(context, job.subject, outcome)


async def send_sign_up(shop: Workshop, job: Job, tries: int) -> None:
    """Sends somebody who signed up the link that lets them in. Each attempt makes one anew, as only hashes are kept."""
    async with shop.enter(job.organization_id) as context:
        found = await freelancers.signed_up(context, job.subject)
        if found is None:
            return
        market = await freelancers.market(context)
        link = await accounts.make_sign_in_link(context, found.member_id)
    letter = found.letter(market.name, f"{shop.home.public_url}/sign-in#token={link.text}")
    message = Message(str(job.subject), found.email, b"", (), title=f"Your way into {market.name}", letter=letter)
    outcome = await shop.callbacks.send(message, shop.home.clock())
    if outcome.state == "retry" and tries + 1 < SIGN_UP_ATTEMPTS_MAX:
        raise TryAgain(outcome.error or "The relay did not take it.")


HANDLERS: Final[Mapping[str, Handler]] = {
    "fetch_attachment": fetch_attachment,
    "run_import": run_import,
    "send_callback": send_callback,
    "give_notice": give_notice,
    "send_sign_up": send_sign_up,
}


# --- by the clock -------------------------------------------------------------------------------------------------


async def expire_leases(shop: Workshop, organization_id: UUID) -> None:
    """Each task with a turn whose time is up is due."""
    async with shop.enter(organization_id) as context:
        overdue = await assignments.overdue(context.tenant, context.now, context.now - RESERVATION)
        await due.mark(context.tenant, overdue)
    if overdue:
        shop.home.ring()


async def forget_requests(shop: Workshop, organization_id: UUID) -> None:
    """Drops idempotency keys that are a day old, and notices that were done with a week ago."""
    async with shop.enter(organization_id) as context:
        await notices.forget(context)
        await context.tenant.execute(queries("tasks")["forget_requests"], context.now - REMEMBERED_FOR)


async def refresh_figures(shop: Workshop, organization_id: UUID) -> None:
    """Works out what freelancers are told of requesters, where the organization is a market."""
    async with shop.enter(organization_id) as context:
        await reputation.refresh(context)


# What runs how often, for each organization.
ROUNDS: Final[Mapping[Callable[[Workshop, UUID], Awaitable[None]], timedelta]] = {
    expire_leases: timedelta(seconds=2),
    forget_requests: timedelta(hours=1),
    **MARKET_ROUNDS,
    refresh_figures: timedelta(minutes=1),
    hand_over_payouts: timedelta(seconds=10),
}

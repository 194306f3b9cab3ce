"""One thin handler for each kind of job: open the tenant, call a service, commit.

A kind's name is stable: jobs of it may be waiting while a new release starts. Every handler may run twice (a crash
between its commit and the queue's), so what they call is safe to repeat.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias
from uuid import UUID

from assay.adapters.media import DEFAULT_LIMITS
from assay.core.errors import Invalid, NotFound, TooLarge, Unavailable
from assay.core.ports import Egress
from assay.core.workflow import RESERVATION
from assay.faces.http import House
from assay.faces.media import put_away
from assay.services import resolution
from assay.services.context import SYSTEM, Context
from assay.store import assignments, jobs
from assay.store.connection import queries
from assay.store.jobs import Job

FETCH_SECONDS_MAX: Final = 60.0
FETCH_ATTEMPTS_MAX: Final = 5
REMEMBERED_FOR: Final = timedelta(days=1)


@dataclass(frozen=True)
class Workshop:
    """What handlers work with."""

    home: House
    egress: Egress

    @asynccontextmanager
    async def enter(self, organization_id: UUID) -> AsyncIterator[Context]:
        """One tenant, as the system itself; committed on leaving."""
        home = self.home
        async with home.database.tenant(organization_id) as tenant:
            context = Context(tenant, home.clock(), SYSTEM, home.random_bytes, home.chance)
            yield context
        home.announce(context)


class TryAgain(Exception):
    """The outside world did not answer; the queue tries again later."""


Handler: TypeAlias = Callable[[Workshop, Job, int], Awaitable[None]]


async def advance_task(shop: Workshop, job: Job, _: int) -> None:
    """Writes whatever follows from what is known of a task."""
    async with shop.enter(job.organization_id) as context:
        try:
            await resolution.advance(context, job.subject)
        except NotFound:
            return


async def fetch_attachment(shop: Workshop, job: Job, attempts: int) -> None:
    """Fetches a photo from the address its task named."""
    async with shop.enter(job.organization_id) as context:
        try:
            attachment = await resolution.pending_photo(context, job.subject)
        except NotFound:
            return
    if attachment is None or attachment.source_url is None:
        return
    failure = None
    try:
        content = await shop.egress.fetch(
            attachment.source_url, bytes_max=DEFAULT_LIMITS.bytes_max, seconds_max=FETCH_SECONDS_MAX
        )
        stored = await put_away(shop.home.blobs, job.organization_id, attachment.file_name, content)
    except (Invalid, TooLarge) as error:
        failure = error.message
    except Unavailable as error:
        if attempts + 1 < FETCH_ATTEMPTS_MAX:
            raise TryAgain(error.message) from error
        failure = error.message
    async with shop.enter(job.organization_id) as context:
        if failure is None:
            await resolution.photo_arrived(context, attachment.id, stored)
        else:
            await resolution.photo_failed(context, attachment.id, failure)
    shop.home.ring()


HANDLERS: Final[Mapping[str, Handler]] = {
    "advance_task": advance_task,
    "fetch_attachment": fetch_attachment,
}


# --- by the clock -------------------------------------------------------------------------------------------------


async def expire_leases(shop: Workshop, organization_id: UUID) -> None:
    """Leaves a job for each task with a turn whose time is up."""
    async with shop.enter(organization_id) as context:
        overdue = await assignments.overdue(context.tenant, context.now, context.now - RESERVATION)
        await jobs.enqueue(context.tenant, "advance_task", overdue)
    if overdue:
        shop.home.ring()


async def forget_requests(shop: Workshop, organization_id: UUID) -> None:
    """Drops idempotency keys that are a day old."""
    async with shop.enter(organization_id) as context:
        await context.tenant.execute(queries("tasks")["forget_requests"], context.now - REMEMBERED_FOR)


# What runs how often, for each organization.
ROUNDS: Final[Mapping[Callable[[Workshop, UUID], Awaitable[None]], timedelta]] = {
    expire_leases: timedelta(seconds=2),
    forget_requests: timedelta(hours=1),
}

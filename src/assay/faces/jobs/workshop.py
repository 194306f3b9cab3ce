"""What handlers work with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from assay.core.ports import Callbacks, Egress, Queues
from assay.faces.http import House
from assay.services import notices
from assay.services.attempts import Dialect
from assay.services.context import SYSTEM, Context
from assay.store.jobs import Job


@dataclass(frozen=True)
class Workshop:
    """The house, the ways out of it, and how callbacks and notices are worded."""

    home: House
    egress: Egress
    callbacks: Callbacks
    dialect: Dialect
    # Where markets are kept: the queues of requesters, and how they are told of their offers.
    queues: Queues | None = None
    notices: notices.Dialect | None = None

    @asynccontextmanager
    async def enter(self, organization_id: UUID) -> AsyncIterator[Context]:
        """One tenant, as the system itself; committed on leaving."""
        home = self.home
        async with home.database.tenant(organization_id) as tenant:
            context = Context(tenant, home.clock(), SYSTEM, home.random_bytes, home.chance)
            yield context
        home.announce(context)


# How often a job is tried before it is given up.
ATTEMPTS_MAX: Final = 10


class TryAgain(Exception):
    """The outside world did not answer; the queue tries again later."""


# Takes the job and how often it was tried before.
Handler: TypeAlias = Callable[[Workshop, Job, int], Awaitable[None]]

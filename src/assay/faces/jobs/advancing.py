"""Advances the tasks that are due: as many together as wait, a transaction for each organization in turn."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Final
from uuid import UUID

import structlog

from assay.core.errors import Unavailable
from assay.faces.jobs.workshop import Workshop
from assay.services import resolution
from assay.store import due
from assay.store.connection import Database

log = structlog.get_logger()

# How many advance together: enough that a disk write for each transaction no longer counts, few enough that nobody
# who wants one of these tasks waits long.
TOGETHER: Final = 40
# After a round, so that a few more things have happened before the next.
PAUSE: Final = 0.02
# How long a task waits at worst that nobody rang for.
POLL: Final = 1.0
# Numbers are given before the rows that carry them are committed: rows this far behind the last one may still come.
STILL_COMING: Final = 2000


class Advancer:
    """``due_rang`` is set whenever something became due in this process."""

    def __init__(self, shop: Workshop, database: Database, due_rang: asyncio.Event) -> None:
        self._shop = shop
        self._database = database
        self._rang = due_rang
        # Where the table's live rows begin, as far as is known: what lies before is dead and slow to step over as long
        # as some old snapshot keeps it. Once a poll we look from the beginning again.
        self._start = 0
        self._looked_at = float("-inf")

    async def run(self) -> None:
        """Until cancelled. A transaction that is cut off leaves its tasks due."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._rang.wait(), POLL)
            self._rang.clear()
            await self._until_nothing_is_due()

    async def _until_nothing_is_due(self) -> None:
        # Rows are what is waited for, and they send no event.
        while await self.once():  # noqa: ASYNC110
            await asyncio.sleep(PAUSE)

    async def once(self) -> int:
        """One round over the organizations with something due; how many tasks were taken."""
        if time.monotonic() - self._looked_at > POLL:
            self._looked_at, self._start = time.monotonic(), 0
        taken = 0
        for organization_id in await due.organizations(self._database, self._start):
            taken += await self._together(organization_id)
        if taken:
            # Callbacks may have become due as well.
            self._shop.home.ring()
        return taken

    async def _together(self, organization_id: UUID) -> int:
        taken = due.Taken((), 0)
        try:
            async with self._shop.enter(organization_id) as context:
                taken = await due.take(context.tenant, self._start, TOGETHER)
                await resolution.advance_all(context, taken.task_ids)
        except Unavailable:
            raise
        except Exception as error:
            # One of them is to blame, and the others must not wait for it.
            log.error(
                "tasks could not advance together; each is tried alone", tasks=len(taken.task_ids), exc_info=error
            )
            for task_id in taken.task_ids:
                await self._alone(organization_id, task_id)
        else:
            self._start = max(self._start, taken.last - STILL_COMING)
        return len(taken.task_ids)

    async def _alone(self, organization_id: UUID, task_id: UUID) -> None:
        try:
            async with self._shop.enter(organization_id) as context:
                if await due.take_one(context.tenant, task_id):
                    await resolution.advance_all(context, [task_id])
        except Unavailable:
            raise
        except Exception as error:
            log.error("a task could not advance; it is tried again", task_id=str(task_id), exc_info=error)
            async with self._shop.enter(organization_id) as context:
                await due.postpone(context.tenant, task_id, repr(error))

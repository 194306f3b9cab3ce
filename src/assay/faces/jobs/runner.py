"""Runs jobs: PgQueuer underneath, five words on top (`start`, `stop`, `ring`, handlers and rounds)."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec
import structlog

from assay.core.errors import Unavailable
from assay.faces.jobs.advancing import Advancer
from assay.faces.jobs.handlers import HANDLERS, ROUNDS
from assay.faces.jobs.workshop import ATTEMPTS_MAX, Workshop
from assay.store import jobs, queue_names
from assay.store.connection import Database

if TYPE_CHECKING:
    from assay.faces.jobs.queue import Queue

log = structlog.get_logger()

# A runner that is woken asks the database several questions: under load it should find several jobs each time.
RINGS_APART: Final = 0.2
# How long a job that nobody rang for may wait.
POLL: Final = timedelta(seconds=1)
# How often jobs are looked for that a database that was down kept from being tried again.
REVIVE: Final = timedelta(seconds=5)


class Bell:
    """Wakes the runners after a commit. Many rings in a moment are one notification."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self.rang_once = asyncio.Event()
        # What advances tasks is in this process and hears of it at once.
        self.due_rang = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()
        self.rang_once.set()
        self.due_rang.set()

    async def listen(self, database: Database) -> None:
        """Passes rings on until cancelled."""
        while True:
            await self._rung.wait()
            self._rung.clear()
            event = {
                "channel": queue_names.CHANNEL,
                "operation": "insert",
                "sent_at": datetime.now(UTC),
                "table": queue_names.TABLE,
                "type": "table_changed_event",
            }
            with suppress(Unavailable):
                await database.notify(queue_names.CHANNEL, msgspec.json.encode(event).decode())
            await asyncio.sleep(RINGS_APART)


class Runner:
    """Everything that runs beside the requests. Starts again by itself when the database goes away and comes back."""

    def __init__(self, shop: Workshop, database: Database, bell: Bell) -> None:
        self._shop = shop
        self._database = database
        self._bell = bell
        self._tasks: list[asyncio.Task[None]] = []
        self._queue: Queue | None = None

    async def start(self) -> None:
        advancer = Advancer(self._shop, self._database, self._bell.due_rang)
        self._tasks = [
            asyncio.create_task(self._forever("jobs", self._work)),
            asyncio.create_task(self._forever("advance", advancer.run)),
            asyncio.create_task(self._forever("revive", self._revive)),
            asyncio.create_task(self._forever("bell", lambda: self._bell.listen(self._database))),
            *(
                asyncio.create_task(self._forever(job.__name__, partial(self._round, job, every)))
                for job, every in ROUNDS.items()
            ),
        ]

    async def stop(self) -> None:
        """Lets running jobs finish for a few seconds; what does not is taken up again at the next start."""
        if self._queue is not None:
            self._queue.end()
            await asyncio.wait(self._tasks[:1], timeout=5)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _forever(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
                return
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("background work stopped; it starts again", work=name, error=repr(error))
                await asyncio.sleep(0.5)

    async def _work(self) -> None:
        # A new server is busy with its first pages, and the library takes half a second to import.
        with suppress(TimeoutError):
            await asyncio.wait_for(self._bell.rang_once.wait(), POLL.total_seconds())
        make = await asyncio.to_thread(_library)
        self._queue = make(self._shop, self._database, HANDLERS)
        await self._queue.work(POLL)

    async def _revive(self) -> None:
        while True:
            async with self._database.pool.acquire() as connection:
                await jobs.revive(connection, ATTEMPTS_MAX)
            await asyncio.sleep(REVIVE.total_seconds())

    async def _round(self, job: Callable[[Workshop, UUID], Awaitable[None]], every: timedelta) -> None:
        while True:
            for organization_id in await self._database.tenants():
                await job(self._shop, organization_id)
            await asyncio.sleep(every.total_seconds())


def _library() -> type[Queue]:
    from assay.faces.jobs.queue import Queue

    # As with what was there at the start (see ``app.running``): no request waits while this is searched for garbage.
    gc.freeze()
    return Queue

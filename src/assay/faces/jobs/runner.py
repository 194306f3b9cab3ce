"""Runs jobs: PgQueuer underneath, five words on top (`start`, `stop`, `ring`, handlers and rounds)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import msgspec
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job as QueuedJob
from pgqueuer.domain.types import Channel

from assay.core.errors import Unavailable
from assay.faces.jobs.advancing import Advancer
from assay.faces.jobs.handlers import HANDLERS, ROUNDS
from assay.faces.jobs.workshop import Handler, TryAgain, Workshop
from assay.store import jobs
from assay.store.connection import Database
from assay.store.jobs import SETTINGS, Job, queries_for

log = structlog.get_logger()

BATCH: Final = 20
# A job whose runner died is taken up by another after this long.
HEARTBEAT: Final = timedelta(seconds=10)
# A runner that is woken asks the database several questions: under load it should find several jobs each time.
RINGS_APART: Final = 0.2
# How long a job that nobody rang for may wait.
POLL: Final = timedelta(seconds=1)
# A handler that fails is tried again: after 1 s, 2 s, 4 s … and at most every five minutes, ten times.
ATTEMPTS_MAX: Final = 10
DELAY_MAX: Final = timedelta(minutes=5)
# How often jobs are looked for that a database that was down kept from being tried again.
REVIVE: Final = timedelta(seconds=5)


class Bell:
    """Wakes the runners after a commit. Many rings in a moment are one notification."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        # What advances tasks is in this process and hears of it at once.
        self.due_rang = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()
        self.due_rang.set()

    async def listen(self, database: Database) -> None:
        """Passes rings on until cancelled."""
        while True:
            await self._rung.wait()
            self._rung.clear()
            event = {
                "channel": SETTINGS.channel,
                "operation": "insert",
                "sent_at": datetime.now(UTC),
                "table": SETTINGS.queue_table,
                "type": "table_changed_event",
            }
            with suppress(Unavailable):
                await database.notify(SETTINGS.channel, msgspec.json.encode(event).decode())
            await asyncio.sleep(RINGS_APART)


class Runner:
    """Everything that runs beside the requests. Starts again by itself when the database goes away and comes back."""

    def __init__(self, shop: Workshop, database: Database, bell: Bell) -> None:
        self._shop = shop
        self._database = database
        self._bell = bell
        self._tasks: list[asyncio.Task[None]] = []
        self._manager: QueueManager | None = None

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
        if self._manager is not None:
            self._manager.shutdown.set()
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
        driver = AsyncpgPoolDriver(self._database.pool)
        manager = QueueManager(queries_for(driver), Channel(SETTINGS.channel))
        for kind, handler in HANDLERS.items():
            manager.entrypoint(kind, on_failure="hold")(self._entrypoint(handler))
        self._manager = manager
        await manager.run(batch_size=BATCH, dequeue_timeout=POLL, heartbeat_timeout=HEARTBEAT)

    def _entrypoint(self, handler: Handler) -> Callable[[QueuedJob], Awaitable[None]]:
        async def run(queued: QueuedJob) -> None:
            assert queued.payload is not None, "every job names its subject"
            job = msgspec.json.decode(queued.payload, type=Job)
            try:
                await handler(self._shop, job, queued.attempts)
            except asyncio.CancelledError:
                # PgQueuer drops a job that is cancelled; ours goes on where this process leaves off.
                raise RetryRequested(timedelta(0), "the server stopped") from None
            except Exception as error:
                if queued.attempts + 1 >= ATTEMPTS_MAX:
                    raise
                if not isinstance(error, TryAgain | Unavailable):
                    log.error("job failed; it is tried again", kind=queued.entrypoint, exc_info=error)
                delay = min(timedelta(seconds=2**queued.attempts), DELAY_MAX)
                raise RetryRequested(delay, str(error)) from error

        return run

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

"""Hands jobs to their handlers, by PgQueuer. Imported when the first job may be waiting, and not before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

import msgspec
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job as QueuedJob
from pgqueuer.domain.types import Channel

from assay.core.errors import Unavailable
from assay.faces.jobs.workshop import ATTEMPTS_MAX, Handler, TryAgain, Workshop
from assay.store import queue_names
from assay.store.connection import Database
from assay.store.jobs import Job
from assay.store.queue_library import queries_for

log = structlog.get_logger()

BATCH: Final = 20
# A job whose runner died is taken up by another after this long.
HEARTBEAT: Final = timedelta(seconds=10)
# A handler that fails is tried again: after 1 s, 2 s, 4 s … and at most every five minutes.
DELAY_MAX: Final = timedelta(minutes=5)


class Queue:
    """The jobs of ``handlers``, by kind."""

    def __init__(self, shop: Workshop, database: Database, handlers: Mapping[str, Handler]) -> None:
        self._shop = shop
        self._manager = QueueManager(queries_for(AsyncpgPoolDriver(database.pool)), Channel(queue_names.CHANNEL))
        for kind, handler in handlers.items():
            self._manager.entrypoint(kind, on_failure="hold")(self._entrypoint(handler))

    async def work(self, poll: timedelta) -> None:
        """Until ``end``. Looks for jobs when somebody rings, and after ``poll`` in any case."""
        await self._manager.run(batch_size=BATCH, dequeue_timeout=poll, heartbeat_timeout=HEARTBEAT)

    def end(self) -> None:
        """Takes no more jobs. ``work`` returns once those under way are done."""
        self._manager.shutdown.set()

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

"""One look for all who watch the same thing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from typing import Final

import structlog

from assay.core.errors import AssayError, Unavailable

log = structlog.get_logger()

LOOK_SECONDS: Final = 0.5
# A look that takes long is taken less often: at most this share of the time goes into looking.
LOOK_SHARE_MAX: Final = 0.25

Look = Callable[[], Awaitable[bytes]]


class Broadcast:
    """Shares what many watch: however many ask for the same key, one task looks, and only while somebody watches."""

    def __init__(self) -> None:
        self._watched: dict[Hashable, _Watched] = {}
        self._closed = asyncio.Event()

    async def changes(self, key: Hashable, look: Look, *, quiet_seconds: float) -> AsyncIterator[bytes | None]:
        """What ``look`` gives, at once and whenever it has changed; None after ``quiet_seconds`` without news.

        Values that come faster than they are taken are skipped: whoever is slow sees the latest. Ends when the
        broadcast is closed. Raises what ``look`` raises, but for ``Unavailable``, which is waited out.
        """
        watched = self._watched.get(key)
        if watched is None:
            watched = self._watched[key] = _Watched(look)
        watched.watchers += 1
        seen = 0
        try:
            while not self._closed.is_set():
                news = await watched.newer_than(seen, quiet_seconds)
                if self._closed.is_set():
                    return
                if news is None:
                    yield None
                else:
                    seen, value = news
                    yield value
        finally:
            watched.watchers -= 1
            if not watched.watchers:
                watched.stop()
                if self._watched.get(key) is watched:
                    del self._watched[key]

    def close(self) -> None:
        """Ends every stream, so that a server that stops need not wait for its watchers."""
        self._closed.set()
        for watched in self._watched.values():
            watched.wake()

    @property
    def looking(self) -> int:
        """How many different things are watched."""
        return len(self._watched)


class _Watched:
    def __init__(self, look: Look) -> None:
        self.watchers = 0
        self._look = look
        self._number = 0
        self._value = b""
        self._error: AssayError | None = None
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._go())

    async def newer_than(self, seen: int, seconds: float) -> tuple[int, bytes] | None:
        """The latest value and its number; none when nothing newer came in that time."""
        if self._number == seen and self._error is None:
            try:
                await asyncio.wait_for(self._news.wait(), seconds)
            except TimeoutError:
                return None
        if self._error is not None:
            raise self._error
        return (self._number, self._value) if self._number > seen else None

    def wake(self) -> None:
        """Everyone who waits goes on; who comes later waits for the next."""
        self._news.set()
        self._news = asyncio.Event()

    def stop(self) -> None:
        self._task.cancel()

    async def _go(self) -> None:
        while True:
            started = time.perf_counter()
            try:
                value = await self._look()
            except Unavailable as error:
                log.warning("a look failed; the next may not", detail=error.message)
            except AssayError as error:
                self._error = error
                self.wake()
                return
            else:
                if value != self._value:
                    self._number, self._value = self._number + 1, value
                    self.wake()
            spent = time.perf_counter() - started
            await asyncio.sleep(max(LOOK_SECONDS - spent, spent / LOOK_SHARE_MAX - spent))

"""Calls of one statement that come at the same time, sent to the database as one.

A message to the database costs the server as much as everything else it does for a claim: a write, a process to wake,
a read, and a commit over there. While one is under way, calls of the same statement for the same organization wait and
go with the next. A call that finds nobody under way goes at once; the busier the server, the more go together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import asyncpg

from assay.core.errors import AssayError, Unavailable

# Calls in one message. What they write stays locked until all are done: about half a millisecond for each.
CALLS_MAX: Final = 16
# A message that waits for a lock over there must not hold up everybody: after this the next goes beside it.
PATIENCE_SECONDS: Final = 0.05

Arguments = tuple[object, ...]
# Sends a statement with an array for each argument. Rows name the call they answer: `place`, from 1.
Send = Callable[[UUID, str, Sequence[Sequence[object]]], Awaitable[Sequence[asyncpg.Record]]]


@dataclass(frozen=True)
class _Call:
    arguments: Arguments
    answer: asyncio.Future[asyncpg.Record | None]


@dataclass
class _Line:
    """Who waits for the next message, and how many carriers are at work: one, unless a message is late."""

    waiting: list[_Call] = field(default_factory=list)
    carriers: int = 0


class Together:
    """Gathers calls by organization and statement."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._lines: dict[tuple[UUID, str], _Line] = {}
        self._carriers: set[asyncio.Task[None]] = set()

    async def call(self, organization_id: UUID, sql: str, *arguments: object) -> asyncpg.Record | None:
        """The row that answers this call, or none.

        Raises what the database answered to this call: where several went together and were refused, each is sent
        again alone. ``Unavailable`` comes to all of them, as nobody knows what became of the message.
        """
        key = (organization_id, sql)
        line = self._lines.setdefault(key, _Line())
        call = _Call(arguments, asyncio.get_running_loop().create_future())
        line.waiting.append(call)
        if not line.carriers:
            self._start(key)
        return await call.answer

    def _start(self, key: tuple[UUID, str]) -> None:
        """One more carrier. It sets off in the loop's next round: requests read in this one go with it."""
        self._lines[key].carriers += 1
        carrier = asyncio.ensure_future(self._carry(key))
        self._carriers.add(carrier)
        carrier.add_done_callback(self._carriers.discard)

    async def _carry(self, key: tuple[UUID, str]) -> None:
        line, loop = self._lines[key], asyncio.get_running_loop()
        try:
            while line.waiting:
                calls, line.waiting = line.waiting[:CALLS_MAX], line.waiting[CALLS_MAX:]
                late = loop.call_later(PATIENCE_SECONDS, self._start, key)
                try:
                    await self._deliver(*key, calls)
                finally:
                    late.cancel()
        finally:
            line.carriers -= 1
            if not line.carriers:
                del self._lines[key]

    async def _deliver(self, organization_id: UUID, sql: str, calls: Sequence[_Call]) -> None:
        try:
            rows = await self._send(organization_id, sql, list(zip(*(call.arguments for call in calls), strict=True)))
        except BaseException as error:
            refused = isinstance(error, (AssayError, asyncpg.PostgresError)) and not isinstance(error, Unavailable)
            if refused and len(calls) > 1:
                for call in calls:
                    await self._deliver(organization_id, sql, [call])
                return
            for call in calls:
                if not call.answer.done():
                    call.answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        answers = {row["place"]: row for row in rows}
        for place, call in enumerate(calls, 1):
            # Whoever stopped waiting is not told.
            if not call.answer.done():
                call.answer.set_result(answers.get(place))

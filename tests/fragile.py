"""A database that loses its connection at a chosen statement, as when a server is killed between two writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from assay.store.connection import Database, Tenant


class FragileDatabase(Database):
    """``crash_after``: how many more statements reach the database before the connection that sent them is cut, which
    takes everything of its transaction with it. None: it holds."""

    crash_after: int | None = None
    crashes: int = 0

    @asynccontextmanager
    async def tenant(self, organization_id: UUID, *, durable: bool = True) -> AsyncIterator[Tenant]:
        async with super().tenant(organization_id, durable=durable) as tenant:
            yield Tenant(_Watched(tenant.connection, self), organization_id)  # type: ignore[arg-type]

    def before_statement(self, connection: Any) -> None:
        if self.crash_after is None:
            return
        if self.crash_after == 0:
            self.crash_after = None
            self.crashes += 1
            connection.terminate()
        else:
            self.crash_after -= 1


class _Watched:
    """A connection whose statements are counted."""

    def __init__(self, connection: Any, database: FragileDatabase) -> None:
        self._connection = connection
        self._database = database

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._connection, name)
        if name not in ("fetch", "fetchrow", "fetchval", "execute", "executemany"):
            return found

        def sent(*arguments: Any, **named: Any) -> Any:
            self._database.before_statement(self._connection)
            return found(*arguments, **named)

        return sent

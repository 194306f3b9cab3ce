"""Connections when the database goes away between two statements, and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from assay.core.errors import AlreadyExists, Unavailable
from assay.store.connection import Database


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Database]:
    """A pool of its own, so that other tests keep their connections."""
    own = Database(database_url, size=4)
    await own.open()
    yield own
    await own.close()


async def backends(database: Database, count: int) -> list[int]:
    """The process ids behind so many of the pool's connections, all of them in use at once."""
    together = asyncio.Barrier(count)

    async def one() -> int:
        async with database.tenant(uuid4()) as tenant:
            await together.wait()
            pid: int = await tenant.connection.fetchval("select pg_backend_pid()")
            return pid

    return list(await asyncio.gather(*(one() for _ in range(count))))


async def end(database_url: str, pids: list[int]) -> None:
    """As in a crash: the other side is gone, and says so at best."""
    superuser = await asyncpg.connect(database_url)
    for pid in pids:
        await superuser.execute("select pg_terminate_backend($1, 5000)", pid)
    await superuser.close()


async def killed_at_work(
    database: Database, database_url: str, pause: float | None = None, error: Exception | None = None
) -> None:
    """A transaction whose connection is ended in the middle; with ``pause``, one more statement after it."""
    async with database.tenant(uuid4()) as tenant:
        await end(database_url, [await tenant.connection.fetchval("select pg_backend_pid()")])
        if pause is not None:
            await asyncio.sleep(pause)
            await tenant.fetchval("select $1::uuid")
        if error is not None:
            raise error


async def test_idle_connections_that_died_are_replaced_unseen(pool: Database, database_url: str) -> None:
    """Nothing had been asked of them, so nobody need hear of it."""
    await end(database_url, await backends(pool, 4))

    for _ in range(8):
        async with pool.tenant(uuid4()) as tenant:
            assert await tenant.connection.fetchval("select 1") == 1


@pytest.mark.parametrize("pause", [0.0, 0.05])
async def test_a_connection_that_dies_at_work_is_unavailable_and_not_used_again(
    pool: Database, database_url: str, pause: float
) -> None:
    """Whether the driver has heard of the end by then or not."""
    (pid,) = await backends(pool, 1)

    with pytest.raises(Unavailable):
        await killed_at_work(pool, database_url, pause)

    async with pool.tenant(uuid4()) as tenant:
        assert await tenant.connection.fetchval("select pg_backend_pid()") != pid


async def test_a_commit_that_cannot_be_sent_is_unavailable(pool: Database, database_url: str) -> None:
    with pytest.raises(Unavailable):
        await killed_at_work(pool, database_url)


async def test_what_goes_wrong_inside_is_what_the_caller_hears(pool: Database, database_url: str) -> None:
    """Even where the rollback cannot be sent."""
    with pytest.raises(LookupError, match="the caller's own"):
        await killed_at_work(pool, database_url, error=LookupError("the caller's own"))


async def test_an_attempt_that_breaks_a_rule_leaves_what_was_written_before(pool: Database) -> None:
    organization_id = uuid4()
    add = "insert into tenants (organization_id) select unnest($2::uuid[]) where $1::uuid is not null"
    one, other = uuid4(), uuid4()

    async with pool.tenant(organization_id) as tenant:
        await tenant.execute(add, [one])
        with pytest.raises(AlreadyExists):
            async with tenant.attempt():
                await tenant.execute(add, [other, one])

    assert one in await pool.tenants()
    assert other not in await pool.tenants()


async def killed_between_rooms(
    database: Database, database_url: str, *, inside: bool, error: Exception | None = None
) -> None:
    """A transaction whose connection is ended before it moves into another organization's rows, or there."""
    async with database.tenant(uuid4()) as tenant:
        pids = [await tenant.connection.fetchval("select pg_backend_pid()")]
        if not inside:
            await end(database_url, pids)
        async with tenant.room(uuid4()):
            if inside:
                await end(database_url, pids)
            if error is not None:
                raise error


async def test_one_that_dies_between_two_rooms_is_told_like_any_other(pool: Database, database_url: str) -> None:
    """Moving into another organization's rows and back is a statement too."""
    with pytest.raises(Unavailable):
        await killed_between_rooms(pool, database_url, inside=False)
    with pytest.raises(Unavailable):
        await killed_between_rooms(pool, database_url, inside=True)
    with pytest.raises(ValueError, match="what went wrong"):
        await killed_between_rooms(pool, database_url, inside=True, error=ValueError("what went wrong"))

"""Calls that travel together. The statements answer, refuse or wait as they are told, and tell their transaction:
calls with the same one were one message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from assay.core.errors import Unavailable
from assay.store.connection import Database
from assay.store.together import CALLS_MAX

# Divides by each number, so that a zero is refused; 100 has no row.
DIVIDE = """
    select call.place, 60 / call.number as found, pg_current_xact_id()::text as message
    from unnest($2::integer[]) with ordinality as call (number, place)
    where $1::uuid is not null and call.number <> 100"""
WAIT = """
    select call.place, pg_sleep(call.seconds)::text as waited, pg_current_xact_id()::text as message
    from unnest($2::float8[]) with ordinality as call (seconds, place) where $1::uuid is not null"""


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Database]:
    own = Database(database_url, size=4)
    await own.open()
    yield own
    await own.close()


async def test_each_caller_gets_its_own_answer(pool: Database) -> None:
    organization = uuid4()
    numbers = [*range(1, 31), 100]

    rows = await asyncio.gather(*(pool.at_once(organization, DIVIDE, number) for number in numbers))

    assert [row and row["found"] for row in rows] == [*(60 // n for n in range(1, 31)), None]
    sizes = [len([row for row in rows if row and row["message"] == m]) for m in {r["message"] for r in rows if r}]
    assert sorted(sizes) == [30 - CALLS_MAX, CALLS_MAX], "as many in a message as may go"


async def test_organizations_and_statements_do_not_travel_together(pool: Database) -> None:
    one, other = uuid4(), uuid4()

    rows = await asyncio.gather(
        pool.at_once(one, DIVIDE, 1), pool.at_once(other, DIVIDE, 1), pool.at_once(one, WAIT, 0.0)
    )

    assert len({row["message"] for row in rows if row}) == 3


async def test_one_that_is_refused_does_not_spoil_the_others(pool: Database) -> None:
    organization = uuid4()

    found = await asyncio.gather(
        *(pool.at_once(organization, DIVIDE, number) for number in (1, 0, 2)), return_exceptions=True
    )

    answered = [None if isinstance(one, BaseException) or one is None else one["found"] for one in found]
    assert answered == [60, None, 30]
    assert "division by zero" in str(found[1])


async def test_a_slow_message_does_not_hold_up_those_that_come_later(pool: Database) -> None:
    organization = uuid4()
    slow = asyncio.create_task(pool.at_once(organization, WAIT, 2.0))
    await asyncio.sleep(0.01)

    quick = await asyncio.gather(*(pool.at_once(organization, WAIT, 0.0) for _ in range(3)))

    assert not slow.done()
    assert len({row["message"] for row in quick if row}) == 1
    assert await slow is not None


async def test_who_stops_waiting_leaves_the_others_be(pool: Database) -> None:
    organization = uuid4()
    waiting = [asyncio.create_task(pool.at_once(organization, WAIT, 0.1)) for _ in range(3)]
    await asyncio.sleep(0.05)
    waiting[1].cancel()

    found = await asyncio.gather(*waiting, return_exceptions=True)

    assert isinstance(found[1], asyncio.CancelledError)
    assert [isinstance(one, asyncpg.Record) for one in found] == [True, False, True]


async def test_a_lost_connection_is_told_to_all_and_nothing_is_sent_twice(pool: Database, database_url: str) -> None:
    organization = uuid4()
    waiting = [asyncio.create_task(pool.at_once(organization, WAIT, 5.0)) for _ in range(3)]
    await asyncio.sleep(0.2)

    superuser = await asyncpg.connect(database_url)
    ended = await superuser.fetch("""
        select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where datname = current_database() and state = 'active' and query like '%call.seconds%'
            and pid <> pg_backend_pid()""")
    await superuser.close()
    found = await asyncio.gather(*waiting, return_exceptions=True)

    assert len(ended) == 1, "the three had gone together"
    assert [type(one) for one in found] == [Unavailable] * 3
    again = await pool.at_once(organization, DIVIDE, 1)
    assert again is not None
    assert again["found"] == 60

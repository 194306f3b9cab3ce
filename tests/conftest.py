"""Fixtures. Most tests want ``organization`` (see harness.Organization) and nothing else.

    database_url   a superuser's way into a migrated database; one server and one database for each test process
    database       the pool the application works with, as the role without privileges
    app, house     the whole application, over a house whose clock stands still and whose chance repeats itself
    clock          that clock: ``clock.advance(seconds)``
    organization   a new tenant with one member of each role

The server is the one that ships with Assay. Set ASSAY_TEST_DATABASE_URL (a superuser's DSN) to test on another
PostgreSQL: each test process makes its own database there and drops it at the end.
"""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import hypothesis
import pytest
from litestar import Litestar

from assay.adapters.blobs import memory_blobs
from assay.adapters.callbacks import HttpCallbacks
from assay.adapters.egress import EgressPolicy, HttpEgress, MemoryEgress
from assay.adapters.embedded_postgres import EmbeddedPostgres
from assay.adapters.payouts import providers
from assay.adapters.sealing import memory_seals
from assay.app import build
from assay.core.frames import frame_origins
from assay.faces.http import House, utc_now
from assay.store import jobs
from assay.store.connection import Database, migrate
from harness import BASE_URL, PAGES, Clock, Organization, deterministic_house, new_organization

# A shared machine may take its time over any one example; only what is wrong counts, not what is slow.
hypothesis.settings.register_profile(
    "assay", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("assay")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A superuser's DSN of the server, where databases can be made."""
    given = os.environ.get("ASSAY_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with EmbeddedPostgres.temporary() as server:
        yield server.dsn


@pytest.fixture(scope="session")
async def database_url(server_url: str) -> AsyncIterator[str]:
    """A superuser's DSN of this process's database, migrated."""
    name = f"assay_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    server = await asyncpg.connect(server_url)
    await server.execute(f'create database "{name}"')
    url = urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    try:
        await migrate(url, jobs.install)
        yield url
    finally:
        await server.execute(f'drop database "{name}" with (force)')
        await server.close()


def _house(database: Database) -> House:
    return House(
        database=database,
        blobs=memory_blobs([secrets.token_bytes(32)]),
        clock=utc_now,
        random_bytes=secrets.token_bytes,
        chance=random.random,
        ring=lambda: None,
        public_url=BASE_URL,
        secure_cookies=True,
        seals=memory_seals(),
        egress=MemoryEgress(PAGES),
        check_callback_url=HttpEgress(EgressPolicy()).check,
        check_callback=HttpCallbacks(HttpEgress(EgressPolicy())).check,
        payouts=providers(),
        frames=frame_origins("https://{requester}.frames.test"),
    )


@pytest.fixture(scope="session")
async def database(database_url: str) -> AsyncIterator[Database]:
    pool = Database(database_url)
    await pool.open()
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def _app(database: Database) -> Litestar:
    """Built once: it takes longer than most tests. Routes look their house up, so each test can have its own."""
    return build(_house(database))


@pytest.fixture
def house(database: Database, request: pytest.FixtureRequest) -> House:
    return deterministic_house(_house(database), request.node.nodeid)


@pytest.fixture
def app(_app: Litestar, house: House) -> Litestar:
    _app.state.house = house
    return _app


@pytest.fixture
def clock(house: House) -> Clock:
    assert isinstance(house.clock, Clock)
    return house.clock


@pytest.fixture
async def organization(database: Database, app: Litestar, house: House) -> AsyncIterator[Organization]:
    made = await new_organization(database, app, house)
    yield made
    await made.close()


@pytest.fixture
async def neighbour(database: Database, app: Litestar, house: House) -> AsyncIterator[Organization]:
    """A second tenant, with its own member of each role."""
    made = await new_organization(database, app, house, "Neighbour")
    yield made
    await made.close()

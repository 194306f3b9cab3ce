"""A PostgreSQL of somebody's own: what is enough for us, and what is said when it is not."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from assay.config import from_environment
from assay.core.errors import Invalid, Unavailable
from assay.store import jobs
from assay.store.connection import Database, migrate
from assay.store.refusals import told

PASSWORD = "secret"


@asynccontextmanager
async def customer(server_url: str, privileges: str) -> AsyncIterator[Callable[[str], str]]:
    """A user with these privileges who owns an empty database of the same name; gives the address of a database."""
    name = f"customer_{secrets.token_hex(6)}"
    server = await asyncpg.connect(server_url)
    await server.execute(f"create role {name} login {privileges} password '{PASSWORD}'")
    await server.execute(f"create database {name} owner {name}")

    def address(database: str) -> str:
        parts = urlsplit(server_url)
        place = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{name}:{PASSWORD}@{place}", path=f"/{database or name}"))

    try:
        yield address
    finally:
        await server.execute(f"drop database {name} with (force)")
        # Older servers let whoever may create roles hand out any; what was handed out goes first.
        await server.execute(f"drop owned by {name}")
        await server.execute(f"drop role {name}")
        await server.close()


@pytest.mark.parametrize("privileges", ["createrole", "nocreaterole"])
async def test_a_user_who_owns_the_database_and_may_become_the_role_is_enough(
    server_url: str, database_url: str, privileges: str
) -> None:
    """At the second start too, when there is nothing left to make. Another Assay (``database_url``) made the role
    that all of a server share."""
    async with customer(server_url, privileges) as address:
        server = await asyncpg.connect(server_url)
        await server.execute(f"grant assay_app to {urlsplit(address('')).username}")
        await server.close()

        first = await migrate(address(""), jobs.install)
        second = await migrate(address(""), jobs.install)
        database = Database(address(""))
        await database.open()
        tenants = await database.tenants()
        await database.close()

        assert (len(first) > 0, second, tenants) == (True, [], [])


async def test_what_is_missing_is_said_with_what_to_do(server_url: str) -> None:
    async with customer(server_url, "nocreaterole") as address:
        with pytest.raises(Unavailable, match="be allowed to create roles"), told():
            await migrate(address(""), jobs.install)
        with pytest.raises(Unavailable, match="Create the database first"), told():
            await migrate(address("nowhere"), jobs.install)


@pytest.mark.parametrize("url", ["mysql://localhost/assay", "localhost/assay", "assay"])
def test_an_address_that_is_no_postgresql_is_refused_by_its_name(url: str) -> None:
    with pytest.raises(Invalid, match="ASSAY_DATABASE_URL: Must begin with postgresql://"):
        from_environment({"ASSAY_DATABASE_URL": url, "HOME": "/nowhere"})

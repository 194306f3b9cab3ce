"""The schema as one reads it, and the migrations that make it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from assay.core.errors import Unavailable
from assay.store import connection as store
from assay.store import jobs
from assay.store.connection import ROLE, Database, migrate, migrations

# Everything about the tables that a person could have written differently in one place than in the other. Not the
# order of columns: a migration adds at the end what the schema shows where it belongs.
CATALOGUE = {
    "columns": """
        select relation.relname, attribute.attname, format_type(atttypid, atttypmod), attnotnull,
               pg_get_expr(adbin, adrelid)
        from pg_attribute attribute
        join pg_class relation on relation.oid = attrelid and relation.relkind in ('r', 'v')
        left join pg_attrdef on adrelid = attrelid and adnum = attnum
        where relation.relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped""",
    "constraints": """
        select conrelid::regclass::text, conname, pg_get_constraintdef(oid), condeferrable, condeferred
        from pg_constraint where connamespace = 'public'::regnamespace""",
    "indexes": "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'",
    "policies": "select tablename, policyname, permissive, roles::text, cmd, qual, with_check from pg_policies",
    "walls": """
        select relname, relrowsecurity, relforcerowsecurity, reloptions::text from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r'""",
    "privileges": f"""
        select table_name, privilege_type from information_schema.role_table_grants
        where grantee = '{ROLE}' and table_schema = 'public'""",
    "sequences": """
        select sequencename, data_type::text, start_value, increment_by from pg_sequences
        where schemaname = 'public'""",
    "functions": """
        select proname, pg_get_functiondef(oid) from pg_proc
        where pronamespace = 'public'::regnamespace and prokind = 'f'""",
    "triggers": """
        select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) from pg_trigger
        where not tgisinternal and tgrelid::regclass::text not like 'queue.%'""",
}  # fmt: skip


@asynccontextmanager
async def empty_database(server_url: str) -> AsyncIterator[str]:
    name = f"assay_migrations_{secrets.token_hex(6)}"
    server = await asyncpg.connect(server_url)
    await server.execute(f'create database "{name}"')
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        await server.execute(f'drop database "{name}" with (force)')
        await server.close()


async def catalogue(url: str) -> dict[str, list[tuple[object, ...]]]:
    connection = await asyncpg.connect(url)
    try:
        found = {name: [tuple(row) for row in await connection.fetch(sql)] for name, sql in CATALOGUE.items()}
    finally:
        await connection.close()
    # The record of migrations belongs to the runner, not to the schema.
    return {
        name: sorted((row for row in rows if not str(row[0]).startswith("schema_migrations")), key=repr)
        for name, rows in found.items()
    }


async def test_the_migrations_make_the_schema(server_url: str) -> None:
    """Whoever changes one must change the other."""
    text = resources.files("assay.store").joinpath("schema.sql").read_text()
    async with empty_database(server_url) as migrated, empty_database(server_url) as described:
        await migrate(migrated, jobs.install)
        connection = await asyncpg.connect(described)
        await connection.execute(text)
        await connection.close()

        made, written = await catalogue(migrated), await catalogue(described)

    assert written["columns"], "the schema has tables"
    for name in CATALOGUE:
        assert made[name] == written[name], name


async def test_a_second_start_applies_nothing(server_url: str) -> None:
    async with empty_database(server_url) as url:
        first = await migrate(url, jobs.install)
        again = await migrate(url, jobs.install)

    assert first == [name for name, _ in migrations()]
    assert again == []


async def test_a_migration_changed_after_it_was_applied_stops_the_start(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with empty_database(server_url) as url:
        await migrate(url, jobs.install)
        name, text = migrations()[0]
        monkeypatch.setattr(store, "migrations", lambda: [(name, text + "\n-- a word more")])

        with pytest.raises(Unavailable, match=f"{name} was changed after it was applied"):
            await migrate(url, jobs.install)


async def test_a_migration_that_fails_leaves_nothing_behind(server_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a transaction: those before it stay, and its own first half does not."""
    broken = [*migrations(), ("9999_broken", "create table half (id int); select nonsense")]
    monkeypatch.setattr(store, "migrations", lambda: broken)
    async with empty_database(server_url) as url:
        with pytest.raises(asyncpg.UndefinedColumnError):
            await migrate(url, jobs.install)

        connection = await asyncpg.connect(url)
        names = [row["name"] for row in await connection.fetch("select name from schema_migrations order by name")]
        half = await connection.fetchval("select to_regclass('half')")
        await connection.close()

    assert names == [name for name, _ in broken[:-1]]
    assert half is None


async def test_servers_that_start_together_migrate_once(server_url: str) -> None:
    """On a new database, where all of them find everything missing."""
    async with empty_database(server_url) as url:
        applied = await asyncio.gather(*(migrate(url, jobs.install) for _ in range(4)))
        database = Database(url, size=1)
        await database.open()
        await database.close()

    assert sorted(map(len, applied)) == [0, 0, 0, len(migrations())]


async def test_the_server_refuses_to_work_as_a_role_that_sees_through_walls(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with empty_database(server_url) as url:
        await migrate(url, jobs.install)
        superuser = urlsplit(url).username
        assert superuser is not None
        monkeypatch.setattr(store, "ROLE", superuser)
        database = Database(url, size=1)

        with pytest.raises(Unavailable, match="could read across organizations"):
            await database.open()
        await database.close()

"""The walls between organizations, read from the catalogue of a migrated database.

Where a rule needs a list of exceptions, the list is here with its reason; a new table meets every rule by itself.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from importlib import resources
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from assay.core.errors import Unavailable
from assay.services.context import SYSTEM
from assay.store import connection, jobs
from assay.store.connection import ROLE, Database, migrate, queries
from harness import Organization

# `tenants` holds ids and nothing else, for scheduled jobs to walk; `schema_migrations` knows no organization.
NO_TENANT = {"tenants", "schema_migrations"}
# The organization is its own tenant: its key is `id`.
OWN_TENANT = {"organizations"}
APPEND_ONLY = {
    "events",
    "project_versions",
    "reviews",
    "consensuses",
    "tenants",
    "review_results",
    "transfers",
    "entries",
    "bonuses",
}


@pytest.fixture
async def catalogue(database_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A superuser's eyes."""
    superuser = await asyncpg.connect(database_url)
    yield superuser
    await superuser.close()


async def _tables(catalogue: asyncpg.Connection[Any]) -> set[str]:
    rows = await catalogue.fetch(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'f')"
    )
    return {row["relname"] for row in rows}


async def test_every_table_has_a_wall_that_its_owner_meets_too(catalogue: asyncpg.Connection[Any]) -> None:
    rows = await catalogue.fetch("""
        select class.relname, class.relrowsecurity, class.relforcerowsecurity,
               array_agg(pg_get_expr(policy.polqual, policy.polrelid)) filter (where policy.polpermissive) as checks,
               count(policy.oid) filter (where policy.polpermissive) as policies
        from pg_class class left join pg_policy policy on policy.polrelid = class.oid
        where class.relnamespace = 'public'::regnamespace and class.relkind in ('r', 'p', 'f')
        group by class.oid""")

    assert len(rows) > 20
    for row in rows:
        if row["relname"] in NO_TENANT:
            continue
        assert row["relrowsecurity"], row["relname"]
        assert row["relforcerowsecurity"], row["relname"]
        # Permissive policies add up with OR: one more would be a hole. Restrictive ones only narrow it.
        assert row["policies"] == 1, row["relname"]
        column = "id" if row["relname"] in OWN_TENANT else "organization_id"
        expected = rf"\({column} = \( SELECT \(current_setting\('assay.organization'::text\)\)::uuid AS \w+\)\)"
        assert re.fullmatch(expected, row["checks"][0]), (row["relname"], row["checks"])


async def test_the_servers_role_can_neither_pass_nor_move_the_walls(catalogue: asyncpg.Connection[Any]) -> None:
    role = await catalogue.fetchrow("select * from pg_roles where rolname = $1", ROLE)
    assert role is not None
    for privilege in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolcanlogin", "rolreplication"):
        assert not role[privilege], privilege
    owned = await catalogue.fetch(
        "select oid::regclass::text as name from pg_class where relowner = $1 union all "
        "select oid::regprocedure::text from pg_proc where proowner = $1",
        role["oid"],
    )
    assert owned == []
    above = await catalogue.fetch(
        "select roleid::regrole::text as name from pg_auth_members where member = $1", role["oid"]
    )
    assert above == [], "a member of another role could become it"


async def test_the_server_refuses_to_start_where_it_could_see_through(catalogue: asyncpg.Connection[Any]) -> None:
    """``catalogue`` is a superuser's connection, which ``Database.open`` would refuse."""
    with pytest.raises(Unavailable, match="could read across organizations"):
        await connection._refuse_privileges(catalogue)


async def test_no_function_or_view_lends_its_owners_eyes(catalogue: asyncpg.Connection[Any]) -> None:
    definers = await catalogue.fetch("""
        select oid::regprocedure::text from pg_proc
        where pronamespace in ('public'::regnamespace, 'queue'::regnamespace) and prosecdef""")
    views = await catalogue.fetch("""
        select oid::regclass::text, relkind, reloptions from pg_class
        where relnamespace in ('public'::regnamespace, 'queue'::regnamespace) and (relkind = 'm' or relkind = 'v'
            and not coalesce('security_invoker=true' = any (reloptions), false))""")

    assert definers == []
    assert views == []


async def test_every_key_of_a_tenants_table_holds_its_organization(catalogue: asyncpg.Connection[Any]) -> None:
    """Otherwise a duplicate or a reference would tell one organization what another has. Nearly all begin with it;
    those of photos do not, for the reason that stands beside them in the schema."""
    indexes = await catalogue.fetch("""
        select class.relname as table, index.indexrelid::regclass::text as name,
            array(select attname::text from pg_attribute
                where attrelid = class.oid and attnum = any (index.indkey)) as columns
        from pg_index index
        join pg_class class on class.oid = index.indrelid
        where class.relnamespace = 'public'::regnamespace""")
    assert len(indexes) > 60
    for index in indexes:
        if index["table"] in NO_TENANT | OWN_TENANT:
            continue
        assert "organization_id" in index["columns"], f"{index['name']} of {index['table']} knows no organization"


async def test_every_reference_stays_within_its_organization(catalogue: asyncpg.Connection[Any]) -> None:
    references = await catalogue.fetch("""
        select conrelid::regclass::text as table, conname, confrelid::regclass::text as target,
            (select attname from pg_attribute where attrelid = conrelid and attnum = conkey[1]) as first,
            (select attname from pg_attribute where attrelid = confrelid and attnum = confkey[1]) as target_first
        from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace""")

    assert len(references) > 30
    for reference in references:
        if reference["table"] in OWN_TENANT:
            continue
        assert reference["first"] == "organization_id", reference["conname"]
        expected = "id" if reference["target"] in OWN_TENANT else "organization_id"
        assert reference["target_first"] == expected, reference["conname"]


async def test_no_public_id_counts_up(catalogue: asyncpg.Connection[Any]) -> None:
    """Ids are UUIDs; the only sequence orders the queue and never leaves the server."""
    numbered = await catalogue.fetch("""
        select relname from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace""")
    columns = await catalogue.fetch("""
        select table_name, column_name, data_type from information_schema.columns
        where table_schema = 'public' and (column_name = 'id' or column_name like '%\\_id')
            and table_name <> 'schema_migrations'""")

    assert [row["relname"] for row in numbered] == ["queue_sequence"]
    wrong = [
        (row["table_name"], row["column_name"])
        for row in columns
        if row["data_type"] != "uuid" and (row["table_name"], row["column_name"]) != ("tasks", "unique_id")
    ]
    assert wrong == [], "unique_id is the customer's own word, all others are ours"


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
async def test_the_record_is_only_added_to(catalogue: asyncpg.Connection[Any], table: str) -> None:
    for privilege in ("update", "delete", "truncate"):
        assert not await catalogue.fetchval("select has_table_privilege($1, $2, $3)", ROLE, table, privilege)


async def test_nobody_truncates_or_sees_what_is_the_databases_own(catalogue: asyncpg.Connection[Any]) -> None:
    for table in await _tables(catalogue):
        for privilege in ("truncate", "references", "trigger"):
            assert not await catalogue.fetchval("select has_table_privilege($1, $2, $3)", ROLE, table, privilege)
    assert not await catalogue.fetchval("select has_table_privilege($1, 'schema_migrations', 'select')", ROLE)
    assert not await catalogue.fetchval("select has_schema_privilege($1, 'public', 'create')", ROLE)


# --- the walls at work ----------------------------------------------------------------------------------------------


async def test_without_a_tenant_there_is_an_error_and_not_an_empty_answer(database: Database) -> None:
    async with database.pool.acquire() as opened:
        for setting in (None, ""):
            if setting is not None:
                await opened.execute("select set_config('assay.organization', $1, false)", setting)
            with pytest.raises((asyncpg.UndefinedObjectError, asyncpg.InvalidTextRepresentationError)):
                await opened.fetch("select * from members")


async def test_a_tenants_tables_show_nothing_of_another(
    organization: Organization, neighbour: Organization, catalogue: asyncpg.Connection[Any]
) -> None:
    """Without any `where`: this is the wall itself, not our statements."""
    async with organization.context_for(SYSTEM) as context:
        for table in sorted(await _tables(catalogue) - NO_TENANT):
            column = "id" if table in OWN_TENANT else "organization_id"
            seen = await context.tenant.connection.fetch(f"select distinct {column} as id from {table}")
            assert {row["id"] for row in seen} <= {organization.id}, table


async def test_a_tenant_cannot_write_into_another(organization: Organization, neighbour: Organization) -> None:
    target = neighbour.people["annotator"]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with organization.context_for(SYSTEM) as context:
            await context.tenant.connection.execute(
                "insert into organizations (id, name, created_at) values ($1, 'x', now())", uuid4()
            )
    async with organization.context_for(SYSTEM) as context:
        run = context.tenant.connection.execute
        assert await run("update members set role = 'owner' where id = $1", target.id) == "UPDATE 0"
        assert await run("delete from sessions where organization_id = $1", neighbour.id) == "DELETE 0"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with organization.context_for(SYSTEM) as context:
            await context.tenant.connection.execute("update members set organization_id = $1", neighbour.id)


async def test_a_taken_id_of_another_tenant_is_no_secret_told(
    organization: Organization, neighbour: Organization
) -> None:
    """The same id in two organizations is two rows: no duplicate error says that the other one has it."""
    theirs = neighbour.people["annotator"]
    async with organization.context_for(SYSTEM) as context:
        await context.tenant.execute(
            queries("accounts")["insert_member"], theirs.id, theirs.email, theirs.name, "annotator", context.now
        )
        told = await context.tenant.fetchval(
            "select count(*) from members where organization_id = $1 and id = $2", theirs.id
        )
    assert told == 1


# --- statements -----------------------------------------------------------------------------------------------------

FILES = sorted(
    file.name.removesuffix(".sql")
    for file in resources.files("assay.store").joinpath("sql").iterdir()
    if file.name.endswith(".sql")
)


@pytest.mark.parametrize("name", FILES)
async def test_every_statement_prepares_on_this_server(name: str, database: Database) -> None:
    """Names and types of tables, columns and arguments; as the role that will run it."""
    async with database.pool.acquire() as opened:
        for title, sql in queries(name).items():
            try:
                await opened.prepare(sql)
            except asyncpg.PostgresError as error:
                pytest.fail(f"{name}.sql: {title}: {error}")


SCHEMA = resources.files("assay.store").joinpath("schema.sql").read_text()
FUNCTIONS = dict(re.findall(r"create function (\w+)\((.*?)\$\$;", SCHEMA, flags=re.DOTALL))


def _names_its_organization(sql: str) -> bool:
    """By itself, or by handing it on to a function of the schema."""
    called = re.findall(r"\b(\w+)\(\$1[,)]", sql)
    return bool(re.search(r"organization_id\s*=\s*\$1|\(organization_id|where id = \$1", sql)) or any(
        name in FUNCTIONS for name in called
    )


@pytest.mark.parametrize("name", FILES)
def test_every_statement_names_its_organization(name: str) -> None:
    """The second wall, and what lets the indexes be used: `$1` is the organization."""
    for title, sql in queries(name).items():
        assert _names_its_organization(sql) or title in {"insert_organization"}, (
            f"{name}.sql: {title} does not say organization_id = $1"
        )


@pytest.mark.parametrize("name", [name for name, text in FUNCTIONS.items() if "returns trigger" not in text])
def test_every_function_names_its_organization(name: str) -> None:
    assert FUNCTIONS[name].startswith("uuid")
    assert _names_its_organization(FUNCTIONS[name])


async def test_the_schema_is_what_the_migrations_make(server_url: str, database_url: str) -> None:
    """schema.sql is what people read; the migrations are what runs. Both must give the same catalogue."""
    name = f"assay_schema_{uuid4().hex}"
    server = await asyncpg.connect(server_url)
    await server.execute(f'create database "{name}"')
    url = urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    try:
        fresh = await asyncpg.connect(url)
        await fresh.execute(resources.files("assay.store").joinpath("schema.sql").read_text())
        await fresh.close()
        assert await _described(url) == await _described(database_url)
    finally:
        await server.execute(f'drop database "{name}" with (force)')
        await server.close()


async def _described(url: str) -> list[tuple[object, ...]]:
    fresh = await asyncpg.connect(url)
    try:
        rows = await fresh.fetch("""
            select 'column', table_name || '.' || column_name, data_type || ' ' || is_nullable || ' '
                || coalesce(column_default, '') from information_schema.columns
                where table_schema = 'public' and table_name <> 'schema_migrations'
            union all
            select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) from pg_constraint
                where connamespace = 'public'::regnamespace
                    and conrelid <> coalesce(to_regclass('schema_migrations'), 0::oid)
            union all
            select 'index', indexname, indexdef from pg_indexes
                where schemaname = 'public' and tablename <> 'schema_migrations'
            union all
            select 'policy', tablename || '.' || policyname, qual from pg_policies
            union all
            select 'grant', table_name || ' ' || privilege_type, grantee from information_schema.role_table_grants
                where table_schema = 'public' and grantee = 'assay_app' and table_name <> 'schema_migrations'
            order by 1, 2, 3""")
        return [tuple(row) for row in rows]
    finally:
        await fresh.close()


async def test_migrating_twice_changes_nothing(database_url: str) -> None:
    assert await migrate(database_url, jobs.install) == []

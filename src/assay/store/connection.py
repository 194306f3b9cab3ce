"""Connections, tenants and migrations.

A connection is handed out only inside a tenant: `Database.tenant(organization_id)` opens a transaction in which
row-level security shows one organization's rows and nothing else. The face that opened it commits it, by leaving
the block; an exception rolls it back.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from assay.core.errors import AlreadyExists, AssayError, Conflict, Invalid, NotFound, Unavailable
from assay.store.together import Together

ROLE: Final = "assay_app"
# Any number will do, as long as every Assay takes the same: one migrates, the others wait.
MIGRATION_LOCK: Final = 4_115_497_932


@dataclass(frozen=True)
class Tenant:
    """An open transaction that sees one organization. Store functions take it first and nothing else opens one."""

    connection: asyncpg.Connection[Any]
    organization_id: UUID
    # Whose eyes see it, when it is the market's room and they are not the market's own.
    party: UUID | None = None

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """Rows of a statement whose ``$1`` is the organization."""
        with _as_rules():
            return await self.connection.fetch(sql, self.organization_id, *args)

    async def fetchrow(self, sql: str, *args: object) -> asyncpg.Record | None:
        with _as_rules():
            return await self.connection.fetchrow(sql, self.organization_id, *args)

    async def fetchval(self, sql: str, *args: object) -> Any:
        with _as_rules():
            return await self.connection.fetchval(sql, self.organization_id, *args)

    async def execute(self, sql: str, *args: object) -> int:
        """Runs a statement; how many rows it changed."""
        with _as_rules():
            status = await self.connection.execute(sql, self.organization_id, *args)
        return int(status.rpartition(" ")[2])

    @asynccontextmanager
    async def room(self, organization_id: UUID, party: UUID | None = None) -> AsyncIterator[Tenant]:
        """Another organization's rows within the same transaction: what is written in both holds together or not at
        all. Until the block is left, this tenant's own rows are out of sight.

        ``party``: for whom the door is opened, when it is not for the room's own people: a requester's organization or
        a freelancer's worker. Rows of the market that concern somebody else then stay hidden (the policies ``party``).
        """
        await self._move_to(organization_id, party)
        # A broken transaction takes no more orders; it is rolled back, and the settings with it.
        try:
            yield Tenant(self.connection, organization_id, party)
        except BaseException:
            # What went wrong inside is what is told, also when the connection is gone.
            with suppress(asyncpg.InFailedSQLTransactionError, Unavailable):
                await self._move_to(self.organization_id, self.party)
            raise
        with suppress(asyncpg.InFailedSQLTransactionError):
            await self._move_to(self.organization_id, self.party)

    async def _move_to(self, organization_id: UUID, party: UUID | None) -> None:
        with _as_rules():
            await self.connection.execute(
                f"set local assay.organization = '{organization_id}'; set local assay.party = '{party or ''}'"
            )

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """What is written inside is undone when it breaks a rule, and the transaction goes on: whoever attempts
        something catches that error outside."""
        with _as_rules():
            await self.connection.execute("savepoint attempt")
        try:
            yield
        except AssayError:
            with _as_rules():
                await self.connection.execute("rollback to savepoint attempt; release savepoint attempt")
            raise
        with _as_rules():
            await self.connection.execute("release savepoint attempt")

    async def cursor(self, sql: str, *args: object) -> Callable[[int], Awaitable[list[asyncpg.Record]]]:
        """Opens a cursor; what comes back fetches the next so many rows, none at the end.

        The driver's cursor and not SQL's: rows of ``fetch`` are kept in the database until there are enough of them,
        and cost it half as much again.
        """
        with _as_rules():
            opened = await self.connection.cursor(sql, self.organization_id, *args)

        async def fetch(rows: int) -> list[asyncpg.Record]:
            with _as_rules():
                return await opened.fetch(rows)

        return fetch


# The driver's "internal" error is what a connection says whose server died between two statements.
_DATABASE_ERRORS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


class _as_rules:  # noqa: N801 - reads as a phrase: `with _as_rules()`
    """Constraint violations, said in the words of core."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if error is None or not isinstance(error, _DATABASE_ERRORS):
            return
        if isinstance(error, asyncpg.UniqueViolationError):
            raise AlreadyExists(f"This already exists ({error.constraint_name}).") from error
        if isinstance(error, asyncpg.ForeignKeyViolationError):
            raise NotFound("What this refers to does not exist in your organization.") from error
        if isinstance(error, (asyncpg.UntranslatableCharacterError, asyncpg.CharacterNotInRepertoireError)):
            raise Invalid("Text must not contain the NUL character.") from error
        if isinstance(error, asyncpg.DeadlockDetectedError | asyncpg.SerializationError):
            raise Conflict("Two changes met; nothing was changed. Try again.") from error
        if isinstance(
            error,
            asyncpg.PostgresConnectionError
            | asyncpg.CannotConnectNowError
            | asyncpg.AdminShutdownError
            | asyncpg.CrashShutdownError
            | asyncpg.InterfaceError
            | asyncpg.InternalClientError
            | OSError,
        ):
            raise Unavailable("The database does not answer. Try again in a moment; it is safe to repeat.") from error


class Database:
    """A pool of connections that work as the role without privileges.

    `dsn` may name any user that is allowed to become ``assay_app``; every connection becomes it before use.
    """

    def __init__(self, dsn: str, *, size: int = 10) -> None:
        self._dsn = dsn
        self._size = size
        self._pool: asyncpg.Pool[Any] | None = None
        self._together = Together(self._call_functions)

    async def open(self) -> None:
        """Opens the pool. Raises ``Unavailable`` when the role could see through the walls between tenants."""
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=1,
            max_size=self._size,
            server_settings={"role": ROLE, "application_name": "assay", "timezone": "UTC"},
            reset=_no_reset,
            # JIT compiles short queries for longer than it takes to run them.
            command_timeout=60,
        )
        async with self._pool.acquire() as connection:
            await _refuse_privileges(connection)

    async def close(self) -> None:
        if self._pool is not None:
            try:
                await asyncio.wait_for(self._pool.close(), timeout=5)
            except TimeoutError:
                self._pool.terminate()
            self._pool = None

    @asynccontextmanager
    async def tenant(self, organization_id: UUID, *, durable: bool = True) -> AsyncIterator[Tenant]:
        """A transaction that sees one organization; committed on leaving, rolled back on any exception.

        ``durable`` false lets the commit return before the disk has it: right for a claim (a lost claim is a lease
        that nobody holds), wrong for anything that was acknowledged.
        """
        assert self._pool is not None, "open the database first"
        begin = f"begin; set local assay.organization = '{organization_id}'"
        if not durable:
            begin += "; set local synchronous_commit = off"
        with _as_rules():
            connection = await self._begun(begin)
        try:
            try:
                yield Tenant(connection, organization_id)  # type: ignore[arg-type]
            except BaseException:
                await _roll_back(connection)
                raise
            try:
                with _as_rules():
                    ended = await connection.execute("commit")
                # A transaction that broke answers a commit with a rollback, and says so only here: whoever caught
                # its error inside must not go on as if something had been written.
                assert ended == "COMMIT", "an error of the database was caught inside its transaction"
            except BaseException:
                _give_up(connection)
                raise
        finally:
            await self._pool.release(connection)

    async def at_once(self, organization_id: UUID, sql: str, *args: object) -> asyncpg.Record | None:
        """The answer of one call of a function of the schema that enters the tenant it is given as ``$1``, and is a
        transaction by itself or together with others like it. One round trip instead of four, or less.

        The statement takes an array for each further argument, and tells each row's ``place`` in them, from 1.
        """
        return await self._together.call(organization_id, sql, *args)

    async def _call_functions(
        self, organization_id: UUID, sql: str, arrays: Sequence[Sequence[object]]
    ) -> Sequence[asyncpg.Record]:
        assert self._pool is not None, "open the database first"
        with _as_rules():
            async with self._pool.acquire(timeout=30) as connection:
                return await connection.fetch(sql, organization_id, *arrays)

    async def _begun(self, begin: str) -> PoolConnectionProxy[Any]:
        """A connection with an open transaction. After a crash of the database every idle connection is dead and
        only finds out when it is used; each is thrown away and replaced, as nothing has been asked of it yet."""
        assert self._pool is not None, "open the database first"
        for attempts_left in range(self._size, -1, -1):
            connection = await self._pool.acquire(timeout=30)
            try:
                await connection.execute(begin)
            except BaseException as error:
                _give_up(connection)
                await self._pool.release(connection)
                if not attempts_left or not isinstance(error, _DATABASE_ERRORS):
                    raise
            else:
                return connection
        raise AssertionError("the last attempt returns or raises")

    async def look(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """Rows of a statement about no tenant in particular: the walls let it see `tenants` and the queue."""
        assert self._pool is not None, "open the database first"
        with _as_rules():
            async with self._pool.acquire() as connection:
                return await connection.fetch(sql, *args)

    async def tenants(self) -> list[UUID]:
        """Every organization's id: what a scheduled job walks."""
        return [row["organization_id"] for row in await self.look("select * from tenants order by 1")]

    async def notify(self, channel: str, payload: str) -> None:
        """Wakes listeners. Outside every business transaction on purpose: a NOTIFY inside one makes commits queue
        up behind a lock of the whole cluster, one disk write each; nor does this one wait for the disk."""
        await self.look("select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)", channel, payload)

    @property
    def pool(self) -> asyncpg.Pool[Any]:
        """For the job runner, which speaks to its own tables."""
        assert self._pool is not None, "open the database first"
        return self._pool


async def _roll_back(connection: PoolConnectionProxy[Any]) -> None:
    """Undoes an open transaction; a connection that cannot do even that is not used again."""
    try:
        await connection.execute("rollback")
    except _DATABASE_ERRORS:
        _give_up(connection)


def _give_up(connection: PoolConnectionProxy[Any]) -> None:
    # The pool takes a connection back by itself when its server goes away, and then refuses to be asked.
    with suppress(asyncpg.InterfaceError):
        connection.terminate()


async def _no_reset(_: object) -> None:
    """Everything we set is local to a transaction, so there is nothing to reset between uses."""


async def _refuse_privileges(connection: Any) -> None:
    row = await connection.fetchrow("""
        select current_user as name, rolsuper or rolbypassrls as sees_through,
               exists (select from pg_class where relowner = pg_roles.oid and relkind = 'r') as owns
        from pg_roles where rolname = current_user""")
    if row["sees_through"] or row["owns"]:
        raise Unavailable(
            f"Refusing to start: the database role {row['name']!r} could read across organizations. "
            f"Let the server work as {ROLE}, which owns no tables and cannot bypass row-level security."
        )


@cache
def queries(name: str) -> dict[str, str]:
    """The named statements of ``sql/<name>.sql``: a line ``-- :name claim_turn`` opens each."""
    text = resources.files("assay.store").joinpath(f"sql/{name}.sql").read_text()
    statements: dict[str, str] = {}
    for block in text.split("-- :name ")[1:]:
        title, _, body = block.partition("\n")
        assert title.strip() not in statements, f"{name}.sql names {title.strip()} twice"
        statements[title.strip()] = body.strip().rstrip(";")
    return statements


def as_json(value: object) -> str:
    """A value as the text of a json column."""
    return msgspec.json.encode(value).decode()


def from_json(text: str | None) -> Any:
    return None if text is None else msgspec.json.decode(text)


# --- migrations -----------------------------------------------------------------------------------------------------


async def migrate(dsn: str, install_queue: Callable[[Any], Awaitable[None]]) -> list[str]:
    """Brings a database up to date and returns the names of the migrations applied.

    Forward only, one transaction each, under a lock so that servers started together do not race.
    ``install_queue`` is ``jobs.install``. Raises ``Unavailable`` when an applied migration's text has changed since,
    because then nobody knows what the database looks like.
    """
    with _as_rules():
        connection = await asyncpg.connect(dsn, server_settings={"client_min_messages": "warning"})
    try:
        await connection.execute("select pg_advisory_lock($1)", MIGRATION_LOCK)
        await _create_role(connection)
        await connection.execute("""
            create table if not exists schema_migrations (
                name text primary key, checksum text not null, applied_at timestamptz not null default now())""")
        rows = await connection.fetch("select name, checksum from schema_migrations")
        known: dict[str, str] = {row["name"]: row["checksum"] for row in rows}
        applied = []
        for name, text in migrations():
            checksum = hashlib.sha256(text.encode()).hexdigest()
            if name in known:
                if known[name] != checksum:
                    raise Unavailable(
                        f"Migration {name} was changed after it was applied to this database. "
                        "Restore its text, or restore the database from a backup."
                    )
                continue
            async with connection.transaction():
                await connection.execute(text)
                await connection.execute("insert into schema_migrations values ($1, $2)", name, checksum)
            applied.append(name)
        await connection.execute(f"revoke all on schema_migrations from {ROLE}")
        await install_queue(connection)
        return applied
    finally:
        await connection.close()


def migrations() -> Sequence[tuple[str, str]]:
    """Name and text of every migration, in order."""
    folder = resources.files("assay.store").joinpath("migrations")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [(file.name.removesuffix(".sql"), file.read_text()) for file in files]


async def _create_role(connection: Any) -> None:
    """The role the server works as. Roles belong to the whole cluster, so another database may have made it."""
    await connection.execute(f"""
        do $$ begin
            -- Looked for first: whoever may not create roles can do without, once somebody has made this one.
            if not exists (select from pg_roles where rolname = '{ROLE}') then
                create role {ROLE} nologin nosuperuser nobypassrls nocreatedb nocreaterole;
            end if;
        exception when duplicate_object or unique_violation then null; end $$;
        do $$ begin
            if not pg_has_role(session_user, '{ROLE}', 'usage') then
                execute format('grant {ROLE} to %I', session_user);
            end if;
        end $$""")

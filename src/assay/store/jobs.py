"""Jobs, written in the transaction of the change that causes them.

The tables are PgQueuer's, in the schema `queue`; this module is the only one that writes to them besides its
runner. A payload carries ids only, so the queue needs no tenant wall of its own: a handler opens the tenant it
finds in the payload and meets row-level security there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from assay.store.connection import ROLE, Tenant


class Job(msgspec.Struct, frozen=True):
    """What a handler is given. ``subject`` is the id of what the job is about."""

    organization_id: UUID
    subject: UUID


async def enqueue(
    tenant: Tenant, kind: str, subjects: Sequence[UUID], *, after: timedelta = timedelta(0), priority: int = 0
) -> None:
    """One job of ``kind`` for each subject; it exists exactly if the transaction commits.

    ``kind`` is a stable string: jobs of it may be waiting while a new release starts. ``after`` delays it.
    """
    await tenant.execute(
        """insert into queue.pgqueuer (priority, entrypoint, payload, status, execute_after)
           select $2, $3,
                  convert_to(json_build_object('organization_id', $1::uuid, 'subject', subject)::text, 'UTF8'),
                  'queued', now() + $4
           from unnest($5::uuid[]) as subject""",
        priority,
        kind,
        after,
        subjects,
    )


async def revive(connection: asyncpg.Connection[Any] | PoolConnectionProxy[Any], attempts_max: int) -> int:
    """Queues jobs again that were set aside as failed before they were tried ``attempts_max`` times; how many.

    The runner sets a job aside when it cannot write that it is to be tried again, which is so while the database
    is down.
    """
    status: str = await connection.execute(
        """update queue.pgqueuer
           set status = 'queued', attempts = attempts + 1, execute_after = now(), updated = now(),
               queue_manager_id = null
           where status = 'failed' and attempts + 1 < $1""",
        attempts_max,
    )
    return int(status.rpartition(" ")[2])


async def install(connection: asyncpg.Connection[Any]) -> None:
    """Creates or upgrades the queue's tables and opens them to the server's role."""
    if not await connection.fetchval("select to_regclass('queue.pgqueuer') is not null"):
        # Only the first start pays for importing PgQueuer here.
        from assay.store.queue_library import install_statements

        for statement in install_statements():
            await connection.execute(statement)
    # PgQueuer's trigger sends a NOTIFY with every change of the table. A NOTIFY makes commits wait for each other
    # (one lock for the whole cluster, held over the disk write), which would undo group commit for every
    # submission. The runner is woken after the commit instead, by JobBell, and polls for what that misses.
    await connection.execute("drop trigger if exists tg_pgqueuer_changed on queue.pgqueuer")
    await connection.execute(f"""
        grant usage on schema queue to {ROLE};
        grant select, insert, update, delete on all tables in schema queue to {ROLE};
        grant usage on all sequences in schema queue to {ROLE}""")

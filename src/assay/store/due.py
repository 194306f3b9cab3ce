"""Tasks that are due to advance: a row for each thing that happened to one.

Not jobs of the library: advancing is what our own rows are about, many tasks advance in one transaction, and a row is
taken in the very transaction that does the work, so there is no state in between to repair after a crash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from assay.store.connection import Database, Tenant, queries

ATTEMPTS_MAX: Final = 10
_FAILURE_LENGTH_MAX: Final = 500

# The one question that is asked of every tenant at once; the answer is ids.
_ORGANIZATIONS: Final = """
select organization_id from (
    select organization_id, id from queue.due_tasks where id >= $1 and due_at <= now() order by id limit $2) due
group by organization_id
order by min(id)"""


@dataclass(frozen=True)
class Taken:
    """``task_ids`` in the order they became due. ``last``: the highest row id among those taken, 0 for none."""

    task_ids: Sequence[UUID]
    last: int


async def mark(tenant: Tenant, task_ids: Sequence[UUID]) -> None:
    """These tasks advance soon, exactly if the transaction commits. One may be due several times at once."""
    if task_ids:
        await tenant.execute(queries("due")["mark_due"], task_ids)


async def take(tenant: Tenant, start: int, count: int) -> Taken:
    """The tenant's first tasks that are due, from at most ``count`` rows with ids from ``start`` on."""
    rows = await tenant.fetch(queries("due")["take_due"], start, count)
    return Taken([row["task_id"] for row in rows], max((row["last"] for row in rows), default=0))


async def take_one(tenant: Tenant, task_id: UUID) -> bool:
    """Takes all that is due of one task; whether there was something."""
    return await tenant.execute(queries("due")["take_one"], task_id) > 0


async def postpone(tenant: Tenant, task_id: UUID, failure: str) -> None:
    """After a failure: the task is due again later, at most ``ATTEMPTS_MAX`` times."""
    failure = failure.replace("\0", "")[:_FAILURE_LENGTH_MAX]
    await tenant.execute(queries("due")["postpone"], task_id, ATTEMPTS_MAX, failure)


async def organizations(database: Database, start: int, rows_max: int = 1000) -> list[UUID]:
    """Whose tasks are due, among the first rows with ids from ``start`` on; who waits longest comes first."""
    return [row["organization_id"] for row in await database.look(_ORGANIZATIONS, start, rows_max)]

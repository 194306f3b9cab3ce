"""Crews of projects and groups of workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from assay.core.errors import NotFound
from assay.store.connection import Tenant, queries

GROUP_MISSING: Final = "No such group in this project."


class Colleague(msgspec.Struct, frozen=True):
    """A worker as lists of people show one; ``email`` is empty for a model."""

    id: UUID
    name: str
    email: str


@dataclass(frozen=True)
class Group:
    """Some workers of a project, by name."""

    id: UUID
    name: str
    created_at: datetime
    workers: Sequence[Colleague]


async def workers_by_email(tenant: Tenant, emails: Sequence[str], *, working: bool = True) -> Mapping[str, UUID | None]:
    """The members with these addresses, and the worker each is; none for one who never worked, and with ``working``
    also for one who cannot work any more."""
    rows = await tenant.fetch(queries("teams")["workers_by_email"], emails)
    return {row["email"]: row["worker_id"] if row["works"] or not working else None for row in rows}


async def check_workers(tenant: Tenant, worker_ids: Sequence[UUID]) -> None:
    """Raises ``NotFound`` unless all of them are there."""
    rows = await tenant.fetch(queries("teams")["existing_workers"], worker_ids)
    if len(rows) < len(set(worker_ids)):
        raise NotFound("No such worker in your organization.")


# --- crews --------------------------------------------------------------------------------------------------------


async def crews(tenant: Tenant) -> Sequence[tuple[str, str]]:
    """Address and project's name of everybody in a crew, by address."""
    rows = await tenant.fetch(queries("teams")["list_crews"])
    return [(row["email"], row["project_name"]) for row in rows]


async def crew(tenant: Tenant, project_id: UUID) -> tuple[bool, list[Colleague]]:
    """Whether the project is kept to its crew, and who that is. Raises ``NotFound`` where it is not there."""
    only = await tenant.fetchval(queries("teams")["crew_only"], project_id)
    if only is None:
        raise NotFound("No such project in your organization.")
    rows = await tenant.fetch(queries("teams")["crew"], project_id)
    return only, [Colleague(row["id"], row["name"], row["email"] or "") for row in rows]


async def add_to_crew(tenant: Tenant, project_id: UUID, worker_ids: Sequence[UUID], now: datetime) -> Sequence[UUID]:
    """Those who were not in it."""
    rows = await tenant.fetch(queries("teams")["add_to_crew"], project_id, worker_ids, now)
    return [row["worker_id"] for row in rows]


async def take_from_crew(tenant: Tenant, project_id: UUID, worker_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Those who were in it."""
    rows = await tenant.fetch(queries("teams")["take_from_crew"], project_id, worker_ids)
    return [row["worker_id"] for row in rows]


async def set_crew_only(tenant: Tenant, project_id: UUID, crew_only: bool) -> bool:
    """Whether it was otherwise before."""
    return await tenant.execute(queries("teams")["set_crew_only"], project_id, crew_only) > 0


# --- groups -------------------------------------------------------------------------------------------------------


async def groups(tenant: Tenant, project_id: UUID) -> list[Group]:
    """The oldest first."""
    rows = await tenant.fetch(queries("teams")["list_groups"], project_id, None)
    return [_group(row) for row in rows]


async def group(tenant: Tenant, project_id: UUID, group_id: UUID) -> Group:
    """Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("teams")["list_groups"], project_id, group_id)
    if row is None:
        raise NotFound(GROUP_MISSING)
    return _group(row)


async def groups_called(tenant: Tenant, project_id: UUID, names: Sequence[str]) -> Sequence[tuple[UUID, str]]:
    """Id and name of the groups that have one of these names, or of these ids as text."""
    rows = await tenant.fetch(queries("teams")["groups_called"], project_id, names)
    return [(row["id"], row["name"]) for row in rows]


async def insert_group(tenant: Tenant, group_id: UUID, project_id: UUID, name: str, now: datetime) -> None:
    """Raises ``AlreadyExists``, after which the transaction is over."""
    await tenant.execute(queries("teams")["insert_group"], group_id, project_id, name, now)


async def lock_group(tenant: Tenant, project_id: UUID, group_id: UUID) -> None:
    """Raises ``NotFound``."""
    if await tenant.fetchval(queries("teams")["lock_group"], project_id, group_id) is None:
        raise NotFound(GROUP_MISSING)


async def rename_group(tenant: Tenant, group_id: UUID, name: str) -> None:
    """Raises ``AlreadyExists``, after which the transaction is over."""
    await tenant.execute(queries("teams")["rename_group"], group_id, name)


async def add_to_group(tenant: Tenant, group_id: UUID, worker_ids: Sequence[UUID], now: datetime) -> Sequence[UUID]:
    """Those who were not in it."""
    rows = await tenant.fetch(queries("teams")["add_to_group"], group_id, worker_ids, now)
    return [row["worker_id"] for row in rows]


async def take_from_group(tenant: Tenant, group_id: UUID, worker_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Those who were in it."""
    rows = await tenant.fetch(queries("teams")["take_from_group"], group_id, worker_ids)
    return [row["worker_id"] for row in rows]


def _group(row: object) -> Group:
    workers = row["workers"]  # type: ignore[index]
    found = [] if workers is None else msgspec.json.decode(workers, type=list[Colleague])
    return Group(row["id"], row["name"], row["created_at"], found)  # type: ignore[index]

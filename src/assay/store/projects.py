"""Projects and their versions."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from assay.core.errors import NotFound
from assay.core.policy import Policy
from assay.core.taxonomy import Taxonomy
from assay.store.connection import Tenant, queries

MISSING: Final = "No such project in your organization."


@dataclass(frozen=True)
class Version:
    """What is asked, as of one version. Never changes, so it may be kept in memory."""

    version: int
    instructions: str
    taxonomy: Taxonomy
    policy: Policy
    created_at: datetime
    # JSON text: the same as a customer's program said it, for the face that speaks its dialect.
    request: str | None = None


@dataclass(frozen=True)
class Project:
    """A project with its current version. ``handle`` is what programs call it that call projects by name. ``offered``:
    its work is done by freelancers of the market, and not by the organization's own people."""

    id: UUID
    name: str
    kind: str
    state: str
    mode: str
    created_at: datetime
    updated_at: datetime
    current: Version
    handle: str | None = None
    offered: bool = False

    @property
    def version(self) -> int:
        return self.current.version


@dataclass(frozen=True)
class Progress:
    """Counts of one project; see the API reference for each field."""

    states: dict[str, int]
    golds: int
    open_annotate: int
    open_review: int
    active_assignments: int
    submissions: int
    annotations: int
    completed_last_hour: int
    agreement_mean: float | None
    confidence_mean: float | None


async def get(tenant: Tenant, project_id: UUID) -> Project:
    """Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("projects")["get_project"], project_id)
    if row is None:
        raise NotFound(MISSING)
    return _project(row)


async def called(tenant: Tenant, name: str, mode: str) -> Project:
    """The project with this handle; else the oldest of this name that has none. Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("projects")["called_project"], name, mode)
    if row is None:
        raise NotFound(f"There is no project {name!r} in your organization.")
    return _project(row)


async def histories(tenant: Tenant, mode: str) -> dict[UUID, list[Version]]:
    """Every version of every project of a mode, oldest first."""
    found: dict[UUID, list[Version]] = {}
    for row in await tenant.fetch(queries("projects")["project_histories"], mode):
        found.setdefault(row["project_id"], []).append(_version(row))
    return found


async def lock(tenant: Tenant, project_id: UUID) -> Project:
    """The project, which nobody else can change until this transaction ends. Raises ``NotFound``."""
    if await tenant.fetchval(queries("projects")["lock_project"], project_id) is None:
        raise NotFound(MISSING)
    return await get(tenant, project_id)


async def listed(
    tenant: Tenant, *, before: UUID | None, state: str | None, mode: str, limit: int | None
) -> list[Project]:
    """The newest first, all of them where there is no limit."""
    rows = await tenant.fetch(queries("projects")["list_projects"], before, state, mode, limit)
    return [_project(row) for row in rows]


async def versions(tenant: Tenant, project_id: UUID) -> list[Version]:
    return [_version(row) for row in await tenant.fetch(queries("projects")["list_versions"], project_id)]


async def insert(tenant: Tenant, project: Project) -> None:
    await tenant.execute(
        queries("projects")["insert_project"],
        project.id,
        project.name,
        project.kind,
        project.mode,
        project.created_at,
        project.handle,
    )
    await insert_version(tenant, project.id, project.current)


async def insert_version(tenant: Tenant, project_id: UUID, version: Version) -> None:
    await tenant.execute(
        queries("projects")["insert_version"],
        project_id,
        version.version,
        version.instructions,
        msgspec.json.encode(version.taxonomy).decode(),
        msgspec.json.encode(version.policy).decode(),
        version.created_at,
        version.request,
    )


async def update(tenant: Tenant, project: Project) -> None:
    await tenant.execute(
        queries("projects")["update_project"],
        project.id,
        project.name,
        project.state,
        project.version,
        project.updated_at,
    )


async def progress(tenant: Tenant, project_id: UUID, since: datetime) -> Progress:
    """Counts as of now; ``since`` bounds ``completed_last_hour``."""
    row = await tenant.fetchrow(queries("projects")["progress"], project_id, since)
    assert row is not None, "aggregates always give a row"
    return Progress(**{**row, "states": msgspec.json.decode(row["states"] or "{}")})


# Versions never change, so each process keeps the ones it used last.
_KEPT: Final = 256
_kept: OrderedDict[tuple[UUID, UUID, int], Version] = OrderedDict()


async def version(tenant: Tenant, project_id: UUID, number: int) -> Version:
    """One version. Kept in memory under its organization's id, so no other is given it. Raises ``NotFound``."""
    key = (tenant.organization_id, project_id, number)
    found = _kept.get(key)
    if found is None:
        row = await tenant.fetchrow(queries("projects")["get_version"], project_id, number)
        if row is None:
            raise NotFound(MISSING)
        found = _kept[key] = _version(row)
        if len(_kept) > _KEPT:
            _kept.popitem(last=False)
    else:
        _kept.move_to_end(key)
    return found


def _project(row: Any) -> Project:
    return Project(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        state=row["state"],
        mode=row["mode"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        handle=row["handle"],
        offered=row["offered"],
        current=Version(
            row["version"],
            row["instructions"],
            msgspec.json.decode(row["taxonomy"], type=Taxonomy),
            msgspec.json.decode(row["policy"], type=Policy),
            row["updated_at"],
            row["request"],
        ),
    )


def _version(row: Any) -> Version:
    return Version(
        row["version"],
        row["instructions"],
        msgspec.json.decode(row["taxonomy"], type=Taxonomy),
        msgspec.json.decode(row["policy"], type=Policy),
        row["created_at"],
        row["request"],
    )

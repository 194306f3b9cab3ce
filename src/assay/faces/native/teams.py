"""Who works on which project: crews, groups, and the training of their workers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import get, patch, post, put
from litestar.params import FromPath, JSONBody

from assay.faces.http import AnyRequest, Page, enter
from assay.services import teams, training


class Colleague(msgspec.Struct):
    """A worker. ``email`` is empty for a model."""

    id: UUID
    name: str
    email: str


class Crew(msgspec.Struct):
    """``crew_only``: the project is offered to its crew and to nobody else."""

    crew_only: bool
    workers: list[Colleague]


class CrewChange(msgspec.Struct, forbid_unknown_fields=True):
    """The whole crew, as it is to be."""

    crew_only: bool
    worker_ids: list[UUID]


class Group(msgspec.Struct):
    """Some workers of a project by name, so that batches can be kept to them."""

    id: UUID
    name: str
    workers: list[Colleague]
    created_at: datetime


class NewGroup(msgspec.Struct, forbid_unknown_fields=True):
    """``emails``: of members."""

    name: str
    emails: list[str] = []


class GroupChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    name: str | None = None
    add_emails: list[str] = []
    remove_emails: list[str] = []


@get("/projects/{project_id:uuid}/crew", opt={"permission": "worker.read"}, operation_id="get_crew", tags=["Workers"])
async def get_crew(request: AnyRequest, project_id: FromPath[UUID]) -> Crew:
    """Who may work in a project, where it is kept to some."""
    async with enter(request) as context:
        return _crew(*await teams.crew(context, project_id))


@put("/projects/{project_id:uuid}/crew", opt={"permission": "worker.write"}, operation_id="set_crew", tags=["Workers"])
async def set_crew(request: AnyRequest, project_id: FromPath[UUID], data: JSONBody[CrewChange]) -> Crew:
    """Says who may work in a project, or opens it to everybody. Turns that are under way go on."""
    async with enter(request) as context:
        await teams.set_crew(context, project_id, data.worker_ids, crew_only=data.crew_only)
        return _crew(*await teams.crew(context, project_id))


@get(
    "/projects/{project_id:uuid}/groups",
    opt={"permission": "worker.read"},
    operation_id="list_groups",
    tags=["Workers"],
)
async def list_groups(request: AnyRequest, project_id: FromPath[UUID]) -> Page[Group]:
    """The groups of a project, the oldest first."""
    async with enter(request) as context:
        return Page([_group(group) for group in await teams.groups(context, project_id)])


@post(
    "/projects/{project_id:uuid}/groups",
    opt={"permission": "worker.write"},
    operation_id="create_group",
    tags=["Workers"],
)
async def create_group(request: AnyRequest, project_id: FromPath[UUID], data: JSONBody[NewGroup]) -> Group:
    """Makes a group under a name that the project has no group of yet."""
    async with enter(request) as context:
        return _group(await teams.create_group(context, project_id, data.name, data.emails))


@patch(
    "/projects/{project_id:uuid}/groups/{group_id:uuid}",
    opt={"permission": "worker.write"},
    operation_id="change_group",
    tags=["Workers"],
)
async def change_group(
    request: AnyRequest, project_id: FromPath[UUID], group_id: FromPath[UUID], data: JSONBody[GroupChange]
) -> Group:
    """Renames a group, adds people to it and takes others away."""
    async with enter(request) as context:
        changed = await teams.change_group(
            context, project_id, group_id, add=data.add_emails, remove=data.remove_emails, name=data.name
        )
        return _group(changed)


# --- training -----------------------------------------------------------------------------------------------------


@post(
    "/projects/{project_id:uuid}/workers/{worker_id:uuid}/training/pass",
    opt={"permission": "worker.write"},
    operation_id="waive_training",
    tags=["Workers"],
    status_code=204,
)
async def waive_training(request: AnyRequest, project_id: FromPath[UUID], worker_id: FromPath[UUID]) -> None:
    """Lets a worker into a project without its training."""
    async with enter(request) as context:
        await training.let_pass(context, project_id, worker_id)


@post(
    "/projects/{project_id:uuid}/workers/{worker_id:uuid}/training/begin-again",
    opt={"permission": "worker.write"},
    operation_id="begin_training_again",
    tags=["Workers"],
    status_code=204,
)
async def begin_training_again(request: AnyRequest, project_id: FromPath[UUID], worker_id: FromPath[UUID]) -> None:
    """Has a worker do the training from the start; what they answered in it no longer counts."""
    async with enter(request) as context:
        await training.begin_again(context, project_id, worker_id)


HANDLERS = [get_crew, set_crew, list_groups, create_group, change_group, waive_training, begin_training_again]


def _colleagues(workers: list[teams.Colleague]) -> list[Colleague]:
    return [Colleague(worker.id, worker.name, worker.email) for worker in workers]


def _crew(crew_only: bool, workers: list[teams.Colleague]) -> Crew:
    return Crew(crew_only, _colleagues(workers))


def _group(group: teams.Group) -> Group:
    return Group(group.id, group.name, _colleagues(list(group.workers)), group.created_at)

"""Projects and the history of their parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from litestar import Response
from litestar.params import FromPath

from assay.core.errors import Invalid
from assay.core.projects import NAME_LENGTH_MAX
from assay.faces.http import AnyRequest, enter
from assay.faces.scale.asking import answer, named, object_in, query_of, serves
from assay.faces.scale.callbacks_told import called_back
from assay.faces.scale.params import (
    ProjectRequest,
    changed,
    policy_of,
    question_of,
    request_of,
    sent_params,
)
from assay.faces.scale.reading import a_flag, one, written
from assay.faces.scale.task_types import KINDS, type_named
from assay.services import projects
from assay.services.context import Context
from assay.services.projects import Project, Version


def told(project: Project, history: Sequence[Version]) -> dict[str, Any]:
    """A project as this dialect tells it. ``history``: its versions, oldest first."""
    now = request_of(project.current, project.kind)
    return {
        **now.other,
        "type": now.type,
        "name": called(project),
        "created_at": written(project.created_at),
        "updated_at": written(project.updated_at),
        "archived": project.state == "archived",
        "params": now.params,
        "param_history": [
            {
                "instruction": version.instructions,
                **request_of(version, project.kind).params,
                "version": version.version,
                "created_at": written(version.created_at),
            }
            for version in history
        ],
    }


def called(project: Project) -> str:
    """What programs call it."""
    return project.handle or project.name


def usable(project: Project) -> Project:
    """The project, if this dialect has words for its kind. Raises ``Invalid``."""
    if project.kind not in KINDS:
        raise Invalid(f"Projects of the kind {project.kind!r} cannot be told in this API yet.", "project")
    return project


@serves("POST", "/projects", "project.write")
async def create_project(request: AnyRequest) -> Response[bytes]:
    """Creates a project of a name that no other has. Its parameters may come later, or with each task."""
    body = {name: value for name, value in (await object_in(request)).items() if value is not None}
    async with enter(request) as context:
        name, task_type = body.get("name"), type_named(body.get("type"))
        if not isinstance(name, str) or not name.strip() or len(name) > NAME_LENGTH_MAX or "\x00" in name:
            raise Invalid(f"Must be a text of 1 to {NAME_LENGTH_MAX} characters.", "name")
        other = {key: value for key, value in body.items() if key not in ("name", "type", "params")}
        said = ProjectRequest(task_type.name, sent_params(body), other)
        question, policy = question_of(task_type, said.params), policy_of(other)
        called_back(request, said.params)
        project = await projects.create(
            context,
            name=name,
            kind=task_type.kind,
            instructions=question.instructions,
            taxonomy=question.taxonomy,
            policy=policy,
            handle=name,
            request=msgspec.json.encode(said).decode(),
            asks=False,
        )
        return answer(told(project, [project.current]))


@serves("GET", "/projects", "project.read")
async def list_projects(request: AnyRequest) -> Response[bytes]:
    """All projects as a bare list, the newest first; those that are archived only with ``archived=true``."""
    archived = a_flag(one(query_of(request), "archived"), "archived")
    async with enter(request) as context:
        return answer(
            [
                told(project, history)
                for project, history in await projects.everything(context)
                if project.kind in KINDS
                and (project.state == "archived") == archived
                and not request_of(project.current, project.kind).hidden
            ]
        )


@serves("GET", "/projects/{name:str}", "project.read")
async def get_project(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """One project with the history of its parameters."""
    async with enter(request) as context:
        project = usable(await projects.called(context, named(name)))
        return answer(told(project, (await projects.versions(context, project.id))[::-1]))


@serves("POST", "/projects/{name:str}/setParams", "project.write")
async def set_params(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Makes a new version of the parameters: those sent instead of all that were there, or with ``patch`` over them.
    Tasks that exist keep theirs."""
    body = await object_in(request)
    patch = a_flag(body.pop("patch", None), "patch")
    if not patch and not body:
        raise Invalid("Nothing was sent, and that would remove all parameters. Send some, or patch.")
    async with enter(request) as context:
        project = usable(await projects.called(context, named(name), to_change=True))
        said = changed(request_of(project.current, project.kind), {**body, "patch": patch})
        called_back(request, said.params)
        return await asked_anew(context, project, said)


async def asked_anew(context: Context, project: Project, said: ProjectRequest) -> Response[bytes]:
    """The project once it says this, in a new version. Raises ``Invalid``."""
    question = question_of(type_named(said.type), said.params)
    project = await projects.change(
        context,
        project.id,
        instructions=question.instructions,
        taxonomy=question.taxonomy,
        request=msgspec.json.encode(said).decode(),
    )
    return answer(told(project, (await projects.versions(context, project.id))[::-1]))


HANDLERS: Final = [create_project, list_projects, get_project, set_params]

"""Projects, their versions and progress."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Router, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.core import projects as rules
from assay.core.policy import Policy
from assay.core.taxonomy import Taxonomy
from assay.faces.http import AnyRequest, FieldProblem, Page, enter, id_cursor, page_of
from assay.services import projects

ProjectState = Literal["active", "paused", "archived"]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="How many items a page has.")]


class Project(msgspec.Struct, kw_only=True):
    """What is asked of workers. A change of instructions, taxonomy or policy makes a new version."""

    id: UUID
    name: str
    kind: str
    version: int
    instructions: str
    taxonomy: Taxonomy
    policy: Policy
    state: ProjectState
    mode: Literal["live", "test"]
    created_at: datetime
    updated_at: datetime


class Progress(msgspec.Struct, kw_only=True):
    """Where a project's work stands.

    Counts of tasks leave golds out. ``eta_seconds`` is at the pace of the last hour; none when nothing was
    completed in it. The means are over completed tasks and within [0, 1].
    """

    project_id: UUID
    total: int
    preparing: int
    annotating: int
    reviewing: int
    completed: int
    cancelled: int
    broken: int
    golds: int
    open_assignments: int
    open_reviews: int
    active_assignments: int
    submissions: int
    annotations: int
    completed_last_hour: int
    eta_seconds: int | None
    agreement_mean: float | None
    confidence_mean: float | None


class ProjectWithProgress(Project, kw_only=True):
    progress: Progress


class NewProject(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: str
    kind: str = "image"
    instructions: str = ""
    taxonomy: Taxonomy
    policy: Policy = msgspec.field(default_factory=Policy)


class ProjectChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays as it is."""

    name: str | None = None
    instructions: str | None = None
    taxonomy: Taxonomy | None = None
    policy: Policy | None = None
    state: ProjectState | None = None


class Check(msgspec.Struct):
    problems: list[FieldProblem]


class Version(msgspec.Struct):
    version: int
    instructions: str
    taxonomy: Taxonomy
    policy: Policy
    created_at: datetime


def progress_of(project_id: UUID, counts: projects.Progress) -> Progress:
    """The wire's progress from the counts of a project."""
    states = counts.states
    left = states.get("annotating", 0) + states.get("reviewing", 0)
    pace = counts.completed_last_hour
    return Progress(
        project_id=project_id,
        total=sum(states.values()),
        preparing=states.get("preparing", 0),
        annotating=states.get("annotating", 0),
        reviewing=states.get("reviewing", 0),
        completed=states.get("completed", 0),
        cancelled=states.get("cancelled", 0),
        broken=states.get("broken", 0),
        golds=counts.golds,
        open_assignments=counts.open_annotate,
        open_reviews=counts.open_review,
        active_assignments=counts.active_assignments,
        submissions=counts.submissions,
        annotations=counts.annotations,
        completed_last_hour=pace,
        eta_seconds=round(left * 3600 / pace) if pace and left else None,
        agreement_mean=counts.agreement_mean,
        confidence_mean=counts.confidence_mean,
    )


def _fields(project: projects.Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "kind": project.kind,
        "version": project.version,
        "instructions": project.current.instructions,
        "taxonomy": project.current.taxonomy,
        "policy": project.current.policy,
        "state": project.state,
        "mode": project.mode,
        "created_at": project.created_at,
        "updated_at": project.updated_at,
    }


@get("/", opt={"permission": "project.read"}, operation_id="list_projects")
async def list_projects(
    request: AnyRequest,
    in_state: Annotated[ProjectState | None, QueryParameter(name="state")] = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Page[ProjectWithProgress]:
    """Newest first. A key sees the projects of its own mode."""
    async with enter(request) as context:
        found = await projects.listed(context, before=id_cursor(cursor), state=in_state, limit=limit)
        page = page_of(found, limit, lambda project: str(project.id))
        items = [
            ProjectWithProgress(
                **_fields(project), progress=progress_of(project.id, await projects.progress(context, project.id))
            )
            for project in page.items
        ]
        return Page(items, page.next_cursor)


@post("/", opt={"permission": "project.write"}, operation_id="create_project")
async def create_project(request: AnyRequest, data: JSONBody[NewProject]) -> Project:
    """Creates a project at version 1, active and empty."""
    async with enter(request) as context:
        project = await projects.create(
            context,
            name=data.name,
            kind=data.kind,
            instructions=data.instructions,
            taxonomy=data.taxonomy,
            policy=data.policy,
        )
        return Project(**_fields(project))


@post("/check", status_code=200, opt={"permission": "project.write"}, operation_id="check_project")
async def check_project(request: AnyRequest, data: JSONBody[NewProject]) -> Check:
    """What is wrong with a project, without creating it."""
    async with enter(request):
        found = rules.problems(data.name, data.kind, data.instructions, data.taxonomy, data.policy)
        return Check([FieldProblem(problem.field, problem.message) for problem in found])


@get("/{project_id:uuid}", opt={"permission": "project.read"}, operation_id="get_project")
async def get_project(request: AnyRequest, project_id: FromPath[UUID]) -> ProjectWithProgress:
    """A project with its progress."""
    async with enter(request) as context:
        project = await projects.get(context, project_id)
        counts = await projects.progress(context, project_id)
        return ProjectWithProgress(**_fields(project), progress=progress_of(project_id, counts))


@patch("/{project_id:uuid}", opt={"permission": "project.write"}, operation_id="change_project")
async def change_project(request: AnyRequest, project_id: FromPath[UUID], data: JSONBody[ProjectChange]) -> Project:
    """Changes what is given. Tasks that exist keep the version they were created with."""
    async with enter(request) as context:
        project = await projects.change(
            context,
            project_id,
            name=data.name,
            state=data.state,
            instructions=data.instructions,
            taxonomy=data.taxonomy,
            policy=data.policy,
        )
        return Project(**_fields(project))


@get("/{project_id:uuid}/versions", opt={"permission": "project.read"}, operation_id="list_versions")
async def list_versions(request: AnyRequest, project_id: FromPath[UUID]) -> Page[Version]:
    """Every version, newest first."""
    async with enter(request) as context:
        found = await projects.versions(context, project_id)
        return Page([Version(v.version, v.instructions, v.taxonomy, v.policy, v.created_at) for v in found])


@get("/{project_id:uuid}/progress", opt={"permission": "project.read"}, operation_id="get_progress")
async def get_progress(request: AnyRequest, project_id: FromPath[UUID]) -> Progress:
    """Where the work stands now."""
    async with enter(request) as context:
        return progress_of(project_id, await projects.progress(context, project_id))


router = Router(
    path="/projects",
    route_handlers=[
        list_projects,
        create_project,
        check_project,
        get_project,
        change_project,
        list_versions,
        get_progress,
    ],
    tags=["Projects"],
)

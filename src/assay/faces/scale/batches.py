"""Batches: tasks that are sent and asked for together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from litestar import Response
from litestar.params import FromPath

from assay.core.errors import Invalid
from assay.faces.http import AnyRequest, enter, house
from assay.faces.scale.asking import Query, answer, named, object_in, query_of, serves
from assay.faces.scale.batches_told import counted, told
from assay.faces.scale.callbacks_told import called_back
from assay.faces.scale.pages import limit_of
from assay.faces.scale.params import request_of
from assay.faces.scale.projects import usable
from assay.faces.scale.reading import a_flag, a_number, a_time, an_object, one
from assay.faces.scale.tasks_told import PRIORITY_OFFSET
from assay.services import batches, projects
from assay.services.batches import Batch, BatchState, Entered, Purpose, Search
from assay.services.context import Context
from assay.services.projects import Project

_STATES: Final[Mapping[str, BatchState]] = {
    "staging": "staging",
    "in_progress": "in_progress",
    "completed": "completed",
}
# Beyond any list that is read page by page.
_OFFSET_MAX: Final = 1_000_000_000


@serves("POST", "/batches", "task.write")
async def create_batch(request: AnyRequest) -> Response[bytes]:
    """Creates a batch of a name that no other has. In a project that is done by oneself its tasks wait until it is
    finalized; in any other they are worked on at once."""
    body = await object_in(request)
    async with enter(request) as context:
        project = usable(await projects.called(context, _text(body, "project", "Must be the name of a project.")))
        name = _text(body, "name", "Must be the name of the batch.")
        metadata = an_object(body.get("metadata"), "metadata")
        made = await batches.create(
            context,
            project,
            name,
            purpose=_purpose(body),
            staged=_is_staged(project),
            metadata=metadata,
            callback=called_back(request, body, "callback"),
        )
        return answer(told(made))


def _text(body: Mapping[str, Any], name: str, otherwise: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or "\x00" in value:
        raise Invalid(otherwise, name)
    return value


def _purpose(body: Mapping[str, Any]) -> Purpose:
    calibration = a_flag(body.get("calibration_batch"), "calibration_batch")
    if a_flag(body.get("self_label_batch"), "self_label_batch"):
        if calibration:
            raise Invalid("A batch is for calibration or to label oneself, not both.", "self_label_batch")
        return "self_label"
    return "calibration" if calibration else "production"


def _is_staged(project: Project) -> bool:
    """Whether the project is of a kind whose batches are put together before they start."""
    other = request_of(project.current, project.kind).other
    return any(a_flag(other.get(name), name) for name in ("rapid", "studio"))


@serves("GET", "/batches", "task.read")
async def list_batches(request: AnyRequest) -> Response[bytes]:
    """A page of batches, the newest first; with ``detailed`` each with the number of its tasks."""
    query = query_of(request)
    limit, offset = limit_of(query), _offset_of(query)
    wanted = _search_of(query)
    detailed = a_flag(one(query, "detailed"), "detailed")
    async with enter(request) as context:
        wanted = replace(wanted, mode=context.caller.mode)
        total = await batches.count(context, wanted)
        found = await batches.search(context, wanted, limit=limit, offset=offset)
        counts = await batches.counts(context, found) if detailed else {}
    more = offset + len(found) < total
    page = offset // limit + 1
    docs = [told(batch, counts.get(batch.id)) for batch in found]
    return answer(
        {
            "docs": docs,
            "totalDocs": total,
            "limit": limit,
            "offset": offset,
            "has_more": more,
            "totalPages": max(1, math.ceil(total / limit)),
            "page": page,
            "hasNextPage": more,
            "nextPage": page + 1 if more else None,
            "hasPrevPage": offset > 0,
            "prevPage": page - 1 if offset > 0 else None,
        }
    )


def _offset_of(query: Query) -> int:
    text = one(query, "offset")
    try:
        offset = 0 if text is None else int(text)
    except ValueError:
        raise Invalid("Must be a whole number.", "offset") from None
    if not 0 <= offset <= _OFFSET_MAX:
        raise Invalid(f"Must be within 0 and {_OFFSET_MAX:,}.", "offset")
    return offset


def _search_of(query: Query) -> Search:
    status, project = one(query, "status"), one(query, "project")
    if status is not None and status not in _STATES:
        raise Invalid(f"Must be one of {', '.join(_STATES)}.", "status")
    if project is not None and "\x00" in project:
        raise Invalid("Text must not contain the NUL character.", "project")
    start, end = one(query, "start_time"), one(query, "end_time")
    return Search(
        project=project,
        state=None if status is None else _STATES[status],
        archived=False if a_flag(one(query, "exclude_archived"), "exclude_archived") else None,
        created_from=None if start is None else a_time(start, "start_time"),
        created_until=None if end is None else a_time(end, "end_time"),
    )


@serves("GET", "/batches/{name:str}", "task.read")
async def get_batch(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """One batch."""
    async with enter(request) as context:
        return answer(told(await called(context, named(name))))


@serves("GET", "/batches/{name:str}/status", "task.read")
async def get_status(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """How far a batch is: its status, and how many of its tasks have each."""
    async with enter(request) as context:
        batch = await called(context, named(name))
        counts = await batches.counts(context, [batch])
        return answer({"status": batch.state, **counted(counts[batch.id])})


@serves("POST", "/batches/{name:str}/setMetadata", "task.write")
async def set_metadata(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Replaces the metadata by the body."""
    metadata = await object_in(request)
    async with enter(request) as context:
        batch = await called(context, named(name))
        await batches.set_metadata(context, batch, metadata)
        return answer(told(await batches.get(context, batch.id)))


@serves("POST", "/batches/{name:str}/finalize", "task.write")
async def finalize_batch(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Lets the tasks of a batch in staging be worked on. For any other there is nothing to do, and that is no error."""
    async with enter(request) as context:
        batch = await called(context, named(name))
        await batches.finalize(context, batch)
        whole = told(await batches.get(context, batch.id))
    house(request).ring()
    return answer(whole)


@serves("POST", "/batches/{name:str}/prioritize", "task.write")
async def prioritize_batch(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Gives a batch and all its unfinished tasks a priority within 10 and 30, the highest first."""
    priority = a_number((await object_in(request)).get("priority"), "priority")
    if priority is None or not 10 <= priority <= 30:
        raise Invalid("Must be within 10 and 30.", "priority")
    async with enter(request) as context:
        batch = await called(context, named(name))
        await batches.prioritize(context, batch, round(priority) + PRIORITY_OFFSET)
        return answer(told(await batches.get(context, batch.id)))


async def called(context: Context, name: str) -> Batch:
    """The batch of this name. Raises ``NotFound``."""
    if "\x00" in name:
        raise Invalid("Text must not contain the NUL character.", "batch")
    return await batches.called(context, name)


async def home_of(context: Context, body: Mapping[str, Any], default: str) -> tuple[Project, Entered | None]:
    """Where a task goes: its project, which its batch implies, and its batch if it names one. ``default``: what the
    project of tasks is called that name neither. Raises ``Invalid`` and ``NotFound``."""
    name = body.get("project")
    if name is not None and (not isinstance(name, str) or "\x00" in name):
        raise Invalid("Must be the name of a project.", "project")
    if not body.get("batch"):
        return await projects.called(context, name or default), None
    batch = await batches.entered(context, _text(body, "batch", "Must be the name of a batch."))
    project = await projects.get(context, batch.project_id)
    if name and name not in (project.handle, project.name):
        raise Invalid(f"The batch {batch.name!r} belongs to the project {project.handle or project.name!r}.", "batch")
    return project, batch


HANDLERS: Final = [
    create_batch,
    list_batches,
    get_batch,
    get_status,
    set_metadata,
    finalize_batch,
    prioritize_batch,
]

"""Tasks: created one by one, looked at, listed, cancelled, and what customers write on them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, Literal, TypeAlias

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec.structs import replace

from assay.core.errors import AlreadyExists, Conflict, Invalid, NotFound
from assay.core.policy import Policy
from assay.core.taxonomy import Taxonomy
from assay.faces.http import AnyRequest, enter, house
from assay.faces.scale import at_once, pages
from assay.faces.scale.asking import answer, named, object_in, query_of, serves
from assay.faces.scale.batches import home_of
from assay.faces.scale.creating import WITHOUT, asked_by, asked_of, in_their_words, said_in, tags_in
from assay.faces.scale.files import photo_of, with_files
from assay.faces.scale.finding import again, find, whole
from assay.faces.scale.made_up_files import address_of
from assay.faces.scale.params import ProjectRequest, merged
from assay.faces.scale.projects import usable
from assay.faces.scale.reading import a_flag, json_of, one
from assay.faces.scale.task_type import Params, TaskType
from assay.faces.scale.task_types import KINDS, plainly, type_named
from assay.faces.scale.tasks_told import gives_back, limited, told
from assay.services import customer_tasks, projects, resolution
from assay.services.context import Context
from assay.services.customer_tasks import FoundTask, Search

# What makes a task whose answer is known of a new one, and tells of that.
Known: TypeAlias = Callable[[Context, FoundTask, TaskType, Params], Awaitable[dict[str, Any]]]


# --- creating -----------------------------------------------------------------------------------------------------


@serves("POST", "/task/{task:str}", "task.write")
async def create_task(request: AnyRequest, task: FromPath[str]) -> Response[bytes]:
    """Creates one task. A unique id that another task of the mode has is a conflict, whatever else is sent."""
    at_once.refuse_unknown(request.scope)
    body = {name: value for name, value in (await object_in(request)).items() if value is not None}
    made = await created(request, type_named(named(task)), body)
    house(request).ring()
    return answer(made)


async def created(request: AnyRequest, task_type: TaskType, body: Params, known: Known | None = None) -> dict[str, Any]:
    """A new task as it is told; ``known`` makes one whose answer is known of it, and tells that. Raises ``Invalid``,
    ``NotFound``, ``Conflict``, and ``AlreadyExists`` for a unique id that is taken."""
    try:
        return await _create(request, task_type, body, known)
    except NotFound:
        if "project" in body or "batch" in body:
            raise
        await _make_home(request, task_type)
        return await _create(request, task_type, body, known)
    except AlreadyExists:
        if not await _set_free(request, body["unique_id"]):
            raise
        return await _create(request, task_type, body, known)


async def _create(request: AnyRequest, task_type: TaskType, body: Params, known: Known | None) -> dict[str, Any]:
    async with enter(request) as context:
        home = house(request)
        said = said_in(task_type, body)
        found, batch = await home_of(context, said.params, WITHOUT + said.type)
        project = usable(found)
        params = merged(asked_by(project, task_type).params, said.params)
        shown = task_type.shown(await with_files(context, params))
        asked = asked_of(home, task_type, body, said, params, shown, project)
        row = asked.row
        # Keys for trying things out pay nobody: their tasks are answered at once, by nobody.
        made_up = context.caller.mode == "test" and known is None
        if made_up and task_type.made_up is not None:
            seed = int.from_bytes(home.random_bytes(8))
            row = replace(row, prelabels=task_type.made_up(params, seed, partial(address_of, home)))
        if batch is not None and batch.priority is not None and not asked.own_priority:
            row = replace(row, priority=batch.priority)
        with in_their_words(task_type):
            created = await customer_tasks.create(
                context,
                project,
                row,
                tags=asked.tags,
                request=asked.request,
                taxonomy=asked.taxonomy,
                callback=asked.callback,
                items=shown.items,
                opinions=asked.opinions,
                made_up=made_up,
                batch=batch,
            )
        if known is not None:
            return await known(context, created, task_type, params)
        if made_up:
            await resolution.advance(context, created.id)
            return await again(context, created)
        at_once.remember(request, context, task_type, said, project)
        return told(created, project.current)


async def _make_home(request: AnyRequest, task_type: TaskType) -> None:
    try:
        async with enter(request) as context:
            await projects.create(
                context,
                # Workers read it, and find it among others.
                name=plainly(task_type.name),
                kind=task_type.kind,
                instructions="",
                taxonomy=Taxonomy(),
                policy=Policy(),
                handle=WITHOUT + task_type.name,
                request=msgspec.json.encode(ProjectRequest(task_type.name, hidden=True)).decode(),
                asks=False,
            )
    except AlreadyExists:
        # Somebody else's first task came at the same time.
        return


async def _set_free(request: AnyRequest, unique_id: str) -> bool:
    """Takes a unique id away from a task that ended in an error and was to give it back then; whether it did."""
    async with enter(request) as context:
        for task in await customer_tasks.search(context, Search(unique_ids=[unique_id]), KINDS, limit=1):
            if gives_back(task):
                await customer_tasks.set_unique_id(context, task.id, None)
                return True
    return False


# --- looking ------------------------------------------------------------------------------------------------------


@serves("GET", "/task/{task:str}", "task.read")
async def get_task(request: AnyRequest, task: FromPath[str]) -> Response[bytes]:
    """One task, with its response once it is completed."""
    async with enter(request) as context:
        return answer(await whole(context, await find(context, task)))


@serves("GET", "/tasks", "task.read")
async def list_tasks(request: AnyRequest) -> Response[bytes]:
    """A page of tasks, the newest first. Tasks that arrive meanwhile are on none of the pages that follow."""
    query = query_of(request)
    search, limit, page = pages.search_of(query), pages.limit_of(query), pages.next_of(query)
    short = a_flag(one(query, "limited_response"), "limited_response")
    with_address = a_flag(one(query, "include_attachment_url"), "include_attachment_url")
    async with enter(request) as context:
        rows, total = await _page(context, search, limit, page)
        docs = []
        for row in rows[:limit]:
            version = await projects.version(context, row.project_id, row.project_version)
            doc = limited(row, version) if short else told(row, version)
            if with_address and not short and row.photo_key is not None:
                named = doc["params"].get("attachment", row.source_url)
                doc["attachmentS3Downloads"] = [photo_of(house(request), context.now, named, row.photo_key)]
            docs.append(doc)
    more = len(rows) > limit
    found = {"docs": docs, "total": total, "limit": limit, "offset": 0, "has_more": more}
    if more:
        found["next_token"] = pages.token_of(pages.NextPage(rows[limit - 1].id, total))
    return answer(found)


async def _page(
    context: Context, search: Search | None, limit: int, page: pages.NextPage | None
) -> tuple[list[FoundTask], int]:
    """The tasks of a page, one more where there are more, and how many there were when the list was begun."""
    if search is None:
        return [], 0
    if page is not None:
        return await customer_tasks.search(context, pages.after(search, page), KINDS, limit=limit), page.total
    rows = await customer_tasks.search(context, search, KINDS, limit=limit)
    return rows, len(rows) if len(rows) <= limit else await customer_tasks.count(context, search, KINDS)


# --- changing -----------------------------------------------------------------------------------------------------


@serves("POST", "/task/{task:str}/cancel", "task.write")
async def cancel_task(request: AnyRequest, task: FromPath[str]) -> Response[bytes]:
    """Ends a task that is not finished. Again is no error; with ``clear_unique_id`` its unique id is free."""
    clear = a_flag(one(query_of(request), "clear_unique_id"), "clear_unique_id")
    async with enter(request) as context:
        found = await find(context, task)
        try:
            await resolution.command(context, found.id, "cancel")
        except Conflict:
            if (await customer_tasks.found(context, found.id, KINDS)).state != "cancelled":
                raise Invalid("Only a pending task can be cancelled; this one is completed.") from None
        if clear:
            await customer_tasks.set_unique_id(context, found.id, None)
        now = await again(context, found)
    house(request).ring()
    return answer(now)


@serves("POST", "/task/{task:str}/setMetadata", "task.write")
async def set_metadata(request: AnyRequest, task: FromPath[str]) -> Response[bytes]:
    """Replaces the metadata by the body."""
    metadata = await object_in(request)
    async with enter(request) as context:
        found = await find(context, task)
        await customer_tasks.set_metadata(context, found.id, metadata)
        return answer(await again(context, found))


@serves("POST", "/task/{task:str}/tags", "task.write")
async def set_tags(request: AnyRequest, task: FromPath[str]) -> Response[bytes]:
    """Replaces the tags by those of the body."""
    return await _change_tags(request, task, "set")


@serves("PUT", "/task/{task:str}/tags", "task.write")
async def add_tags(request: AnyRequest, task: FromPath[str]) -> Response[bytes]:
    """Adds tags; those that are there stay once."""
    return await _change_tags(request, task, "add")


@serves("DELETE", "/task/{task:str}/tags", "task.write")
async def delete_tags(request: AnyRequest, task: FromPath[str]) -> Response[bytes]:
    """Takes tags away; those that are not there are no error."""
    return await _change_tags(request, task, "remove")


async def _change_tags(request: AnyRequest, task: str, how: Literal["set", "add", "remove"]) -> Response[bytes]:
    tags = tags_in(json_of(await request.body()))
    async with enter(request) as context:
        found = await find(context, task)
        await customer_tasks.change_tags(context, found.id, tags, how)
        return answer(await again(context, found))


@serves("POST", "/task/{task:str}/unique_id", "task.write")
async def set_unique_id(request: AnyRequest, task: FromPath[str]) -> Response[bytes]:
    """Gives the task another unique id."""
    unique_id = (await object_in(request)).get("unique_id")
    if not isinstance(unique_id, str):
        raise Invalid("Must be a text.", "unique_id")
    return await _change_unique_id(request, task, unique_id)


@serves("DELETE", "/task/{task:str}/unique_id", "task.write")
async def clear_unique_id(request: AnyRequest, task: FromPath[str]) -> Response[bytes]:
    """Takes the unique id away, so that another task may have it."""
    return await _change_unique_id(request, task, None)


async def _change_unique_id(request: AnyRequest, task: str, unique_id: str | None) -> Response[bytes]:
    async with enter(request) as context:
        found = await find(context, task)
        await customer_tasks.set_unique_id(context, found.id, unique_id)
        return answer(await again(context, found))


HANDLERS: Final = [
    create_task,
    get_task,
    list_tasks,
    cancel_task,
    set_metadata,
    set_tags,
    add_tags,
    delete_tags,
    set_unique_id,
    clear_unique_id,
]

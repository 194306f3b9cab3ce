"""Files that others made, in: lists of photos, pre-labels, known answers."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import datetime
from typing import IO, Annotated, Final, Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from assay.core.errors import Invalid, TooLarge
from assay.faces.http import AnyRequest, Page, enter, house, id_cursor, page_of
from assay.faces.media import file_name_of
from assay.services import imports

BYTES_MAX: Final = imports.LIMITS.file_bytes_max

Format = Literal["jsonl", "csv", "urls", "coco", "yolo", "voc", "assay"]
Purpose = Literal["tasks", "prelabels", "golds"]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="How many items a page has.")]


class Import(msgspec.Struct, kw_only=True):
    """``done`` and ``failed`` are rows of the file, of ``total``; that is 0 until the file was looked through.

    ``existing`` of those done asked for tasks that were there already: by their unique id, else by their photo or
    address. ``as`` says what the rows are: tasks to be, pre-labels, or golds.
    """

    id: UUID
    project_id: UUID
    format: str
    purpose: Purpose = msgspec.field(name="as")
    file_name: str
    state: Literal["running", "done", "failed"]
    total: int
    done: int
    existing: int
    failed: int
    message: str | None
    created_at: datetime
    finished_at: datetime | None


class ImportProblem(msgspec.Struct):
    """``row`` counts from 1 in the file; ``item`` names it in the file's own words."""

    row: int
    item: str
    message: str


@post(
    "/projects/{project_id:uuid}/imports",
    status_code=202,
    opt={"permission": "task.write"},
    operation_id="start_import",
    tags=["Imports"],
    request_max_body_size=BYTES_MAX,
)
async def start_import(
    request: AnyRequest,
    project_id: FromPath[UUID],
    format: FromQuery[Format],
    purpose: Annotated[Purpose, QueryParameter(name="as", description="What the rows of the file are.")],
) -> Import:
    """Takes a file (the body; its name in X-File-Name) and works through it in the background.

    coco, yolo, voc and assay files find their photos by unique id or file name among those already in the project;
    csv, jsonl and urls may also name addresses to fetch. Rows that are wrong are listed and stop no others.
    """
    home = house(request)
    file_name = file_name_of(request)
    async with enter(request) as context:
        organization_id = context.organization_id
        import_id = await imports.accepting(context, project_id, format, purpose)
    blob_key = f"{organization_id.hex}/imports/{import_id.hex}"
    with tempfile.TemporaryFile() as file:
        await _receive(request, file)
        await home.blobs.put_file(blob_key, file, "application/octet-stream")
    async with enter(request) as context:
        started = await imports.start(
            context,
            import_id,
            project_id,
            format=format,
            purpose=purpose,
            file_name=file_name,
            blob_key=blob_key,
        )
    home.ring()
    return _import(started)


async def _receive(request: AnyRequest, file: IO[bytes]) -> None:
    """The body, into a scratch file. Raises ``TooLarge`` as soon as it is, and ``Invalid`` for none."""
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > BYTES_MAX:
            raise TooLarge(f"This file is over the limit of {BYTES_MAX >> 20} MiB; split it.")
        await asyncio.to_thread(file.write, piece)
    if not size:
        raise Invalid("The file is empty.", "body")
    file.seek(0)


@get(
    "/projects/{project_id:uuid}/imports",
    opt={"permission": "task.read"},
    operation_id="list_imports",
    tags=["Imports"],
)
async def list_imports(
    request: AnyRequest, project_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Page[Import]:
    """A project's imports, newest first."""
    async with enter(request) as context:
        found = await imports.listed(context, project_id, before=id_cursor(cursor), limit=limit)
        return page_of([_import(row) for row in found], limit, lambda row: str(row.id))


@get("/imports/{import_id:uuid}", opt={"permission": "task.read"}, operation_id="get_import", tags=["Imports"])
async def get_import(request: AnyRequest, import_id: FromPath[UUID]) -> Import:
    """How far an import has come."""
    async with enter(request) as context:
        return _import(await imports.get(context, import_id))


@get(
    "/imports/{import_id:uuid}/problems",
    opt={"permission": "task.read"},
    operation_id="list_import_problems",
    tags=["Imports"],
)
async def list_import_problems(
    request: AnyRequest, import_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Page[ImportProblem]:
    """Rows that were not taken, or taken with changes, in the file's order. At most 10,000 are kept."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise Invalid("This is not a cursor of ours; start without one.", "cursor")
    async with enter(request) as context:
        found = await imports.problems(context, import_id, after=int(cursor or -1), limit=limit)
        return page_of(
            [ImportProblem(problem.row, problem.item, problem.message) for problem in found],
            limit,
            lambda problem: str(problem.row),
        )


def _import(row: imports.Import) -> Import:
    return Import(
        id=row.id,
        project_id=row.project_id,
        format=row.format,
        purpose=row.purpose,
        file_name=row.file_name,
        state=row.state,
        total=row.total,
        done=row.done,
        existing=row.existing,
        failed=row.failed,
        message=row.message,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


HANDLERS = [start_import, list_imports, get_import, list_import_problems]

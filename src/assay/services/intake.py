"""Work comes in: photos, and tasks on them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec

from assay.core import intake as rules
from assay.core.errors import AlreadyExists, Conflict, Invalid, Problem
from assay.core.intake import CheckedRow, TaskRow
from assay.core.photos import StoredPhoto
from assay.services.context import Context
from assay.store import attachments, new_tasks, projects, tasks
from assay.store.connection import as_json, from_json, queries


class RowResult(msgspec.Struct, frozen=True, gc=False):
    """What became of one row. ``existing``: its unique id was there already, with ``task_id``."""

    index: int
    status: Literal["created", "existing", "failed"]
    task_id: UUID | None = None
    problems: Sequence[Problem] = ()


async def accepting(context: Context, project_id: UUID) -> None:
    """Raises ``NotFound`` or ``Conflict`` for a project that takes nothing in."""
    await _open_project(context, project_id)


async def add_attachment(context: Context, project_id: UUID, stored: StoredPhoto) -> tuple[UUID, bool]:
    """Makes a photo that was put away part of a project; its id, and whether the project had it already.

    Raises ``NotFound`` and, for an archived project, ``Conflict``.
    """
    await _open_project(context, project_id)
    return await attachments.insert(context.tenant, context.new_id(), project_id, stored, context.now)


async def create_tasks(
    context: Context, project_id: UUID, rows: Sequence[TaskRow], *, batch: str | None = None
) -> list[RowResult]:
    """Creates a task for each row that can be; the others come back with what is wrong with them.

    Everything created is committed together. Tasks whose photo is here get their first turns at once; those with
    an address wait for it to be fetched. Raises ``NotFound``, ``Conflict`` (archived project) and ``Invalid`` (too
    many rows, or a bad batch name).
    """
    project = await _open_project(context, project_id)
    if len(rows) > rules.ROWS_MAX:
        raise Invalid(f"At most {rules.ROWS_MAX:,} tasks a request; this has {len(rows):,}.", "tasks")
    if batch is not None and not 1 <= len(batch.strip()) <= 200:
        raise Invalid("A batch name has 1 to 200 characters.", "batch")
    named = rules.photos_named(rows)
    sizes = await attachments.sizes(context.tenant, project_id, list(named)) if named else {}
    good, bad = rules.check_rows(rows, project.kind, project.current.taxonomy, sizes)
    results = {index: RowResult(index, "failed", problems=problems) for index, problems in bad.items()}

    # Writing finds out by itself who has a unique id; asked first are those whose photo would be fetched in vain.
    asked = [c.row.unique_id for c in good if c.row.unique_id is not None and c.row.url is not None]
    taken = await tasks.existing(context.tenant, project_id, asked)
    fresh = [c for c in good if c.row.unique_id not in taken]
    created = await _write(context, project, fresh, batch) if fresh else {}
    # A unique id that was there, or that another request took while this one was writing and has committed by now.
    late = [c.row.unique_id for c in fresh if c.index not in created and c.row.unique_id is not None]
    taken |= await tasks.existing(context.tenant, project_id, late)
    for checked in good:
        index, unique_id = checked.index, checked.row.unique_id
        if index in created:
            results[index] = RowResult(index, "created", created[index])
        else:
            assert unique_id is not None, "only a unique id can be taken"
            results[index] = RowResult(index, "existing", taken[unique_id])
    return [results[index] for index in range(len(rows))]


async def _write(
    context: Context, project: projects.Project, rows: Sequence[CheckedRow], batch: str | None
) -> dict[int, UUID]:
    """Writes tasks, their turns and events; row index to task id for those written."""
    written, first = await new_tasks.write(
        context.tenant, project, rows, batch, context.now, context.caller.actor, context.new_ids
    )
    if first is not None:
        context.opened.append((project.id, "annotate", first))
    return written


async def _open_project(context: Context, project_id: UUID) -> projects.Project:
    project = await projects.get(context.tenant, project_id)
    if project.state == "archived":
        raise Conflict("This project is archived. Make it active before adding to it.")
    return project


# --- once only ----------------------------------------------------------------------------------------------------


async def remembered(context: Context, key: str, request: bytes) -> object | None:
    """The answer first given to this idempotency key, if there was one; otherwise the key is now ours.

    ``request`` is what must be the same each time: method, path and body. Raises ``AlreadyExists`` when the key
    came with another request, ``Invalid`` for a key of wrong length.
    """
    if not 1 <= len(key) <= 255:
        raise Invalid("An idempotency key has 1 to 255 characters.", "Idempotency-Key")
    sql = queries("tasks")
    digest = hashlib.sha256(request).digest()
    if await context.tenant.fetchval(sql["remember_request"], key, digest, context.now) is not None:
        return None
    row = await context.tenant.fetchrow(sql["remembered"], key)
    if row is None or row["request_hash"] != digest:
        raise AlreadyExists(
            "This idempotency key was used before with another request. Choose a new key.", "Idempotency-Key"
        )
    answer: object = from_json(row["answer"])
    return answer


async def remember(context: Context, key: str, answer: object) -> None:
    """Keeps the answer for whoever asks again with the same key."""
    await context.tenant.execute(queries("tasks")["remember_answer"], key, as_json(answer))

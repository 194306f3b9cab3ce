"""What is asked: projects and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from assay.core import projects as rules
from assay.core.errors import AlreadyExists
from assay.core.permissions import may
from assay.core.photos import StoredPhoto
from assay.core.policy import Policy
from assay.core.taxonomy import Taxonomy
from assay.services.context import Context
from assay.store import attachments, events
from assay.store import projects as store
from assay.store.projects import Progress as Progress
from assay.store.projects import Project as Project
from assay.store.projects import Version as Version


async def create(
    context: Context,
    *,
    name: str,
    kind: str,
    instructions: str,
    taxonomy: Taxonomy,
    policy: Policy,
    handle: str | None = None,
    request: str | None = None,
    asks: bool = True,
) -> Project:
    """A new active project at version 1.

    ``handle``: what programs call it, unlike any other of the mode. ``request``: JSON text, the same as a customer's
    program said it. ``asks`` false: tasks bring their own question, so the taxonomy may be empty. Raises ``Invalid``
    naming every field that is wrong, and ``AlreadyExists`` for a handle that is taken.
    """
    rules.check(name, kind, instructions, taxonomy, policy, asks=asks)
    now = context.now
    project = Project(
        id=context.new_id(),
        name=name.strip(),
        kind=kind,
        state="active",
        mode=context.caller.mode,
        created_at=now,
        updated_at=now,
        current=Version(1, instructions, taxonomy, policy, now, request),
        handle=handle,
    )
    try:
        await store.insert(context.tenant, project)
    except AlreadyExists as error:
        raise AlreadyExists(f"There is a project {handle!r} already. Choose another name.", "name") from error
    await _record(context, "project.created", project, {"name": project.name})
    return project


async def change(
    context: Context,
    project_id: UUID,
    *,
    name: str | None = None,
    state: str | None = None,
    instructions: str | None = None,
    taxonomy: Taxonomy | None = None,
    policy: Policy | None = None,
    request: str | None = None,
) -> Project:
    """Changes what is given; a change of what is asked makes a new version, which new tasks get.

    Tasks that exist keep theirs. ``request`` says the same in a dialect; one that was there before is dropped when
    somebody who does not speak it changes the instructions or the taxonomy, as it would not be true any more. From each
    state a project may go to each other: pausing and archiving take nothing away. Raises ``NotFound`` and ``Invalid``.
    """
    before = await store.lock(context.tenant, project_id)
    current = before.current
    asked = Version(
        current.version + 1,
        current.instructions if instructions is None else instructions,
        current.taxonomy if taxonomy is None else taxonomy,
        current.policy if policy is None else policy,
        context.now,
        request,
    )
    if request is None and (asked.instructions, asked.taxonomy) == (current.instructions, current.taxonomy):
        asked = replace(asked, request=current.request)
    same = replace(asked, version=current.version, created_at=current.created_at) == current
    after = replace(
        before,
        name=before.name if name is None else name.strip(),
        state=before.state if state is None else state,
        current=current if same else asked,
        updated_at=context.now,
    )
    now = after.current
    # What programs call by a name may leave the question to its tasks.
    asks = before.handle is None and current.taxonomy != Taxonomy()
    rules.check(after.name, after.kind, now.instructions, now.taxonomy, now.policy, asks=asks)
    if not same:
        await store.insert_version(context.tenant, project_id, asked)
    await store.update(context.tenant, after)
    if after.state != before.state:
        await _record(context, f"project.{after.state}", after, {"before": before.state})
    if not same or after.name != before.name:
        await _record(context, "project.changed", after, {"name": after.name, "version": after.version})
    return after


async def get(context: Context, project_id: UUID) -> Project:
    """Raises ``NotFound``."""
    return await store.get(context.tenant, project_id)


async def called(context: Context, name: str, *, to_change: bool = False) -> Project:
    """The project of the caller's mode that programs call so, or that people named so. Raises ``NotFound``.

    ``to_change``: nobody else changes it until this transaction ends.
    """
    found = await store.called(context.tenant, name, context.caller.mode)
    return await store.lock(context.tenant, found.id) if to_change else found


async def everything(context: Context) -> list[tuple[Project, Sequence[Version]]]:
    """Every project of the caller's mode, the newest first, with its versions, oldest first."""
    mode = context.caller.mode
    histories = await store.histories(context.tenant, mode)
    found = await store.listed(context.tenant, before=None, state=None, mode=mode, limit=None)
    return [(project, histories[project.id]) for project in found]


async def listed(context: Context, *, before: UUID | None, state: str | None, limit: int) -> Sequence[Project]:
    """The newest projects of the caller's mode first; one more than ``limit`` where there are more."""
    return await store.listed(context.tenant, before=before, state=state, mode=context.caller.mode, limit=limit + 1)


async def versions(context: Context, project_id: UUID) -> Sequence[Version]:
    """Newest first. Raises ``NotFound``."""
    await store.get(context.tenant, project_id)
    return await store.versions(context.tenant, project_id)


async def version(context: Context, project_id: UUID, number: int) -> Version:
    """What was asked in one version. Raises ``NotFound``."""
    return await store.version(context.tenant, project_id, number)


async def guide_image(context: Context, attachment_id: UUID) -> StoredPhoto:
    """An example photo of some instructions, for whoever works by them. Raises ``NotFound``."""
    author = may(context.caller.role, "project.write")
    return await attachments.guide_image(context.tenant, attachment_id, author=author)


async def progress(context: Context, project_id: UUID) -> Progress:
    """Counts as of now. Raises ``NotFound``."""
    await store.get(context.tenant, project_id)
    return await store.progress(context.tenant, project_id, context.now - timedelta(hours=1))


async def _record(context: Context, type: str, project: Project, data: dict[str, object]) -> None:
    event = events.NewEvent(context.new_id(), type, project_id=project.id, data=data)
    await events.record(context.tenant, context.now, context.caller.actor, [event])

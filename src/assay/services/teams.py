"""Who works on what: crews of projects, and groups of workers that work can be kept to.

People are real, whatever a key is for, so a test key is refused all of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from assay.core.errors import AlreadyExists, Invalid, NotFound
from assay.core.teams import GROUPS_MAX, PROJECTS_MAX, checked_emails, checked_name, workers_of
from assay.services.context import Context
from assay.store import batches, due, events, projects, tasks
from assay.store import teams as store
from assay.store.teams import Colleague as Colleague
from assay.store.teams import Group as Group

# --- crews --------------------------------------------------------------------------------------------------------


async def crews(context: Context) -> Mapping[str, Sequence[str]]:
    """The names of the projects whose crew each address is in. Whoever is in none is left out."""
    context.require_live()
    found: dict[str, list[str]] = {}
    for email, name in await store.crews(context.tenant):
        found.setdefault(email, []).append(name)
    return found


async def crew(context: Context, project_id: UUID) -> tuple[bool, list[Colleague]]:
    """Whether a project is kept to its crew, and who that is. Raises ``NotFound``."""
    context.require_live()
    return await store.crew(context.tenant, project_id)


async def put_to_work(context: Context, emails: Sequence[str], names: Sequence[str]) -> None:
    """Adds people to the crews of projects, which from then on are kept to their crews. Those who are there stay.

    Raises ``NotFound`` for a project, and ``Invalid`` naming an address that is no working member's.
    """
    workers = await _workers(context, emails)
    for project in await _called(context, names):
        await _change_crew(context, project.id, add=workers, crew_only=True)


async def take_off(context: Context, emails: Sequence[str], names: Sequence[str]) -> None:
    """Takes people out of crews; who is in none is passed over. A project stays kept to its crew, also when that is
    nobody any more. Raises ``NotFound`` for a project."""
    workers = await _leaving(context, emails)
    for project in await _called(context, names):
        await _change_crew(context, project.id, remove=workers)


async def set_crew(context: Context, project_id: UUID, worker_ids: Sequence[UUID], *, crew_only: bool) -> None:
    """Makes these workers the crew of a project, and keeps it to them or opens it to everybody. Raises ``NotFound``."""
    context.require_live()
    await projects.lock(context.tenant, project_id)
    await store.check_workers(context.tenant, worker_ids)
    _, before = await store.crew(context.tenant, project_id)
    gone = [colleague.id for colleague in before if colleague.id not in set(worker_ids)]
    await _change_crew(context, project_id, add=worker_ids, remove=gone, crew_only=crew_only)


async def _change_crew(
    context: Context,
    project_id: UUID,
    *,
    add: Sequence[UUID] = (),
    remove: Sequence[UUID] = (),
    crew_only: bool | None = None,
) -> None:
    tenant = context.tenant
    added = await store.add_to_crew(tenant, project_id, add, context.now) if add else []
    removed = await store.take_from_crew(tenant, project_id, remove) if remove else []
    changed = crew_only is not None and await store.set_crew_only(tenant, project_id, crew_only)
    if not (added or removed or changed):
        return
    # Tasks that nobody else is left for must not wait for those who went.
    for worker_id in removed:
        await due.mark(tenant, await tasks.touched_by(tenant, project_id, worker_id))
    data: dict[str, object] = {"added": [str(id_) for id_ in added], "removed": [str(id_) for id_ in removed]}
    if changed:
        data["crew_only"] = crew_only
    await _record(context, "project.crew_changed", project_id, data)


# --- groups -------------------------------------------------------------------------------------------------------


async def groups(context: Context, project_id: UUID) -> Sequence[Group]:
    """The groups of a project, the oldest first. Raises ``NotFound``."""
    context.require_live()
    await projects.get(context.tenant, project_id)
    return await store.groups(context.tenant, project_id)


async def create_group(context: Context, project_id: UUID, name: str, emails: Sequence[str]) -> Group:
    """A group of these people. Raises ``NotFound``, ``Invalid``, and ``AlreadyExists`` for a name that is taken."""
    name = checked_name(name)
    workers = await _workers(context, emails)
    await projects.lock(context.tenant, project_id)
    if len(await store.groups(context.tenant, project_id)) >= GROUPS_MAX:
        raise Invalid(f"A project has at most {GROUPS_MAX} groups.", "name")
    group_id = context.new_id()
    try:
        await store.insert_group(context.tenant, group_id, project_id, name, context.now)
    except AlreadyExists as error:
        raise AlreadyExists(f"This project has a group {name!r} already.", "name") from error
    await store.add_to_group(context.tenant, group_id, workers, context.now)
    data: dict[str, object] = {"group_id": str(group_id), "name": name, "workers": [str(id_) for id_ in workers]}
    await _record(context, "group.created", project_id, data)
    return await store.group(context.tenant, project_id, group_id)


async def change_group(
    context: Context,
    project_id: UUID,
    group_id: UUID,
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    name: str | None = None,
) -> Group:
    """Adds and takes away people by their addresses, or renames the group. Raises as ``create_group`` does."""
    joining, leaving = await _workers(context, add), await _leaving(context, remove)
    await store.lock_group(context.tenant, project_id, group_id)
    added = await store.add_to_group(context.tenant, group_id, joining, context.now)
    removed = await store.take_from_group(context.tenant, group_id, leaving)
    if removed:
        await batches.look_again(context.tenant, group_id=group_id)
    data: dict[str, object] = {"group_id": str(group_id)}
    if name is not None:
        data["name"] = checked_name(name)
        try:
            await store.rename_group(context.tenant, group_id, checked_name(name))
        except AlreadyExists as error:
            raise AlreadyExists(f"This project has a group {name!r} already.", "name") from error
    if added or removed or name is not None:
        data |= {"added": [str(id_) for id_ in added], "removed": [str(id_) for id_ in removed]}
        await _record(context, "group.changed", project_id, data)
    return await store.group(context.tenant, project_id, group_id)


async def group_called(context: Context, project_id: UUID, name: str) -> UUID:
    """The group of the project with this name or id. Raises ``NotFound``."""
    found = await store.groups_called(context.tenant, project_id, [name])
    if not found:
        raise NotFound(f"This project has no group {name[:100]!r}.")
    return found[0][0]


async def groups_called(context: Context, project_id: UUID, names: Sequence[str]) -> Sequence[tuple[UUID, str]]:
    """Id and name of the groups with these names or ids. Raises ``Invalid`` naming what is no group of the project."""
    found = await store.groups_called(context.tenant, project_id, names)
    known = {text for id_, name in found for text in (str(id_), name)}
    missing = [name for name in names if name not in known]
    if missing:
        raise Invalid(f"No group of this project: {', '.join(missing[:10])}.", "groups")
    return found


# --- shared -------------------------------------------------------------------------------------------------------


async def _workers(context: Context, emails: Sequence[str]) -> list[UUID]:
    context.require_live()
    checked = checked_emails(emails)
    return workers_of(checked, await store.workers_by_email(context.tenant, checked))


async def _leaving(context: Context, emails: Sequence[str]) -> list[UUID]:
    """Whoever is meant, members or not any more."""
    context.require_live()
    found = await store.workers_by_email(context.tenant, checked_emails(emails), working=False)
    return [worker for worker in found.values() if worker is not None]


async def _called(context: Context, names: Sequence[str]) -> list[projects.Project]:
    """The projects with these names, in one order, so that two who lock several do not wait for each other."""
    if len(names) > PROJECTS_MAX:
        raise Invalid(f"At most {PROJECTS_MAX} projects at once.", "projects")
    found = {(await projects.called(context.tenant, name, context.caller.mode)).id for name in names}
    return [await projects.lock(context.tenant, id_) for id_ in sorted(found)]


async def _record(context: Context, type: str, project_id: UUID, data: dict[str, object]) -> None:
    event = events.NewEvent(context.new_id(), type, project_id=project_id, data=data)
    await events.record(context.tenant, context.now, context.caller.actor, [event])

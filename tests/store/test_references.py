"""What tasks and turns refer to is there: held by the database, a statement at a time, against its own server's role.

Foreign keys would say the same row by row; see decisions/0012.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from assay.core.errors import NotFound
from assay.core.intake import TaskRow
from assay.services import intake
from assay.services.context import SYSTEM
from assay.store.connection import Tenant
from harness import Organization
from street import Street, new_street

NEW_TASK = """
    insert into tasks (organization_id, id, project_id, project_version, batch_id, attachment_id, state, created_at)
    select $1, gen_random_uuid(), $2, $3, $4, photo, 'annotating', now() from unnest($5::uuid[]) photo"""
NEW_TURN = """
    insert into assignments (organization_id, id, task_id, project_id, stage, round, state, queue_position, opened_at)
    select $1, gen_random_uuid(), task, $2, 'annotate', 1, 'open', 1, now() from unnest($3::uuid[]) task"""


@pytest.fixture
async def street(organization: Organization) -> Street:
    """A project with a task in a batch, on a photo, and a turn."""
    street = await new_street(organization)
    await street.add_photos("a.jpg", "spare.jpg")
    async with organization.context_for("manager") as context:
        row = TaskRow(attachment_id=street.photos["a.jpg"])
        (made,) = await intake.create_tasks(context, street.project_id, [row], batch="monday")
    assert made.task_id is not None
    street.tasks["a.jpg"] = made.task_id
    return street


async def named(street: Street) -> dict[str, Any]:
    """The arguments of ``NEW_TASK`` for a task that may be."""
    async with street.organization.context_for(SYSTEM) as context:
        batch = await context.tenant.fetchval("select id from batches where organization_id = $1")
    return {"project": street.project_id, "version": 1, "batch": batch, "photos": [street.photos["spare.jpg"]]}


async def run(organization: Organization, sql: str, *arguments: object) -> int:
    async with organization.context_for(SYSTEM) as context:
        return await context.tenant.execute(sql, *arguments)


async def add_task(organization: Organization, task: Mapping[str, Any]) -> int:
    return await run(organization, NEW_TASK, task["project"], task["version"], task["batch"], task["photos"])


async def test_a_task_refers_to_what_is_there(street: Street) -> None:
    task = await named(street)

    assert await add_task(street.organization, task) == 1
    assert await add_task(street.organization, task | {"batch": None, "photos": [None]}) == 1


NOWHERE = UUID("0193f1c2-0000-7000-8000-000000000000")


@pytest.mark.parametrize(
    "wrong",
    [{"version": 2}, {"project": NOWHERE}, {"batch": NOWHERE}, {"photos": [NOWHERE]}],
    ids=["version", "project", "batch", "photo"],
)
async def test_a_task_of_what_is_not_there_is_refused(street: Street, wrong: dict[str, Any]) -> None:
    task = await named(street) | wrong

    with pytest.raises(NotFound):
        await add_task(street.organization, task)


@pytest.mark.parametrize("part", ["project", "batch", "photos"])
async def test_a_task_of_another_organization_is_refused(
    street: Street, neighbour: Organization, database_url: str, part: str
) -> None:
    """Not only as the wall hides the other's rows: to a superuser, who sees them, the keys do not fit."""
    theirs = await new_street(neighbour)
    await theirs.add_photos("spare.jpg")
    async with neighbour.context_for("manager") as context:
        row = TaskRow(attachment_id=theirs.photos["spare.jpg"])
        await intake.create_tasks(context, theirs.project_id, [row], batch="theirs")
    task = await named(street) | {part: (await named(theirs))[part]}

    with pytest.raises(NotFound):
        await add_task(street.organization, task)
    superuser = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await superuser.execute(
            NEW_TASK, street.organization.id, task["project"], task["version"], task["batch"], task["photos"]
        )
    await superuser.close()


@pytest.mark.parametrize("part", ["batch", "photos"])
async def test_a_task_of_another_projects_batch_or_photo_is_refused(street: Street, part: str) -> None:
    other = await new_street(street.organization, name="Other")
    task = await named(street)

    with pytest.raises(NotFound):
        await add_task(street.organization, task | {"project": other.project_id, part: task[part]} | _without(part))


def _without(part: str) -> dict[str, Any]:
    """Only one thing wrong at a time."""
    return {"photos": [None]} if part == "batch" else {"batch": None}


async def test_one_wrong_row_among_many_refuses_them_all(street: Street) -> None:
    task = await named(street)
    photos = [street.photos["spare.jpg"]] * 999 + [uuid4()]

    with pytest.raises(NotFound):
        await add_task(street.organization, task | {"photos": photos})
    async with street.organization.context_for(SYSTEM) as context:
        assert await context.tenant.fetchval("select count(*) from tasks where organization_id = $1") == 1


async def test_a_turn_of_a_task_that_is_not_there_is_refused(street: Street, neighbour: Organization) -> None:
    theirs = await new_street(neighbour)
    await theirs.add_tasks("a.jpg")
    other = await new_street(street.organization, name="Other")
    ours = street.tasks["a.jpg"]

    assert await run(street.organization, NEW_TURN, street.project_id, [ours]) == 1
    for project_id, task_ids in (
        (street.project_id, [ours] * 999 + [uuid4()]),
        (street.project_id, [theirs.tasks["a.jpg"]]),
        (other.project_id, [ours]),
    ):
        with pytest.raises(NotFound):
            await run(street.organization, NEW_TURN, project_id, task_ids)


async def test_a_task_written_with_its_turns_is_not_locked_beside(street: Street) -> None:
    """Nobody else can see it before the commit, so a lock would only write every new task a second time; a task of
    another transaction bears one."""
    marked = "select xmax::text <> '0' from tasks where organization_id = $1"
    async with street.organization.context_for(SYSTEM) as context:
        assert not await context.tenant.fetchval(marked)

    await run(street.organization, NEW_TURN, street.project_id, [street.tasks["a.jpg"]])

    async with street.organization.context_for(SYSTEM) as context:
        assert await context.tenant.fetchval(marked)


@pytest.mark.parametrize(
    "sql",
    [
        "delete from attachments where organization_id = $1 and file_name = 'a.jpg'",
        "delete from batches where organization_id = $1",
        "delete from tasks where organization_id = $1",
    ],
)
async def test_what_is_referred_to_cannot_be_deleted(street: Street, sql: str) -> None:
    with pytest.raises(NotFound):
        await run(street.organization, sql)


async def test_what_nobody_refers_to_can_be_deleted(street: Street) -> None:
    sql = "delete from attachments where organization_id = $1 and file_name = 'spare.jpg'"

    assert await run(street.organization, sql) == 1


@pytest.mark.parametrize(
    "change",
    [
        "attachments set id = $2::uuid",
        "attachments set project_id = $2::uuid",
        "batches set id = $2::uuid",
        "batches set project_id = $2::uuid",
        "tasks set id = $2::uuid",
        "tasks set project_id = $2::uuid",
        "tasks set batch_id = $2::uuid",
        "tasks set project_version = 7 + length($2::uuid::text)",
        "assignments set task_id = $2::uuid",
        "assignments set project_id = $2::uuid",
    ],
)
async def test_keys_and_references_do_not_change(street: Street, change: str) -> None:
    with pytest.raises(asyncpg.RestrictViolationError):
        await run(street.organization, f"update {change} where organization_id = $1", uuid4())


async def test_a_project_version_never_changes_or_goes(street: Street, database_url: str) -> None:
    """Not even by who owns the table; the server's role may not try (tests/tidy/test_walls.py)."""
    superuser = await asyncpg.connect(database_url)
    for sql in ("update project_versions set version = 9", "delete from project_versions"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await superuser.execute(f"{sql} where organization_id = $1", street.organization.id)
    await superuser.close()


async def test_a_task_gets_no_photo_that_is_not_there(street: Street, neighbour: Organization) -> None:
    theirs = await new_street(neighbour)
    await theirs.add_photos("a.jpg")
    other = await new_street(street.organization, name="Other")
    await other.add_photos("b.jpg")
    change = "update tasks set attachment_id = $2 where organization_id = $1"

    assert await run(street.organization, change, street.photos["spare.jpg"]) == 1
    for photo in (uuid4(), theirs.photos["a.jpg"], other.photos["b.jpg"]):
        with pytest.raises(NotFound):
            await run(street.organization, change, photo)


async def test_a_photo_stays_while_a_task_on_it_waits_for_its_commit(street: Street) -> None:
    """The other transaction waits, and then finds the task."""
    organization = street.organization
    task = await named(street)
    delete = "delete from attachments where organization_id = $1 and file_name = 'spare.jpg'"
    async with organization.context_for(SYSTEM) as context:
        await context.tenant.execute(NEW_TASK, task["project"], task["version"], task["batch"], task["photos"])
        deleting = asyncio.create_task(run(organization, delete))
        await _waits_for_a_lock(context.tenant)

    with pytest.raises(NotFound):
        await deleting


@pytest.mark.parametrize("change", [True, False], ids=["changed", "as it was"])
async def test_a_task_stays_while_a_turn_on_it_waits_for_its_commit(street: Street, change: bool) -> None:
    """Also where the task is only locked by having been changed in the same transaction."""
    organization = street.organization
    await add_task(organization, await named(street) | {"batch": None, "photos": [None]})
    which = "organization_id = $1 and batch_id is null"
    async with organization.context_for(SYSTEM) as context:
        if change:
            await context.tenant.execute(f"update tasks set priority = 1 where {which}")
        task_id = await context.tenant.fetchval(f"select id from tasks where {which}")
        await context.tenant.execute(NEW_TURN, street.project_id, [task_id])
        deleting = asyncio.create_task(run(organization, f"delete from tasks where {which}"))
        await _waits_for_a_lock(context.tenant)

    with pytest.raises(NotFound):
        await deleting


async def test_no_task_comes_to_a_photo_that_is_being_deleted(street: Street) -> None:
    organization = street.organization
    task = await named(street)
    async with organization.context_for(SYSTEM) as context:
        await context.tenant.execute("delete from attachments where organization_id = $1 and file_name = 'spare.jpg'")
        adding = asyncio.create_task(add_task(organization, task))
        await _waits_for_a_lock(context.tenant)

    with pytest.raises(NotFound):
        await adding


async def test_a_photo_is_looked_up_by_its_id_in_one_index_only(organization: Organization) -> None:
    """Without statistics PostgreSQL takes any index that begins with the organization, and reads all its photos."""
    async with organization.context_for(SYSTEM) as context:
        found = await context.tenant.fetch(
            """select i.indexrelid::regclass::text as name from pg_index i
               join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
               where i.indrelid = 'attachments'::regclass and a.attname = 'organization_id' and $1::uuid is not null"""
        )

    assert [row["name"] for row in found] == ["attachments_pkey"]


async def _waits_for_a_lock(tenant: Tenant) -> None:
    """Until some transaction waits for this one. Asked of the locks: inside a transaction the list of connections stays
    what it was when first looked at, and the one that is to wait may not have been in it."""
    sql = """
        select count(*) from pg_locks
        where $1::uuid is not null and not granted and pg_backend_pid() = any (pg_blocking_pids(pid))"""
    async with asyncio.timeout(10):
        while not await tenant.fetchval(sql):  # noqa: ASYNC110 - PostgreSQL has no event for it
            await asyncio.sleep(0.01)

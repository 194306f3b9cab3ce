"""Batches: made, filled, let go, told how far they are, and put in order."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from scaleapi.batches import BatchStatus
from scaleapi.exceptions import ScaleDuplicateResource, ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskStatus, TaskType

from assay.services import resolution, routing
from harness import Organization
from speaking import BOXES, PHOTO, Finish, Speak, Speaker

CAR = {"id": "c1", "type": "box", "label": "car", "x": 10, "y": 20, "width": 100, "height": 50}
ANSWER = {"annotations": [CAR]}


@pytest.fixture
async def speaker(speak: Speak) -> Speaker:
    made = await speak()
    await made.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    await made.create_project("Own", TaskType.ImageAnnotation, {"geometries": BOXES}, False, True)
    return made


async def add(speaker: Speaker, batch: str, **more: Any) -> str:
    task = await speaker.create_task(TaskType.ImageAnnotation, batch=batch, attachment=PHOTO, **more)
    return str(task.id)


async def post(speaker: Speaker, path: str, body: Any = None) -> httpx.Response:
    async with httpx.AsyncClient(auth=(speaker.key, "")) as client:
        return await client.post(f"{speaker.base}/{path}", json=body)


async def offered(organization: Organization) -> int:
    """How many turns somebody could take."""
    async with organization.context_for("annotator") as context:
        number: int = await context.tenant.fetchval(
            "select count(*) from assignments where organization_id = $1 and state = 'open'"
        )
        return number


async def test_a_batch_is_told_as_it_was_made(speaker: Speaker) -> None:
    made = await speaker.create_batch("Cars", "Monday", metadata={"week": 9})

    batch = await speaker.get_batch("Monday")
    assert batch.as_dict() == made.as_dict()
    assert (batch.name, batch.project, batch.status, batch.metadata) == ("Monday", "Cars", "in_progress", {"week": 9})
    assert batch.created_at == "2026-03-02T09:00:00.000Z"


async def test_a_name_is_taken_in_every_project_but_not_in_the_other_mode(speaker: Speaker, speak: Speak) -> None:
    await speaker.create_batch("Cars", "Monday")

    for project in ("Cars", "Own"):
        with pytest.raises(ScaleDuplicateResource, match="Monday"):
            await speaker.create_batch(project, "Monday")
    test = await speak("test")
    await test.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    assert (await test.create_batch("Cars", "Monday")).status == "in_progress"
    assert [batch.name for batch in await test.gathered("get_batches")] == ["Monday"]


async def test_what_is_not_there_is_not_found(speaker: Speaker) -> None:
    with pytest.raises(ScaleResourceNotFound):
        await speaker.create_batch("Nowhere", "Monday")
    for name in ("get_batch", "batch_status", "finalize_batch"):
        with pytest.raises(ScaleResourceNotFound, match="Monday"):
            await getattr(speaker, name)("Monday")
    with pytest.raises(ScaleResourceNotFound, match="Monday"):
        await add(speaker, "Monday")
    with pytest.raises(ScaleInvalidRequest, match="name"):
        await speaker.create_batch("Cars", " ")
    with pytest.raises(ScaleInvalidRequest, match="not both"):
        await speaker.create_batch("Cars", "Both", calibration_batch=True, self_label_batch=True)


@pytest.mark.parametrize("name", ["a/b", "100 %", "task 7/8 ü", "tasks", "?#&+", "x" * 200])
async def test_a_batch_may_be_called_anything(speaker: Speaker, name: str) -> None:
    await speaker.create_batch("Own", name)
    task_id = await add(speaker, name)

    assert (await speaker.get_batch(name)).name == name
    assert (await speaker.finalize_batch(name)).status == "in_progress"
    # Again is no error, whatever the name: this client could not read a conflict here.
    assert (await speaker.finalize_batch(name)).status == "in_progress"
    assert (await speaker.batch_status(name))["pending"] == 1
    assert (await speaker.set_batch_metadata(name, {"a": 1})).metadata == {"a": 1}
    assert [task.id for task in await speaker.gathered("get_tasks", batch_name=name)] == [task_id]
    assert await speaker.get_tasks_count(batch_name=name) == 1


async def test_a_plain_batch_is_worked_on_at_once_and_is_completed_by_its_last_task(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    batch = await speaker.create_batch("Cars", "Monday")
    await add(speaker, "Monday")
    cancelled = await add(speaker, "Monday")
    await finish()
    assert await offered(organization) == 2

    organization.clock.advance(1)
    await speaker.cancel_task(cancelled)
    assert (await speaker.get_batch("Monday")).status == "in_progress"
    await finish(ANSWER)

    assert await asyncio.to_thread(batch.get_status) == {
        "status": "completed",
        "pending": 0,
        "completed": 1,
        "error": 0,
        "canceled": 1,
    }
    assert (batch.status, batch.tasks_completed, batch.tasks_canceled) == ("completed", 1, 1)
    assert await events(organization) == ["batch.created", "batch.completed"]


async def events(organization: Organization) -> list[str]:
    async with organization.context_for("manager") as context:
        rows = await context.tenant.fetch(
            "select type from events where organization_id = $1 and type like 'batch.%' order by id"
        )
    return [row["type"] for row in rows]


async def test_a_task_that_is_added_to_a_completed_plain_batch_puts_it_back_in_progress(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    await speaker.create_batch("Cars", "Monday")
    for _ in range(2):
        await add(speaker, "Monday")
        assert (await speaker.get_batch("Monday")).status == "in_progress"
        organization.clock.advance(1)
        await finish(ANSWER)
        assert (await speaker.get_batch("Monday")).status == "completed"
        organization.clock.advance(1)

    assert await events(organization) == ["batch.created", "batch.completed", "batch.reopened", "batch.completed"]


async def test_a_photo_that_cannot_be_had_keeps_no_batch_from_being_completed(speaker: Speaker, finish: Finish) -> None:
    await speaker.create_batch("Cars", "Monday")
    await add(speaker, "Monday")

    await finish(failure="It is gone.")

    assert await speaker.batch_status("Monday") == {
        "status": "completed",
        "pending": 0,
        "completed": 0,
        "error": 1,
        "canceled": 0,
    }


async def test_a_staged_batch_waits_until_it_is_finalized(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    made = await speaker.create_batch("Own", "Monday")
    ids = [await add(speaker, "Monday") for _ in range(2)]
    await finish()
    assert (made.status, (await speaker.get_batch("Monday")).status) == ("staging", "staging")
    assert (await speaker.get_task(ids[0])).status == TaskStatus.Pending.value
    assert await offered(organization) == 0

    assert (await asyncio.to_thread(made.finalize)).status == "in_progress"
    await add(speaker, "Monday")
    await finish()
    assert await offered(organization) == 3

    await finish(ANSWER)
    assert (await speaker.batch_status("Monday"))["completed"] == 3
    # Whoever was told that it is completed counts on it.
    with pytest.raises(ScaleInvalidRequest, match="takes no more tasks"):
        await add(speaker, "Monday")


async def test_an_empty_batch_is_not_completed(speaker: Speaker) -> None:
    await speaker.create_batch("Own", "Monday")

    assert (await speaker.finalize_batch("Monday")).status == "in_progress"


async def test_a_staged_batch_whose_tasks_were_all_cancelled_is_completed_when_it_is_finalized(
    speaker: Speaker,
) -> None:
    await speaker.create_batch("Own", "Monday")
    await speaker.cancel_task(await add(speaker, "Monday"))

    assert (await speaker.finalize_batch("Monday")).status == "completed"


async def test_a_batch_implies_its_project(speaker: Speaker) -> None:
    await speaker.create_batch("Cars", "Monday")

    task = await speaker.create_task(TaskType.ImageAnnotation, batch="Monday", attachment=PHOTO)

    assert (task.project, task.batch) == ("Cars", "Monday")
    with pytest.raises(ScaleInvalidRequest, match="belongs to the project 'Cars'"):
        await add(speaker, "Monday", project="Own")
    assert (await speaker.create_task(TaskType.ImageAnnotation, project="Own", attachment=PHOTO)).as_dict().get(
        "batch"
    ) is None


async def test_batches_are_found_by_every_filter(speaker: Speaker, organization: Organization) -> None:
    for number, project in enumerate(["Cars", "Own", "Cars"]):
        await speaker.create_batch(project, f"batch {number}")
        organization.clock.advance(60)
    async with organization.context_for("manager") as context:
        await context.tenant.execute(
            "update projects set state = 'archived' where organization_id = $1 and name = 'Own'"
        )

    async def found(**filters: Any) -> list[str]:
        return [batch.name for batch in (await speaker.batches(**filters)).docs]

    assert await found() == ["batch 2", "batch 1", "batch 0"]
    assert await found(project="Cars") == ["batch 2", "batch 0"]
    assert await found(status="staging") == ["batch 1"]
    assert await found(exclude_archived=True) == ["batch 2", "batch 0"]
    assert await found(exclude_archived=False) == ["batch 2", "batch 1", "batch 0"]
    assert await found(start_time="2026-03-02T09:01:00") == ["batch 2", "batch 1"]
    assert await found(end_time="2026-03-02 09:01:00") == ["batch 1", "batch 0"]
    assert await found(limit=1, offset=1) == ["batch 1"]
    generated = await speaker.gathered("get_batches", project_name="Cars", batch_status=BatchStatus.InProgress)
    assert [batch.name for batch in generated] == ["batch 2", "batch 0"]
    for wrong in ({"status": "done"}, {"limit": 0}, {"limit": "x"}, {"offset": -1}, {"start_time": "soon"}):
        with pytest.raises(ScaleInvalidRequest, match=next(iter(wrong))):
            await speaker.batches(**wrong)


async def test_pages_of_batches_say_how_many_there_are(speaker: Speaker, organization: Organization) -> None:
    for number in range(3):
        await speaker.create_batch("Cars", f"batch {number}")
        organization.clock.advance(1)
    await add(speaker, "batch 2")

    async with httpx.AsyncClient(auth=(speaker.key, "")) as client:
        first = (await client.get(f"{speaker.base}/batches?limit=2&detailed=True")).json()
        second = (await client.get(f"{speaker.base}/batches?limit=2&offset=2")).json()

    pages = ("totalDocs", "limit", "offset", "has_more", "totalPages", "hasNextPage", "nextPage", "page")
    assert [first[name] for name in pages] == [3, 2, 0, True, 2, True, 2, 1]
    assert [second[name] for name in pages] == [3, 2, 2, False, 2, False, None, 2]
    assert [doc["tasks_pending"] for doc in first["docs"]] == [1, 0]
    assert "tasks_pending" not in second["docs"][0]


async def first_offered(organization: Organization) -> list[str | None]:
    """The batches of the turns as a worker is given them."""
    found = []
    async with organization.context_for("annotator") as context:
        for row in await context.tenant.fetch("select id from projects where organization_id = $1"):
            while (claimed := await routing.claim_next(context, row["id"], "annotate")) is not None:
                found.append(
                    await context.tenant.fetchval(
                        """select batch.name from tasks task join batches batch on batch.id = task.batch_id
                           where task.organization_id = $1 and task.id = $2""",
                        claimed.turn.task_id,
                    )
                )
    return found


async def test_tasks_of_a_batch_of_higher_priority_are_offered_first(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    for name in ("slow", "fast"):
        await speaker.create_batch("Cars", name)
        await add(speaker, name)
        await add(speaker, name, priority=20)
    await finish()

    answered = await post(speaker, "batches/slow/prioritize", {"priority": 10})

    assert (answered.status_code, answered.json()["priority"]) == (200, 10)
    late = await add(speaker, "slow")
    assert (await speaker.get_task(late)).as_dict()["priority"] == 10
    await finish()
    assert await first_offered(organization) == ["fast", "fast", "slow", "slow", "slow"]
    for wrong in ({"priority": 9}, {"priority": 31}, {"priority": "high"}, {}):
        refused = await post(speaker, "batches/slow/prioritize", wrong)
        assert (refused.status_code, "priority" in refused.json()["error"] or "Must be" in refused.json()["error"]) == (
            400,
            True,
        )


async def test_batches_are_offered_in_the_order_they_are_put_in(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    for name in ("first", "second", "third"):
        await speaker.create_batch("Cars", name)
        await add(speaker, name)
    await finish()

    listed = await speaker.set_studio_batches_priorities(["third", "second"])

    assert [(one.name, one.studio_priority) for one in listed] == [("third", 1), ("second", 2), ("first", None)]
    # A task that comes later goes to where its batch is.
    await add(speaker, "third")
    await finish()
    assert await first_offered(organization) == ["third", "third", "second", "first"]


async def test_an_order_is_reset_to_the_oldest_first(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    for name in ("first", "second"):
        await speaker.create_batch("Cars", name)
        await add(speaker, name)
        organization.clock.advance(1)
    await finish()
    await speaker.set_studio_batches_priorities(["second"])

    listed = await speaker.reset_studio_batches_priorities()

    assert [(one.name, one.studio_priority) for one in listed] == [("first", None), ("second", None)]
    assert await first_offered(organization) == ["first", "second"]
    with pytest.raises(ScaleResourceNotFound):
        await speaker.set_studio_batches_priorities(["nowhere"])
    with pytest.raises(ScaleInvalidRequest):
        await speaker.set_studio_batches_priorities([])


async def test_pending_batches_are_listed_with_their_numbers(speaker: Speaker, finish: Finish) -> None:
    for name in ("done", "open"):
        await speaker.create_batch("Cars", name)
        await add(speaker, name)
        if name == "done":
            await finish(ANSWER)

    (one,) = await speaker.list_studio_batches()

    assert (one.name, one.project_name, one.batch_type, one.total, one.completed, one.groups) == (
        "open",
        "Cars",
        "Production",
        1,
        0,
        [],
    )


async def test_a_calibration_batch_comes_first_and_every_answer_is_reviewed(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    await speaker.create_batch("Cars", "many")
    await add(speaker, "many")
    made = await speaker.create_batch("Cars", "few", calibration_batch=True)
    few = await add(speaker, "few")
    await speaker.set_studio_batches_priorities(["many"])
    await finish()
    assert made.as_dict()["calibration_batch"] is True

    await finish(ANSWER)

    assert (await speaker.batch_status("many"))["status"] == "completed"
    assert (await speaker.get_task(few)).status == TaskStatus.Pending.value
    async with organization.context_for("manager") as context:
        states = await context.tenant.fetch(
            """select batch.name, task.state from tasks task join batches batch on batch.id = task.batch_id
               where task.organization_id = $1 order by 1"""
        )
        order = await context.tenant.fetch(
            """select batch.name from assignments turn join tasks task on task.id = turn.task_id
               join batches batch on batch.id = task.batch_id
               where turn.organization_id = $1 and turn.stage = 'annotate' order by turn.queue_position"""
        )
    assert [tuple(row.values()) for row in states] == [("few", "reviewing"), ("many", "completed")]
    assert [row["name"] for row in order] == ["few", "many"]


async def taken(organization: Organization, who: Any) -> list[str | None]:
    """The batches of the turns that somebody is given, as long as there are any."""
    found = []
    async with organization.context_for(who) as context:
        for row in await context.tenant.fetch("select id from projects where organization_id = $1"):
            while (claimed := await routing.claim_next(context, row["id"], "annotate")) is not None:
                batch = await context.tenant.fetchval(
                    """select batch.name from tasks task join batches batch on batch.id = task.batch_id
                       where task.organization_id = $1 and task.id = $2""",
                    claimed.turn.task_id,
                )
                found.append(batch)
    return found


async def test_a_self_label_batch_is_for_owners_and_managers(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    made = await speaker.create_batch("Cars", "ours", self_label_batch=True)
    await speaker.create_batch("Cars", "all")
    for name in ("all", "ours", "ours", "ours"):
        await add(speaker, name)
    await finish()
    assert made.as_dict()["self_label_batch"] is True

    async with organization.context_for("annotator") as context:
        work = {row["name"]: row["annotate_open"] for row in await routing.projects_with_work(context, context.now)}
    assert work == {"Cars": 1, "Own": 0}
    assert await taken(organization, "reviewer") == ["all"]
    assert await taken(organization, "annotator") == []
    assert await taken(organization, "manager") == ["ours"] * 3


async def test_a_batch_is_kept_to_groups_and_opened_again(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    second = await organization.add("annotator")
    await speaker.create_project_group("Cars", [second.email], "night shift")
    for name in ("early", "late"):
        await speaker.create_batch("Cars", name)
        await add(speaker, name)
    await finish()

    batch = await speaker.assign_studio_batches("late", ["night shift"])

    assert (batch.name, batch.groups) == ("late", ["night shift"])
    # A task that comes later is kept as well, and the order of batches does not let others in.
    await add(speaker, "late")
    await finish()
    await speaker.set_studio_batches_priorities(["late", "early"])
    assert await taken(organization, "annotator") == ["early"]
    assert (await taken(organization, second))[:1] == ["late"]
    with pytest.raises(ScaleResourceNotFound, match="day shift"):
        await speaker.assign_studio_batches("late", ["day shift"])
    await add(speaker, "late")
    await finish()
    assert (await speaker.assign_studio_batches("late", [])).groups == []
    assert await taken(organization, "reviewer") == ["late"]


async def test_an_answer_that_is_missing_is_asked_of_those_a_batch_is_kept_to(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    second = await organization.add("annotator")
    await speaker.create_project_group("Cars", [second.email], "night shift")
    await speaker.create_batch("Cars", "late")
    await add(speaker, "late")
    await speaker.assign_studio_batches("late", ["night shift"])
    await finish()
    assert await taken(organization, second) == ["late"]

    # The lease runs out, and another turn is opened.
    organization.clock.advance(2 * 86_400)
    async with organization.context_for("manager") as context:
        rows = await context.tenant.fetch("select id from tasks where organization_id = $1")
        await resolution.advance_all(context, [row["id"] for row in rows])

    assert await taken(organization, "annotator") == []
    assert await taken(organization, second) == ["late"]

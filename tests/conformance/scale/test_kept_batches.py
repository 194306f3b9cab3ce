"""A task that none of those it is kept to would do waits for a manager, as one that nobody at all would do."""

from __future__ import annotations

from typing import Any

import pytest
from scaleapi.tasks import TaskType

from assay.services import teams
from harness import Organization
from speaking import BOXES, PHOTO, Finish, Speak, Speaker, a_turn, advanced


@pytest.fixture
async def speaker(speak: Speak) -> Speaker:
    made = await speak()
    await made.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    return made


async def skipped(organization: Organization, who: Any = "annotator") -> None:
    """They are given the task, and will not do it."""
    client = await organization.client_for(who)
    turn = await a_turn(organization) if who == "annotator" else None
    if turn is None:
        projects = (await client.get("/v1/work/projects")).json()["items"]
        turn = (await client.post(f"/v1/work/projects/{projects[0]['id']}/claim", json={})).json()
    done = await client.post(f"/v1/work/turns/{turn['assignment_id']}/skip", json={"reason": "too_hard"})
    assert done.status_code == 204, done.text
    await advanced(organization)


async def batch_of(organization: Organization) -> dict[str, Any]:
    manager = await organization.client_for("manager")
    project = (await manager.get("/v1/projects")).json()["items"][0]["id"]
    (batch,) = (await manager.get(f"/v1/projects/{project}/batches")).json()["items"]
    return dict(batch)


async def kept(speaker: Speaker, finish: Finish, emails: list[str]) -> Any:
    await speaker.create_project_group("Cars", emails, "night")
    await speaker.create_batch("Cars", "late")
    await speaker.assign_studio_batches("late", ["night"])
    task = await speaker.create_task(TaskType.ImageAnnotation, batch="late", attachment=PHOTO)
    await finish()
    return task


async def test_it_is_set_aside_once_all_of_a_group_refused_it(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    """Others could do it, two refusals are allowed, and one person is in the group."""
    task = await kept(speaker, finish, [organization.people["annotator"].email])

    await skipped(organization)

    batch = await batch_of(organization)
    assert (batch["state"], batch["open"], batch["set_aside"]) == ("in_progress", 1, 1)
    assert (await speaker.get_task(task.id)).status == "pending"
    manager = await organization.client_for("manager")
    rows = (
        await manager.get(f"/v1/projects/{await project_of(organization)}/tasks", params={"state": "broken"})
    ).json()
    assert [row["batch"] for row in rows["items"]] == ["late"]


async def test_it_waits_for_those_of_the_group_who_may_still_take_it(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    second = await organization.add("annotator")
    await kept(speaker, finish, [organization.people["annotator"].email, second.email])

    await skipped(organization)
    assert (await batch_of(organization))["set_aside"] == 0

    # The other one leaves the group: nobody is left.
    async with organization.context_for("manager") as context:
        project = await context.tenant.fetchval("select id from projects where organization_id = $1")
        group = await teams.group_called(context, project, "night")
        await teams.change_group(context, project, group, remove=[second.email])
    await advanced(organization)
    assert (await batch_of(organization))["set_aside"] == 1


async def test_it_is_set_aside_when_it_is_kept_to_who_refused_it(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    await organization.add("annotator")
    await speaker.create_batch("Cars", "late")
    await speaker.create_task(TaskType.ImageAnnotation, batch="late", attachment=PHOTO)
    await finish()
    await skipped(organization)
    assert (await batch_of(organization))["set_aside"] == 0

    await speaker.create_project_group("Cars", [organization.people["annotator"].email], "night")
    await speaker.assign_studio_batches("late", ["night"])
    await advanced(organization)

    assert (await batch_of(organization))["set_aside"] == 1


async def test_a_batch_for_owners_and_managers_counts_them_alone(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    await speaker.create_batch("Cars", "late", self_label_batch=True)
    await speaker.create_task(TaskType.ImageAnnotation, batch="late", attachment=PHOTO)
    await finish()

    await skipped(organization, "manager")
    assert (await batch_of(organization))["set_aside"] == 0
    await skipped(organization, "owner")

    assert (await batch_of(organization))["set_aside"] == 1


async def project_of(organization: Organization) -> str:
    manager = await organization.client_for("manager")
    return str((await manager.get("/v1/projects")).json()["items"][0]["id"])

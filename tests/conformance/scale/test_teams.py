"""Teammates, assignments and groups, as the client keeps them."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from scaleapi.exceptions import ScaleDuplicateResource, ScaleException, ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole

from assay.core.errors import Forbidden
from assay.services import routing
from harness import Organization
from speaking import BOXES, PHOTO, Finish, Speak, Speaker


async def project_id(organization: Organization, name: str) -> UUID:
    async with organization.context_for("owner") as context:
        found: UUID = await context.tenant.fetchval(
            "select id from projects where organization_id = $1 and name = $2", name
        )
    return found


async def one_task(speaker: Speaker, finish: Finish, name: str = "Cars") -> None:
    """A project with one task that waits to be claimed."""
    await speaker.create_project(name, TaskType.ImageAnnotation, {"geometries": BOXES})
    await speaker.create_task(TaskType.ImageAnnotation, project=name, attachment=PHOTO)
    await finish()


async def test_teammates_are_our_members_with_their_roles(speak: Speak, organization: Organization) -> None:
    speaker = await speak()

    found = {mate.email: mate for mate in await speaker.list_teammates()}

    assert {email: mate.role for email, mate in found.items()} == {
        organization.people["owner"].email: "admin",
        organization.people["manager"].email: "manager",
        organization.people["reviewer"].email: "member",
        organization.people["annotator"].email: "labeler",
        organization.people["auditor"].email: "member",
    }
    owner = found["olive@assay.test"]
    assert (owner.first_name, owner.last_name, owner.company) == ("Olive", "Owner", organization.name)
    assert [mate.email for mate in found.values() if mate.is_studio_labeler] == [organization.people["annotator"].email]


async def test_invited_teammates_are_members_who_can_be_let_in(speak: Speak, organization: Organization) -> None:
    speaker = await speak()

    invited = await speaker.invite_teammates(["Ann.Lee@new.test", "bo@new.test"], TeammateRole.Labeler)
    again = await speaker.invite_teammates(["ann.lee@new.test"], TeammateRole.Member)

    assert [(mate.email, mate.role, mate.first_name) for mate in invited] == [
        ("ann.lee@new.test", "labeler", "Ann"),
        ("bo@new.test", "labeler", "Bo"),
    ]
    # Inviting again changes nobody.
    assert [(mate.email, mate.role) for mate in again] == [("ann.lee@new.test", "labeler")]
    manager = await organization.client_for("manager")
    members = (await manager.get("/v1/members")).json()["items"]
    ann = next(member for member in members if member["email"] == "ann.lee@new.test")
    link = await manager.post(f"/v1/members/{ann['id']}/sign-in-links")
    assert link.status_code == 201
    assert "#token=" in link.json()["url"]


async def test_a_role_changes_within_what_the_key_may(speak: Speak, organization: Organization) -> None:
    speaker = await speak()
    labeler, owner = organization.people["annotator"], organization.people["owner"]

    changed = await speaker.update_teammates_role([labeler.email], TeammateRole.Member)
    mate = next(mate for mate in await speaker.list_teammates() if mate.email == labeler.email)
    back = await asyncio.to_thread(mate.update_teammate_role, TeammateRole.Labeler)

    assert [(one.email, one.role) for one in changed] == [(labeler.email, "member")]
    assert [one.role for one in back] == ["labeler"]
    for refused in (
        speaker.update_teammates_role([labeler.email], TeammateRole.Manager),
        speaker.update_teammates_role([labeler.email], TeammateRole.Admin),
        speaker.update_teammates_role([owner.email], TeammateRole.Labeler),
        speaker.invite_teammates(["boss@new.test"], TeammateRole.Admin),
        speaker.invite_teammates(["boss@new.test"], TeammateRole.Manager),
    ):
        with pytest.raises(ScaleException) as error:
            await refused
        assert error.value.code == 403
    # Of several, all are changed or none.
    with pytest.raises(ScaleException):
        await speaker.update_teammates_role([labeler.email, owner.email], TeammateRole.Member)
    roles = {mate.email: mate.role for mate in await speaker.list_teammates()}
    assert roles[labeler.email] == "labeler"
    assert "boss@new.test" not in roles


async def test_a_program_that_only_reads_or_only_tests_appoints_nobody(speak: Speak) -> None:
    for speaker, code in ((await speak(role="auditor"), 403), (await speak("test"), 403)):
        with pytest.raises(ScaleException) as error:
            await speaker.invite_teammates(["ann@new.test"], TeammateRole.Labeler)
        assert error.value.code == code


async def test_who_is_no_teammate_is_named(speak: Speak) -> None:
    speaker = await speak()

    with pytest.raises(ScaleResourceNotFound, match=r"nobody@new\.test"):
        await speaker.update_teammates_role(["nobody@new.test"], TeammateRole.Member)
    with pytest.raises(ScaleInvalidRequest, match="address"):
        await speaker.invite_teammates(["not an address"], TeammateRole.Member)


async def test_an_assigned_project_is_offered_to_whoever_is_assigned(
    speak: Speak, finish: Finish, organization: Organization
) -> None:
    speaker = await speak()
    await one_task(speaker, finish)
    cars = await project_id(organization, "Cars")
    other = await organization.add("annotator")
    mine = organization.people["annotator"]
    assert await speaker.list_studio_assignments() == {}

    assigned = await speaker.add_studio_assignments([mine.email.upper()], ["Cars"])

    assert assigned[mine.email].assigned_projects == ["Cars"]
    seen = {}
    for person in (mine, other):
        client = await organization.client_for(person)
        seen[person.email] = [one["name"] for one in (await client.get("/v1/work/projects")).json()["items"]]
    assert seen == {mine.email: ["Cars"], other.email: []}
    async with organization.context_for(other) as context:
        with pytest.raises(Forbidden, match="crew"):
            await routing.claim_next(context, cars, "annotate")
    async with organization.context_for(mine) as context:
        assert await routing.claim_next(context, cars, "annotate") is not None

    # Nobody is left, and the project stays closed to the others.
    left = await speaker.remove_studio_assignments([mine.email, "unknown@new.test"], ["Cars"])
    assert left == {}
    async with organization.context_for(mine) as context:
        with pytest.raises(Forbidden):
            await routing.claim_next(context, cars, "annotate")


async def test_assignments_name_who_and_what_is_missing(speak: Speak, organization: Organization) -> None:
    speaker = await speak()
    mine, auditor = organization.people["annotator"].email, organization.people["auditor"].email
    await speaker.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})

    with pytest.raises(ScaleInvalidRequest, match=r"nobody@new\.test"):
        await speaker.add_studio_assignments([mine, "nobody@new.test"], ["Cars"])
    with pytest.raises(ScaleInvalidRequest, match=auditor):
        await speaker.add_studio_assignments([auditor], ["Cars"])
    with pytest.raises(ScaleResourceNotFound, match="Boats"):
        await speaker.add_studio_assignments([mine], ["Cars", "Boats"])

    assert await speaker.list_studio_assignments() == {}


async def test_groups_of_a_project(speak: Speak, organization: Organization) -> None:
    speaker = await speak()
    name = "Cars/night"
    await speaker.create_project(name, TaskType.ImageAnnotation, {"geometries": BOXES})
    first, second = organization.people["annotator"], organization.people["reviewer"]

    made = await speaker.create_project_group(name, [first.email], "Night shift")
    changed = await speaker.update_project_group(name, "Night shift", [second.email], [first.email])
    by_id = await speaker.update_project_group(name, made.id, [first.email], [])

    assert (made.name, made.numWorkers, made.isSingleton) == ("Night shift", 1, False)
    assert [worker["email"] for worker in changed.as_dict()["workers"]] == [second.email]
    assert by_id.numWorkers == 2
    assert [group.as_dict() for group in await speaker.list_project_groups(name)] == [by_id.as_dict()]
    with pytest.raises(ScaleDuplicateResource):
        await speaker.create_project_group(name, [], "Night shift")
    with pytest.raises(ScaleResourceNotFound):
        await speaker.update_project_group(name, "Day shift", [first.email], [])
    with pytest.raises(ScaleResourceNotFound):
        await speaker.list_project_groups("Boats")


async def test_people_and_groups_of_another_organization_are_not_there(
    speak: Speak, organization: Organization, neighbour: Organization
) -> None:
    ours, theirs = await speak(), await speak(of=neighbour)
    for speaker in (ours, theirs):
        await speaker.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    group = await theirs.create_project_group("Cars", [neighbour.people["annotator"].email], "Theirs")
    stranger = await neighbour.add("annotator", email="only.there@assay.test")

    with pytest.raises(ScaleInvalidRequest, match="No member"):
        await ours.add_studio_assignments([stranger.email], ["Cars"])
    with pytest.raises(ScaleResourceNotFound):
        await ours.update_project_group("Cars", group.id, [], [])
    assert await ours.list_project_groups("Cars") == []
    assert stranger.email not in {mate.email for mate in await ours.list_teammates()}

"""One customer's day, in which every method of the client is called and what it gives is looked at: once by http, once
by https with a certificate that only this customer trusts.

The methods are read from the client itself, so that a new version of it with one more fails here.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
import scaleapi
from scaleapi.batches import BatchStatus
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskReviewStatus, TaskStatus, TaskType
from scaleapi.teams import TeammateRole

from harness import Organization
from scenes import photo
from speaking import BOXES, PHOTO, Finish, Speak, Speaker

# Asks the second version of the API, which is another one and not spoken here.
ELSEWHERE = {"v2_get_tasks"}

CAR = {"type": "box", "label": "car", "left": 10, "top": 20, "width": 30, "height": 40}
ANSWER: dict[str, Any] = {
    "annotations": [{"id": "a", "type": "box", "label": "car", "x": 10, "y": 20, "width": 30, "height": 40}]
}


@dataclass
class Tourist:
    """The client's methods, to be awaited, and which of them were called."""

    speaker: Speaker
    called: set[str] = field(default_factory=set)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        self.called.add(name)
        return getattr(self.speaker, name)  # type: ignore[no-any-return]

    async def all_of(self, name: str, **named: Any) -> list[Any]:
        self.called.add(name)
        return await self.speaker.gathered(name, **named)


def methods_of_the_client() -> set[str]:
    found = inspect.getmembers(scaleapi.ScaleClient, inspect.isfunction)
    return {name for name, _ in found if not name.startswith("_")}


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
async def test_every_method_of_the_client_is_answered(
    speak: Speak, finish: Finish, organization: Organization, tls: bool
) -> None:
    tourist = Tourist(await speak(tls=tls))

    await _projects(tourist, organization)
    await _people(tourist, organization)
    await _batches(tourist)
    await _tasks(tourist, finish, organization)
    await _known_answers_and_files(tourist)

    assert methods_of_the_client() - tourist.called == ELSEWHERE


async def _projects(tourist: Tourist, organization: Organization) -> None:
    made = await tourist.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    # Which of two is newer, nobody can tell of those made within a millisecond.
    organization.clock.advance(1)
    await tourist.create_project("Own", TaskType.ImageAnnotation, {"geometries": BOXES}, False, True)
    assert (made.name, made.type, made.version) == ("Cars", "imageannotation", 1)
    changed = await tourist.update_project("Cars", patch=True, instruction="Box every car.")
    assert (changed.version, changed.instruction) == (2, "Box every car.")
    assert (await tourist.get_project("Cars")).as_dict() == changed.as_dict()
    assert [project.name for project in await tourist.projects()] == ["Own", "Cars"]
    assert [project.name for project in await tourist.get_projects()] == ["Own", "Cars"]
    template = await tourist.get_project_template("Cars")
    assert (template.version, template.template_variables["instruction"]) == (2, "Box every car.")


async def _people(tourist: Tourist, organization: Organization) -> None:
    labeler = organization.people["annotator"].email
    (ann,) = await tourist.invite_teammates(["ann@new.test"], TeammateRole.Labeler)
    assert (ann.email, ann.role) == ("ann@new.test", "labeler")
    (member,) = await tourist.update_teammates_role(["ann@new.test"], TeammateRole.Member)
    assert member.role == "member"
    assert {mate.email for mate in await tourist.list_teammates()} >= {"ann@new.test", labeler}
    assigned = await tourist.add_studio_assignments([labeler, "ann@new.test"], ["Cars"])
    assert assigned[labeler].assigned_projects == ["Cars"]
    assert set(await tourist.remove_studio_assignments(["ann@new.test"], ["Cars"])) == {labeler}
    assert set(await tourist.list_studio_assignments()) == {labeler}
    group = await tourist.create_project_group("Own", ["ann@new.test"], "Night")
    changed = await tourist.update_project_group("Own", "Night", [labeler], ["ann@new.test"])
    assert (group.name, [worker["email"] for worker in changed.as_dict()["workers"]]) == ("Night", [labeler])
    assert [one.name for one in await tourist.list_project_groups("Own")] == ["Night"]


async def _batches(tourist: Tourist) -> None:
    made = await tourist.create_batch("Own", "Monday", metadata={"week": 9})
    assert (made.name, made.status) == ("Monday", "staging")
    assert (await tourist.set_batch_metadata("Monday", {"week": 10})).metadata == {"week": 10}
    await tourist.create_task(TaskType.ImageAnnotation, batch="Monday", attachment=PHOTO + "?monday")
    await tourist.create_batch("Own", "Tuesday")
    assert (await tourist.finalize_batch("Monday")).status == "in_progress"
    assert (await tourist.get_batch("Monday")).status == "in_progress"
    assert (await tourist.batch_status("Monday"))["pending"] == 1
    assert {batch.name for batch in (await tourist.batches(project="Own")).docs} == {"Monday", "Tuesday"}
    going = await tourist.all_of("get_batches", project_name="Own", batch_status=BatchStatus.InProgress)
    assert [batch.name for batch in going] == ["Monday"]
    assert "Monday" in {batch.name for batch in await tourist.list_studio_batches()}
    ordered = await tourist.set_studio_batches_priorities(["Monday"])
    assert "Monday" in {batch.name for batch in ordered}
    assert (await tourist.assign_studio_batches("Monday", ["Night"])).groups == ["Night"]
    assert (await tourist.assign_studio_batches("Monday", [])).groups == []
    assert "Monday" in {batch.name for batch in await tourist.reset_studio_batches_priorities()}


async def _tasks(tourist: Tourist, finish: Finish, organization: Organization) -> None:
    made = await tourist.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO, unique_id="one")
    assert (await tourist.get_task(made.id)).as_dict()["unique_id"] == "one"
    assert (await tourist.update_task_unique_id(made.id, "two")).as_dict()["unique_id"] == "two"
    assert "unique_id" not in (await tourist.clear_task_unique_id(made.id)).as_dict()
    assert (await tourist.set_task_metadata(made.id, {"n": 1})).metadata == {"n": 1}
    assert (await tourist.set_task_tags(made.id, ["a"])).tags == ["a"]
    assert (await tourist.add_task_tags(made.id, ["b"])).tags == ["a", "b"]
    assert (await tourist.delete_task_tags(made.id, ["a"])).tags == ["b"]
    assert [task.id for task in (await tourist.tasks(project="Cars")).docs] == [made.id]
    assert await tourist.get_tasks_count(project_name="Cars", tags=["b"]) == 1
    unwanted = await tourist.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO + "?2")
    assert (await tourist.cancel_task(unwanted.id)).status == "canceled"

    await finish(ANSWER)
    done = await tourist.all_of("get_tasks", project_name="Cars", status=TaskStatus.Completed)
    assert [task.id for task in done] == [made.id]
    await tourist.audit_task(made.id, False, "Once more")
    assert (await tourist.get_task(made.id)).status == "pending"
    organization.clock.advance(60)
    await finish(ANSWER)
    await tourist.audit_task(made.id, True)
    accepted = await tourist.all_of("get_tasks", project_name="Cars", review_status=TaskReviewStatus.Accepted)
    assert [(task.id, task.response["annotations"][0]["label"]) for task in accepted] == [(made.id, "car")]


async def _known_answers_and_files(tourist: Tourist) -> None:
    expected = {"annotations": [CAR]}
    for create in (tourist.create_evaluation_task, tourist.create_training_task):
        known = await create(
            TaskType.ImageAnnotation, project="Own", attachment=PHOTO + "?known", expected_response=expected
        )
        assert known.expected_response == expected
    file = await tourist.upload_file(BytesIO(photo(9)), project_name="Cars")
    assert file.attachment_url.startswith("scaledata://")
    # What it fetches, its own tests have a server for; here it is refused as it must be.
    with pytest.raises(ScaleInvalidRequest):
        await tourist.import_file("http://127.0.0.1/secret.png")

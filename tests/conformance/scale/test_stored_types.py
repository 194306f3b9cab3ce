"""Types whose editor does not exist yet: taken, read closely, kept, and never answered."""

from __future__ import annotations

from typing import Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from asked_of_types import ENOUGH, FILE, GEOMETRIES, LABELS
from harness import Organization
from speaking import Finish, Speak, Speaker

EVERY = pytest.mark.parametrize("task_type", ENOUGH, ids=lambda task_type: task_type.value)


@pytest.fixture
async def speaker(speak: Speak) -> Speaker:
    return await speak()


@EVERY
async def test_it_is_kept_whole_and_waits(
    speaker: Speaker, task_type: TaskType, finish: Finish, organization: Organization
) -> None:
    sent = {**ENOUGH[task_type], "instruction": "Carefully.", "something_else": {"kept": [1, 2]}}

    made = await speaker.create_task(task_type, unique_id="one", tags=["a"], metadata={"n": 1}, **sent)
    await finish({})

    found = await speaker.get_task(made.id)
    assert (found.status, found.type, found.tags, found.metadata) == ("pending", task_type.value, ["a"], {"n": 1})
    kept = {name: value for name, value in sent.items() if name != "instruction"}
    assert {name: found.params[name] for name in kept} == kept
    assert [one.id for one in await speaker.tasks(type=task_type.value, tags="a", unique_id="one")] == [made.id]
    async with organization.context_for("manager") as context:
        waiting = "select count(*) from attachments where organization_id = $1"
        assert await context.tenant.fetchval(waiting) == 0
    annotator = await organization.client_for("annotator")
    assert (await annotator.get("/v1/work/projects")).json()["items"] == []

    assert (await speaker.cancel_task(made.id)).status == "canceled"


@pytest.mark.parametrize(
    ("task_type", "sent", "words"),
    [
        *((task_type, {}, "required|Give ") for task_type in ENOUGH),
        (TaskType.SegmentAnnotation, {"attachment": FILE, "labels": [str(n) for n in range(51)]}, "At most 50"),
        (TaskType.SegmentAnnotation, {"attachment": "here", "labels": LABELS}, "^.*attachment|address"),
        (TaskType.SegmentAnnotation, {"attachment": FILE, "labels": [{"colour": "red"}]}, "Must be a text"),
        (TaskType.VideoAnnotation, {"attachments": [FILE, 3], "geometries": GEOMETRIES}, "address"),
        (TaskType.VideoAnnotation, {"attachments": [FILE], "geometries": {"blob": {}}}, "blob"),
        (TaskType.VideoAnnotation, {"attachments": [FILE], "geometries": {"box": {}}}, "at least one label"),
        (TaskType.VideoPlaybackAnnotation, {"attachment": FILE, "geometries": GEOMETRIES, "frame_rate": -1}, "within"),
        (TaskType.LidarAnnotation, {"attachments": [FILE], "labels": LABELS, "attachment_type": "csv"}, "json"),
        (TaskType.SensorFusion, {"attachments": [FILE], "scene_format": "XML"}, "SFS"),
        (TaskType.DocumentModel, {"attachment": FILE, "features": ["total"]}, "Must be an object"),
    ],
)
async def test_a_mistake_is_named_and_nothing_is_kept(
    speaker: Speaker, task_type: TaskType, sent: dict[str, Any], words: str
) -> None:
    with pytest.raises(ScaleInvalidRequest, match=words):
        await speaker.create_task(task_type, **sent)
    assert (await speaker.tasks()).total == 0


async def test_a_task_takes_from_its_project_what_it_does_not_say(speaker: Speaker) -> None:
    await speaker.create_project("Roads", TaskType.LidarAnnotation, {"labels": LABELS})

    task = await speaker.create_task(TaskType.LidarAnnotation, project="Roads", attachments=[FILE])

    assert (task.project, task.params["labels"]) == ("Roads", LABELS)


async def test_nobody_makes_such_a_project_by_hand(organization: Organization) -> None:
    manager = await organization.client_for("manager")

    refused = await manager.post(
        "/v1/projects", json={"name": "x", "kind": "stored", "instructions": "", "taxonomy": {}}
    )

    assert refused.status_code == 400
    assert "no editor" in refused.text

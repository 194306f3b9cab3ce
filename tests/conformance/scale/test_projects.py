"""Projects: created, told, and their parameters changed version by version."""

from __future__ import annotations

import asyncio

import pytest
from scaleapi.exceptions import ScaleDuplicateResource, ScaleInvalidRequest
from scaleapi.tasks import TaskType

from harness import Organization
from speaking import BOXES, Speak

PARAMS = {"instruction": "Box every car.", "geometries": BOXES}


async def test_a_project_is_told_with_what_was_sent(speak: Speak) -> None:
    speaker = await speak()

    made = await speaker.create_project("Cars", TaskType.ImageAnnotation, {**PARAMS, "anything": [1]}, studio=True)
    found = await speaker.get_project("Cars")

    assert (made.name, made.type, made.version, made.instruction) == ("Cars", "imageannotation", 1, "Box every car.")
    assert found.as_dict() == made.as_dict()
    assert found.params["geometries"] == BOXES
    assert found.params["anything"] == [1]
    assert found.as_dict()["studio"] is True


async def test_projects_come_as_a_bare_list_the_newest_first(speak: Speak, organization: Organization) -> None:
    speaker = await speak()
    for name in ("first", "second"):
        organization.clock.advance(1)
        await speaker.create_project(name, TaskType.ImageAnnotation, PARAMS)

    for listed in (await speaker.projects(), await speaker.get_projects()):
        assert [project.name for project in listed] == ["second", "first"]


async def test_a_name_is_given_once_however_many_ask_for_it(speak: Speak) -> None:
    speaker = await speak()

    answers = await asyncio.gather(
        *(speaker.create_project("Cars", TaskType.ImageAnnotation, PARAMS) for _ in range(8)), return_exceptions=True
    )

    assert len([one for one in answers if not isinstance(one, BaseException)]) == 1
    assert {type(one) for one in answers if isinstance(one, BaseException)} == {ScaleDuplicateResource}


async def test_patch_adds_to_the_parameters_and_without_it_they_are_replaced(speak: Speak) -> None:
    speaker = await speak()
    await speaker.create_project("Cars", TaskType.ImageAnnotation, {**PARAMS, "old": 1})

    patched = await speaker.update_project("Cars", patch=True, instruction="Only parked ones.")
    replaced = await speaker.update_project("Cars", geometries={"polygon": {"objects_to_annotate": ["car"]}})

    assert (patched.version, patched.instruction, patched.params["old"]) == (2, "Only parked ones.", 1)
    assert patched.params["geometries"] == BOXES
    assert (replaced.version, replaced.instruction) == (3, "")
    assert "old" not in replaced.params
    history = replaced.as_dict()["param_history"]
    assert [(one["version"], one["instruction"]) for one in history] == [
        (1, "Box every car."),
        (2, "Only parked ones."),
        (3, ""),
    ]


async def test_changes_that_meet_lose_nothing(speak: Speak) -> None:
    speaker = await speak()
    await speaker.create_project("Cars", TaskType.ImageAnnotation, PARAMS)

    await asyncio.gather(*(speaker.update_project("Cars", patch=True, **{f"key{n}": n}) for n in range(6)))

    found = await speaker.get_project("Cars")
    assert {f"key{n}" for n in range(6)} <= found.params.keys()
    assert found.version == 7


async def test_a_project_may_be_made_before_its_parameters(speak: Speak) -> None:
    speaker = await speak()

    made = await speaker.create_project("Later", TaskType.ImageAnnotation, None)
    changed = await speaker.update_project("Later", **PARAMS)

    assert (made.version, changed.version, changed.params["geometries"]) == (1, 2, BOXES)


async def test_what_a_project_asks_is_asked_by_our_own(speak: Speak, organization: Organization) -> None:
    speaker = await speak()
    # The client has no word for the pipeline; programs send it themselves.
    body = {"name": "Cars", "type": "imageannotation", "params": PARAMS, "pipeline": "consensus_task"}
    await asyncio.to_thread(speaker.client.api.post_request, "projects", body)

    native = (await (await organization.key_client()).get("/v1/projects")).json()["items"][0]

    assert (native["name"], native["kind"], native["instructions"]) == ("Cars", "image", "Box every car.")
    assert [(label["name"], label["shapes"]) for label in native["taxonomy"]["labels"]] == [
        ("car", ["box"]),
        ("sign", ["box"]),
    ]
    assert native["policy"]["overlap"] == {"mode": "fixed", "count": 3}


async def test_a_project_of_our_own_is_told_and_changed_like_any_other(
    speak: Speak, organization: Organization
) -> None:
    speaker, native = await speak(), await organization.key_client()
    taxonomy = {"labels": [{"name": "car", "shapes": ["box", "polygon"]}]}
    made = (await native.post("/v1/projects", json={"name": "Ours", "taxonomy": taxonomy})).json()

    found = await speaker.get_project("Ours")
    await speaker.update_project("Ours", patch=True, instruction="Look closely.")
    changed = (await native.get(f"/v1/projects/{made['id']}")).json()

    assert found.params["geometries"] == {
        "box": {"objects_to_annotate": ["car"]},
        "polygon": {"objects_to_annotate": ["car"]},
    }
    assert (changed["instructions"], changed["taxonomy"]["labels"]) == ("Look closely.", made["taxonomy"]["labels"])


async def test_archived_projects_are_listed_apart(speak: Speak, organization: Organization) -> None:
    speaker, native = await speak(), await organization.key_client()
    await speaker.create_project("Old", TaskType.ImageAnnotation, PARAMS)
    item = (await native.get("/v1/projects")).json()["items"][0]
    await native.patch(f"/v1/projects/{item['id']}", json={"state": "archived"})

    assert await speaker.projects() == []
    listed = await asyncio.to_thread(speaker.client.api.get_request, "projects", {"archived": True})
    assert [one["name"] for one in listed] == ["Old"]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"geometries": {"cuboid": {"objects_to_annotate": ["car"], "camera_height": "tall"}}}, "camera_height"),
        ({"geometries": {"circle": {}}}, "circle"),
        ({"geometries": ["box"]}, "object"),
        ({"geometries": BOXES, "links": {"owns": {"to_allowed_labels": ["boat"]}}}, "links.owns"),
        ({"geometries": BOXES, "annotation_attributes": {"angle": {"type": "colour"}}}, "colour"),
        ({"instruction": 3, "geometries": BOXES}, "instruction"),
    ],
)
async def test_what_cannot_be_honoured_is_refused_by_name(speak: Speak, params: dict[str, object], words: str) -> None:
    speaker = await speak()

    with pytest.raises(ScaleInvalidRequest, match=words):
        await speaker.create_project("Cars", TaskType.ImageAnnotation, params)
    assert await speaker.projects() == []


@pytest.mark.parametrize("task_type", [one for one in TaskType if one is not TaskType.DocumentTranscription])
async def test_a_project_may_be_of_any_type(speak: Speak, task_type: TaskType) -> None:
    speaker = await speak()

    await speaker.create_project("Work", task_type, {"instruction": "Look closely."})

    project = await speaker.get_project("Work")
    assert (project.type, project.instruction) == (task_type.value, "Look closely.")

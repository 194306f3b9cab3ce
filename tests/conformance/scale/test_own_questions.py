"""Tasks that ask something else than their project, and tasks without one."""

from __future__ import annotations

import asyncio

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from harness import Organization
from speaking import BOXES, PHOTO, Finish, Speak, a_turn

POLYGONS = {"polygon": {"objects_to_annotate": ["tree"]}}
TREE = {"id": "t", "type": "polygon", "label": "tree", "rings": [[[1, 1], [90, 1], [90, 90]]]}


async def test_a_tasks_parameters_go_before_its_projects(
    speak: Speak, organization: Organization, finish: Finish
) -> None:
    speaker = await speak()
    params = {"instruction": "Mark well.", "geometries": BOXES}
    await speaker.create_project("Cars", TaskType.ImageAnnotation, params)
    task = await speaker.create_task(
        TaskType.ImageAnnotation, project="Cars", attachment=PHOTO, geometries=POLYGONS, instruction="Mark trees."
    )
    await finish()

    turn = await a_turn(organization)

    assert (task.instruction, task.params["geometries"]) == ("Mark trees.\n\nMark well.", POLYGONS)
    assert turn["instructions"] == "Mark trees.\n\nMark well."
    assert [label["name"] for label in turn["taxonomy"]["labels"]] == ["tree"]


async def test_the_answer_to_a_tasks_own_question_is_told(speak: Speak, finish: Finish) -> None:
    speaker = await speak()
    await speaker.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    task = await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO, geometries=POLYGONS)
    await finish({"annotations": [TREE]})

    assert (await speaker.get_task(task.id)).response["annotations"][0]["label"] == "tree"


async def test_tasks_need_no_project(speak: Speak, finish: Finish, organization: Organization) -> None:
    speaker = await speak()

    made = await asyncio.gather(
        *(
            speaker.create_task(
                TaskType.PolygonAnnotation, attachment=f"{PHOTO}?{n}", objects_to_annotate=["tree"], instruction="Trees"
            )
            for n in range(5)
        )
    )
    await finish({"annotations": [TREE]})

    assert await speaker.projects() == []
    for task in made:
        found = await speaker.get_task(task.id)
        assert (found.status, found.type, found.instruction) == ("completed", "polygonannotation", "Trees")
        assert "project" not in found.as_dict()
        assert found.response["annotations"][0]["vertices"][0] == {"x": 1, "y": 1}
    assert (await speaker.tasks(type="polygonannotation")).total == 5
    # People see where they are by a name that can be read.
    manager = await organization.client_for("manager")
    assert [one["name"] for one in (await manager.get("/v1/projects")).json()["items"]] == ["Polygon annotation"]


async def test_a_task_that_asks_nothing_is_refused(speak: Speak) -> None:
    speaker = await speak()
    await speaker.create_project("Empty", TaskType.ImageAnnotation, None)

    for where in ({}, {"project": "Empty"}):
        with pytest.raises(ScaleInvalidRequest, match="Nothing is asked"):
            await speaker.create_task(TaskType.ImageAnnotation, attachment=PHOTO, **where)
    made = await speaker.create_task(TaskType.ImageAnnotation, attachment=PHOTO, project="Empty", geometries=BOXES)
    assert made.params["geometries"] == BOXES

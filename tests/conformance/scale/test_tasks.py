"""Tasks: created, looked at, answered, cancelled, and what is written on them."""

from __future__ import annotations

import asyncio
from math import pi
from typing import Any

import pytest
from scaleapi.exceptions import (
    ScaleDuplicateResource,
    ScaleInvalidRequest,
    ScaleResourceNotFound,
)
from scaleapi.tasks import Task, TaskType

from harness import Organization
from speaking import BOXES, PHOTO, Finish, Speak, Speaker

CAR = {"id": "c1", "type": "box", "label": "car", "x": 10, "y": 20, "width": 100, "height": 50}


@pytest.fixture
async def speaker(speak: Speak) -> Speaker:
    made = await speak()
    await made.create_project("Cars", TaskType.ImageAnnotation, {"instruction": "Box cars.", "geometries": BOXES})
    return made


async def create(speaker: Speaker, **more: Any) -> Task:
    task: Task = await speaker.create_task(TaskType.ImageAnnotation, **{"project": "Cars", "attachment": PHOTO, **more})
    return task


async def test_a_task_has_what_was_sent_and_what_its_project_says(speaker: Speaker) -> None:
    sent = {"metadata": {"n": 1, "deep": {"a": [None]}}, "unique_id": "one", "tags": ["b", "a", "b"], "priority": 20}
    task = await create(speaker, **sent, note="kept")

    found = (await speaker.get_task(task.id)).as_dict()
    assert found == task.as_dict()
    assert len(task.id) == 24
    assert int(task.id, 16) > 0
    assert {key: found[key] for key in ("type", "status", "project", "unique_id", "tags", "metadata", "priority")} == {
        "type": "imageannotation",
        "status": "pending",
        "project": "Cars",
        "unique_id": "one",
        "tags": ["b", "a"],
        "metadata": sent["metadata"],
        "priority": 20,
    }
    assert found["params"] == {"attachment": PHOTO, "geometries": BOXES, "note": "kept"}
    assert found["instruction"] == "Box cars."
    assert found["created_at"] == found["updated_at"] == "2026-03-02T09:00:00.000Z"
    assert found["project_param_version"] == 1
    assert "response" not in found


async def test_a_task_keeps_the_parameters_it_was_created_under(speaker: Speaker) -> None:
    before = await create(speaker)
    await speaker.update_project("Cars", patch=True, instruction="Box parked cars.")
    after = await create(speaker)

    found = await speaker.get_task(before.id)
    assert (found.instruction, found.project_param_version) == ("Box cars.", 1)
    assert (after.instruction, after.project_param_version) == ("Box parked cars.", 2)


async def test_the_answer_comes_in_this_dialect(speaker: Speaker, organization: Organization, finish: Finish) -> None:
    task = await create(speaker)
    organization.clock.advance(60)
    await finish({"annotations": [CAR]})

    await asyncio.to_thread(task.refresh)
    assert (task.status, task.work_started) == ("completed", True)
    assert task.completed_at == task.updated_at == "2026-03-02T09:01:00.000Z"
    assert task.response["annotations"] == [
        {
            "uuid": task.response["annotations"][0]["uuid"],
            "type": "box",
            "label": "car",
            "attributes": {},
            "left": 10,
            "top": 20,
            "width": 100,
            "height": 50,
        }
    ]
    assert task.response["global_attributes"] == {}


async def test_every_geometry_and_attribute_goes_round(speaker: Speaker, finish: Finish) -> None:
    attributes = {
        "colour": {"choices": ["red", {"choice": "blues", "subchoices": ["navy", "sky"]}], "required": True},
        "parts": {
            "choices": ["door", "roof"],
            "allow_multiple": True,
            "conditions": {"label_condition": {"label": "car"}},
        },
        "speed": {"type": "number", "min": 0, "max": 50, "conditions": {"attribute_conditions": [{"colour": "blues"}]}},
        "weather": {"choices": ["sun", "rain"], "conditions": {"is_global": True}},
    }
    lists = {"objects_to_annotate": [{"choice": "vehicle", "subchoices": ["car", {"choice": "bus", "display": "Bus"}]}]}
    geometries = {"box": {**lists, "can_rotate": True}, "polygon": lists, "line": lists, "point": lists}
    params = {"geometries": geometries, "annotation_attributes": attributes}
    await speaker.create_project("All", TaskType.ImageAnnotation, params)
    task = await create(speaker, project="All")

    said = {"label": "car", "attributes": {"colour": "sky", "parts": ["door"], "speed": 30.0}}
    await finish(
        {
            "annotations": [
                {"id": "1", "type": "box", "x": 10, "y": 10, "width": 40, "height": 20, "rotation": 90, **said},
                {"id": "2", "type": "polygon", "rings": [[[100, 100], [150, 100], [150, 150]]], **said},
                {"id": "3", "type": "polyline", "points": [[200, 10], [300, 20]], **said},
                {"id": "4", "type": "point", "x": 400, "y": 300, "label": "bus", "attributes": {"colour": "red"}},
            ],
            "attributes": {"weather": "rain"},
        }
    )

    response = (await speaker.get_task(task.id)).response
    by_type = {one["type"]: one for one in response["annotations"]}
    assert response["global_attributes"] == {"weather": "rain"}
    assert by_type["box"]["attributes"] == said["attributes"]
    assert by_type["box"]["rotation"] == pytest.approx(pi / 2)
    assert {side: by_type["box"][side] for side in ("left", "top", "width", "height")} == {
        "left": 10,
        "top": 10,
        "width": 40,
        "height": 20,
    }
    # A quarter turn clockwise about (30, 20): the top left corner goes to the top right.
    corners = [(round(one["x"], 6), round(one["y"], 6)) for one in by_type["box"]["vertices"]]
    assert corners == [(40, 0), (40, 40), (20, 40), (20, 0)]
    assert by_type["polygon"]["vertices"] == [{"x": 100, "y": 100}, {"x": 150, "y": 100}, {"x": 150, "y": 150}]
    assert by_type["line"]["vertices"] == [{"x": 200, "y": 10}, {"x": 300, "y": 20}]
    assert (by_type["point"]["x"], by_type["point"]["y"], by_type["point"]["label"]) == (400, 300, "bus")


@pytest.mark.parametrize(
    ("task_type", "mark", "told"),
    [
        (TaskType.Annotation, CAR, {"type": "box", "left": 10}),
        (
            TaskType.PolygonAnnotation,
            {"id": "p", "type": "polygon", "label": "car", "rings": [[[1, 1], [9, 1], [9, 9]]]},
            {"type": "polygon", "vertices": [{"x": 1, "y": 1}, {"x": 9, "y": 1}, {"x": 9, "y": 9}]},
        ),
        (
            TaskType.LineAnnotation,
            {"id": "l", "type": "polyline", "label": "car", "points": [[1, 1], [9, 1]]},
            {"type": "line", "vertices": [{"x": 1, "y": 1}, {"x": 9, "y": 1}]},
        ),
        (
            TaskType.PointAnnotation,
            {"id": "o", "type": "point", "label": "car", "x": 5, "y": 6},
            {"type": "point", "x": 5, "y": 6},
        ),
    ],
)
async def test_the_older_types_mark_one_geometry(
    speaker: Speaker, finish: Finish, task_type: TaskType, mark: dict[str, Any], told: dict[str, Any]
) -> None:
    await speaker.create_project("Old", task_type, {"objects_to_annotate": ["car"], "with_labels": True})
    task = await speaker.create_task(task_type, project="Old", attachment=PHOTO, attachment_type="image")
    await finish({"annotations": [mark]})

    found = await speaker.get_task(task.id)
    assert found.type == task_type.value
    assert list(found.response) == ["annotations"]
    assert told.items() <= found.response["annotations"][0].items()


async def test_a_hypothesis_is_what_the_worker_begins_with(
    speaker: Speaker, organization: Organization, finish: Finish
) -> None:
    guess = {"annotations": [{"type": "box", "label": "car", "left": 1, "top": 2, "width": 30, "height": 40}]}
    await create(speaker, hypothesis=guess)
    await finish()

    annotator = await organization.client_for("annotator")
    work = (await annotator.get("/v1/work/projects")).json()["items"][0]
    turn = (await annotator.post(f"/v1/work/projects/{work['id']}/claim", json={})).json()

    mark = turn["prelabels"]["annotations"][0]
    assert {side: mark[side] for side in ("x", "y", "width", "height")} == {"x": 1, "y": 2, "width": 30, "height": 40}
    with pytest.raises(ScaleInvalidRequest, match="hypothesis"):
        await create(speaker, hypothesis={"annotations": [{**guess["annotations"][0], "label": "boat"}]})


async def test_whole_pixels_are_given_where_they_are_asked_for(speaker: Speaker, finish: Finish) -> None:
    box = {"objects_to_annotate": ["car"], "integer_pixels": True}
    await speaker.create_project("Whole", TaskType.ImageAnnotation, {"geometries": {"box": box}})
    task = await create(speaker, project="Whole")
    await finish({"annotations": [{**CAR, "x": 10.4, "y": 20.6, "width": 100.3, "height": 50.2}]})

    one = (await speaker.get_task(task.id)).response["annotations"][0]
    assert [one[side] for side in ("left", "top", "width", "height")] == [10, 21, 101, 50]


async def test_a_photo_that_cannot_be_had_makes_an_error(speaker: Speaker, finish: Finish) -> None:
    task = await create(speaker)
    await finish(failure="The server answered 404.")

    found = await speaker.get_task(task.id)
    assert found.status == "error"
    assert found.response == {"error": "The server answered 404.", "attachments": [{"statusCode": None, "url": PHOTO}]}
    assert [one.id for one in (await speaker.tasks(status="error")).docs] == [task.id]
    assert (await speaker.tasks(status="pending")).docs == []


async def test_an_error_frees_the_unique_id_where_that_was_asked(speaker: Speaker, finish: Finish) -> None:
    freed = await create(speaker, unique_id="freed", clear_unique_id_on_error=True)
    await create(speaker, unique_id="kept")
    with pytest.raises(ScaleDuplicateResource):
        await create(speaker, unique_id="freed")
    await finish(failure="The server answered 404.")

    again = await create(speaker, unique_id="freed")

    assert "unique_id" not in (await speaker.get_task(freed.id)).as_dict()
    assert [task.id for task in (await speaker.tasks(unique_id="freed")).docs] == [again.id]
    with pytest.raises(ScaleDuplicateResource):
        await create(speaker, unique_id="kept")


# --- ending -------------------------------------------------------------------------------------------------------


async def test_a_pending_task_is_cancelled_and_again_is_no_error(speaker: Speaker) -> None:
    task = await create(speaker)

    first = await speaker.cancel_task(task.id)
    again = await speaker.cancel_task(task.id)

    assert (first.status, again.status) == ("canceled", "canceled")


async def test_a_completed_task_cannot_be_cancelled(speaker: Speaker, finish: Finish) -> None:
    task = await create(speaker)
    await finish({"annotations": [CAR]})

    with pytest.raises(ScaleInvalidRequest, match="completed"):
        await speaker.cancel_task(task.id)
    assert (await speaker.get_task(task.id)).status == "completed"


async def test_cancelling_frees_the_unique_id_where_asked(speaker: Speaker) -> None:
    kept, freed = await create(speaker, unique_id="kept"), await create(speaker, unique_id="freed")

    await speaker.cancel_task(kept.id)
    cancelled = await speaker.cancel_task(freed.id, clear_unique_id=True)

    assert "unique_id" not in cancelled.as_dict()
    await create(speaker, unique_id="freed")
    with pytest.raises(ScaleDuplicateResource):
        await create(speaker, unique_id="kept")


# --- writing on them ----------------------------------------------------------------------------------------------


async def test_metadata_is_replaced_and_an_empty_body_empties_it(speaker: Speaker, organization: Organization) -> None:
    task = await create(speaker, metadata={"old": 1})
    organization.clock.advance(5)

    changed = await speaker.set_task_metadata(task.id, {"new": [1, 2]})
    emptied = await speaker.set_task_metadata(task.id, {})

    assert changed.metadata == {"new": [1, 2]}
    assert changed.updated_at == "2026-03-02T09:00:05.000Z"
    assert emptied.metadata == {}
    with pytest.raises(ScaleInvalidRequest, match="metadata"):
        await speaker.set_task_metadata(task.id, {"much": "x" * 70_000})


async def test_tags_are_set_added_and_taken_away(speaker: Speaker) -> None:
    task = await create(speaker, tags=["a"])

    assert (await speaker.add_task_tags(task.id, ["b", "a"])).tags == ["a", "b"]
    assert (await speaker.delete_task_tags(task.id, ["a", "none"])).tags == ["b"]
    assert (await speaker.set_task_tags(task.id, ["c", "c", "d"])).tags == ["c", "d"]
    # An empty list is sent as no body at all.
    assert (await speaker.set_task_tags(task.id, [])).tags == []
    assert (await speaker.add_task_tags(task.id, [])).tags == []
    for wrong in ([""], ["x" * 201], [str(n) for n in range(101)], [{"a": 1}]):
        with pytest.raises(ScaleInvalidRequest, match="tag"):
            await speaker.set_task_tags(task.id, wrong)


async def test_a_task_that_is_not_there_is_not_found_by_any_verb(speaker: Speaker) -> None:
    nobody = "0123456789abcdef01234567"
    for verb, *given in (
        ("get_task",),
        ("cancel_task",),
        ("set_task_metadata", {"a": 1}),
        ("set_task_tags", ["a"]),
        ("add_task_tags", ["a"]),
        ("delete_task_tags", ["a"]),
        ("update_task_unique_id", "x"),
        ("clear_task_unique_id",),
    ):
        with pytest.raises(ScaleResourceNotFound):
            await getattr(speaker, verb)(nobody, *given)


# --- refusing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"attachment": None}, "attachment"),
        ({"attachment": "s3://bucket/key.png"}, "attachment"),
        ({"attachment": "file:///etc/passwd"}, "attachment"),
        ({"attachment_type": "video"}, "attachment_type"),
        ({"unique_id": ""}, "unique_id"),
        ({"unique_id": 7}, "unique_id"),
        ({"metadata": [1]}, "metadata"),
        ({"tags": "a"}, "tags"),
        ({"priority": 99}, "priority"),
        ({"callback_url": "ftp://acme.org/hook"}, "callback_url"),
        ({"callback_url": "http://10.0.0.1/hook"}, "callback_url"),
        ({"callback_url": "somebody at acme"}, "callback_url"),
        ({"callback_url": 7}, "callback_url"),
        ({"base_annotations": {"annotations": [1]}}, "base_annotations"),
        ({"padding": -10}, "padding"),
        ({"metadata": {"nul": "\x00"}}, "NUL"),
        ({"note": {"deep": ["\x00"]}}, "NUL"),
    ],
)
async def test_what_cannot_be_done_is_refused_and_nothing_is_kept(
    speaker: Speaker, sent: dict[str, Any], words: str
) -> None:
    with pytest.raises(ScaleInvalidRequest, match=words):
        await create(speaker, **sent)
    assert (await speaker.tasks()).total == 0


async def test_a_project_that_is_not_there_is_named(speaker: Speaker) -> None:
    with pytest.raises(ScaleResourceNotFound, match="Boats"):
        await create(speaker, project="Boats")


async def test_a_task_is_of_its_projects_type(speaker: Speaker) -> None:
    with pytest.raises(ScaleInvalidRequest, match="imageannotation"):
        await speaker.create_task(TaskType.Annotation, project="Cars", attachment=PHOTO)

"""Keys for trying things out: every task is completed at once, with an answer that somebody could have given."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image
from scaleapi.tasks import Task, TaskType

from asked_of_types import ENOUGH, ENTITIES, FIELDS, TEXT
from calling import calling, receiving
from harness import Organization
from speaking import BOXES, PHOTO, Finish, Speak, Speaker, advanced


@pytest.fixture
async def tester(speak: Speak) -> Speaker:
    return await speak("test")


async def made(tester: Speaker, task_type: TaskType, **sent: Any) -> Task:
    """A task created, and looked up at once."""
    task = await tester.create_task(task_type, **sent)
    assert task.status == "completed"
    found: Task = await tester.get_task(task.id)
    assert (found.status, found.is_test) == ("completed", True)
    assert found.completed_at
    assert found.response == task.response
    return found


async def test_boxes_lie_on_the_image_and_answer_what_is_asked(tester: Speaker) -> None:
    task = await made(
        tester,
        TaskType.ImageAnnotation,
        attachment=PHOTO,
        geometries={**BOXES, "polygon": {"objects_to_annotate": ["tree"]}, "point": {"objects_to_annotate": ["nose"]}},
        annotation_attributes={"occluded": {"choices": ["yes", "no"], "required": True}},
    )

    marks = task.response["annotations"]
    assert {mark["label"] for mark in marks} == {"car", "sign", "tree", "nose"}
    assert all(mark["attributes"]["occluded"] in ("yes", "no") for mark in marks)
    box = next(mark for mark in marks if mark["label"] == "car")
    assert min(box["left"], box["top"]) >= 0
    assert box["width"] > 0 < box["height"]


async def test_forms_hold_values_that_are_asked_for(tester: Speaker) -> None:
    task = await made(tester, TaskType.TextCollection, fields=FIELDS, attachment="Slow.")
    values = task.response["annotations"]
    assert values["mood"][0] in (1, "sad", "angry")
    assert 1 <= len(values["topics"]) <= 2
    assert 1 <= values["stars"][0] <= 5
    assert values["person"][0]["name"]

    task = await made(tester, TaskType.Categorization, attachment="https://a.org/1.png", categories=["a", "b"])
    assert task.response["category"] in ("a", "b")
    images = ["https://a.org/1.png", "https://a.org/2.png"]
    task = await made(tester, TaskType.Comparison, attachments=images, choices=["left", "right"])
    assert task.response["choice"] in ("left", "right")
    task = await made(tester, TaskType.Transcription, attachment="Milk", fields={"what": "?"}, repeatable_fields=["n"])
    assert task.response["fields"]["what"]
    assert task.response["repeatable_fields"][0]["n"]


async def test_entities_lie_in_the_text(tester: Speaker) -> None:
    task = await made(tester, TaskType.NamedEntityRecognition, text=TEXT, **ENTITIES)

    spans = task.response["annotations"]
    assert {one["label"] for one in spans} == {"person", "company", "place"}
    assert all(one["text"] == TEXT[one["start"] : one["end"]] for one in spans)
    assert task.response["relationships"][0]["name"] == "wrote_to"


async def test_a_whole_guess_is_the_answer(tester: Speaker) -> None:
    task = await made(
        tester,
        TaskType.Categorization,
        attachment="Soap.",
        attachment_type="text",
        categories=["a", "b", "c"],
        hypothesis={"category": "b"},
    )
    assert task.response == {"category": "b"}


@pytest.mark.parametrize("task_type", ENOUGH, ids=lambda task_type: task_type.value)
async def test_types_without_an_editor_answer_too(tester: Speaker, task_type: TaskType) -> None:
    task = await made(tester, task_type, **ENOUGH[task_type])

    assert task.response
    async with httpx.AsyncClient() as anybody:
        for url in addresses(task.response):
            path = urlsplit(url).path
            found = await anybody.get(tester.base.removesuffix("/scale/v1") + path)
            assert found.status_code == 200
            if path.endswith(".json"):
                assert found.json()
            else:
                with Image.open(io.BytesIO(found.content)) as image:
                    assert image.size == (160, 120)


def addresses(value: Any) -> list[str]:
    """Every address in a response."""
    if isinstance(value, str):
        return [value] if value.startswith("http") else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [url for one in inner for url in addresses(one)]


async def test_masks_hold_what_their_mapping_says(tester: Speaker) -> None:
    task = await made(tester, TaskType.SegmentAnnotation, **ENOUGH[TaskType.SegmentAnnotation])

    path = urlsplit(task.response["annotations"]["combined"]["indexedImage"]).path
    async with httpx.AsyncClient() as anybody:
        content = (await anybody.get(tester.base.removesuffix("/scale/v1") + path)).content
    with Image.open(io.BytesIO(content)) as image:
        counts = image.histogram()
    mapping = task.response["labelMapping"]
    assert {label: counts[one["index"]] for label, one in mapping.items()} == {
        label: one["numPixels"] for label, one in mapping.items()
    }


async def test_tracks_of_a_recording_are_told_object_by_object(tester: Speaker) -> None:
    task = await made(tester, TaskType.VideoPlaybackAnnotation, **ENOUGH[TaskType.VideoPlaybackAnnotation])

    path = urlsplit(task.response["annotations"]["url"]).path
    async with httpx.AsyncClient() as anybody:
        told = (await anybody.get(tester.base.removesuffix("/scale/v1") + path)).json()
    tracks = list(told["annotations"].values())
    assert {track["geometry"] for track in tracks} == {"box"}
    for frame in (frame for track in tracks for frame in track["frames"]):
        assert (frame["x"], frame["y"]) == (frame["left"], frame["top"])
        assert frame["width"] > 0 < frame["height"]


async def test_an_address_that_was_changed_leads_nowhere(tester: Speaker) -> None:
    task = await made(tester, TaskType.LidarAnnotation, **ENOUGH[TaskType.LidarAnnotation])
    path = urlsplit(task.response["annotations"]["url"]).path

    async with httpx.AsyncClient() as anybody:
        changed = path.replace("/made_up/", "/made_up/AA")
        for wrong in (changed, path[:-12] + ".json", "/scale/v1/made_up/%F0%9F%8E%A9.json"):
            assert (await anybody.get(tester.base.removesuffix("/scale/v1") + wrong)).status_code == 404


async def test_nobody_is_asked_and_the_record_says_it_was_made_up(
    tester: Speaker, speak: Speak, finish: Finish, organization: Organization
) -> None:
    task = await made(tester, TaskType.ImageAnnotation, attachment=PHOTO, geometries=BOXES)
    await finish()

    assert (await tester.get_task(task.id)).response == task.response
    assert (await (await speak()).tasks()).total == 0
    annotator = await organization.client_for("annotator")
    assert (await annotator.get("/v1/work/projects")).json()["items"] == []
    async with organization.context_for("manager") as context:
        rows = await context.tenant.fetch("select origin, confidence from responses where organization_id = $1")
        said = "select data ->> 'origin' from events where organization_id = $1 and type = 'task.completed'"
        assert [tuple(row) for row in rows] == [("made_up", 0.0)]
        assert await context.tenant.fetchval(said) == "made_up"
        assert await context.tenant.fetchval("select count(*) from assignments where organization_id = $1") == 0


async def test_it_calls_back_like_any_other(organization: Organization, speak: Speak) -> None:
    async with receiving() as receiver, calling(organization, receiver) as caller:
        tester = await speak("test")
        task = await made(
            tester,
            TaskType.Categorization,
            attachment="Soap.",
            attachment_type="text",
            categories=["a", "b"],
            callback_url=receiver.url,
        )
        assert await caller.deliver() == 1

        (call,) = receiver.calls
        assert (call.said["task_id"], call.said["response"]) == (task.id, task.response)
        assert call.said["task"]["is_test"] is True


async def test_tasks_of_a_batch_in_staging_wait_for_it(tester: Speaker, organization: Organization) -> None:
    await tester.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES}, studio=True)
    await tester.create_batch("Cars", "Monday")
    task = await tester.create_task(TaskType.ImageAnnotation, batch="Monday", attachment=PHOTO)
    assert task.status == "pending"

    await tester.finalize_batch("Monday")
    await advanced(organization)

    assert (await tester.get_task(task.id)).status == "completed"


async def test_a_photo_that_cannot_be_had_does_not_matter(tester: Speaker, finish: Finish) -> None:
    task = await made(tester, TaskType.ImageAnnotation, attachment=PHOTO, geometries=BOXES)
    await finish(failure="The address answered 404.")

    assert (await tester.get_task(task.id)).status == "completed"
